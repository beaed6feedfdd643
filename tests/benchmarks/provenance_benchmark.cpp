// What it costs to record where a run came from, and to look at the system while it runs.
//
//   provenance_benchmark FOLDER     an empty folder on the disk to be measured
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "bench.hpp"
#include "erm/detail/live/system_metrics.hpp"
#include "erm/live_run.hpp"
#include "erm/provenance.hpp"
#include "erm/registry.hpp"

namespace {

namespace fs = std::filesystem;

erm::LiveOptions options_with(bool provenance) {
  static int number = 0;
  erm::LiveOptions options;
  options.run_id = "run" + std::to_string(++number);
  options.provenance = provenance;
  return options;
}

void measure_begin(const std::string& root) {
  const std::string registry = root + "/live";
  std::vector<double> with, without, ratios, whole_with, whole_without;
  for (int i = 0; i < 40; ++i) {
    double seconds[2][2];
    for (const int provenance : {0, 1}) {
      const erm::LiveOptions options = options_with(provenance == 1);
      std::optional<erm::LiveRun> run;
      seconds[provenance][0] = erm_bench::seconds_of([&] { run.emplace(registry, "bench", options); });
      seconds[provenance][1] = erm_bench::seconds_of([&] { run->finish(); });
    }
    with.push_back(seconds[1][0]);
    without.push_back(seconds[0][0]);
    ratios.push_back(seconds[1][0] / seconds[0][0]);
    whole_with.push_back(seconds[1][0] + seconds[1][1]);
    whole_without.push_back(seconds[0][0] + seconds[0][1]);
  }
  using erm_bench::median;
  erm_bench::print_row("begin a live run, vs. one without provenance",
                       {median(with), median(without), median(ratios)}, 1, "-");
  erm_bench::print_row("begin and immediately end it",
                       {median(whole_with), median(whole_without), median(whole_with) / median(whole_without)}, 1, "-");
}

void measure_capture() {
  std::vector<double> all, without_code;
  for (int i = 0; i < 20; ++i) {
    erm::ExperimentRun run("bench");
    all.push_back(erm_bench::seconds_of([&] { run.capture_provenance(); }));
    erm::ProvenanceOptions options;
    options.code = false;
    without_code.push_back(erm_bench::seconds_of([&] { run.capture_provenance(options); }));
  }
  using erm_bench::median;
  erm_bench::print_row("capture_provenance(), vs. without git",
                       {median(all), median(without_code), median(all) / median(without_code)}, 1, "-");
}

void measure_samples() {
  erm::detail::SystemSampler sampler;
  const auto nothing = [](const std::string&, double) {};
  sampler.sample(nothing);
  constexpr int samples = 5000;
  const double before = erm::detail::os::process_cpu_seconds();
  for (int i = 0; i < samples; ++i) sampler.sample(nothing);
  const double each = (erm::detail::os::process_cpu_seconds() - before) / samples;
  std::printf("| one sample of the system, CPU time; share of a core at one sample per 10 s | %.1f us | - | %.5f%% | 0.1%% |\n",
              each * 1e6, each / 10 * 100);
}

void measure_inputs(const std::string& root) {
  const std::string path = root + "/input.bin";
  {
    std::ofstream file(path, std::ios::binary);
    const std::string piece(1 << 20, 'x');
    for (int i = 0; i < 256; ++i) file << piece;
  }
  erm::ExperimentRun run("bench");
  const std::string openssl = "openssl dgst -sha256 '" + path + "' >/dev/null";
  erm_bench::print_row("log_input of 256 MiB, vs. openssl dgst",
                       erm_bench::compare(
                           7, [&] { run.log_input("x", path); },
                           [&] {
                             if (std::system(openssl.c_str()) != 0) std::fprintf(stderr, "no openssl\n");
                           }),
                       1, "1.2");
  erm_bench::print_row(
      "its fingerprint, vs. its hash",
      erm_bench::compare(
          7, [&] { run.log_input("x", path, erm::InputHash::fingerprint); }, [&] { run.log_input("x", path); }),
      1, "-");
  fs::remove(path);
}

void measure_search(const std::string& root) {
  constexpr int count = 2000;
  const std::string registry = root + "/search";
  erm::SaveOptions quick;
  quick.durable = false;
  for (int i = 0; i < count; ++i) {
    erm::RunOptions options;
    options.run_id = "run" + std::to_string(i);
    erm::ExperimentRun run("bench", options);
    if (i == 0) run.capture_provenance();
    for (int k = 0; k < 20; ++k) run.log_param("param " + std::to_string(k), k);
    run.log_artifact(erm::to_bytes("weights of " + std::to_string(100000 + i)), "model", "model.bin");
    erm::save_run_to_registry(run, registry, quick);
  }
  const std::string file = root + "/model.bin";
  std::ofstream(file) << "weights of " << 100000 + count - 1;
  const erm::LocalFileSystem disk;
  std::vector<std::string> paths;
  for (const std::string& run_id : erm::list_runs(registry, "bench"))
    paths.push_back(registry + "/bench/main/" + run_id + "/erm_metadata.json");
  const auto search = [&] {
    if (erm::run_that_made(registry, file)->run_id() != "run" + std::to_string(count - 1)) std::abort();
  };
  const auto read = [&] {
    if (erm::list_runs(registry, "bench").size() != count || disk.read_many(paths).size() != count) std::abort();
  };
  erm_bench::print_row("run_that_made, vs. listing and reading the metadata of 2,000 runs (per run)",
                       erm_bench::compare(9, search, read), count, "-");
  std::ofstream(file) << "of another size than any";
  const auto search_in_vain = [&] {
    if (erm::run_that_made(registry, file)) std::abort();
  };
  erm_bench::print_row("the same for a file whose size matches no artifact (per run)",
                       erm_bench::compare(9, search_in_vain, read), count, "-");
}

void measure_loading(const std::string& root) {
  erm::RunOptions plain;
  plain.run_id = "plain";
  erm::ExperimentRun run("bench", plain);
  for (int k = 0; k < 20; ++k) run.log_param("param " + std::to_string(k), k);
  const std::string without = erm::save_run_to_registry(run, root + "/load");
  erm::ProvenanceOptions options;
  options.diff = false;  // which may be of any size
  run.capture_provenance(options);
  erm::save_run_to_path(run, root + "/load/bench/main/whole");
  const auto load = [](const std::string& uri) {
    for (int i = 0; i < 200; ++i) static_cast<void>(erm::load_run_from_path(uri));
  };
  erm_bench::print_row("load a run with provenance, vs. one without",
                       erm_bench::compare(
                           9, [&] { load(root + "/load/bench/main/whole"); }, [&] { load(without); }),
                       200, "-");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: provenance_benchmark FOLDER\n");
    return 2;
  }
  const std::string root = argv[1];
  fs::create_directories(root);
  std::printf("| work | ERM | compared with | ratio | target |\n|---|---|---|---|---|\n");
  measure_begin(root);
  measure_capture();
  measure_samples();
  measure_inputs(root);
  measure_search(root);
  measure_loading(root);
}
