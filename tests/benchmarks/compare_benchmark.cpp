// How long a comparison takes, and how that grows: pages of plain tables, from 100 runs to 1,000, each of 20 params and
// 20 metrics. Prints the best of several rounds, beside the time that a plain copy of the page takes. Then 100 runs that
// were loaded from a registry, with three artifacts each, beside reading those files; and pages of one HTML artifact
// that would take long if a scan of it looked at a byte more than once.
//
//   compare_benchmark [FOLDER]       the folder for the registry
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "erm/compare.hpp"
#include "erm/compare_text.hpp"
#include "erm/registry.hpp"

namespace {

std::vector<erm::ExperimentRun> plain_runs(std::size_t count) {
  std::vector<erm::ExperimentRun> runs;
  for (std::size_t i = 0; i < count; ++i) {
    erm::RunOptions options;
    options.run_id = "run_" + std::to_string(i);
    options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1'700'000'000 + static_cast<long>(i)));
    erm::ExperimentRun run("benchmark", options);
    for (std::size_t k = 0; k < 20; ++k) {
      const std::string number = std::to_string(k);
      const auto of_run = static_cast<double>(i + 1), of_row = static_cast<double>(k + 1);
      if (k % 4 == 0)
        run.log_param("param_" + number, "setting " + std::to_string(i % 3));
      else
        run.log_param("param_" + number, k % 4 == 1 ? 0.1 * of_row : 1.0 / (of_run + of_row));
      run.log_metric("metric_" + number, of_run / (of_row + 3.0));
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

template <class Work>
double best_milliseconds(int rounds, const Work& work) {
  double best = 1e300;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    best = std::min(best, taken.count());
  }
  return best;
}

/// The runs, saved with a text, a table and weights of 1 KiB each, and loaded.
std::vector<erm::ExperimentRun> runs_from_disk(const std::filesystem::path& folder, std::size_t count) {
  std::vector<erm::ExperimentRun> loaded;
  for (erm::ExperimentRun& run : plain_runs(count)) {
    run.log_text(std::string(1024, 'a') + run.run_id(), "log");
    run.log_artifact(erm::to_bytes(std::string(1024, '1') + "," + run.run_id()), "table", "table.csv");
    run.log_artifact(erm::to_bytes(std::string(1024, '\0') + run.run_id()), "weights", "weights.bin");
    loaded.push_back(erm::load_run_from_path(erm::save_run_to_registry(run, folder.string())));
  }
  return loaded;
}

void print_artifacts(const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  volatile std::size_t seen = 0;
  const std::vector<erm::ExperimentRun> runs = runs_from_disk(folder, 100), plain = plain_runs(100);
  std::printf("\n100 runs from disk, 3 artifacts of 1 KiB each: page, without artifacts, reading the two that it shows [ms]\n");
  const double all = best_milliseconds(100, [&] { seen = erm::compare_runs(runs).size(); });
  const double without = best_milliseconds(100, [&] { seen = erm::compare_runs(plain).size(); });
  const double reading = best_milliseconds(100, [&] {
    for (const erm::ExperimentRun& run : runs)
      seen = run.artifact("log").bytes().size() + run.artifact("table").bytes().size();
  });
  const double size = static_cast<double>(erm::compare_runs(runs).size()) / 1e3;
  std::printf("%.3f, %.3f, %.3f; beyond reading %.3f, %.0f MB/s\n", all, without, reading, all - reading, size / (all - reading));
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  std::printf("%6s %10s %10s %8s %10s %10s %10s\n", "runs", "page [ms]", "size [KB]", "MB/s", "data [ms]", "text [ms]",
              "copy [ms]");
  volatile std::size_t seen = 0;
  for (const std::size_t count : {100U, 200U, 500U, 1000U}) {
    const std::vector<erm::ExperimentRun> runs = plain_runs(count);
    const std::string page = erm::compare_runs(runs);
    const int rounds = count <= 200 ? 200 : 40;
    const double html = best_milliseconds(rounds, [&] { seen = erm::compare_runs(runs).size(); });
    const double data = best_milliseconds(rounds, [&] { seen = erm::Comparison(runs).row_count(); });
    const double text = best_milliseconds(rounds, [&] { seen = erm::compare_runs_text(runs).size(); });
    const double copy = best_milliseconds(rounds, [&] { seen = std::string(page).size(); });
    const auto bytes = static_cast<double>(page.size());
    std::printf("%6zu %10.3f %10.0f %8.0f %10.3f %10.3f %10.3f\n", count, html, bytes / 1e3, bytes / 1e3 / html, data,
                text, copy);
  }
  print_artifacts(argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "erm-compare-benchmark");
  // HTML artifacts that are all of one sign or tag: the MB/s of the artifact stay the same for twice the size.
  std::printf("\n%-12s %10s %10s %10s %8s\n", "artifact of", "size [KB]", "page [ms]", "twice [ms]", "MB/s");
  for (const char* const part : {"<style>", "<style>p{}</style>", "<!--", "<a ", "<a b='", "&", "\"", "<", "<div>"}) {
    double taken[2] = {0, 0};
    std::size_t size = 0;
    for (const std::size_t times : {std::size_t{1}, std::size_t{2}}) {
      std::string html;
      while (html.size() < times * 400'000) html += part;
      html += "</style>";
      size = html.size();
      erm::ExperimentRun run("benchmark");
      run.log_artifact(erm::to_bytes(html), "page", "page.html");
      taken[times - 1] = best_milliseconds(5, [&] { seen = erm::compare_runs(run).size(); });
    }
    const auto bytes = static_cast<double>(size);
    std::printf("%-12.12s %10.0f %10.3f %10.3f %8.0f\n", part, bytes / 2e3, taken[0], taken[1], bytes / 1e3 / taken[1]);
  }
  return seen == 0 ? 1 : 0;
}
