// Asks git, at run time, about the work tree of the program or of its working directory. Uses no shell, writes nothing,
// runs no command from the repository's configuration, and limits the time.
//
//   const GitState git = git_state(std::chrono::milliseconds(700));
//   git.commit;          // "5d1c..."; empty if unknown; then git.missing["commit"] has the reason
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/modules.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/detail/os/program.hpp"

namespace erm::detail {

struct GitState {
  std::string work_tree, found_from;  // "the program's folder" or "the working directory"
  std::string commit, branch, tag, remote;
  bool knows_dirty = false, dirty = false;
  std::vector<std::string> untracked;  // the first hundred
  std::string diff, diff_sha256;       // only the hash if the diff is too long
  std::uint64_t diff_bytes = 0;
  std::string note;
  std::map<std::string, std::string> missing;  // "commit" and the like; "" stands for everything
};

inline constexpr std::size_t max_run_time_diff = std::size_t{1} << 18;
inline constexpr std::size_t max_untracked = 100;
inline constexpr std::size_t max_arguments = std::size_t{1} << 17;  // in bytes; POSIX systems accept more in total

/// The address of a repository without user names and passwords: "https://ann:s3cret@host/x.git" becomes
/// "https://host/x.git". For ssh the user name is part of the address and stays, but a password does not.
/// docs/packaging/record-build-step.cmake has the same rules.
inline std::string remote_without_credentials(std::string_view url) {
  const std::size_t mark = url.find("://");
  if (mark == std::string_view::npos) return std::string(url);
  const std::string_view scheme = url.substr(0, mark);
  std::string_view rest = url.substr(mark + 3);
  const auto server_of = [](std::string_view text) { return text.substr(0, text.find_first_of("/?#")); };
  std::string server(server_of(rest));
  const std::size_t colon = server.find(':');
  const bool is_port = colon == std::string::npos || colon + 1 == server.size() ||
                       (server[colon + 1] >= '0' && server[colon + 1] <= '9') || server.find(']') != std::string::npos;
  if (server.find('@') == std::string::npos && !is_port && rest.find('@') != std::string_view::npos) {
    rest.remove_prefix(rest.rfind('@') + 1);  // a password may contain a slash
    server = std::string(server_of(rest));
    rest.remove_prefix(server.size());
  } else {
    rest.remove_prefix(server.size());
    const std::size_t at = server.rfind('@');
    const std::size_t password = server.find(':');
    if (at != std::string::npos && scheme.find("ssh") == std::string_view::npos)
      server.erase(0, at + 1);
    else if (at != std::string::npos && password < at)
      server.erase(password, at - password);
  }
  return std::string(scheme) + "://" + server + std::string(rest.substr(0, rest.find_first_of("?#")));
}

/// The nearest folder at or above `folder` that git would regard as a work tree. Empty if there is none.
inline std::string work_tree_above(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::path at = folder; !at.empty(); at = at.parent_path()) {
    if (std::filesystem::exists(at / ".git", error)) return os::utf8_path(at);
    if (at == at.parent_path()) break;
  }
  return {};
}

/// The state of the process that git needs. The program may change it at any time, so read it in the program's thread.
struct Surroundings {
  std::filesystem::path working_directory;  // empty if unknown
  std::vector<std::string> environment;     // for git

