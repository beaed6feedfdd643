// Live runs that go on from a checkpoint.
#include <erm/erm.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"
#endif

namespace live_rewind_test {

using erm::ExperimentRun;
using erm::LiveOptions;
using erm::LiveRun;
using erm::MetricHistory;
using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

namespace {

LiveOptions named(std::optional<std::int64_t> resume_at_step = {}, const std::string& writer = "main") {
  LiveOptions options;
  options.run_id = "job";
  options.writer = writer;
  options.provenance = false;
  options.flush_interval = std::chrono::hours(1);
  options.heartbeat = std::chrono::hours(1);
  options.resume = true;
  options.resume_at_step = resume_at_step;
  return options;
}

template <class Run>
void train(Run& run, int attempt, std::int64_t from, std::int64_t to, const std::string& metric = "loss") {
  for (std::int64_t step = from; step < to; ++step) run.log_metric(metric, 1000 * attempt + static_cast<int>(step), step);
}

std::vector<std::int64_t> steps_of(const MetricHistory& history) {
  std::vector<std::int64_t> steps;
  for (const erm::MetricPoint& point : history.points()) steps.push_back(point.step);
  return steps;
}

std::vector<std::int64_t> range(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> all;
  for (; from < to; ++from) all.push_back(from);
  return all;
}

ExperimentRun load(const TemporaryDirectory& dir) { return erm::load_run_from_registry(dir / "reg", "e"); }

}  // namespace

#if !defined(_WIN32)
TEST_CASE("a writer that took all of its points back is none of the writers of a curve") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  LiveRun run(registry, "e", named());
  train(run, 1, 0, 5);
  {
    LiveRun other(registry, "e", named({}, "rank1"));
    train(other, 2, 0, 5);
    other.rewind(0);
  }
  run.finish();
  const MetricHistory curve = erm::load_run_from_path(registry + "/e/main/job").curve("loss");
  CHECK(curve.size() == 5);
  CHECK(curve.writers().empty());
}

TEST_CASE("A run that crashed after its checkpoint goes on from there", "[fork]") {
  const TemporaryDirectory dir;
  erm_test::Child crashed([&](const erm_test::Child::Tell&) {
    LiveOptions options = named();
    options.handle_signals = false;
    LiveRun run(dir / "reg", "e", options);
    train(run, 0, 0, 150);
    run.log_metric("val/loss", 0.5, 1);
    run.flush();
    std::abort();
  });
  crashed.wait();
  REQUIRE(crashed.signal() == SIGABRT);
  {
    LiveRun run(dir / "reg", "e", named(100));
    CHECK(run.last_step("loss") == 99);
    CHECK(run.last_step("val/loss") == 1);
    CHECK_FALSE(run.last_step("acc"));
    // Before anything is logged, too.
    CHECK(steps_of(load(dir).curve("loss")) == range(0, 100));
    CHECK(load(dir).metric_value("loss") == 99);
    train(run, 1, 100, 250);
    CHECK(run.last_step("loss") == 249);
  }
  const ExperimentRun loaded = load(dir);
  CHECK(steps_of(loaded.curve("loss")) == range(0, 250));
  CHECK(loaded.curve("loss").at(120) == 1120.0);
  CHECK(loaded.history(true).at("loss").size() == 300);
  CHECK((loaded.curve("loss").min)()->value == 0);
  CHECK(loaded.metric_value("loss") == 1249);
  CHECK(steps_of(loaded.curve("val/loss")) == range(1, 2));
}

TEST_CASE("A run that is killed right after it went back has gone back", "[fork]") {
  const TemporaryDirectory dir;
  erm_test::Child killed([&](const erm_test::Child::Tell&) {
    LiveRun run(dir / "reg", "e", named());
    train(run, 0, 0, 20);
    run.rewind(10);
    ::kill(::getpid(), SIGKILL);
  });
  killed.wait();
  REQUIRE(killed.signal() == SIGKILL);
  const ExperimentRun loaded = load(dir);
  CHECK(steps_of(loaded.curve("loss")) == range(0, 10));
  CHECK(loaded.metric_value("loss") == 9);
  CHECK(loaded.history(true).at("loss").size() == 20);
}

