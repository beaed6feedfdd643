// How fast a registry is copied on one disk, beside cp and sha256sum in turn.
//   copy_benchmark FOLDER      the folder is on the disk to be measured, and holds nothing else
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bench.hpp"
#include "erm/copy.hpp"
#include "erm/registry.hpp"

namespace {

namespace fs = std::filesystem;

using erm_bench::median;
using erm_bench::seconds_of;

void shell(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw erm::Error("'" + command + "' failed");
}

void save_runs(const std::string& registry, int count, std::size_t artifact) {
  erm::SaveOptions options;
  options.durable = false;
  for (int number = 0; number < count; ++number) {
    erm::RunOptions names;
    names.run_id = "run-" + std::to_string(10000 + number);
    erm::ExperimentRun run("digits", names);
    for (int i = 0; i < 20; ++i) {
      run.log_param("param" + std::to_string(i), i);
      run.log_metric("metric" + std::to_string(i), 0.5 * i);
    }
    for (int i = 0; i < 100; ++i) run.log_metric("loss", 0.5 / (i + 1), i);
    run.log_artifact(erm::Bytes(artifact, static_cast<std::uint8_t>(number)), "model", "model.bin");
    run.log_artifact(erm::Bytes(1024, 'b'), "weights", "weights.bin");
    erm::save_run_to_registry(run, registry, options);
  }
}

void copy(const std::string& from, const std::string& to, bool verify, bool durable) {
  erm::CopyOptions options;
  options.verify = verify;
  options.durable = durable;
  if (!erm::copy_runs(from, to, options).left_out.empty()) throw erm::Error("a run was left out");
}

void measure(const std::string& folder, const char* what, int count, std::size_t artifact) {
  const std::string source = folder + "/source";
  save_runs(source, count, artifact);
  std::vector<double> cp, sums, plain, verified, durable, ratio, verified_ratio;
  for (int turn = 0; turn < 9; ++turn) {
    for (const char* const name : {"/cp", "/plain", "/verified", "/durable"}) fs::remove_all(folder + name);
    shell("sync -f '" + folder + "'");
    cp.push_back(seconds_of([&] { shell("cp -r '" + source + "' '" + folder + "/cp'"); }));
    plain.push_back(seconds_of([&] { copy(source, folder + "/plain", false, false); }));
    sums.push_back(seconds_of([&] { shell("find '" + folder + "/cp' -type f -print0 | xargs -0 sha256sum >/dev/null"); }));
    verified.push_back(seconds_of([&] { copy(source, folder + "/verified", true, false); }));
    if (turn < 3) durable.push_back(seconds_of([&] { copy(source, folder + "/durable", true, true); }));
    ratio.push_back(plain.back() / cp.back());
    verified_ratio.push_back(verified.back() / (cp.back() + sums.back()));
  }
  std::printf("| copy %s, no hashes, vs. `cp -r` | %.3f s | %.3f s | %.2f | 1.3 |\n", what, median(plain), median(cp),
              median(ratio));
  std::printf("| copy %s, verified, vs. `cp -r` and `sha256sum` | %.3f s | %.3f s | %.2f | 1.2 |\n", what,
              median(verified), median(cp) + median(sums), median(verified_ratio));
  std::printf("| copy %s, verified and durable | %.3f s | - | - | - |\n", what, median(durable));
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) fs::remove_all(entry.path());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: copy_benchmark FOLDER\n", stderr);
    return 2;
  }
  try {
    fs::create_directories(arguments[1]);
    const std::string folder = fs::absolute(arguments[1]).string();
    std::puts("| work | ERM | compared with | ratio | target |\n|---|---|---|---|---|");
    measure(folder, "1,000 runs of 4 small files", 1000, 1024);
    measure(folder, "20 runs with 32 MiB each", 20, std::size_t{32} << 20);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
