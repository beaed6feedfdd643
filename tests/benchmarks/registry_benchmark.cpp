// How fast a registry is, beside the bare system calls and `find`, in one run.
//
//   registry_benchmark FOLDER     an empty folder on the disk to be measured
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.hpp"
#include "erm/registry.hpp"

namespace {

namespace fs = std::filesystem;

erm::ExperimentRun sample_run(const std::string& run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("bench", options);
  for (int i = 0; i < 20; ++i) {
    run.log_param("param_" + std::to_string(i), 0.001 * i);
    run.log_metric("metric_" + std::to_string(i), 0.1 + i / 7.0);
  }
  for (int i = 0; i < 3; ++i) {
    const std::string name = "artifact_" + std::to_string(i);
    run.log_artifact(erm::Bytes(1024, static_cast<std::uint8_t>(i)), name, name + ".bin");
  }
  return run;
}

void check(bool fine, const char* what) {
  if (fine) return;
  std::perror(what);
  std::exit(1);
}

void sync_path(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags);
  check(descriptor >= 0 && ::fsync(descriptor) == 0 && ::close(descriptor) == 0, "fsync");
}

void bare_file(const std::string& path, const std::string& content, bool durable) {
  const int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0666);
  check(descriptor >= 0, "open");
  check(::write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size()), "write");
  if (durable) check(::fsync(descriptor) == 0, "fsync");
  check(::close(descriptor) == 0, "close");
}

/// The calls that a save needs: two folders, three files, the metadata beside its place and then renamed.
void bare_save(const std::string& folder, const std::string& metadata, const std::string& artifact, bool durable) {
  check(::mkdir(folder.c_str(), 0777) == 0, "mkdir");
  check(::mkdir((folder + "/artifacts").c_str(), 0777) == 0, "mkdir");
  for (int i = 0; i < 3; ++i)
    bare_file(folder + "/artifacts/artifact_" + std::to_string(i) + ".bin", artifact, durable);
  const std::string unfinished = folder + "/unfinished";
  bare_file(unfinished, metadata, durable);
  if (durable) {
    sync_path(folder + "/artifacts", O_RDONLY | O_DIRECTORY);
    sync_path(folder, O_RDONLY | O_DIRECTORY);
    sync_path(fs::path(folder).parent_path(), O_RDONLY | O_DIRECTORY);
  }
  check(::rename(unfinished.c_str(), (folder + "/erm_metadata.json").c_str()) == 0, "rename");
  if (durable) sync_path(folder, O_RDONLY | O_DIRECTORY);
}

void measure_save(const std::string& root, bool durable) {
  const int count = durable ? 20 : 200, rounds = durable ? 9 : 21;
  const std::string registry = root + "/save", bare = root + "/bare";
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < count; ++i) runs.push_back(sample_run("run_" + std::to_string(i)));
  const std::string artifact(1024, 'x'), metadata(3300, 'x');
  const auto prepare = [&] {
    fs::remove_all(registry);
    fs::remove_all(bare);
    fs::create_directories(bare);
    erm::save_run_to_registry(sample_run("first"), registry);
  };
  erm::SaveOptions options;
  options.durable = durable;
  const erm_bench::Pair pair = erm_bench::compare(
      rounds,
      [&] {
        for (const erm::ExperimentRun& run : runs) erm::save_run_to_registry(run, registry, options);
      },
      [&] {
        for (int i = 0; i < count; ++i) bare_save(bare + "/run_" + std::to_string(i), metadata, artifact, durable);
      },
      prepare);
  erm_bench::print_row(durable ? "durable save, vs. the bare system calls with fsync" : "save, vs. the bare system calls", pair,
                       count, "1.5");
  fs::remove_all(registry);
  fs::remove_all(bare);
}

void measure_lists(const std::string& root) {
  const int count = 10000;
  const std::string registry = root + "/list";
  erm::SaveOptions options;
  options.durable = false;
  const erm::TimePoint start = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  for (int i = 0; i < count; ++i) {
    erm::RunOptions run_options;
    run_options.timestamp_utc = start + std::chrono::seconds(i);
    erm::ExperimentRun run("bench", run_options);
    run.log_param("i", i);
    erm::save_run_to_registry(run, registry, options);
  }
  const std::string find = "find '" + registry + "/bench/main' -name erm_metadata.json > /dev/null";
  const erm_bench::Pair list = erm_bench::compare(
      11, [&] { if (erm::list_runs(registry, "bench").size() != count) std::exit(1); },
      [&] { if (std::system(find.c_str()) != 0) std::exit(1); });
  erm_bench::print_row("list 10,000 runs, vs. `find` (per run)", list, count, "0.1");
  const erm_bench::Pair latest = erm_bench::compare(
      11, [&] { if (erm::load_run_from_registry(registry, "bench").params().at("i") != count - 1) std::exit(1); },
      [&] { if (erm::list_runs(registry, "bench").size() != count) std::exit(1); });
  erm_bench::print_row("load the latest of 10,000, vs. listing them (per run)", latest, count, "-");
  fs::remove_all(registry);
}

void measure_load(const std::string& root) {
  const int count = 500;
  const std::string registry = root + "/load";
  erm::SaveOptions options;
  options.durable = false;
  std::vector<std::string> uris;
  for (int i = 0; i < count; ++i)
    uris.push_back(erm::save_run_to_registry(sample_run("run_" + std::to_string(i)), registry, options));
  const erm_bench::Pair pair = erm_bench::compare(
      21,
      [&] {
        for (const std::string& uri : uris)
          if (erm::load_run_from_path(uri).params().size() != 20) std::exit(1);
      },
      [&] {
        std::string text;
        for (const std::string& uri : uris) {
          const int descriptor = ::open((uri + "/erm_metadata.json").c_str(), O_RDONLY);
          check(descriptor >= 0, "open");
          struct stat status;
          check(::fstat(descriptor, &status) == 0, "fstat");
          text.resize(static_cast<std::size_t>(status.st_size));
          check(::read(descriptor, text.data(), text.size()) == status.st_size, "read");
          ::close(descriptor);
        }
      });
  erm_bench::print_row("load a run, vs. open, fstat, read, close (target: 30 us)", pair, count, "-");
  fs::remove_all(registry);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: registry_benchmark FOLDER\n");
    return 2;
  }
  const std::string root = argv[1];
  fs::create_directories(root);
  std::printf("| work | ERM | compared with | ratio | target |\n|---|---|---|---|---|\n");
  measure_save(root, false);
  measure_save(root, true);
  measure_lists(root);
  measure_load(root);
}
