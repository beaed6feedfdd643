// The bodies of erm/run_status.hpp.
#pragma once

#include <string_view>

#include "erm/run_status.hpp"

namespace erm {

ERM_INLINE std::string_view to_text(RunStatus status) noexcept {
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
