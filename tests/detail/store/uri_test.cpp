// Relative URIs: what a program gave stays where it was, whatever its current folder is later.
#include <erm/erm.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"
#include "working_directory.hpp"

namespace uri_test {

using erm_test::thrown;

/// Moves the process to a folder below the current one, as a program does that calculates each case in its own folder.
void go_below() {
  std::filesystem::create_directories("case1");
  std::filesystem::current_path("case1");
}

erm::ExperimentRun run_with_all() {
  erm::RunOptions options;
  options.run_id = "x";
  erm::ExperimentRun run("e", options);
  run.log_text("converged", "note");
  for (int step = 0; step < 10; ++step) run.log_metric("loss", 1.0 / (1 + step), step);
  return run;
}

TEST_CASE("A live run stays where it began if the program changes its current folder") {
  const erm_test::WorkingDirectory directory;
  for (const bool given : {false, true}) {
    erm::LiveOptions options;
    options.run_id = given ? "given" : "opened";
    options.on_error = [](const std::string& message) { FAIL_CHECK(message); };
    if (given) options.fs = std::make_shared<erm::LocalFileSystem>();
    const auto start = std::filesystem::current_path();
    std::string uri;
    {
      erm::LiveRun run("reg", "e", options);
      uri = run.uri();
      run.log_metric("loss", 1.0, 0);
      run.flush();
      go_below();
      run.log_metric("loss", 0.5, 1);
      run.log_text("converged", "note");
      run.finish();
    }
    for (const char* const where : {".", ".."}) {
      std::filesystem::current_path(where);
      const erm::ExperimentRun back = erm::load_run_from_path(uri);
      CHECK(back.status() == erm::RunStatus::finished);
      CHECK(back.history().at("loss").size() == 2);
      CHECK(erm::to_text(back.artifacts().at("note").bytes()) == "converged");
    }
    CHECK(std::filesystem::current_path() == start);
    CHECK(erm::list_runs("reg", "e").size() == (given ? 2 : 1));
    CHECK_FALSE(std::filesystem::exists("case1/reg"));
  }
}

TEST_CASE("A loaded run reads its artifacts where it was loaded if the program changes its current folder") {
  const erm_test::WorkingDirectory directory;
  const std::string uri = erm::save_run_to_registry(run_with_all(), "reg");
  CHECK(uri == std::filesystem::current_path().generic_string() + "/reg/e/main/x");
  const erm::ExperimentRun by_path = erm::load_run_from_path("reg/e/main/x");
  const erm::ExperimentRun by_id = erm::load_run_from_registry("./reg", "e", "main", "x");
  const std::vector<erm::ExperimentRun> found = erm::find_runs("reg");
  go_below();
  CHECK(erm::to_text(by_path.artifacts().at("note").bytes()) == "converged");
  CHECK(erm::to_text(by_id.artifacts().at("note").bytes()) == "converged");
  REQUIRE(found.size() == 1);
  CHECK(erm::to_text(found[0].artifacts().at("note").bytes()) == "converged");
  CHECK(found[0].history().at("loss").size() == 10);
  erm::SaveOptions elsewhere;
  elsewhere.overwrite = true;
  erm::save_run_to_path(by_path, "copy", elsewhere);  // reads the artifact from the first place
  CHECK(erm::to_text(erm::load_run_from_path("copy").artifacts().at("note").bytes()) == "converged");
  erm::delete_run(uri);
  CHECK(erm::restore_run("../reg", "e", "main", "x") ==
        std::filesystem::current_path().generic_string() + "/../reg/e/main/x");
}

TEST_CASE("A run saved to the same relative registry from another folder is another run") {
  const erm_test::WorkingDirectory directory;
  erm::RunOptions options;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  const erm::ExperimentRun run("e", options);
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  const std::string first = erm::save_run_to_registry(run, "reg", overwrite);
  std::filesystem::create_directories("case1");
  erm::save_run_to_registry(erm::ExperimentRun("e", options), "case1/reg");
  go_below();
  // It did not save the run that lies here, so it does not replace it.
  CHECK(erm::save_run_to_registry(run, "reg", overwrite) != first);
  CHECK(erm::list_runs("reg", "e").size() == 2);
}

TEST_CASE("A home sign is refused wherever a registry or a run is named") {
  const erm_test::WorkingDirectory directory;
  const std::string hint = "only a shell expands '~'; use std::getenv(\"HOME\")";
  erm::SaveOptions options;
  options.fs = std::make_shared<erm::LocalFileSystem>();
  CHECK(erm_test::contains(thrown<erm::Error>([] { erm::save_run_to_registry(run_with_all(), "~/reg"); }), hint));
  CHECK(erm_test::contains(thrown<erm::Error>([&] { erm::save_run_to_registry(run_with_all(), "~/reg", options); }),
                           hint));
  CHECK(erm_test::contains(thrown<erm::Error>([] { erm::LiveRun("~/reg", "e"); }), hint));
  CHECK(erm_test::contains(thrown<erm::Error>([] { (void)erm::load_run_from_path("~/reg/e/main/x"); }), hint));
  CHECK(erm_test::contains(thrown<erm::Error>([] { (void)erm::find_runs("~"); }), hint));
  CHECK(std::filesystem::is_empty("."));
}

TEST_CASE("A relative registry in a folder that was removed is an error that says so") {
  erm_test::TemporaryDirectory directory;
  const auto before = std::filesystem::current_path();
  std::filesystem::create_directories(directory / "gone");
  std::filesystem::current_path(directory / "gone");
  std::filesystem::remove(directory / "gone");
  const std::string message = thrown<erm::Error>([] { erm::save_run_to_registry(run_with_all(), "reg"); });
  std::filesystem::current_path(before);
  CHECK(erm_test::contains(message, "cannot find the current folder, for the relative path 'reg'"));
}

}  // namespace uri_test
