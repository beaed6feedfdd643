// Reads JSON text (RFC 8259) as a stream, without building a tree: this takes a third of the time that a general parser
// takes for a run's metadata, and limits the depth. A lone surrogate, which Python can write, becomes U+FFFD.
//
//   JsonReader reader(text, "the run metadata 'run/erm_metadata.json'");
//   reader.object([&](const std::string& key) {
//     if (key == "run_id") run_id = reader.text();
//     else later[key] = reader.any();
//   });
//   reader.end();
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// Deeper JSON is neither logged nor read: the Python package could not read it.
inline constexpr int max_json_depth = 100;

/// Each function reads the next value. If that has another type, throws FormatError with a message that begins with
/// `what` and contains line and column.
class JsonReader {
 public:
  enum class Kind { object, array, text, number, boolean, null };

  JsonReader(std::string_view text, std::string what)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()), what_(std::move(what)) {
    static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.substr(0, 3) == byte_order_mark) at_ += 3;
    if (const std::size_t valid = utf8_valid_prefix(text); valid < text.size()) {
      at_ = begin_ + valid;
      fail();
    }
    skip_blanks();
    if (at_ == end_) throw FormatError(what_ + " is empty; its writer was cut off, or the disk was full");
  }

  /// The kind of the next value. Throws if there is none.
  [[nodiscard]] Kind kind() const {
    switch (at_ == end_ ? '\0' : *at_) {
      case '{':
        return Kind::object;
      case '[':
        return Kind::array;
      case '"':
        return Kind::text;
      case 't':
      case 'f':
        return Kind::boolean;
      case 'n':
        return Kind::null;
      case '-':
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        return Kind::number;
      default:
        fail();
    }
  }

  /// The name of a kind in messages: "an object", "a number".
  [[nodiscard]] static const char* name_of(Kind kind) {
    static constexpr const char* names[] = {"an object", "an array", "a string", "a number", "a boolean", "null"};
    return names[static_cast<int>(kind)];
  }

  /// Calls `take_value(key)` for each entry. It must read the value.
  template <class TakeValue>
  void object(TakeValue&& take_value) {
    enter('{');
    if (!skip('}')) {
      do {
        skip_blanks();
        const std::string key = text();
        expect(':');
        skip_blanks();
        take_value(key);
        skip_blanks();
      } while (skip(','));
      expect('}');
    }
    --depth_;
  }

  /// Calls `take_value()` for each element. It must read the value.
  template <class TakeValue>
  void array(TakeValue&& take_value) {
    enter('[');
    if (!skip(']')) {
      do {
        skip_blanks();
        take_value();
        skip_blanks();
      } while (skip(','));
      expect(']');
    }
    --depth_;
  }

  std::string text();
  /// A text, number or boolean.
  Value value();
  /// A value of any kind.
  Json any();
  /// The text of a value of any kind, to parse later with parse_json. Checks it like any(), without building a value.
  std::string_view passed_over();
  /// Throws unless the text ends here.
  void end() {
    skip_blanks();
    if (at_ != end_) fail();
  }

 private:
  [[noreturn]] void fail() const;
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool skip(char c) {
    skip_blanks();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!skip(c)) fail();
  }
  void enter(char c) {
    expect(c);
    // The metadata themselves add one level to what is logged.
    if (++depth_ <= max_json_depth + 1) return;
    throw FormatError(what_ + " nests deeper than " + std::to_string(max_json_depth) +
                      " levels, which ERM never writes; it was damaged, or written by something else");
  }
  void word(std::string_view letters) {
    for (const char c : letters) {
      if (at_ == end_ || *at_ != c) fail();
      ++at_;
    }
  }
  bool boolean() {
    const bool yes = *at_ == 't';
    word(yes ? "true" : "false");
    return yes;
  }
  void digits() {
    const char* const first = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    if (at_ == first) fail();
  }
  Value number();
  /// The end of what needs no look in a text: a quote, a backslash, a control character.
  static const char* end_of_plain(const char* at, const char* end) noexcept;
  void pass_text();
  unsigned hex4();
  void escape(std::string& out);

  const char* begin_;
  const char* at_;
  const char* end_;
  std::string what_;
  int depth_ = 0;
};

/// Reads `text` as one JSON value. Throws like JsonReader.
inline Json parse_json(std::string_view text, std::string what) {
  JsonReader reader(text, std::move(what));
  Json json = reader.any();
  reader.end();
  return json;
}

// ---- bodies ----

inline void JsonReader::fail() const {
  std::size_t line = 1, column = 1;
  for (const char* c = begin_; c != at_; ++c) {
    ++column;
    if (*c == '\n') ++line, column = 1;
  }
  throw FormatError(what_ + " is not JSON at line " + std::to_string(line) + ", column " + std::to_string(column) +
                    (at_ == end_ ? ": it ends too early" : "") + "; it was damaged, or is another file");
}

