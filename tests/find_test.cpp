#include "erm/find.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/find/best_runs.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace find_test {

using erm::best_run;
using erm::find_runs;
using erm::FindOptions;
using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

namespace {

struct Registry {
  std::shared_ptr<erm::MemoryFileSystem> fs = std::make_shared<erm::MemoryFileSystem>();

  void add(const std::string& experiment, const std::string& variant, const std::string& id, double lr, double loss) {
    erm::RunOptions options;
    options.variant_id = variant;
    options.run_id = id;
    options.timestamp_utc = erm::TimePoint(std::chrono::hours(24 * (20000 + static_cast<int>(count++))));
    erm::ExperimentRun run(experiment, options);
    run.log_param("lr", lr);
    run.log_metric("loss", 2 * loss, 1);
    run.log_metric("loss", loss, 2);
    run.log_text("text", "note");
    erm::SaveOptions save;
    save.fs = fs;
    erm::save_run_to_registry(run, "registry", save);
  }
  [[nodiscard]] std::string ids(const FindOptions& options) const {
    std::string out;
    for (const auto& run : find_runs("registry", options, fs)) out += (out.empty() ? "" : " ") + run.run_id();
    return out;
  }

  std::size_t count = 0;
};

Registry example() {
  Registry registry;
  registry.add("digits", "main", "a", 0.1, 0.5);
  registry.add("digits", "main", "b", 0.01, 0.3);
  registry.add("digits", "deep", "c", 0.001, 0.4);
  registry.add("houses", "main", "d", 0.01, 0.2);
  registry.add("team/houses", "deep/er", "e", 0.2, std::numeric_limits<double>::quiet_NaN());
  return registry;
}

FindOptions filtered(const std::string& filter, const std::string& order_by = "run") {
  FindOptions options;
  options.filter = filter;
  options.order_by = order_by;
  return options;
}

}  // namespace

TEST_CASE("All runs of a registry are found, the newest first") { CHECK(example().ids({}) == "e d c b a"); }

TEST_CASE("Runs are found by filter, order and limit") {
  const Registry registry = example();
  CHECK(registry.ids(filtered("params.lr <= 0.01")) == "b c d");
  CHECK(registry.ids(filtered("params.lr <= 0.01", "metrics.loss")) == "d b c");
  CHECK(registry.ids(filtered("", "metrics.loss")) == "d b c a e");
  CHECK(registry.ids(filtered("", "metrics.loss desc")) == "a c b d e");
  CHECK(registry.ids(filtered("metrics.loss.max > 0.7")) == "a c");
  CHECK(registry.ids(filtered("artifacts contains 'note' and experiment = 'houses'")) == "d");
  FindOptions options = filtered("", "metrics.loss");
  options.limit = 2;
  CHECK(registry.ids(options) == "d b");
  options.limit = 100;
  CHECK(registry.ids(options) == "d b c a e");
}

TEST_CASE("Equal runs come by their run id, then by experiment and variant") {
  Registry registry;
  for (const char* const place : {"z", "a"})
    for (const char* const id : {"2", "1"}) registry.add(place, place, id, 0.1, 0.5);
  const std::vector<erm::ExperimentRun> runs = find_runs("registry", filtered("", "metrics.loss"), registry.fs);
  REQUIRE(runs.size() == 4);
  CHECK(runs[0].run_id() + runs[0].experiment_id() == "1a");
  CHECK(runs[1].run_id() + runs[1].experiment_id() == "1z");
  CHECK(runs[2].run_id() + runs[2].experiment_id() == "2a");
}

TEST_CASE("A search can be limited to one experiment or variant") {
  const Registry registry = example();
  FindOptions options = filtered("");
  options.experiment = "digits";
  CHECK(registry.ids(options) == "a b c");
  options.variant = "deep";
  CHECK(registry.ids(options) == "c");
  options.experiment.clear();
  options.variant = "main";
  CHECK(registry.ids(options) == "a b d");
  options.variant = "deep/er";
  CHECK(registry.ids(options) == "e");
}

