#include "erm/detail/provenance/git_state.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "child_process.hpp"
#include "comes_true.hpp"
#include "environment_variable.hpp"
#include "file_tree.hpp"
#include "git_repository.hpp"
#include "remote_urls.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)

#include <signal.h>
#include <unistd.h>

namespace git_state_test {

using erm::detail::git_state;
using erm::detail::GitState;
using erm::detail::sha256_of;
using erm_test::contains;
using erm_test::EnvironmentVariable;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::GitRepository;
using erm_test::quoted;
using erm_test::TemporaryDirectory;
using erm_test::write_file;

namespace {

namespace fs = std::filesystem;

/// No user's settings, and time enough for a machine that is busy.
GitState state_of(const std::string& folder) {
  const erm_test::WithoutGitSettings plain;
  return git_state(fs::path(folder), std::chrono::minutes(10));
}

void write_program(const std::string& path, const std::string& lines) {
  write_file(path, "#!/bin/sh\n" + lines + "\n");
  fs::permissions(path, fs::perms::owner_all);
}

}  // namespace

TEST_CASE("The state matches what git prints") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/src/model.cpp", "int one;\n");
  repository.commit_all("first");
  repository.git("tag v1");
  repository.git("remote add origin https://ann:s3cret@example.org/ann/model.git");

  GitState clean = state_of(dir / "work/src");
  CHECK(fs::equivalent(clean.work_tree, dir / "work"));
  CHECK(clean.commit == repository.git("rev-parse HEAD"));
  CHECK(clean.branch == "main");
  CHECK(clean.tag == "v1");
  CHECK(clean.remote == "https://example.org/ann/model.git");
  CHECK(clean.knows_dirty);
  CHECK_FALSE(clean.dirty);
  CHECK(clean.diff.empty());
  CHECK(clean.missing.empty());

  write_file(dir.path() / "work/src/model.cpp", "int two;\n");
  write_file(dir.path() / "work/new.cpp", "int three;\n");
  const GitState dirty = state_of(dir / "work");
  CHECK(dirty.dirty);
  CHECK(dirty.diff == repository.diff());
  CHECK(contains(dirty.diff, "+int two;"));
  CHECK(dirty.diff_bytes == dirty.diff.size());
  CHECK(dirty.diff_sha256 == sha256_of(dirty.diff));
  CHECK(dirty.untracked == std::vector<std::string>{"new.cpp"});
}

TEST_CASE("An edit that changes neither size nor time of a file is in the diff at run time") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  repository.commit_all("first");
  repository.edit_unseen("a.txt", "two\n");
  const GitState state = state_of(dir / "work");
  CHECK(state.dirty);
  CHECK(contains(state.diff, "-one\n+two\n"));
}

TEST_CASE("A remote is kept without its credentials") {
  for (const auto& [given, kept] : erm_test::remote_urls) {
    CAPTURE(given);
    CHECK(erm::detail::remote_without_credentials(given) == kept);
  }
}

TEST_CASE("An untracked file makes a work tree dirty, a registry of runs does not") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  repository.commit_all("first");
  write_file(dir.path() / "work/erm-registry/.erm_registry.json", "{}");
  CHECK_FALSE(state_of(dir / "work").dirty);
  write_file(dir.path() / "work/b.cpp", "");
  const GitState state = state_of(dir / "work");
  CHECK(state.dirty);
  CHECK(state.untracked == std::vector<std::string>{"b.cpp"});
  CHECK(state.diff.empty());
}

TEST_CASE("The user's git configuration does not change the state") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  write_file(dir.path() / "work/sub/b.txt", "one\n");
  repository.commit_all("first");
  write_file(dir.path() / "work/a.txt", "stashed\n");
  repository.git("stash -q");
  repository.git("config status.showStash true");
  CHECK_FALSE(state_of(dir / "work").dirty);
  write_file(dir.path() / "work/a.txt", "two\n");
  write_file(dir.path() / "work/sub/b.txt", "two\n");
  const GitState before = state_of(dir / "work");
  CHECK(before.diff == repository.diff());
  for (const std::string& setting : erm_test::git_settings) repository.git("config " + setting);
  CHECK(state_of(dir / "work/sub").diff == before.diff);
}