  static Surroundings now() {
    Surroundings found;
    std::error_code error;
    found.working_directory = std::filesystem::current_path(error);
    for (const char* const variable :
         {"GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "LC_ALL=C"})
      found.environment.emplace_back(variable);
#if !defined(_WIN32)
    // Variables that a git hook or the shell set for another repository must not affect this one.
    for (char** variable = os::api::environment(); variable != nullptr && *variable != nullptr; ++variable) {
      const std::string_view text = *variable;
      const auto begins = [&](std::string_view begin) { return text.substr(0, begin.size()) == begin; };
      const bool is_setting = begins("GIT_CONFIG_") || begins("GIT_EXEC_PATH=");
      if (is_setting || !(begins("GIT_") || begins("LC_ALL="))) found.environment.emplace_back(text);
    }
#endif
    return found;
  }
};

/// Runs git in one work tree.
class Git {
 public:
  Git(std::string folder, os::Deadline deadline, const std::vector<std::string>& environment)
      : folder_(std::move(folder)), deadline_(deadline), environment_(environment) {}

  /// A setting for the commands of this object. It overrides the repository's own.
  void set(const std::string& setting) {
    settings_.emplace_back("-c");
    settings_.push_back(setting);
  }
  template <class Take>
  os::Answer ask(const std::vector<std::string>& arguments, const Take& take) const {
    std::vector<std::string> command = {"git",
                                        "-C",
                                        folder_,
                                        "--no-pager",
                                        "--literal-pathspecs",
                                        "-c",
                                        "core.fsmonitor=false",
                                        "-c",
                                        "core.hooksPath=/dev/null",
                                        "-c",
                                        "diff.autoRefreshIndex=false"};
    command.insert(command.end(), settings_.begin(), settings_.end());
    command.insert(command.end(), arguments.begin(), arguments.end());
    return os::ask_program(command, environment_, deadline_, take);
  }
  /// Its output, up to 64 MiB.
  std::string text(const std::vector<std::string>& arguments, os::Answer& answer) const {
    std::string out;
    answer = ask(arguments, [&](std::string_view piece) {
      if (out.size() < std::size_t{1} << 26) out += piece;
    });
    return out;
  }

 private:
  std::string folder_;
  os::Deadline deadline_;
  const std::vector<std::string>& environment_;
  std::vector<std::string> settings_;
};

/// Removes the text up to `end` from the front of `rest`, and returns it.
inline std::string_view take_until(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

inline bool key_ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Reads the remote from the configuration, and switches off the filters that the repository itself defines, because
/// git would run their commands to compare a changed file. False if that is impossible.
inline bool read_git_settings(Git& git, GitState& state) {
  os::Answer answer;
  const std::string all = git.text({"config", "-z", "--show-scope", "--get-regexp", "^(filter|remote)\\."}, answer);
  std::string_view rest = all;
  bool is_origin = false;
  while (!rest.empty()) {
    const std::string_view scope = take_until(rest, '\0');
    std::string_view value = take_until(rest, '\0');
    const std::string key(take_until(value, '\n'));
    if (key.rfind("remote.", 0) == 0 && key_ends_with(key, ".url")) {
      const bool is = key == "remote.origin.url";
      if (state.remote.empty() || (is && !is_origin)) state.remote = remote_without_credentials(value);
      is_origin = is_origin || is;
    }
    if (key.rfind("filter.", 0) != 0 || (scope != "local" && scope != "worktree")) continue;
    if (key.find('=') != std::string::npos) return false;  // a setting on the command line could not name it
    git.set(key + (key_ends_with(key, ".required") ? "=false" : "="));
  }
  if (!answer.ok && answer.exit_code != 1) {  // 1 means that there is no such setting
    state.missing["remote"] = answer.why;
    return false;
  }
  if (state.remote.empty()) state.missing["remote"] = "the repository has no remote";
  return true;
}

/// The path in an entry of 'git status --porcelain=v2', after a fixed number of fields.
inline std::string path_of_entry(std::string_view entry) {
  for (int fields = entry.substr(0, 1) == "u" ? 10 : 8; fields > 0; --fields) take_until(entry, ' ');
  return std::string(entry);
}

/// A diff of the files that are appended, in a format that no configuration changes.
inline std::vector<std::string> diff_command() {
  return {"diff",
          "HEAD",
          "--no-ext-diff",
          "--no-textconv",
          "--no-color",
          "--full-index",
          "--src-prefix=a/",
          "--dst-prefix=b/",
          "--ignore-submodules=dirty",
          "--submodule=short",
          "--"};
}

inline void read_git_changes(const Git& git, GitState& state) {
  os::Answer answer;
  const std::string status = git.text(
      {"status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=dirty"}, answer);
  if (!answer.ok) {
    state.missing["dirty"] = state.missing["diff"] = answer.why;
    return;
  }
  state.knows_dirty = true;
  // Pass only the changed files to git. Otherwise, if it may not update its index, it would report files as changed
  // that were only touched.
  std::vector<std::string> diff = diff_command();
  std::size_t size = 0;
  for (std::string_view rest = status; !rest.empty();) {
    const std::string_view entry = take_until(rest, '\0');
    if (entry.substr(0, 1) == "#") continue;  // a header, such as that of a stash, if the user configured it
    diff.push_back(path_of_entry(entry));
    size += diff.back().size() + 1 + sizeof(char*);
    state.dirty = true;
  }
  if (diff.back() == "--" || state.commit.empty()) return;
  if (size > max_arguments) {
    state.missing["diff"] = "too many files are changed";
    return;
  }

  Sha256 hash;
  answer = git.ask(diff, [&](std::string_view piece) {
    hash.update(piece.data(), piece.size());
    state.diff_bytes += piece.size();
    if (state.diff_bytes <= max_run_time_diff) state.diff += piece;
  });
  if (!answer.ok || state.diff_bytes > max_run_time_diff) {
    state.diff.clear();
    state.missing["diff"] =
        !answer.ok ? answer.why : "it is longer than " + std::to_string(max_run_time_diff) + " bytes";
  }
  if (!answer.ok) state.diff_bytes = 0;
  if (state.diff_bytes > 0) state.diff_sha256 = hash.hex();
}

/// This comes last, because a folder of untracked data takes long to search.
inline void read_untracked(const Git& git, GitState& state) {
  os::Answer answer;
  const std::string paths =
      git.text({"ls-files", "-z", "--others", "--exclude-standard", "--directory", "--no-empty-directory"}, answer);
  if (!answer.ok) {
    state.missing["untracked"] = answer.why;
    if (!state.dirty && state.knows_dirty) {
      state.knows_dirty = false;
      state.missing["dirty"] = answer.why;
    }
    return;
  }
  for (std::string_view rest = paths; !rest.empty();) {
    const std::string path(take_until(rest, '\0'));
    std::error_code error;  // a registry with runs is not part of the code
    if (std::filesystem::exists(state.work_tree + "/" + path + "/.erm_registry.json", error)) continue;
    if (state.untracked.size() < max_untracked) state.untracked.push_back(path);
    state.dirty = true;
  }
}

/// Looks for a tracked file that was written after the program was.
inline void compare_with_program(const Git& git, os::Deadline deadline, GitState& state) {
  const std::string program = os::program_path();
  const long long built = program.empty() ? 0 : os::modified(program);
  if (built == 0) return;
  os::Answer answer;
  const std::string files = git.text({"ls-files", "-z"}, answer);
  if (!answer.ok) return;
  long long newest = built;
  std::string_view name;
  std::size_t count = 0;
  for (std::string_view rest = files; !rest.empty();) {
    const std::string_view file = take_until(rest, '\0');
    const long long at = os::modified(state.work_tree + "/" + std::string(file));
    if (at > newest) newest = at, name = file;
    if (++count % 256 == 0 && std::chrono::steady_clock::now() >= deadline) return;
  }
  if (!name.empty()) state.note = "the binary is older than the work tree's last change, " + std::string(name);
}

inline GitState git_state(const std::filesystem::path& folder, std::chrono::milliseconds limit,
                          const Surroundings& surroundings = Surroundings::now()) {
  const os::Deadline deadline = std::chrono::steady_clock::now() + limit;
  GitState state;
  state.work_tree = work_tree_above(folder);
  if (state.work_tree.empty()) return state;
  Git git(state.work_tree, deadline, surroundings.environment);

  os::Answer answer;
  std::string out = git.text({"rev-parse", "--show-toplevel", "HEAD", "--symbolic-full-name", "HEAD"}, answer);
  std::string_view top = out, name, commit;
  if (answer.ok) {
    // The folder's own name may contain line ends.
    const auto take_last_line = [&] {
      const std::size_t end = top.rfind('\n', top.size() - 1);
      const std::string_view line = top.substr(end + 1);
      top = top.substr(0, end);
      return line;
    };
    top = top.substr(0, top.size() - 1);
    name = take_last_line();
    commit = take_last_line();
  } else {
    const std::string why = answer.why;
    out = git.text({"rev-parse", "--show-toplevel"}, answer);
    if (!answer.ok) {
      state.missing[""] = why;
      return state;
    }
    top = std::string_view(out).substr(0, out.size() - 1);
    state.missing["commit"] = "the repository has no commits";
  }
  // A repository may declare another folder to be its work tree, with files that are not its own.
  std::error_code error;
  if (!std::filesystem::equivalent(std::filesystem::path(std::string(top)), state.work_tree, error)) {
    state.missing[""] = "the repository's work tree is another folder";
    return state;
  }
  state.commit = std::string(commit);
  if (state.commit.empty()) {
    os::Answer branch;
    const std::string head = git.text({"symbolic-ref", "-q", "HEAD"}, branch);
    name = branch.ok ? std::string_view(out = head).substr(0, head.size() - 1) : std::string_view();
  }
  constexpr std::string_view heads = "refs/heads/";
  if (name.substr(0, heads.size()) == heads)
    state.branch = std::string(name.substr(heads.size()));
  else
    state.missing["branch"] = "the head is detached";

  const bool is_safe = read_git_settings(git, state);
  if (!state.commit.empty()) {
    const std::string tags = git.text({"tag", "--points-at", "HEAD"}, answer);
    state.tag = tags.substr(0, tags.find('\n'));
    if (!answer.ok) state.missing["tag"] = answer.why;
  }
  if (is_safe) {
    read_git_changes(git, state);
  } else {
    state.missing["dirty"] = state.missing["diff"] = "the repository's filters could not be switched off";
  }
  compare_with_program(git, deadline, state);
  read_untracked(git, state);
  return state;
}

/// The state for the program's folder, otherwise for the working directory. `limit` covers both.
inline GitState git_state(std::chrono::milliseconds limit, const Surroundings& surroundings = Surroundings::now()) {
  const auto start = std::chrono::steady_clock::now();
  const std::string program = os::program_path();
  GitState state;
  if (!program.empty()) {
    state = git_state(std::filesystem::path(program).parent_path(), limit, surroundings);
    state.found_from = "the program's folder";
  }
  if (state.work_tree.empty()) {
    const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    if (!surroundings.working_directory.empty())
      state = git_state(surroundings.working_directory, limit - used, surroundings);
    state.found_from = "the working directory";
  }
  if (state.work_tree.empty())
    state.missing[""] = "neither the program's folder nor the working directory is in a git work tree";
  return state;
}

}  // namespace erm::detail