TEST_CASE("A child that takes a run with it goes on behind its rewinds", "[fork]") {
  const TemporaryDirectory dir;
  LiveOptions options = named();
  options.on_error = [](const std::string&) {};  // the parent is told that the run is the child's
  LiveRun run(dir / "reg", "e", options);
  train(run, 0, 0, 20);
  run.rewind(10);
  train(run, 1, 10, 12);
  erm_test::Child child([&](const erm_test::Child::Tell&) {
    run.continue_in_child();
    if (run.last_step("loss") != 11) ::_exit(5);
    train(run, 1, 12, 15);
    run.rewind(14);
    train(run, 2, 14, 16);
    run.finish();
  });
  child.wait();
  CHECK(child.exit_code() == 0);
  const ExperimentRun loaded = load(dir);
  CHECK(steps_of(loaded.curve("loss")) == range(0, 16));
  CHECK(loaded.curve("loss").at(11) == 1011.0);
  CHECK(loaded.curve("loss").at(14) == 2014.0);
}
#endif

TEST_CASE("A live run goes back while it runs, and values without a step stay") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "reg", "e", named());
  auto loss = run.metric("loss");
  for (std::int64_t step = 0; step < 10; ++step) loss.log(static_cast<double>(step), step);
  run.log_metric("val/loss", 0.75, 2);
  run.log_metric("val/loss", 0.5, 3);
  run.log_metric("late", 4, 8);
  run.log_metric("time", 3, 9);
  run.log_metric("time", 12.5);
  CHECK(run.last_step("loss") == 9);
  run.rewind(6);
  run.rewind("val/loss", 3);
  CHECK(run.last_step("loss") == 5);
  CHECK(run.last_step("val/loss") == 2);
  CHECK_FALSE(run.last_step("late"));
  ExperimentRun now = load(dir);
  CHECK(now.metric_value("loss") == 5);
  CHECK(now.metric_value("val/loss") == 0.75);
  CHECK(now.metric_value("time") == 12.5);
  CHECK(now.metrics().count("late") == 0);
  CHECK(now.history().count("late") == 0);
  loss.log(60, 6);
  CHECK(run.last_step("loss") == 6);
  run.finish();
  now = load(dir);
  CHECK(now.metric_value("loss") == 60);
  CHECK(steps_of(now.curve("loss")) == range(0, 7));
  CHECK(now.history(true).at("late").size() == 1);
  CHECK(contains(thrown<erm::Error>([&] { run.rewind(1); }), "has ended it"));

  LiveRun disabled = LiveRun::disabled();
  disabled.rewind(1);
  CHECK_FALSE(disabled.last_step("loss"));
}

TEST_CASE("A live run goes back again and again, and a run resumed from its copy as well") {
  const TemporaryDirectory dir;
  {
    LiveRun run(dir / "reg", "e", named());
    train(run, 0, 0, 6);
    run.rewind(4);
    train(run, 1, 4, 6);
    run.rewind(2);
    train(run, 2, 2, 3);
  }
  {
    LiveRun run(dir / "reg", "e", named(3));
    train(run, 3, 3, 5);
  }
  const ExperimentRun loaded = load(dir);
  CHECK(steps_of(loaded.curve("loss")) == range(0, 5));
  CHECK(loaded.curve("loss").at(2) == 2002.0);
  CHECK(steps_of(loaded.history(true).at("loss")) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 4, 5, 2, 3, 4});

  // Saved, the history lies in another order, and the run goes on with that file.
  erm::save_run_to_registry(loaded, dir / "copy");
  {
    LiveRun run(dir / "copy", "e", named(4));
    CHECK(run.last_step("loss") == 3);
    train(run, 4, 4, 8);
  }
  const ExperimentRun copy = erm::load_run_from_registry(dir / "copy", "e");
  CHECK(steps_of(copy.curve("loss")) == range(0, 8));
  CHECK(copy.curve("loss").at(4) == 4004.0);
  CHECK(copy.history(true).at("loss").size() == 15);
  // Saving over it names its files first.
  erm::SaveOptions again;
  again.overwrite = true;
  erm::save_run_to_registry(copy, dir / "copy", again);
  CHECK(erm::load_run_from_registry(dir / "copy", "e").history() == copy.history());
  CHECK(erm::load_run_from_registry(dir / "copy", "e").history(true) == copy.history(true));
}