TEST_CASE("For a long diff only its hash is kept") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/data.txt", "");
  repository.commit_all("first");
  std::string lines;
  while (lines.size() < erm::detail::max_run_time_diff) lines += "line " + std::to_string(lines.size()) + "\n";
  write_file(dir.path() / "work/data.txt", lines);
  const GitState state = state_of(dir / "work");
  CHECK(state.diff.empty());
  CHECK(state.diff_bytes == repository.diff().size());
  CHECK(state.diff_sha256 == sha256_of(repository.diff()));
  CHECK(state.missing.at("diff") == "it is longer than 262144 bytes");
}

TEST_CASE("The state is as complete as possible without a repository, without commits and with a detached head") {
  const TemporaryDirectory dir;
  CHECK(state_of(dir.path().string()).work_tree.empty());

  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  GitState state = state_of(dir / "work");
  CHECK(state.commit.empty());
  CHECK(state.missing.at("commit") == "the repository has no commits");
  CHECK(state.missing.at("remote") == "the repository has no remote");
  CHECK(state.branch == "main");
  CHECK(state.dirty);
  CHECK(state.untracked == std::vector<std::string>{"a.txt"});

  repository.commit_all("first");
  repository.git("checkout -q --detach");
  state = state_of(dir / "work");
  CHECK(state.commit == repository.git("rev-parse HEAD"));
  CHECK(state.branch.empty());
  CHECK(state.missing.at("branch") == "the head is detached");
}

TEST_CASE("A submodule has its own state, and so has a linked work tree") {
  const TemporaryDirectory dir;
  const GitRepository library(dir / "library");
  write_file(dir.path() / "library/l.cpp", "int l;\n");
  library.commit_all("library");
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.cpp", "int a;\n");
  repository.commit_all("first");
  repository.git("submodule --quiet add " + quoted(dir / "library") + " lib");
  repository.commit_all("with the library");
  repository.git("worktree add -q -b side " + quoted(dir / "side"));

  CHECK(state_of(dir / "work/lib").commit == library.git("rev-parse HEAD"));
  CHECK(state_of(dir / "work").commit == repository.git("rev-parse HEAD"));
  CHECK_FALSE(state_of(dir / "work").dirty);

  write_file(dir.path() / "side/a.cpp", "int b;\n");
  const GitState side = state_of(dir / "side");
  CHECK(side.branch == "side");
  CHECK(contains(side.diff, "+int b;"));
  CHECK_FALSE(state_of(dir / "work").dirty);

  GitRepository::git_in(dir / "work/lib", "commit -q --allow-empty -m next");
  const GitState moved = state_of(dir / "work");
  CHECK(contains(moved.diff, "+Subproject commit " + GitRepository::git_in(dir / "work/lib", "rev-parse HEAD")));
}

TEST_CASE("Folders and files with any name are examined") {
  for (const std::string name :
       {"with a space", "mit Ümläuten 研究", "it's \"quoted\" $HOME `x` \\", "two\nlines\n", "-C"}) {
    const TemporaryDirectory dir;
    const GitRepository repository(dir / name);
    write_file(dir.path() / name / name / "a.txt", "one\n");
    repository.commit_all("first");
    write_file(dir.path() / name / name / "a.txt", "two\n");
    write_file(dir.path() / name / "new Ä;[\n.txt", "");
    const GitState state = state_of(dir / name);
    CAPTURE(name);
    CHECK(state.commit == repository.git("rev-parse HEAD"));
    CHECK(state.branch == "main");
    CHECK(contains(state.diff, "+two"));
    CHECK(state.untracked == std::vector<std::string>{"new Ä;[\n.txt"});
  }
}

TEST_CASE("A diff may contain any bytes") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/latin1.txt", "gr\xFC\xDF\n");
  write_file(dir.path() / "work/binary", std::string("\0\1\2", 3));
  repository.commit_all("first");
  write_file(dir.path() / "work/latin1.txt",
             "gr\xFC\xDF"
             "e\n");
  write_file(dir.path() / "work/binary", std::string("\0\1\3", 3));
  const GitState state = state_of(dir / "work");
  CHECK(contains(state.diff,
                 "+gr\xFC\xDF"
                 "e\n"));
  CHECK(contains(state.diff, "Binary files a/binary and b/binary differ"));
  CHECK(state.diff == repository.diff());
}

TEST_CASE("A repository that may not be read gives that reason") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  repository.commit_all("first");
  repository.refuse_readers();
  const GitState state = state_of(dir / "work");
  CHECK(state.commit.empty());
  CHECK(contains(state.missing.at(""), "git said: fatal: "));
}

