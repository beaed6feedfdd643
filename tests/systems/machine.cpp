// Writes a registry and a page that depend on nothing but ERM: every machine must write the same bytes (machines.sh).
//   machine write REGISTRY PAGE     saves runs with all that a run can hold, at given times, and compares them
//   machine read REGISTRY PAGE      compares the runs of a registry, which another machine has written
#include <erm/compare.hpp>
#include <erm/error.hpp>
#include <erm/experiment_run.hpp>
#include <erm/figure.hpp>
#include <erm/find.hpp>
#include <erm/histogram_options.hpp>
#include <erm/image.hpp>
#include <erm/json.hpp>
#include <erm/registry.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include <time.h>

// All machines save at the same time: the linker is told to call this (--wrap).
extern "C" int __real_clock_gettime(clockid_t clock, timespec* now);
extern "C" int __wrap_clock_gettime(clockid_t clock, timespec* now) {
  if (clock != CLOCK_REALTIME) return __real_clock_gettime(clock, now);
  *now = {};
  now->tv_sec = 1763890000;
  return 0;
}

namespace {

erm::TimePoint at(std::int64_t second) { return erm::TimePoint(std::chrono::seconds(1763883021 + second)); }

/// Sums and products of doubles are the same on all machines, those of <cmath> are not.
erm::ExperimentRun run_of(int number) {
  erm::RunOptions options;
  options.run_id = "run-" + std::to_string(number);
  options.timestamp_utc = at(60 * number);
  erm::ExperimentRun run("machines", options);
  run.log_params({{"lr", 0.1 * number}, {"single", 0.1F}, {"seed", 18446744073709551615U},
                  {"least", std::numeric_limits<std::int64_t>::min()},
                  {"optimizer", "adam"}, {"nesterov", number % 2 == 0}, {"tiny", 5e-324}, {"huge", 1.7976931348623157e308}});
  run.log_metric("nan", std::numeric_limits<double>::quiet_NaN());
  run.log_metric("infinity", -std::numeric_limits<double>::infinity());
  double loss = 1.0 + number;
  for (int step = 0; step < 300; ++step, loss *= 0.97) {
    run.log_metric("loss", loss, step, at(step));
    run.log_metric("single", static_cast<float>(loss) / 3, step * 10, at(step));
    run.log_metric("count", step * number, step, at(step));
    if (step % 7 == 0) run.log_metric("gap", step % 2 == 0 ? loss : std::numeric_limits<double>::quiet_NaN(), step, at(step));
  }
  run.log_dict("per class", {{"cat", 0.25}, {"dog", {{"f1", 1.0 / 3}, {"list", {1, 2.5, nullptr}}}}});
  run.log_text("h\xC3\xA4lfte", "note");
  run.log_artifact(erm::Bytes{0, 1, 254, 255}, "weights", "weights.bin");
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 48 * 32 * 3; ++i) pixels.push_back(static_cast<std::uint8_t>(i * (number + 5)));
  run.log_image(erm::ImageView{pixels.data(), 32, 48, 3, 0}, "pixels");
  run.log_figure(erm::Json::parse(R"({"data": [{"y": {"dtype": "f8", "bdata": "AAAAAAAA8D8AAAAAAAAAQA=="}},
                                               {"y": {"dtype": "i2", "bdata": "+/8DAAQA"}}]})"), "typed arrays");
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<double>((i * 7919) % 1000) / 500 - 1);
  for (int step = 0; step < 3; ++step) run.log_histogram("weights", values, step);
  run.log_table("words", {"word", "count", "share"}, {{"a", 1, 0.5}, {"b", 2, 1.0 / 3}});
  run.set_tag("good", number);
  run.set_goal("loss", erm::Goal::minimize);
  run.set_note("**a note**");
  return run;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const std::string what = count == 4 ? arguments[1] : "";
    if (what != "write" && what != "read") return 2;
    const std::string registry = arguments[2];
    if (what == "write")
      for (const int number : {1, 2, 3}) erm::save_run_to_registry(run_of(number), registry);
    std::vector<erm::ExperimentRun> runs;
    for (const std::string& id : erm::list_runs(registry, "machines"))
      runs.push_back(erm::load_run_from_registry(registry, "machines", "main", id));
    for (int number = 1; number <= 3; ++number) {
      const erm::ExperimentRun expected = run_of(number);
      const erm::ExperimentRun& run = runs.at(static_cast<std::size_t>(number - 1));
      const auto expect = [&](bool is_so, const char* what) {
        if (!is_so) throw erm::Error(std::string("the ") + what + " of " + run.run_id() + " are not what they should be");
      };
      expect(run.history() == expected.history(), "histories");
      expect(run.params() == expected.params(), "params");
      expect(run.artifact("pixels").sha256().has_value(), "hashes of artifacts");  // the content is held against it
      expect(run.artifact("pixels").bytes() == expected.artifact("pixels").bytes(), "pixels");
    }
    erm::FindOptions find;
    find.filter = "params.lr > 0.15 and metrics.loss < 10";
    find.order_by = "metrics.loss";
    find.cache = true;
    for (int again = 0; again < 2; ++again)  // as read, and from the cache
      if (erm::find_runs(registry, find).size() != 2) {
        std::fputs("a filter finds two runs of three\n", stderr);
        return 1;
      }
    erm::write_comparison(arguments[3], runs);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
