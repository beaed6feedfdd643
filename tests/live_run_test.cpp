#include "erm/json.hpp"
#include "erm/live_run.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/os/identity.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "comes_true.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/os/identity.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace live_run_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm::Value;
using erm_test::contains;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

LiveOptions named(const std::string& run_id, bool resume = false) {
  LiveOptions options;
  options.run_id = run_id;
  options.resume = resume;
  return options;
}

std::vector<double> values_of(const erm::ExperimentRun& run, const std::string& metric) {
  std::vector<double> values;
  for (const erm::MetricPoint& point : run.history().at(metric).points()) values.push_back(point.value);
  return values;
}

erm::TimePoint at_seconds(std::int64_t seconds) { return erm::TimePoint(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("A live run has everything that was logged, with the same functions as ExperimentRun") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "model.bin", "weights");
  write_file(dir.path() / "plots/a.txt", "a");
  LiveRun run(dir / "registry", "digits", named("r"));
  run.log_param("lr", 0.1F);
  run.log_params({{"seed", 18446744073709551615U}, {"optimizer", "adam"}, {"nesterov", true}});
  run.log_params_json({{"layers", {{"hidden", 64}}}});
  run.log_feature("pixels");
  run.log_features({"edges", "pixels"});
  run.log_dict("scores", {{"cat", 0.9}});
  run.log_dict("scores", {{"dog", {{"precision", 0.8}}}});
  run.set_goal("loss", erm::Goal::minimize);
  run.log_metric("parameters", 85002);
  run.log_metric("state", "converged");
  run.log_metric("loss", 0.5, 1);
  run.log_metrics({{"loss", 0.25}, {"accuracy", 0.9}}, 2);
  run.log_metrics(std::map<std::string, double>{{"loss", 0.125}}, 3);
  const erm::LiveMetric handle = run.metric("loss");
  handle.log(0.0625F, 4);
  handle.log(1, 5);
  run.log_text("note", "note");
  const std::uint8_t pixel[] = {7};
  run.log_image({pixel, 1, 1, 1}, "pixel");
  run.log_figure(erm::Json::object({{"data", erm::Json::array()}}), "figure");
  run.log_artifact(dir / "model.bin", "model");
  run.log_artifact(erm::Bytes{1, 2, 3}, "bytes", "bytes.bin");
  run.log_artifacts(dir / "plots", "plots");
  CHECK(run.uri() == dir / "registry/digits/main/r");
  CHECK((run.experiment_id() == "digits" && run.variant_id() == "main" && run.run_id() == "r"));
  run.finish();

  const erm::ExperimentRun loaded = erm::load_run_from_registry(dir / "registry", "digits");
  CHECK(loaded.status() == RunStatus::finished);
  CHECK(loaded.failure().empty());
  REQUIRE(loaded.finished_utc());
  REQUIRE(loaded.last_seen_utc());
  CHECK(*loaded.finished_utc() >= loaded.timestamp_utc());
  REQUIRE(loaded.duration());
  CHECK(loaded.duration()->count() >= 0);  // live_clock_test.cpp tests more
  CHECK(loaded.params().at("lr").str() == "0.1");
  CHECK(loaded.params().at("seed") == 18446744073709551615U);
  CHECK(loaded.params().at("nesterov") == true);
  CHECK(loaded.params().at("layers.hidden") == 64);
  CHECK(loaded.features() == std::vector<std::string>{"pixels", "edges"});
  CHECK(loaded.dicts().at("scores") == erm::Json{{"cat", 0.9}, {"dog", {{"precision", 0.8}}}});
  CHECK(loaded.goals().at("loss") == erm::Goal::minimize);
  CHECK(loaded.metrics().at("parameters") == 85002);
  CHECK(loaded.metrics().at("state") == "converged");
  CHECK(loaded.metrics().at("loss") == 1);
  CHECK(values_of(loaded, "loss") == std::vector<double>{0.5, 0.25, 0.125, 0.0625, 1});
  CHECK(loaded.artifacts().size() == 6);
  CHECK(erm::to_text(loaded.artifacts().at("model").bytes()) == "weights");
  CHECK(erm::to_text(loaded.artifacts().at("plots/a.txt").bytes()) == "a");
  CHECK(loaded.artifacts().at("figure").type() == erm::ArtifactType::plotly_json);
}