TEST_CASE("Examining a repository runs none of its commands, and writes nothing") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  write_file(dir.path() / "work/b.txt", "one\n");
  write_file(dir.path() / "work/c.txt", "one\n");
  write_file(dir.path() / "work/.gitattributes", "a.txt filter=evil\nc.txt diff=evil\n");
  repository.commit_all("first");
  const auto command = [&](const std::string& name) {
    write_program(dir / name, "touch " + quoted(dir / ("ran-" + name)) + "; cat \"$1\" 2>/dev/null; true");
    return quoted(dir / name);
  };
  repository.git("config core.fsmonitor " + command("fsmonitor"));
  repository.git("config diff.external " + command("external"));
  repository.git("config diff.evil.textconv " + command("textconv"));
  repository.git("config filter.evil.clean " + command("clean"));
  repository.git("config filter.evil.required true");
  write_file(dir.path() / "work/.git/included", "[filter \"hidden\"]\n\tclean = " + command("included") + "\n");
  write_file(dir.path() / "work/.git/info/attributes", "b.txt filter=hidden\n");
  repository.git("config include.path included");
  write_program(dir / "work/.git/hooks/post-index-change", "touch " + quoted(dir / "ran-hook"));
  write_file(dir.path() / "work/a.txt", "two\n");
  write_file(dir.path() / "work/c.txt", "three\n");
  write_file(dir.path() / "work/b.txt", "one\n");  // the same, at another time

  const auto before = file_tree(dir.path());
  GitState state;
  for (int i = 0; i < 3; ++i) state = state_of(dir / "work");
  CHECK(contains(state.diff, "+two"));
  CHECK(contains(state.diff, "+three"));
  CHECK_FALSE(contains(state.diff, "b.txt"));
  for (const auto& [path, content] : file_tree(dir.path())) {
    CAPTURE(path);
    CHECK(before.count(path) == 1);
    CHECK((before.count(path) == 0 || before.at(path) == content));
  }

  // What git does when it is not told otherwise.
  repository.git("status >/dev/null 2>&1 || true");
  repository.git("diff HEAD c.txt >/dev/null");
  repository.git("diff --no-ext-diff HEAD c.txt >/dev/null");
  for (const char* const name : {"fsmonitor", "external", "textconv", "clean", "included", "hook"}) {
    CAPTURE(name);
    CHECK(fs::exists(dir / ("ran-" + std::string(name))));
  }
}

TEST_CASE("A filter whose name prevents switching it off is not run either") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  repository.commit_all("first");
  write_program(dir / "evil", "touch " + quoted(dir / "ran") + "; cat");
  write_file(dir.path() / "work/.git/info/attributes", "*.txt filter=a=b\n");
  std::ofstream(dir.path() / "work/.git/config", std::ios::app)
      << "[filter \"a=b\"]\n\tclean = " << (dir / "evil") << "\n";
  write_file(dir.path() / "work/a.txt", "two\n");
  const GitState state = state_of(dir / "work");
  CHECK_FALSE(fs::exists(dir / "ran"));
  CHECK(state.commit == repository.git("rev-parse HEAD"));
  CHECK_FALSE(state.knows_dirty);
  CHECK(state.missing.at("dirty") == "the repository's filters could not be switched off");
}

TEST_CASE("A repository cannot expose the files of another folder") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "home/key", "private\n");
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/key", "\n");
  repository.commit_all("first");
  repository.git("config core.worktree " + quoted(dir / "home"));
  const GitState state = state_of(dir / "work");
  CHECK(state.missing.at("") == "the repository's work tree is another folder");
  CHECK(state.diff.empty());
  CHECK(state.commit.empty());
}

TEST_CASE("Without git, the state says so") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  const EnvironmentVariable path("PATH", dir / "empty");
  CHECK(state_of(dir / "work").missing.at("") == "git is not installed");
}

TEST_CASE("A git that hangs is stopped, with everything that it started") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_program(dir / "bin/git",
                "echo $$ >> " + quoted(dir / "pids") + "\nsleep 600 &\necho $! >> " + quoted(dir / "pids") + "\nwait");
  const EnvironmentVariable path("PATH", (dir / "bin") + ":" + std::getenv("PATH"));
  const auto begun = [&] {
    std::vector<pid_t> all;
    std::ifstream pids(dir / "pids");
    for (pid_t pid = 0; pids >> pid;) all.push_back(pid);
    return all;
  };
  // Time enough for it to begin what hangs: more of it where that was too little.
  for (std::chrono::milliseconds limit(300); begun().size() < 2; limit *= 2)
    CHECK(git_state(fs::path(dir / "work"), limit).missing.at("") == "git took too long and was stopped");
  for (const pid_t pid : begun()) {
    CAPTURE(pid);
    // It takes a moment to die; who collects orphans is not everywhere, and a zombie runs no more.
    const auto is_gone = [&] {
      return ::kill(pid, 0) != 0 || contains(file_text("/proc/" + std::to_string(pid) + "/stat"), ") Z ");
    };
    CHECK(erm_test::comes_true(is_gone));
  }
}

