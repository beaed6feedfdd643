// Reads what PyYAML writes for a map of texts, numbers, booleans and nulls, and of such maps: a subset of YAML in which
// each value is on its own line or goes on in indented ones. Refuses everything else.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"

namespace erm::detail {

class PlainYaml {
 public:
  /// `what` begins the message of a FormatError: "the run's data 'mlruns/0/1/meta.yaml'".
  PlainYaml(std::string_view text, std::string what) : rest_(text), what_(std::move(what)) {
    if (!is_utf8(text)) throw FormatError(what_ + " is not UTF-8");
    if (rest_.substr(0, 3) == "\xEF\xBB\xBF") rest_.remove_prefix(3);
    read();
  }

  /// The values by their keys; those of a map inside have both keys with a '/' between them. A null is absent.
  [[nodiscard]] const std::map<std::string, std::string>& values() const noexcept { return values_; }
  [[nodiscard]] std::string text(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::string() : found->second;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw FormatError(what_ + ", line " + std::to_string(line_) + ": " + why);
  }

  /// The next line, without its end.
  [[nodiscard]] std::string_view peek() const {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }
  void pass() {
    const std::size_t end = rest_.find('\n');
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_;
  }
  static std::size_t indent_of(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(' ');
    return begin == std::string_view::npos ? line.size() : begin;
  }

  void read() {
    std::string map;  // the key of the map that is being read
    while (!rest_.empty()) {
      const std::string_view line = peek();
      const std::size_t indent = indent_of(line);
      if (indent == line.size() || line[indent] == '#' || (indent == 0 && (line == "---" || line == "{}"))) {
        pass();
        continue;
      }
      if (indent != 0 && (indent != 2 || map.empty())) fail("it is indented, and belongs to nothing above it");
      if (line[indent] == '-' && line.substr(indent, 2) == "- ") fail("it is a list, which is not read");
      if (indent == 0) map.clear();
      at_ = line.substr(indent);
      std::string key = read_key();
      if (at_.empty()) {  // a map, or nothing
        pass();
        if (indent != 0) fail("a map inside of two others is not read");
        if (indent_of(peek()) == 2 && peek().size() > 2) map = std::move(key);
        continue;
      }
      read_value(indent == 0 ? key : map + "/" + key, indent);
    }
  }

  /// Reads the key and its colon. at_ is then at the value.
  std::string read_key() {
    std::string key;
    if (at_.front() == '"' || at_.front() == '\'') {
      key = read_quoted();
      if (at_.empty() || at_.front() != ':') fail("no ':' follows the key");
      at_.remove_prefix(1);
    } else {
      std::size_t colon = at_.find(": ");
      if (colon == std::string_view::npos && at_.back() == ':') colon = at_.size() - 1;
      if (colon == std::string_view::npos) fail("it has no 'key: value'");
      if (std::string_view("[]{}&*!|>%@`,?").find(at_.front()) != std::string_view::npos)
        fail("it has more than a plain key");
      key = std::string(at_.substr(0, colon));
      at_.remove_prefix(colon + 1);
    }
    if (!at_.empty() && at_.front() != ' ') fail("no blank follows the key");
    const std::size_t begin = at_.find_first_not_of(' ');
    at_.remove_prefix(begin == std::string_view::npos ? at_.size() : begin);
    return key;
  }

  void read_value(const std::string& key, std::size_t indent) {
    if (at_ == "[]" || at_ == "{}") return pass();
    std::string value;
    bool is_null = false;
    if (at_.front() == '"' || at_.front() == '\'') {
      value = read_quoted();
      if (at_.find_first_not_of(' ') != std::string_view::npos) fail("something follows the closing quote");
      pass();
    } else {
      if (std::string_view("[]{}&*!|>%@`,#").find(at_.front()) != std::string_view::npos ||
          at_.find(": ") != std::string_view::npos || at_.find(" #") != std::string_view::npos)
        fail("its value is not a plain text");
      value = std::string(at_);
      pass();
      while (indent_of(peek()) > indent || (peek().empty() && goes_on(indent))) value += folded_line();
      is_null = value == "null" || value == "~";
    }
    if (!is_null) values_[key] = std::move(value);
  }

