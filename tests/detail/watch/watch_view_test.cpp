#include "erm/detail/watch/frame.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/watch/keys.hpp"
#include "erm/detail/watch/last_step.hpp"
#include "erm/detail/watch/lines.hpp"
#include "erm/detail/watch/screen.hpp"
#include "thrown.hpp"

using erm::Goal;
using erm::detail::FrameSize;
using erm::detail::KeyReader;
using erm::detail::Screen;
using erm::detail::shown_width;
using erm::detail::TerminalStyle;
using erm::detail::watch_frame;
using erm::detail::watched_line;
using erm::detail::WatchedChanges;
using erm::detail::WatchedCurve;
using erm::detail::WatchedRun;
using erm::detail::WatchedScene;
using erm::detail::WatchedState;
using erm::detail::WatchKey;
using erm::detail::WatchView;
using erm_test::contains;

namespace {

WatchedCurve curve_of(const std::vector<double>& values) {
  WatchedCurve made;
  std::vector<erm::detail::PlotPoint> points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    points.push_back({static_cast<double>(i), values[i]});
    made.extremes.add(static_cast<double>(i), values[i]);
    made.last_step = static_cast<std::int64_t>(i);
  }
  made.points = std::make_shared<std::vector<erm::detail::PlotPoint>>(std::move(points));
  return made;
}

std::vector<double> falling(double by) {
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i) values.push_back(std::exp(-by * i));
  return values;
}

WatchedRun training(const std::string& name, double by) {
  WatchedRun run;
  run.key = run.name = name;
  run.silent_s = 3.4;
  run.step = 100;
  run.steps_per_s = 35.26;
  run.left = erm::detail::TimeLeft{260, "max_steps", 2000};
  run.curves["loss"] = curve_of(falling(by));
  run.curves["acc"] = curve_of({0.25, 0.5, 0.75});
  run.curves["system/memory_bytes"] = curve_of({1.5e9});
  run.curves["system/cpu_share"] = curve_of({0.971});
  run.goals["loss"] = Goal::minimize;
  run.console = {"epoch 1", "epoch 2", "epoch 3: loss 0.31"};
  return run;
}

WatchedScene two_runs() {
  WatchedScene scene;
  scene.registry = "/data/erm-registry";
  scene.clock = "07:30:21";
  scene.runs = {training("adam", 0.03), training("sgd", 0.01)};
  scene.runs[1].state = WatchedState::failed;
  scene.runs[1].failure = "out of memory";
  return scene;
}

std::string picture(const WatchedScene& scene, const WatchView& view, FrameSize size) {
  std::string text;
  for (const std::string& line : watch_frame(scene, view, size, {})) text += line + "\n";
  return text;
}

void press(WatchView& view, const WatchedScene& scene, const std::string& keys) {
  KeyReader reader;
  for (const char c : keys)
    for (const WatchKey key : reader.keys_of(std::string(1, c))) view.press(key, scene);
}

}  // namespace

// The pictures in tests/data/watch have been looked at; ERM_WRITE_PICTURES=1 writes them anew.
TEST_CASE("frames of usual and of tiny screens are the pictures that were looked at") {
  WatchedScene one = two_runs();
  one.runs.pop_back();
  WatchView logarithmic;
  press(logarithmic, one, "ls");
  const struct {
    std::string name;
    WatchedScene scene;
    WatchView view;
    FrameSize size;
  } cases[] = {{"two_runs_80x24", two_runs(), {}, {80, 24}},
               {"two_runs_200x50", two_runs(), {}, {200, 50}},
               {"two_runs_40x10", two_runs(), {}, {40, 10}},
               {"two_runs_12x4", two_runs(), {}, {12, 4}},
               {"one_run_80x24", one, logarithmic, {80, 24}},
               {"one_run_16x5", one, {}, {16, 5}}};
  for (const auto& one_case : cases) {
    const std::string path = std::string(ERM_TEST_DATA) + "/watch/" + one_case.name + ".txt";
    const std::string found = picture(one_case.scene, one_case.view, one_case.size);
    if (std::getenv("ERM_WRITE_PICTURES") != nullptr) std::ofstream(path, std::ios::binary) << found;
    std::ifstream file(path, std::ios::binary);
    INFO(path);
    CHECK(found == std::string(std::istreambuf_iterator<char>(file), {}));
  }
}