TEST_CASE("A git that prints nonsense, or ends by a signal, is reported") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  const EnvironmentVariable path("PATH", (dir / "bin") + ":" + std::getenv("PATH"));
  write_program(dir / "bin/git", "kill -9 $$");
  CHECK(state_of(dir / "work").missing.at("") == "git was ended by signal 9");
  write_program(dir / "bin/git", "exit 7");
  CHECK(state_of(dir / "work").missing.at("") == "git exited with 7");
  for (const char* const nonsense : {"exit 0", "echo", "echo; echo; echo", "printf 'a\\nb'", "yes | head -c 100000"}) {
    CAPTURE(nonsense);
    write_program(dir / "bin/git", nonsense);
    CHECK(state_of(dir / "work").missing.at("") == "the repository's work tree is another folder");
  }
}

TEST_CASE("A program that ignores SIGCHLD, or waits for all children itself, has git's state, too") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  repository.commit_all("first");
  const std::string commit = repository.git("rev-parse HEAD");
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  const GitState state = state_of(dir / "work");
  std::signal(SIGCHLD, before);
  CHECK(state.commit == commit);
  CHECK(state.knows_dirty);
}

TEST_CASE("A program whose standard streams are closed has git's state, too", "[fork]") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  repository.commit_all("first");
  write_file(dir.path() / "work/a.txt", "two\n");
  erm_test::Child child([&](const erm_test::Child::Tell& tell) {
    for (const int stream : {0, 1, 2}) ::close(stream);
    const GitState state = state_of(dir / "work");
    tell(state.missing.size() == 1 && state.diff_bytes > 0 ? 1 : 0);  // there is no remote
  });
  CHECK(child.wait());
  CHECK(child.told() == std::vector<std::int64_t>{1});
}

TEST_CASE("Answers that arrived before the time limit are kept") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  repository.commit_all("first");
  const std::string git = erm_test::output_of("command -v git");
  const std::string slow_at =
      "for word; do case $word in --others) touch " + quoted(dir / "is slow") + "; exec sleep 600;; esac; done\nexec ";
  write_program(dir / "bin/git", slow_at + git.substr(0, git.size() - 1) + " \"$@\"");
  const EnvironmentVariable path("PATH", (dir / "bin") + ":" + std::getenv("PATH"));
  // Time enough for all that is not slow: more of it where that was too little.
  const auto state_in_time = [&] {
    for (std::chrono::seconds limit(1);; limit *= 2) {
      GitState state = git_state(fs::path(dir / "work"), limit);
      if (fs::remove(dir / "is slow")) return state;
    }
  };
  GitState state = state_in_time();
  CHECK(state.branch == "main");
  CHECK_FALSE(state.knows_dirty);
  CHECK(state.missing.at("dirty") == "git took too long and was stopped");
  write_file(dir.path() / "work/a.txt", "two\n");
  state = state_in_time();
  CHECK(state.dirty);
  CHECK(contains(state.diff, "+two"));
  CHECK(state.missing.at("untracked") == "git took too long and was stopped");
}

TEST_CASE("Another repository that the environment names is ignored") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work"), other(dir / "other");
  repository.commit_all("first");
  other.commit_all("other");
  const std::string commit = repository.git("rev-parse HEAD");
  const EnvironmentVariable variable("GIT_DIR", dir / "other/.git"), tree("GIT_WORK_TREE", dir / "other");
  CHECK(state_of(dir / "work").commit == commit);
}

TEST_CASE("A binary that is older than the work tree is reported") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.cpp", "int a;\n");
  write_file(dir.path() / "work/b.cpp", "int b;\n");
  repository.commit_all("first");
  const auto day = std::chrono::hours(24);
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(dir / "work/a.cpp", now - 1000 * day);
  fs::last_write_time(dir / "work/b.cpp", now + day);
  CHECK(state_of(dir / "work").note == "the binary is older than the work tree's last change, b.cpp");
  fs::last_write_time(dir / "work/b.cpp", now - 1000 * day);
  CHECK(state_of(dir / "work").note.empty());
}

}  // namespace git_state_test

#endif
