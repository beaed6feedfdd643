#include "erm/file_path.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>

#include "catch.hpp"
#include "erm/content.hpp"
#include "erm/experiment_run.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

namespace file_path_test {

using erm::FilePath;

namespace {

std::string str(const FilePath& path) { return path.str(); }

}  // namespace

TEST_CASE("A path can be made from everything that std::filesystem::path accepts") {
  const std::string text = "models/é.bin";
  char buffer[] = "models/é.bin";
  const char* const pointer = buffer;
  CHECK(str("models/é.bin") == text);
  CHECK(str(text) == text);
  CHECK(str(std::string_view(text)) == text);
  CHECK(str(buffer) == text);
  CHECK(str(pointer) == text);
  CHECK(str(std::filesystem::u8path(text)) == text);
  CHECK(str(L"models/é.bin") == text);
  CHECK(str(std::wstring(L"models/é.bin")) == text);
  CHECK(str(u"models/é.bin") == text);
  CHECK(str(U"models/é.bin") == text);
  CHECK(str(u8"models/é.bin") == text);
  CHECK(FilePath::from_utf8(text).str() == text);
}

TEST_CASE("A directory entry converts to the path of its file") {
  erm_test::TemporaryDirectory dir;
  erm_test::write_file(dir / "model.bin", "weights");
  for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
    CHECK(str(entry) == FilePath(dir.path() / "model.bin").str());
}

TEST_CASE("UTF-16 and UTF-32 become UTF-8 in any locale, and a lone surrogate U+FFFD") {
  CHECK(str(u"\U0001F600") == "\xF0\x9F\x98\x80");
  CHECK(str(U"\U0001F600") == "\xF0\x9F\x98\x80");
  const char16_t lone[] = {'a', 0xD800, 'b', 0};
  CHECK(str(lone) == "a\xEF\xBF\xBD" "b");
  const char32_t beyond[] = {0x110000, 0};
  CHECK(str(beyond) == "\xEF\xBF\xBD");
}

TEST_CASE("Other types do not convert to a path") {
  CHECK_FALSE(std::is_convertible_v<int, FilePath>);
  CHECK_FALSE(std::is_convertible_v<std::nullptr_t, FilePath>);
  CHECK_FALSE(std::is_convertible_v<erm::Bytes, FilePath>);
}

TEST_CASE("Bytes in braces are logged as bytes, not as a path") {
  erm::ExperimentRun run("e");
  run.log_artifact({1, 2, 3}, "bytes", "bytes.bin");
  CHECK(run.artifacts().at("bytes").size() == 3);
}

TEST_CASE("Paths are equal if their texts are, and an empty path is empty") {
  CHECK(FilePath("a") == FilePath(std::string("a")));
  CHECK(FilePath("a") != FilePath("b"));
  CHECK(FilePath().empty());
  CHECK_FALSE(FilePath("a").empty());
}

}  // namespace file_path_test
