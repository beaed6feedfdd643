// Logs a run, saves it, loads it and compares it: exits with 0 where all came back, and the build was recorded.
#include <erm/erm.hpp>

#include <cstdio>
#include <string>

erm::ExperimentRun logged_run();  // second_file.cpp

int main() {
  erm::ExperimentRun run = logged_run();
  const std::string uri = erm::save_run_to_registry(run, "memory://registry");
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  const std::string page = erm::compare_runs(run, loaded);
  const bool same = loaded.params() == run.params() && loaded.metrics() == run.metrics() &&
                    loaded.dicts() == run.dicts();
  std::printf("ERM %s: %s, %zu bytes of comparison\n", erm::version, uri.c_str(), page.size());
  run.capture_provenance();
  const erm::Json build = run.provenance().at("build");
  std::puts(build.dump().c_str());
  if (build["from"] != "erm_record_build" || build["target"] != "consumer" || build["build_type"] != "Debug") return 1;
  return same && page.find("lr") != std::string::npos ? 0 : 1;
}
