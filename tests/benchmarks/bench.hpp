// Timing for the benchmarks: two pieces of work in turn, round after round, so that a noisy machine is
// equally unkind to both; the ratio of each pair counts.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace erm_bench {

inline double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Pair {
  double ours = 0;    // seconds, median
  double theirs = 0;  // seconds, median
  double ratio = 0;   // median of the ratios of each round
};

/// `prepare` comes before each piece of work and is not timed.
inline Pair compare(int rounds, const std::function<void()>& ours, const std::function<void()>& theirs,
                    const std::function<void()>& prepare = [] {}) {
  std::vector<double> a, b, ratios;
  for (int i = 0; i < rounds; ++i) {
    prepare();
    const double first = seconds_of(ours);
    prepare();
    const double second = seconds_of(theirs);
    a.push_back(first);
    b.push_back(second);
    ratios.push_back(first / second);
  }
  return {median(a), median(b), median(ratios)};
}

/// One row of the table: "| save a run | 62.0 us | 45.1 us | 1.37 | 1.5 |".
inline void print_row(const std::string& work, const Pair& pair, double count, const std::string& target) {
  std::printf("| %s | %.2f us | %.2f us | %.2f | %s |\n", work.c_str(), pair.ours / count * 1e6,
              pair.theirs / count * 1e6, pair.ratio, target.c_str());
  std::fflush(stdout);
}

}  // namespace erm_bench
