// docs/move-runs.md does what it says: its commands, and what a registry finds of what was copied.
#include <erm/copy.hpp>
#include <erm/erm.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "file_tree.hpp"
#include "thrown.hpp"
#include "working_directory.hpp"

namespace move_runs_docs {

using Ids = std::vector<std::string>;

void save(const std::string& experiment, const std::string& variant, const std::string& run_id) {
  erm::RunOptions options;
  options.variant_id = variant;
  options.run_id = run_id;
  erm::ExperimentRun run(experiment, options);
  run.log_text(run_id, "note");
  run.log_metric("loss", 0.5, 1);
  erm::save_run_to_registry(run, "erm-registry");
}

void check_found(const std::string& registry, const Ids& expected) {
  Ids found;
  for (const erm::ExperimentRun& run : erm::find_runs(registry)) {
    found.push_back(run.experiment_id() + "/" + run.variant_id() + "/" + run.run_id());
    CHECK(run.history().at("loss").size() == 1);
    CHECK_FALSE(run.artifacts().at("note").bytes().empty());
  }
  std::sort(found.begin(), found.end());
  CHECK(found == expected);
}

#if !defined(_WIN32)
TEST_CASE("docs/move-runs.md") {
  for (const bool with_markers : {false, true}) {
    const erm_test::WorkingDirectory directory;
    save("digits", "main", "first");
    save("digits", "main", "second");
    save("digits", "wide", "third");
    const std::string script = std::string(ERM_SOURCE_DIR) + "/tests/docs/move_runs.sh";
    REQUIRE(std::system(("bash '" + script + "'" + (with_markers ? " with-markers" : "")).c_str()) == 0);
    const Ids all = {"digits/main/first", "digits/main/second", "digits/wide/third"};
    check_found("other-registry", {"digits/main/first", "digits/wide/third"});
    for (const char* registry : {"third-registry", "backup", "unpacked/erm-registry"}) check_found(registry, all);
    CHECK(erm::list_experiments("other-registry") == Ids{"digits"});
    CHECK(erm::list_variants("other-registry", "digits") == Ids{"main", "wide"});
    CHECK(erm::list_runs("other-registry", "digits") == Ids{"first"});
    CHECK(erm::load_run_from_registry("other-registry", "digits").run_id() == "first");
    CHECK(std::filesystem::exists("other-registry/digits/main/.erm_variant.json") == with_markers);
    erm::RunOptions options;
    options.run_id = "new";
    erm::save_run_to_registry(erm::ExperimentRun("digits", options), "other-registry");
    for (const char* marker : {".erm_registry.json", "digits/.erm_experiment.json", "digits/main/.erm_variant.json"})
      CHECK(std::filesystem::exists(std::string("other-registry/") + marker));
    CHECK(erm::list_runs("other-registry", "digits") == Ids{"first", "new"});
  }
}
#endif

TEST_CASE("docs/move-runs.md: copy_runs") {
  const erm_test::WorkingDirectory directory;
  save("digits", "main", "first");
  save("digits", "wide", "second");
  erm::edit_run("erm-registry/digits/main/first", [](erm::RunEdit& run) { run.set_tag("keep"); });
  erm::CopyOptions options;
  options.filter = "tags.keep";                                            // without it: all runs
  const erm::CopyReport report = erm::copy_runs("erm-registry", "backup-registry", options);
  std::printf("%zu copied, %zu there already\n", report.copied.size(), report.there_already.size());
  for (const auto& [uri, reason] : report.left_out) std::printf("%s: %s\n", uri.c_str(), reason.c_str());
  CHECK(report.left_out.empty());
  check_found("backup-registry", {"digits/main/first"});
}

TEST_CASE("A copied run is found by its path, and by its metadata if an id has several parts") {
  const erm_test::WorkingDirectory directory;
  const auto all = std::filesystem::copy_options::recursive;
  save("team/wide", "a/b", "r/1");
  save("team/wide", "a/b", "r/2");
  save("plain", "main", "r");
  const auto copy = [&](const std::string& from, const std::string& to) {
    std::filesystem::create_directories(std::filesystem::path(to).parent_path());
    std::filesystem::copy("erm-registry/" + from, to, all);
  };
  copy("team/wide/a/b/r/1", "one/team/wide/a/b/r/1");
  copy("team/wide/a/b/r/2", "one/team/wide/a/b/r/2");
  copy("plain/main/r", "one/renamed/other/id");
  check_found("one", {"renamed/other/id", "team/wide/a/b/r/1", "team/wide/a/b/r/2"});
  CHECK(erm::list_variants("one", "team/wide") == Ids{"a/b"});

  // A variant without a marker beside one that has it.
  copy("plain/main/r", "erm-registry/plain/copied/r");
  check_found("erm-registry",
              {"plain/copied/r", "plain/main/r", "team/wide/a/b/r/1", "team/wide/a/b/r/2"});

  copy("plain/main/r", "two/r");
  CHECK(erm_test::thrown<erm::NotFoundError>([] { (void)erm::find_runs("two"); }) ==
        "there is no experiment in '" + std::filesystem::current_path().generic_string() + "/two', but a run in '" +
            std::filesystem::current_path().generic_string() + "/two/r', which is the wrong place; move it to " +
            "<registry>/<experiment>/<variant>/<run>");
  copy("plain/main/r", "three/plain/r");
  CHECK(erm_test::contains(erm_test::thrown<erm::NotFoundError>([] { (void)erm::list_experiments("three"); }),
                           "/three/plain/r', which is the wrong place"));
}

}  // namespace move_runs_docs