inline const char* JsonReader::end_of_plain(const char* at, const char* end) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  // Eight bytes at once: in the first byte that is not plain, and perhaps in some behind it, the highest bit stays set.
  constexpr std::uint64_t ones = 0x0101010101010101U;
  for (std::uint64_t bytes = 0; end - at >= 8; at += 8) {
    std::memcpy(&bytes, at, sizeof bytes);
    const std::uint64_t quotes = bytes ^ ones * '"', backslashes = bytes ^ ones * '\\';
    const std::uint64_t found = (((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes) |
                                 ((bytes - ones * 0x20) & ~bytes)) &
                                ones * 0x80;
    if (found != 0) return at + __builtin_ctzll(found) / 8;
  }
#endif
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

inline std::string JsonReader::text() {
  if (at_ == end_ || *at_ != '"') fail();
  ++at_;
  std::string out;
  for (;;) {
    const char* const plain = at_;
    at_ = end_of_plain(at_, end_);
    out.append(plain, at_);
    if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) fail();
    if (*at_++ == '"') return out;
    escape(out);
  }
}

inline unsigned JsonReader::hex4() {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at_ == end_ ? '\0' : *at_;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) fail();
    code = code * 16 + static_cast<unsigned>(digit);
    ++at_;
  }
  return code;
}

/// The character after a backslash.
inline void JsonReader::escape(std::string& out) {
  if (at_ == end_) fail();
  static constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
  if (*at_ != 'u') {
    const std::size_t i = letters.find(*at_);
    if (i == std::string_view::npos) fail();
    out += meant[i];
    ++at_;
    return;
  }
  ++at_;
  unsigned code = hex4();
  if (code >= 0xD800 && code <= 0xDFFF) {
    const bool pair = code < 0xDC00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u' &&
                      (at_[2] == 'd' || at_[2] == 'D') && std::strchr("cdefCDEF", at_[3]) != nullptr && at_[3] != '\0';
    if (pair) {
      at_ += 2;
      code = 0x10000 + ((code - 0xD800) << 10) + (hex4() - 0xDC00);
    } else {
      code = 0xFFFD;
    }
  }
  append_utf8(out, code);
}

/// An integer if it is one and fits 64 bits, otherwise a double.
inline Value JsonReader::number() {
  const char* const first = at_;
  const bool negative = *at_ == '-';
  if (negative) ++at_;
  if (at_ != end_ && *at_ == '0')
    ++at_;
  else
    digits();
  bool whole = true;
  if (at_ != end_ && *at_ == '.') {
    whole = false;
    ++at_;
    digits();
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    whole = false;
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    digits();
  }
  if (whole && negative) {
    std::int64_t integer = 0;
    if (std::from_chars(first, at_, integer).ec == std::errc()) return integer;
  } else if (whole) {
    std::uint64_t integer = 0;
    if (std::from_chars(first, at_, integer).ec == std::errc()) return integer;
  }
  double floating = 0;
  read_double(first, at_, floating);
  return floating;
}

inline Value JsonReader::value() {
  switch (kind()) {
    case Kind::text:
      return text();
    case Kind::boolean:
      return boolean();
    case Kind::number:
      if (at_ != end_) return number();
      break;
    default:
      break;
  }
  fail();
}

inline Json JsonReader::any() {
  switch (kind()) {
    case Kind::object: {
      Json json = Json::object();
      object([&](const std::string& key) { json[key] = any(); });
      return json;
    }
    case Kind::array: {
      Json json = Json::array();
      array([&] { json.push_back(any()); });
      return json;
    }
    case Kind::null:
      word("null");
      return Json();
    case Kind::text:
      return Json(text());
    default:
      break;
  }
  const Value scalar = value();
  switch (scalar.kind()) {
    case Value::Kind::boolean:
      return Json(scalar.get<bool>());
    case Value::Kind::signed_integer:
      return Json(scalar.get<std::int64_t>());
    case Value::Kind::unsigned_integer:
      return Json(scalar.get<std::uint64_t>());
    default:
      return Json(scalar.get<double>());
  }
}

inline void JsonReader::pass_text() {
  if (at_ == end_ || *at_ != '"') fail();
  for (++at_;; ++at_) {
    at_ = end_of_plain(at_, end_);
    if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) fail();
    if (*at_++ == '"') return;
    if (at_ == end_) fail();
    if (*at_ == 'u') {
      ++at_;
      hex4();
      --at_;
    } else if (std::string_view("\"\\/bfnrt").find(*at_) == std::string_view::npos) {
      fail();
    }
  }
}

inline std::string_view JsonReader::passed_over() {
  const char* const first = at_;
  switch (kind()) {
    case Kind::object:
      enter('{');
      if (!skip('}')) {
        do {
          skip_blanks();
          pass_text();
          expect(':');
          skip_blanks();
          passed_over();
        } while (skip(','));
        expect('}');
      }
      --depth_;
      break;
    case Kind::array:
      array([&] { passed_over(); });
      break;
    case Kind::text:
      pass_text();
      break;
    case Kind::null:
      word("null");
      break;
    default:
      value();
  }
  return {first, static_cast<std::size_t>(at_ - first)};
}

}  // namespace erm::detail
