// series/tables/<name>.csv, a table: RFC 4180 text that a spreadsheet opens. Text is always in quotes and nothing else
// is, so each value keeps its type: "42" is text, 42 a whole number, 42.0 a floating one, true a boolean.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/csv.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/error.hpp"
#include "erm/table.hpp"

namespace erm::detail {

inline void append_table_value(std::string& out, const Value& value) {
  if (value.is_text()) return append_quoted_csv(out, value.get<std::string>());
  const std::string text = value.str();
  out += text;
  // "1", "nan" and "1e+300" are told apart by what is not a digit.
  if (value.kind() == Value::Kind::floating && text.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
}

inline std::string table_csv(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    if (i > 0) out += ',';
    append_quoted_csv(out, table.columns()[i]);
  }
  if (!table.columns().empty()) out += '\n';
  for (const std::vector<Value>& row : table.rows()) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ',';
      append_table_value(out, row[i]);
    }
    out += '\n';
  }
  return out;
}

/// A field without quotes is text, too, if it is nothing else: other programs leave quotes out where they can.
inline Value table_value(CsvField&& field) {
  const std::string& text = field.text;
  if (field.is_quoted || text.empty()) return Value(std::move(field.text));
  if (text == "true" || text == "false") return Value(text == "true");
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, whole); error == std::errc() && at == end)
    return Value(whole);
  std::uint64_t large = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, large); error == std::errc() && at == end)
    return Value(large);
  if (const std::optional<double> number = parse_number(text)) return Value(*number);
  return Value(std::move(field.text));
}

/// Throws FormatError, which names `path` and the line, for text that is no table.
inline Table read_table_csv(std::string_view text, const std::string& path) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);  // from a spreadsheet
  std::size_t line = 1;
  std::vector<CsvField> fields;
  const auto fail = [&](const std::string& why) {
    throw FormatError("table '" + path + "', line " + std::to_string(line) + ": " + why + "; mend or remove the line");
  };
  const auto next = [&] {
    const std::string_view before = text;
    if (!read_csv_record(text, fields)) fail("a quote is missing, or stands inside a field without quotes");
    return static_cast<std::size_t>(
        std::count(before.begin(), before.end() - static_cast<std::ptrdiff_t>(text.size()), '\n'));
  };
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
  if (!text.empty()) {
    const std::size_t lines = next();
    for (CsvField& field : fields) columns.push_back(std::move(field.text));
    line += lines;
  }
  while (!text.empty()) {
    const std::size_t lines = next();
    if (fields.size() != columns.size())
      fail("it has " + std::to_string(fields.size()) + " values for " + std::to_string(columns.size()) + " columns");
    std::vector<Value>& row = rows.emplace_back();
    row.reserve(fields.size());
    for (CsvField& field : fields) row.push_back(table_value(std::move(field)));
    line += lines;
  }
  try {
    return Table(std::move(columns), std::move(rows));
  } catch (const FormatError&) {
    throw;
  } catch (const Error& error) {
    throw FormatError("table '" + path + "', line 1: " + error.what());
  }
}

}  // namespace erm::detail