TEST_CASE("a frame in ASCII without colours has no other characters") {
  for (const FrameSize size : {FrameSize{80, 24}, FrameSize{140, 40}})
    for (const std::string& line : watch_frame(two_runs(), {}, size, {false, false}))
      for (const char c : line) CHECK((c >= ' ' && c <= '~'));
}

TEST_CASE("a frame without runs says why") {
  WatchedScene scene;
  scene.registry = "runs";
  scene.notice = "no run yet; waiting";
  CHECK(picture(scene, {}, {40, 5}) == "erm watch  0 running  runs\nno run yet; waiting\n");
}

TEST_CASE("a notice stands in place of the keys") {
  WatchedScene scene = two_runs();
  scene.notice = "cannot read the registry";
  const std::vector<std::string> lines = watch_frame(scene, {}, {80, 24}, {});
  CHECK(lines.back() == "cannot read the registry");
}

TEST_CASE("no frame is wider or taller than the screen, whatever the runs hold") {
  std::mt19937 random(20261129);
  const auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
  const std::vector<std::string> texts = {"",
                                          "a",
                                          "loss",
                                          "system/gpu0_share",
                                          "system/memory_bytes",
                                          "\x1B[2J\x1B]0;title\a evil",
                                          "日本語の実験",
                                          "\xF0\x9F\x9A\x80\xE2\x9C\x85 done \xE2\x9A\xA1",
                                          "broken \xFF\xC3 bytes",
                                          "a\r\nb\tc",
                                          "e\xCC\x81\xCC\x81\xCC\x81",
                                          "\xE2\x80\xAEright to left",
                                          std::string(300, 'x'),
                                          std::string("nul\0nul", 7)};
  const std::vector<double> numbers = {0, -0.0, 1, -1.5e-300, 1e300, 1.7976931348623157e308, 5e-324, 0.1 + 0.2,
                                       std::nan(""), HUGE_VAL, -HUGE_VAL, 9007199254740993.0};
  const auto text = [&] { return texts[up_to(texts.size() - 1)]; };
  const auto number = [&] { return numbers[up_to(numbers.size() - 1)]; };
  for (int round = 0; round < 3000; ++round) {
    WatchedScene scene;
    scene.registry = text();
    scene.clock = up_to(1) == 0 ? "" : "07:30:21";
    if (up_to(4) == 0) scene.notice = text();
    for (std::size_t i = up_to(up_to(60)); i > 0; --i) {
      WatchedRun run;
      run.key = std::to_string(i);
      run.name = text();
      run.state = static_cast<WatchedState>(up_to(4));
      run.failure = text();
      if (up_to(2) > 0) run.silent_s = number();
      if (up_to(2) > 0) run.step = up_to(1) == 0 ? (std::numeric_limits<std::int64_t>::min)() : 12;
      if (up_to(2) > 0) run.steps_per_s = number();
      if (up_to(2) > 0) run.left = erm::detail::TimeLeft{number(), text(), 99};
      for (std::size_t k = up_to(8); k > 0; --k) {
        std::vector<double> values;
        for (std::size_t n = up_to(20); n > 0; --n) values.push_back(number());
        const std::string name = text();
        run.curves[name] = curve_of(values);
        if (up_to(2) == 0) run.goals[name] = up_to(1) == 0 ? Goal::minimize : Goal::maximize;
      }
      for (std::size_t k = up_to(6); k > 0; --k) run.console.push_back(text());
      scene.runs.push_back(std::move(run));
    }
    WatchView view;
    for (std::size_t i = up_to(6); i > 0; --i)
      view.press(static_cast<WatchKey>(up_to(static_cast<std::size_t>(WatchKey::quit))), scene);
    const FrameSize size{1 + up_to(up_to(1) == 0 ? 20 : 250), 1 + up_to(up_to(1) == 0 ? 10 : 70)};
    const TerminalStyle style{up_to(1) == 0, up_to(1) == 0};
    const std::vector<std::string> lines = watch_frame(scene, view, size, style);
    INFO("round " << round << ", " << size.columns << " x " << size.rows);
    REQUIRE(lines.size() <= size.rows);
    for (const std::string& line : lines) {
      INFO(line);
      REQUIRE(shown_width(line) <= size.columns);
      REQUIRE(line.find_first_of("\r\n\t\a\x7F") == std::string::npos);
      for (std::size_t at = line.find('\x1B'); at != std::string::npos; at = line.find('\x1B', at + 1)) {
        const std::size_t end = line.find_first_not_of("0123456789", at + 2);
        REQUIRE(style.is_colored);
        REQUIRE(line[at + 1] == '[');
        REQUIRE(end != std::string::npos);
        REQUIRE(line[end] == 'm');  // a colour of ours, and no other sequence
      }
    }
  }
}

