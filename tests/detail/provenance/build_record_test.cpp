#include "erm/detail/provenance/build_record.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "environment_variable.hpp"
#include "temporary_directory.hpp"

namespace build_record_test {

using erm::Json;
using erm::detail::BuildText;
using erm::detail::CompilerFacts;
using Texts = std::vector<std::string>;

namespace {

std::string record_of(const std::string& fields) {
  const std::uint32_t standard = 202002;
  return std::string(reinterpret_cast<const char*>(&standard), 4) + fields;
}

}  // namespace

TEST_CASE("A record is read field by field, up to the end of its diff") {
  const std::string record = record_of(
      "compiler\x1FGNU 1\x1E"
      "flags\x1F-a\x1D\x1D-b\x1E"
      "diff\x1Fx\x1Ey\x1Fz");
  const BuildText text(record);
  CHECK(text.standard() == 202002);
  CHECK(text["compiler"] == "GNU 1");
  CHECK(text.list("flags") == std::vector<std::string_view>{"-a", "-b"});
  CHECK(text["diff"] == "x\x1Ey\x1Fz");
  CHECK(text["none"].empty());
  CHECK(text.list("none").empty());
}

TEST_CASE("A truncated record is read as far as it goes") {
  const std::string record = record_of(
      "target\x1Ft\x1E"
      "dirty\x1Ftrue\x1E"
      "libraries\x1F"
      "a 1\x1D"
      "b\x1E"
      "diff\x1F\xFF");
  for (std::size_t size = 0; size <= record.size(); ++size) {
    const BuildText text(std::string_view(record).substr(0, size));
    CHECK_NOTHROW(erm::detail::build_of(text).dump());
    CHECK_NOTHROW(erm::detail::code_of(text).dump());
  }
  const BuildText whole(record);
  CHECK(erm::detail::build_of(whole)["libraries"] == Json::array({{{"name", "a"}, {"version", "1"}}, {{"name", "b"}}}));
  CHECK(erm::detail::build_of(whole)["cxx_standard"] == "20");
  CHECK(erm::detail::code_of(whole)["diff"] == "\xEF\xBF\xBD");
  for (const std::string_view nothing : {"", "abc", "\0\0\0\0\x1F\x1E"})
    CHECK(erm::detail::code_of(BuildText(nothing)).empty());
}

TEST_CASE("Without a record the compiler's macros describe the build, and unknown facts have a reason") {
  Json missing = Json::object();
  const Json build = erm::detail::build_section(missing, CompilerFacts(erm::detail::build_facts_of_this_file()));
  CHECK(build["from"] == "the compiler's macros");
#if defined(__clang__)
  CHECK(build["compiler"] == "Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." +
                                 std::to_string(__clang_patchlevel__));
#elif defined(__GNUC__)
  CHECK(build["compiler"] == "GNU " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." +
                                 std::to_string(__GNUC_PATCHLEVEL__));
#endif
#if defined(__OPTIMIZE__)
  CHECK(build["optimisation"] == "on");
#elif defined(__GNUC__)
  CHECK(build["optimisation"] == "off");
#endif
#if defined(__SANITIZE_ADDRESS__)
  CHECK(build["enabled"][0] == "address sanitizer");
#endif
  for (const char* const key : {"build.build_type", "build.flags", "build.libraries", "build.time_utc"})
    CHECK(missing[key] == "the compiler's macros do not tell; erm_record_build(target) in CMake records it");
}

TEST_CASE("The value of __cplusplus gives the standard") {
  using erm::detail::standard_of;
  CHECK(standard_of(201103) == "11");
  CHECK(standard_of(201402) == "14");
  CHECK(standard_of(201703) == "17");
  CHECK(standard_of(201709) == "20");  // what GCC 9 has for -std=c++2a
  CHECK(standard_of(202002) == "20");
  CHECK(standard_of(202100) == "23");
  CHECK(standard_of(202302) == "23");
  CHECK(standard_of(202400) == "26");
}

#if !defined(_WIN32)

TEST_CASE("Git's answers at run time become the code section, with reasons for what is missing") {
  erm::detail::GitState git;
  git.work_tree = "/work";
  git.commit = "abc";
  git.knows_dirty = git.dirty = true;
  git.diff = "gr\xFC\n";
  git.diff_bytes = 4;
  git.untracked = {"a\xFF"};
  git.missing["branch"] = "the head is detached";
  Json missing = Json::object();
  const Json code = erm::detail::code_of(git, missing);
  CHECK(code["as_of"] == "run");
  CHECK(code["diff"] == "gr\xEF\xBF\xBD\n");
  CHECK(code["diff_bytes"] == 4);
  CHECK(code["dirty"] == true);
  CHECK(code["untracked"] == Texts{"a\xEF\xBF\xBD"});
  CHECK_FALSE(code.contains("branch"));
  CHECK(missing == Json({{"code.branch", "the head is detached"}}));

  erm::detail::GitState none;
  none.missing[""] = "git is not installed";
  missing = Json::object();
  CHECK(erm::detail::code_of(none, missing).empty());
  CHECK(missing == Json({{"code", "git is not installed"}}));
}

TEST_CASE("The code of this program is found without an exception, wherever it is") {
  const erm_test::TemporaryDirectory dir;
  const erm_test::EnvironmentVariable path("PATH", dir / "none");
  Json missing = Json::object();
  Json code;
  REQUIRE_NOTHROW(code = erm::detail::code_section(missing, nullptr));
  CHECK(code.empty());
  CHECK(missing.contains("code"));
}

#endif

}  // namespace build_record_test
