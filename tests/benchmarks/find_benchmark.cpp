// How fast runs are found, beside `cat` of all their metadata files, in one run; and with a cache, beside searches
// without one and beside `find`, which only looks at the files.
//
//   find_benchmark FOLDER     an empty folder on the disk to be measured
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "bench.hpp"
#include "erm/edit.hpp"
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

void find_ten(const std::string& registry, unsigned threads, bool cache = false) {
  erm::FindOptions options = best_ten(threads);
  options.cache = cache;
  if (erm::find_runs(registry, options).size() != 10) std::exit(1);
}

/// One run of a hundred gets another note.
void change_some(const std::string& registry, int count) {
  static int round = 0;
  ++round;
  for (int i = 0; i < count; i += 100)
    erm::edit_run(registry + "/bench/main/run_" + std::to_string(1000000 + i),
                  [](erm::RunEdit& edit) { edit.set_note(std::to_string(round)); });
}

void measure_cache(const std::string& root, const std::string& registry, int count, int rounds) {
  const std::string cache = root + "/cache", runs = std::to_string(count) + " runs";
  ::setenv("ERM_CACHE", cache.c_str(), 1);
  std::this_thread::sleep_for(std::chrono::seconds(5));  // until the stamps of the runs count
  const auto without = [&] { find_ten(registry, 2); };
  const auto warm = [&] { find_ten(registry, 2, true); };
  const auto row = [&](const std::string& work, const erm_bench::Pair& pair, const char* target) {
    erm_bench::print_row(work + " (per run)", pair, count, target);
  };
  row("the first search with a cache, of " + runs + ", vs. without",
      erm_bench::compare(
          rounds,
          [&] {
            fs::remove_all(cache);
            warm();
          },
          without),
      "1.15");
  row("a later one, vs. without", erm_bench::compare(rounds, warm, without), "0.1");
  const std::string look = "find '" + registry + "' -name erm_metadata.json -printf '%s %T@ %C@ %i\\n' > /dev/null";
  row("the same, vs. `find -printf` of size, times and inode",
      erm_bench::compare(rounds, warm, [&] { if (std::system(look.c_str()) != 0) std::exit(1); }), "1.5");
  row("the same after one run of a hundred has changed, vs. without",
      erm_bench::compare(rounds, warm, without, [&] { change_some(registry, count); }), "0.14");
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
  measure_cache(root, registry, count, rounds);
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
