// Groups of runs summarized: is B better than A, or is it the seed?
//
//   const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry");
//   const erm::RunSummary summary = erm::summarize(runs, "params.optimizer");
//   const erm::MetricSummary& accuracy = summary.groups[0].metrics.at("val/acc");
//   std::printf("%.3f, between %.3f and %.3f\n", accuracy.mean, accuracy.low, accuracy.high);
//   std::printf("p = %.3f\n", summary.tests.at("val/acc").p);                // of two groups
//   std::fputs(erm::to_text(summary).c_str(), stdout);
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "erm/detail/filter_lexer.hpp"
#include "erm/detail/run_field.hpp"
#include "erm/detail/run_record.hpp"
#include "erm/detail/statistics.hpp"
#include "erm/detail/text_table.hpp"
#include "erm/detail/time_text.hpp"
#include "erm/detail/value_order.hpp"
#include "erm/experiment_run.hpp"

namespace erm {

/// One metric of the runs of a group, those left out that have no number there, or NaN.
struct MetricSummary {
  std::size_t n = 0;         // runs that count
  std::size_t left_out = 0;  // runs of the group that do not
  double mean = 0;
  double deviation = std::numeric_limits<double>::quiet_NaN();  // standard, of a sample (n - 1); NaN for one run
  double min = 0;
  double max = 0;
  // The 95% interval of the mean by Student's distribution; NaN for one run.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

struct RunGroup {
  /// What its runs have in common, as a person reads it: "adam", or "adam, 0.01" of two fields; "(none)" for a field
  /// that they lack.
  std::string name;
  /// The same by field; without those that the runs lack.
  std::map<std::string, std::string> values;
  /// Indexes of its runs, in their order.
  std::vector<std::size_t> runs;
  /// Metrics that a run of the group has as a number.
  std::map<std::string, MetricSummary> metrics;
};

/// The Mann-Whitney U test of one metric in two groups, two-sided: how likely chance alone makes them differ so.
struct GroupTest {
  double u = 0;           // of the first group
  double p = 1;           // small: the groups differ
  bool is_exact = false;  // else by the normal distribution: for ties, and from 50 runs on
};

struct RunSummary {
  std::vector<std::string> by;
  std::vector<RunGroup> groups;            // by their values, numbers as numbers; "(none)" last
  std::map<std::string, GroupTest> tests;  // for two groups: of each metric that both have
};

/// What runs are grouped by: fields as a filter has them, "group", "variant", "params.optimizer", {"params.lr",
/// "variant"}.
class GroupBy {
 public:
  GroupBy(std::vector<std::string> fields) : fields_(std::move(fields)) {}  // NOLINT(google-explicit-constructor)
  GroupBy(std::initializer_list<std::string> fields) : fields_(fields) {}   // NOLINT(google-explicit-constructor)
  GroupBy(std::string field) : fields_({std::move(field)}) {}               // NOLINT(google-explicit-constructor)
  GroupBy(const char* field) : fields_({std::string(field)}) {}             // NOLINT(google-explicit-constructor)
  [[nodiscard]] const std::vector<std::string>& fields() const noexcept { return fields_; }

 private:
  std::vector<std::string> fields_;
};

/// Throws Error for a field that is none.
[[nodiscard]] RunSummary summarize(const std::vector<ExperimentRun>& runs, const GroupBy& by = "group");

/// A table for the terminal: a row a metric and group, and the p value where there are two groups.
[[nodiscard]] std::string to_text(const RunSummary& summary);

// ---- bodies ----

namespace detail {

inline RunField field_to_group_by(const std::string& text) {
  FilterLexer lexer(text, "the field to group by");
  const FilterToken token = lexer.next();
  std::optional<RunField> field = token.kind == FilterToken::Kind::word ? run_field(token.parts) : std::nullopt;
  if (!field) lexer.expected("a field (" + std::string(run_field_names) + ")", token);
  if (field->is_list()) lexer.fail("'" + text + "' is a list, by which runs are not grouped", token.at);
  const FilterToken rest = lexer.next();
  if (rest.kind != FilterToken::Kind::end) lexer.expected("the end", rest);
  return std::move(*field);
}

/// `values` is not empty.
inline MetricSummary summary_of(const std::vector<double>& values, std::size_t runs) {
  MetricSummary out;
  out.n = values.size();
  out.left_out = runs - values.size();
  const auto n = static_cast<double>(values.size());
  out.min = *std::min_element(values.begin(), values.end());
  out.max = *std::max_element(values.begin(), values.end());
  // Scaled, so that the squares of large values do not overflow.
  double sum = 0;
  for (const double value : values) sum += value / n;
  out.mean = sum;
  if (values.size() < 2) return out;
  double squares = 0;
  for (const double value : values) squares += (value - out.mean) * ((value - out.mean) / (n - 1));
  out.deviation = std::sqrt(squares);
  const double reach = student_t_quantile(0.975, values.size() - 1) * out.deviation / std::sqrt(n);
  out.low = out.mean - reach;
  out.high = out.mean + reach;
  return out;
}

/// The numbers that the runs of a group have, by metric.
inline std::map<std::string, std::vector<double>> numbers_of(const std::vector<ExperimentRun>& runs,
                                                             const std::vector<std::size_t>& indexes) {
  std::map<std::string, std::vector<double>> numbers;
  for (const std::size_t i : indexes) {
    for (const auto& [metric, value] : runs[i].metrics()) {
      const std::optional<double> number = value.number();
      if (number && !std::isnan(*number)) numbers[metric].push_back(*number);
    }
  }
  return numbers;
}

using GroupKey = std::vector<std::optional<Value>>;

/// What is missing comes last, and of other values numbers first.
inline bool comes_before(const GroupKey& a, const GroupKey& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!a[i] || !b[i]) {
      if (a[i].has_value() != b[i].has_value()) return a[i].has_value();
      continue;
    }
    if (const int order = place_of(*a[i], *b[i]); order != 0) return order < 0;
  }
  return false;
}

}  // namespace detail

