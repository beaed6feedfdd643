// Reads the small files in which a system describes itself (/proc, /sys, /etc). Does not throw: what cannot be read is
// unknown. Tests replace the root "/".
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/os/file.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/error.hpp"

namespace erm::detail {

inline std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The number at the start of `text`.
inline std::optional<std::uint64_t> leading_number(std::string_view text) {
  std::uint64_t number = 0;
  text = without_blanks(text);
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
  return number;
}

/// The text after `key` and `sign` on a line of its own, without surrounding blanks: "model name : EPYC".
inline std::string_view value_of_line(std::string_view text, std::string_view key, char sign) {
  while (!text.empty()) {
    const std::size_t end = (std::min)(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix((std::min)(end + 1, text.size()));
    if (line.substr(0, key.size()) != key) continue;
    const std::string_view rest = without_blanks(line.substr(key.size()));
    if (!rest.empty() && rest.front() == sign) return without_blanks(rest.substr(1));
  }
  return {};
}

/// The number of elements in a list such as "0-7,9".
inline std::uint64_t count_of_list(std::string_view list) {
  std::uint64_t count = 0;
  for (list = without_blanks(list); !list.empty();) {
    const std::size_t end = (std::min)(list.find(','), list.size());
    const std::string_view part = list.substr(0, end);
    const std::size_t dash = part.find('-');
    const std::optional<std::uint64_t> first = leading_number(part);
    const std::optional<std::uint64_t> last =
        dash == std::string_view::npos ? first : leading_number(part.substr(dash + 1));
    if (!first || !last || *last < *first) return 0;
    count += *last - *first + 1;
    list.remove_prefix((std::min)(end + 1, list.size()));
  }
  return count;
}

class SystemFiles {
 public:
  explicit SystemFiles(std::string root = {}) : root_(std::move(root)) {}

  /// The first `most` bytes of a file.
  [[nodiscard]] std::optional<std::string> text(const std::string& path,
                                                std::size_t most = std::size_t{1} << 16) const {
    try {
      const os::File file = os::open_to_read(root_ + path);
      std::string content(most, '\0');
      content.resize(file.read_at(0, content.data(), content.size()));
      return content;
    } catch (const Error&) {
      return std::nullopt;
    }
  }
  /// A file's first line without surrounding blanks, or nothing.
  [[nodiscard]] std::string line(const std::string& path) const {
    const std::string content = text(path, 4096).value_or("");
    return std::string(without_blanks(std::string_view(content).substr(0, content.find('\n'))));
  }
  [[nodiscard]] std::optional<std::uint64_t> number(const std::string& path) const {
    return leading_number(line(path));
  }
  /// The names in a folder, sorted.
  [[nodiscard]] std::vector<std::string> names(const std::string& path) const {
    std::vector<std::string> all;
    try {
      os::Folder folder(root_ + path);
      if (!folder) return all;
      for (FolderEntry entry; folder.next(entry);) all.push_back(entry.name);
    } catch (const Error&) {
      // Return the names read so far.
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  [[nodiscard]] bool has(const std::string& path) const {
    std::error_code error;
    return std::filesystem::exists(root_ + path, error);
  }
  /// The target of a symbolic link, or nothing.
  [[nodiscard]] std::string link(const std::string& path) const {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(root_ + path, error);
    return error ? std::string() : os::utf8_path(target);
  }

 private:
  std::string root_;
};

}  // namespace erm::detail
