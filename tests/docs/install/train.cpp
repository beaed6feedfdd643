#include <erm/experiment_run.hpp>
#include <erm/registry.hpp>

int main() {
  erm::ExperimentRun run("parabola");
  run.log_param("learning rate", 0.1);
  double x = 4;
  for (int step = 0; step < 20; ++step, x -= 0.2 * x) run.log_metric("loss", x * x, step);
  erm::save_run_to_registry(run, "erm-registry");
}
