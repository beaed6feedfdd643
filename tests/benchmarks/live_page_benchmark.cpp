// What a live page costs a training: the processor time of one version of it, with 20 curves of 100,000 points of which 1,000
// each came since the last; the same with a series of images, beside reading all of them again; and what a loop that logs pays,
// beside the same without a page, in one run.
//
//   live_page_benchmark FOLDER     an empty folder on the disk to be measured
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "bench.hpp"
#include "erm/detail/livepage/page_file.hpp"
#include "erm/detail/livepage/page_run.hpp"
#include "erm/live_page.hpp"
#include "erm/live_run.hpp"

namespace {

constexpr int curves = 20;
constexpr std::int64_t points = 100000, more = 1000;

double seconds_of_clock(clockid_t clock) {
  timespec used;
  ::clock_gettime(clock, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}
double thread_milliseconds() { return 1000 * seconds_of_clock(CLOCK_THREAD_CPUTIME_ID); }

double value_at(std::int64_t step, int curve) {
  return 1.0 / static_cast<double>(step + 1) + static_cast<double>((step * 7919 + curve) % 1024) / 4096;
}

std::vector<erm::LiveMetric> metrics_of(erm::LiveRun& run) {
  std::vector<erm::LiveMetric> metrics;
  for (int curve = 0; curve < curves; ++curve) metrics.push_back(run.metric("metric/" + std::to_string(curve)));
  return metrics;
}

void versions(const std::string& folder) {
  erm::LiveOptions options;
  options.provenance = false;
  erm::LiveRun run(folder + "/registry", "bench", options);
  const std::vector<erm::LiveMetric> metrics = metrics_of(run);
  std::int64_t step = 0;
  const auto log = [&](std::int64_t count) {
    for (const std::int64_t end = step + count; step < end; ++step)
      for (int curve = 0; curve < curves; ++curve) metrics[static_cast<std::size_t>(curve)].log(value_at(step, curve), step);
    run.flush();
  };
  log(points);
  const erm::detail::PageSchedule schedule{std::chrono::seconds(10)};
  erm::detail::PageRun shown = erm::detail::PageRun::at(run.uri(), nullptr, {});
  const std::string path = folder + "/page.html";
  const auto write = [&] { erm::detail::write_live_page(path, {&shown}, {}, schedule, {}); };
  double begin = thread_milliseconds();
  shown.read();
  write();
  const double first = thread_milliseconds() - begin;
  std::vector<double> reading, writing;
  for (int round = 0; round < 21; ++round) {
    log(more);
    begin = thread_milliseconds();
    shown.read();
    const double middle = thread_milliseconds();
    write();
    reading.push_back(middle - begin);
    writing.push_back(thread_milliseconds() - middle);
  }
  const double each = erm_bench::median(reading) + erm_bench::median(writing);
  std::printf("| first version, %lld points read | %.1f ms | - |\n", static_cast<long long>(curves * points), first);
  std::printf("| each version: reading %d new points | %.2f ms | - |\n", static_cast<int>(curves * more), erm_bench::median(reading));
  std::printf("| each version: writing the page | %.2f ms | - |\n", erm_bench::median(writing));
  std::printf("| of a core, at one version in 10 s | %.3f %% | 0.5 %% |\n", each / 10000 * 100);
}

/// A version of the page with an image more, with what was kept of the version before and without.
void series(const std::string& folder) {
  erm::LiveOptions options;
  options.provenance = false;
  erm::LiveRun run(folder + "/registry", "series", options);
  std::vector<std::uint8_t> pixels(200 * 200 * 3);
  std::uint32_t random = 1;
  std::int64_t step = 0;
  const auto log = [&](int count) {
    for (int i = 0; i < count; ++i, ++step) {
      for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>((random = random * 1664525 + 1013904223) >> 24);
      run.log_image(erm::ImageView{pixels.data(), 200, 200, 3}, "sample", step);
    }
    run.flush();
  };
  log(200);
  const erm::detail::PageSchedule schedule{std::chrono::seconds(10)};
  erm::detail::PageRun kept = erm::detail::PageRun::at(run.uri(), nullptr, {});
  const auto version_of = [&](erm::detail::PageRun& shown) {
    const double begin = thread_milliseconds();
    shown.read();
    erm::detail::write_live_page(folder + "/series.html", {&shown}, {}, schedule, {});
    return thread_milliseconds() - begin;
  };
  version_of(kept);
  std::vector<double> with, without;
  for (int round = 0; round < 11; ++round) {
    log(1);
    with.push_back(version_of(kept));
    erm::detail::PageRun anew = erm::detail::PageRun::at(run.uri(), nullptr, {});
    without.push_back(version_of(anew));
  }
  std::printf("| each version with 50 of 200 images of 120 kB, beside all read again | %.1f ms | %.1f ms |\n", erm_bench::median(with),
              erm_bench::median(without));
}

/// The processor time of the whole process while a loop logs 20 metrics at 100 steps a second, with a page written each
/// second and without.
void loops(const std::string& folder) {
  const auto percent_of = [&](bool has_page) {
    erm::LiveOptions options;
    options.provenance = false;
    erm::LivePageOptions page;
    page.interval = std::chrono::seconds(1);
    if (has_page) options.observers = {erm::live_page(folder + "/loop.html", page)};
    erm::LiveRun run(folder + "/registry", "loop", options);
    const std::vector<erm::LiveMetric> metrics = metrics_of(run);
    const double begin = seconds_of_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (std::int64_t step = 0; step < 1000; ++step) {
      for (int curve = 0; curve < curves; ++curve) metrics[static_cast<std::size_t>(curve)].log(value_at(step, curve), step);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return (seconds_of_clock(CLOCK_PROCESS_CPUTIME_ID) - begin) / 10 * 100;
  };
  const double without = percent_of(false), with = percent_of(true);
  std::printf("| of a core: 2,000 points a second, page written each second, beside no page | %.2f %% | %.2f %% |\n", with, without);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: live_page_benchmark FOLDER\n", stderr);
    return 2;
  }
  std::puts("| live page | CPU | aim, or beside |\n|---|---|---|");
  versions(argv[1]);
  series(argv[1]);
  loops(argv[1]);
  return 0;
}
