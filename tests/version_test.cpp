#include "erm/version.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "catch.hpp"

namespace version_test {

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::filesystem::path source_dir = ERM_SOURCE_DIR;

}  // namespace

TEST_CASE("The version consists of three numbers") {
  CHECK(std::regex_match(erm::version, std::regex(R"(\d+\.\d+\.\d+)")));
}

TEST_CASE("CMake has the version of the header") { CHECK(std::string(ERM_CMAKE_VERSION) == erm::version); }

TEST_CASE("The manifest of the vcpkg port has the version of the header") {
  const auto manifest = nlohmann::json::parse(read(source_dir / "docs/packaging/vcpkg/erm/vcpkg.json"));
  CHECK(manifest.at("name") == "erm");
  CHECK(manifest.at("version") == erm::version);
  CHECK(manifest.at("license") == "MIT");
  const auto& dependencies = manifest.at("dependencies");
  for (const char* name : {"fmt", "nlohmann-json"})
    CHECK(std::find(dependencies.begin(), dependencies.end(), name) != dependencies.end());
}

TEST_CASE("Wherever the documentation names a tag of ERM, it has the version of the header") {
  const std::string page = read(source_dir / "docs/packaging/README.md");
  const std::regex tag(R"(\bv(\d+\.\d+\.\d+))");
  std::size_t named = 0;
  for (auto match = std::sregex_iterator(page.begin(), page.end(), tag); match != std::sregex_iterator(); ++match) {
    CHECK((*match)[1].str() == erm::version);
    ++named;
  }
  CHECK(named > 0);
}

}  // namespace version_test
