// What lies in a folder, to be compared before and after: each path with its content.
//
//   const FileTree before = file_tree(dir.path());
//   ...
//   CHECK(file_tree(dir.path()) == before);
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace erm_test {

using FileTree = std::map<std::string, std::string>;

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Makes the file and its folders.
inline void write_file(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline FileTree file_tree(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  FileTree tree;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).generic_string();
    if (entry.is_symlink())
      tree[name] = "link to " + fs::read_symlink(entry.path()).string();
    else if (entry.is_regular_file())
      tree[name] = "file: " + file_text(entry.path());
    else
      tree[name] = entry.is_directory() ? "folder" : "other";
  }
  return tree;
}

}  // namespace erm_test
