// The verb `watch`: runs while they run, on the screen of the terminal or as lines.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/command/watched_runs.hpp"
#include "erm/detail/livepage/watched_page.hpp"
#include "erm/detail/os/terminal.hpp"
#include "erm/detail/watch/frame.hpp"
#include "erm/detail/watch/keys.hpp"
#include "erm/detail/watch/lines.hpp"
#include "erm/detail/watch/scene.hpp"
#include "erm/detail/watch/scene_reader.hpp"
#include "erm/detail/watch/screen.hpp"
#include "erm/detail/watch/view.hpp"

namespace erm::detail::command {

class WatchVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("runs", runs_, "The runs; a filter stands for all that fit, at any time. Without: the live ones, the last");
    app.add_option("-m,--metric", metric_, "The metric whose curves are shown first");
    CLI::Option* const output =
        add_output_option(app, "-o,--output", output_,
                          "Write a page (HTML) to this file in place of the screen, and keep it up to date");
    app.add_option("--interval", interval_s_, "Seconds between two looks; between lines of a run, or versions of the page")
        ->check(number_from_to(0.05, 86400));
    output->excludes(app.add_flag("--once", once_, "Show the runs as they are now, and end"));
    scope_.declare(app);
    output->excludes(app.add_flag("--json", json_, "Write JSON, an object a line, for programs (docs/command.md)"));
  }

  ExitCode run(Session& session) override {
    if (output_ == "-")
      throw UsageError("--output: a page that is written again and again needs a file; give its name, or ./- for one called '-'");
    WatchedRuns runs(session, scope_, runs_, interval_or(10));
    if (!output_.empty()) return write_page(session, runs);
    if (once_ && !json_) return show_once(session, look(runs));
#if !defined(_WIN32)
    if (!once_ && !json_ && is_terminal(1)) return show_screen(session, runs);
#endif
    return write_lines(session, runs);
  }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::chrono::milliseconds interval_or(double seconds) const {
    return std::chrono::milliseconds(std::llround(interval_s_.value_or(seconds) * 1000));
  }
  [[nodiscard]] WatchedScene look(WatchedRuns& runs) const {
    WatchedScene scene = runs.look();
    if (!once_ && scene.runs.empty() && !scene.notice.empty()) scene.notice += "; waiting";
    return scene;
  }
  static bool has_running(const WatchedScene& scene) {
    return std::any_of(scene.runs.begin(), scene.runs.end(),
                       [](const WatchedRun& run) { return run.state == WatchedState::running; });
  }

  // ---- a page ----

  /// No, if a run has not ended well, or is gone.
  ExitCode write_page(Session& session, WatchedRuns& runs) const {
    CompareOptions options;
    options.title = "Runs that are watched";
    WatchedPage page(output_, std::move(options), interval_or(10), [&](const std::string& text) { session.warn(text); });
    while (page.look(runs.uris(), runs.may_grow()) == WatchedPage::State::goes_on) std::this_thread::sleep_for(page.pause());
    return page.have_all_finished() ? ExitCode::yes : ExitCode::no;
  }

  // ---- once ----

  ExitCode show_once(Session& session, WatchedScene scene) const {
    scene.clock.clear();
    FrameSize size;
    if (session.out.has_width()) size.columns = session.out.width();
    if (const auto terminal = terminal_size(); terminal && terminal->rows > 1) size.rows = terminal->rows - 1;
    if (const auto rows = environment("LINES"))
      if (const std::optional<double> number = parse_number(*rows); number && *number >= 1 && *number <= 10000)
        size.rows = static_cast<std::size_t>(*number);
    WatchView view;
    view.choose_metric(metric_);
    view.leave_out_keys();
    std::vector<std::string> lines = watch_frame(scene, view, size, {session.out.colored(), environment_is_utf8()});
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    for (const std::string& line : lines) session.out.line(line);
    return scene.runs.empty() ? ExitCode::no : ExitCode::yes;
  }

  // ---- lines ----

  ExitCode write_lines(Session& session, WatchedRuns& runs) const {
    const std::chrono::milliseconds between_lines = interval_or(10);
    const std::chrono::milliseconds between_looks = (std::min)(between_lines, std::chrono::milliseconds(1000));
    WatchedChanges changes;
    std::string notice;
    bool is_metric_due = true;
    Clock::time_point next_points = Clock::now();
    for (;;) {
      WatchedScene scene;
      try {
        scene = look(runs);
      } catch (const IoError& error) {  // a store may come back
        scene.notice = error.what();
      }
      if (!scene.notice.empty() && scene.notice != notice) session.warn(scene.notice);
      notice = scene.notice;
      if (is_metric_due && !scene.runs.empty()) {
        if (const std::string missing = metric_notice(scene, metric_); !missing.empty()) session.warn(missing);
        is_metric_due = false;
      }
      const bool has_ended = once_ || (!scene.runs.empty() && !has_running(scene));
      const bool are_points_due = has_ended || Clock::now() >= next_points;
      if (are_points_due) next_points = Clock::now() + between_lines;
      for (const WatchedRun* const run : changes.take(scene, are_points_due)) {
        if (json_)
          session.out.line(json_text(json_of(scene, *run)));
        else
          session.out.line(watched_line(scene, *run));
      }
      session.out.flush();
      if (has_ended) return code_of(scene);
      std::this_thread::sleep_for(between_looks);
    }
  }

  /// No, if a run has not ended well, or is gone: nobody knows how it ended.
  static ExitCode code_of(const WatchedScene& scene) {
    const auto is_run_well = [](const WatchedRun& run) {
      return run.state == WatchedState::running || run.state == WatchedState::finished;
    };
    const bool is_well = !scene.runs.empty() && std::all_of(scene.runs.begin(), scene.runs.end(), is_run_well);
    return is_well ? ExitCode::yes : ExitCode::no;
  }

  template <class Number>
  static Json json_or_null(const std::optional<Number>& number) {
    if (!number) return nullptr;
    if constexpr (std::is_same_v<Number, double>)
      return command::json_of(*number);
    else
      return *number;
  }
  static Json json_of(const WatchedScene& scene, const WatchedRun& run) {
    Json json = json_document("erm.watch/1");
    json["time"] = time_text(now_utc());
    json["experiment"] = run.experiment;
    json["variant"] = run.variant;
    json["run"] = run.id;
    json["uri"] = run.key;
    json["status"] = std::string(state_word(run.state));
    json["replaced"] = run.was_replaced;
    json["failure"] = run.failure;
    json["silent_s"] = json_or_null(run.silent_s);
    json["step"] = json_or_null(run.step);
    json["steps_per_s"] = json_or_null(run.steps_per_s);
    json["last_step"] = nullptr;
    json["left_s"] = nullptr;
    if (run.left) {
      json["last_step"] = run.left->last_step;
      json["left_s"] = command::json_of(run.left->seconds);
    }
    json["metrics"] = Json::object();
    for (const auto& [name, curve] : run.curves) {
      const CurveExtremes& of = curve.extremes;
      Json one;
      const bool has_steps = !curve.points->empty();
      one["points"] = has_steps ? of.count : 0;
      one["step"] = nullptr;
      if (has_steps) one["step"] = curve.last_step;
      one["last"] = command::json_of(of.last);
      one["best"] = nullptr;
      one["best_step"] = nullptr;
      if (const std::optional<Goal> goal = watched_goal(scene, name); goal && of.has_values()) {
        one["best"] = command::json_of(goal == Goal::minimize ? of.least : of.greatest);
        one["best_step"] = static_cast<std::int64_t>(goal == Goal::minimize ? of.least_x : of.greatest_x);
      }
      json["metrics"][name] = std::move(one);
    }
    return json;
  }

  // ---- the screen ----

