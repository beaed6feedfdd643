#include "erm/detail/copy/source_content.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "erm/detail/run/paths.hpp"

namespace source_content_test {

using erm::detail::CopyMeter;
using erm::detail::SourceContent;
using erm::detail::SourceFault;

namespace {

std::string text_of_size(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * i % 26);
  return text;
}

}  // namespace

TEST_CASE("The hash of a content does not depend on the order in which a store reads it") {
  erm::MemoryFileSystem store;
  const std::string text = text_of_size(1000);
  store.write("file", text);
  const std::string expected = erm::detail::sha256_of(text);
  erm::Bytes into(1000);
  for (const bool in_order : {true, false}) {
    CopyMeter meter;
    SourceContent content(store, "file", text.size(), true, SourceContent::Hashing::while_read, meter);
    for (const std::uint64_t part : {in_order ? 0U : 500U, in_order ? 500U : 0U, 500U, 250U})
      CHECK(content.read_at(part, into.data(), 500) == 500);
    CHECK(content.read_at(900, into.data(), 500) == 100);
    CHECK(content.read_at(1000, into.data(), 500) == 0);
    CHECK(content.sha256() == expected);
    CHECK(meter.bytes() == 1000);  // each byte once, however often it was read
  }
}

TEST_CASE("A content that ends before its size is a fault of the source") {
  erm::MemoryFileSystem store;
  store.write("file", "short");
  CopyMeter meter;
  SourceContent content(store, "file", 10, true, SourceContent::Hashing::none, meter);
  erm::Bytes into(10);
  std::string reason;
  try {
    content.read_at(0, into.data(), 10);
  } catch (const SourceFault& fault) {
    reason = fault.reason;
  }
  CHECK(reason == "'file' ended while it was copied; copy again");

  // The beginning of a file that grows.
  SourceContent beginning(store, "file", 3, false, SourceContent::Hashing::while_read, meter);
  CHECK(beginning.read_at(0, into.data(), 10) == 3);
  CHECK(beginning.sha256() == erm::detail::sha256_of("sho"));
  CHECK(beginning.local_file() == nullptr);
}

TEST_CASE("A copy that is to stop stops at the next piece") {
  erm::MemoryFileSystem store;
  store.write("file", "some text");
  CopyMeter meter;
  SourceContent content(store, "file", 9, true, SourceContent::Hashing::none, meter);
  erm::Bytes into(9);
  CHECK(content.read_at(0, into.data(), 4) == 4);
  meter.stop();
  CHECK_THROWS_AS(content.read_at(4, into.data(), 4), erm::detail::CopyStopped);
}

}  // namespace source_content_test
