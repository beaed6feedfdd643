// How fast a registry is checked: its structure beside find_runs, its hashes beside sha256sum of the same files.
//
//   check_benchmark FOLDER     an empty folder on the disk to be measured
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "bench.hpp"
#include "erm/check.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"

namespace {

namespace fs = std::filesystem;

/// 20 params, 20 metrics with a history of 20 points and 3 artifacts each.
void save_runs(const std::string& registry, int count, std::size_t artifact_size) {
  erm::SaveOptions save;
  save.durable = false;
  for (int i = 0; i < count; ++i) {
    erm::RunOptions options;
    options.run_id = "run_" + std::to_string(1000000 + i);
    erm::ExperimentRun run("bench", options);
    for (int k = 0; k < 20; ++k) {
      run.log_param("param_" + std::to_string(k), 0.001 * (k + i));
      run.log_metric("metric/" + std::to_string(k), 1.0 / (k + i + 1));
      run.log_metric("loss", 1.0 / (k + 1), k);
    }
    for (const char* const id : {"model", "log", "config"})
      run.log_artifact(erm::Bytes(artifact_size, static_cast<std::uint8_t>(i)), id, id);
    erm::save_run_to_registry(run, registry, save);
  }
}

void check_all(const std::string& registry, bool hashes, unsigned threads) {
  erm::CheckOptions options;
  options.hashes = hashes;
  options.threads = threads;
  if (!erm::check_registry(registry, options).is_sound()) std::exit(1);
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path folder = argv[1];
  fs::create_directories(folder);
  const std::string many = (folder / "many").string(), large = (folder / "large").string();
  save_runs(many, 1000, 1024);
  check_all(many, true, 1);
  const double before = peak_megabytes();
  fs::remove_all(many);
  save_runs(many, 10000, 1024);
  check_all(many, true, 1);
  std::printf("memory: %.1f MiB at the most for 1,000 runs, %.1f MiB for 10,000\n\n", before, peak_megabytes());
  save_runs(large, 16, std::size_t{32} << 20);

  std::printf("| work | check | beside | ratio | beside what |\n|---|---|---|---|---|\n");
  const auto find = [&] { static_cast<void>(erm::find_runs(many)); };
  erm_bench::print_row("structure, 10,000 runs", erm_bench::compare(5, [&] { check_all(many, false, 0); }, find), 10000, "find_runs");
  erm_bench::print_row("with hashes, 10,000 runs", erm_bench::compare(5, [&] { check_all(many, true, 0); }, find), 10000, "find_runs");
  const auto sum = [](const std::string& registry) {
    const std::string command = "find '" + registry + "' -path '*/artifacts/*' -type f -print0 | xargs -0 sha256sum > /dev/null";
    if (std::system(command.c_str()) != 0) std::exit(1);
  };
  erm_bench::print_row("hashes of 1.5 GiB, 1 thread", erm_bench::compare(5, [&] { check_all(large, true, 1); }, [&] { sum(large); }), 48, "sha256sum");
  erm_bench::print_row("hashes of 1.5 GiB", erm_bench::compare(5, [&] { check_all(large, true, 0); }, [&] { sum(large); }), 48, "sha256sum");
  fs::remove_all(folder);
}
