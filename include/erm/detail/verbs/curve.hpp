// The verb `curve`: a metric over its steps, drawn in the terminal or as CSV.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/csv.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/compare/display_names.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/terminal/plot.hpp"

namespace erm::detail::command {

enum class CurveAxis { step, time, relative };

/// The points of a metric, ordered by x: its steps, or seconds (since 1970, or since the run began).
inline std::vector<PlotPoint> plot_points(const ExperimentRun& run, const MetricHistory& history, CurveAxis axis) {
  std::vector<PlotPoint> points;
  points.reserve(history.size());
  for (const MetricPoint& point : history.points()) {
    const auto since = axis == CurveAxis::relative ? point.time - run.timestamp_utc() : point.time.time_since_epoch();
    const double x =
        axis == CurveAxis::step ? static_cast<double>(point.step) : static_cast<double>(since.count()) / 1e6;
    points.push_back({x, point.value});
  }
  const auto by_x = [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; };
  if (!std::is_sorted(points.begin(), points.end(), by_x)) std::stable_sort(points.begin(), points.end(), by_x);
  return points;
}

/// A width of 0 is that of the output.
inline void write_plot(Output& out, const std::vector<PlotCurve>& curves, PlotOptions options) {
  options.style.is_colored = out.colored();
  options.style.is_unicode = environment_is_utf8();
  if (options.width == 0) options.width = out.has_width() ? out.width() : 100;
  const PlotText text = plotted(curves, options);
  for (const std::string& line : text.picture) out.line(line);
  for (const std::string& line : text.legend) out.line(line);
}

class CurveVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("metric", metric_, "The metric")->required();
    app.add_option("runs", runs_, "The runs; a filter stands for all that fit. Without it: the latest");
    app.add_flag("--csv", csv_, "Write the points as CSV");
    const std::map<std::string, CurveAxis> axes = {
        {"step", CurveAxis::step}, {"time", CurveAxis::time}, {"relative", CurveAxis::relative}};
    add_choice(app, "--x", axis_, axes, "step, time, or relative: seconds since the run began");
    app.add_flag("--log-y", options_.is_log_y, "A logarithmic axis of values");
    app.add_flag("--log-x", options_.is_log_x, "A logarithmic axis of steps");
    app.add_option("--smooth", options_.smoothing, "Smooth exponentially: 0 not at all, near 1 most")
        ->check(number_from_to(0, 0.9999));
    app.add_option("--width", width_, "Columns of the plot")->check(CLI::Range(20, 1000));
    app.add_option("--height", options_.height, "Lines of the plot")->check(CLI::Range(5, 1000));
    scope_.declare(app);
  }

  ExitCode run(Session& session) override {
    if (runs_.empty()) runs_ = {"@latest"};
    std::vector<ExperimentRun> runs = RunNames(session, scope_).runs(runs_);
    if (runs.size() > 1) leave_out_damaged(session, runs);
    if (std::none_of(runs.begin(), runs.end(), [&](const ExperimentRun& run) { return history_of(run) != nullptr; })) {
      std::vector<std::string> names;
      for (const ExperimentRun& run : runs)
        for (const auto& [name, history] : run.history())
          if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      throw NotFoundError("none of the runs has a curve " + shown(metric_) + names_instead(metric_, names));
    }
    if (csv_)
      write_csv(session, runs);
    else
      draw(session, runs);
    return ExitCode::yes;
  }

 private:
  /// Reads no other metric.
  [[nodiscard]] const MetricHistory* history_of(const ExperimentRun& run) const {
    return RunAccess::record(run).history_of(metric_);
  }

  /// A damaged curve hides no other.
  void leave_out_damaged(Session& session, std::vector<ExperimentRun>& runs) const {
    const auto is_damaged = [&](const ExperimentRun& run) {
      try {
        static_cast<void>(history_of(run));
        return false;
      } catch (const Error& error) {
        session.warn("left out the run '" + run.run_id() + "': " + error.what());
        return true;
      }
    };
    runs.erase(std::remove_if(runs.begin(), runs.end(), is_damaged), runs.end());
  }

  void write_csv(Session& session, const std::vector<ExperimentRun>& runs) const {
    session.out.write("experiment,variant,run,step,time,value\n");
    for (const ExperimentRun& run : runs) {
      const MetricHistory* const history = history_of(run);
      if (history == nullptr) continue;
      std::string ids;
      for (const std::string* const id : {&run.experiment_id(), &run.variant_id(), &run.run_id()}) {
        append_quoted_csv(ids, *id);
        ids += ',';
      }
      for (const MetricPoint& point : history->points())
        session.out.write(ids + std::to_string(point.step) + "," + time_text(point.time) + "," +
                          Value(point.value).str() + "\n");
    }
  }

  void draw(Session& session, const std::vector<ExperimentRun>& runs) {
    std::vector<const ExperimentRun*> pointers;
    for (const ExperimentRun& run : runs) pointers.push_back(&run);
    const std::vector<std::string> names = short_run_names(pointers);
    std::vector<PlotCurve> curves;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const MetricHistory* const history = history_of(runs[i]);
      if (history == nullptr) continue;
      PlotCurve curve;
      curve.name = runs.size() == 1 ? metric_ : names[i];
      curve.points = plot_points(runs[i], *history, axis_);
      curve.gap = usual_gap(curve.points);
      curves.push_back(std::move(curve));
    }
    if (axis_ == CurveAxis::time) options_.x_quantity = PlotQuantity::time;
    if (axis_ == CurveAxis::relative) options_.x_quantity = PlotQuantity::duration;
    options_.width = width_;
    options_.x_name = axis_ == CurveAxis::step ? "step" : "time";
    session.out.line(plain_text(metric_), Style::bold);
    write_plot(session.out, curves, options_);
  }

  std::string metric_;
  std::vector<std::string> runs_;
  bool csv_ = false;
  CurveAxis axis_ = CurveAxis::step;
  std::size_t width_ = 0;
  PlotOptions options_;
  Scope scope_;
};

}  // namespace erm::detail::command
