// The metrics of runs as numbers, each with its run's seed.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/seed_pairs.hpp"
#include "erm/experiment_run.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// The seed of each run; empty if it has none.
inline std::vector<std::string> seeds_of(const std::vector<ExperimentRun>& runs) {
  std::vector<std::string> seeds;
  for (const ExperimentRun& run : runs) {
    int best = 0;
    std::string seed;
    for (const auto& [name, value] : run.params()) {
      const int rank = seed_name_rank(name);
      if (rank <= best) continue;
      best = rank;
      seed = value.str();
    }
    seeds.push_back(std::move(seed));
  }
  return seeds;
}

/// The numbers of the runs of a group, by metric.
inline std::map<std::string, std::vector<SeededNumber>> metrics_of(const std::vector<ExperimentRun>& runs,
                                                                   const std::vector<std::string>& seeds,
                                                                   const std::vector<std::size_t>& indexes) {
  std::map<std::string, std::vector<SeededNumber>> numbers;
  for (const std::size_t i : indexes) {
    for (const auto& [metric, value] : runs[i].metrics()) {
      const std::optional<double> number = value.number();
      if (number && !is_nan(*number)) numbers[metric].push_back({seeds[i], *number});
    }
  }
  return numbers;
}

}  // namespace erm::detail
