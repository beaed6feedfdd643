// The step of a build that asks git, run alone: what it records of a work tree in each state.
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/provenance/build_record.hpp"
#include "erm/detail/base/sha256.hpp"
#include "file_tree.hpp"
#include "git_repository.hpp"
#include "remote_urls.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace record_step_test {

namespace {

namespace fs = std::filesystem;
using erm::detail::sha256_of;
using erm_test::contains;
using erm_test::file_text;
using erm_test::GitRepository;
using erm_test::quoted;
using erm_test::TemporaryDirectory;
using erm_test::write_file;
using Texts = std::vector<std::string>;

/// What a build of a target in `source_dir` records.
struct Step {
  explicit Step(const std::string& source_dir) { set("source_dir", source_dir); }

  void set(const std::string& name, const std::string& value) {
    facts += "set(" + name + " [======[" + value + "]======])\n";
  }
  erm::Json run() {
    const erm_test::WithoutGitSettings plain;
    write_file(dir.path() / "facts.cmake",
               "set(target train)\nset(type EXECUTABLE)\nset(symbol s)\n"
               "set(max_diff_bytes 262144)\nset(compiler \"GNU 12.2.0\")\n"
               "set(binary_dir " +
                   dir.path().string() + ")\n" + facts);
    erm_test::output_of(environment + " '" ERM_CMAKE "' -DFACTS=" + (dir / "facts.cmake") +
                        " -DOUTPUT=" + (dir / "record.inc") + " -P '" ERM_RECORD_STEP "' 2>&1");
    // Only the record is left behind.
    CHECK(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()) == 2);
    const std::string source = file_text(dir.path() / "record.inc");
    record.assign(4, '\0');
    std::size_t at = source.find("), {\n");
    REQUIRE(at != std::string::npos);
    while ((at = source.find("0x", at)) != std::string::npos) {
      record += static_cast<char>(std::stoi(source.substr(at + 2, 2), nullptr, 16));
      at += 4;
    }
    const erm::detail::BuildText text(record);
    missing = erm::Json::object();
    erm::detail::take_missing(text, "code", missing);
    erm::detail::take_missing(text, "build", missing);
    build = erm::detail::build_of(text);
    return erm::detail::code_of(text);
  }

  TemporaryDirectory dir;
  std::string environment, facts, record;
  erm::Json build, missing;
};

}  // namespace

TEST_CASE("Steps that run at once in one build folder do not disturb each other, and a killed one is cleaned up") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.cpp", "int one;\n");
  repository.commit_all("first");
  write_file(dir.path() / "work/a.cpp", "int two;\n");
  write_file(dir.path() / "facts.cmake",
             "set(target train)\nset(type EXECUTABLE)\nset(symbol s)\nset(max_diff_bytes 9999)\n"
             "set(compiler \"GNU 12.2.0\")\nset(binary_dir " +
                 (dir / "build") + ")\nset(source_dir " + (dir / "work") + ")\n");
  // What killed steps left: of two days ago, and of a moment ago, which may still be at work.
  const fs::path old = dir.path() / "build/record.inc.part-old", fresh = dir.path() / "build/record.inc.part-fresh";
  write_file(old / "diff", "");
  write_file(fresh / "diff", "");
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(48));
  const std::string step = "'" ERM_CMAKE "' -DFACTS=" + (dir / "facts.cmake") +
                           " -DOUTPUT=" + (dir / "build/record.inc") + " -P '" ERM_RECORD_STEP "' >> " +
                           (dir / "said") + " 2>&1 & ";
  const erm_test::WithoutGitSettings plain;
  std::string all;
  for (int i = 0; i < 6; ++i) all += step;
  erm_test::output_of("{ " + all + "wait; }");
  CHECK(file_text(dir / "said") == "");
  CHECK(contains(file_text(dir / "build/record.inc"), "// NOLINTEND"));
  CHECK_FALSE(fs::exists(old));
  CHECK(fs::exists(fresh));
  CHECK(std::distance(fs::directory_iterator(dir / "build"), fs::directory_iterator()) == 2);
}

