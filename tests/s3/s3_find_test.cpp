// Runs found, tagged and edited on the server of the environment (radosgw.sh).
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "s3/bucket.hpp"

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
