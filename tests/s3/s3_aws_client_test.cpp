// Registries on the server of the environment, read by the aws client. Where there is none these tests are skipped,
// as tests/s3/CMakeLists.txt has it.
#include <cstdlib>
#include <string>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "file_tree.hpp"
#include "s3/bucket.hpp"
#include "temporary_directory.hpp"

namespace s3_aws_client_test {

using erm_test::Bucket;
using erm_test::file_tree;
using erm_test::FileTree;

namespace {

/// The files of a bucket's folder as the aws client brings them.
FileTree by_aws(const std::string& uri, const std::string& folder) {
  const std::string copy =
      "aws --endpoint-url \"$AWS_ENDPOINT_URL\" s3 cp --quiet --recursive '" + uri + "' '" + folder + "'";
  REQUIRE(std::system(copy.c_str()) == 0);
  FileTree files;
  for (auto& [path, content] : file_tree(folder))
    if (content != "folder") files[path] = content;
  return files;
}

FileTree by_erm(const std::string& path) {
  const erm::S3FileSystem fs;
  FileTree files;
  for (const std::string& file : fs.files_below(path))
    files[file] = "file: " + erm::to_text(fs.read(path + "/" + file));
  return files;
}

/// With nought for every digit of the paths: an overwrite names the files that it changes by its time.
FileTree without_times(const FileTree& files) {
  FileTree named;
  for (const auto& [path, content] : files) {
    std::string name = path;
    for (char& letter : name)
      if (letter >= '0' && letter <= '9') letter = '0';
    named[name] = content;
  }
  return named;
}

erm::ExperimentRun example_run(const std::string& note) {
  erm::RunOptions options;
  options.variant_id = "lr=0.1&wd~1%";
  options.run_id = "run 1 + 2";
  erm::ExperimentRun run("digits \xF0\x9F\x98\x80", options);
  run.log_params({{"lr", 0.1}, {"seed", 18446744073709551615u}, {"optimizer", "adam"}});
  run.log_metric("loss", 0.5, 1);
  run.log_text(note, "note");
  run.log_artifact(erm_test::noise(3000), "model", "weights/model 1+1=2.bin");
  return run;
}

}  // namespace

TEST_CASE("The aws client reads a saved run byte by byte as on a local disk") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  for (const erm::ExperimentRun& run : {example_run("first"), example_run("second \xF0\x9F\x98\x80")}) {
    erm::SaveOptions overwrite;
    overwrite.overwrite = true;
    for (const std::string& registry : {bucket / "reg+1", dir / "local"})
      erm::save_run_to_registry(run, registry, overwrite);
  }
  const FileTree in_bucket = by_aws(bucket / "reg+1", dir / "aws");
  CHECK(in_bucket.size() == 7);
  CHECK(in_bucket == by_erm(bucket.path("reg+1")));

  // The time of each save differs, and nothing else.
  const FileTree found = without_times(in_bucket);
  CHECK(found.size() == in_bucket.size());
  for (const auto& [path, content] : without_times(file_tree(dir / "local"))) {
    INFO(path);
    if (content == "folder") continue;
    REQUIRE(found.count(path) == 1);
    if (path.find(".json") == std::string::npos) CHECK(found.at(path) == content);
  }
}

TEST_CASE("The aws client reads a file that was uploaded in parts byte by byte") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  run.log_artifact(erm_test::noise((17 << 20) + 1), "model", "model.bin");
  const std::string uri = erm::save_run_to_registry(run, bucket / "reg");
  const FileTree found = by_aws(uri + "/artifacts", dir / "aws");
  REQUIRE(found.count("model.bin") == 1);
  CHECK(found.at("model.bin") == "file: " + erm::to_text(erm_test::noise((17 << 20) + 1)));
}

TEST_CASE("A registry that the aws client copied to a bucket can be used") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  erm::save_run_to_registry(example_run("hello"), dir / "local");
  const std::string copy = "aws --endpoint-url \"$AWS_ENDPOINT_URL\" s3 cp --quiet --recursive '" + (dir / "local") +
                           "' '" + (bucket / "reg") + "'";
  REQUIRE(std::system(copy.c_str()) == 0);
  const std::string experiment = "digits \xF0\x9F\x98\x80", variant = "lr=0.1&wd~1%";
  CHECK(erm::list_experiments(bucket / "reg") == std::vector<std::string>{experiment});
  const erm::ExperimentRun run = erm::load_run_from_registry(bucket / "reg", experiment, variant);
  CHECK(run.run_id() == "run 1 + 2");
  CHECK(run.artifacts().at("model").bytes() == erm_test::noise(3000));
  CHECK(run.history().at("loss").last().value == 0.5);
}

}  // namespace s3_aws_client_test