TEST_CASE("A live run can be read by others while it runs") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  erm::ExperimentRun seen = erm::load_run_from_path(run.uri());
  CHECK(seen.status() == RunStatus::running);
  CHECK_FALSE(seen.finished_utc());
  CHECK(seen.last_seen_utc());
  run.log_param("lr", 1);
  run.log_metric("loss", 0.5, 1);
  run.log_text("early", "note");
  CHECK(erm::to_text(erm::load_run_from_path(run.uri()).artifacts().at("note").bytes()) == "early");
  run.flush();
  seen = erm::load_run_from_registry(dir / "registry", "e");
  CHECK(seen.params().at("lr") == 1);
  CHECK(seen.metrics().at("loss") == 0.5);
  CHECK(erm::list_runs(dir / "registry", "e") == std::vector<std::string>{"r"});
  CHECK(seen.status() == RunStatus::running);
}

TEST_CASE("Logged data is in the files within the flush interval, without a call") {
  const TemporaryDirectory dir;
  LiveOptions options = named("r");
  options.flush_interval = std::chrono::milliseconds(5);
  LiveRun run(dir / "registry", "e", options);
  run.log_metric("loss", 0.5, 1);
  REQUIRE(erm_test::comes_true([&] { return !erm::load_run_from_path(run.uri()).history().empty(); }));
  CHECK(erm::load_run_from_path(run.uri()).history().at("loss").size() == 1);
}

TEST_CASE("The destructor finishes a run, or marks it as failed during an exception") {
  const TemporaryDirectory dir;
  { LiveRun run(dir / "registry", "e", named("well")); }
  try {
    LiveRun run(dir / "registry", "e", named("thrown"));
    run.log_metric("loss", 1, 1);
    throw std::runtime_error("out of memory");
  } catch (const std::runtime_error&) {
    LiveRun inside(dir / "registry", "e", named("in a handler"));
  }
  CHECK(erm::load_run_from_registry(dir / "registry", "e", "main", "well").status() == RunStatus::finished);
  CHECK(erm::load_run_from_registry(dir / "registry", "e", "main", "in a handler").status() == RunStatus::finished);
  const erm::ExperimentRun failed = erm::load_run_from_registry(dir / "registry", "e", "main", "thrown");
  CHECK(failed.status() == RunStatus::failed);
  CHECK(failed.failure() == "an exception left the scope of the run");
  CHECK(failed.history().at("loss").size() == 1);
}

TEST_CASE("A run may fail with a reason, and has only one end") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  const erm::LiveMetric loss = run.metric("loss");
  loss.log(1, 1);
  run.fail("the loss is \xFF NaN");
  run.finish();
  run.flush();
  const std::string ended = "cannot log to the live run '" + run.uri() +
                            "': finish() or fail() has ended it; open it again with LiveOptions::resume";
  CHECK(thrown<erm::Error>([&] { loss.log(2, 2); }) == ended);
  CHECK(thrown<erm::Error>([&] { run.log_metric("loss", 2, 2); }) == ended);
  CHECK(thrown<erm::Error>([&] { run.log_metric("loss", 2); }) == ended);
  CHECK(thrown<erm::Error>([&] { run.log_param("lr", 2); }) == ended);
  CHECK(thrown<erm::Error>([&] { run.log_text("late", "note"); }) == ended);
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(loaded.status() == RunStatus::failed);
  CHECK(loaded.failure() == "the loss is \xEF\xBF\xBD NaN");
  CHECK(loaded.history().at("loss").size() == 1);
  CHECK(loaded.artifacts().empty());
}

TEST_CASE("A handle may outlive its run, and then says that the run has ended") {
  const TemporaryDirectory dir;
  erm::LiveMetric loss;
  loss.log(1, 1);  // of no run
  {
    LiveRun run(dir / "registry", "e");
    loss = run.metric("loss");
    loss.log(1, 1);
  }
  CHECK(contains(thrown<erm::Error>([&] { loss.log(2, 2); }), "has ended it"));
  CHECK(erm::load_run_from_registry(dir / "registry", "e").history().at("loss").size() == 1);
}

