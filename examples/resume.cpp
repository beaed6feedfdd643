// A training that crashes in the middle, and goes on from its last checkpoint when it is started again.
//
//   resume --crash-at 25    trains, writes checkpoints, and aborts in step 25
//   resume                  goes on from the checkpoint of step 20
//   resume                  finds nothing left to do
#include <erm/erm.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

constexpr std::int64_t steps = 40, steps_per_checkpoint = 10;

/// What the training needs to go on: the model, and the step that comes next.
struct Checkpoint {
  std::int64_t step = 0;
  double weight = 0;

  static Checkpoint load(const std::string& path) {
    Checkpoint read;
    std::ifstream(path) >> read.step >> read.weight;
    return read;
  }
  /// In one step, so that a crash leaves the old one or the new one.
  void save(const std::string& path) const {
    {
      std::ofstream file(path + ".new");
      file.precision(17);
      file << step << ' ' << weight << '\n';
    }
    std::filesystem::rename(path + ".new", path);
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t crash_at = argc == 3 && std::string(argv[1]) == "--crash-at" ? std::atoi(argv[2]) : -1;
  Checkpoint at = Checkpoint::load("checkpoint.txt");

  erm::LiveOptions options;
  options.run_id = "job-4711";
  options.resume = true;
  options.resume_at_step = at.step;                    // points with this step or a later one no longer count
  erm::LiveRun run("erm-registry", "line", options);
  run.log_param("lr", 0.1);
  if (at.step > 0) std::printf("going on at step %d, after step %d\n", static_cast<int>(at.step),
                               static_cast<int>(run.last_step("loss").value_or(-1)));

  for (; at.step < steps; ++at.step) {
    if (at.step % steps_per_checkpoint == 0) at.save("checkpoint.txt");
    const double error = at.weight - 3;
    run.log_metric("loss", error * error, at.step);
    at.weight -= 0.1 * 2 * error;
    if (at.step == crash_at) std::abort();
  }
  at.save("checkpoint.txt");
  run.finish();

  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  const erm::MetricHistory& loss = loaded.curve("loss");
  std::printf("%d points count, of %d that were logged\n", static_cast<int>(loss.size()),
              static_cast<int>(loaded.history(true).at("loss").size()));
  std::printf("the last is of step %d; the loss fell from %.2f to %.1e\n", static_cast<int>(loss.last().step),
              loss.first().value, loaded.metric_value("loss").get<double>());
}
