// A registry in a bucket is checked and repaired, on the server of the environment (radosgw.sh).
#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/check.hpp"
#include "erm/file_system.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "erm/trash.hpp"
#include "s3/bucket.hpp"

namespace s3_check_test {

using erm_test::Bucket;

namespace {

std::vector<std::string> kinds_of(const std::string& registry, bool repair = false) {
  erm::CheckOptions options;
  options.repair = repair;
  std::vector<std::string> kinds;
  for (const erm::CheckProblem& problem : erm::check_registry(registry, options).problems)
    kinds.push_back(std::string(to_text(problem.kind)) + " " + problem.path);
  return kinds;
}

}  // namespace

TEST_CASE("A registry in a bucket is checked, and its markers are repaired") {
  const Bucket bucket;
  const std::string registry = bucket / "registry";
  for (int i = 0; i < 20; ++i) {
    erm::RunOptions options;
    options.run_id = "run-" + std::to_string(10 + i);
    erm::ExperimentRun run("e", options);
    run.log_metric("loss", 1.0 / (i + 1), i);
    run.log_text("text " + std::to_string(10 + i), "note");
    run.log_text("a text", "sample", i);
    erm::save_run_to_registry(run, registry);
  }
  erm::LiveOptions named;
  named.run_id = "live";
  named.provenance = false;
  erm::LiveRun live(registry, "e", named);
  live.log_metric("loss", 1, 1);
  live.flush();
  erm::delete_run(registry, "e", "main", "run-29");
  CHECK(kinds_of(registry) == std::vector<std::string>());
  CHECK(erm::check_registry(registry).runs == 21);

  const auto [fs, path] = erm::open_file_system(registry);
  fs->write(path + "/e/main/run-10/artifacts/note.txt", "text 11");
  fs->remove(path + "/e/main/run-11/artifacts/note.txt");
  fs->remove(path + "/e/main/run-13/erm_metadata.json");
  fs->remove(path + "/e/main/.erm_variant.json");
  const std::vector<std::string> found = {
      "wrong_hash e/main/run-10/artifacts/note.txt", "missing_file e/main/run-11/artifacts/note.txt",
      "missing_metadata e/main/run-13",              "missing_marker e/main/.erm_variant.json"};
  CHECK(kinds_of(registry) == found);
  CHECK(kinds_of(registry, true) == found);
  std::vector<std::string> left = found;
  left.pop_back();
  CHECK(kinds_of(registry, true) == left);
  live.finish();
}

}  // namespace s3_check_test
