// The table of `erm watch`: the last values of all metrics, and the best so far.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/terminal/canvas.hpp"
#include "erm/detail/watch/run_texts.hpp"
#include "erm/detail/watch/scene.hpp"
#include "erm/detail/watch/screen_line.hpp"
#include "erm/detail/watch/screen_table.hpp"

namespace erm::detail {

class ValuesTable {
 public:
  /// `runs` are those that are shown, `metric` is the chosen one. All must outlive the table.
  ValuesTable(const WatchedScene& scene, const std::vector<const WatchedRun*>& runs, const std::string& metric,
              TerminalStyle style)
      : scene_(scene), runs_(runs), metric_(metric), style_(style) {}

  /// All but the system's that some run has.
  [[nodiscard]] std::vector<std::string> metrics() const {
    std::vector<std::string> names;
    for (const std::string& name : watched_metrics(scene_)) {
      if (is_system_metric(name)) continue;
      const auto has_it = [&](const WatchedRun* run) { return run->curves.count(name) != 0; };
      if (std::any_of(runs_.begin(), runs_.end(), has_it)) names.push_back(name);
    }
    return names;
  }

  /// With a title, at most so many lines; none if there is nothing to show.
  [[nodiscard]] std::vector<std::string> lines(std::size_t columns, std::size_t rows) const {
    std::vector<std::string> names = metrics();
    if (rows < 2 || names.empty()) return {};
    if (names.size() > rows - 1) {  // the chosen one is among those that have room
      const auto chosen = std::find(names.begin(), names.end(), metric_);
      const auto at = chosen == names.end() ? std::size_t{0} : static_cast<std::size_t>(chosen - names.begin());
      const std::size_t begin = at < rows - 1 ? 0 : at - (rows - 2);
      names = std::vector<std::string>(names.begin() + static_cast<std::ptrdiff_t>(begin),
                                       names.begin() + static_cast<std::ptrdiff_t>(begin + rows - 1));
    }
    return runs_.size() == 1 ? table_of_one(names, columns) : table_of_all(names, columns);
  }

 private:
  static std::size_t least_name(std::size_t columns) { return columns < 40 ? 4 : 14; }
  [[nodiscard]] std::string number(double value) const { return watched_number(value, style_); }
  [[nodiscard]] std::string_view name_style(const std::string& metric) const {
    return metric == metric_ ? ScreenStyle::bold : ScreenStyle::plain;
  }

  [[nodiscard]] std::vector<std::string> table_of_one(const std::vector<std::string>& names, std::size_t columns) const {
    const WatchedRun& run = *runs_.front();
    ScreenTable table({{0, false, least_name(columns)}, {0, true}, {1, true}, {2, true}, {3, true}});
    constexpr std::string_view quiet = ScreenStyle::dim;
    table.add_row({{"metric", quiet}, {"last", quiet}, {"best", quiet}, {"at step", quiet}, {"points", quiet}});
    for (const std::string& name : names) {
      const CurveExtremes& of = run.curves.at(name).extremes;
      const std::optional<Goal> goal = watched_goal(scene_, name);
      const bool has_best = goal && of.has_values();
      const bool is_least = goal == Goal::minimize;
      table.add_row({{name, name_style(name)},
                     {of.count == 0 ? "" : number(of.last)},
                     {has_best ? number(is_least ? of.least : of.greatest) : "", ScreenStyle::green},
                     {has_best ? step_label(is_least ? of.least_x : of.greatest_x) : ""},
                     {run.curves.at(name).points->empty() ? "" : std::to_string(of.count)}});
    }
    return table.lines(columns, style_);
  }

  /// The last values, a column for each run, and the best of all.
  [[nodiscard]] std::vector<std::string> table_of_all(const std::vector<std::string>& names, std::size_t columns) const {
    std::vector<ScreenTable::Column> shape = {{0, false, least_name(columns)}, {1}, {7, true}};
    constexpr std::string_view quiet = ScreenStyle::dim;
    std::vector<ScreenTable::Cell> head = {{"metric", quiet}, {"best", quiet}, {"at step", quiet}};
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      shape.push_back({static_cast<int>(i) + 2, true});
      head.push_back({std::string(1, curve_letter(i)), curve_color(i)});
    }
    ScreenTable table(std::move(shape));
    table.add_row(std::move(head));
    for (const std::string& name : names) {
      const auto [best, at_step] = best_of_all(name);
      std::vector<ScreenTable::Cell> row = {{name, name_style(name)}, {best, ScreenStyle::green}, {at_step}};
      for (const WatchedRun* const run : runs_) {
        const auto found = run->curves.find(name);
        row.push_back({found == run->curves.end() || found->second.extremes.count == 0
                           ? std::string()
                           : number(found->second.extremes.last)});
      }
      table.add_row(std::move(row));
    }
    return table.lines(columns, style_);
  }

  /// The best value with the letter of its run, and its step.
  [[nodiscard]] std::pair<std::string, std::string> best_of_all(const std::string& name) const {
    const std::optional<Goal> goal = watched_goal(scene_, name);
    if (!goal) return {};
    std::optional<double> best;
    std::pair<std::string, std::string> texts;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const auto found = runs_[i]->curves.find(name);
      if (found == runs_[i]->curves.end() || !found->second.extremes.has_values()) continue;
      const CurveExtremes& of = found->second.extremes;
      const double value = goal == Goal::minimize ? of.least : of.greatest;
      if (best && !(goal == Goal::minimize ? value < *best : value > *best)) continue;
      best = value;
      texts = {number(value) + " " + curve_letter(i), step_label(goal == Goal::minimize ? of.least_x : of.greatest_x)};
    }
    return texts;
  }

  const WatchedScene& scene_;
  const std::vector<const WatchedRun*>& runs_;
  const std::string& metric_;
  TerminalStyle style_;
};

}  // namespace erm::detail