TEST_CASE("keys choose the metric, the run, the axis and the smoothing") {
  const WatchedScene scene = two_runs();
  WatchView view;
  CHECK(view.metric(scene) == "loss");  // it has a goal
  press(view, scene, "n");
  CHECK(view.metric(scene) == "acc");
  press(view, scene, "\t");
  CHECK(view.metric(scene) == "system/cpu_share");
  press(view, scene, "nn");
  CHECK(view.metric(scene) == "loss");
  press(view, scene, "p");
  CHECK(view.metric(scene) == "system/memory_bytes");
  press(view, scene, "\x1B[C");
  CHECK(view.metric(scene) == "loss");
  press(view, scene, "\x1B[Z\x1BOD");
  CHECK(view.metric(scene) == "system/cpu_share");

  CHECK(view.focused(scene) == nullptr);
  press(view, scene, "r");
  REQUIRE(view.focused(scene) != nullptr);
  CHECK(view.focused(scene)->name == "adam");
  press(view, scene, "\x1B[B");
  CHECK(view.focused(scene)->name == "sgd");
  press(view, scene, "r");
  CHECK(view.focused(scene) == nullptr);
  press(view, scene, "R");
  CHECK(view.focused(scene)->name == "sgd");
  press(view, scene, "\x1B[A");
  CHECK(view.focused(scene)->name == "adam");

  press(view, scene, "l");
  CHECK(view.is_log());
  press(view, scene, "l");
  CHECK_FALSE(view.is_log());
  press(view, scene, "S-");
  CHECK(view.smoothing() == 0);
  press(view, scene, "s");
  CHECK(view.smoothing() == 0.6);
  press(view, scene, "++++++++++");
  CHECK(view.smoothing() == 0.99);
  press(view, scene, "S");
  CHECK(view.smoothing() == 0.98);

  press(view, scene, " ");
  CHECK(view.is_paused());
  press(view, scene, "h");
  CHECK(view.shows_help());
  press(view, scene, "?");
  CHECK_FALSE(view.shows_help());
}

TEST_CASE("what the keys have chosen is on the screen") {
  const WatchedScene scene = two_runs();
  WatchView view;
  press(view, scene, "lss");
  CHECK(contains(picture(scene, view, {80, 24}), "loss, logarithmic, smoothed 0.8"));
  press(view, scene, "nr");
  const std::string one = picture(scene, view, {80, 24});
  CHECK(contains(one, "acc, logarithmic, smoothed 0.8"));
  CHECK(contains(one, "adam"));
  CHECK_FALSE(contains(one, "sgd"));
  CHECK(contains(one, "points"));  // the table of one run
  press(view, scene, " ");
  CHECK(contains(picture(scene, view, {80, 24}), "\npaused"));
  press(view, scene, "h");
  const std::string help = picture(scene, view, {80, 24});
  CHECK(contains(help, "Keys of erm watch"));
  CHECK(contains(help, "quit"));
}

TEST_CASE("the chosen metric is in the table, and what was logged without steps is there without a curve") {
  WatchedScene scene = two_runs();
  for (int i = 10; i < 50; ++i) scene.runs[0].curves["metric" + std::to_string(i)] = curve_of({1, 2});
  scene.runs[0].curves["parameters"] = curve_of({});
  scene.runs[0].curves["parameters"].extremes.count = scene.runs[0].curves["parameters"].extremes.nans = 1;
  scene.runs[0].curves["parameters"].extremes.last = 1234;
  WatchView view;
  view.choose_metric("metric47");
  const std::string chosen = picture(scene, view, {80, 24});
  CHECK(contains(chosen, "\nmetric47  "));
  CHECK_FALSE(contains(chosen, "\nmetric10 "));
  view.choose_metric("parameters");
  const std::string value = picture(scene, view, {80, 24});
  CHECK(contains(value, "parameters "));
  CHECK(contains(value, "1234"));
  CHECK_FALSE(contains(value, "no points"));
}