TEST_CASE("A rewind of main reaches what the files of all writers have, and one of a rank only its own") {
  const TemporaryDirectory dir;
  {
    LiveRun main(dir / "reg", "e", named());
    LiveRun rank(dir / "reg", "e", named({}, "rank1"));
    train(main, 0, 0, 10);
    train(rank, 0, 0, 10);
    train(rank, 0, 0, 10, "rank1/loss");
    rank.flush();
    main.rewind(5);
    ExperimentRun now = load(dir);
    CHECK(steps_of(now.curve("rank1/loss")) == range(0, 5));
    CHECK(now.metric_value("rank1/loss") == 4);
    CHECK(now.curve("loss").size() == 10);
    train(rank, 1, 5, 8, "rank1/loss");
    rank.rewind("rank1/loss", 7);
    train(rank, 2, 7, 8, "rank1/loss");
    rank.rewind(100);
    train(main, 1, 5, 7);
    rank.finish();
    main.finish();
  }
  const ExperimentRun loaded = load(dir);
  CHECK(steps_of(loaded.curve("rank1/loss")) == range(0, 8));
  CHECK(loaded.curve("rank1/loss").at(6) == 1006.0);
  CHECK(loaded.curve("rank1/loss").at(7) == 2007.0);
  CHECK(loaded.metric_value("rank1/loss") == 2007);
  CHECK(loaded.curve("loss").size() == 12);  // 0 to 6 of main, 0 to 4 of the rank
  CHECK(loaded.metric_value("loss") == 1006);
  CHECK_FALSE(loaded.curve("loss").repeats_steps());
  const ExperimentRun copy = erm::load_run_from_path(erm::save_run_to_registry(loaded, dir / "copy"));
  CHECK(copy.history() == loaded.history());
  CHECK(copy.history(true) == loaded.history(true));
  CHECK((copy.curve("loss").max)()->value == 1006);
  erm::FindOptions options;
  options.filter = "metrics.rank1/loss = 2007 and metrics.loss.max = 1006";
  CHECK(erm::find_runs(dir / "reg", options).size() == 1);
}

TEST_CASE("All ranks of a job resume from the checkpoint") {
  const TemporaryDirectory dir;
  for (const int attempt : {0, 1}) {
    const std::optional<std::int64_t> at = attempt == 0 ? std::nullopt : std::optional<std::int64_t>(5);
    LiveRun main(dir / "reg", "e", named(at));
    LiveRun rank(dir / "reg", "e", named(at, "rank1"));
    if (attempt == 1) CHECK(rank.last_step("rank1/loss") == 4);
    train(main, attempt, 5 * attempt, 10);
    train(rank, attempt, 5 * attempt, 8, "rank1/loss");
    rank.finish();
    main.finish();
  }
  const ExperimentRun loaded = load(dir);
  CHECK(steps_of(loaded.curve("loss")) == range(0, 10));
  CHECK(steps_of(loaded.curve("rank1/loss")) == range(0, 8));
  CHECK(loaded.metric_value("rank1/loss") == 1007);
  CHECK(loaded.history(true).at("rank1/loss").size() == 11);
}

TEST_CASE("A rewind is between the points that each thread logged before it and after it") {
  const TemporaryDirectory dir;
  constexpr int threads = 4;
  LiveRun run(dir / "reg", "e", named());
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&run, i] {
      const std::string metric = "m" + std::to_string(i);
      for (int round = 0; round < 5; ++round) {
        train(run, 2 * round, 0, 3000, metric);
        run.rewind(metric, 1000);
        train(run, 2 * round + 1, 1000, 2000, metric);
        if (run.last_step(metric) != 1999) std::abort();
        run.rewind(metric, 0);
      }
      train(run, 20, 0, 100, metric);
    });
  }
  for (std::thread& one : all) one.join();
  run.finish();
  const ExperimentRun loaded = load(dir);
  for (int i = 0; i < threads; ++i) {
    const std::string metric = "m" + std::to_string(i);
    CHECK(steps_of(loaded.curve(metric)) == range(0, 100));
    CHECK(loaded.curve(metric).first().value == 20000);
    CHECK(loaded.metric_value(metric) == 20099);
    CHECK(loaded.history(true).at(metric).size() == 5 * 4000 + 100);
  }
}

TEST_CASE("The metrics of the system are not rewound with the others") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "reg", "e", named());
  run.log_metric("system/memory", 1, 500);
  run.log_metric("loss", 1, 500);
  run.rewind(100);
  run.finish();
  CHECK(load(dir).curve("system/memory").size() == 1);
  CHECK(load(dir).history().count("loss") == 0);
}

