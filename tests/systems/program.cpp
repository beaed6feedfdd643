// What most programs do with ERM, in one file: it logs, saves, loads, finds and compares, and exits with 0 where all came
// back. The scripts of this folder compile it for other systems.
#include <erm/erm.hpp>

#include <cstdio>
#include <string>

int main(int count, char** arguments) {
  const std::string registry = count > 1 ? arguments[1] : "erm-registry";
  int faults = 0;
  const auto expect = [&](bool is_so, const char* what) {
    if (is_so) return;
    std::fprintf(stderr, "not so: %s\n", what);
    ++faults;
  };
  try {
    erm::RunOptions options;
    options.run_id = "saved";
    erm::ExperimentRun run("digits", options);
    run.log_params({{"lr", 0.1}, {"seed", 18446744073709551615U}, {"optimizer", "adam"}});
    for (int step = 0; step < 100; ++step) run.log_metric("loss", 1.0 / (1 + step), step);
    run.log_text("h\xC3\xA4lfte", "note");
    run.capture_provenance();
    erm::save_run_to_registry(run, registry);
    {
      erm::LiveOptions live_options;
      live_options.run_id = "live";
      erm::LiveRun live(registry, "digits", live_options);
      live.log_param("lr", 0.01);
      for (int step = 0; step < 100000; ++step) live.log_metric("loss", 0.5, step);
      live.log_artifact(erm::Bytes(100000, 7), "model", "model.bin");
      live.finish();
    }
    const erm::ExperimentRun saved = erm::load_run_from_registry(registry, "digits", "main", "saved");
    expect(saved.params().at("lr") == 0.1, "a number comes back as it was");
    expect(saved.params().at("seed") == 18446744073709551615U, "a large number comes back as it was");
    expect(saved.history() == run.history(), "the history comes back as it was");
    expect(erm::to_text(saved.artifacts().at("note").bytes()) == "h\xC3\xA4lfte", "a text comes back as it was");
    const erm::ExperimentRun live = erm::load_run_from_registry(registry, "digits", "main", "live");
    expect(live.status() == erm::RunStatus::finished, "a live run is finished");
    expect(live.history().at("loss").size() == 100000, "a live run has all its points");
    expect(live.artifacts().at("model").bytes() == erm::Bytes(100000, 7), "a live run has its artifact");
    expect(live.provenance().contains("program"), "a live run has its provenance");
    erm::FindOptions find;
    find.filter = "params.lr < 0.05";
    expect(erm::find_runs(registry, find).size() == 1, "a filter finds one run of two");
    erm::edit_run(registry + "/digits/main/saved", [](erm::RunEdit& edit) { edit.set_tag("seen"); });
    erm::delete_run(registry, "digits", "main", "saved");
    erm::restore_run(registry, "digits", "main", "saved");
    expect(erm::list_runs(registry, "digits").size() == 2, "a run that was deleted comes back");
    expect(erm::compare_runs(erm::load_runs_from_registry(registry, "digits")).size() > 10000, "two runs make a page");
  } catch (const std::exception& error) {
    expect(false, error.what());
  }
  return faults == 0 ? 0 : 1;
}
