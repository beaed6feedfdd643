// Files that are written whole: Artifact::save_to and write_comparison, by many at once, over links, without room or
// permission, and with long names.
#include "erm/detail/os/whole_file.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/compare.hpp"
#include "erm/experiment_run.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child_process.hpp"
#endif

namespace whole_file_test {

using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace fs = std::filesystem;

namespace {

erm::Artifact artifact_of(std::size_t size, std::uint8_t byte) {
  return {"model", "model.bin", erm::ArtifactType::binary, erm::Bytes(size, byte)};
}

/// Whether a file is what one of the writers wrote: `size` times one byte.
bool is_whole(const std::string& text, std::size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), [&](char c) { return c == text.front(); });
}

}  // namespace

TEST_CASE("If many threads save to one file at once, all succeed, and it holds the whole content of one") {
  const TemporaryDirectory dir;
  constexpr std::size_t size = 300000;
  constexpr int writers = 24;
  std::atomic<int> failed{0}, torn{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < writers; ++t)
    threads.emplace_back([&, t] {
      const erm::Artifact artifact = artifact_of(size, static_cast<std::uint8_t>('A' + t));
      for (int i = 0; i < 5; ++i) {
        try {
          artifact.save_to(dir / "model.bin");
          if (!is_whole(file_text(dir / "model.bin"), size)) ++torn;
        } catch (const erm::Error&) {
          ++failed;
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(torn == 0);
  CHECK(is_whole(file_text(dir / "model.bin"), size));
  CHECK(file_tree(dir.path()).size() == 1);
}

#if !defined(_WIN32)

TEST_CASE("If many processes save to one file at once, all succeed, and it holds the whole content of one") {
  const TemporaryDirectory dir;
  constexpr std::size_t size = 300000;
  std::vector<erm_test::Child> children;
  for (int p = 0; p < 24; ++p)
    children.emplace_back([&, p](const erm_test::Child::Tell&) {
      const erm::Artifact artifact = artifact_of(size, static_cast<std::uint8_t>('A' + p));
      for (int i = 0; i < 5; ++i) {
        artifact.save_to(dir / "model.bin");
        if (!is_whole(file_text(dir / "model.bin"), size)) throw std::runtime_error("the file is not whole");
      }
    });
  for (erm_test::Child& child : children) CHECK(child.wait());
  CHECK(is_whole(file_text(dir / "model.bin"), size));
  CHECK(file_tree(dir.path()).size() == 1);
}

TEST_CASE("A file is not written through a link or a hard link: the link is replaced") {
  const TemporaryDirectory dir;
  write_file(dir / "precious", "precious");
  write_file(dir / "other", "precious");
  fs::create_symlink("precious", dir / "link.bin");
  fs::create_symlink("nothing", dir / "dangling.bin");
  fs::create_hard_link(dir / "other", dir / "hard.bin");
  // The name of a temporary file of ERM 0.1, which whoever may write to the folder could plant.
  fs::create_symlink("precious", dir / "new.bin.erm_part");
  const erm::Artifact artifact = artifact_of(3, 'x');
  for (const char* const name : {"link.bin", "dangling.bin", "hard.bin", "new.bin"}) {
    artifact.save_to(dir / name);
    CHECK(file_text(dir / name) == "xxx");
    CHECK_FALSE(fs::is_symlink(dir / name));
  }
  CHECK(file_text(dir / "precious") == "precious");
  CHECK(file_text(dir / "other") == "precious");
  CHECK_FALSE(fs::exists(dir / "nothing"));
  erm::write_comparison(dir / "link.bin", {erm::ExperimentRun("e")});
  CHECK(contains(file_text(dir / "link.bin"), "<!doctype html>"));
}

TEST_CASE("A folder, a device or a pipe is not replaced by a file") {
  const TemporaryDirectory dir;
  fs::create_directory(dir / "folder");
  REQUIRE(::mkfifo((dir / "pipe").c_str(), 0666) == 0);
  fs::create_symlink("/dev/null", dir / "null");
  const erm::Artifact artifact = artifact_of(3, 'x');
  const FileTree before = file_tree(dir.path());
  CHECK(thrown<erm::IoError>([&] { artifact.save_to(dir / "folder"); }) ==
        "cannot write to '" + dir / "folder" + "': Is a directory");
  const std::string why =
      "': it is a device, a socket or a pipe, and would be replaced by a file; give the path of a file";
  CHECK(thrown<erm::Error>([&] { artifact.save_to(dir / "pipe"); }) == "cannot write to '" + dir / "pipe" + why);
  CHECK(thrown<erm::Error>([&] { artifact.save_to(dir / "null"); }) == "cannot write to '" + dir / "null" + why);
  CHECK(file_tree(dir.path()) == before);
}

TEST_CASE("A file that is replaced keeps its permissions") {
  const TemporaryDirectory dir;
  const erm::Artifact artifact = artifact_of(3, 'x');
  const auto mode_of = [&](const std::string& name) {
    return static_cast<unsigned>(fs::status(dir / name).permissions());
  };
  for (const unsigned mode : {0600U, 0640U, 0664U, 0755U}) {
    write_file(dir / "model.bin", "old");
    fs::permissions(dir / "model.bin", fs::perms(mode));
    artifact.save_to(dir / "model.bin");
    CHECK(file_text(dir / "model.bin") == "xxx");
    CHECK(mode_of("model.bin") == mode);
  }
  const ::mode_t before = ::umask(027);
  artifact.save_to(dir / "new.bin");
  ::umask(before);
  CHECK(mode_of("new.bin") == 0640);
}

TEST_CASE("A name of 255 bytes can be saved to, and a longer one is refused by name") {
  const TemporaryDirectory dir;
  const erm::Artifact artifact = artifact_of(3, 'x');
  const std::string longest = dir / std::string(255, 'n'), too_long = dir / std::string(256, 'n');
  artifact.save_to(longest);
  CHECK(file_text(longest) == "xxx");
  CHECK(contains(thrown<erm::IoError>([&] { artifact.save_to(too_long); }), "'" + too_long + "'"));
  CHECK(file_tree(dir.path()).size() == 1);
}

TEST_CASE("A file that cannot be written whole leaves the old one, and nothing beside it") {
  const TemporaryDirectory dir;
  write_file(dir / "model.bin", "old");
  const FileTree before = file_tree(dir.path());
  fs::permissions(dir.path(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  erm_test::Child without_room([&](const erm_test::Child::Tell&) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {50000, 50000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("no limit can be set");
    const std::string text = thrown<erm::IoError>([&] { artifact_of(100000, 'x').save_to(dir / "model.bin"); });
    if (text != "cannot write to '" + dir / "model.bin" + "': File too large") throw std::runtime_error(text);
  });
  CHECK(without_room.wait());
  CHECK(file_tree(dir.path()) == before);
  // Root may do all: the process is nobody where it can be.
  erm_test::Child without_right([&](const erm_test::Child::Tell&) {
    if (::geteuid() != 0)
      fs::permissions(dir.path(), fs::perms::owner_read | fs::perms::owner_exec);
    else if (::setgid(65534) != 0 || ::setuid(65534) != 0)
      throw std::runtime_error("root cannot become nobody");
    const std::string text = thrown<erm::IoError>([&] { artifact_of(3, 'x').save_to(dir / "model.bin"); });
    if (text != "cannot create '" + dir / "model.bin" + "': Permission denied") throw std::runtime_error(text);
  });
  CHECK(without_right.wait());
  fs::permissions(dir.path(), fs::perms::owner_all);
  CHECK(file_tree(dir.path()) == before);
}

#endif

}  // namespace whole_file_test
