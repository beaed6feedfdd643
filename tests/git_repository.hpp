// A git repository to be looked at, made by git itself; of no user's configuration.
//
//   const GitRepository repository(dir / "work");
//   write_file(dir.path() / "work/a.txt", "one\n");
//   repository.commit_all("first");
//   repository.git("rev-parse HEAD");   // its output, without the line end
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "environment_variable.hpp"
#include "file_tree.hpp"

namespace erm_test {

/// `text` as one word of a shell's command.
inline std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// What a shell's command prints; throws where it fails.
inline std::string output_of(const std::string& command) {
  std::string out;
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run: " + command);
  std::array<char, 4096> piece;
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), got);
  const int status = ::pclose(pipe);
  if (status != 0) throw std::runtime_error("status " + std::to_string(status) + ": " + command + "\n" + out);
  return out;
}

/// No user's settings, for what begins git by itself.
struct WithoutGitSettings {
  EnvironmentVariable global{"GIT_CONFIG_GLOBAL", "/dev/null"}, system{"GIT_CONFIG_NOSYSTEM", "1"};
};

/// What a user may have set, and git would tell the same things differently for.
inline const std::vector<std::string> git_settings = {
    "diff.noprefix true", "diff.mnemonicPrefix true", "diff.relative true", "diff.external false",
    "diff.statGraphWidth 3", "color.ui always", "color.diff always", "color.status always",
    "status.relativePaths true", "status.branch true", "status.short true", "status.showUntrackedFiles no",
    "core.quotePath true", "core.abbrev 4", "core.fsmonitor false", "core.pager 'echo paged'", "pager.diff true"};

class GitRepository {
 public:
  explicit GitRepository(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    git("init -q -b main .");
  }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Without the line end.
  std::string git(const std::string& arguments) const { return git_in(folder_, arguments); }
  void commit_all(const std::string& message) const {
    git("add -A");
    git("commit -q --allow-empty -m " + quoted(message));
  }
  /// Edits a file that was committed so that size and time are those that the index has, and the index is no younger:
  /// git has to read the file to see the edit. Two edits within one tick of the file system's clock do the same.
  void edit_unseen(const std::string& file, const std::string& text) const {
    namespace fs = std::filesystem;
    const fs::path path = fs::path(folder_) / file;
    const fs::file_time_type then = fs::file_time_type::clock::now() - std::chrono::hours(1);
    git("config core.trustctime false");
    fs::last_write_time(path, then);
    git("update-index --refresh");
    write_file(path, text);
    fs::last_write_time(path, then);
    fs::last_write_time(fs::path(folder_) / ".git/index", then);
  }
  [[nodiscard]] std::string diff() const {
    const std::string text = git("diff HEAD --full-index --no-color --no-ext-diff --no-textconv");
    return text.empty() ? text : text + "\n";
  }

  /// To be read by nobody: git does not trust what is another user's, and root may read all else.
  void refuse_readers() const {
    if (::geteuid() == 0 ? ::chown(folder_.c_str(), 65534, 65534) != 0 : ::chmod((folder_ + "/.git").c_str(), 0) != 0)
      throw std::runtime_error("cannot change who may read " + folder_);
  }

  static std::string git_in(const std::string& folder, const std::string& arguments) {
    std::string out = output_of("GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -C " + quoted(folder) +
                                " -c user.name=Ann -c user.email=ann@example.org -c protocol.file.allow=always " +
                                arguments + " 2>&1");
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }

 private:
  std::string folder_;
};

}  // namespace erm_test