TEST_CASE("A missing registry, experiment or variant is an error") {
  const Registry registry = example();
  FindOptions options;
  CHECK(thrown<erm::NotFoundError>([&] { (void)find_runs("nowhere", options, registry.fs); }) ==
        "there is no registry at 'nowhere'; check the path, or save a run to it first");
  options.experiment = "absent";
  CHECK(thrown<erm::NotFoundError>([&] { (void)find_runs("registry", options, registry.fs); }) ==
        "there is no experiment 'absent' in the registry 'registry'; list_experiments tells which there are");
  options.experiment = "digits";
  options.variant = "absent";
  CHECK(thrown<erm::NotFoundError>([&] { (void)find_runs("registry", options, registry.fs); }) ==
        "there is no variant 'absent' of experiment 'digits' in the registry 'registry'; list_variants tells which "
        "there are");
  options.experiment.clear();
  CHECK(thrown<erm::NotFoundError>([&] { (void)find_runs("registry", options, registry.fs); }) ==
        "there is no variant 'absent' of any experiment in the registry 'registry'; list_variants tells which there "
        "are");
  CHECK(contains(thrown<erm::Error>([&] { (void)find_runs("nowhere", filtered("(")); }), "cannot read the filter"));
  CHECK(contains(thrown<erm::Error>([&] { (void)find_runs("nowhere", filtered("", "(")); }), "cannot read the order"));
}

TEST_CASE("The predicate runs on the calling thread, with complete runs that the filter accepts") {
  const Registry registry = example();
  const std::thread::id here = std::this_thread::get_id();
  FindOptions options = filtered("params.lr < 0.1");
  std::string asked;
  options.where = [&](const erm::ExperimentRun& run) {
    CHECK(std::this_thread::get_id() == here);
    CHECK(run.artifacts().count("note") == 1);
    CHECK(run.history().at("loss").size() == 2);
    asked += run.run_id();
    return run.experiment_id() == "digits";
  };
  options.limit = 1;
  CHECK(registry.ids(options) == "b");
  CHECK(asked == "cbd");
  options.where = [](const erm::ExperimentRun&) -> bool { throw std::runtime_error("mine"); };
  CHECK_THROWS_WITH(registry.ids(options), "mine");
}

TEST_CASE("A found run equals the loaded one, and reads its history on demand") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run("exp");
  run.log_metric("loss", 0.5, 1);
  run.log_text("hello", "note");
  run.set_tag("x");
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const erm::ExperimentRun found = find_runs(dir / "registry").at(0);
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(found.run_id() == loaded.run_id());
  CHECK(found.metrics() == loaded.metrics());
  CHECK(found.tags() == loaded.tags());
  CHECK(found.finished_utc() == loaded.finished_utc());
  CHECK(erm::to_text(found.artifacts().at("note").bytes()) == "hello");
  erm::ExperimentRun copy = found;
  CHECK(found.history() == loaded.history());
  copy.log_metric("loss", 0.25, 2);
  CHECK(copy.history().at("loss").size() == 2);
  CHECK(found.history().at("loss").size() == 1);

  SECTION("and saved again it loses nothing") {
    const std::string again = erm::save_run_to_registry(find_runs(dir / "registry").at(0), dir / "other");
    CHECK(erm::load_run_from_path(again).history() == loaded.history());
    erm::SaveOptions overwrite;
    overwrite.overwrite = true;
    erm::save_run_to_path(find_runs(dir / "registry").at(0), uri, overwrite);
    CHECK(erm::load_run_from_path(uri).history() == loaded.history());
  }
  SECTION("but another run's history is not taken for its own") {
    const erm::ExperimentRun before = find_runs(dir / "registry").at(0);
    erm::ExperimentRun other("exp");
    other.log_metric("loss", 7, 7);
    erm::SaveOptions overwrite;
    overwrite.overwrite = true;
    erm::save_run_to_path(other, uri, overwrite);
    CHECK(thrown<erm::NotFoundError>([&] { (void)before.history(); }) ==
          "cannot read the history of the run '" + uri +
              "': another run took its place since it was found; find it again");
    std::filesystem::remove_all(uri);
    CHECK(contains(thrown<erm::NotFoundError>([&] { (void)before.history(); }), "there is no run at '" + uri + "'"));
  }
}

