// The status of a run. A killed run has one, too, although no process wrote it.
//
//   if (run.status() == erm::RunStatus::failed) std::puts(run.failure().c_str());
#pragma once

#include <cstdint>
#include <string_view>

#include "erm/impl/linkage.hpp"

namespace erm {

enum class RunStatus : std::uint8_t {
  running,
  finished,
  failed,  // ExperimentRun::failure() says why
  killed,  // the files say running, but the process has ended or missed four heartbeats
};

/// "running", "finished", "failed" or "killed".
[[nodiscard]] std::string_view to_text(RunStatus status) noexcept;

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/run_status.inl"
#endif