TEST_CASE("A disabled run does nothing, even with missing files") {
  const TemporaryDirectory dir;
  LiveRun run = LiveRun::disabled();
  CHECK(run.is_disabled());
  CHECK((run.uri().empty() && run.run_id().empty() && run.experiment_id().empty() && run.variant_id().empty()));
  run.log_param("lr", 1);
  run.log_metric("loss", 1);
  run.log_metric("loss", 1, 1);
  run.metric("loss").log(1, 1);
  run.log_artifact(dir / "missing.pt", "checkpoint");
  run.log_image(dir / "missing.png", "image");
  run.log_artifacts(dir / "missing", "all");
  run.log_text("text", "note");
  run.flush();
  run.fail("why");
  run.finish();
}

TEST_CASE("A run can be moved, and the moved-from run is disabled") {
  const TemporaryDirectory dir;
  LiveRun first(dir / "registry", "e", named("a"));
  first.log_metric("loss", 1, 1);
  LiveRun second(std::move(first));
  CHECK(first.is_disabled());
  first.log_metric("loss", 2, 2);
  second.log_metric("loss", 3, 3);
  second = LiveRun(dir / "registry", "e", named("b"));
  CHECK(second.run_id() == "b");
  const erm::ExperimentRun a = erm::load_run_from_registry(dir / "registry", "e", "main", "a");
  CHECK(a.status() == RunStatus::finished);
  CHECK(values_of(a, "loss") == std::vector<double>{1, 3});
  second = LiveRun::disabled();
  CHECK(erm::load_run_from_registry(dir / "registry", "e", "main", "b").status() == RunStatus::finished);
}

TEST_CASE("Each run without an id gets its own id, even in the same second") {
  const TemporaryDirectory dir;
  LiveRun a(dir / "registry", "e"), b(dir / "registry", "e"), c(dir / "registry", "e");
  CHECK(erm::list_runs(dir / "registry", "e").size() == 3);
  CHECK(erm::load_run_from_path(c.uri()).run_id() == c.run_id());
}

TEST_CASE("Taken ids and invalid ids are refused") {
  const TemporaryDirectory dir;
  { LiveRun run(dir / "registry", "e", named("r")); }
  const auto before = erm_test::file_tree(dir.path());
  CHECK(thrown<erm::RunExistsError>([&] { LiveRun(dir / "registry", "e", named("r")); }) ==
        "cannot begin the live run 'r' in '" + (dir / "registry/e/main") +
            "': a run of that id is there; choose another id, or set LiveOptions::resume");
  CHECK(contains(thrown<erm::InvalidIdError>([&] { LiveRun(dir / "registry", ".."); }), "experiment id"));
  CHECK(contains(thrown<erm::InvalidIdError>([&] { LiveRun(dir / "registry", "e", named("a\\b")); }), "run id"));
  LiveOptions slash = named("r");
  slash.writer = "a/b";
  CHECK(thrown<erm::InvalidIdError>([&] { LiveRun(dir / "registry", "e", slash); }) ==
        "the writer id 'a/b' has a '/'; it becomes a filename");
  LiveOptions unnamed;
  unnamed.resume = true;
  CHECK(contains(thrown<erm::Error>([&] { LiveRun(dir / "registry", "e", unnamed); }), "needs LiveOptions::run_id"));
  LiveOptions silent = named("s");
  silent.heartbeat = std::chrono::seconds(0);
  CHECK(contains(thrown<erm::Error>([&] { LiveRun(dir / "registry", "e", silent); }), "a heartbeat of 0 seconds"));
  CHECK(erm_test::file_tree(dir.path()) == before);
}

TEST_CASE("Floats are stored as their shortest decimal, and every double reads back") {
  const TemporaryDirectory dir;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  LiveRun run(dir / "registry", "e", named("r"));
  run.log_metric("float", 0.1F, 1);
  run.metric("float").log(0.3F, 2);
  std::int64_t step = 0;
  for (const double value : {std::nan(""), infinity, -infinity, -0.0, 5e-324, 1.7976931348623157e308})
    run.log_metric("odd", value, ++step);
  run.log_metric("large", std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min());
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(values_of(loaded, "float") == std::vector<double>{0.1, 0.3});
  CHECK(loaded.metrics().at("float").str() == "0.3");
  const std::vector<double> odd = values_of(loaded, "odd");
  REQUIRE(odd.size() == 6);
  CHECK(std::isnan(odd[0]));
  CHECK((odd[1] == infinity && odd[2] == -infinity && std::signbit(odd[3]) && odd[4] == 5e-324));
  CHECK(loaded.history().at("odd").max()->value == infinity);
  CHECK(loaded.history().at("large").first().step == std::numeric_limits<std::int64_t>::min());
  CHECK(contains(file_text(dir / "registry/e/main/r/history/main.csv"), "float,1,"));
}