TEST_CASE("A build records the state of git") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/src/a.cpp", "int one;\n");
  repository.commit_all("first");
  repository.git("tag v1.0");
  Step step(dir / "work/src");

  erm::Json code = step.run();
  CHECK(code == erm::Json({{"as_of", "build"},
                           {"commit", repository.git("rev-parse HEAD")},
                           {"branch", "main"},
                           {"tag", "v1.0"},
                           {"dirty", false}}));
  CHECK(step.missing["code.remote"] == "the repository has no remote");

  repository.git("remote add zeta https://example.org/zeta.git");
  repository.git("remote add origin https://ann:s3cret@example.org/origin.git");
  write_file(dir.path() / "work/src/a.cpp",
             "int two; // ?"
             "?/ \"quotes\" \\ and ; and [ and ${PATH} $<CONFIG>\n");
  code = step.run();
  CHECK(code["remote"] == "https://example.org/origin.git");
  CHECK(code["dirty"] == true);
  CHECK(code["diff"] == repository.diff());
  CHECK(code["diff_bytes"] == repository.diff().size());
  CHECK(code["diff_sha256"] == sha256_of(repository.diff()));
  CHECK_FALSE(contains(step.record, "s3cret"));
}

TEST_CASE("A build records every state of a work tree, and the reason for what is missing") {
  const TemporaryDirectory dir;
  const GitRepository library(dir / "library");
  write_file(dir.path() / "library/l.cpp", "int l;\n");
  library.commit_all("library");
  const GitRepository repository(dir / "work");

  SECTION("no repository") {
    fs::create_directories(dir / "tarball");
    Step step(dir / "tarball");
    CHECK(step.run().empty());
    CHECK(contains(step.missing["code"].get<std::string>(), "git said at the build: fatal: not a git repository"));
    CHECK(step.build["compiler"] == "GNU 12.2.0");
  }
  SECTION("no git") {
    repository.commit_all("first");
    Step step(dir / "work");
    step.environment = "PATH=" + (dir / "empty");
    CHECK(step.run().empty());
    CHECK(step.missing["code"] == "git is not installed where the program was built");
  }
  SECTION("no commits") {
    write_file(dir.path() / "work/a.cpp", "int a;\n");
    Step step(dir / "work");
    const erm::Json code = step.run();
    CHECK_FALSE(code.contains("commit"));
    CHECK(code["branch"] == "main");
    CHECK(code["dirty"] == true);
    CHECK(code["untracked"] == Texts{"a.cpp"});
    CHECK(step.missing["code.commit"] == "the repository has no commits");
  }
  SECTION("a detached head") {
    repository.commit_all("first");
    repository.git("checkout -q --detach");
    Step step(dir / "work");
    const erm::Json code = step.run();
    CHECK(code["commit"] == repository.git("rev-parse HEAD"));
    CHECK_FALSE(code.contains("branch"));
    CHECK(step.missing["code.branch"] == "the head is detached");
  }
  SECTION("a submodule, and what holds it") {
    repository.commit_all("first");
    repository.git("submodule --quiet add " + quoted(dir / "library") + " lib");
    repository.commit_all("with the library");
    CHECK(Step(dir / "work/lib").run()["commit"] == library.git("rev-parse HEAD"));
    CHECK(Step(dir / "work").run()["dirty"] == false);
    write_file(dir.path() / "work/lib/l.cpp", "int changed;\n");
    const erm::Json code = Step(dir / "work").run();
    CHECK(code["dirty"] == true);
    CHECK(contains(code["diff"].get<std::string>(), "+int changed;"));
  }
  SECTION("another work tree of a repository") {
    repository.commit_all("first");
    repository.git("worktree add -q -b side " + quoted(dir / "side"));
    const erm::Json code = Step(dir / "side").run();
    CHECK(code["branch"] == "side");
    CHECK(code["commit"] == repository.git("rev-parse HEAD"));
  }
  SECTION("a repository that may not be read") {
    repository.commit_all("first");
    repository.refuse_readers();
    Step step(dir / "work");
    CHECK(step.run().empty());
    CHECK(contains(step.missing["code"].get<std::string>(), "git said at the build: fatal: "));
  }
  SECTION("a git that another repository is named to") {
    repository.commit_all("first");
    library.commit_all("another commit");
    Step step(dir / "work");
    step.environment = "GIT_DIR=" + quoted(dir / "library/.git");
    CHECK(step.run()["commit"] == repository.git("rev-parse HEAD"));
  }
}

