// A new, empty directory that is the current one until the end of the scope.
//
//   const erm_test::WorkingDirectory directory;
//   erm::save_run_to_registry(run, "erm-registry");       // as a user names it
#pragma once

#include <filesystem>

#include "temporary_directory.hpp"

namespace erm_test {

class WorkingDirectory {
 public:
  WorkingDirectory() : before_(std::filesystem::current_path()) { std::filesystem::current_path(directory_.path()); }
  ~WorkingDirectory() { std::filesystem::current_path(before_); }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;

 private:
  TemporaryDirectory directory_;
  std::filesystem::path before_;
};

}  // namespace erm_test
