// A frame of `erm watch`: the lines that show a scene on a screen of any size.
//
//   for (const std::string& line : watch_frame(scene, view, {80, 24}, style)) ...   // at most 24, none wider than 80
//
// From the top: a title, a line for each run, the curves of the chosen metric, the latest values of all, the system's, the
// last lines of the console, the keys. On a wide screen the values and the console stand beside the curves.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/terminal/number_label.hpp"
#include "erm/detail/terminal/plot.hpp"
#include "erm/detail/watch/rooms.hpp"
#include "erm/detail/watch/run_texts.hpp"
#include "erm/detail/watch/scene.hpp"
#include "erm/detail/watch/screen_line.hpp"
#include "erm/detail/watch/screen_table.hpp"
#include "erm/detail/watch/values_table.hpp"
#include "erm/detail/watch/view.hpp"

namespace erm::detail {

struct FrameSize {
  std::size_t columns = 80, rows = 24;
};

class WatchFrame {
 public:
  WatchFrame(const WatchedScene& scene, const WatchView& view, FrameSize size, TerminalStyle style)
      : scene_(scene),
        view_(view),
        size_(size),
        style_(style),
        metrics_(view.metrics(scene)),
        metric_(view.metric(scene)) {
    const WatchedRun* const only = view.focused(scene);
    for (std::size_t i = 0; i < scene.runs.size(); ++i)
      if (only == nullptr || only == &scene.runs[i]) runs_.push_back(&scene.runs[i]);
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> out;
    if (size_.rows == 0 || size_.columns == 0) return out;
    if (view_.shows_help()) {
      out = help();
    } else if (runs_.empty()) {
      out.push_back(title());
      out.push_back(line().add(scene_.notice.empty() ? "no runs" : scene_.notice, ScreenStyle::yellow).text());
    } else if (size_.columns >= wide_columns && size_.rows >= wide_rows && has_points()) {
      out = wide();
    } else {
      out = narrow();
    }
    if (out.size() > size_.rows) out.resize(size_.rows);
    return out;
  }

 private:
  static constexpr std::size_t wide_columns = 120, wide_rows = 24;

  [[nodiscard]] ScreenLine line() const { return line(size_.columns); }
  [[nodiscard]] ScreenLine line(std::size_t columns) const { return {columns, style_}; }
  [[nodiscard]] std::string_view sign(std::string_view unicode, std::string_view ascii) const {
    return style_.is_unicode ? unicode : ascii;
  }
  static void append(std::vector<std::string>& out, std::vector<std::string> lines, std::size_t most) {
    for (std::size_t i = 0; i < (std::min)(lines.size(), most); ++i) out.push_back(std::move(lines[i]));
  }

  // ---- the whole ----

  [[nodiscard]] WatchRooms wishes() const {
    WatchRooms wishes;
    wishes.title = 1;
    wishes.keys = view_.shows_keys() || !scene_.notice.empty() || !view_.notice(scene_).empty() ? 1 : 0;
    wishes.runs = runs_.size();
    if (size_.columns >= least_plot_columns && has_points()) wishes.plot = size_.rows;
    if (size_.columns >= least_table_columns && !values().metrics().empty()) wishes.table = values().metrics().size() + 1;
    wishes.system = system_line().empty() ? 0 : 1;
    const WatchedRun* const talks = console_run();
    wishes.console = talks == nullptr ? 0 : talks->console.size() + 1;
    return wishes;
  }

  [[nodiscard]] bool has_points() const {
    return std::any_of(runs_.begin(), runs_.end(), [&](const WatchedRun* run) {
      const auto found = run->curves.find(metric_);
      return found != run->curves.end() && !found->second.points->empty();
    });
  }

