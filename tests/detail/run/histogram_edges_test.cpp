#include "erm/detail/run/histogram_edges.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

namespace histogram_edges_test {

using namespace erm::detail;
using Edges = std::vector<double>;

namespace {

template <class Float>
Float float_of(typename FloatBits<Float>::Bits bits) {
  Float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// A number as an integer, so that -ffast-math and flushed subnormals change nothing. Both zeros are 0.
std::int64_t exact(std::uint64_t bits) {
  const std::int64_t order = order_of<double>(bits);
  return order == -1 ? 0 : order;
}
std::int64_t exact(double value) { return exact(bits_of(value)); }
std::int64_t exact(float value) { return exact(double_of_float(bits_of(value))); }

struct Expected {
  std::uint64_t below = 0, above = 0;
  std::vector<std::uint64_t> bins;
};

template <class Float>
Expected expected(const std::vector<Float>& values, const Edges& edges) {
  std::vector<std::int64_t> ends;
  for (const double edge : edges) ends.push_back(exact(edge));
  Expected counts;
  counts.bins.resize(edges.size() - 1);
  for (const Float value : values) {
    if (!has_finite_bits<Float>(bits_of(value))) continue;
    const std::int64_t number = exact(value);
    if (number < ends.front())
      ++counts.below;
    else if (number > ends.back())
      ++counts.above;
    else if (number == ends.back())
      ++counts.bins.back();
    else
      ++counts.bins[static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), number) - ends.begin()) - 1];
  }
  return counts;
}

template <class Float>
void expect_exact(const std::vector<Float>& values, const Edges& edges) {
  HistogramCounts counts;
  add_statistics(values.data(), values.size(), counts);
  count_edges(values.data(), values.size(), edges, counts);
  const Expected wanted = expected(values, edges);
  std::vector<std::uint64_t> bins(edges.size() - 1);
  for (std::size_t i = 0; i < counts.positive.counts.size(); ++i)
    bins[static_cast<std::size_t>(counts.positive.first) + i] = counts.positive.counts[i];
  INFO(edges.size() << " edges, " << values.size() << " values of " << sizeof(Float) << " bytes, first edge "
                    << edges.front());
  CHECK(counts.below == wanted.below);
  CHECK(counts.above == wanted.above);
  CHECK((bins == wanted.bins));
}

Edges distinct(Edges edges) {
  const auto less = [](double a, double b) { return exact(a) < exact(b); };
  std::sort(edges.begin(), edges.end(), less);
  edges.erase(std::unique(edges.begin(), edges.end(), [](double a, double b) { return exact(a) == exact(b); }),
              edges.end());
  return edges;
}

std::vector<Edges> all_edges(std::mt19937_64& random) {
  const double most = (std::numeric_limits<double>::max)();
  const double tiny = double_of(1);
  std::vector<Edges> all = {{0, 1},
                            {-1, 0},
                            {-0.0, 1},
                            {-most, most},
                            {-most, -1e39, 0, 1e-300, 1e39, most},
                            {1e39, 1e40},
                            {-1e40, -1e39},
                            {-tiny, tiny},
                            {-5 * tiny, -tiny, 0, tiny, 2 * tiny, 1e-310},
                            {-1e-44, 0, 1e-45, 2e-45, 1e-40, 1e-38},
                            {1e-60, 2e-60}};
  const auto even = [&](double low, double high, int bins) {
    Edges edges;
    for (int i = 0; i <= bins; ++i) edges.push_back(low + (high - low) * (static_cast<double>(i) / bins));
    all.push_back(distinct(edges));
  };
  even(-3, 3, 64);
  even(-0.3, 0.7, 10);
  even(0, 1, 2000);
  even(1e6, 1e6 + 1, 64);
  even(16777215, 16777219, 8);
  even(-1, -0.5, 33);
  Edges logarithmic;
  for (int i = -120; i <= 40; ++i) logarithmic.push_back(std::ldexp(1.0 + (i % 3) * 0.1, i));
  all.push_back(distinct(logarithmic));
  for (const double scale : {1.0, 1e-30, 1e30}) {
    for (const int count : {2, 7, 65, 1000}) {
      Edges edges;
      std::normal_distribution<double> normal;
      for (int i = 0; i < count; ++i) edges.push_back(scale * normal(random));
      if (count == 7) edges.push_back(0);
      all.push_back(distinct(edges));
    }
  }
  for (int i = 0; i < 10; ++i) {  // of any magnitude
    Edges edges;
    while (edges.size() < 40) {
      const std::uint64_t bits = random();
      if (has_finite_bits<double>(bits)) edges.push_back(double_of(bits));
    }
    all.push_back(distinct(edges));
  }
  return all;
}

/// Numbers of all kinds, many of them on an edge or right beside one.
template <class Float>
std::vector<Float> values_for(const Edges& edges, std::size_t size, std::mt19937_64& random) {
  using Bits = typename FloatBits<Float>::Bits;
  std::vector<Float> values;
  std::normal_distribution<double> normal;
  while (values.size() < size) {
    const double edge = edges[random() % edges.size()], other = edges[random() % edges.size()];
    const auto near = static_cast<Float>(edge);
    switch (random() % 6) {
      case 0:
        values.push_back(float_of<Float>(static_cast<Bits>(random())));
        break;
      case 1:
        values.push_back(near);
        break;
      case 2:
        values.push_back(float_of<Float>(static_cast<Bits>(bits_of(near) + static_cast<Bits>(random() % 5) - 2)));
        break;
      case 3:
        values.push_back(static_cast<Float>(edge / 2 + other / 2));
        break;
      case 4:
        values.push_back(static_cast<Float>(normal(random)));
        break;
      default:
        // Zeros, subnormal numbers, infinities and NaNs of both signs.
        values.push_back(float_of<Float>(static_cast<Bits>((random() % 2 << (8 * sizeof(Float) - 1)) |
                                                           (random() % 2 * infinite_magnitude<Float> + random() % 3))));
    }
  }
  return values;
}

}  // namespace

TEST_CASE("Counts between given edges are those of an upper bound, for numbers of any kind") {
  std::mt19937_64 random(7);
  for (const Edges& edges : all_edges(random)) {
    for (const std::size_t size : {0U, 1U, 3U, 511U, 600U, 20000U}) {
      expect_exact(values_for<float>(edges, size, random), edges);
      expect_exact(values_for<double>(edges, size, random), edges);
    }
  }
}

TEST_CASE("NaNs of all bits are neither below nor above the edges") {
  std::vector<float> floats;
  std::vector<double> doubles;
  for (int i = 0; i < 3000; ++i) {
    floats.push_back(float_of<float>(i % 2 == 0 ? 0x7FFFFFFFU : 0xFFFFFFFFU));
    doubles.push_back(float_of<double>(i % 2 == 0 ? ~std::uint64_t{0} >> 1 : ~std::uint64_t{0}));
  }
  Edges edges;
  for (int i = 0; i < 3000; ++i) edges.push_back(i);
  for (const Edges& some : {Edges{-1, 1}, Edges{-(std::numeric_limits<double>::max)(), 0}, edges}) {
    expect_exact(floats, some);
    expect_exact(doubles, some);
  }
}

}  // namespace histogram_edges_test
