// How a run stands: nobody needs to have said so for a run that was killed.
//
//   if (run.status() == erm::RunStatus::failed) std::puts(run.failure().c_str());
#pragma once

#include <cstdint>
#include <string_view>

namespace erm {

enum class RunStatus : std::uint8_t {
  running,
  finished,
  failed,  // ExperimentRun::failure() says why
  killed,  // it said that it runs, and its process is gone or was not heard of for four heartbeats
};

/// "running", "finished", "failed" or "killed".
[[nodiscard]] inline std::string_view to_text(RunStatus status) noexcept {
  switch (status) {
    case RunStatus::running:
      return "running";
    case RunStatus::failed:
      return "failed";
    case RunStatus::killed:
      return "killed";
    case RunStatus::finished:
      break;
  }
  return "finished";
}

}  // namespace erm
