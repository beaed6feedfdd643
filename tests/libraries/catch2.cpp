// Tests and benchmarks that are logged as they run, beside the report that Catch2 writes of them:  catch2 FOLDER
#define CATCH_CONFIG_RUNNER
#define CATCH_CONFIG_ENABLE_BENCHMARKING
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include "erm/catch2.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

#include "erm/find.hpp"
#include "erm/registry.hpp"

using erm::Catch2Listener;
CATCH_REGISTER_LISTENER(Catch2Listener)

namespace {

class WithTag : public Catch2Listener {
 public:
  using Catch2Listener::Catch2Listener;
  std::string registry_uri() const override { return folder + "/tagged"; }
  erm::ImportOptions options() const override {
    erm::ImportOptions options;
    options.tags["from"] = "the listener";
    options.experiment = "mine";
    return options;
  }
  static std::string folder;
};
std::string WithTag::folder;
CATCH_REGISTER_LISTENER(WithTag)

int failed = 0;

void expect(bool is_so, const std::string& what) {
  if (is_so) return;
  std::printf("not so: %s\n", what.c_str());
  ++failed;
}

TEST_CASE("sums <of> \"numbers\" & more") {
  SECTION("small") {
    int sum = 1;
    BENCHMARK("add") { return sum += 2; };
    CHECK(sum > 1);
  }
  SECTION("large") { CHECK(true); }
}
TEST_CASE("what fails, as it should", "[!shouldfail]") { CHECK(false); }
TEST_CASE("what fails") { CHECK(false); }

void look(const std::string& folder) {
  const erm::ImportResult imported = erm::import_catch2(folder + "/report.xml", folder + "/imported");
  expect(imported.imported.size() == 1, "the report is one run");
  const std::vector<erm::ExperimentRun> logged = erm::find_runs(folder + "/logged");
  expect(logged.size() == 1, "what ran is one run");
  if (failed > 0) return;
  const erm::ExperimentRun& a = logged.front();
  const erm::ExperimentRun b = erm::load_run_from_path(imported.imported.front());
  expect(a.metrics().size() == b.metrics().size() && a.metrics().size() > 9,
         "the metrics are as many as those of the import");
  for (const auto& [name, value] : b.metrics()) {
    const auto found = a.metrics().find(name);
    expect(found != a.metrics().end(), "'" + name + "' is a metric");
    if (found == a.metrics().end()) continue;
    const double there = found->second.number().value_or(-1), wanted = value.number().value_or(-2);
    expect(std::abs(there - wanted) <= 1e-4 * std::abs(wanted), "'" + name + "' has its value");
  }
  expect(a.metrics().count("sums <of> \"numbers\" & more/small/add") == 1,
         "a benchmark is named after its test and section");
  expect(a.metrics().at("tests/failed") == 1 && a.metrics().at("tests/expected_failures") == 1, "results are counted");
  expect(a.status() == erm::RunStatus::failed && a.failure() == b.failure(), "a run with a failed test has failed");
  expect(a.experiment_id() == b.experiment_id() && a.goals() == b.goals(),
         "experiment and goals are those of the import");
  expect(a.provenance().contains("program") && a.provenance().at("build").contains("compiler"),
         "it has its provenance");
  const std::vector<erm::ExperimentRun> tagged = erm::find_runs(folder + "/tagged");
  expect(tagged.size() == 1 && tagged.front().tags().count("from") == 1 && tagged.front().experiment_id() == "mine",
         "a listener of one's own says where, and with which options");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string folder = argc > 1 ? argv[1] : "catch2";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    WithTag::folder = folder;
    ::setenv("ERM_REGISTRY", (folder + "/logged").c_str(), 1);
    const std::string out = folder + "/report.xml";
    const char* arguments[] = {"tests", "--reporter", "xml", "--out", out.c_str(), "--benchmark-samples", "5"};
    const int result = Catch::Session().run(7, arguments);
    expect(result != 0, "the result of the tests stays what it is");
    look(folder);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
  return failed == 0 ? 0 : 1;
}