TEST_CASE("Steps may repeat and decrease, and no point is omitted or moved") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  const std::vector<std::int64_t> steps = {5, 5, 3, -1, 5, 0};
  for (const std::int64_t step : steps) run.log_metric("m", 10 * step, step);
  run.finish();
  std::vector<std::int64_t> kept;
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  for (const erm::MetricPoint& point : loaded.history().at("m").points()) kept.push_back(point.step);
  CHECK(kept == steps);
}

TEST_CASE("A value without a step stays between the points before it and after it") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  run.log_metric("a", 1, 1);
  run.log_metric("a", 7);
  run.log_metric("b", "text");
  run.log_metric("b", 2, 1);
  run.log_metric("c", 1, 1);
  run.log_metric("c", "best");
  run.log_metric("c", true);
  run.flush();
  for (int i = 0; i < 2; ++i) {
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
    CHECK(loaded.metrics().at("a") == 7);
    CHECK(loaded.metrics().at("b") == 2);
    CHECK(loaded.metrics().at("c") == true);
    CHECK(values_of(loaded, "a") == std::vector<double>{1});
    run.finish();
  }
}

TEST_CASE("Metric names are any text") {
  const TemporaryDirectory dir;
  const std::string names[] = {"a,b", "\"quoted\"", "two\nlines", "\r", "h\xC3\xA4lfte \xE6\x8D\x9F\xE5\xA4\xB1", "",
                               "metric,step,unix_ms,value", " blank ", "nan", std::string("nul\0nul", 7)};
  LiveRun run(dir / "registry", "e", named("r"));
  for (int i = 0; i < 3; ++i)
    for (const std::string& name : names) run.log_metric(name, i, i);
  run.metric("broken \xC3(").log(1, 1);
  run.log_metric("broken \xC3(", 2, 2);
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(loaded.history().size() == std::size(names) + 1);
  for (const std::string& name : names) CHECK(values_of(loaded, name) == std::vector<double>{0, 1, 2});
  CHECK(values_of(loaded, "broken \xEF\xBF\xBD(") == std::vector<double>{1, 2});
}

TEST_CASE("Names with the same hash are distinguished") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 300; ++i) run.log_metric(std::to_string(i) + "/loss", i, round);
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  for (int i = 0; i < 300; ++i) {
    const auto value = static_cast<double>(i);
    REQUIRE(values_of(loaded, std::to_string(i) + "/loss") == std::vector<double>{value, value});
  }
}

TEST_CASE("Points have the given time, otherwise the current time") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  const auto before = std::chrono::system_clock::now() - std::chrono::minutes(1);  // the quick clock may be behind
  run.log_metric("m", 1, 1, at_seconds(1763883021) + std::chrono::microseconds(123456));
  run.metric("m").log(2, 2, at_seconds(-62135596800));
  run.metric("m").log(3, 3);
  CHECK(contains(thrown<erm::Error>([&] { run.log_metric("m", 1, 1, at_seconds(253402300800)); }), "year"));
  CHECK(contains(thrown<erm::Error>([&] { run.metric("m").log(1, 1, at_seconds(-62135596801)); }), "year"));
  run.finish();
  const erm::MetricHistory history = erm::load_run_from_path(run.uri()).history().at("m");
  REQUIRE(history.size() == 3);
  CHECK(history.points()[0].time == at_seconds(1763883021) + std::chrono::milliseconds(123));
  CHECK(history.points()[1].time == at_seconds(-62135596800));
  CHECK(history.points()[2].time >= before);
  CHECK(history.points()[2].time <= std::chrono::system_clock::now());
}

TEST_CASE("A run can have ten thousand metrics") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  for (int step = 0; step < 3; ++step)
    for (int i = 0; i < 10000; ++i) run.log_metric("metric " + std::to_string(i), i + step, step);
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  REQUIRE(loaded.history().size() == 10000);
  CHECK(values_of(loaded, "metric 9999") == std::vector<double>{9999, 10000, 10001});
  CHECK(loaded.metrics().at("metric 0") == 2);
}

