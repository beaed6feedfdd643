// Reads the values of a plotly figure's JSON, whatever they are: texts, numbers, JSON arrays, and the typed arrays of
// plotly 6 ({"dtype": "f8", "bdata": "<base64>"}).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// The reason why a figure cannot be drawn, as the end of a sentence. plotly_svg() catches it.
class UndrawableFigure : public Error {
 public:
  using Error::Error;
};

inline double no_number() noexcept { return not_a_number(); }

/// The values of one list. `numbers` has NaN for a value that is not a number; `texts` is empty where no value is text.
struct PlotlyColumn {
  std::vector<double> numbers;
  std::vector<std::string> texts;
  std::vector<bool> was_text;       // for each of `texts` whether the figure has it as text
  std::vector<std::string> groups;  // of a list of two lists: the groups of the categories in `texts`

  [[nodiscard]] std::size_t size() const { return numbers.size(); }
  [[nodiscard]] std::string text(std::size_t i) const {
    if (!texts.empty()) return texts[i];
    std::string out;
    if (is_finite(numbers[i])) append_floating(out, numbers[i]);
    return out;
  }
  [[nodiscard]] std::string group(std::size_t i) const { return i < groups.size() ? groups[i] : std::string(); }
  /// Whether plotly takes the values for numbers: at most two different words for each different number. Missing values
  /// do not count; with others, words have no place ("NaN", "n/a").
  [[nodiscard]] bool is_numeric() const {
    if (texts.empty()) return true;
    std::set<std::string_view> seen;
    std::size_t words = 0, count = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (texts[i].empty() || !seen.insert(texts[i]).second) continue;
      ++(is_finite(numbers[i]) ? count : words);
    }
    return words <= 2 * count;
  }
};

inline std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  for (const char c : text) {
    const int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : c >= '0' && c <= '9' ? c - '0' + 52
                      : c == '+' || c == '-' ? 62  // the second is of the alphabet for addresses
                      : c == '/' || c == '_' ? 63
                                             : -1;
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> count & 0xFF));
  }
  return bytes;
}

template <class T>
void append_typed(std::vector<double>& numbers, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    std::uint64_t bits = 0;  // the bytes are little-endian on every machine
    for (std::size_t k = sizeof(T); k-- > 0;) bits = bits << 8 | bytes[i + k];
    if constexpr (std::is_floating_point_v<T>) {
      std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> same_size =
          static_cast<decltype(same_size)>(bits);
      T value;
      std::memcpy(&value, &same_size, sizeof value);
      numbers.push_back(static_cast<double>(value));
    } else {
      numbers.push_back(static_cast<double>(static_cast<T>(bits)));
    }
  }
}

/// The values of a typed array. Throws UndrawableFigure where it cannot be decoded.
inline std::vector<double> decode_typed_array(std::string_view dtype, std::string_view base64) {
  const auto bytes = decode_base64(base64);
  if (!bytes) throw UndrawableFigure("a typed array is not base64");
  std::vector<double> numbers;
  if (dtype == "f8" || dtype == "float64")
    append_typed<double>(numbers, *bytes);
  else if (dtype == "f4" || dtype == "float32")
    append_typed<float>(numbers, *bytes);
  else if (dtype == "i1" || dtype == "int8")
    append_typed<std::int8_t>(numbers, *bytes);
  else if (dtype == "u1" || dtype == "uint8" || dtype == "u1c" || dtype == "uint8c")
    append_typed<std::uint8_t>(numbers, *bytes);
  else if (dtype == "i2" || dtype == "int16")
    append_typed<std::int16_t>(numbers, *bytes);
  else if (dtype == "u2" || dtype == "uint16")
    append_typed<std::uint16_t>(numbers, *bytes);
  else if (dtype == "i4" || dtype == "int32")
    append_typed<std::int32_t>(numbers, *bytes);
  else if (dtype == "u4" || dtype == "uint32")
    append_typed<std::uint32_t>(numbers, *bytes);
  else
    throw UndrawableFigure("a typed array has the unknown dtype '" + std::string(dtype.substr(0, 20)) + "'");
  return numbers;
}

/// The value at the path of keys; null where there is none, and where it is a JSON null.
inline const Json* member(const Json* json, const char* key) {
  if (json == nullptr || !json->is_object()) return nullptr;
  const auto found = json->find(key);
  return found == json->end() || found->is_null() ? nullptr : &*found;
}

template <class... Keys>
const Json* member(const Json* json, const char* key, const char* next, const Keys*... more) {
  return member(member(json, key), next, more...);
}

inline std::string_view text_of(const Json* json) {
  return json != nullptr && json->is_string() ? std::string_view(json->get_ref<const std::string&>())
                                              : std::string_view();
}

/// `text` without what plotly skips in a number: quotes, spaces, "%", "$" and "#" around it, commas in it.
inline std::string cleaned_number(std::string_view text) {
  const std::string_view around = "'\"%,$# \t\r\n";
  const std::size_t begin = text.find_first_not_of(around);
  if (begin == std::string_view::npos) return {};
  std::string out;
  for (const char c : text.substr(begin, text.find_last_not_of(around) - begin + 1))
    if (c != ',' && c != ' ') out += c;
  return out;
}

/// The finite number that `json` is or that its text is; otherwise nothing.
inline std::optional<double> number_of(const Json* json) {
  if (json == nullptr) return std::nullopt;
  std::optional<double> number;
  if (json->is_number()) number = json->get<double>();
  if (json->is_string()) {
    const std::string& text = json->get_ref<const std::string&>();
    number = parse_number(text);
    if (!number && text.size() < 60) number = parse_number(cleaned_number(text));
  }
  return number && is_finite(*number) ? number : std::nullopt;
}

