// The snippets of docs/live.md, and what each of them leaves in the registry.
#include <erm/erm.hpp>
#include <erm/live_run.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#if defined(__linux__)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

double train() { return 0.5; }

/// With the checkpoint that the snippets speak of.
struct CheckpointDirectory : erm_test::WorkingDirectory {
  CheckpointDirectory() { std::ofstream("checkpoint.pt") << "weights"; }
};

}  // namespace

TEST_CASE("docs/live.md: a live run, and how it is seen from outside") {
  const CheckpointDirectory directory;
  {
    erm::LiveRun run("erm-registry", "mnist");       // claims the run's folder; it is in the registry from here on
    run.log_param("lr", 1e-3);
    auto loss = run.metric("train/loss");            // a handle: the quickest way to log a metric
    for (std::int64_t step = 0; step < 1000; ++step) {
      loss.log(train(), step);                       // or run.log_metric("train/loss", train(), step)
      if (step % 100 == 0) run.log_artifact("checkpoint.pt", "checkpoint");      // in the run when this returns
    }
    run.finish();
  }
  erm::ExperimentRun now = erm::load_run_from_registry("erm-registry", "mnist");
  if (now.status() == erm::RunStatus::running) std::printf("%zu points\n", now.history().at("train/loss").size());
  CHECK(now.status() == erm::RunStatus::finished);
  CHECK(now.history().at("train/loss").size() == 1000);
  CHECK(erm::to_text(now.artifacts().at("checkpoint").bytes()) == "weights");
}

TEST_CASE("docs/live.md: a run that keeps the console") {
  const CheckpointDirectory directory;
#if !defined(_WIN32)
  erm::LiveOptions with_console;
  with_console.capture_console = true;
  erm::LiveRun noisy("erm-registry", "noisy", with_console);
  std::printf("epoch 1: loss 0.53\n");
  noisy.finish();                                   // stdout and stderr are as before from here on
  erm::ExperimentRun heard = erm::load_run_from_registry("erm-registry", "noisy");
  for (const erm::ConsoleLine& line : heard.console().lines()) std::puts(line.text.c_str());
  CHECK(heard.console().text() == "epoch 1: loss 0.53\n");
#endif
}

TEST_CASE("docs/live.md: go on with a run") {
  const CheckpointDirectory directory;
  for (int job = 0; job < 2; ++job) {
    erm::LiveOptions options;
    options.run_id = "job-4711";
    options.resume = true;                           // begun where it is not there, gone on with where it is
    erm::LiveRun run("erm-registry", "mnist", options);
    run.log_metric("job", job, job);
  }
  CHECK(erm::load_run_from_registry("erm-registry", "mnist").history().at("job").size() == 2);
}

#if defined(__linux__)
namespace {

void go_into_background() {
  erm::LiveRun run("erm-registry", "mnist");
  run.log_param("lr", 1e-3);
  if (daemon(1, 1) != 0) return;                   // from here on this is another process
  run.continue_in_child();                         // and the run is its own
  run.log_metric("loss", 0.5, 1);
  run.finish();
}

}  // namespace

