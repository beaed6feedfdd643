// The main uses of ERM with the single header: exits with 0 where each did what it should.
#include "erm-single.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

std::size_t runs_in(const std::string& registry);  // second_file.cpp

namespace {

int failed = 0;

void expect(bool is_so, const char* what) {
  if (is_so) return;
  std::printf("not so: %s\n", what);
  ++failed;
}

void use(const std::string& registry) {
  std::filesystem::remove_all(registry);
  erm::ExperimentRun run("digits", "baseline");
  run.log_params({{"lr", 0.1}, {"seed", 42u}, {"nesterov", true}});
  for (int step = 0; step < 10; ++step) run.log_metric("loss", 1.0 / (step + 1), step);
  run.log_dict("per class", {{"cat", 0.9}, {"dog", {{"precision", 0.8}}}});
  run.log_figure(erm::Figure("Loss").line(run.history().at("loss")), "figure");
  const std::vector<unsigned char> pixels(12, 255);
  run.log_image({pixels.data(), 2, 2, 3}, "white");
  run.log_histogram("weights", std::vector<float>{1, 2, 3}, 1);
  run.log_table("rows", {"name", "value"}, {{"a", 1}, {"b", 2.5}});
  run.capture_provenance();
  const std::string uri = erm::save_run_to_registry(run, registry);

  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  expect(loaded.params() == run.params() && loaded.metrics() == run.metrics() && loaded.dicts() == run.dicts(),
         "a run comes back as it was saved");
  expect(loaded.curve("loss").size() == 10 && loaded.artifact("white").size() > 50,
         "its curve and its image come back");
  expect(loaded.provenance().contains("program"), "its provenance comes back");
  {
    erm::LiveRun live(registry, "digits");
    auto loss = live.metric("loss");
    for (int step = 0; step < 100; ++step) loss.log(0.5 / (step + 1), step);
    live.log_param("lr", 0.2);
  }
  expect(runs_in(registry) == 2, "two runs are found from another file of the program");
  erm::FindOptions options;
  options.filter = "lr > 0.15 and loss < 0.01";
  const std::vector<erm::ExperimentRun> found = erm::find_runs(registry, options);
  expect(found.size() == 1 && found.front().status() == erm::RunStatus::finished, "a filter finds the live run");
  erm::edit_run(uri, [](erm::RunEdit& edit) { edit.set_tag("candidate"); });
  expect(erm::load_run_from_path(uri).tags().count("candidate") == 1, "a tag that was set is there");
  const std::string page = erm::compare_runs(loaded, found.front());
  expect(page.find("baseline") != std::string::npos && page.find("<svg") != std::string::npos,
         "a comparison shows the curves");
  expect(!erm::compare_runs_text({loaded, found.front()}).empty(), "a comparison is text, too");
  erm::delete_run(registry, "digits", "baseline", loaded.run_id());
  expect(runs_in(registry) == 1, "a deleted run is gone");
  try {
    expect(erm::load_run_from_registry(registry, "digit").params().empty(), "an experiment that is there");
    expect(false, "an experiment that is not there is an error");
  } catch (const erm::NotFoundError&) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    use(argc > 1 ? argv[1] : "single-registry");
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
  return failed == 0 ? 0 : 1;
}
