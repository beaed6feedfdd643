// How fast runs are found, beside `cat` of all their metadata files, in one run.
//
//   find_benchmark FOLDER     an empty folder on the disk to be measured
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "bench.hpp"
#include "erm/find.hpp"

namespace {

namespace fs = std::filesystem;

/// 22 params, 21 metrics and 3 artifacts each.
void save_runs(const std::string& registry, int count) {
  erm::SaveOptions save;
  save.durable = false;
  for (int i = 0; i < count; ++i) {
    erm::RunOptions options;
    options.run_id = "run_" + std::to_string(1000000 + i);
    erm::ExperimentRun run("bench", options);
    for (int k = 0; k < 20; ++k) {
      const std::string number = std::to_string(k);
      if (k % 2 == 0)
        run.log_param("param_" + number, 0.001 * (k + i));
      else
        run.log_param("param_" + number, "a text");
      run.log_metric("metric/" + number, 1.0 / (k + i + 1));
    }
    run.log_param("optimizer", i % 3 == 0 ? "sgd" : "adam");
    run.log_param("lr", 0.0001 * (i % 1000));
    run.log_metric("val/acc", (i * 7919 % 100000) / 100000.0);
    for (const char* const id : {"model", "log", "config"}) run.log_artifact(erm::Bytes(16, 1), id, id);
    erm::save_run_to_registry(run, registry, save);
  }
}

erm::FindOptions best_ten(unsigned threads) {
  erm::FindOptions options;
  options.filter = "params.optimizer = \"adam\" and params.lr < 0.01 and not tags.failed and metrics.val/acc >= 0.5";
  options.order_by = "metrics.val/acc desc";
  options.limit = 10;
  options.threads = threads;
  return options;
}

void find_ten(const std::string& registry, unsigned threads) {
  if (erm::find_runs(registry, best_ten(threads)).size() != 10) std::exit(1);
}

double megabytes_at_peak() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void measure(const std::string& root, int count, int rounds) {
  const std::string registry = root + "/find", list = root + "/files";
  save_runs(registry, count);
  {
    // The names are known to cat before; listing them is a part of finding.
    std::ofstream files(list);
    for (const std::string& id : erm::list_runs(registry, "bench"))
      files << registry << "/bench/main/" << id << "/erm_metadata.json" << '\n';
  }
  const std::string cat = "xargs cat < '" + list + "' > /dev/null";
  for (const unsigned threads : {1U, 2U}) {
    const erm_bench::Pair pair = erm_bench::compare(
        rounds, [&] { find_ten(registry, threads); }, [&] { if (std::system(cat.c_str()) != 0) std::exit(1); });
    erm_bench::print_row("find ten of " + std::to_string(count) + " runs by a filter, " + std::to_string(threads) +
                             (threads == 1 ? " thread" : " threads") + " (per run)",
                         pair, count, threads == 1 ? "1.5" : "1.0");
  }
  fs::remove_all(registry);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: find_benchmark FOLDER\n");
    return 2;
  }
  const std::string root = argv[1];
  fs::create_directories(root);
  std::printf("| work | ERM | compared with | ratio | target |\n|---|---|---|---|---|\n");
  measure(root, 10000, 9);
  measure(root, 100000, 3);
  std::printf("| peak memory of all | %.0f MiB | - | - | < 200 MiB |\n", megabytes_at_peak());
}
