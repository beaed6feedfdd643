// Live runs that many threads and many processes share.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "prefix_of.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"
#endif

namespace live_threads_test {

#if !defined(_WIN32)
using erm_test::Child;
#endif
using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm_test::contains;
using erm_test::prefix_of;
using erm_test::TemporaryDirectory;

namespace {

LiveOptions named(const std::string& run_id) {
  LiveOptions options;
  options.run_id = run_id;
  options.join_wait = std::chrono::minutes(10);
  return options;
}

template <class Work>
void on_threads(int count, Work&& work) {
  std::vector<std::thread> all;
  for (int t = 0; t < count; ++t) all.emplace_back([&, t] { work(t); });
  for (std::thread& thread : all) thread.join();
}

std::string name_of(int thread) { return "thread " + std::to_string(thread); }

}  // namespace

TEST_CASE("Eight threads log to one run, and nothing is lost or moved, however small the buffer") {
  for (const std::size_t buffer_points : {std::size_t{0}, std::size_t{1} << 20}) {
    const TemporaryDirectory dir;
    LiveOptions options = named("r");
    options.buffer_points = buffer_points;
    options.flush_interval = std::chrono::milliseconds(3);
    LiveRun run(dir / "registry", "e", options);
    constexpr std::int64_t each = 30000;
    const erm::LiveMetric shared = run.metric("shared");
    on_threads(8, [&](int t) {
      const erm::LiveMetric handle = run.metric(name_of(t));
      for (std::int64_t i = 0; i < each; ++i) {
        if (i % 2 == 0)
          handle.log(i, i);
        else
          run.log_metric(name_of(t), i, i);
        if (i % 10 == 0) shared.log(i, i);
        if (i % 5000 == 0) run.log_param(name_of(t), i);
        if (i % 10000 == 0) run.log_text(name_of(t), "note");
        if (i % 10000 == 1) run.flush();
      }
    });
    run.finish();
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
    for (int t = 0; t < 8; ++t) {
      CHECK(prefix_of(loaded, name_of(t)) == each);
      CHECK(loaded.params().at(name_of(t)) == 25000);
    }
    CHECK(loaded.history().at("shared").size() == 8 * each / 10);
    CHECK(contains(erm::to_text(loaded.artifacts().at("note").bytes()), "thread "));
  }
}

TEST_CASE("A run can be loaded at any time while threads log") {
  const TemporaryDirectory dir;
  LiveOptions options = named("r");
  options.flush_interval = std::chrono::milliseconds(1);
  LiveRun run(dir / "registry", "e", options);
  LiveOptions joined = options;
  joined.writer = "rank1";
  LiveRun other(dir / "registry", "e", joined);
  std::atomic<bool> over{false};
  std::thread reads([&] {
    std::int64_t before = 0;
    while (!over) {
      const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
      const std::int64_t now = prefix_of(loaded, name_of(0));
      CHECK(now >= before);
      before = now;
    }
  });
  on_threads(4, [&](int t) {
    for (std::int64_t i = 0; i < 20000; ++i) {
      LiveRun& mine = t % 2 == 0 ? run : other;
      mine.log_metric(name_of(t), i, i);
      if (i % 100 == 0) mine.log_param("p " + std::to_string(i), i);
    }
  });
  other.finish();
  run.finish();
  over = true;
  reads.join();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  for (int t = 0; t < 4; ++t) CHECK(prefix_of(loaded, name_of(t)) == 20000);
  CHECK(loaded.params().size() == 200);
}

TEST_CASE("Threads may end after a few points, even more threads than the buffer has chunks") {
  const TemporaryDirectory dir;
  LiveOptions options = named("r");
  options.buffer_points = 0;
  LiveRun run(dir / "registry", "e", options);
  for (int round = 0; round < 10; ++round)
    on_threads(20, [&](int t) {
      for (std::int64_t i = 0; i < 10; ++i) run.log_metric(name_of(20 * round + t), i, i);
    });
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  for (int t = 0; t < 200; ++t) CHECK(prefix_of(loaded, name_of(t)) == 10);
}

TEST_CASE("A thread may log to several runs alternately") {
  const TemporaryDirectory dir;
  std::vector<LiveRun> runs;
  for (int r = 0; r < 3; ++r) runs.emplace_back(dir / "registry", "e", named("r" + std::to_string(r)));
  on_threads(2, [&](int t) {
    for (std::int64_t i = 0; i < 15000; ++i)
      for (LiveRun& run : runs) run.log_metric(name_of(t), i, i);
  });
  for (LiveRun& run : runs) {
    run.finish();
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
    for (int t = 0; t < 2; ++t) CHECK(prefix_of(loaded, name_of(t)) == 15000);
  }
}

TEST_CASE("Several threads may call finish(), fail() and flush() at once") {
  const TemporaryDirectory dir;
  for (int round = 0; round < 30; ++round) {
    const std::string id = "r" + std::to_string(round);
    LiveRun run(dir / "registry", "e", named(id));
    std::atomic<std::int64_t> refused{0};
    on_threads(6, [&](int t) {
      const erm::LiveMetric metric = run.metric(name_of(t));
      try {
        for (std::int64_t i = 0; i < 3000; ++i) {
          metric.log(i, i);
          if (i == 1000 && t == 0) run.flush();
          if (i == 1000 && t == 1) run.finish();
          if (i == 1000 && t == 2) run.fail("late");
          if (i == 1000 && t == 3) run.flush();
          if (i == 1500 && t == 4) run.log_text("text", "note");
        }
      } catch (const erm::Error& error) {
        if (contains(error.what(), "has ended it")) ++refused;
      }
    });
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
    CHECK((loaded.status() == RunStatus::finished || loaded.status() == RunStatus::failed));
    CHECK(refused >= 1);
    for (int t = 0; t < 6; ++t) CHECK(prefix_of(loaded, name_of(t)) >= 0);
    CHECK(std::max(prefix_of(loaded, name_of(1)), prefix_of(loaded, name_of(2))) > 1000);
  }
}

TEST_CASE("Runs begin and end on many threads at once") {
  const TemporaryDirectory dir;
  on_threads(6, [&](int t) {
    for (int round = 0; round < 10; ++round) {
      LiveRun run(dir / "registry", "e", named(std::to_string(t) + "-" + std::to_string(round)));
      run.log_metric("m", 0, 0);
    }
  });
  CHECK(erm::list_runs(dir / "registry", "e").size() == 60);
}

TEST_CASE("If two threads claim one id at once, exactly one gets it") {
  const TemporaryDirectory dir;
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> ready{0}, won{0}, refused{0};
    on_threads(2, [&](int) {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      try {
        LiveRun run(dir / "registry", "e", named("r" + std::to_string(round)));
        ++won;
      } catch (const erm::RunExistsError&) {
        ++refused;
      }
    });
    REQUIRE(won == 1);
    REQUIRE(refused == 1);
  }
}

