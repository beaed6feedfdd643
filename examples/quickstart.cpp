#include <erm/erm.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

int main() {
  const std::map<std::string, double> rates = {{"fast", 0.1}, {"slow", 0.01}, {"wild", 1.1}};
  std::vector<erm::ExperimentRun> runs;
  for (const auto& [name, rate] : rates) {  // gradient descent on x * x
    erm::ExperimentRun run("parabola", name);
    run.log_params({{"learning rate", rate}, {"start", 4}});
    double x = 4;
    for (int step = 0; step <= 20; ++step, x -= rate * 2 * x) run.log_metric("loss", x * x, step);
    const std::string uri = erm::save_run_to_registry(run, "erm-registry");
    runs.push_back(erm::load_run_from_path(uri));
  }
  erm::write_comparison("comparison.html", runs);
  erm::TextTableOptions look;
  look.only_differing = true;
  std::fputs(erm::compare_runs_text(runs, {}, look).c_str(), stdout);
}
