// A live run whose history file another program changes: logrotate, an editor, a careless command.
#include <erm/erm.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"
#endif

namespace live_history_test {

using erm_test::contains;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

const std::string header = "metric,step,unix_ms,value\n";

/// What happened to a run of which 1,000 points were flushed, then `change(csv)` was called, and 1,000 more logged.
struct Outcome {
  std::vector<std::string> told;
  std::string thrown_by_finish;
  std::vector<std::int64_t> steps;  // that are in the run now
  std::string csv;
};

Outcome outcome_of(const TemporaryDirectory& dir, const std::function<void(const std::string& csv)>& change,
                   bool logs_after = true) {
  Outcome outcome;
  std::mutex mutex;
  erm::LiveOptions options;
  options.run_id = "x";
  options.provenance = false;
  options.flush_interval = std::chrono::hours(1);
  options.on_error = [&](const std::string& message) {
    const std::lock_guard<std::mutex> lock(mutex);
    outcome.told.push_back(message);
  };
  outcome.csv = dir / "reg/e/main/x/history/main.csv";
  {
    erm::LiveRun run(dir / "reg", "e", options);
    for (int step = 0; step < 1000; ++step) run.log_metric("loss", 1.0 / (1 + step), step);
    run.flush();
    change(outcome.csv);
    if (logs_after)
      for (int step = 1000; step < 2000; ++step) run.log_metric("loss", 1.0 / (1 + step), step);
    try {
      run.finish();
    } catch (const erm::Error& error) {
      outcome.thrown_by_finish = error.what();
    }
  }
  const erm::ExperimentRun back = erm::load_run_from_path(dir / "reg/e/main/x");
  CHECK(back.status() == erm::RunStatus::finished);
  if (back.history().count("loss") != 0)
    for (const erm::MetricPoint& point : back.history().at("loss").points()) outcome.steps.push_back(point.step);
  CHECK(file_text(outcome.csv).substr(0, header.size()) == header);
  CHECK_FALSE(contains(file_text(outcome.csv), std::string(1, '\0')));
  return outcome;
}

std::vector<std::int64_t> steps(std::int64_t first, std::int64_t end) {
  std::vector<std::int64_t> numbers;
  for (; first < end; ++first) numbers.push_back(first);
  return numbers;
}

void check_lost(const Outcome& outcome, const std::string& what) {
  REQUIRE(outcome.told.size() == 1);
  CHECK(contains(outcome.told[0], what));
  CHECK(contains(outcome.told[0], " bytes of its points are lost, unless that program kept a copy"));
  CHECK(contains(outcome.thrown_by_finish, "is not complete: another program "));
  CHECK(contains(outcome.thrown_by_finish, what));
}

void check_mended(const Outcome& outcome, const std::string& what) {
  REQUIRE(outcome.told.size() == 1);
  CHECK(contains(outcome.told[0], what));
  CHECK(outcome.thrown_by_finish.empty());
}

TEST_CASE("A history that is emptied while its run lives goes on at its end, and finish() says what is lost") {
  TemporaryDirectory dir;
  std::uintmax_t size = 0;
  const Outcome outcome = outcome_of(dir, [&](const std::string& csv) {
    size = std::filesystem::file_size(csv);
    std::filesystem::copy_file(csv, csv + ".1");  // as logrotate does with copytruncate
    std::filesystem::resize_file(csv, 0);
  });
  CHECK(outcome.steps == steps(1000, 2000));
  check_lost(outcome, "another program shortened the history file '" + outcome.csv + "'; " +
                          std::to_string(size - header.size()) + " bytes of its points are lost");
}

TEST_CASE("A history that is emptied after the last point is noticed at the end of the run") {
  TemporaryDirectory dir;
  const Outcome outcome =
      outcome_of(dir, [](const std::string& csv) { std::filesystem::resize_file(csv, 0); }, false);
  CHECK(outcome.steps.empty());
  check_lost(outcome, "another program shortened the history file");
}

TEST_CASE("A history that is cut off in a line keeps the lines before it") {
  TemporaryDirectory dir;
  const Outcome outcome = outcome_of(dir, [](const std::string& csv) {
    const std::string text = file_text(csv);
    std::size_t end = 0;
    for (int line = 0; line < 11; ++line) end = text.find('\n', end) + 1;
    std::filesystem::resize_file(csv, end + 5);
  });
  std::vector<std::int64_t> expected = steps(0, 10);
  for (const std::int64_t step : steps(1000, 2000)) expected.push_back(step);
  CHECK(outcome.steps == expected);
  check_lost(outcome, "another program shortened the history file");
}

TEST_CASE("A history that is cut off in its header begins anew") {
  TemporaryDirectory dir;
  const Outcome outcome = outcome_of(dir, [](const std::string& csv) { std::filesystem::resize_file(csv, 5); });
  CHECK(outcome.steps == steps(1000, 2000));
  check_lost(outcome, "and what it left is no history and lies in '" + outcome.csv + ".set_aside'");
}

TEST_CASE("A history that is removed while its run lives comes back, with all of its points") {
  TemporaryDirectory dir;
  const Outcome outcome = outcome_of(dir, [](const std::string& csv) { std::filesystem::remove(csv); });
#if !defined(_WIN32)
  CHECK(outcome.steps == steps(0, 2000));
  check_mended(outcome, "another program removed the history file '" + outcome.csv + "'; it is there again");
#endif
}

TEST_CASE("A history that is moved away while its run lives comes back, with all of its points") {
  TemporaryDirectory dir;
  const Outcome outcome = outcome_of(dir, [](const std::string& csv) {
    std::filesystem::rename(csv, csv + ".1");  // as logrotate does with create
    write_file(csv, "");
  });
  CHECK(outcome.steps == steps(0, 2000));
  check_mended(outcome, "another program replaced the history file '" + outcome.csv + "'; it is there again");
}

TEST_CASE("A history that an editor replaced goes on after what the editor left") {
  TemporaryDirectory dir;
  const Outcome outcome = outcome_of(dir, [](const std::string& csv) {
    const std::string text = file_text(csv);
    const std::size_t end = text.find("loss,500,");
    write_file(csv + ".new", text.substr(0, end));
    std::filesystem::rename(csv + ".new", csv);
  });
  std::vector<std::int64_t> expected = steps(0, 500);
  for (const std::int64_t step : steps(1000, 2000)) expected.push_back(step);
  CHECK(outcome.steps == expected);
  check_lost(outcome, "another program replaced the history file");
}

TEST_CASE("A history that is replaced by something else is set aside") {
  TemporaryDirectory dir;
  const Outcome outcome = outcome_of(dir, [](const std::string& csv) {
    write_file(csv + ".new", "this is no history\n");
    std::filesystem::rename(csv + ".new", csv);
  });
  CHECK(outcome.steps == steps(0, 2000));
  check_mended(outcome, "lies in '" + outcome.csv + ".set_aside'; it is there again");
  CHECK(file_text(outcome.csv + ".set_aside") == "this is no history\n");
}

TEST_CASE("What another program appends to a history stays if it is points, and is cut off if not") {
  TemporaryDirectory dir;
  const bool are_points = GENERATE(true, false);
  const Outcome outcome = outcome_of(dir, [&](const std::string& csv) {
    write_file(csv, file_text(csv) + (are_points ? "loss,7777,1,2\n" : "los"));
  });
  std::vector<std::int64_t> expected = steps(0, 1000);
  if (are_points) expected.push_back(7777);
  for (const std::int64_t step : steps(1000, 2000)) expected.push_back(step);
  CHECK(outcome.steps == expected);
  check_mended(outcome, "another program appended to the history file '" + outcome.csv + "'");
}

#if !defined(_WIN32)

TEST_CASE("An exception of finish() that nobody catches is not reported as a run that could not be ended") {
  TemporaryDirectory dir;
  using erm_test::Child;
  Child child([&](const Child::Tell& tell) {
    erm::LiveOptions options;
    options.run_id = "x";
    options.provenance = false;
    options.on_error = [&](const std::string& message) {
      if (!contains(message, "shortened the history file")) tell(1);
    };
    erm::LiveRun run(dir / "reg", "e", options);
    for (int step = 0; step < 1000; ++step) run.log_metric("loss", 1.0, step);
    run.flush();
    write_file(dir / "reg/e/main/x/history/main.csv", "");
    run.log_metric("loss", 1.0, 1000);
    std::thread([&] { run.finish(); }).join();
  });
  CHECK_FALSE(child.wait());
  CHECK(child.signal() == SIGABRT);
  CHECK(child.told().empty());
  CHECK(erm::load_run_from_path(dir / "reg/e/main/x").status() == erm::RunStatus::finished);
}

#endif

TEST_CASE("The history of a live run that is removed with its folder does not come back") {
  TemporaryDirectory dir;
  erm::LiveOptions options;
  options.run_id = "x";
  options.provenance = false;
  options.on_error = [](const std::string&) {};
  erm::LiveRun run(dir / "reg", "e", options);
  run.log_metric("loss", 1.0, 1);
  run.flush();
  std::filesystem::remove_all(dir / "reg/e/main/x");
  run.log_metric("loss", 1.0, 2);
  CHECK_THROWS_AS(run.flush(), erm::IoError);
  CHECK_FALSE(std::filesystem::exists(dir / "reg/e/main/x"));
}

TEST_CASE("A history that ERM 0.1 went on with behind a hole is read from behind the hole") {
  TemporaryDirectory dir;
  static_cast<void>(outcome_of(dir, [](const std::string&) {}));
  const std::string csv = dir / "reg/e/main/x/history/main.csv";
  const std::string text = file_text(csv);
  const std::size_t half = text.find("loss,1000,");
  for (const std::size_t hole : {half, std::size_t{1}, std::size_t{5} << 20, std::size_t{4} << 20}) {
    write_file(csv, std::string(hole, '\0') + text.substr(half));
    CHECK(erm::load_run_from_path(dir / "reg/e/main/x").history().at("loss").size() == 1000);
  }
  write_file(csv, std::string(1000, '\0'));
  CHECK(erm::load_run_from_path(dir / "reg/e/main/x").history().empty());
  write_file(csv, std::string(1000, '\0') + text);
  CHECK(erm::load_run_from_path(dir / "reg/e/main/x").history().at("loss").size() == 2000);
}

}  // namespace live_history_test