TEST_CASE("Broken runs are reported and hide no other") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  for (const char* const id : {"a", "b", "c", "d"}) {
    erm::RunOptions options;
    options.run_id = id;
    erm::ExperimentRun run("exp", options);
    run.log_metric("loss", 1, 1);
    erm::save_run_to_registry(run, registry);
  }
  erm_test::write_file(registry + "/exp/main/a/erm_metadata.json", "{\"half");
  std::filesystem::remove_all(registry + "/exp/main/c/history");
  FindOptions options = filtered("", "run");
  std::vector<std::string> broken;
  options.on_broken = [&](const std::string& uri, const erm::Error& error) {
    broken.push_back(uri + ": " + error.what());
  };
  std::vector<erm::ExperimentRun> runs = find_runs(registry, options);
  CHECK(runs.size() == 3);
  REQUIRE(broken.size() == 1);
  CHECK(
      contains(broken[0], registry + "/exp/main/a: the run metadata '" + registry + "/exp/main/a/erm_metadata.json'"));
  broken.clear();
  options.filter = "metrics.loss.min = 1";
  runs = find_runs(registry, options);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].run_id() == "b");
  REQUIRE(broken.size() == 2);
  CHECK(contains(broken[1], "there is no history file"));
}

TEST_CASE("Runs that are being written are found with their status") {
  const TemporaryDirectory dir;
  erm::LiveOptions options;
  options.run_id = "live";
  erm::LiveRun live(dir / "registry", "exp", options);
  live.log_metric("loss", 0.5, 1);
  live.set_tag("t");
  live.flush();
  const std::vector<erm::ExperimentRun> runs =
      find_runs(dir / "registry", filtered("status = 'running' and metrics.loss = 0.5 and tags.t"));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].status() == erm::RunStatus::running);
  CHECK(runs[0].history().at("loss").size() == 1);
  live.fail("no memory");
  CHECK(find_runs(dir / "registry", filtered("status = 'failed' and failure contains 'memory'")).size() == 1);
}

TEST_CASE("Many threads find the same runs as one thread, also in a custom store") {
  const auto plain = std::make_shared<erm_test::PlainFileSystem>();
  erm::SaveOptions save;
  save.fs = plain;
  for (int i = 0; i < 300; ++i) {
    erm::RunOptions options;
    options.run_id = "run " + std::to_string(1000 + i);
    erm::ExperimentRun run("exp", options);
    run.log_param("i", i);
    erm::save_run_to_registry(run, "registry", save);
  }
  FindOptions options = filtered("params.i >= 100", "params.i desc");
  for (const unsigned threads : {0U, 1U, 7U}) {
    options.threads = threads;
    options.limit = threads == 7 ? 3 : 0;
    const std::vector<erm::ExperimentRun> runs = find_runs("registry", options, plain);
    CHECK(runs.size() == (threads == 7 ? 3 : 200));
    CHECK(runs.at(0).run_id() == "run 1299");
    CHECK(runs.at(2).run_id() == "run 1297");
  }
}