TEST_CASE("A history file that another program shortens keeps what is logged after the rewind") {
  const TemporaryDirectory dir;
  const std::string csv = dir / "reg/e/main/job/history/main.csv";
  for (const bool while_open : {true, false}) {
    std::filesystem::remove_all(dir / "reg");
    LiveOptions options = named();
    options.on_error = [](const std::string&) {};
    std::optional<LiveRun> run(std::in_place, dir / "reg", "e", options);
    train(*run, 0, 0, 1000);
    run->rewind(10);
    if (!while_open) run.reset();
    std::filesystem::resize_file(csv, 0);
    if (!while_open) run.emplace(dir / "reg", "e", options);
    train(*run, 1, 10, 200);
    CHECK(run->last_step("loss") == 199);
    try {
      run->finish();
    } catch (const erm::Error& error) {
      CHECK(contains(error.what(), "points are lost"));
    }
    CHECK(steps_of(load(dir).curve("loss")) == range(10, 200));
  }
}

TEST_CASE("A store that keeps whole histories is rewound, too") {
  const auto fs = std::make_shared<erm_test::PlainFileSystem>();
  LiveOptions options = named();
  options.fs = fs;
  {
    LiveRun run("reg", "e", options);
    train(run, 0, 0, 10);
    run.rewind(5);
    train(run, 1, 5, 7);
  }
  options.resume_at_step = 6;
  {
    LiveRun run("reg", "e", options);
    CHECK(run.last_step("loss") == 5);
    train(run, 2, 6, 8);
  }
  const ExperimentRun loaded = erm::load_run_from_registry("reg", "e", "main", {}, fs);
  CHECK(steps_of(loaded.curve("loss")) == range(0, 8));
  CHECK(loaded.curve("loss").at(5) == 1005.0);
  CHECK(loaded.curve("loss").at(6) == 2006.0);
}

TEST_CASE("A step to resume at is refused without resume") {
  const TemporaryDirectory dir;
  LiveOptions options = named(100);
  options.resume = false;
  CHECK(contains(thrown<erm::Error>([&] { LiveRun(dir / "reg", "e", options); }), "without LiveOptions::resume"));
  CHECK_FALSE(std::filesystem::exists(dir / "reg/e"));
  LiveRun begun(dir / "reg", "e", named(100));  // the first attempt of a job that always says it
  begun.log_metric("loss", 1, 150);
  begun.finish();
  CHECK(load(dir).curve("loss").size() == 1);
}

TEST_CASE("A run that cannot be written does not go back, and says so") {
  const TemporaryDirectory dir;
  LiveOptions options = named();
  options.on_error = [](const std::string&) {};
  LiveRun run(dir / "reg", "e", options);
  train(run, 0, 0, 10);
  std::filesystem::rename(dir / "reg/e/main/job", dir / "elsewhere");
  CHECK(contains(thrown<erm::Error>([&] { run.rewind(5); }), "No such file"));
  std::filesystem::rename(dir / "elsewhere", dir / "reg/e/main/job");
  run.finish();
  CHECK(load(dir).curve("loss").size() == 10);
}

TEST_CASE("Artifacts and histograms with a step are rewound with the points, and tables stay") {
  const TemporaryDirectory dir;
  const auto log = [](auto& run, int attempt, std::int64_t from, std::int64_t to) {
    for (std::int64_t step = from; step < to; ++step) {
      run.log_text("attempt " + std::to_string(attempt), "note", step);
      run.log_histogram("weights", std::vector<double>{1.0 * attempt, 2.0}, step);
      run.log_metric("loss", attempt, step);
    }
  };
  const auto check = [](const ExperimentRun& run) {
    REQUIRE(run.series("note").size() == 7);
    CHECK(erm::to_text(run.series("note").at_step(4).bytes()) == "attempt 0");
    CHECK(erm::to_text(run.series("note").at_step(5).bytes()) == "attempt 1");
    CHECK(run.histogram("weights").steps().size() == 7);
    CHECK(run.table("t").rows().size() == 1);
  };
  {
    LiveRun run(dir / "reg", "e", named());
    log(run, 0, 0, 10);
    run.log_text("late", "late", 9);
    run.log_table("t", {"a"}, {{1}});
  }
  {
    LiveRun run(dir / "reg", "e", named(6));
    run.rewind(5);
    log(run, 1, 5, 7);
  }
  check(load(dir));
  CHECK(load(dir).history().count("late") == 0);
  check(erm::load_run_from_path(erm::save_run_to_registry(load(dir), dir / "copy")));
  ExperimentRun run("e");
  log(run, 0, 0, 10);
  run.log_table("t", {"a"}, {{1}});
  run.rewind(5);
  log(run, 1, 5, 7);
  check(run);
}

}  // namespace live_rewind_test
