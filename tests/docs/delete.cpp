// The snippets of docs/delete.md, and that they do what the page says.
#include <erm/erm.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

std::string save(const std::string& experiment, const std::string& variant, const std::string& run_id) {
  erm::RunOptions options;
  options.variant_id = variant;
  options.run_id = run_id;
  return erm::save_run_to_registry(erm::ExperimentRun(experiment, options), "erm-registry");
}

}  // namespace

TEST_CASE("docs/delete.md") {
  const erm_test::WorkingDirectory directory;
  const std::string uri = save("digits", "main", "a");
  save("digits", "main", "diverged");
  save("digits", "wide", "b");
  save("scratch", "main", "c");

  {
    erm::delete_run(uri);                                                  // what save_run_to_registry gave
    erm::delete_run("erm-registry", "digits", "main", "diverged");         // or by its ids
    erm::delete_variant("erm-registry", "digits", "wide");                 // with its runs
    erm::delete_experiment("erm-registry", "scratch");                     // with all that is in it
  }
  CHECK(erm::list_experiments("erm-registry") == std::vector<std::string>{"digits"});
  CHECK(erm::list_variants("erm-registry", "digits") == std::vector<std::string>{"main"});
  CHECK(erm::list_runs("erm-registry", "digits").empty());
  CHECK(erm::list_trash("erm-registry").size() == 4);

  {
    for (const erm::TrashedRun& run : erm::list_trash("erm-registry"))     // the first that was deleted at the front
      std::printf("%s/%s/%s\n", run.experiment_id.c_str(), run.variant_id.c_str(), run.run_id.c_str());

    std::string back = erm::restore_run("erm-registry", "digits", "main", "diverged");
    erm::restore_experiment("erm-registry", "scratch");                    // what delete_experiment took, and no more

    CHECK(back == (std::filesystem::current_path() / "erm-registry/digits/main/diverged").generic_string());
  }
  CHECK(erm::list_experiments("erm-registry") == std::vector<std::string>{"digits", "scratch"});
  CHECK(erm::list_trash("erm-registry").size() == 2);

  {
    std::size_t runs = erm::empty_trash("erm-registry", std::chrono::hours(24 * 30));   // deleted a month ago, or longer
    erm::empty_trash("erm-registry");                                                   // all, for good

    CHECK(runs == 0);
  }
  CHECK(erm::list_trash("erm-registry").empty());
}