#if !defined(_WIN32)
  /// At most two frames a second, and one for each key.
  ExitCode show_screen(Session& session, WatchedRuns& runs) const {
    constexpr std::chrono::milliseconds between_frames(500), at_most(250);
    WatchedScene first;
    first.registry = session.registry();
    first.notice = "reading the runs";  // many points take a while
    SceneReader reader([&] { return look(runs); }, std::move(first), interval_or(0.5));
    reader.wait_for_first(at_most);
    os::DrawnTerminal terminal(ScreenText::enter, ScreenText::leave);
    const TerminalStyle style = {session.out.colored(), environment_is_utf8()};
    Screen screen;
    KeyReader keys;
    WatchView view;
    view.choose_metric(metric_);
    std::shared_ptr<const WatchedScene> scene = reader.scene();
    Clock::time_point next_frame = Clock::now(), last_typed = next_frame;
    while (!terminal.is_over()) {
      const auto until_frame = std::chrono::ceil<std::chrono::milliseconds>(next_frame - Clock::now());
      const std::string typed = terminal.typed(std::clamp(until_frame, std::chrono::milliseconds(0), at_most));
      if (!typed.empty()) last_typed = Clock::now();
      if (Clock::now() - last_typed > at_most) keys.forget_unfinished();
      bool is_due = Clock::now() >= next_frame;
      for (const WatchKey key : keys.keys_of(typed)) {
        if (key == WatchKey::quit) return ExitCode::yes;
        if (key == WatchKey::redraw) screen.forget();
        view.press(key, *scene);
        is_due = true;
      }
      if (terminal.take_renewed()) {
        screen.forget();
        is_due = true;
      }
      if (!is_due) continue;
      if (!view.is_paused()) scene = aged(reader.scene());
      const os::DrawnTerminal::Size size = terminal.size();
      terminal.write(screen.text_of(watch_frame(*scene, view, {size.columns, size.rows}, style), size.columns, size.rows));
      next_frame = Clock::now() + between_frames;
    }
    return ExitCode::yes;
  }

  /// The scene as it is now, if it was made a while ago.
  static std::shared_ptr<const WatchedScene> aged(std::shared_ptr<const WatchedScene> scene) {
    const double age = std::chrono::duration<double>(Clock::now() - scene->made_at).count();
    if (age < 1) return scene;
    auto copy = std::make_shared<WatchedScene>(*scene);
    copy->clock = watch_clock();
    for (WatchedRun& run : copy->runs)
      if (run.silent_s) *run.silent_s += age;
    return copy;
  }
#endif

  std::vector<std::string> runs_;
  std::string metric_, output_;
  std::optional<double> interval_s_;
  bool once_ = false, json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
