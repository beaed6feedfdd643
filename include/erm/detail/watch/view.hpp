// What the keys of `erm watch` have chosen.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "erm/detail/watch/keys.hpp"
#include "erm/detail/watch/scene.hpp"

namespace erm::detail {

class WatchView {
 public:
  /// Does what a key means for all but WatchKey::redraw and WatchKey::quit.
  void press(WatchKey key, const WatchedScene& scene) {
    switch (key) {
      case WatchKey::next_metric:
      case WatchKey::previous_metric:
        metric_ = moved(metrics(scene), metric(scene), key == WatchKey::next_metric);
        break;
      case WatchKey::next_run:
      case WatchKey::previous_run: {
        std::vector<std::string> keys(1);  // all runs
        for (const WatchedRun& run : scene.runs) keys.push_back(run.key);
        focus_ = moved(keys, focused(scene) == nullptr ? std::string() : focus_, key == WatchKey::next_run);
        break;
      }
      case WatchKey::log:
        is_log_ = !is_log_;
        break;
      case WatchKey::smoother:
        level_ = (std::min)(level_ + 1, std::size(levels) - 1);
        break;
      case WatchKey::rougher:
        level_ -= (std::min<std::size_t>)(level_, 1);
        break;
      case WatchKey::help:
        shows_help_ = !shows_help_;
        break;
      case WatchKey::pause:
        is_paused_ = !is_paused_;
        break;
      case WatchKey::redraw:
      case WatchKey::quit:
        break;
    }
  }

  /// Chooses the metric to begin with. One that no run has is forgotten when another is chosen.
  void choose_metric(std::string name) { metric_ = std::move(name); }

  /// For a picture that nobody works with.
  void leave_out_keys() { shows_keys_ = false; }

  /// Those of the runs that are shown, in the order of the keys.
  [[nodiscard]] std::vector<std::string> metrics(const WatchedScene& scene) const {
    return watched_metrics(scene, focused(scene));
  }
  /// The metric whose curves are shown: the chosen one, or the first where the shown runs lack it. Empty if there is none.
  [[nodiscard]] std::string metric(const WatchedScene& scene) const {
    const std::vector<std::string> all = metrics(scene);
    if (all.empty()) return {};
    return std::find(all.begin(), all.end(), metric_) != all.end() ? metric_ : all.front();
  }
  /// Says that no run has the chosen metric, or is empty.
  [[nodiscard]] std::string notice(const WatchedScene& scene) const { return metric_notice(scene, metric_); }
  /// The only run that is shown, or null if all are.
  [[nodiscard]] const WatchedRun* focused(const WatchedScene& scene) const {
    for (const WatchedRun& run : scene.runs)
      if (run.key == focus_) return &run;
    return nullptr;
  }
  [[nodiscard]] bool is_log() const { return is_log_; }
  [[nodiscard]] double smoothing() const { return levels[level_]; }
  [[nodiscard]] bool shows_help() const { return shows_help_; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  [[nodiscard]] bool shows_keys() const { return shows_keys_; }

 private:
  static constexpr double levels[] = {0, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99};

  /// The next or the previous one; behind the last comes the first.
  [[nodiscard]] static std::string moved(const std::vector<std::string>& all, const std::string& now, bool is_next) {
    if (all.empty()) return now;
    const auto found = std::find(all.begin(), all.end(), now);
    if (found == all.end()) return all.front();
    const auto at = static_cast<std::size_t>(found - all.begin());
    return all[(at + (is_next ? 1 : all.size() - 1)) % all.size()];
  }

  std::string metric_, focus_;
  bool is_log_ = false, shows_help_ = false, is_paused_ = false, shows_keys_ = true;
  std::size_t level_ = 0;
};

}  // namespace erm::detail