TEST_CASE("A million points read back in their order") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  const erm::LiveMetric metric = run.metric("m");
  for (std::int64_t i = 0; i < 1000000; ++i) metric.log(i, -i);
  run.finish();
  const erm::MetricHistory history = erm::load_run_from_path(run.uri()).history().at("m");
  REQUIRE(history.size() == 1000000);
  bool all = true;
  for (std::int64_t i = 0; i < 1000000; ++i) {
    const erm::MetricPoint& point = history.points()[static_cast<std::size_t>(i)];
    all = all && point.step == -i && point.value == static_cast<double>(i);
  }
  CHECK(all);
}

TEST_CASE("An artifact logged again replaces its file, and equal filenames are two files") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  write_file(dir.path() / "c.pt", "one");
  run.log_artifact(dir / "c.pt", "checkpoint");
  write_file(dir.path() / "c.pt", "second");
  run.log_artifact(dir / "c.pt", "checkpoint");
  run.log_artifact(dir / "c.pt", "other");
  run.log_artifact(erm::Bytes{1}, "folder", "C.PT/x");
  CHECK(thrown<erm::NotFoundError>([&] { run.log_artifact(dir / "missing", "m"); }) ==
        "cannot open '" + (dir / "missing") + "': No such file or directory; check the path");
  CHECK(contains(thrown<erm::InvalidIdError>([&] { run.log_artifact(erm::Bytes{1}, "..", "x"); }), ".."));
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(erm::to_text(loaded.artifacts().at("checkpoint").bytes()) == "second");
  CHECK(loaded.artifacts().at("checkpoint").filename() == "c.pt");
  CHECK(loaded.artifacts().at("checkpoint").size() == 6);
  CHECK(erm::to_text(loaded.artifacts().at("other").bytes()) == "second");
  CHECK(loaded.artifacts().at("folder").bytes() == erm::Bytes{1});
  std::size_t files = 0;
  for (const auto& [path, content] : erm_test::file_tree(run.uri() + "/artifacts"))
    files += content.rfind("file: ", 0) == 0 ? 1 : 0;
  CHECK(files == 3);
}

