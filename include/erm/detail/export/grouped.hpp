// Groups of runs as rows: the mean and the deviation of each column.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/metric_statistics.hpp"
#include "erm/detail/export/shown_table.hpp"
#include "erm/detail/find/run_groups.hpp"
#include "erm/error.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

class GroupedRuns {
 public:
  /// Leaves out columns without a number in any run, unless `are_chosen`: then throws Error.
  GroupedRuns(const std::vector<const RunRecord*>& runs, const std::vector<std::string>& by,
              const std::vector<ExportedColumn>& columns, bool are_chosen)
      : groups_(keyed_groups(runs, by)) {
    for (const std::string& field : by) by_.push_back({field_to_group_by(field), field});
    for (const KeyedGroup& group : groups_) firsts_.push_back(runs[group.runs.front()]);
    for (const ExportedColumn& column : columns) {
      std::vector<MetricSummary> summaries;
      bool has_number = false;
      for (const KeyedGroup& group : groups_) {
        std::vector<double> numbers;
        for (const std::size_t run : group.runs) {
          Value scratch;
          const Value* const value =
              column.field.is_list() ? nullptr : exported_value(column, *runs[run], scratch);
          if (value == nullptr || !value->is_number()) continue;
          const double number = value->get<double>();
          if (!is_nan(number)) numbers.push_back(number);
        }
        has_number = has_number || !numbers.empty();
        summaries.push_back(summary_of(numbers, group.runs.size()));
      }
      if (!has_number && are_chosen && !runs.empty())
        throw Error("cannot export groups: the column '" + column.title +
                    "' is a number in no run; group by it, or leave it out");
      if (!has_number) continue;
      columns_.push_back(column);
      summaries_.push_back(std::move(summaries));
    }
  }

  [[nodiscard]] std::string rows(bool is_csv, bool for_spreadsheet) const {
    std::vector<ExportedColumn> titles = by_;
    titles.push_back({{}, "runs"});
    for (const ExportedColumn& column : columns_)
      for (const char* const part : {".mean", ".sd", ".n"}) titles.push_back({{}, column.title + part});
    refuse_same_titles(titles);
    std::string out;
    if (is_csv) RunRows(titles, true, for_spreadsheet).append_header(out);
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      if (is_csv)
        append_csv(out, group, for_spreadsheet);
      else
        append_json(out, group);
    }
    return out;
  }

  [[nodiscard]] std::vector<ShownColumn> table(const std::map<std::string, Goal>& goals, bool marks_best,
                                               std::size_t digits) const {
    std::vector<ExportedColumn> named = by_;
    named.push_back({{}, "runs"});
    named.insert(named.end(), columns_.begin(), columns_.end());
    shorten_titles(named);
    std::vector<ShownColumn> table = shown_runs(firsts_, {named.begin(), named.begin() + static_cast<std::ptrdiff_t>(by_.size())}, {}, false, 0);
    ShownColumn& counts = table.emplace_back(ShownColumn{"runs", true});
    for (const KeyedGroup& group : groups_)
      counts.cells.push_back({ShownCell::Kind::number, std::to_string(group.runs.size())});
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      ShownColumn shown{named[by_.size() + 1 + i].title, true};
      std::vector<double> means;
      bool differ = false;
      for (const MetricSummary& one : summaries_[i]) {
        means.push_back(one.n == 0 ? not_a_number() : one.mean);
        differ = differ || one.left_out > 0;
        shown.cells.push_back(mean_cell(one, digits));
        shown.has_deviations = shown.has_deviations || !shown.cells.back().deviation.empty();
      }
      if (const std::optional<Goal> goal = goal_of(columns_[i], goals); marks_best && goal)
        mark_best(shown.cells, means, *goal);
      ShownColumn of{"n of " + shown.title, true};
      for (const MetricSummary& one : summaries_[i]) of.cells.push_back({ShownCell::Kind::number, std::to_string(one.n)});
      table.push_back(std::move(shown));
      if (differ) table.push_back(std::move(of));
    }
    return table;
  }

 private:
  void append_csv(std::string& out, std::size_t group, bool for_spreadsheet) const {
    for (const ExportedColumn& column : by_) {
      Value scratch;
      if (const Value* const value = exported_value(column, *firsts_[group], scratch))
        append_csv_value(out, *value, for_spreadsheet);
      out += ',';
    }
    out += std::to_string(groups_[group].runs.size());
    for (const std::vector<MetricSummary>& summaries : summaries_) {
      const MetricSummary& one = summaries[group];
      out += ',';
      if (one.n > 0) append_csv_value(out, one.mean, false);
      out += ',';
      if (one.n > 1) append_csv_value(out, one.deviation, false);
      out += ',' + std::to_string(one.n);
    }
    out += '\n';
  }

  void append_json(std::string& out, std::size_t group) const {
    JsonLine line(out);
    for (const ExportedColumn& column : by_) {
      Value scratch;
      if (const Value* const value = exported_value(column, *firsts_[group], scratch)) line.value(column.title, *value);
    }
    line.value("runs", groups_[group].runs.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const MetricSummary& one = summaries_[i][group];
      if (one.n > 0) line.number(columns_[i].title + ".mean", one.mean);
      if (one.n > 1) line.number(columns_[i].title + ".sd", one.deviation);
      line.value(columns_[i].title + ".n", one.n);
    }
    line.end();
  }

  /// The deviation with two digits and the mean with as many decimals, unless `digits` says how many both have.
  static ShownCell mean_cell(const MetricSummary& one, std::size_t digits) {
    ShownCell cell;
    if (one.n == 0) return cell;
    cell.kind = ShownCell::Kind::number;
    const auto rounded = [&](double number) {
      std::string exact, text;
      append_floating(exact, number);
      append_number(text, exact, false, digits == 0 ? few_digits : digits);
      return text;
    };
    const bool has_deviation = one.n > 1 && is_finite(one.deviation);
    if (digits == 0 && has_deviation && one.deviation > 0) {
      const std::string two = fmt::format("{:.1e}", one.deviation);
      const int decimals = (std::max)(0, 1 - std::atoi(two.c_str() + two.find('e') + 1));
      if (decimals <= 9) {
        cell.text = fmt::format("{:.{}f}", one.mean, decimals);
        cell.deviation = fmt::format("{:.{}f}", one.deviation, decimals);
        return cell;
      }
    }
    cell.text = rounded(one.mean);
    if (has_deviation) cell.deviation = rounded(one.deviation);
    return cell;
  }

  std::vector<KeyedGroup> groups_;
  std::vector<const RunRecord*> firsts_;  // a run of each group
  std::vector<ExportedColumn> by_, columns_;
  std::vector<std::vector<MetricSummary>> summaries_;  // of each column, for each group
};

}  // namespace erm::detail