#if !defined(_WIN32)

TEST_CASE("If two processes claim or resume one id at once, exactly one gets it", "[fork]") {
  const TemporaryDirectory dir;
  for (int round = 0; round < 100; ++round) {
    const std::string id = "r" + std::to_string(round / 2);  // every second time to be resumed
    int gate[2];
    REQUIRE(::pipe(gate) == 0);
    const auto claim = [&](const Child::Tell& tell) {
      tell(-1);
      char opened = 0;
      if (::read(gate[0], &opened, 1) != 1) ::_exit(5);
      try {
        LiveOptions options = named(id);
        options.resume = round % 2 == 1;
        LiveRun run(dir / "registry", "e", options);
        run.log_metric("m", round % 2, round % 2);
        run.flush();
        tell(1);
        for (;;) ::pause();  // holds it, until it is killed
      } catch (const erm::RunExistsError&) {
        tell(0);
      }
    };
    Child one(claim), other(claim);
    for (Child* const child : {&one, &other}) REQUIRE(child->hear());  // both wait at the gate
    REQUIRE(::write(gate[1], "go", 2) == 2);
    const std::int64_t winners = one.hear().value() + other.hear().value();
    one.kill(SIGKILL);
    other.kill(SIGKILL);
    one.wait();
    other.wait();
    for (const int end : gate) ::close(end);
    REQUIRE(winners == 1);
    REQUIRE(prefix_of(erm::load_run_from_registry(dir / "registry", "e", "main", id), "m") == round % 2 + 1);
  }
}