TEST_CASE("The hash of an artifact is optional") {
  const TemporaryDirectory dir;
  for (const bool hash : {true, false}) {
    LiveOptions options;
    options.hash_artifacts = hash;
    LiveRun run(dir / "registry", "e", options);
    run.log_text("abc", "note");
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
    const auto& sha256 = loaded.artifacts().at("note").sha256();
    REQUIRE(sha256.has_value() == hash);
    if (hash) CHECK(*sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}

// ---- resume ----

TEST_CASE("A resumed run continues with everything that it had") {
  const TemporaryDirectory dir;
  std::string uri;
  {
    LiveRun run(dir / "registry", "e", named("r", true));  // not there yet: begun
    uri = run.uri();
    run.log_param("lr", 1);
    run.log_metric("loss", 1, 1);
    run.log_metric("final", 5);
    run.log_text("one", "note");
    run.fail("first try");
  }
  LiveRun run(dir / "registry", "e", named("r", true));
  CHECK(run.uri() == uri);
  erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(loaded.status() == RunStatus::running);
  CHECK(loaded.failure().empty());
  CHECK_FALSE(loaded.finished_utc());
  run.log_metric("loss", 0.5, 2);
  run.log_text("two", "other");
  run.finish();
  loaded = erm::load_run_from_path(uri);
  CHECK(values_of(loaded, "loss") == std::vector<double>{1, 0.5});
  CHECK(loaded.metrics().at("loss") == 0.5);
  CHECK(loaded.metrics().at("final") == 5);
  CHECK(loaded.params().at("lr") == 1);
  CHECK(erm::to_text(loaded.artifacts().at("note").bytes()) == "one");
  CHECK(erm::to_text(loaded.artifacts().at("other").bytes()) == "two");
  CHECK(loaded.status() == RunStatus::finished);
}

TEST_CASE("A saved run can be resumed, with or without points") {
  const TemporaryDirectory dir;
  for (const bool has_points : {true, false}) {
    erm::RunOptions saved;
    saved.run_id = has_points ? "with" : "without";
    erm::ExperimentRun before("e", saved);
    before.log_param("lr", 1);
    if (has_points) before.log_metric("loss", 1, 1);
    erm::save_run_to_registry(before, dir / "registry");
    LiveRun run(dir / "registry", "e", named(*saved.run_id, true));
    run.log_metric("loss", 2, 2);
    run.finish();
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
    CHECK(values_of(loaded, "loss") == (has_points ? std::vector<double>{1, 2} : std::vector<double>{2}));
    CHECK(loaded.params().at("lr") == 1);
  }
}

TEST_CASE("A resume cuts off an incomplete last line, even inside a quoted name") {
  const TemporaryDirectory dir;
  for (const std::string torn : {"loss,2,17638830", "\"two\nlines,\n", "\"two\nlines\",1", "\"a\"\"", "x"}) {
    CAPTURE(torn);
    const std::string id = "r" + std::to_string(torn.size());
    {
      LiveRun run(dir / "registry", "e", named(id));
      run.log_metric("two\nlines", 1, 1);
    }
    const std::string csv = dir / ("registry/e/main/" + id + "/history/main.csv");
    const std::string whole = file_text(csv);
    write_file(csv, whole + torn);
    CHECK(values_of(erm::load_run_from_registry(dir / "registry", "e", "main", id), "two\nlines").size() == 1);
    LiveRun run(dir / "registry", "e", named(id, true));
    CHECK(file_text(csv) == whole);
    run.log_metric("loss", 3, 3);
    run.finish();
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
    CHECK(values_of(loaded, "loss") == std::vector<double>{3});
    CHECK(loaded.history().size() == 2);
  }
}

TEST_CASE("A resume begins a history without a header again") {
  const TemporaryDirectory dir;
  for (const std::string left : {"", "metric,st"}) {
    const std::string id = "r" + std::to_string(left.size());
    { LiveRun run(dir / "registry", "e", named(id)); }
    write_file(dir / ("registry/e/main/" + id + "/history/main.csv"), left);
    LiveRun run(dir / "registry", "e", named(id, true));
    run.log_metric("loss", 3, 3);
    run.finish();
    CHECK(values_of(erm::load_run_from_path(run.uri()), "loss") == std::vector<double>{3});
  }
}

TEST_CASE("A run that a live process holds is neither resumed nor replaced, and the error names the process") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  run.log_metric("loss", 1, 1);
  const std::string holder =
      "the process " + erm::detail::os::process_number() + " on " + erm::detail::os::host_name() + " has it open";
  const std::string resumed = thrown<erm::RunExistsError>([&] { LiveRun(dir / "registry", "e", named("r", true)); });
  CHECK(contains(resumed, "cannot resume the run '" + run.uri() + "': " + holder));
  erm::RunOptions saved;
  saved.run_id = "r";
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  const std::string replaced = thrown<erm::RunExistsError>(
      [&] { erm::save_run_to_registry(erm::ExperimentRun("e", saved), dir / "registry", overwrite); });
  CHECK(contains(replaced, "cannot replace the run '" + run.uri() + "': " + holder));
  run.log_metric("loss", 2, 2);
  run.finish();
  CHECK(erm::load_run_from_path(run.uri()).history().at("loss").size() == 2);
  erm::save_run_to_registry(erm::ExperimentRun("e", saved), dir / "registry", overwrite);
  CHECK(erm::load_run_from_path(run.uri()).history().empty());
}

TEST_CASE("The holder of a run is identified by more than its process number") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  const std::string path = run.uri() + "/erm_metadata.json";
  const erm::Json metadata = erm::Json::parse(file_text(path));
  const auto with_owner = [&](const std::string& owner, std::chrono::seconds silent) {
    erm::Json changed = metadata;
    changed["erm"]["owner"] = owner;
    changed["erm"]["heartbeat_seconds"] = 1000;
    changed["erm"]["heartbeat_utc"] = erm::detail::time_text(erm::detail::now_utc() - silent);
    const std::filesystem::path copy = dir.path() / "copy/erm_metadata.json";
    write_file(copy, changed.dump());
    std::filesystem::last_write_time(copy, std::filesystem::file_time_type::clock::now() - silent);
    return erm::load_run_from_path(dir / "copy").status();
  };
  using std::chrono::seconds;
  const erm::detail::Owner me = erm::detail::Owner::this_process();
  CHECK(with_owner(me.text(), seconds(10000)) == RunStatus::running);
  erm::detail::Owner other = me;
  other.started += "0";  // a reused number
  CHECK(with_owner(other.text(), seconds(0)) == RunStatus::killed);
  other = me;
  other.process = "999999999";
  CHECK(with_owner(other.text(), seconds(0)) == RunStatus::killed);
  // Of others only the heartbeats tell. They may miss four.
  erm::detail::Owner elsewhere = me;
  elsewhere.started = "another-boot 1";
  erm::detail::Owner in_container = me;
  in_container.space = "pid:[1]";
  const std::string of_erm_0_1 = me.host + "\n999999999\n" + me.started + "\n";
  for (const std::string& owner : {elsewhere.text(), in_container.text(), of_erm_0_1, std::string("host\n1\n\n")}) {
    INFO(owner);
    CHECK(with_owner(owner, seconds(3000)) == RunStatus::running);
    CHECK(with_owner(owner, seconds(4001)) == RunStatus::killed);
  }
}