inline bool is_true(const Json* json) { return json != nullptr && json->is_boolean() && json->get<bool>(); }
inline bool is_false(const Json* json) { return json != nullptr && json->is_boolean() && !json->get<bool>(); }

/// A scalar as the text of a label or a category; empty for lists, objects, NaN and the infinities.
inline std::string label_of(const Json& json) {
  if (json.is_string()) return repaired_utf8(json.get_ref<const std::string&>());
  std::string out;
  if (json.is_boolean())
    out = json.get<bool>() ? "true" : "false";
  else if (json.is_number_unsigned())
    append_integer(out, json.get<std::uint64_t>());
  else if (json.is_number_integer())
    append_integer(out, json.get<std::int64_t>());
  else if (number_of(&json))
    append_floating(out, *number_of(&json));
  return out;
}

inline bool is_typed_array(const Json* json) {
  return !text_of(member(json, "bdata")).empty() && !text_of(member(json, "dtype")).empty();
}

/// The values of `list`, which is named `name`; none where it is null. Throws UndrawableFigure for any other value.
inline PlotlyColumn column_of(const Json* list, std::string_view name) {
  PlotlyColumn column;
  if (list == nullptr) return column;
  if (is_typed_array(list)) {
    column.numbers = decode_typed_array(text_of(member(list, "dtype")), text_of(member(list, "bdata")));
    return column;
  }
  if (!list->is_array()) throw UndrawableFigure("'" + std::string(name) + "' of a trace is not a list");
  if (list->size() >= 2 && (*list)[0].is_array() && (*list)[1].is_array()) {
    if (list->size() > 2) throw UndrawableFigure("its categories have more than two levels");
    for (std::size_t i = 0; i < (std::min)((*list)[0].size(), (*list)[1].size()); ++i) {
      column.numbers.push_back(no_number());
      column.groups.push_back(label_of((*list)[0][i]));
      column.texts.push_back(column.groups.back().empty() ? std::string() : label_of((*list)[1][i]));
    }
    return column;
  }
  bool any_text = false;
  for (const Json& value : *list) {
    column.numbers.push_back(number_of(&value).value_or(no_number()));
    any_text = any_text || value.is_string() || value.is_boolean();
  }
  if (any_text)
    for (const Json& value : *list) {
      column.texts.push_back(label_of(value));
      column.was_text.push_back(value.is_string());
    }
  return column;
}

/// The list `key` of a trace; empty where there is none.
inline PlotlyColumn read_column(const Json* trace, const char* key) { return column_of(member(trace, key), key); }

/// The matrix `list`, named `key`: a list of lists, or a typed array with "shape": "rows, columns". Rows may differ in size.
inline std::vector<std::vector<double>> matrix_of(const Json* list, std::string_view key) {
  std::vector<std::vector<double>> rows;
  if (list == nullptr) return rows;
  if (is_typed_array(list)) {
    const std::vector<double> all = decode_typed_array(text_of(member(list, "dtype")), text_of(member(list, "bdata")));
    const std::string_view shape = text_of(member(list, "shape"));
    const std::size_t comma = shape.find(',');
    const auto count = parse_number(shape.substr(0, comma)).value_or(0);
    if (comma == std::string_view::npos || !(count >= 1) || count > static_cast<double>(all.size()) ||
        all.size() % static_cast<std::size_t>(count) != 0)
      throw UndrawableFigure("the shape of '" + std::string(key) + "' does not fit its values");
    const std::size_t columns = all.size() / static_cast<std::size_t>(count);
    for (auto at = all.begin(); at != all.end(); at += static_cast<std::ptrdiff_t>(columns))
      rows.emplace_back(at, at + static_cast<std::ptrdiff_t>(columns));
    return rows;
  }
  if (!list->is_array()) throw UndrawableFigure("'" + std::string(key) + "' of a trace is not a list of rows");
  for (const Json& row : *list) {
    if (is_typed_array(&row)) {
      rows.push_back(decode_typed_array(text_of(member(&row, "dtype")), text_of(member(&row, "bdata"))));
      continue;
    }
    if (!row.is_array()) throw UndrawableFigure("a row of '" + std::string(key) + "' is not a list");
    rows.emplace_back();
    for (const Json& value : row) rows.back().push_back(number_of(&value).value_or(no_number()));
  }
  return rows;
}

/// `text` without plotly's text markup (<br>, <b>, ...).
inline std::string title_of_text(const std::string& text) {
  std::string out;
  std::size_t end = 0;  // the next '>', which is searched for once
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' && end <= i) end = text.find('>', i);
    if (text[i] != '<' || end == std::string::npos) {
      out += text[i];
      continue;
    }
    std::string_view tag = std::string_view(text).substr(i + 1, end - i - 1);
    if (!tag.empty() && tag[0] == '/') tag.remove_prefix(1);
    tag = tag.substr(0, 8);  // longer than each that is known
    tag = tag.substr(0, tag.find_first_of(" /"));
    static constexpr std::string_view known[] = {"b", "i", "em", "strong", "sub", "sup", "span", "a", "u", "s"};
    bool is_known = tag == "br";
    for (const std::string_view name : known) is_known = is_known || tag == name;
    if (!is_known) {
      out += text[i];
      continue;
    }
    if (tag == "br") out += ' ';
    i = end;
  }
  return out;
}

/// A title or label without plotly's text markup. `json` is {"text": ...}, or the text itself.
inline std::string title_of(const Json* json) {
  if (json != nullptr && json->is_object()) json = member(json, "text");
  return json == nullptr ? std::string() : title_of_text(label_of(*json));
}

}  // namespace erm::detail
