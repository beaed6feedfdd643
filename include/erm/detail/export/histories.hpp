// Histories as rows of CSV and JSON Lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/near_names.hpp"
#include "erm/detail/export/values.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

/// The metrics to export. Throws NotFoundError for one without points.
inline std::vector<std::string> metrics_to_export(const std::vector<ExperimentRun>& runs,
                                                  const std::vector<std::string>& asked) {
  std::set<std::string> names;
  for (const ExperimentRun& run : runs)
    for (const auto& [name, history] : run.history())
      if (!history.empty()) names.insert(name);
  const std::vector<std::string> all(names.begin(), names.end());
  if (asked.empty()) return all;
  for (const std::string& name : asked) {
    if (names.count(name) != 0 || runs.empty()) continue;
    throw NotFoundError("cannot export the history of '" + name + "': it has points in no run" +
                        near_names_text(name, all));
  }
  return asked;
}

/// Appends what the rows of a run begin with.
class RowStart {
 public:
  explicit RowStart(const ExperimentRun& run) {
    for (const std::string* const id : {&run.experiment_id(), &run.variant_id(), &run.run_id()}) {
      append_quoted_csv(csv_, *id);
      csv_ += ',';
    }
    append_json_string_for_terminals(json_ += "{\"experiment\":", run.experiment_id());
    append_json_string_for_terminals(json_ += ",\"variant\":", run.variant_id());
    append_json_string_for_terminals(json_ += ",\"run\":", run.run_id());
  }
  [[nodiscard]] const std::string& text(bool is_csv) const { return is_csv ? csv_ : json_; }

 private:
  std::string csv_, json_;
};

inline void append_history_value(std::string& out, double value) {
  if (!is_finite(value)) {
    out += name_of_not_finite(value);
    return;
  }
  char text[32];
  out.append(text, put_floating(text, value));
}

/// Calls `pass_on()` after each few rows.
template <class PassOn>
void append_tall(std::string& out, const ExperimentRun& run, const std::vector<std::string>& metrics, bool is_csv,
                 PassOn&& pass_on) {
  const RowStart start(run);
  for (const std::string& metric : metrics) {
    const auto found = run.history().find(metric);
    if (found == run.history().end()) continue;
    const MetricHistory counted = found->second.repeats_steps() ? found->second.counted() : MetricHistory();
    const MetricHistory& history = found->second.repeats_steps() ? counted : found->second;
    std::string begin = start.text(is_csv);
    if (is_csv) {
      append_quoted_csv(begin, metric);
      begin += ',';
    } else {
      append_json_string_for_terminals(begin += ",\"metric\":", metric);
      begin += ",\"step\":";
    }
    std::size_t rows = 0;
    for (const MetricPoint& point : history.points()) {
      out += begin;
      append_integer(out, point.step);
      out += is_csv ? ",\"" : ",\"time\":\"";
      out += time_text(point.time);
      if (is_csv) {
        append_history_value(out += "Z\",", point.value);
        out += '\n';
      } else if (is_finite(point.value)) {
        append_history_value(out += "Z\",\"value\":", point.value);
        out += "}\n";
      } else {
        out += "Z\",\"value\":null,\"not_finite\":{\"value\":\"";
        (out += name_of_not_finite(point.value)) += "\"}}\n";
      }
      if (++rows % 1024 == 0) pass_on();
    }
    pass_on();
  }
}

/// A row for each step. Of several points at a step, the last counts.
template <class PassOn>
void append_wide(std::string& out, const ExperimentRun& run, const std::vector<std::string>& metrics, bool is_csv,
                 PassOn&& pass_on) {
  struct Column {
    std::vector<MetricPoint> points;
    std::size_t at = 0;
  };
  const RowStart start(run);
  std::vector<Column> columns;
  for (const std::string& metric : metrics) {
    Column& column = columns.emplace_back();
    if (const auto found = run.history().find(metric); found != run.history().end()) column.points = found->second.points();
    std::stable_sort(column.points.begin(), column.points.end(),
                     [](const MetricPoint& a, const MetricPoint& b) { return a.step < b.step; });
  }
  for (std::size_t rows = 1;; ++rows) {
    const Column* first = nullptr;
    for (const Column& column : columns)
      if (column.at < column.points.size() &&
          (first == nullptr || column.points[column.at].step < first->points[first->at].step))
        first = &column;
    if (first == nullptr) break;
    const std::int64_t step = first->points[first->at].step;
    out += start.text(is_csv);
    if (!is_csv) out += ",\"step\":";
    append_integer(out, step);
    std::string not_finite;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      Column& column = columns[i];
      const MetricPoint* last = nullptr;
      for (; column.at < column.points.size() && column.points[column.at].step == step; ++column.at)
        last = &column.points[column.at];
      if (is_csv) out += ',';
      if (last == nullptr) continue;
      if (is_csv) {
        append_history_value(out, last->value);
        continue;
      }
      const std::string key = "metrics." + metrics[i];
      append_json_string_for_terminals(out += ',', key);
      out += ':';
      if (is_finite(last->value)) {
        append_history_value(out, last->value);
        continue;
      }
      out += "null";
      append_json_string_for_terminals(not_finite += not_finite.empty() ? "" : ",", key);
      append_json_string_for_terminals(not_finite += ':', name_of_not_finite(last->value));
    }
    if (!not_finite.empty()) out += ",\"not_finite\":{" + not_finite + '}';
    out += is_csv ? "\n" : "}\n";
    if (rows % 1024 == 0) pass_on();
  }
  pass_on();
}

inline std::string exported_history_header(bool is_wide, const std::vector<std::string>& metrics) {
  std::string out = "\"experiment\",\"variant\",\"run\",";
  if (!is_wide) return out + "\"metric\",\"step\",\"time\",\"value\"\n";
  out += "\"step\"";
  for (const std::string& metric : metrics) append_quoted_csv(out += ',', "metrics." + metric);
  return out + '\n';
}

}  // namespace erm::detail
