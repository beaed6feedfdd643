#include "erm/version.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

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

std::vector<std::filesystem::path> pages_of_documentation() {
  std::vector<std::filesystem::path> pages = {source_dir / "README.md"};
  for (const char* folder : {"docs", "docs/packaging"})
    for (const auto& entry : std::filesystem::directory_iterator(source_dir / folder))
      if (entry.path().extension() == ".md") pages.push_back(entry.path());
  return pages;
}

TEST_CASE("Wherever the documentation asks CMake for a version of ERM, it is that of the header") {
  const std::string version = erm::version;
  const std::regex asked(R"(find_package\(erm (\d+\.\d+) )");
  std::size_t count = 0;
  for (const std::filesystem::path& path : pages_of_documentation()) {
    CAPTURE(path.string());
    const std::string page = read(path);
    for (auto match = std::sregex_iterator(page.begin(), page.end(), asked); match != std::sregex_iterator(); ++match) {
      CHECK((*match)[1].str() == version.substr(0, version.rfind('.')));
      ++count;
    }
  }
  CHECK(count >= 3);
}

TEST_CASE("The documentation fetches the branch main, because a clone need not have tags") {
  const std::regex fetched(R"(FetchContent_Declare\(erm [^)]*GIT_TAG ([^ )]+)\))");
  std::size_t count = 0;
  for (const std::filesystem::path& path : pages_of_documentation()) {
    CAPTURE(path.string());
    const std::string page = read(path);
    for (auto match = std::sregex_iterator(page.begin(), page.end(), fetched); match != std::sregex_iterator(); ++match) {
      CHECK((*match)[1].str() == "main");
      ++count;
    }
  }
  CHECK(count >= 3);
}

TEST_CASE("The changelog begins with the version of the header") {
  const std::string page = read(source_dir / "docs/changelog.md");
  const std::size_t heading = page.find("\n## ");
  REQUIRE(heading != std::string::npos);
  const std::string version = erm::version;
  CHECK(page.substr(heading + 4, version.size() + 1) == version + "\n");
}

}  // namespace version_test