TEST_CASE("A build records folders, files and contents with arbitrary bytes") {
  const TemporaryDirectory dir;
  const std::string name = "with a space, Ümläute 研究; [x] $HOME";
  const GitRepository repository(dir / name);
  write_file(dir.path() / name / "latin1.txt", "gr\xFC\xDF\n");
  write_file(dir.path() / name / "control.txt", "\n");
  repository.commit_all("first");
  write_file(dir.path() / name / "latin1.txt",
             "gr\xFC\xDF"
             "e\n");
  write_file(dir.path() / name / "control.txt", "\1\2\x1D\x1E\x1F\t\r\x7F\n");
  write_file(dir.path() / name / "new; [Ä] $x.txt", "");
  Step step(dir / name);
  const erm::Json code = step.run();
  CHECK(code["diff"] == erm::detail::repaired_utf8(repository.diff()));
  CHECK(code["diff_sha256"] == sha256_of(repository.diff()));
  CHECK(contains(step.record,
                 "+gr\xFC\xDF"
                 "e\n"));
  CHECK(code["untracked"] == Texts{"new; [Ä] $x.txt"});
  CHECK_NOTHROW(code.dump());
}

TEST_CASE("A build records an untracked source with its text") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/src/a.cpp", "int a;\n");
  repository.commit_all("first");
  write_file(dir.path() / "work/src/new.cpp", "int new_one;\n");
  write_file(dir.path() / "work/notes.txt", "not compiled\n");
  Step step(dir / "work/src");
  step.set("sources", "a.cpp;new.cpp;" + (dir / "work/src/none.cpp") + ";/usr/include/stdio.h");
  const erm::Json code = step.run();
  CHECK(code["untracked"] == Texts{"notes.txt", "src/new.cpp"});
  CHECK(contains(code["diff"].get<std::string>(), "+++ b/src/new.cpp"));
  CHECK(contains(code["diff"].get<std::string>(), "+int new_one;"));
  CHECK_FALSE(contains(code["diff"].get<std::string>(), "not compiled"));
  CHECK(code["diff_bytes"] == code["diff"].get<std::string>().size());
}

TEST_CASE("The user's git configuration does not change what a build records") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  write_file(dir.path() / "work/sub/b.txt", "one\n");
  repository.commit_all("first");
  write_file(dir.path() / "work/a.txt", "two\n");
  write_file(dir.path() / "work/sub/b.txt", "two\n");
  write_file(dir.path() / "work/new.txt", "new\n");
  const erm::Json before = Step(dir / "work").run();
  for (const std::string& setting : erm_test::git_settings) repository.git("config " + setting);
  CHECK(Step(dir / "work/sub").run() == before);
}

TEST_CASE("For a diff above the limit only its hash is recorded") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "");
  repository.commit_all("first");
  write_file(dir.path() / "work/a.txt", std::string(1000, 'x') + "\n");
  const std::size_t size = repository.diff().size();
  for (const bool fits : {true, false}) {
    Step step(dir / "work");
    step.set("max_diff_bytes", std::to_string(fits ? size : size - 1));
    const erm::Json code = step.run();
    CHECK(code.contains("diff") == fits);
    CHECK(code["diff_bytes"] == size);
    CHECK(code["diff_sha256"] == sha256_of(repository.diff()));
    if (!fits) {
      CHECK(step.missing["code.diff"] ==
            "it is longer than MAX_DIFF_BYTES of erm_record_build, " + std::to_string(size - 1));
    }
  }
}