TEST_CASE("The goal decides which run is best, whether stored or passed") {
  Registry registry = example();
  CHECK(best_run("registry", "loss", erm::Goal::minimize, {}, registry.fs).run_id() == "d");
  CHECK(best_run("registry", "loss", erm::Goal::maximize, {}, registry.fs).run_id() == "a");
  CHECK(best_run("registry", "loss", erm::Goal::maximize, filtered("params.lr < 0.1"), registry.fs).run_id() == "c");
  const std::string cannot = "cannot tell the best run of the metric 'loss' in the registry 'registry': ";
  CHECK(thrown<erm::Error>([&] { (void)best_run("registry", "loss", {}, registry.fs); }) ==
        cannot +
            "no run says whether less or more is better; give Goal::minimize or Goal::maximize, or set_goal in the "
            "program that logs it");
  CHECK(thrown<erm::NotFoundError>([&] {
          (void)best_run("registry", "loss", filtered("params.lr > 9"), registry.fs);
        }) == cannot + "no run that was asked for has a number there; check the name and the filter");

  erm::RunOptions options;
  options.run_id = "0";
  erm::ExperimentRun run("digits", options);
  run.log_metric("loss", 0.2);
  run.set_goal("loss", erm::Goal::minimize);
  erm::SaveOptions save;
  save.fs = registry.fs;
  erm::save_run_to_registry(run, "registry", save);
  CHECK(best_run("registry", "loss", {}, registry.fs).run_id() == "0");  // as good as d, and first by its id
  options.run_id = "1";
  erm::ExperimentRun other("digits", options);
  other.set_goal("loss", erm::Goal::maximize);
  erm::save_run_to_registry(other, "registry", save);
  CHECK(thrown<erm::Error>([&] { (void)best_run("registry", "loss", {}, registry.fs); }) ==
        cannot + "some runs say that less is better and some that more is; give Goal::minimize or Goal::maximize");
}

TEST_CASE("A run that failed, was killed or diverged is best in nothing, as on the page") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  const auto save = [&](const std::string& id, double loss, const std::string& status) {
    erm::RunOptions options;
    options.run_id = id;
    erm::ExperimentRun run("exp", options);
    run.log_metric("loss", loss);
    run.set_goal("loss", erm::Goal::minimize);
    const std::string path = erm::save_run_to_registry(run, registry) + "/erm_metadata.json";
    std::string text = erm_test::file_text(path);
    const std::string finished = "\"status\": \"finished\"";
    const std::size_t at = text.find(finished);
    REQUIRE(at != std::string::npos);
    erm_test::write_file(path, text.replace(at, finished.size(), "\"status\": \"" + status + "\""));
  };
  const double inf = std::numeric_limits<double>::infinity();
  save("a", 0.1, "failed");
  save("b", -inf, "finished");
  save("c", 0.2, "failed");
  CHECK(thrown<erm::NotFoundError>([&] { (void)best_run(registry, "loss"); }) ==
        "cannot tell the best run of the metric 'loss' in the registry '" + registry +
            "': no run that has it is ranked (2 failed, 1 diverged); find_runs with an order_by finds those, "
            "too");
  save("d", 0.4, "finished");
  save("e", 0.3, "finished");
  save("f", inf, "finished");
  CHECK(best_run(registry, "loss").run_id() == "e");
  CHECK(best_run(registry, "loss", erm::Goal::maximize).run_id() == "d");
  CHECK(thrown<erm::NotFoundError>([&] { (void)best_run(registry, "loss", filtered("status = failed")); }) != "");
  CHECK(find_runs(registry, filtered("", "loss")).front().run_id() == "b");

  const std::vector<erm::ExperimentRun> runs = find_runs(registry);
  const erm::Comparison comparison(runs);
  CHECK(runs[comparison.ranking().runs[0]].run_id() == "e");
}

TEST_CASE("The best runs of many are the same with a limit and without") {
  for (const std::size_t limit : {std::size_t{1}, std::size_t{3}, std::size_t{2000}}) {
    erm::detail::BestRuns all("loss", 0), some("loss", limit);
    for (int i = 0; i < 5000; ++i) {
      erm::RunOptions options;
      options.run_id = std::to_string(i);
      erm::ExperimentRun run("exp", options);
      run.log_metric("loss", (i * 7919) % 1777);  // each value two or three times
      some.add(erm::ExperimentRun(run));
      all.add(std::move(run));
    }
    CHECK(some.ranked() == 5000);
    CHECK(some.said_goal() == std::nullopt);
    for (const erm::Goal goal : {erm::Goal::minimize, erm::Goal::maximize}) {
      erm::detail::BestRuns whole = all, cut = some;
      const std::vector<erm::ExperimentRun> expected = whole.first(goal), found = cut.first(goal);
      REQUIRE(found.size() == limit);
      for (std::size_t i = 0; i < limit; ++i) REQUIRE(found[i].run_id() == expected[i].run_id());
    }
  }
}

