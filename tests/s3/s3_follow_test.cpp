// Runs on S3 that are followed while they are written.
#include <chrono>
#include <string>

#include "catch.hpp"
#include "erm/detail/follow/followed_runs.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "erm/trash.hpp"
#include "s3/bucket.hpp"

namespace s3_follow_test {

using erm::detail::FollowChange;
using erm::detail::FollowedRuns;
using erm_test::Bucket;

TEST_CASE("A run on S3 is followed while it is written, ends and is deleted") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  erm::LiveOptions options;
  options.run_id = "night";
  options.provenance = false;
  options.flush_interval = std::chrono::hours(1);
  options.store_interval = std::chrono::seconds(0);
  erm::LiveRun run(registry, "digits", options);
  erm::detail::FollowOptions at_once;
  at_once.store_interval = std::chrono::milliseconds(0);
  FollowedRuns followed(registry, erm::FindOptions(), at_once);
  const auto expect_as_loaded = [&] {
    REQUIRE(followed.runs().size() == 1);
    const erm::detail::FollowedRun& one = *followed.runs().front().run;
    CHECK(one.problem().empty());
    const erm::ExperimentRun loaded = erm::load_run_from_path(registry + "/digits/main/night");
    CHECK(one.with_curves().history() == loaded.history());
    CHECK(one.run().metrics() == loaded.metrics());
    CHECK(one.run().params() == loaded.params());
    CHECK(one.run().status() == loaded.status());
  };
  for (int step = 0; step < 3000; ++step) {
    run.log_metric("loss", 1.0 / (step + 1), step);
    if (step % 1000 != 999) continue;
    run.flush();
    const FollowChange change = followed.refresh();
    CHECK(change.points);
    CHECK_FALSE(change.restarted);
    expect_as_loaded();
    CHECK_FALSE(followed.refresh().any());
  }
  run.rewind(100);
  run.log_param("lr", 0.1);
  run.flush();
  CHECK(followed.refresh().restarted);
  expect_as_loaded();
  run.finish();
  CHECK_FALSE(followed.refresh().restarted);
  expect_as_loaded();
  CHECK(followed.runs().front().run->record().status == erm::RunStatus::finished);
  erm::delete_run(registry, "digits", "main", "night");
  CHECK(followed.refresh().gone);
  CHECK(followed.runs().front().run->curves().at("loss").count() == 100);
}

}  // namespace s3_follow_test