TEST_CASE("Eight processes with eight threads log to one run, and the reader has everything", "[fork]") {
  const TemporaryDirectory dir;
  constexpr std::int64_t each = 2000;
  const auto rank = [&](int number) {
    return [&dir, number](const Child::Tell&) {
      LiveOptions options = named("r");
      options.writer = number == 0 ? "main" : "rank" + std::to_string(number);
      options.flush_interval = std::chrono::milliseconds(2);
      LiveRun run(dir / "registry", "e", options);
      const std::string prefix = "rank" + std::to_string(number) + "/";
      on_threads(8, [&](int t) {
        for (std::int64_t i = 0; i < each; ++i) {
          run.log_metric(prefix + name_of(t), i, i);
          if (i % 100 == 0) run.log_metric("shared", 1, i);
          if (i % 500 == 0) run.log_param(prefix + "param", i);
        }
      });
      run.log_text("of " + prefix, "note " + std::to_string(number));
      run.log_artifact(erm::to_bytes(prefix), "same " + std::to_string(number), "same.txt");
      run.finish();
    };
  };
  std::vector<Child> ranks;
  for (int number = 7; number >= 0; --number) ranks.emplace_back(rank(number));
  for (Child& child : ranks) CHECK(child.wait());
  const erm::ExperimentRun loaded = erm::load_run_from_registry(dir / "registry", "e", "main", "r");
  CHECK(loaded.status() == RunStatus::finished);
  CHECK(loaded.history().size() == 65);
  CHECK(loaded.history().at("shared").size() == 64 * each / 100);
  CHECK(loaded.params().size() == 8);
  REQUIRE(loaded.artifacts().size() == 16);
  for (int number = 0; number < 8; ++number) {
    const std::string prefix = "rank" + std::to_string(number) + "/";
    for (int t = 0; t < 8; ++t) CHECK(prefix_of(loaded, prefix + name_of(t)) == each);
    CHECK(loaded.metrics().at(prefix + name_of(7)) == each - 1);
    CHECK(erm::to_text(loaded.artifacts().at("note " + std::to_string(number)).bytes()) == "of " + prefix);
    CHECK(erm::to_text(loaded.artifacts().at("same " + std::to_string(number)).bytes()) == prefix);
  }
}

TEST_CASE("Values of a writer that continues after main has ended take precedence") {
  const TemporaryDirectory dir;
  LiveOptions of_other = named("r");
  of_other.writer = "rank1";
  LiveRun run(dir / "registry", "e", named("r"));
  LiveRun other(dir / "registry", "e", of_other);
  other.log_metric("loss", 1, 1);
  other.log_param("epochs", 1);
  other.flush();
  run.finish();
  other.log_metric("loss", 2, 2);
  other.log_param("epochs", 2);
  other.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_registry(dir / "registry", "e", "main", "r");
  CHECK(loaded.metrics().at("loss") == 2);
  CHECK(loaded.params().at("epochs") == 2);
}

TEST_CASE("One of a run's writers may be killed, and can join again", "[fork]") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  const auto rank = [&](bool dies) {
    return [&dir, dies](const Child::Tell&) {
      LiveOptions options = named("r");
      options.writer = "rank1";
      LiveRun mine(dir / "registry", "e", options);
      mine.log_metric("rank1", dies ? 0 : 1, dies ? 0 : 1);
      mine.log_param(dies ? "first" : "second", 1);
      mine.flush();
      if (dies) ::raise(SIGKILL);
      mine.finish();
    };
  };
  Child first(rank(true));
  first.wait();
  CHECK(first.signal() == SIGKILL);
  Child second(rank(false));
  CHECK(second.wait());
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(prefix_of(loaded, "rank1") == 2);
  CHECK(loaded.params().size() == 2);
  CHECK(loaded.metrics().at("rank1") == 1);
}

#endif

}  // namespace live_threads_test