TEST_CASE("A filter or an order that asks for a name that no run has warns once, with the names near it") {
  Registry registry = example();
  erm::RunOptions with_dict;
  with_dict.variant_id = "dict";
  erm::ExperimentRun run("digits", with_dict);
  run.log_param("learning_rate", 0.1);
  run.log_dict("train", {{"decay", 0.5}, {"adam", {{"beta1", 0.9}, {"beta2", 0.99}}}});
  run.set_tag("team", "vision");
  erm::SaveOptions save;
  save.fs = registry.fs;
  erm::save_run_to_registry(run, "registry", save);
  const auto warnings = [&](const std::string& filter, const std::string& order_by = "run", unsigned threads = 0) {
    FindOptions options = filtered(filter, order_by);
    options.threads = threads;
    std::string all;
    options.on_warning = [&](const std::string& warning) { all += warning + "\n"; };
    (void)find_runs("registry", options, registry.fs);
    return all;
  };
  // The order of the names is that of their distance.
  CHECK(warnings("params.lrr < 0.01") == "no run has the param \"lrr\"; near: lr\n");
  CHECK(warnings("params.learningrate < 1") == "no run has the param \"learningrate\"; near: learning_rate\n");
  CHECK(warnings("0.1 = params.momentum") == "no run has the param \"momentum\"\n");
  CHECK(warnings("metrics.los.min < 1 or metrics.los > 2") == "no run has the metric \"los\"; near: loss\n");
  CHECK(warnings("tags.taem = 'vision'") == "no run has the tag \"taem\"; near: team\n");
  CHECK(warnings("dicts.train.decai > 0") == "no run has the dict entry \"train.decai\"; near: train.decay\n");
  CHECK(warnings("dicts.train.adam.beta > 0") ==
        "no run has the dict entry \"train.adam.beta\"; near: train.adam.beta1, train.adam.beta2\n");
  CHECK(warnings("", "metrics.lss desc, params.lr") == "no run has the metric \"lss\"; near: loss\n");
  CHECK(warnings("params.a in (1, 2) and params.b is nan and params.c contains 'x' and tags.d", "params.a") ==
        "no run has the param \"a\"\nno run has the param \"b\"\nno run has the param \"c\"\n"
        "no run has the tag \"d\"\n");

  CHECK(warnings("los < 1") == "no run has the metric or param \"los\"; near: loss\n");
  CHECK(warnings("loss.max < 1 or learningrate.max < 1") ==
        "no run has the metric or param \"learningrate\"; near: learning_rate\n");
  CHECK(warnings("durtion > 1 or statu = failed") ==
        "no run has the metric or param \"durtion\"; near: duration\n"
        "no run has the metric or param \"statu\"; near: status\n");
  CHECK(warnings("", "lss desc, lr") == "no run has the metric or param \"lss\"; near: loss\n");
  CHECK(warnings("lss is missing or not lss = 1", "loss, learning_rate.min") == "");

  for (const char* const names_some_run_has :
       {"", "lr < 0.01 and loss > 0", "params.lr < 0.01", "params.lr > 100", "params.learning_rate > 1", "run = 'a' and params.learning_rate > 1",
        "metrics.loss.min < 0", "tags.team", "dicts.train.adam.beta1 = 0", "dicts.train.adam = 0"})
    CHECK(warnings(names_some_run_has) == "");
  CHECK(warnings("run = 'a'", "params.learning_rate") == "");  // the filter accepts no run that has it
}

