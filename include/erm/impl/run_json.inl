// The bodies of erm/experiment_run.hpp and erm/run_logger.hpp that need a Json. A header-only file gets them if it
// includes erm/json.hpp, or a header that does.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "erm/detail/figure/content.hpp"
#include "erm/detail/figure/json_content.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/experiment_run.hpp"
#include "erm/json.hpp"

namespace erm {

ERM_INLINE const std::map<std::string, Json>& ExperimentRun::dicts() const { return state_->record.dicts(); }
ERM_INLINE const Json& ExperimentRun::provenance() const { return state_->record.provenance(); }

ERM_INLINE void RunLogger::log_figure(const Json& figure, std::string artifact_id) {
  log_json_figure(figure, std::move(artifact_id), {});
}
ERM_INLINE void RunLogger::log_json_figure(const Json& figure, std::string artifact_id,
                                           std::optional<std::int64_t> step) {
  log_figure_content(detail::json_content(figure), std::move(artifact_id), step);
}

}  // namespace erm
