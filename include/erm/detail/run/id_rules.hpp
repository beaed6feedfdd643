// Which ids and filenames a registry can store. Each part of one becomes a folder or a file, on any system.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"

namespace erm::detail {

inline constexpr std::string_view metadata_filename = "erm_metadata.json";
inline constexpr std::string_view reserved_prefix = ".erm_";

inline bool same_ignoring_ascii_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// Whether a part is reserved for ERM's own files. Ignores case, as some file systems do.
inline bool is_reserved_name(std::string_view part) noexcept {
  return same_ignoring_ascii_case(part, metadata_filename) ||
         same_ignoring_ascii_case(part.substr(0, reserved_prefix.size()), reserved_prefix);
}

/// `text` for an error message: without control characters and invalid UTF-8, at most 80 bytes.
inline std::string shown(std::string_view text) {
  std::string out = repaired_utf8(text.substr(0, 80));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return "'" + out + (text.size() > 80 ? "...'" : "'");
}

/// The fault of one part of an id, or an empty text.
inline std::string fault_of_part(std::string_view part) {
  if (part.empty()) return "has an empty part; leave out the extra '/'";
  if (part == "." || part == "..") return "has '.' or '..' as a part; give a name that stays where it is";
  if (part.size() > 255) return "has a part of " + std::to_string(part.size()) + " bytes; 255 are allowed";
  if (is_reserved_name(part)) return "uses a name that is kept for ERM's own files; choose another";
  return {};
}

/// The fault of an id or filename ("exp/lr 0.1"), or an empty text.
inline std::string fault_of_name(std::string_view name) {
  if (name.empty()) return "is empty; give it a name";
  if (!is_utf8(name)) return "is not UTF-8; encode it so";
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool c1 = c == 0xC2 && static_cast<unsigned char>(name[i + 1]) < 0xA0;  // U+0080 to U+009F
    if (c < 0x20 || c == 0x7F || c1) return "has a control character; leave it out";
    if (c == '\\') return "has a backslash; separate parts by '/'";
  }
  const bool drive = name.size() >= 2 && name[1] == ':' && (name.size() == 2 || name[2] == '/') &&
                     ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z');
  if (name.front() == '/' || drive) return "is an absolute path; give one that is relative";
  for (;;) {
    const std::size_t slash = name.find('/');
    if (std::string fault = fault_of_part(name.substr(0, slash)); !fault.empty()) return fault;
    if (slash == std::string_view::npos) return {};
    name.remove_prefix(slash + 1);
  }
}

/// Throws InvalidIdError unless `name` can be stored. `what` names it in the message: "run id", "artifact filename".
inline void check_name(const char* what, std::string_view name) {
  const std::string fault = fault_of_name(name);
  if (!fault.empty()) throw InvalidIdError("the " + std::string(what) + " " + shown(name) + " " + fault);
}

/// Throws InvalidIdError unless the artifact's id and filename can be stored.
inline void check_artifact_names(std::string_view artifact_id, std::string_view filename) {
  check_name("artifact id", artifact_id);
  check_name("artifact filename", filename);
}

}  // namespace erm::detail
