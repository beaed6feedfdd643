// What `erm watch` writes where there is no terminal: a line for each change of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/watch/run_texts.hpp"
#include "erm/detail/watch/scene.hpp"

namespace erm::detail {

/// "07:30:21  mnist  running  step 1200/2000  loss 0.31  acc 0.91  35.2/s  4m20s left (max_steps)".
inline std::string watched_line(const WatchedScene& scene, const WatchedRun& run) {
  constexpr TerminalStyle plain = {false, false};
  std::string line = scene.clock;
  const auto add = [&](const std::string& text) {
    if (text.empty()) return;
    if (!line.empty()) line += "  ";
    line += fitted_to_terminal(text, std::string_view::npos).text;
  };
  add(run.name);
  add(state_text(run, plain));
  add(run.failure);
  add(step_text(run));
  for (const std::string& name : watched_metrics(scene)) {
    const auto found = run.curves.find(name);
    if (is_system_metric(name) || found == run.curves.end() || found->second.extremes.count == 0) continue;
    add(name + " " + watched_number(found->second.extremes.last, plain));
  }
  add(rate_text(run));
  if (run.state == WatchedState::running && run.left) add(left_text(run) + " " + left_param_text(run));
  return line;
}

/// Tells which runs have changed since it told so last.
class WatchedChanges {
 public:
  /// Without `with_points`, only new runs and those whose state has changed.
  [[nodiscard]] std::vector<const WatchedRun*> take(const WatchedScene& scene, bool with_points = true) {
    std::vector<const WatchedRun*> changed;
    for (const WatchedRun& run : scene.runs) {
      Seen now{state_text(run, {}), run.failure, 0};
      for (const auto& [name, curve] : run.curves) now.points += curve.extremes.count;
      const auto [found, is_new] = seen_.emplace(run.key, now);
      if (!is_new && found->second.state == now.state && found->second.failure == now.failure &&
          (!with_points || found->second.points == now.points))
        continue;
      found->second = now;
      changed.push_back(&run);
    }
    return changed;
  }

 private:
  struct Seen {
    std::string state, failure;
    std::uint64_t points;
  };
  std::map<std::string, Seen> seen_;
};

}  // namespace erm::detail
