#include "erm/detail/copy/run_to_copy.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/file_system.hpp"

namespace run_to_copy_test {

using erm::detail::fault_of_copied_path;
using erm::detail::is_passing_file;
using erm::detail::RunToCopy;

namespace {

std::string fault_of_files(const std::vector<std::string>& paths, erm::FileKind kind = erm::FileKind::file) {
  erm::MemoryFileSystem store;
  store.write("r/erm_metadata.json", "{}");
  std::vector<erm::FoundFile> files;
  for (const std::string& path : paths) files.push_back({path, {kind, 1}});
  try {
    const RunToCopy run(store, "r", &files);
    return std::to_string(run.files().size()) + " files";
  } catch (const erm::detail::SourceFault& fault) {
    return fault.reason;
  }
}

}  // namespace

TEST_CASE("A copy takes all files of a run but its metadata and those of processes that write") {
  for (const char* const path : {".erm_tmp/x", "history/.erm_tmp/x.part", ".erm_deleted_x.json", "a/b/.erm_part-12"})
    CHECK(is_passing_file(path));
  for (const char* const path : {".erm_edits.json", "history/main.csv", "a.erm_x", "notes/.hidden"})
    CHECK_FALSE(is_passing_file(path));
  CHECK(fault_of_files({"erm_metadata.json", "history/main.csv", ".erm_tmp/x", ".erm_edits.json"}) == "2 files");
}

TEST_CASE("A copy refuses what a folder cannot hold") {
  CHECK(fault_of_files({"a", "a/b"}) == "it has both a file and a folder 'r/a'; move one of them");
  CHECK(fault_of_files({"a", "a-b/c", "ab"}) == "3 files");
  CHECK(fault_of_files({"a/../../b"}) == "its file 'a/../../b' has a name that leads out of its folder");
  CHECK(fault_of_files({"x"}, erm::FileKind::link) ==
        "'r/x' is a symbolic link, which may lead out of the run's folder; put the file itself there");
  CHECK(fault_of_files({"x"}, erm::FileKind::other) == "'r/x' is a device, a socket or a pipe; remove it");
  for (const char* const path : {"", "/a", "a//b", "a/", "./a", "a/.", "..", "a/.."})
    CHECK(fault_of_copied_path(path) == "has a name that leads out of its folder");
  CHECK(fault_of_copied_path(std::string_view("a\0b", 3)) == "has a NUL character in its name");
  CHECK(fault_of_copied_path("a/..b/c...").empty());
}

}  // namespace run_to_copy_test
