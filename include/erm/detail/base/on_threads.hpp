// Shares work among a few threads.
//
//   on_threads(groups, 2, [&](std::size_t group) { ... });     // each group once, on any of them
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace erm::detail {

/// How many threads read many files: more only wait for the disk.
inline unsigned usual_threads() { return (std::min)((std::max)(std::thread::hardware_concurrency(), 1U), 4U); }

/// Calls `work(group)` for each group, on at most so many threads, of which the caller is one.
template <class Work>
void on_threads(std::size_t groups, std::size_t threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto work_on = [&] {
    for (std::size_t group = 0; (group = next++) < groups;) work(group);
  };
  std::vector<std::thread> helpers;
  try {
    while (helpers.size() + 1 < (std::min)(threads, groups)) helpers.emplace_back(work_on);
  } catch (const std::system_error&) {
    // The system has no more threads. Those that have started do the work.
  }
  work_on();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace erm::detail
