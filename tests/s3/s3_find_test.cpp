// Runs found, tagged and edited on the server of the environment (radosgw.sh).
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "environment_variable.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "erm/trash.hpp"
#include "s3/bucket.hpp"
#include "temporary_directory.hpp"

namespace s3_find_test {

using erm_test::Bucket;
using Tags = std::map<std::string, std::string>;

TEST_CASE("Runs in a bucket are found, with their histories read on demand") {
  const Bucket bucket;
  const std::string registry = bucket / "registry";
  for (int i = 0; i < 20; ++i) {
    erm::RunOptions options;
    options.run_id = "run " + std::to_string(10 + i);
    erm::ExperimentRun run(i % 2 == 0 ? "even" : "odd", options);
    run.log_param("i", i);
    run.log_metric("loss", 1.0 / (i + 1), i);
    run.set_goal("loss", erm::Goal::minimize);
    erm::save_run_to_registry(run, registry);
  }
  erm::FindOptions options;
  options.filter = "params.i >= 10 and metrics.loss.min < 1";
  options.order_by = "metrics.loss";
  options.limit = 3;
  const std::vector<erm::ExperimentRun> runs = erm::find_runs(registry, options);
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].run_id() == "run 29");
  CHECK(runs[2].run_id() == "run 27");
  CHECK(runs[0].history().at("loss").points().at(0).step == 19);
  CHECK(erm::best_run(registry, "loss").run_id() == "run 29");
}

TEST_CASE("A cache knows by the ETags of a listing which runs in a bucket have changed") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  const erm_test::EnvironmentVariable folder("ERM_CACHE", dir / "cache");
  const std::string registry = bucket / "registry";
  const auto save = [&](int i, double loss) {
    erm::RunOptions options;
    options.run_id = "run " + std::to_string(10 + i);
    options.timestamp_utc = erm::TimePoint(std::chrono::hours(20000 * 24 + i));
    erm::ExperimentRun run("digits", options);
    run.log_param("i", i);
    run.log_metric("loss", loss);
    erm::SaveOptions replace;
    replace.overwrite = true;
    erm::save_run_to_registry(run, registry, replace);
  };
  const auto ids = [&](bool cache) {
    erm::FindOptions options;
    options.filter = "metrics.loss < 0.5 and not tags.old";
    options.order_by = "metrics.loss desc";
    options.limit = 3;
    options.cache = cache;
    std::string all;
    for (const erm::ExperimentRun& run : erm::find_runs(registry, options))
      all += run.run_id() + "=" + run.metrics().at("loss").str() + " ";
    return all;
  };
  for (int i = 0; i < 10; ++i) save(i, 0.1 * i);
  CHECK(ids(true) == "run 14=0.4 run 13=0.30000000000000004 run 12=0.2 ");
  REQUIRE(std::filesystem::exists(dir / "cache"));
  CHECK(ids(true) == ids(false));
  save(4, 0.9);
  CHECK(ids(true) == "run 13=0.30000000000000004 run 12=0.2 run 11=0.1 ");
  erm::edit_run(registry + "/digits/main/run 13", [](erm::RunEdit& edit) { edit.set_tag("old"); });
  CHECK(ids(true) == "run 12=0.2 run 11=0.1 run 10=0 ");
  erm::delete_run(registry, "digits", "main", "run 12");
  CHECK(ids(true) == "run 11=0.1 run 10=0 ");
  erm::restore_run(registry, "digits", "main", "run 12");
  save(4, 0.4);
  CHECK(ids(true) == "run 14=0.4 run 12=0.2 run 11=0.1 ");
  CHECK(ids(true) == ids(false));
}

TEST_CASE("The stamp of an object is in its listing and in its content") {
  const Bucket bucket;
  auto [fs, path] = erm::open_file_system(bucket / "registry");
  erm::save_run_to_registry(erm::ExperimentRun("digits"), bucket / "registry");
  const std::string variant = path + "/digits/main";
  const auto listed = fs->stamped_folders_with(variant, "erm_metadata.json", nullptr, {});
  REQUIRE(listed.size() == 1);
  std::vector<erm::FileStamp> stamps;
  const auto contents = fs->read_stamped({variant + "/" + listed[0].path + "/erm_metadata.json"}, stamps);
  CHECK(contents[0].size() == listed[0].stamp.size);
  CHECK(stamps.at(0) == listed[0].stamp);
  CHECK(stamps[0].is_final);
}

TEST_CASE("A run in a bucket is edited while it is written and afterwards, and no edit is lost") {
  const Bucket bucket;
  std::string uri;
  {
    erm::LiveOptions live;
    live.run_id = "live";
    erm::LiveRun run(bucket / "registry", "digits", live);
    uri = run.uri();
    run.set_tag("own");
    erm::edit_run(uri, [](erm::RunEdit& edit) { edit.set_tag("while it runs"); });
    run.log_metric("loss", 1, 1);
    run.flush();
    CHECK(erm::load_run_from_path(uri).tags() == Tags{{"own", ""}, {"while it runs", ""}});
  }
  std::vector<std::thread> editors;
  for (int i = 0; i < 4; ++i)
    editors.emplace_back(
        [&uri, i] { erm::edit_run(uri, [&](erm::RunEdit& edit) { edit.set_tag("editor " + std::to_string(i)); }); });
  for (std::thread& editor : editors) editor.join();
  CHECK(erm::load_run_from_path(uri).tags() == Tags{{"own", ""},
                                                     {"while it runs", ""},
                                                     {"editor 0", ""},
                                                     {"editor 1", ""},
                                                     {"editor 2", ""},
                                                     {"editor 3", ""}});
  CHECK(erm::load_run_from_path(uri).status() == erm::RunStatus::finished);
}

}  // namespace s3_find_test
