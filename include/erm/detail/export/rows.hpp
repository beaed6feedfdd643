// Runs as rows of CSV and JSON Lines.
//
//   RunRows rows(columns, true, false);
//   rows.append_header(out);
//   rows.append(out, record);
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/export/columns.hpp"
#include "erm/detail/export/values.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// The value of a column that is not a list, or null. A metric that a file has as text is a number.
inline const Value* exported_value(const ExportedColumn& column, const RunRecord& run, Value& scratch) {
  const Value* const value = column.field.value_of(run, scratch);
  if (value == nullptr) return nullptr;
  if (column.field.kind == RunField::Kind::time) {
    scratch = exported_time(run.timestamp_utc);
    return &scratch;
  }
  if (!column.is_metric() || !value->is_text()) return value;
  const std::optional<double> number = value->number();
  if (!number) return value;
  scratch = *number;
  return &scratch;
}

/// The elements of a list.
inline std::vector<std::string> exported_list(const ExportedColumn& column, const RunRecord& run) {
  if (column.field.kind == RunField::Kind::features) return run.features;
  std::vector<std::string> ids;
  for (const auto& [id, artifact] : run.artifacts) ids.push_back(id);
  return ids;
}

/// Of a list in a table, which has no lists.
inline std::string joined_list(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) (all += all.empty() ? "" : "; ") += text;
  return all;
}

class RunRows {
 public:
  RunRows(std::vector<ExportedColumn> columns, bool is_csv, bool for_spreadsheet)
      : columns_(std::move(columns)), is_csv_(is_csv), for_spreadsheet_(for_spreadsheet) {
    refuse_same_titles(columns_);
  }

  void append_header(std::string& out) const {
    if (!is_csv_) return;
    if (for_spreadsheet_) out += "\xEF\xBB\xBF";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += ',';
      append_csv_text(out, columns_[i].title, for_spreadsheet_);
    }
    out += '\n';
  }

  void append(std::string& out, const RunRecord& run) const {
    Value scratch;
    if (is_csv_) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) out += ',';
        if (columns_[i].field.is_list()) {
          const std::vector<std::string> list = exported_list(columns_[i], run);
          if (!list.empty()) append_csv_text(out, joined_list(list), for_spreadsheet_);
        } else if (const Value* const value = exported_value(columns_[i], run, scratch)) {
          append_csv_value(out, *value, for_spreadsheet_);
        }
      }
      out += '\n';
      return;
    }
    JsonLine line(out);
    for (const ExportedColumn& column : columns_) {
      if (column.field.is_list())
        line.texts(column.title, exported_list(column, run));
      else if (const Value* const value = exported_value(column, run, scratch))
        line.value(column.title, *value);
    }
    line.end();
  }

 private:
  std::vector<ExportedColumn> columns_;
  bool is_csv_, for_spreadsheet_;
};

}  // namespace erm::detail