inline RunSummary summarize(const std::vector<ExperimentRun>& runs, const GroupBy& by) {
  RunSummary summary;
  summary.by = by.fields();
  std::vector<detail::RunField> fields;
  for (const std::string& field : summary.by) fields.push_back(detail::field_to_group_by(field));

  std::map<detail::GroupKey, std::vector<std::size_t>, decltype(&detail::comes_before)> groups(&detail::comes_before);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    detail::GroupKey key;
    Value scratch;
    for (const detail::RunField& field : fields) {
      const Value* const value = field.value_of(detail::RunAccess::record(runs[i]), scratch);
      key.push_back(value ? std::optional(*value) : std::nullopt);
    }
    groups[std::move(key)].push_back(i);
  }

  std::vector<std::map<std::string, std::vector<double>>> numbers;
  for (auto& [key, indexes] : groups) {
    RunGroup group;
    for (std::size_t i = 0; i < key.size(); ++i) {
      const std::string text =
          !key[i] ? "(none)"
          : fields[i].kind == detail::RunField::Kind::time
              ? detail::time_text(TimePoint(std::chrono::microseconds(key[i]->get<std::int64_t>())))
              : key[i]->str();
      group.name += (i == 0 ? "" : ", ") + text;
      if (key[i]) group.values[summary.by[i]] = text;
    }
    numbers.push_back(detail::numbers_of(runs, indexes));
    for (const auto& [metric, values] : numbers.back())
      group.metrics[metric] = detail::summary_of(values, indexes.size());
    group.runs = std::move(indexes);
    summary.groups.push_back(std::move(group));
  }
  if (numbers.size() != 2) return summary;
  for (const auto& [metric, values] : numbers[0]) {
    const auto others = numbers[1].find(metric);
    if (others == numbers[1].end()) continue;
    const detail::MannWhitney test = detail::mann_whitney(values, others->second);
    summary.tests[metric] = {test.u, test.p, test.is_exact};
  }
  return summary;
}

inline std::string to_text(const RunSummary& summary) {
  std::map<std::string, std::vector<const RunGroup*>> metrics;
  for (const RunGroup& group : summary.groups)
    for (const auto& [metric, unused] : group.metrics) metrics[metric].push_back(&group);
  std::string by;
  for (const std::string& field : summary.by) by += (by.empty() ? "" : ", ") + field;

  std::string out;
  detail::TextTable table(out, 40, false);
  table.begin_row();
  for (const char* const title : {"metric", by.c_str()}) table.add(title);
  for (const char* const title : {"n", "mean", "deviation", "min", "max", "95% low", "95% high"})
    table.add(title, true);
  if (!summary.tests.empty()) table.add("p", true);
  for (const auto& [metric, groups] : metrics) {
    for (const RunGroup* const group : groups) {
      const MetricSummary& one = group->metrics.at(metric);
      table.begin_row();
      table.add(group == groups.front() ? metric : "");
      table.add(group->name);
      table.add(std::to_string(one.n), true);
      for (const double number : {one.mean, one.deviation, one.min, one.max, one.low, one.high})
        table.add(fmt::format("{:.6g}", number), true);
      if (const auto test = summary.tests.find(metric); test != summary.tests.end() && group == groups.front())
        table.add(fmt::format("{:.3g}", test->second.p), true);
    }
  }
  table.write();
  return out;
}

}  // namespace erm
