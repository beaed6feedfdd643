// JSON text, written and read: the writer appends to a string, the reader refuses what nests too deep and
// repairs what Python may write and JSON text may not hold (lone surrogates).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/clean_json.hpp"
#include "erm/detail/number_text.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// Appends `text`, which is UTF-8, as a JSON string.
inline void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += "\\u00";
        out += "0123456789abcdef"[c >> 4];
        out += "0123456789abcdef"[c & 15];
    }
  }
  out += text.substr(plain);
  out += '"';
}

/// Appends a finite `number` so that it reads back as a floating-point number: 1.0, not 1.
inline void append_json_floating(std::string& out, double number) {
  const std::size_t begin = out.size();
  append_floating(out, number);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

/// Builds a Json from the events of nlohmann's parser, which by itself would nest without limit.
class JsonBuilder {
 public:
  using number_integer_t = Json::number_integer_t;
  using number_unsigned_t = Json::number_unsigned_t;
  using number_float_t = Json::number_float_t;
  using string_t = Json::string_t;
  using binary_t = Json::binary_t;

  bool null() { return put(Json()); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(number_integer_t value) { return put(value); }
  bool number_unsigned(number_unsigned_t value) { return put(value); }
  bool number_float(number_float_t value, const string_t&) { return put(value); }
  bool string(string_t& value) { return put(std::move(value)); }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Json::value_t::object); }
  bool start_array(std::size_t) { return open(Json::value_t::array); }
  bool key(string_t& name) {
    key_ = &(*open_.back())[std::move(name)];
    return true;
  }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    position_ = position;
    return false;
  }

  [[nodiscard]] Json& root() { return root_; }
  [[nodiscard]] bool too_deep() const noexcept { return too_deep_; }
  /// How many bytes were read up to the fault.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }

 private:
  template <class T>
  Json* place(T&& value) {
    if (open_.empty()) {
      root_ = std::forward<T>(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::forward<T>(value));
    *key_ = std::forward<T>(value);
    return key_;
  }
  template <class T>
  bool put(T&& value) {
    place(std::forward<T>(value));
    return true;
  }
  bool open(Json::value_t type) {
    // One level more than what is logged may have: the metadata's own.
    too_deep_ = open_.size() > static_cast<std::size_t>(max_json_depth);
    if (too_deep_) return false;
    open_.push_back(place(Json(type)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  Json root_;
  std::vector<Json*> open_;
  Json* key_ = nullptr;
  bool too_deep_ = false;
  std::size_t position_ = 0;
};

/// `text` with "\ufffd" for each escaped surrogate that is not one of a pair; as it is where there is none.
inline std::string with_whole_surrogates(std::string text) {
  const auto escape_at = [&](std::size_t i) -> unsigned {  // the code of "\uXXXX" at i, or 0
    if (i + 6 > text.size() || text[i] != '\\' || text[i + 1] != 'u') return 0;
    unsigned code = 0;
    for (std::size_t k = i + 2; k < i + 6; ++k) {
      const char c = text[k];
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return 0;
      code = code * 16 + static_cast<unsigned>(digit);
    }
    return code;
  };
  for (std::size_t i = text.find('\\'); i != std::string::npos; i = text.find('\\', i)) {
    const unsigned code = escape_at(i);
    if (code < 0xD800 || code > 0xDFFF) {
      i += 2;  // also over the second backslash of "\\"
      continue;
    }
    const unsigned next = escape_at(i + 6);
    if (code < 0xDC00 && next >= 0xDC00 && next <= 0xDFFF) {
      i += 12;
      continue;
    }
    text.replace(i, 6, "\\ufffd");
    i += 6;
  }
  return text;
}

/// Reads JSON text. Throws FormatError, which begins with `what` and names the line and column.
inline Json parse_json(std::string text, const std::string& what) {
  text = with_whole_surrogates(std::move(text));
  JsonBuilder builder;
  if (Json::sax_parse(text.begin(), text.end(), &builder)) return std::move(builder.root());
  if (builder.too_deep()) {
    throw FormatError(what + " nests deeper than " + std::to_string(max_json_depth) +
                      " levels, which ERM never writes; it was damaged, or written by something else");
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw FormatError(what + " is empty; its writer was cut off, or the disk was full");
  const std::size_t at = builder.position() == 0 ? 0 : builder.position() - 1;
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < at && i < text.size(); ++i) {
    ++column;
    if (text[i] == '\n') ++line, column = 1;
  }
  throw FormatError(what + " is not JSON at line " + std::to_string(line) + ", column " + std::to_string(column) +
                    (at >= text.size() ? ": it ends too early" : "") + "; it was damaged, or is another file");
}

}  // namespace erm::detail
