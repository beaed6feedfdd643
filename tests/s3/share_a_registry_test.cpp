// The snippets of docs/share-a-registry.md, and its example.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "file_tree.hpp"
#include "s3/bucket.hpp"
#include "temporary_directory.hpp"

namespace share_a_registry_test {

TEST_CASE("docs/share-a-registry.md: saved, loaded and listed") {
  const erm_test::Bucket bucket;
  const std::string registry = bucket / "experiments";
  const erm::ExperimentRun run("digits");

  std::string uri = erm::save_run_to_registry(run, registry);          // "s3://team-bucket/experiments"
  erm::ExperimentRun same = erm::load_run_from_path(uri);
  for (const std::string& id : erm::list_runs(registry, "digits")) std::puts(id.c_str());
  std::vector<erm::ExperimentRun> all = erm::load_runs_from_registry(registry, "digits");

  CHECK(same.run_id() == run.run_id());
  CHECK(all.size() == 1);
}

TEST_CASE("docs/share-a-registry.md: options and progress") {
  const erm_test::Bucket bucket;
  const std::string registry = bucket / "experiments";
  const std::string endpoint = std::getenv("AWS_ENDPOINT_URL");
  const erm::ExperimentRun run("digits");

  erm::S3Options options;
  options.endpoint = endpoint;                                         // "https://minio.example.org:9000"
  options.on_progress = [](const erm::S3Progress& now) {
    std::fprintf(stderr, "\r%s %3.0f %%", now.is_upload ? "up" : "down",
                 100.0 * static_cast<double>(now.done) / static_cast<double>(now.total));
  };
  erm::SaveOptions save;
  save.fs = std::make_shared<erm::S3FileSystem>(options);              // keep it: it keeps its connections
  erm::save_run_to_registry(run, registry, save);

  CHECK(erm::list_runs(registry, "digits").size() == 1);
}

#ifdef ERM_SHARE_EXAMPLE
TEST_CASE("examples/share.cpp saves to a bucket, and shows progress on one line") {
  const erm_test::Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  const std::string command =
      ERM_SHARE_EXAMPLE " " + (bucket / "experiments") + " >" + (dir / "out") + " 2>" + (dir / "progress");
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(erm_test::file_text(dir / "out").find(": 67108864 bytes of model.bin\n") != std::string::npos);
  const std::string progress = erm_test::file_text(dir / "progress");
  std::string expected;
  for (int done = 0; done <= 64; done += 8)  // in parts of 8 MiB
    expected += std::string("\rmodel.bin ") + (done < 10 ? "   " : "  ") + std::to_string(done) + " of 64 MiB";
  CHECK(progress.rfind(expected + "\n", 0) == 0);                                    // up
  CHECK(progress.find("\rmodel.bin   64 of 64 MiB\n", expected.size()) != std::string::npos);  // and down
}
#endif

}  // namespace share_a_registry_test
