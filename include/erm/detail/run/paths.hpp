// Paths in a store: UTF-8 with '/' between their parts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/id_rules.hpp"

namespace erm::detail {

inline constexpr const char* claims_folder = ".erm_tmp";

/// "a/b" and "c" become "a/b/c". An empty folder or name adds nothing.
inline std::string joined(const std::string& folder, const std::string& name) {
  if (folder.empty() || name.empty()) return folder + name;
  return folder.back() == '/' ? folder + name : folder + "/" + name;
}

/// The folder of a path: "a/b" for "a/b/c", "." for "c", "/" for "/c".
inline std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

inline std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// "/a//b/" becomes "a/b".
inline std::string normal_path(std::string_view path) {
  std::string out;
  for (const char c : path)
    if (c != '/' || (!out.empty() && out.back() != '/')) out += c;
  if (!out.empty() && out.back() == '/') out.pop_back();
  return out;
}

/// Moves ERM's own files (".erm_...") behind the others. Returns the first of them.
inline std::vector<std::string>::iterator own_files_last(std::vector<std::string>& files) {
  std::vector<std::string> own;
  auto end = files.begin();  // of the others
  for (std::string& file : files) {
    if (last_part(file).rfind(reserved_prefix, 0) == 0)
      own.push_back(std::move(file));
    else if (std::string& place = *end++; &place != &file)
      place = std::move(file);
  }
  auto place = end;
  for (std::string& file : own) *place++ = std::move(file);
  return end;
}

inline std::string_view view(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline Bytes whole_content(const Content& content) {
  Bytes all(memory_size(content.size()));
  all.resize(content.read_at(0, all.data(), all.size()));
  return all;
}

}  // namespace erm::detail
