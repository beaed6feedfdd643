// A run that is followed, as the screen of `erm watch` shows it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/console.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/system_metric.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/follow/followed_run.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/terminal/plot.hpp"
#include "erm/detail/watch/last_step.hpp"
#include "erm/detail/watch/scene.hpp"
#include "erm/experiment_run.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

/// Converts what has changed, and nothing else.
class WatchedRunReader {
 public:
  /// `store_interval`: how often to look at a run in a store on another machine.
  WatchedRunReader(std::shared_ptr<FileSystem> fs, std::string folder, std::string uri,
                   std::chrono::milliseconds store_interval = std::chrono::seconds(10))
      : uri_(std::move(uri)), followed_(std::move(fs), std::move(folder), options(store_interval)) {}

  [[nodiscard]] const std::string& uri() const { return uri_; }
  [[nodiscard]] const ExperimentRun& run() const { return followed_.run(); }
  [[nodiscard]] bool is_known() const { return followed_.is_known(); }
  [[nodiscard]] bool is_gone() const { return followed_.is_gone(); }
  [[nodiscard]] bool is_running() const { return !followed_.is_gone() && followed_.is_running(); }
  [[nodiscard]] const std::string& problem() const { return followed_.problem(); }

  /// Reads on. Returns whether anything has changed.
  bool refresh() {
    const FollowChange change = followed_.refresh();
    if (!followed_.is_known()) return change.any();
    if (change.points || change.restarted || change.record) read_curves();
    if (change.console || is_console_old_) read_console();
    const TimePoint begin = followed_.record().timestamp_utc;
    if (begin_ && *begin_ != begin) shown_.was_replaced = true;
    begin_ = begin;
    if (change.any()) {
      shown_.experiment = followed_.run().experiment_id();
      shown_.variant = followed_.run().variant_id();
      shown_.id = followed_.run().run_id();
      shown_.failure = followed_.run().failure();
      shown_.goals = followed_.run().goals();
    }
    return change.any();
  }

  [[nodiscard]] WatchedRun shown(std::string name) const {
    WatchedRun run = shown_;
    run.key = uri_;
    run.name = std::move(name);
    run.state = state();
    if (run.state != WatchedState::running) return run;
    const TimePoint now = now_utc();
    const TimePoint alive = (std::max)(last_point_, last_heard_of(followed_.record()));
    run.silent_s = (std::max)(0.0, std::chrono::duration<double>(now - alive).count());
    if (!run.step) return run;
    const std::optional<FollowedRate> rate = followed_.rate(pace_metric_);
    // A rate is an old one when the points that it promises do not come.
    const double since_point = std::chrono::duration<double>(now - last_point_).count();
    if (!rate || !(rate->steps_per_second > 0) || since_point > (std::max)(15.0, 10 / rate->points_per_second)) return run;
    run.steps_per_s = rate->steps_per_second;
    if (const std::optional<LastStep> last = last_step_of(followed_.run().params(), *run.step))
      run.left = TimeLeft{static_cast<double>(last->step - *run.step) / rate->steps_per_second, last->param, last->step};
    return run;
  }

 private:
  /// As many ranges of steps as a wide screen has dots beside each other.
  static FollowOptions options(std::chrono::milliseconds store_interval) {
    FollowOptions options;
    options.buckets = 256;
    options.store_interval = store_interval;
    return options;
  }

  [[nodiscard]] WatchedState state() const {
    if (followed_.is_gone()) return WatchedState::deleted;
    switch (followed_.record().status) {
      case RunStatus::finished:
        return WatchedState::finished;
      case RunStatus::failed:
        return WatchedState::failed;
      case RunStatus::killed:
        return WatchedState::killed;
      case RunStatus::running:
        break;
    }
    return WatchedState::running;
  }

  void read_curves() {
    const std::map<std::string, ThinnedCurve>& all = followed_.curves();
    for (auto at = shown_.curves.begin(); at != shown_.curves.end();)
      at = all.count(at->first) != 0 ? std::next(at) : shown_.curves.erase(at);
    for (const auto& [metric, value] : followed_.record().metrics)
      if (const std::optional<double> number = value.number(); number && all.count(metric) == 0)
        shown_.curves[metric] = value_without_steps(*number);
    shown_.step.reset();
    for (const auto& [metric, curve] : all) {
      WatchedCurve& shown = shown_.curves[metric];
      last_point_ = (std::max)(last_point_, curve.last().time);
      const bool is_same = shown.points != nullptr && !shown.points->empty() && shown.extremes.count == curve.count();
      if (!is_same || !same_number(shown.extremes.last, curve.last().value)) read_curve(shown, curve);
      if (is_system_metric(metric) || (shown_.step && shown.last_step <= *shown_.step)) continue;
      shown_.step = shown.last_step;
      pace_metric_ = metric;
    }
  }
  static WatchedCurve value_without_steps(double value) {
    WatchedCurve curve;
    curve.points = std::make_shared<std::vector<PlotPoint>>();
    curve.extremes.count = curve.extremes.nans = 1;  // no step at which it was best
    curve.extremes.last = value;
    return curve;
  }
  static void read_curve(WatchedCurve& shown, const ThinnedCurve& curve) {
    auto points = std::make_shared<std::vector<PlotPoint>>();
    const MetricHistory history = curve.history().counted();
    points->reserve(history.size());
    for (const MetricPoint& point : history.points()) points->push_back({static_cast<double>(point.step), point.value});
    const auto by_step = [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; };
    if (!std::is_sorted(points->begin(), points->end(), by_step)) std::stable_sort(points->begin(), points->end(), by_step);
    shown.gap = usual_gap(*points);
    shown.points = std::move(points);
    shown.last_step = curve.last().step;
    CurveExtremes& of = shown.extremes;
    of = {};
    of.count = curve.count();
    of.last = curve.last().value;
    const std::optional<MetricPoint> least = curve.least(), greatest = curve.greatest();
    if (!least || !greatest) {
      of.nans = of.count;
      return;
    }
    of.least = least->value;
    of.least_x = static_cast<double>(least->step);
    of.greatest = greatest->value;
    of.greatest_x = static_cast<double>(greatest->step);
  }

  /// A long console takes long to read: not more than a twentieth of the time.
  void read_console() {
    constexpr std::size_t most = 40;
    const Clock::time_point now = Clock::now();
    is_console_old_ = now < next_console_;
    if (is_console_old_) return;
    shown_.console.clear();
    for (const ConsoleLine& line : followed_.console_tail(most)) shown_.console.push_back(erm::plain_text(line.text));
    next_console_ = Clock::now() + 20 * (Clock::now() - now);
  }

  using Clock = std::chrono::steady_clock;

  std::string uri_;
  FollowedRun followed_;
  WatchedRun shown_;  // without what time changes
  std::string pace_metric_;  // whose steps are counted
  TimePoint last_point_;
  std::optional<TimePoint> begin_;
  bool is_console_old_ = false;
  Clock::time_point next_console_ = {};
};

}  // namespace erm::detail
