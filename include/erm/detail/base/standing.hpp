// The rule by which runs take part where they are ranked by a metric: best_run(), the command and the page.
//
//   standing_of(RunStatus::failed, 0.3)              // Standing::failed: it is best in nothing
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/float_bits.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

/// Whether a run is ranked, or why not.
enum class Standing : std::uint8_t { ranked, missing, diverged, failed, killed };
inline constexpr std::size_t standings = 5;

/// `last` is the number that the run logged last; nothing if it has none.
inline Standing standing_of(RunStatus status, std::optional<double> last) {
  if (status == RunStatus::failed) return Standing::failed;
  if (status == RunStatus::killed) return Standing::killed;
  if (!last) return Standing::missing;
  return is_finite(*last) ? Standing::ranked : Standing::diverged;
}

/// "2 failed, 1 killed"; empty if all are ranked.
inline std::string not_ranked_text(const std::array<std::size_t, standings>& counts) {
  static constexpr std::string_view words[] = {"", " without a value", " diverged", " failed", " killed"};
  std::string text;
  for (std::size_t why = standings - 1; why > 0; --why)
    if (counts[why] > 0) text += (text.empty() ? "" : ", ") + std::to_string(counts[why]) + std::string(words[why]);
  return text;
}

}  // namespace erm::detail
