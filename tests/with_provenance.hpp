// A run with a provenance that a test made by hand.
#pragma once

#include <utility>

#include "erm/experiment_run.hpp"

namespace erm_test {

inline erm::ExperimentRun with_provenance(const erm::ExperimentRun& run, erm::Json provenance) {
  erm::detail::RunRecord record = erm::detail::RunAccess::record(run);
  record.own_provenance() = std::move(provenance);
  return erm::detail::RunAccess::make(std::move(record));
}

}  // namespace erm_test
