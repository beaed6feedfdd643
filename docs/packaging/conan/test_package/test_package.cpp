#include <erm/experiment_run.hpp>
#include <erm/registry.hpp>
#include <erm/version.hpp>

#include <cstdio>

int main() {
  erm::ExperimentRun run("package");
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  const std::string uri = erm::save_run_to_registry(run, "memory://registry");
  std::printf("ERM %s: %s\n", erm::version, uri.c_str());
  return erm::load_run_from_path(uri).params() == run.params() ? 0 : 1;
}