TEST_CASE("a chosen run that is gone gives way to all, and a chosen metric to the first") {
  WatchedScene scene = two_runs();
  WatchView view;
  press(view, scene, "rrn");
  REQUIRE(view.focused(scene)->name == "sgd");
  scene.runs.pop_back();
  scene.runs[0].curves.erase("acc");
  CHECK(view.focused(scene) == nullptr);
  CHECK(view.metric(scene) == "loss");
  press(view, scene, "r");
  CHECK(view.focused(scene)->name == "adam");
}

TEST_CASE("a run that is shown alone is shown with its own metrics") {
  WatchedScene scene = two_runs();
  scene.runs[0].curves["adam/beta"] = curve_of({1, 2});
  scene.runs[1].curves.clear();
  scene.runs[1].curves["sgd/momentum"] = curve_of({3, 4, 5});
  scene.runs[1].curves["top5"] = curve_of({3, 4, 5});
  WatchView view;
  press(view, scene, "nn");
  CHECK(view.metric(scene) == "adam/beta");
  press(view, scene, "rr");
  REQUIRE(view.focused(scene)->name == "sgd");
  CHECK(view.metric(scene) == "sgd/momentum");
  const std::string first = picture(scene, view, {80, 24});
  CHECK(contains(first, "\nsgd/momentum  "));
  CHECK(contains(first, "1 of 2\n"));
  press(view, scene, "r");
  CHECK(view.metric(scene) == "adam/beta");  // the choice stays
  press(view, scene, "Rn");
  CHECK(view.metric(scene) == "top5");
  CHECK(contains(picture(scene, view, {80, 24}), "2 of 2\n"));
  press(view, scene, "n");
  CHECK(view.metric(scene) == "sgd/momentum");
  press(view, scene, "p");
  CHECK(view.metric(scene) == "top5");
  scene.runs[1].curves.clear();
  CHECK(view.metric(scene).empty());
  press(view, scene, "n");
  CHECK(contains(picture(scene, view, {80, 24}), "sgd"));
}

TEST_CASE("a metric to begin with that no run has is named, until another is chosen or a run has it") {
  WatchedScene scene = two_runs();
  WatchView view;
  view.choose_metric("nope");
  CHECK(view.metric(scene) == "loss");
  for (const FrameSize size : {FrameSize{80, 24}, FrameSize{200, 50}})
    CHECK(contains(watch_frame(scene, view, size, {}).back(), "no run has a metric 'nope' yet  q quit  h help"));
  WatchView once = view;
  once.leave_out_keys();
  CHECK(watch_frame(scene, once, {80, 24}, {}).back() == "no run has a metric 'nope' yet");
  WatchView other = view;
  press(other, scene, "n");
  CHECK_FALSE(contains(picture(scene, other, {80, 24}), "nope"));
  scene.runs[1].curves["nope"] = curve_of({1, 2});
  CHECK(view.metric(scene) == "nope");
  CHECK_FALSE(contains(picture(scene, view, {80, 24}), "no run has"));
}

TEST_CASE("a sequence that comes in pieces is one key, and unknown ones are none") {
  KeyReader reader;
  CHECK(reader.keys_of("\x1B").empty());
  CHECK(reader.keys_of("[").empty());
  CHECK(reader.keys_of("C") == std::vector<WatchKey>{WatchKey::next_metric});
  CHECK(reader.keys_of("\x1B[15~\x1B[1;5C\x1B[<0;1;2M\x1BOP\x1Bq\x1B[M !!\x1B]11;rgb:0/0/q\x07\x1BP1$rq\x1B\\x").empty());
  CHECK(reader.keys_of("q") == std::vector<WatchKey>{WatchKey::quit});
  CHECK(reader.keys_of("\x1B").empty());
  reader.forget_unfinished();
  CHECK(reader.keys_of("q") == std::vector<WatchKey>{WatchKey::quit});
  CHECK(reader.keys_of("\x1B[").empty());
  CHECK(reader.keys_of(std::string(100, '0')).empty());  // no sequence is so long
  CHECK(reader.keys_of("q") == std::vector<WatchKey>{WatchKey::quit});
  CHECK(reader.keys_of("\xC3\xB1\xE6\x97\xA5xyz1").empty());
}