TEST_CASE("A file that was only touched is not a change, and the index stays as it was") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  write_file(dir.path() / "work/b.txt", "one\n");
  repository.commit_all("first");
  write_file(dir.path() / "work/a.txt", "two\n");
  fs::last_write_time(dir / "work/b.txt", fs::file_time_type::clock::now() - std::chrono::hours(1));
  const std::string before = file_text(dir / "work/.git/index");
  const erm::Json code = Step(dir / "work").run();
  CHECK(code["diff"] == GitRepository::git_in(dir / "work", "diff HEAD --full-index -- a.txt") + "\n");
  CHECK(file_text(dir / "work/.git/index") == before);
}

TEST_CASE("An edit that changes neither size nor time of a file is in the diff") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  write_file(dir.path() / "work/a.txt", "one\n");
  repository.commit_all("first");
  repository.edit_unseen("a.txt", "two\n");
  const erm::Json code = Step(dir / "work").run();
  CHECK(code["dirty"] == true);
  CHECK(contains(code.value("diff", ""), "-one\n+two\n"));
}

TEST_CASE("The build folder and registries of runs are not part of the code") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  repository.commit_all("first");
  write_file(dir.path() / "work/my [build]/train", "");
  write_file(dir.path() / "work/erm-registry/.erm_registry.json", "{}");
  Step step(dir / "work");
  step.set("binary_dir", dir / "work/my [build]");
  CHECK(step.run()["dirty"] == false);
  step.set("binary_dir", dir / "elsewhere");
  CHECK(step.run()["untracked"] == Texts{"my [build]/"});
}

TEST_CASE("A build records a remote without its credentials") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  repository.git("remote add origin x");
  for (const auto& [given, kept] : erm_test::remote_urls) {
    CAPTURE(given);
    repository.git("config remote.origin.url " + quoted(given));
    Step step(dir / "work");
    CHECK(step.run()["remote"] == kept);
    CHECK_FALSE(contains(step.record, "s3"));
  }
}

TEST_CASE("Definitions that look like secrets are recorded without their values") {
  const TemporaryDirectory dir;
  Step step(dir.path().string());
  step.set("flags", "-O2 -DAPI_KEY=s3cret -D DB_PASSWORD=s3cret -O1");
  step.set("definitions", "MyToken=s3cret;client_secret=\"s3cret\";TITLE=\"a b\";N=3;AUTHOR=Ann");
  step.run();
  CHECK(step.build["definitions"] == Texts{"MyToken=***", "client_secret=***", "TITLE=\"a b\"", "N=3", "AUTHOR=Ann",
                                           "API_KEY=***", "DB_PASSWORD=***"});
  CHECK(step.build["flags"] == Texts{"-O2", "-O1"});
  CHECK(step.build["optimisation"] == "-O1");
  CHECK_FALSE(contains(step.record, "s3cret"));
}

TEST_CASE("An unchanged record is not written again, and SOURCE_DATE_EPOCH omits the time") {
  const TemporaryDirectory dir;
  const GitRepository repository(dir / "work");
  repository.commit_all("first");
  Step step(dir / "work");
  step.run();
  CHECK(step.build.contains("time_utc"));
  const auto written = [&] { return fs::last_write_time(step.dir / "record.inc"); };
  fs::last_write_time(step.dir / "record.inc", written() - std::chrono::hours(1));
  const auto before = written();
  step.run();
  CHECK(written() == before);
  step.environment = "SOURCE_DATE_EPOCH=1";
  step.run();
  CHECK(written() != before);
  CHECK_FALSE(step.build.contains("time_utc"));
  CHECK(step.missing["build.time_utc"] == "SOURCE_DATE_EPOCH was set, so that builds are the same at any time");
}

}  // namespace record_step_test
