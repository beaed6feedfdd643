#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "catch.hpp"
#include "plain_file_system.hpp"
#include "thrown.hpp"

#include "erm/detail/run/read_ahead.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm_test::read_ahead_test {

/// A store of one file that gives at most so much in one read, and nothing from a place on.
class OneFile final : public PlainFileSystem {
 public:
  explicit OneFile(std::string content, bool with_folders = true) : content_(std::move(content)), with_folders_(with_folders) {}

  bool has_folders() const noexcept override { return with_folders_; }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    if (offset >= broken_from) throw erm::IoError("cannot read '" + path + "': the disk is broken", {});
    if (offset >= content_.size()) return 0;
    const std::string_view part = std::string_view(content_).substr(static_cast<std::size_t>(offset), (std::min)(size, most));
    std::copy(part.begin(), part.end(), into);
    return part.size();
  }

  std::size_t most = std::string::npos;
  std::uint64_t broken_from = std::string::npos;

 private:
  std::string content_;
  bool with_folders_;
};

std::string text_of_lines(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += "line " + std::to_string(i * 7919) + std::string(i % 50, '.') + '\n';
  return text;
}

/// What a caller sees that uses whole lines only.
std::string lines_of(const OneFile& fs, std::uint64_t size) {
  std::string all;
  erm::detail::ReadAhead pieces(fs, "file", size);
  std::size_t used = 0;
  for (std::string_view text = pieces.next(0); !text.empty(); text = pieces.next(used)) {
    used = text.rfind('\n') + 1;  // 0 if there is none
    all += text.substr(0, used);
  }
  return all;
}

TEST_CASE("Pieces that are read ahead are the file, for files of any size and reads of any length") {
  for (const std::size_t size : {0U, 1U, 100U, 4096U, 1U << 20, (1U << 20) + 1, 5U << 20}) {
    const std::string text = size == 0 ? std::string() : text_of_lines(size);
    for (const std::size_t most : {std::size_t{1000}, std::size_t{65536}, std::string::npos}) {
      for (const bool with_folders : {false, true}) {
        CAPTURE(size, most, with_folders);
        OneFile fs(text, with_folders);
        fs.most = most;
        CHECK((lines_of(fs, text.size()) == text));
      }
    }
  }
}

TEST_CASE("A line that is longer than a piece is whole") {
  const std::string text = "short\n" + std::string(9U << 20, 'x') + "\nlast\n";
  OneFile fs(text);
  CHECK((lines_of(fs, text.size()) == text));
  fs.most = 100000;
  CHECK((lines_of(fs, text.size()) == text));
}

TEST_CASE("What is appended to a file after its size was asked is read too, and an incomplete last line stays unused") {
  const std::string text = text_of_lines(3U << 20);
  const OneFile fs(text + "incomplete");
  for (const std::uint64_t known : {std::uint64_t{0}, std::uint64_t{10}, std::uint64_t{2U << 20}, std::uint64_t{text.size() + 10}}) {
    CAPTURE(known);
    CHECK((lines_of(fs, known) == text));
  }
}

TEST_CASE("A fault of the disk in a piece that is read ahead reaches the caller when it asks for that piece") {
  OneFile fs(text_of_lines(4U << 20));
  fs.broken_from = 3U << 20;
  erm::detail::ReadAhead pieces(fs, "file", 4U << 20);
  for (std::uint64_t at = 0; at < fs.broken_from; at = pieces.offset()) REQUIRE_FALSE(pieces.next(0).empty());
  CHECK(thrown<erm::IoError>([&] { static_cast<void>(pieces.next(0)); }) == "cannot read 'file': the disk is broken");
}

TEST_CASE("A reader that stops early waits for the piece that is being read") {
  for (int i = 0; i < 20; ++i) {
    const OneFile fs(std::string(8U << 20, '\n'));
    erm::detail::ReadAhead pieces(fs, "file", 8U << 20);
    if (i % 2 == 0) CHECK_FALSE(pieces.next(0).empty());
  }
}

}  // namespace erm_test::read_ahead_test