TEST_CASE("what is pasted presses no keys") {
  KeyReader reader;
  CHECK(reader.keys_of("\x1B[200~quit n").empty());
  CHECK(reader.keys_of("q\x1B[C q\x1B[20").empty());
  CHECK(reader.keys_of("1~").empty());
  CHECK(reader.keys_of("n") == std::vector<WatchKey>{WatchKey::next_metric});
  CHECK(reader.keys_of("ls -l; echo quit").empty());  // where the terminal sets no brackets
  CHECK(reader.keys_of("nnnnnnnnnnnn").size() == 12);  // a key held on a slow line
}

TEST_CASE("only lines that have changed are written again") {
  Screen screen;
  const std::string whole = screen.text_of({"one", "two", "three"}, 10, 3);
  CHECK(contains(whole, "\x1B[2J"));
  CHECK(contains(whole, "\x1B[2;1Htwo"));
  CHECK(screen.text_of({"one", "two", "three"}, 10, 3).empty());
  CHECK(screen.text_of({"one", "2", "three"}, 10, 3) == "\x1B[?2026h\x1B[2;1H2\x1B[K\x1B[?2026l");
  // A line that fills the row is not followed by an erasure of its last column.
  CHECK(screen.text_of({"0123456789", "2", "three"}, 10, 3) == "\x1B[?2026h\x1B[1;1H0123456789\x1B[?2026l");
  CHECK(screen.text_of({"0123456789", "2"}, 10, 3) == "\x1B[?2026h\x1B[3;1H\x1B[K\x1B[?2026l");
  CHECK(contains(screen.text_of({"0123456789", "2"}, 11, 3), "\x1B[2J"));
  screen.forget();
  CHECK(contains(screen.text_of({"0123456789", "2"}, 11, 3), "\x1B[1;1H0123456789"));
}

TEST_CASE("the last step comes of a param that the run has not passed") {
  using erm::detail::last_step_of;
  using erm::detail::names_last_step;
  for (const char* const name : {"steps", "max_steps", "num-epochs", "training.maxSteps", "total_timesteps", "n_iter", "EPOCHS",
                                 "num_train_epochs", "max_iterations"})
    CHECK(names_last_step(name));
  for (const char* const name : {"warmup_steps", "steps_per_epoch", "save_steps", "lr", "max", "n", "", "stepsize", "epochs_done"})
    CHECK_FALSE(names_last_step(name));
  const std::map<std::string, erm::Value> params = {{"steps", 10000}, {"epochs", 20}, {"lr", 0.1}, {"max_steps", -1},
                                                    {"iterations", "many"}};
  REQUIRE(last_step_of(params, 12));
  CHECK(last_step_of(params, 12)->param == "epochs");
  CHECK(last_step_of(params, 20)->step == 20);
  CHECK(last_step_of(params, 21)->param == "steps");
  CHECK_FALSE(last_step_of(params, 10001));
  CHECK_FALSE(last_step_of({{"steps", 0.5}, {"epochs", 1e300}, {"rounds", std::nan("")}}, 0));
  CHECK(last_step_of({{"steps", "500"}}, 0)->step == 500);  // as the Python package writes it
}

TEST_CASE("without a terminal each change of a run is a line") {
  WatchedScene scene = two_runs();
  CHECK(watched_line(scene, scene.runs[0]) ==
        "07:30:21  adam  running  step 100/2000  loss 0.0497871  acc 0.75  35.3/s  4m20s left (max_steps)");
  CHECK(watched_line(scene, scene.runs[1]) ==
        "07:30:21  sgd  failed  out of memory  step 100/2000  loss 0.367879  acc 0.75");
  scene.runs[1].name = "\x1B[2Jevil\nname";
  CHECK(contains(watched_line(scene, scene.runs[1]), " [2Jevil name"));
  WatchedChanges changes;
  CHECK(changes.take(scene).size() == 2);
  CHECK(changes.take(scene).empty());
  scene.runs[0].curves["loss"] = curve_of(falling(0.5));
  CHECK(changes.take(scene).empty());  // as many points as before
  scene.runs[0].curves["loss"] = curve_of({1});
  REQUIRE(changes.take(scene).size() == 1);
  scene.runs[1].state = WatchedState::deleted;
  REQUIRE(changes.take(scene).size() == 1);
  CHECK(changes.take(scene).empty());
}
