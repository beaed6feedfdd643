// What a test of two groups says, in words.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/compare/provenance_rows.hpp"
#include "erm/goal.hpp"

namespace erm::detail {

/// To six digits; "—" where it is not known.
inline std::string summary_number(double number) {
  if (std::isnan(number)) return "\xE2\x80\x94";
  std::string exact, text;
  append_floating(exact, number);
  append_six_digits(text, exact, std::abs(number) < 1e-4 && number != 0);
  return text;
}

/// To two digits: "= 0.0079", "< 0.0001"; "≈ 0.03" of a test that is not exact.
inline std::string p_value_text(const GroupTest& test) {
  if (test.p < 1e-4) return "< 0.0001";
  const double scale = std::pow(10, 1 - std::floor(std::log10(test.p)));
  return (test.is_exact ? "= " : "\xE2\x89\x88 ") + summary_number(std::round(test.p * scale) / scale);
}

/// The smallest p that samples of m and n can give: that of one of their arrangements, and of its mirror image.
inline double least_p(std::size_t m, std::size_t n) {
  double arrangements = 1;
  for (std::size_t i = 1; i <= m && arrangements < 1e9; ++i)
    arrangements *= static_cast<double>(n + i) / static_cast<double>(i);
  return std::min(1.0, 2 / arrangements);
}

/// "adam and sgd differ: p = 0.0079, by Mann-Whitney; adam is mostly lower, which is better". Of two groups.
inline std::string test_in_words(const Comparison::GroupedMetric& metric,
                                 const std::vector<Comparison::Group>& groups) {
  const GroupTest& test = *metric.test;
  const std::string_view a = first_bytes(groups[0].name, 60), b = first_bytes(groups[1].name, 60);
  const std::size_t m = metric.groups[0].n, n = metric.groups[1].n;
  const std::string p = joined({"p ", p_value_text(test), ", by Mann-Whitney"});
  const double pairs = static_cast<double>(m) * static_cast<double>(n);
  if (test.p < 0.05) {
    const bool is_higher = test.u > pairs / 2;
    std::string text = joined({a, " and ", b, " differ: ", p, "; ", a, " is mostly ", is_higher ? "higher" : "lower"});
    if (metric.row->goal)
      text += is_higher == (*metric.row->goal == Goal::maximize) ? ", which is better" : ", which is worse";
    if (m < 5 || n < 5) text += joined({"; few runs: ", std::to_string(m), " and ", std::to_string(n)});
    return text;
  }
  const double least = least_p(m, n);
  if (least >= 0.05) {
    return joined({"too few runs to tell ", a, " from ", b, ": with ", std::to_string(m), " and ", std::to_string(n),
                   ", p is ", summary_number(std::round(least * 1000) / 1000), " at the least; ", p});
  }
  return joined({"chance alone may make ", a, " and ", b, " differ so: ", p});
}

/// What the words of all the tests leave open; empty where there is nothing to say.
inline std::string tests_in_words(const Comparison& comparison) {
  if (comparison.groups().size() > 2)
    return "The Mann-Whitney test is of two groups; here are " + std::to_string(comparison.groups().size()) + ".";
  std::size_t tests = 0;
  for (const Comparison::GroupedMetric& metric : comparison.grouped_metrics()) tests += metric.test ? 1 : 0;
  if (tests < 2) return {};
  return "Each p is of one metric by itself: where no metric differs, about one in twenty still has p below 0.05.";
}

/// "params.optimizer and variant"
inline std::string fields_in_words(const std::vector<std::string>& fields) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i)
    (text += i == 0 ? "" : i + 1 == fields.size() ? " and " : ", ") += fields[i];
  return text.empty() ? "group" : text;
}

}  // namespace erm::detail
