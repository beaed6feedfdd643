// How long a comparison takes, and how that grows: pages of plain tables, from 100 runs to 1,000, each of 20 params and
// 20 metrics. Prints the best of several rounds, beside the time that a plain copy of the page takes. Then pages of one
// HTML artifact that would take long if a scan of it looked at a byte more than once.
//
//   compare_benchmark
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "erm/compare.hpp"
#include "erm/compare_text.hpp"

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

}  // namespace

int main() {
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
