// The filenames of a run's stored artifacts. No two of them are the same file on any system.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

/// `name` in lower case, for file systems that ignore case. Covers the letters whose two cases have the same number of
/// bytes: ASCII, Latin-1, Greek and Cyrillic.
inline std::string case_folded(std::string_view name) {
  std::string out(name);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if (c >= 'A' && c <= 'Z') out[i] = static_cast<char>(c + 32);
    if (c < 0xC3 || i + 1 == out.size()) continue;
    const auto next = static_cast<unsigned char>(out[i + 1]);
    unsigned code = (c & 0x1FU) << 6 | (next & 0x3FU);
    if (c >= 0xE0) continue;
    if ((code >= 0xC0 && code <= 0xDE && code != 0xD7) || (code >= 0x391 && code <= 0x3A9) ||
        (code >= 0x410 && code <= 0x42F))
      code += 32;
    else if (code >= 0x400 && code <= 0x40F)
      code += 80;
    else
      continue;
    out[i] = static_cast<char>(0xC0U | code >> 6);
    out[i + 1] = static_cast<char>(0x80U | (code & 0x3FU));
    ++i;
  }
  return out;
}

/// `filename` without '[', ']', '?', '*' and "::", because the Python package would search for a pattern.
inline std::string without_glob_characters(std::string_view filename) {
  std::string out(filename);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool doubled = out[i] == ':' && i + 1 < out.size() && out[i + 1] == ':';
    if (out[i] == '[' || out[i] == ']' || out[i] == '?' || out[i] == '*') out[i] = '_';
    if (doubled) out[i] = out[i + 1] = '_';
  }
  return out;
}

class StoredNames {
 public:
  StoredNames() = default;

  /// Names that all contain `mark`: "model-<mark>.bin".
  explicit StoredNames(std::string mark) : mark_(std::move(mark)) {}

  /// Reserves a name for a file that was logged as `filename`: the same, or "model-2.bin" if that is taken.
  std::string choose(const std::string& filename) {
    std::string wanted = without_glob_characters(filename);
    if (mark_.empty() && take(wanted)) return wanted;
    make_room_for_folders(wanted);
    if (mark_.empty() && take(wanted)) return wanted;
    const std::size_t name = wanted.rfind('/') + 1;
    const std::size_t dot = begin_of_ending(wanted, name);
    for (std::size_t i = mark_.empty() ? 2 : 1;; ++i) {
      std::string tail;
      if (!mark_.empty()) tail += "-" + mark_;
      if (i > 1) tail += "-" + std::to_string(i);
      tail += wanted.substr(dot);
      std::string stem = wanted.substr(name, dot - name);
      // A part of a path has at most 255 bytes. It is cut between two characters.
      if (stem.size() + tail.size() > 255) stem.resize(255 - tail.size());
      stem.resize(utf8_valid_prefix(stem));
      if (stem.empty()) stem = "file";
      if (std::string candidate = wanted.substr(0, name) + stem + tail; take(candidate)) return candidate;
    }
  }

  /// Reserves the name `stored`. Returns false if another file has it, or has the name of a folder in it.
  bool take(const std::string& stored) {
    const std::string folded = case_folded(stored);
    if (files_.count(folded) != 0 || folders_.count(folded) != 0) return false;
    for (std::size_t slash = folded.find('/'); slash != std::string::npos; slash = folded.find('/', slash + 1))
      if (files_.count(folded.substr(0, slash)) != 0) return false;
    files_.insert(folded);
    for (std::size_t slash = folded.find('/'); slash != std::string::npos; slash = folded.find('/', slash + 1))
      folders_.insert(folded.substr(0, slash));
    return true;
  }

 private:
  /// The position where ".bin", ".tar.gz" or ".plotly.json" begins, or the end of the path. The first part of a double
  /// extension has at most six letters and nothing else: in "layer4.conv2.weight.csv" the extension is ".csv".
  static std::size_t begin_of_ending(const std::string& path, std::size_t name) {
    const std::size_t last = path.rfind('.');
    if (last == std::string::npos || last <= name || path.size() - last > 32) return path.size();
    const std::size_t before = path.rfind('.', last - 1);
    if (before == std::string::npos || before <= name || last - before < 2 || last - before > 7) return last;
    for (std::size_t i = before + 1; i < last; ++i)
      if (!(path[i] >= 'a' && path[i] <= 'z') && !(path[i] >= 'A' && path[i] <= 'Z')) return last;
    return before;
  }

  /// Renames each folder in `path` that has the name of a file: "a-2/b" if there is a file "a".
  void make_room_for_folders(std::string& path) const {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string folder = path.substr(0, slash);
      for (int i = 2; files_.count(case_folded(path.substr(0, slash))) != 0; ++i) {
        const std::string tail = "-" + std::to_string(i);
        std::string other = folder;
        // A part of a path has at most 255 bytes. It is cut between two characters.
        if (other.size() - (other.rfind('/') + 1) + tail.size() > 255) other.resize(other.size() - tail.size());
        other.resize(utf8_valid_prefix(other));
        path = other + tail + path.substr(slash);
        slash = other.size() + tail.size();
      }
    }
  }

  std::string mark_;
  std::set<std::string> files_;
  std::set<std::string> folders_;
};

}  // namespace erm::detail
