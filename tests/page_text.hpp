// What the tests of the page look for in its text, and the runs that they show.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/experiment_run.hpp"

namespace erm_test {

inline erm::ExperimentRun run_named(const std::string& run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1'763'883'021));
  return erm::ExperimentRun("digits", options);
}

/// "run-0", "run-1" and so on.
inline std::vector<erm::ExperimentRun> runs_named(int count) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < count; ++i) runs.push_back(run_named("run-" + std::to_string(i)));
  return runs;
}

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

/// The page's own markup: what is between its style and its script.
inline std::string body_of(const std::string& page) {
  const std::size_t begin = page.find("<body>");
  return page.substr(begin, page.rfind("<script>") - begin);
}

}  // namespace erm_test
