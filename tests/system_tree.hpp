// A folder that looks like the root of some machine, for what reads /proc, /sys and /etc.
//
//   SystemTree machine = {{"/proc/meminfo", "MemTotal: 1024 kB\n"}};
//   machine.files();       // erm::detail::SystemFiles that read it
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

#include "erm/detail/provenance/system_files.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

namespace erm_test {

class SystemTree {
 public:
  struct File {
    std::string path, text;
  };
  SystemTree(std::initializer_list<File> files) {
    for (const File& file : files) write(file.path, file.text);
  }

  void write(const std::string& path, const std::string& text) const {
    write_file(root_.path() / path.substr(1), text);
  }
  void link(const std::string& path, const std::string& target) const {
    std::filesystem::create_directories((root_.path() / path.substr(1)).parent_path());
    std::filesystem::create_symlink(target, root_.path() / path.substr(1));
  }
  [[nodiscard]] erm::detail::SystemFiles files() const { return erm::detail::SystemFiles(root_.path().string()); }

 private:
  TemporaryDirectory root_;
};

}  // namespace erm_test
