// A program that a test gives secrets to: it records where it came from in every way that there is.
//   ERM_PROBE_REGISTRY=<registry> provenance_probe <any arguments>
#include <erm/provenance.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <erm/live_run.hpp>
#include <erm/registry.hpp>

int main() try {
  const char* const registry = std::getenv("ERM_PROBE_REGISTRY");
  if (registry == nullptr) return 2;
  erm::LiveOptions options;
  options.run_id = "live";
  options.provenance_options.environment = {"HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "MY_PROXY", "MY_FLAGS",
                                            "MY_MODE"};
  options.provenance_options.secret_arguments = {"-p"};
  erm::LiveRun live(registry, "probe", options);
  live.log_input("remote", std::getenv("MY_PROXY"));
  live.finish();

  erm::RunOptions saved;
  saved.run_id = "saved";
  erm::ExperimentRun run("probe", saved);
  run.capture_provenance(options.provenance_options);
  erm::save_run_to_registry(run, registry);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