TEST_CASE("A condition that accepts runs without a name does not warn that no run has it") {
  const Registry registry = example();
  const auto warnings = [&](const std::string& filter) {
    FindOptions options = filtered(filter);
    std::string all;
    options.on_warning = [&](const std::string& warning) { all += warning + "\n"; };
    (void)find_runs("registry", options, registry.fs);
    return all;
  };
  for (const char* const absent :
       {"params.lrr is missing", "not params.lrr = 1", "params.lrr not in (1, 2)", "params.lrr not contains 'x'",
        "params.lrr is not nan", "not tags.failed", "params.lr > 0 and not (params.lrr < 1 or tags.failed)",
        "params.lrr is missing or params.lrr < 1", "params.lrr < 1 or not (params.lrr is not missing)"})
    CHECK(warnings(absent) == "");
  const std::string no_lrr = "no run has the param \"lrr\"; near: lr\n";
  for (const char* const present : {"params.lrr is not missing", "not not params.lrr = 1", "params.lrr != 1",
                                    "not (params.lrr is missing)", "params.lrr < 2 and not params.lrr = 1"})
    CHECK(warnings(present) == no_lrr);
}

TEST_CASE("Where no run was searched, no name is missing") {
  const auto fs = std::make_shared<erm::MemoryFileSystem>();
  erm::SaveOptions save;
  save.fs = fs;
  erm::RunOptions ids;
  ids.run_id = "a";
  erm::save_run_to_registry(erm::ExperimentRun("exp", ids), "registry", save);
  fs->remove("registry/exp/main/a/erm_metadata.json");
  FindOptions options = filtered("params.lr < 1", "metrics.loss");
  options.on_warning = [](const std::string& warning) { FAIL(warning); };
  CHECK(find_runs("registry", options, fs).empty());
}

TEST_CASE("Several threads warn once of a name that no run has, and not of one that a single run has") {
  const TemporaryDirectory dir;
  erm::SaveOptions save;
  save.durable = false;
  for (int i = 0; i < 600; ++i) {
    erm::RunOptions options;
    options.run_id = "run " + std::to_string(1000 + i);
    erm::ExperimentRun run("exp", options);
    run.log_param(i == 599 ? "seed" : "lr_" + std::to_string(i % 7), i);
    erm::save_run_to_registry(run, dir / "registry", save);
  }
  FindOptions options = filtered("params.seed = 599 or params.lr = 2");
  options.threads = 4;
  std::vector<std::string> warnings;
  options.on_warning = [&](const std::string& warning) { warnings.push_back(warning); };
  CHECK(find_runs(dir / "registry", options).size() == 1);
  CHECK(warnings == std::vector<std::string>{"no run has the param \"lr\"; near: lr_0, lr_1, lr_2"});
}

TEST_CASE("A metric that only the history of a run in progress has is no unknown name") {
  const TemporaryDirectory dir;
  erm::LiveOptions live_options;
  live_options.run_id = "live";
  erm::LiveRun live(dir / "registry", "exp", live_options);
  live.flush();
  const std::string metadata = erm_test::file_text(dir / "registry/exp/main/live/erm_metadata.json");
  live.log_metric("loss", 0.5, 1);
  live.flush();
  // As a process leaves it that is killed between the write of the points and that of the metadata.
  erm_test::write_file(dir / "registry/exp/main/live/erm_metadata.json", metadata);
  FindOptions options = filtered("metrics.loss.min < 1");
  options.on_warning = [](const std::string& warning) { FAIL(warning); };
  CHECK(find_runs(dir / "registry", options).size() == 1);
}

TEST_CASE("A condition on the points of one metric, and its curve, read no other metric") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm::RunOptions named;
  named.run_id = "a";
  erm::ExperimentRun run("exp", named);
  for (int step = 0; step < 3; ++step) run.log_metrics({{"loss", 3 - step}, {"acc", step}}, step);
  erm::save_run_to_registry(run, registry);
  for (const auto& file : std::filesystem::directory_iterator(registry + "/exp/main/a/history")) {
    std::string text = erm_test::file_text(file.path());
    text.replace(text.find("\nacc,"), 5, "\nacc;");
    erm_test::write_file(file.path(), text);
  }
  FindOptions options;
  options.filter = "metrics.loss.min = 1 and metrics.loss.first = 3";
  const std::vector<erm::ExperimentRun> runs = find_runs(registry, options);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].curve("loss").size() == 3);
  CHECK(contains(erm_test::error_of([&] { static_cast<void>(runs[0].history()); }), "it is not metric,step"));
}

}  // namespace find_test
