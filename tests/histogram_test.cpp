// Distributions over steps: exact counts in bins that stay the same.
#include "erm/histogram.hpp"

#include <array>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <limits>
#include <list>
#include <random>
#include <set>
#include <string>
#include <valarray>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/registry.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace histogram_test {

using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// The bins of some values as the edges promise them, one value at a time.
template <class Values>
std::vector<std::uint64_t> counted(const erm::Histogram& histogram, const Values& values, bool is_logarithmic) {
  std::vector<std::uint64_t> counts(histogram.bins());
  const std::vector<double>& edges = histogram.edges();
  for (const auto each : values) {
    const auto value = static_cast<double>(each);
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      const bool below_zero = is_logarithmic && value < 0;
      const bool is_in = below_zero ? edges[bin] < value && value <= edges[bin + 1]
                                    : edges[bin] <= value && (value < edges[bin + 1] ||
                                                              (bin + 1 == counts.size() && value == edges[bin + 1]));
      if (is_in) ++counts[bin];
    }
  }
  return counts;
}

std::vector<float> weights(std::size_t count, float scale, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST_CASE("Logarithmic bins hold each value that lies between their edges, at all magnitudes") {
  std::vector<float> values = weights(3000, 0.1f);
  for (float value : {0.0f, -0.0f, 1.0f, -1.0f, 0.75f, -0.5f, 1e-30f, -1e30f, FLT_MAX, -FLT_MIN, FLT_TRUE_MIN,
                      -FLT_TRUE_MIN, 3 * FLT_TRUE_MIN, FLT_MIN / 3})
    values.push_back(value);
  const std::vector<float> few(values.end() - 300, values.end());
  const std::vector<double> doubles(values.begin(), values.end());
  erm::ExperimentRun run("digits");
  run.log_histogram("w", values, 1);
  run.log_histogram("w", few, 2);
  run.log_histogram("w", doubles, 3);
  const std::vector<double> more_doubles = {DBL_MAX, -DBL_TRUE_MIN, DBL_MIN, 5 * DBL_TRUE_MIN, 1e-310};
  run.log_histogram("w", more_doubles, 4);
  std::vector<double> many = more_doubles;
  many.insert(many.end(), 5000, DBL_MIN / 2);
  run.log_histogram("w", many, 5);
  const erm::Histogram& histogram = run.histogram("w");
  for (std::size_t bin = 0; bin < histogram.bins(); ++bin) REQUIRE(histogram.edges()[bin] < histogram.edges()[bin + 1]);
  CHECK(histogram.at_step(1).counts == counted(histogram, values, true));
  CHECK(histogram.at_step(2).counts == counted(histogram, few, true));
  CHECK(histogram.at_step(3).counts == counted(histogram, values, true));
  CHECK(histogram.at_step(4).counts == counted(histogram, more_doubles, true));
  CHECK(histogram.at_step(5).counts == counted(histogram, many, true));
  CHECK(histogram.at_step(1).smallest == -1e30f);
  CHECK(histogram.at_step(1).largest == FLT_MAX);
  CHECK(histogram.at_step(4).largest == DBL_MAX);
  CHECK(histogram.at_step(1).finite_values() == values.size());
}

TEST_CASE("Edges of logarithmic bins are the same whatever else is logged") {
  erm::ExperimentRun run("digits");
  run.log_histogram("one", std::vector<float>{0.3f, -0.3f, 2}, 1);
  const std::vector<double> before = run.histogram("one").edges();
  const erm::HistogramStep first = run.histogram("one").at_step(1);
  run.log_histogram("one", std::vector<float>{1e-6f, 50, -1e3f}, 2);
  const erm::Histogram& after = run.histogram("one");
  const std::set<double> edges(after.edges().begin(), after.edges().end());
  // All but the two around zero, which come nearer to it.
  std::size_t kept = 0;
  for (const double edge : before) kept += edges.count(edge);
  CHECK(kept >= before.size() - 1);
  CHECK(after.at_step(1).counts == counted(after, std::vector<float>{0.3f, -0.3f, 2}, true));
  CHECK(after.at_step(1).finite_values() == first.finite_values());
}

TEST_CASE("Steps with one sign, with zeros alone and with no finite value have bins, too") {
  for (const std::vector<float>& values :
       {std::vector<float>{1, 2, 3}, std::vector<float>{-1, -2}, std::vector<float>{0, 0, 1}, std::vector<float>{0, -1},
        std::vector<float>{0, 0}, std::vector<float>{}, std::vector<float>{nan}}) {
    erm::ExperimentRun run("digits");
    run.log_histogram("w", values, 1);
    const erm::Histogram& histogram = run.histogram("w");
    std::vector<float> finite;
    for (float value : values)
      if (!std::isnan(value)) finite.push_back(value);
    CHECK(histogram.last().finite_values() == finite.size());
    CHECK(histogram.last().counts == counted(histogram, finite, true));
    CHECK(std::isnan(histogram.last().mean()) == finite.empty());
  }
}

TEST_CASE("NaN and the infinities are counted apart, in any bins and however many values there are") {
  for (const std::size_t count : {std::size_t{10}, std::size_t{5000}}) {
    std::vector<float> values = weights(count, 1);
    values[0] = infinity;
    values[3] = -infinity;
    values[4] = nan;
    values[5] = -nan;
    values[9] = infinity;
    std::uint32_t smallest_nan = 0x7F800001U;
    std::memcpy(&values[6], &smallest_nan, sizeof smallest_nan);
    const std::vector<double> doubles(values.begin(), values.end());
    double sum = 0;
    for (double value : doubles) sum += std::isfinite(value) ? value : 0;
    erm::HistogramOptions grid, range;
    grid.bins = 10;
    range.range = {-1.0, 1.0};
    for (const erm::HistogramOptions& options : {erm::HistogramOptions(), grid, range}) {
      erm::ExperimentRun run("digits");
      run.log_histogram("w", values, 1, options);
      run.log_histogram("w", doubles, 2, options);
      for (const erm::HistogramStep& at : run.histogram("w").steps()) {
        CHECK(at.nans == 3);
        CHECK(at.positive_infinities == 2);
        CHECK(at.negative_infinities == 1);
        CHECK(at.finite_values() == count - 6);
        CHECK(at.sum == Approx(sum).margin(1e-9));
        CHECK(std::isfinite(at.largest));
      }
    }
  }
}

TEST_CASE("A range has bins of one width, and counts what is outside of it") {
  erm::ExperimentRun run("digits");
  erm::HistogramOptions options;
  options.bins = 10;
  options.range = {0.0, 1.0};
  const std::vector<double> values = {
      0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, -0.1, 1.1, 2, 0.30000000000000004};
  run.log_histogram("p", values, 1, options);
  run.log_histogram("p", std::vector<double>{0.05}, 2);  // as before
  const erm::Histogram& histogram = run.histogram("p");
  REQUIRE(histogram.bins() == 10);
  CHECK(histogram.edges().front() == 0);
  CHECK(histogram.edges().back() == 1);
  CHECK(histogram.at_step(1).counts == counted(histogram, values, false));
  CHECK(histogram.at_step(1).below == 1);
  CHECK(histogram.at_step(1).above == 2);
  CHECK(histogram.at_step(2).counts.front() == 1);
  options.bins = 0;
  run.log_histogram("default", values, 1, options);
  CHECK(run.histogram("default").bins() == 64);
  // Values on and beside each edge, where rounding would lead astray.
  options.bins = 77;
  options.range = {-0.3, 1.7};
  run.log_histogram("near", std::vector<double>{0}, 1, options);
  std::vector<double> near;
  for (double edge : run.histogram("near").edges())
    for (double value : {edge, std::nextafter(edge, -9.0), std::nextafter(edge, 9.0)}) near.push_back(value);
  run.log_histogram("near", near, 2, options);
  CHECK(run.histogram("near").at_step(2).counts == counted(run.histogram("near"), near, false));
}

TEST_CASE("Given edges are the bins") {
  erm::ExperimentRun run("digits");
  erm::HistogramOptions options;
  options.edges = {-10, -1, 0, 0.5, 100};
  const std::vector<float> values = {-10, -5, -1, -0.5, 0, 0.25, 0.5, 99, 100, 101, -11};
  run.log_histogram("e", values, 1, options);
  CHECK(run.histogram("e").edges() == options.edges);
  CHECK(run.histogram("e").last().counts == std::vector<std::uint64_t>{2, 2, 2, 3});
  CHECK(run.histogram("e").last().below == 1);
  CHECK(run.histogram("e").last().above == 1);
}

TEST_CASE("A number of bins covers the first step, and later steps add bins of the same width") {
  erm::ExperimentRun run("digits");
  erm::HistogramOptions options;
  options.bins = 50;
  const std::vector<float> first = weights(5000, 0.02f), wider = weights(5000, 0.05f, 2);
  run.log_histogram("w", first, 1, options);
  const std::size_t bins = run.histogram("w").bins();
  CHECK(bins >= 20);
  CHECK(bins <= 52);
  const double width = run.histogram("w").edges()[1] - run.histogram("w").edges()[0];
  run.log_histogram("w", wider, 2, options);
  const erm::Histogram& histogram = run.histogram("w");
  CHECK(histogram.bins() > bins);
  CHECK(histogram.edges()[1] - histogram.edges()[0] == width);
  CHECK(histogram.at_step(1).counts == counted(histogram, first, false));
  CHECK(histogram.at_step(2).counts == counted(histogram, wider, false));
  // One that is far away does not make a million bins.
  run.log_histogram("w", std::vector<float>{1e30f, -1e30f, 0.01f}, 3, options);
  CHECK(run.histogram("w").bins() < 50 * 20);
  CHECK(run.histogram("w").at_step(3).above == 1);
  CHECK(run.histogram("w").at_step(3).below == 1);
  // Values that are all one, large or none.
  for (const std::vector<float>& values : {std::vector<float>{3, 3}, std::vector<float>{0}, std::vector<float>{},
                                           std::vector<float>{1e30f, 1.0001e30f}, std::vector<float>{nan}}) {
    run.log_histogram("odd " + std::to_string(values.size()) + std::to_string(values.empty() ? 0 : values[0]), values,
                      1, options);
  }
  for (const std::string& name : run.histogram_names())
    if (name != "w") CHECK(run.histogram(name).bins() <= 52);
}

TEST_CASE("Any range of numbers is a distribution") {
  erm::ExperimentRun run("digits");
  const float array[] = {1, 2, 3};
  std::int64_t step = 0;
  const auto log = [&](const auto& values) { run.log_histogram("h", values, step++); };
  log(array);
  log(std::array<double, 3>{1, 2, 3});
  log(std::vector<int>{1, 2, 3});
  log(std::vector<std::uint8_t>{1, 2, 3});
  log(std::list<float>{1, 2, 3});
  log(std::deque<double>{1, 2, 3});
  log(std::set<unsigned long long>{1, 2, 3});
  log(std::valarray<float>{1, 2, 3});
  log(std::vector<long double>{1, 2, 3});
  run.log_histogram("h", {1, 2, 3}, step++);
  run.log_histogram("h", std::vector<std::size_t>{1, 2, 3}, static_cast<std::size_t>(step++));
  REQUIRE(run.histogram("h").size() == static_cast<std::size_t>(step));
  for (const erm::HistogramStep& at : run.histogram("h").steps()) {
    CHECK(at.counts == run.histogram("h").last().counts);
    CHECK(at.sum == 6);
  }
  run.log_histogram("bits", std::vector<bool>{true, false, true}, 1);
  CHECK(run.histogram("bits").last().sum == 2);
}

TEST_CASE("Options that are no bins, or other ones than at the first step, are refused") {
  erm::ExperimentRun run("digits");
  const std::vector<float> values = {1};
  const auto error = [&](const erm::HistogramOptions& options) {
    return thrown<erm::Error>([&] { run.log_histogram("h", values, 1, options); });
  };
  erm::HistogramOptions range, edges, both, bins;
  range.range = {1.0, 1.0};
  CHECK(error(range) ==
        "the histogram 'h' was given a range that does not begin below its end, both finite numbers; "
        "give {lowest, highest}");
  edges.edges = {0, 2, 1};
  CHECK(error(edges) ==
        "the histogram 'h' was given edges that do not ascend, or that are not all finite; sort them, "
        "each once");
  edges.edges = {0};
  CHECK(error(edges) == "the histogram 'h' was given one edge; a bin lies between two");
  both.edges = {0, 1};
  both.bins = 3;
  CHECK(error(both) == "the histogram 'h' was given edges beside bins or a range; give the edges alone");
  bins.bins = 65537;
  CHECK(error(bins) == "the histogram 'h' was given more than 65536 bins; take fewer");
  CHECK(run.histogram_names().empty());

  run.log_histogram("h", values, 1);
  range.range = {0.0, 1.0};
  CHECK(error(range) ==
        "the histogram 'h' was given other HistogramOptions than at its first step, and its bins are the "
        "same at all steps; give the same, leave them out, or take another name");
  CHECK(run.histogram("h").size() == 1);
}

TEST_CASE("A histogram is saved and loaded as it was, and saved again") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  erm::HistogramOptions grid, range;
  grid.bins = 64;
  range.range = {-0.1, 0.1};
  for (int step = 0; step < 20; ++step) {
    std::vector<float> values = weights(2000, 0.01f * static_cast<float>(step + 1), static_cast<unsigned>(step));
    values[7] = step % 3 == 0 ? nan : infinity;
    run.log_histogram("log/\xC3\xA4, \"x\"\n", values, step * 100 - 500);
    run.log_histogram("grid", values, step, grid);
    run.log_histogram("range", values, step, range);
    run.log_histogram("doubles", std::vector<double>{0.1, 1e300}, step);
  }
  const auto same = [&](const erm::ExperimentRun& other) {
    REQUIRE(other.histogram_names() == run.histogram_names());
    for (const std::string& name : run.histogram_names()) {
      const erm::Histogram &a = run.histogram(name), &b = other.histogram(name);
      CHECK(a.edges() == b.edges());
      REQUIRE(a.size() == b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        const erm::HistogramStep &x = a.steps()[i], &y = b.steps()[i];
        CHECK(x.step == y.step);
        CHECK(x.time == y.time);
        CHECK(x.counts == y.counts);
        CHECK(x.below + x.above + x.nans + x.positive_infinities == y.below + y.above + y.nans + y.positive_infinities);
        CHECK(x.smallest == y.smallest);
        CHECK(x.largest == y.largest);
        CHECK(x.sum == y.sum);
      }
    }
  };
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  same(loaded);
  same(erm::load_run_from_path(erm::save_run_to_registry(loaded, dir / "second")));
}

TEST_CASE("10,000 steps of 64 bins need at most 2 MiB, of a million values each") {
  erm::ExperimentRun run("digits");
  erm::HistogramOptions options;
  options.bins = 64;
  options.range = {-0.4, 0.4};
  const std::vector<float> values = weights(1'000'000, 0.1f);
  // Steps and times as long as those of a long run, whose other records are like these two.
  run.log_histogram("w", values, 1'000'000, options);
  const auto fs = std::make_shared<erm::MemoryFileSystem>();
  const auto size_of = [&] {
    erm::SaveOptions save;
    save.fs = fs;
    return fs->info(erm::save_run_to_registry(run, "registry", save) + "/series/main.hist").size;
  };
  const auto one = size_of();
  run.log_histogram("w", values, 1'000'001, options);
  CHECK((size_of() - one) * 10'000 < 2 * 1024 * 1024);
}

}  // namespace histogram_test
