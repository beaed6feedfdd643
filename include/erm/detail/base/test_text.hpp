// The numbers of statistics as text, and what a test can tell at all.
//
//   p_value_text(0.00794, true);                    // "= 0.0079"
//   least_p(3, 3);                                  // 0.1: three runs against three cannot differ with p below 0.05
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

/// `number` to six digits; "—" for NaN, which stands for what is not known.
inline std::string summary_number(double number) {
  if (is_nan(number)) return "\xE2\x80\x94";
  std::string exact, text;
  append_floating(exact, number);
  append_six_digits(text, exact, std::abs(number) < 1e-4 && number != 0);
  return text;
}

/// p to two digits: "= 0.0079", "< 0.0001"; "≈ 0.03" where the test is not exact.
inline std::string p_value_text(double p, bool is_exact) {
  if (p < 1e-4) return "< 0.0001";
  const double scale = ten_to_the(1 - std::floor(std::log10(p)));
  return (is_exact ? "= " : "\xE2\x89\x88 ") + summary_number(std::round(p * scale) / scale);
}

/// The same without a sign before an exact one: "0.0079".
inline std::string plain_p_text(double p, bool is_exact) {
  const std::string text = p_value_text(p, is_exact);
  return text[0] == '=' ? text.substr(2) : text;
}

/// The smallest p that samples of m and n values can have: the share of one arrangement and its mirror image among all.
inline double least_p(std::size_t m, std::size_t n) {
  double arrangements = 1;
  for (std::size_t i = 1; i <= m && arrangements < 1e9; ++i)
    arrangements *= static_cast<double>(n + i) / static_cast<double>(i);
  return (std::min)(1.0, 2 / arrangements);
}

/// The test to go by: that of the pairs, or that of all runs.
struct DecidingTest {
  double p;  // not corrected
  bool is_exact;
  const MetricShift& shift;
};

inline DecidingTest deciding(const GroupTest& test) {
  if (test.goes_by_pairs()) return {test.paired->p, test.paired->is_exact, test.paired->shift};
  return {test.p, test.is_exact, test.shift};
}

/// The smallest p of the test that decides, for groups with m and n values.
inline double least_p_of(const GroupTest& test, std::size_t m, std::size_t n) {
  return test.goes_by_pairs() ? std::pow(0.5, static_cast<double>(test.paired->pairs) - 1) : least_p(m, n);
}

}  // namespace erm::detail