  [[nodiscard]] std::vector<std::string> narrow() const {
    const WatchRooms rooms = watch_rooms(size_.rows, wishes());
    std::vector<std::string> out;
    if (rooms.title > 0) out.push_back(title());
    append(out, run_lines(rooms.runs), rooms.runs);
    append(out, plot(metric_, size_.columns, rooms.plot), rooms.plot);
    append(out, values().lines(size_.columns, rooms.table), rooms.table);
    if (rooms.system > 0) out.push_back(line().add_drawn(system_line()).text());
    append(out, console(size_.columns, rooms.console), rooms.console);
    if (rooms.keys > 0) {
      out.resize(size_.rows - 1);
      out.push_back(keys());
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> wide() const {
    const std::string system = system_line();
    std::vector<std::string> out;
    out.push_back(title());
    const std::size_t most_runs = (std::max<std::size_t>)(size_.rows / 4, 2);
    append(out, run_lines((std::min)(runs_.size(), most_runs)), most_runs);
    out.emplace_back();
    const std::size_t body = size_.rows - out.size() - 2 - (system.empty() ? 0 : 2);
    const std::size_t left = size_.columns * 3 / 5, right = size_.columns - left - 3;
    const std::vector<std::string> curves = plots(left, body), beside = values_and_console(right, body);
    for (std::size_t i = 0; i < body; ++i) {
      ScreenLine both = line();
      if (i < curves.size()) both.add_drawn(curves[i]);
      if (i < beside.size() && !beside[i].empty()) both.fill_to(left + 3).add_drawn(beside[i]);
      out.push_back(both.text());
    }
    if (!system.empty()) {
      out.emplace_back();
      out.push_back(line().add_drawn(system).text());
    }
    out.emplace_back();
    out.push_back(keys());
    return out;
  }

  /// The chosen metric and those behind it, as many as have room to be read.
  [[nodiscard]] std::vector<std::string> plots(std::size_t columns, std::size_t rows) const {
    constexpr std::size_t comfortable = 16;
    std::vector<std::string> names = values().metrics();
    const auto chosen = std::find(names.begin(), names.end(), metric_);
    if (chosen == names.end())
      names = {metric_};
    else
      std::rotate(names.begin(), chosen, names.end());
    const std::size_t count = std::clamp<std::size_t>(rows / comfortable, 1, names.size());
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t end = rows * (i + 1) / count - (i + 1 < count ? 1 : 0);
      append(out, plot(names[i], columns, end - out.size()), end);
      out.resize(rows * (i + 1) / count);
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> values_and_console(std::size_t columns, std::size_t rows) const {
    const WatchedRun* const talks = console_run();
    const std::size_t wanted = values().metrics().size() + 1;
    const std::size_t for_table = talks == nullptr ? rows : (std::min)(wanted, rows * 2 / 3);
    std::vector<std::string> out = values().lines(columns, for_table);
    if (talks == nullptr) return out;
    out.emplace_back();
    append(out, console(columns, rows - (std::min)(rows, out.size())), rows);
    return out;
  }

  // ---- the parts ----

  [[nodiscard]] std::string title() const {
    std::size_t running = 0;
    for (const WatchedRun& run : scene_.runs) running += run.state == WatchedState::running ? 1 : 0;
    const std::size_t ended = scene_.runs.size() - running;
    std::string counts = std::to_string(running) + " running";
    if (ended > 0) counts += ", " + std::to_string(ended) + " ended";
    ScreenLine out = line();
    if (size_.columns >= 40) out.add("erm watch  ", ScreenStyle::bold);
    out.add(counts);
    if (scene_.clock.size() + 2 <= out.room()) out.add(scene_.clock.empty() ? "" : "  " + scene_.clock);
    if (out.room() >= 8) out.add("  ").add(scene_.registry, ScreenStyle::dim);
    return out.text();
  }

  [[nodiscard]] bool has_letters() const { return runs_.size() > 1; }
  [[nodiscard]] ValuesTable values() const { return {scene_, runs_, metric_, style_}; }

  [[nodiscard]] std::vector<std::string> run_lines(std::size_t rows) const {
    std::vector<std::string> out;
    if (rows == 0) return out;
    // The name, the state, its age, the step, the rate, the time left, by which param.
    ScreenTable table({{0, false, 8}, {0}, {2, true}, {1}, {4, true}, {3, false, 10}, {5}});
    const bool are_all = runs_.size() <= rows;
    const std::size_t count = are_all ? runs_.size() : (std::max<std::size_t>)(rows - 1, 1);
    for (std::size_t i = 0; i < count; ++i) {
      const WatchedRun& run = *runs_[i];
      const std::string letter = has_letters() ? std::string(1, curve_letter(i)) + " " : std::string();
      table.add_row({{letter + run.name, curve_color(i)},
                     {state_text(run, style_), state_style(run.state)},
                     {age_text(run)},
                     {step_text(run)},
                     {rate_text(run)},
                     {run.state == WatchedState::running ? left_text(run) : run.failure,
                      run.state == WatchedState::running ? ScreenStyle::plain : ScreenStyle::red},
                     {left_param_text(run), ScreenStyle::dim}});
    }
    out = table.lines(size_.columns, style_);
    if (!are_all && rows > 1)
      out.push_back(
          line().add("and " + std::to_string(runs_.size() - count) + " more; r shows one", ScreenStyle::dim).text());
    return out;
  }

  [[nodiscard]] std::vector<std::string> plot(const std::string& metric, std::size_t columns, std::size_t rows) const {
    std::vector<std::string> out;
    if (rows < 4 || metric.empty()) return out;
    ScreenLine head = line(columns);
    head.add(metric, ScreenStyle::bold);
    std::string how;
    if (view_.is_log()) how += ", logarithmic";
    if (view_.smoothing() > 0) how += ", smoothed " + number_label(view_.smoothing());
    head.add(how);
    if (metric == metric_ && metrics_.size() > 1) {
      const auto at = std::find(metrics_.begin(), metrics_.end(), metric_) - metrics_.begin();
      head.add_at_end(std::to_string(at + 1) + " of " + std::to_string(metrics_.size()), ScreenStyle::dim);
    }
    out.push_back(head.text());
    std::vector<PlotCurve> curves;
    for (const WatchedRun* const run : runs_) {
      PlotCurve& curve = curves.emplace_back();  // of a run without the metric, too: the letters stay
      const auto found = run->curves.find(metric);
      if (found == run->curves.end()) continue;
      curve.points = *found->second.points;
      curve.gap = found->second.gap;
    }
    PlotOptions options;
    options.width = columns;
    options.height = rows - 1;
    options.style = style_;
    options.is_log_y = view_.is_log();
    options.smoothing = view_.smoothing();
    append(out, plotted(curves, options).picture, rows - 1);
    return out;
  }

  /// Of the run that is watched alone, or else of the first that is running and says something.
  [[nodiscard]] std::string system_line() const {
    const WatchedRun* of = nullptr;
    const auto says = [](const WatchedRun& run) {
      return std::any_of(run.curves.begin(), run.curves.end(), [](const auto& one) { return is_system_metric(one.first); });
    };
    std::size_t at = 0;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const bool has_priority = of == nullptr || (of->state != WatchedState::running &&
                                                  runs_[i]->state == WatchedState::running);
      if (!has_priority || !says(*runs_[i])) continue;
      of = runs_[i];
      at = i;
    }
    if (of == nullptr) return {};
    ScreenLine out = line();
    out.add("system", ScreenStyle::dim);
    if (has_letters()) out.add(" ").add(std::string(1, curve_letter(at)), curve_color(at));
    for (const bool is_of_group : {false, true})  // of the container last
      for (const auto& [name, curve] : of->curves) {
        if (!is_system_metric(name) || curve.extremes.count == 0) continue;
        if ((name.rfind("system/cgroup", 0) == 0) != is_of_group) continue;
        const std::string text = "  " + system_text(name, curve.extremes.last, style_);
        if (fitted_to_terminal(text, std::string_view::npos).width > out.room()) continue;  // a shorter one may fit
        out.add(text);
      }
    return out.text();
  }

  /// Whose console is shown: the run that is watched alone, or else the first that is running and says something.
  [[nodiscard]] const WatchedRun* console_run() const {
    const WatchedRun* of = nullptr;
    for (const WatchedRun* const run : runs_)
      if (!run->console.empty() &&
          (of == nullptr || (of->state != WatchedState::running && run->state == WatchedState::running)))
        of = run;
    return of;
  }
  [[nodiscard]] std::vector<std::string> console(std::size_t columns, std::size_t rows) const {
    std::vector<std::string> out;
    const WatchedRun* const run = console_run();
    if (run == nullptr || rows < 2) return out;
    ScreenLine head = line(columns);
    head.add("console", ScreenStyle::dim);
    if (has_letters()) head.add("  " + run->name, ScreenStyle::dim);
    out.push_back(head.text());
    const std::size_t count = (std::min)(run->console.size(), rows - 1);
    for (std::size_t i = run->console.size() - count; i < run->console.size(); ++i)
      out.push_back(line(columns).add("  ").add(run->console[i]).text());
    return out;
  }

  [[nodiscard]] std::string keys() const {
    ScreenLine out = line();
    if (view_.is_paused()) out.add("paused", ScreenStyle::reverse).add("  ");
    if (!scene_.notice.empty()) return out.add(scene_.notice, ScreenStyle::yellow).text();
    const std::string notice = view_.notice(scene_);
    out.add(notice, ScreenStyle::yellow);
    if (!view_.shows_keys()) return out.text();
    if (!notice.empty()) out.add("  ");
    for (const std::string_view key : {"q quit", "h help", "n/p metric", "r run", "l log", "s/S smooth", "space pause"}) {
      if (key.size() > out.room()) break;
      out.add(key, ScreenStyle::dim).add("  ");
    }
    return out.text();
  }

  [[nodiscard]] std::vector<std::string> help() const {
    std::vector<std::string> out;
    out.push_back(line().add("Keys of erm watch", ScreenStyle::bold).text());
    ScreenTable table({{0}, {0, false, 8}});
    table.add_row({{"q, Ctrl-C"}, {"quit"}});
    table.add_row({{"h, ?"}, {"this help, and back"}});
    table.add_row({{"n, Tab, right"}, {"the next metric"}});
    table.add_row({{"p, left"}, {"the previous metric"}});
    table.add_row({{"r, down"}, {"watch one run alone, the next one, and all again"}});
    table.add_row({{"R, up"}, {"the same, backwards"}});
    table.add_row({{"l"}, {"a logarithmic axis, and back"}});
    table.add_row({{"s, +"}, {"smooth the curves more"}});
    table.add_row({{"S, -"}, {"smooth them less"}});
    table.add_row({{"space"}, {"stop the screen, and go on"}});
    table.add_row({{"Ctrl-L"}, {"draw all anew"}});
    append(out, table.lines(size_.columns, style_), size_.rows);
    return out;
  }

  const WatchedScene& scene_;
  const WatchView& view_;
  FrameSize size_;
  TerminalStyle style_;
  std::vector<std::string> metrics_;
  std::string metric_;
  std::vector<const WatchedRun*> runs_;  // that are shown
};

inline std::vector<std::string> watch_frame(const WatchedScene& scene, const WatchView& view, FrameSize size,
                                            TerminalStyle style) {
  return WatchFrame(scene, view, size, style).lines();
}

}  // namespace erm::detail
