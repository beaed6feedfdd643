// Values as CSV and as JSON, exactly and with their types.
//
// CSV: text is always in quotes and nothing else is, a missing value is nothing at all; NaN, Inf, -Inf,
// TRUE and FALSE are spelled as R and pandas read them. JSON has no such numbers: they are null, and "not_finite" of the line says what they are.
#pragma once

#include <string>
#include <string_view>

#include "erm/detail/base/csv.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/metric_history.hpp"
#include "erm/value.hpp"

namespace erm::detail {

inline std::string_view name_of_not_finite(double number) {
  return is_nan(number) ? "NaN" : is_negative(number) ? "-Inf" : "Inf";
}

/// "2026-11-23T07:30:21.128931Z"
inline std::string exported_time(TimePoint time) { return time_text(time) + "Z"; }

inline void append_csv_text(std::string& out, std::string_view text, bool for_spreadsheet) {
  const std::size_t begin = out.size();
  append_quoted_csv(out, text);
  if (for_spreadsheet && !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    out.insert(begin + 1, "'");
}

/// A floating-point number is never written like a whole one: 1.0, not 1.
inline void append_csv_value(std::string& out, const Value& value, bool for_spreadsheet) {
  switch (value.kind()) {
    case Value::Kind::text:
      return append_csv_text(out, value.get<std::string>(), for_spreadsheet);
    case Value::Kind::floating: {
      const double number = value.get<double>();
      if (is_finite(number))
        append_json_floating(out, number);
      else
        out += name_of_not_finite(number);
      return;
    }
    case Value::Kind::boolean:
      out += value.get<bool>() ? "TRUE" : "FALSE";
      return;
    default:
      out += value.str();
  }
}

/// One line of JSON Lines.
class JsonLine {
 public:
  explicit JsonLine(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view key, std::string_view text) {
    begin(key);
    append_json_string_for_terminals(out_, text);
  }
  void value(std::string_view key, const Value& value) {
    if (value.is_text()) return text(key, value.get<std::string>());
    if (value.kind() == Value::Kind::floating) return number(key, value.get<double>());
    begin(key);
    out_ += value.str();
  }
  void number(std::string_view key, double number) {
    begin(key);
    if (is_finite(number)) return append_json_floating(out_, number);
    out_ += "null";
    append_json_string_for_terminals(not_finite_ += not_finite_.empty() ? "" : ",", key);
    append_json_string_for_terminals(not_finite_ += ':', name_of_not_finite(number));
  }
  template <class Texts>
  void texts(std::string_view key, const Texts& texts) {
    begin(key);
    out_ += '[';
    const char* separator = "";
    for (const std::string& one : texts) {
      append_json_string_for_terminals(out_ += separator, one);
      separator = ",";
    }
    out_ += ']';
  }
  void end() {
    if (!not_finite_.empty()) {
      begin("not_finite");
      (out_ += '{').append(not_finite_) += '}';
    }
    out_ += "}\n";
  }

 private:
  void begin(std::string_view key) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    append_json_string_for_terminals(out_, key);
    out_ += ':';
  }

  std::string& out_;
  std::string not_finite_;
  bool is_first_ = true;
};

}  // namespace erm::detail
