// Registries copied to and from the server of the environment (radosgw.sh).
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/copy.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "erm/trash.hpp"
#include "file_tree.hpp"
#include "s3/bucket.hpp"
#include "temporary_directory.hpp"

namespace s3_copy_test {

using erm::copy_runs;
using erm::CopyOptions;
using erm::CopyReport;
using erm_test::Bucket;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;

namespace {

void save(const std::string& registry, const std::string& id, int generation, std::size_t large = 0) {
  erm::RunOptions options;
  options.run_id = id;
  erm::ExperimentRun run("digits", options);
  run.log_param("generation", generation);
  run.log_metric("loss", 0.5, 1);
  run.log_text("some text", "note");
  if (large != 0) run.log_artifact(erm_test::noise(large), "large", "large.bin");
  erm::save_run_to_registry(run, registry);
}

FileTree runs_of(const std::string& registry) {
  FileTree tree = file_tree(registry);
  tree.erase(".erm_registry.json");
  return tree;
}

}  // namespace

TEST_CASE("A registry is copied to a bucket, between buckets and back, byte for byte") {
  const Bucket bucket, other;
  const TemporaryDirectory dir;
  const std::string source = dir / "source";
  for (int i = 0; i < 20; ++i) save(source, "run" + std::to_string(10 + i), i);
  save(source, "a/b", 1, (std::size_t{20} << 20) + 3);  // in parts
  for (const bool verify : {true, false}) {
    CopyOptions options;
    options.verify = verify;
    const std::string name = verify ? "verified" : "unverified";
    CHECK(copy_runs(source, bucket / name, options).copied.size() == 21);
    CHECK(copy_runs(bucket / name, other / name, options).copied.size() == 21);
    CHECK(copy_runs(other / name, dir / name, options).copied.size() == 21);
    CHECK((runs_of(dir / name) == runs_of(source)));
    CHECK(copy_runs(source, other / name, options).there_already.size() == 21);
    CHECK(erm::find_runs(other / name).size() == 21);
  }
  // No claim is left.
  CHECK(erm::S3FileSystem().files_below(other.path("verified/digits/main/.erm_tmp")).empty());
  CHECK(erm::S3FileSystem().files_below(other.path("verified/digits/main/a/.erm_tmp")).empty());
}

TEST_CASE("A copy to a bucket brings what is missing, and keeps or replaces what differs") {
  const Bucket bucket;
  const TemporaryDirectory dir;
  const std::string source = dir / "source";
  save(source, "one", 1);
  save(source, "two", 2, (std::size_t{9} << 20) + 1);
  save(bucket / "r", "one", 9);
  CopyReport report = copy_runs(source, bucket / "r");
  CHECK(report.copied == std::vector<std::string>{bucket / "r/digits/main/two"});
  REQUIRE(report.left_out.size() == 1);
  CHECK(erm::load_run_from_registry(bucket / "r", "digits", "main", "one").params().at("generation") == erm::Value(9));
  CopyOptions options;
  options.overwrite = true;
  report = copy_runs(source, bucket / "r", options);
  CHECK(report.copied == std::vector<std::string>{bucket / "r/digits/main/one"});
  CHECK(erm::load_run_from_registry(bucket / "r", "digits", "main", "one").params().at("generation") == erm::Value(1));
  CHECK(erm::list_trash(bucket / "r").size() == 1);

  // What an interrupted copy left, whole and torn.
  const auto store = std::make_shared<erm::S3FileSystem>();
  store->write(bucket.path("r2/digits/main/one/history/main.csv"),
              erm_test::file_text(source + "/digits/main/one/history/main.csv"));
  store->write(bucket.path("r2/digits/main/two/artifacts/large.bin"), "torn");
  // Without the claim of a copy that died, the torn file may be anybody's.
  report = copy_runs(source, bucket / "r2");
  CHECK(report.copied == std::vector<std::string>{bucket / "r2/digits/main/one"});
  REQUIRE(report.left_out.size() == 1);
  CHECK(report.left_out.front().reason.find("holds other files and no run") != std::string::npos);
  CHECK(erm::to_text(store->read(bucket.path("r2/digits/main/two/artifacts/large.bin"))) == "torn");
  erm::delete_run(bucket / "r2", "digits", "main", "one");
  {
    const std::unique_ptr<erm::Claim> claim = store->claim(bucket.path("r2/digits/main/.erm_tmp/two"));
    REQUIRE(claim != nullptr);
    claim->begin();
    claim->abandon();
  }
  options = CopyOptions();
  options.to_fs = store;  // for others the claim is that of a process which is at work
  CHECK(copy_runs(source, bucket / "r2", options).copied.size() == 2);
  copy_runs(bucket / "r2", dir / "back");
  CHECK((runs_of(dir / "back") == runs_of(source)));
}

TEST_CASE("A damaged artifact does not reach a bucket") {
  const Bucket bucket;
  const TemporaryDirectory dir;
  const std::string source = dir / "source";
  save(source, "small", 1);
  save(source, "in parts", 2, (std::size_t{20} << 20) + 3);
  erm::Bytes bytes = erm_test::noise((std::size_t{20} << 20) + 3);
  bytes[19 << 20] ^= 1;
  erm_test::write_file(source + "/digits/main/in parts/artifacts/large.bin", erm::to_text(bytes));
  const CopyReport report = copy_runs(source, bucket / "r");
  CHECK(report.copied.size() == 1);
  REQUIRE(report.left_out.size() == 1);
  CHECK(report.left_out.front().reason.find("is damaged: its SHA-256 is ") != std::string::npos);
  CHECK(erm::S3FileSystem().files_below(bucket.path("r/digits/main/in parts")).empty());
}

TEST_CASE("A live run in a bucket is copied to a folder as it is at that moment") {
  const Bucket bucket;
  const TemporaryDirectory dir;
  erm::LiveOptions live;
  live.run_id = "live";
  erm::LiveRun run(bucket / "r", "digits", live);
  for (int i = 0; i < 50; ++i) run.log_metric("loss", i, i);
  run.flush();
  CHECK(copy_runs(bucket / "r", dir / "r").left_out.size() == 1);
  CopyOptions options;
  options.live_runs = true;
  CHECK(copy_runs(bucket / "r", dir / "r", options).copied.size() == 1);
  CHECK(erm::load_run_from_registry(dir / "r", "digits").history().at("loss").size() == 50);
}

}  // namespace s3_copy_test
