// What other programs wrote, as ERM can hold it: names that a registry cannot store, and numbers that are text.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// The name itself if it is an id that a registry can store, or else the nearest one. `instead` is for a name of which
/// nothing is left.
inline std::string mended_id(std::string_view name, std::string_view instead) {
  if (fault_of_name(name).empty()) return std::string(name);
  const std::string text = repaired_utf8(name);
  std::string out;
  std::string part;
  const auto add_part = [&] {
    if (part.empty()) return;
    if (part == "." || part == "..") part.insert(0, 1, '_');
    if (is_reserved_name(part)) part.insert(0, 1, '_');
    if (part.size() > 200) part = std::string(first_bytes(part, 200));
    out += (out.empty() ? "" : "/") + part;
    part.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '/') {
      add_part();
    } else if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      part += '_';
      ++i;
    } else {
      part += c < 0x20 || c == 0x7F || c == '\\' || (c == ':' && out.empty() && part.size() == 1) ? '_' : text[i];
    }
  }
  add_part();
  return out.empty() ? std::string(instead) : out;
}

/// As one folder, which cannot lie inside another.
inline std::string without_slashes(std::string id) {
  for (char& c : id)
    if (c == '/') c = '_';
  return id;
}

inline std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return number;
}

/// A number or a boolean if the text is how Python or ERM would write one, so that nothing is lost: "0.1", "42", "1.0",
/// "1e-05", "True". Text otherwise, as "007", "1.10" and "+1".
inline Value typed_value(std::string_view text) {
  if (text == "True" || text == "true") return true;
  if (text == "False" || text == "false") return false;
  if (text.empty() || text.size() > 32) return Value(text);
  if (const std::optional<std::int64_t> whole = whole_number(text)) {
    const Value value(*whole);
    return value.str() == text ? value : Value(text);
  }
  std::uint64_t natural = 0;
  const char* const end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, natural); at == end && error == std::errc())
    return Value(natural).str() == text ? Value(natural) : Value(text);
  const std::optional<double> number = parse_number(text);
  if (!number) return Value(text);
  const Value value(*number);
  const std::string written = value.str();
  return written == text || written + ".0" == text ? value : Value(text);
}

}  // namespace erm::detail