TEST_CASE("docs/live.md: a run that goes on from a checkpoint") {
  const erm_test::WorkingDirectory directory;
  {
    erm::LiveOptions options;
    options.run_id = "job-4711";
    erm::LiveRun run("erm-registry", "mnist", options);
    for (int step = 0; step < 150; ++step) run.log_metric("loss", 150 - step, step);
  }
  const struct {
    std::int64_t step;
  } checkpoint = {100};
  {
    erm::LiveOptions options;
    options.run_id = "job-4711";
    options.resume = true;
    options.resume_at_step = checkpoint.step;        // points with this step or a later one no longer count
    erm::LiveRun run("erm-registry", "mnist", options);
    std::printf("after step %d\n", static_cast<int>(run.last_step("loss").value_or(-1)));      // 99: the last that counts

    CHECK(run.last_step("loss") == 99);
    for (int step = 100; step < 200; ++step) run.log_metric("loss", 2, step);
    for (int epoch = 0; epoch < 3; ++epoch) run.log_metric("val/loss", 3 - epoch, epoch);
  }
  {
    const erm::ExperimentRun loaded = erm::load_run_from_registry("erm-registry", "mnist");
    const auto second = loaded.curve("loss").at(120);          // the value of the second attempt
    const auto both = loaded.history(true);                    // the points of both

    CHECK(second == 2.0);
    CHECK(both.at("loss").size() == 250);
    CHECK(loaded.curve("loss").size() == 200);
  }
  erm::LiveOptions options;
  options.run_id = "job-4711";
  options.resume = true;
  erm::LiveRun run("erm-registry", "mnist", options);
  run.rewind(100);                                 // all metrics
  run.rewind("val/loss", 2);                       // logged once an epoch: back to the beginning of epoch 2

  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_registry("erm-registry", "mnist");
  CHECK(loaded.last_step("loss") == 99);
  CHECK(loaded.last_step("val/loss") == 1);
}

TEST_CASE("docs/live.md: a program that goes into the background") {
  const CheckpointDirectory directory;
  int ends[2];  // the daemon holds one of them until it ends
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    go_into_background();
    ::_exit(0);
  }
  ::close(ends[1]);
  ::waitpid(child, nullptr, 0);
  char nothing = 0;
  CHECK(::read(ends[0], &nothing, 1) == 0);
  ::close(ends[0]);
  const erm::ExperimentRun run = erm::load_run_from_registry("erm-registry", "mnist");
  CHECK(run.status() == erm::RunStatus::finished);
  CHECK(run.history().at("loss").size() == 1);
}
#endif

TEST_CASE("docs/live.md: go on with the run of another container") {
  const CheckpointDirectory directory;
  for (int job = 0; job < 2; ++job) {
    erm::LiveOptions options;
    options.run_id = "job-4711";
    options.resume = true;
    options.takeover_wait = std::chrono::seconds(60);          // for pods, containers and jobs that move between machines
    erm::LiveRun run("erm-registry", "mnist", options);
    run.log_metric("job", job, job);
  }
  CHECK(erm::load_run_from_registry("erm-registry", "mnist").history().at("job").size() == 2);
}

TEST_CASE("docs/live.md: many processes, one run") {
  const CheckpointDirectory directory;
  for (int rank = 0; rank < 2; ++rank) {
    erm::LiveOptions options;
    options.run_id = "job-4711";                     // all ranks must be told the same
    options.writer = rank == 0 ? "main" : "rank" + std::to_string(rank);
    erm::LiveRun run("erm-registry", "mnist", options);
    run.log_metric("rank" + std::to_string(rank) + "/loss", 0.5, 1);
    run.finish();
  }
  CHECK(erm::load_run_from_registry("erm-registry", "mnist").history().size() == 2);
  for (int rank = 1; rank < 3; ++rank) {
    erm::LiveRun run = rank == 0 ? erm::LiveRun("erm-registry", "mnist") : erm::LiveRun::disabled();
    run.log_metric("loss", 0.5, 1);
  }
  CHECK(erm::list_runs("erm-registry", "mnist").size() == 1);
}

TEST_CASE("docs/live.md: a full disk") {
  const CheckpointDirectory directory;
  erm::LiveOptions options;
  options.on_error = [](const std::string& message) { std::fprintf(stderr, "call the administrator: %s\n", message.c_str()); };
  options.throw_errors = false;                    // true: the log_* calls that follow throw what went wrong
  erm::LiveRun run("erm-registry", "mnist", options);
  std::filesystem::rename("erm-registry", "elsewhere");
  run.log_metric("loss", 0.5, 1);
  CHECK_THROWS_AS(run.flush(), erm::IoError);
  std::filesystem::rename("elsewhere", "erm-registry");
  run.finish();
}
