#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

namespace registry_list_test {

using erm_test::TemporaryDirectory;
using erm_test::write_file;
using Names = std::vector<std::string>;

namespace {

void save(const std::string& registry, const std::string& experiment, const std::string& variant,
          const std::string& run_id) {
  erm::RunOptions options;
  options.variant_id = variant;
  options.run_id = run_id;
  erm::save_run_to_registry(erm::ExperimentRun(experiment, options), registry);
}

}  // namespace

TEST_CASE("Experiments, variants and runs are listed by id, sorted, nested ones too") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "zoo", "main", "b");
  save(registry, "zoo", "main", "a");
  save(registry, "zoo", "main", "B");
  save(registry, "zoo", "main", "sub/deeper/run");
  save(registry, "zoo", "team/x", "r");
  save(registry, "a b/\xC3\xBC", "main", "r[1]*?");
  CHECK(erm::list_experiments(registry) == Names{"a b/\xC3\xBC", "zoo"});
  CHECK(erm::list_variants(registry, "zoo") == Names{"main", "team/x"});
  CHECK(erm::list_runs(registry, "zoo") == Names{"B", "a", "b", "sub/deeper/run"});
  CHECK(erm::list_runs(registry, "zoo", "team/x") == Names{"r"});
  CHECK(erm::list_runs(registry, "a b/\xC3\xBC") == Names{"r[1]*?"});
  CHECK(erm::load_run_from_registry(registry, "a b/\xC3\xBC", "main", "r[1]*?").run_id() == "r[1]*?");
  CHECK(erm::list_runs(registry + "/", "zoo").size() == 4);
  CHECK(erm::list_runs("file://" + registry, "zoo").size() == 4);
}

TEST_CASE("Only runs are listed as runs") {
  namespace fs = std::filesystem;
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "e", "main", "r");
  write_file(registry + "/notes.txt", "x");
  write_file(registry + "/e/main/unfinished/artifacts/model.bin", "x");
  write_file(registry + "/e/main/.erm_trash/old/erm_metadata.json", "{}");
  write_file(registry + "/e/main/r/artifacts/inner/erm_metadata.json", "{}");
  fs::create_directory(registry + "/e/main/empty");
  fs::create_directory_symlink(registry, registry + "/e/main/circle");
  CHECK(erm::list_runs(registry, "e") == Names{"r"});
  CHECK(erm::list_experiments(registry) == Names{"e"});
  // A link to a run is one.
  fs::create_directory_symlink(registry + "/e/main/r", registry + "/e/main/linked");
  CHECK(erm::list_runs(registry, "e") == Names{"linked", "r"});
  CHECK(erm::load_run_from_registry(registry, "e", "main", "linked").run_id() == "linked");
}

TEST_CASE("An empty registry has no experiments") {
  TemporaryDirectory dir;
  CHECK(erm::list_experiments(dir.path().string()).empty());
}

}  // namespace registry_list_test
