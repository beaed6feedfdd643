// Pairs of runs with the same seed, one in each of two groups.
//
//   seed_pairs({{"1", 0.9}, {"2", 0.8}}, {{"2", 0.7}, {"3", 0.6}}).differences;      // {0.1}, of the seed 2
#pragma once

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace erm::detail {

/// A metric of one run. The seed is empty if the run has none.
struct SeededNumber {
  std::string_view seed;
  double number;
};

inline std::vector<double> numbers_of(const std::vector<SeededNumber>& runs) {
  std::vector<double> numbers;
  numbers.reserve(runs.size());
  for (const SeededNumber& run : runs) numbers.push_back(run.number);
  return numbers;
}

struct SeedPairs {
  std::vector<double> differences;  // the first group's minus the second's, by seed
  std::size_t unpaired = 0;
};

inline SeedPairs seed_pairs(const std::vector<SeededNumber>& a, const std::vector<SeededNumber>& b) {
  struct Sum {
    double sum = 0;
    std::size_t count = 0;
    [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
  };
  std::map<std::string_view, std::pair<Sum, Sum>> seeds;
  SeedPairs pairs;
  const auto add = [&](const std::vector<SeededNumber>& group, Sum std::pair<Sum, Sum>::*side) {
    for (const SeededNumber& run : group) {
      if (run.seed.empty()) {
        ++pairs.unpaired;
        continue;
      }
      Sum& sum = seeds[run.seed].*side;
      sum.sum += run.number;
      ++sum.count;
    }
  };
  add(a, &std::pair<Sum, Sum>::first);
  add(b, &std::pair<Sum, Sum>::second);
  for (const auto& [seed, sums] : seeds) {
    if (sums.first.count == 0 || sums.second.count == 0)
      ++pairs.unpaired;
    else
      pairs.differences.push_back(sums.first.mean() - sums.second.mean());
  }
  return pairs;
}

/// How well a param's name says that it is the seed of a run: 2 for "seed", 1 for "random_seed", "train.seed" and the
/// like, 0 for all others.
inline int seed_name_rank(std::string_view name) {
  if (name == "seed") return 2;
  const std::string_view last = name.substr(name.find_last_of("./") + 1);
  const auto ends_with = [&](std::string_view end) {
    return last.size() >= end.size() && last.substr(last.size() - end.size()) == end;
  };
  return last == "seed" || last == "random_state" || ends_with("_seed") || ends_with("-seed") ? 1 : 0;
}

}  // namespace erm::detail
