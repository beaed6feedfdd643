#include "erm/detail/provenance/loaded_objects.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "child_process.hpp"
#include "file_tree.hpp"
#include "git_repository.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if defined(__linux__)
#include <link.h>
#endif

namespace loaded_objects_test {

using erm::Json;
using erm::detail::Module;
using erm::detail::take_notes;

namespace {

std::string words(std::initializer_list<std::uint32_t> numbers) {
  std::string bytes;
  for (const std::uint32_t number : numbers) bytes.append(reinterpret_cast<const char*>(&number), 4);
  return bytes;
}

std::string text_of(const std::string& record) {
  return words({4, static_cast<std::uint32_t>(record.size()), 1}) + std::string("ERM\0", 4) + record;
}

Module notes_of(const std::string& notes, std::size_t alignment = 4) {
  Module module;
  take_notes(module, notes, alignment);
  return module;
}

}  // namespace

TEST_CASE("ERM's notes are found among others, whatever lies between them") {
  const std::string id = words({4, 3, 3}) + std::string("GNU\0\xAB\xCD\xEF\0", 8);
  const std::string other = words({5, 2, 9}) + std::string("Other\0\0\0xy\0\0", 12);
  CHECK(notes_of(id).build_id == "abcdef");
  CHECK(notes_of(other + id + text_of("one1") + text_of("two2")).records == std::vector<std::string>{"one1", "two2"});
  CHECK(notes_of(std::string(64, '\0') + text_of("one1") + std::string(28, '\0') + id).build_id == "abcdef");
  const std::string aligned = words({4, 8, 5}) + std::string("GNU\0", 4) + std::string(8, 'p');
  CHECK(notes_of(aligned + id, 8).build_id == "abcdef");
}

TEST_CASE("Truncated notes and notes with wrong lengths are ignored") {
  const std::string good = text_of("record!!");
  for (std::size_t size = 0; size < good.size(); ++size) CHECK(notes_of(good.substr(0, size)).records.empty());
  for (const auto& head : {words({0xFFFFFFFF, 4, 1}), words({4, 0xFFFFFFFF, 1}), words({0xFFFFFFFD, 0xFFFFFFFD, 1})})
    CHECK(notes_of(head + std::string("ERM\0text", 8)).records.empty());
}

#if defined(__linux__)

TEST_CASE("ERM's declarations of the loader's structures match link.h") {
  using erm::detail::os::elf::Header;
  using erm::detail::os::elf::Info;
  STATIC_REQUIRE(sizeof(Header) == sizeof(ElfW(Phdr)));
  STATIC_REQUIRE(offsetof(Header, virtual_address) == offsetof(ElfW(Phdr), p_vaddr));
  STATIC_REQUIRE(offsetof(Header, file_size) == offsetof(ElfW(Phdr), p_filesz));
  STATIC_REQUIRE(offsetof(Header, alignment) == offsetof(ElfW(Phdr), p_align));
  STATIC_REQUIRE(offsetof(Info, headers) == offsetof(dl_phdr_info, dlpi_phdr));
  STATIC_REQUIRE(offsetof(Info, count) == offsetof(dl_phdr_info, dlpi_phnum));
  STATIC_REQUIRE(erm::detail::os::elf::loaded_part == PT_LOAD);
  STATIC_REQUIRE(erm::detail::os::elf::note_part == PT_NOTE);
}

TEST_CASE("A program has its build id, and lists the libraries that it has loaded") {
  Json program = Json::object(), missing = Json::object();
  erm::detail::add_loaded_objects(program, missing);
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  CHECK(erm::detail::os::program_path() == self);
  const std::string notes = erm_test::output_of("readelf -n " + erm_test::quoted(self));
  const std::size_t at = notes.find("Build ID: ");
  if (at != std::string::npos) {
    CHECK(program["build_id"] == notes.substr(at + 10, notes.find('\n', at) - at - 10));
    CHECK_FALSE(program.contains("sha256"));
  } else {
    CHECK(program["sha256"] == erm_test::output_of("sha256sum < " + erm_test::quoted(self)).substr(0, 64));
  }
  CHECK(missing.empty());

  const std::string mapped = erm_test::file_text("/proc/self/maps");
  REQUIRE(program["libraries"].size() >= 2);
  bool has_c = false;
  for (const Json& library : program["libraries"]) {
    const auto path = library["path"].get<std::string>();
    CAPTURE(path);
    CHECK(erm_test::contains(mapped, std::filesystem::canonical(path).string()));
    has_c = has_c || erm_test::contains(path, "/libc.");
  }
  CHECK(has_c);
}

TEST_CASE("A program without a build id has its hash, even if it was removed, but not if it is too large") {
  const erm_test::TemporaryDirectory dir;
  std::string why;
  erm_test::write_file(dir.path() / "program", "abc");
  CHECK(erm::detail::hash_of_program(dir / "program", why) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(why.empty());
  std::filesystem::resize_file(dir / "program", erm::detail::max_hashed_program + 1);
  CHECK(erm::detail::hash_of_program(dir / "program", why).empty());
  CHECK(erm_test::contains(why, "larger than 64 MiB"));
  CHECK(erm::detail::hash_of_program(dir / "none", why).empty());
  CHECK(erm_test::contains(why, "cannot open"));
  CHECK(erm::detail::hash_of_program("", why).empty());
  CHECK(why == "the system does not tell where the program's file is");
}

TEST_CASE("Without /proc a program still has its build id and its libraries", "[fork]") {
  const erm_test::TemporaryDirectory dir;
  Json with_proc = Json::object(), missing = Json::object();
  erm::detail::add_loaded_objects(with_proc, missing);
  erm_test::Child child([&](const erm_test::Child::Tell& tell) {
    if (::chroot(dir.path().c_str()) != 0) return tell(-1);
    Json without = Json::object(), why = Json::object();
    erm::detail::add_loaded_objects(without, why);
    tell(without["libraries"] == with_proc["libraries"] ? 1 : 0);
    tell(without.value("build_id", "") == with_proc.value("build_id", "") ? 1 : 0);
    tell(without.contains("build_id") || why.contains("program.sha256") ? 1 : 0);
  });
  REQUIRE(child.wait());
  const std::vector<std::int64_t> told = child.told();
  if (told == std::vector<std::int64_t>{-1})
    WARN("only root can take /proc away: not tried");
  else
    CHECK(told == std::vector<std::int64_t>{1, 1, 1});
}

#endif

}  // namespace loaded_objects_test
