// Fields of RFC 4180 text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace erm::detail {

struct CsvField {
  std::string text;
  bool is_quoted = false;
};

inline void append_quoted_csv(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

/// Reads the record at the front of `rest`, with its line end, and removes it. Returns false if it is no record: then a
/// quote stands where none belongs, or is not closed.
inline bool read_csv_record(std::string_view& rest, std::vector<CsvField>& fields, char separator = ',') {
  const char ends[] = {separator, '"', '\r', '\n'};
  fields.clear();
  for (;;) {
    CsvField& field = fields.emplace_back();
    if (!rest.empty() && rest.front() == '"') {
      field.is_quoted = true;
      rest.remove_prefix(1);
      for (;;) {
        const std::size_t quote = rest.find('"');
        if (quote == std::string_view::npos) return false;
        field.text += rest.substr(0, quote);
        rest.remove_prefix(quote + 1);
        if (rest.empty() || rest.front() != '"') break;
        field.text += '"';
        rest.remove_prefix(1);
      }
    } else {
      const std::size_t end = rest.find_first_of(ends, 0, sizeof ends);
      field.text = rest.substr(0, end);
      rest.remove_prefix(field.text.size());
    }
    if (rest.empty()) return true;
    if (rest.substr(0, 2) == "\r\n") {
      rest.remove_prefix(2);
      return true;
    }
    const char next = rest.front();
    if (next != separator && next != '\n') return false;
    rest.remove_prefix(1);
    if (next == '\n') return true;
  }
}

}  // namespace erm::detail