// ---- other writers ----

TEST_CASE("Another writer joins a run, and readers see the data of both") {
  const TemporaryDirectory dir;
  LiveRun main(dir / "registry", "e", named("r"));
  LiveOptions options = named("r");
  options.writer = "rank1";
  LiveRun other(dir / "registry", "e", options);
  CHECK(other.uri() == main.uri());
  main.log_param("rank", 0);
  main.log_metric("loss", 1, 1);
  other.log_param("rank", 1);
  other.log_param("device", "gpu1");
  other.log_metric("loss", 2, 1);
  other.log_metric("rank1/loss", 3, 1);
  other.log_feature("f");
  other.log_dict("d", {{"k", 1}});
  main.log_text("main", "note.txt");
  other.log_text("by another", "note 1");
  other.log_artifact(erm::to_bytes("x"), "same name", "note.txt");
  other.log_artifact(erm::to_bytes("y"), "below", "note.txt/y");
  CHECK(contains(thrown<erm::RunExistsError>([&] { LiveRun(dir / "registry", "e", options); }),
                 "as writer 'rank1': the process "));
  const auto check = [&](bool main_has_ended) {
    const erm::ExperimentRun loaded = erm::load_run_from_path(main.uri());
    CHECK(loaded.status() == (main_has_ended ? RunStatus::finished : RunStatus::running));
    CHECK(loaded.params().at("rank") == 0);
    CHECK(loaded.params().at("device") == "gpu1");
    CHECK(values_of(loaded, "loss") == std::vector<double>{1, 2});
    CHECK(loaded.metrics().at("rank1/loss") == 3);
    CHECK(loaded.features() == std::vector<std::string>{"f"});
    CHECK(loaded.dicts().at("d") == erm::Json{{"k", 1}});
    REQUIRE(loaded.artifacts().size() == 4);
    CHECK(erm::to_text(loaded.artifacts().at("note.txt").bytes()) == "main");
    CHECK(erm::to_text(loaded.artifacts().at("note 1").bytes()) == "by another");
    CHECK(erm::to_text(loaded.artifacts().at("same name").bytes()) == "x");
    CHECK(erm::to_text(loaded.artifacts().at("below").bytes()) == "y");
  };
  main.flush();
  other.flush();
  check(false);
  other.finish();
  main.finish();
  check(true);
  const erm::Json metadata = erm::Json::parse(file_text(main.uri() + "/erm_metadata.json"));
  CHECK(metadata["artifacts"].contains("same name"));  // for readers that know no other writers
  CHECK(metadata["metrics"].contains("rank1/loss"));

  LiveRun main_again(dir / "registry", "e", named("r", true));
  LiveRun other_again(dir / "registry", "e", options);
  other_again.log_metric("rank1/loss", 4, 2);
  other_again.log_text("still newer", "note 1");
  other_again.finish();
  main_again.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(main.uri());
  CHECK(loaded.metrics().at("rank1/loss") == 4);
  CHECK(erm::to_text(loaded.artifacts().at("note 1").bytes()) == "still newer");
}