  /// Whether a line of text of this value follows the empty ones.
  [[nodiscard]] bool goes_on(std::size_t indent) const {
    const std::size_t begin = rest_.find_first_not_of("\r\n");
    return begin != std::string_view::npos && begin > 0 && indent_of(rest_.substr(begin)) > indent;
  }

  /// A line end inside a value is a blank, and n + 1 of them are n line ends.
  std::string folded_line() {
    std::string out;
    while (peek().empty() && !rest_.empty()) {
      out += '\n';
      pass();
    }
    if (out.empty()) out += ' ';
    const std::string_view line = peek();
    out += line.substr(indent_of(line));
    pass();
    return out;
  }

  std::string read_quoted() {
    const char quote = at_.front();
    at_.remove_prefix(1);
    std::string out;
    for (;;) {
      std::size_t end = at_.find_first_of(quote == '"' ? "\"\\" : "'");
      if (end == std::string_view::npos) end = at_.size();
      add_quoted(out, at_.substr(0, end));
      at_.remove_prefix(end);
      if (at_.empty()) {
        next_quoted_line(out);
      } else if (at_.front() == '\\') {
        at_.remove_prefix(1);
        read_escape(out);
      } else {
        at_.remove_prefix(1);
        if (quote == '"' || at_.empty() || at_.front() != '\'') return out;
        out += '\'';
        at_.remove_prefix(1);
      }
    }
  }

  /// Unicode's own line ends (U+0085, U+2028, U+2029) end a line, too, and the next one is indented.
  static void add_quoted(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::string_view end = text.substr(0, i + 1);
      out += text[i];
      if (!ends_with(end, "\xC2\x85") && !ends_with(end, "\xE2\x80\xA8") && !ends_with(end, "\xE2\x80\xA9")) continue;
      while (i + 1 < text.size() && text[i + 1] == ' ') ++i;
    }
  }

  void next_quoted_line(std::string& out) {
    while (!out.empty() && out.back() == ' ' && out.size() > kept_) out.pop_back();
    pass();
    std::string lines;
    while (!rest_.empty() && indent_of(peek()) == peek().size()) {
      lines += '\n';
      pass();
    }
    if (rest_.empty()) fail("a quote is not closed; the file was cut off");
    out += lines.empty() ? " " : lines;
    kept_ = out.size();
    at_ = peek();
    at_.remove_prefix(indent_of(at_));
  }

  void read_escape(std::string& out) {
    if (at_.empty()) {  // the line goes on in the next, with nothing between
      pass();
      if (rest_.empty()) fail("a quote is not closed; the file was cut off");
      at_ = peek();
      at_.remove_prefix(indent_of(at_));
      kept_ = out.size();
      return;
    }
    const char c = at_.front();
    at_.remove_prefix(1);
    static constexpr std::pair<char, std::string_view> known[] = {
        {'0', std::string_view("\0", 1)}, {'a', "\a"}, {'b', "\b"}, {'t', "\t"}, {'n', "\n"}, {'v', "\v"},
        {'f', "\f"}, {'r', "\r"}, {'e', "\x1B"}, {' ', " "}, {'"', "\""}, {'/', "/"}, {'\\', "\\"}, {'N', "\xC2\x85"},
        {'_', "\xC2\xA0"}, {'L', "\xE2\x80\xA8"}, {'P', "\xE2\x80\xA9"}};
    for (const auto& [letter, character] : known) {
      if (letter != c) continue;
      out += character;
      kept_ = out.size();
      return;
    }
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    std::uint32_t code = 0;
    const auto read = std::from_chars(at_.data(), at_.data() + (digits < at_.size() ? digits : at_.size()), code, 16);
    if (digits == 0 || read.ptr != at_.data() + digits || code > 0x10FFFF) fail("it has an unknown escape");
    append_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
    kept_ = out.size();
    at_.remove_prefix(digits);
  }

  std::string_view rest_;
  std::string_view at_;  // what is left of the present line
  std::string what_;
  std::size_t line_ = 1;
  std::size_t kept_ = 0;  // so much of a quoted text stays when a line is folded
  std::map<std::string, std::string> values_;
};

}  // namespace erm::detail