TEST_CASE("A writer waits for the run that it joins, up to the limit") {
  const TemporaryDirectory dir;
  LiveOptions options = named("r");
  options.writer = "rank1";
  options.join_wait = std::chrono::seconds(0);
  CHECK(thrown<erm::NotFoundError>([&] { LiveRun(dir / "registry", "e", options); }) ==
        "writer 'rank1' cannot join the run '" + (dir / "registry/e/main/r") +
            "': it was not there for 0 seconds; begin it by the writer 'main', or set LiveOptions::join_wait");

  class AskedFileSystem final : public erm_test::PlainFileSystem {
   public:
    mutable std::atomic<int> asked{0};
    erm::FileInfo info(const std::string& path) const override {
      if (path == "registry/e/main/r/erm_metadata.json") ++asked;
      return PlainFileSystem::info(path);
    }
  };
  const auto store = std::make_shared<AskedFileSystem>();
  options.join_wait = std::chrono::minutes(10);
  options.fs = store;
  std::thread waits([&] {
    LiveRun other("registry", "e", options);
    other.log_metric("m", 1, 1);
  });
  CHECK(erm_test::comes_true([&] { return store->asked >= 3; }));  // it asks again and again
  LiveOptions of_main = named("r");
  of_main.fs = store;
  LiveRun run("registry", "e", of_main);
  waits.join();
  CHECK(erm::load_run_from_path(run.uri(), store).history().at("m").size() == 1);
}

// ---- stores ----

TEST_CASE("A run in memory behaves like one on disk, whether its store can append or not") {
  for (const bool appends : {true, false}) {
    LiveOptions options = named("r");
    options.fs = std::make_shared<erm::MemoryFileSystem>(appends);
    options.flush_interval = std::chrono::milliseconds(1);
    options.store_interval = std::chrono::hours(1);
    {
      LiveRun run("registry", "e", options);
      run.log_metric("loss", 1, 1);
      run.log_text("note", "note");
      run.flush();  // also where the store's interval is far off
      CHECK(erm::load_run_from_path(run.uri(), options.fs).history().at("loss").size() == 1);
      run.log_metric("loss", 2, 2);
      const auto stored = [&] { return erm::load_run_from_path(run.uri(), options.fs).history().at("loss").size(); };
      if (appends) {
        CHECK(erm_test::comes_true([&] { return stored() == 2; }));
      } else {
        // Whole objects are put on the longer interval only, however many of the shorter ones go by.
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        CHECK(stored() == 1);
      }
    }
    options.resume = true;
    LiveRun run("registry", "e", options);
    run.log_metric("loss", 3, 3);
    run.finish();
    const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri(), options.fs);
    CHECK(values_of(loaded, "loss") == std::vector<double>{1, 2, 3});
    CHECK(loaded.status() == RunStatus::finished);
    CHECK(erm::to_text(loaded.artifacts().at("note").bytes()) == "note");
  }
}

TEST_CASE("A store that cannot append gets the complete history at each interval") {
  LiveOptions options = named("r");
  options.fs = std::make_shared<erm::MemoryFileSystem>(false);
  options.flush_interval = std::chrono::milliseconds(1);
  options.store_interval = std::chrono::seconds(0);
  LiveRun run("registry", "e", options);
  run.log_metric("loss", 1, 1);
  REQUIRE(erm_test::comes_true([&] { return !erm::load_run_from_path(run.uri(), options.fs).history().empty(); }));
  CHECK(erm::load_run_from_path(run.uri(), options.fs).history().at("loss").size() == 1);
}

TEST_CASE("memory:// is one store for the process") {
  LiveRun run("memory://live-run-test", "e", named("r"));
  run.log_metric("loss", 1, 1);
  run.finish();
  CHECK(erm::load_run_from_registry("memory://live-run-test", "e").history().at("loss").size() == 1);
}

TEST_CASE("A handle logs many points in one call") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = (dir.path() / "r").string();
  std::string uri;
  {
    erm::LiveRun run(registry, "e");
    uri = run.uri();
    const erm::LiveMetric loss = run.metric("loss");
    const float some[] = {0.1f, 0.2f};
    loss.log(std::vector<double>{3, 2.5, 1}, std::size_t{10});
    loss.log(some, 20);
    loss.log(std::vector<int>(), 30);
    CHECK_THROWS_AS(loss.log(some, std::numeric_limits<std::int64_t>::max()), erm::Error);
  }
  const erm::ExperimentRun run = erm::load_run_from_path(uri);
  std::vector<std::pair<std::int64_t, double>> points;
  for (const erm::MetricPoint& point : run.curve("loss").points()) points.emplace_back(point.step, point.value);
  CHECK(points == std::vector<std::pair<std::int64_t, double>>{{10, 3}, {11, 2.5}, {12, 1}, {20, 0.1}, {21, 0.2}, {9223372036854775807, 0.1}});
  CHECK(run.curve("loss").points()[0].time == run.curve("loss").points()[2].time);
}

}  // namespace live_run_test
