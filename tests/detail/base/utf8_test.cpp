#include "erm/detail/base/utf8.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace utf8_test {

using erm::detail::is_utf8;
using erm::detail::repaired_utf8;
using erm::detail::utf8_sequence_length;
using erm::detail::utf8_valid_prefix;

namespace {

const std::string replacement = "\xEF\xBF\xBD";

/// The UTF-8 of any number below 2^21, well-formed or not.
std::string encoded(unsigned code) {
  const auto byte = [](unsigned value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
  if (code < 0x10000) return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
  return {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)), byte(0x80 | (code >> 6 & 0x3F)),
          byte(0x80 | (code & 0x3F))};
}

}  // namespace

TEST_CASE("Every code point is valid UTF-8 except the surrogates and those beyond U+10FFFF") {
  std::size_t wrong = 0;
  for (unsigned code = 0; code < 0x200000; ++code) {
    const bool expected = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    const std::string text = encoded(code);
    if (is_utf8(text) != expected) ++wrong;
    if (utf8_sequence_length(text) != (expected ? text.size() : 0)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("Overlong forms are not UTF-8") {
  for (const std::string_view text : {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80",
                                      "\xF0\x8F\xBF\xBF", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF"})
    CHECK_FALSE(is_utf8(text));
}

TEST_CASE("A truncated sequence is not UTF-8, at the end of the text or inside it") {
  for (const std::string_view whole : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
    for (std::size_t length = 1; length < whole.size(); ++length) {
      const std::string part(whole.substr(0, length));
      CHECK_FALSE(is_utf8(part));
      CHECK_FALSE(is_utf8(part + "a"));
      CHECK(utf8_valid_prefix("ab" + part) == 2);
    }
}

TEST_CASE("A continuation byte without a first byte is not UTF-8") {
  CHECK_FALSE(is_utf8("\x80"));
  CHECK_FALSE(is_utf8("\xBF"));
  CHECK_FALSE(is_utf8("\xC3\xA9\xA9"));
}

TEST_CASE("The empty text and NUL are UTF-8") {
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string_view("a\0b", 3)));
  CHECK(utf8_sequence_length("") == 0);
  CHECK(utf8_sequence_length(std::string_view("\0", 1)) == 1);
}

TEST_CASE("The valid prefix ends at the first byte that is not UTF-8") {
  CHECK(utf8_valid_prefix("") == 0);
  CHECK(utf8_valid_prefix("abc") == 3);
  CHECK(utf8_valid_prefix("h\xC3\xA9llo\xFF!") == 6);
  CHECK(utf8_valid_prefix("\xFF") == 0);
}

TEST_CASE("Repairing valid UTF-8 does not change it") {
  for (const std::string text : {"", "plain", "Z\xC3\xBCrich", "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x98\x80"})
    CHECK(repaired_utf8(text) == text);
}

TEST_CASE("Each byte that is not UTF-8 becomes one U+FFFD, and the rest is kept") {
  CHECK(repaired_utf8("caf\xE9!") == "caf" + replacement + "!");
  CHECK(repaired_utf8("\xFF\xFE") == replacement + replacement);
  CHECK(repaired_utf8("\xED\xA0\x80") == replacement + replacement + replacement);
  CHECK(repaired_utf8("a\xF0\x9F\x98") == "a" + replacement + replacement + replacement);
  CHECK(repaired_utf8("\xE2\x82z\xE2\x82\xAC") == replacement + replacement + "z\xE2\x82\xAC");
}

TEST_CASE("Repaired text is always UTF-8") {
  std::string text;
  unsigned state = 1;
  for (int i = 0; i < 100000; ++i) {
    state = state * 1664525U + 1013904223U;
    text += static_cast<char>(static_cast<unsigned char>(state >> 24));
  }
  CHECK_FALSE(is_utf8(text));
  CHECK(is_utf8(repaired_utf8(text)));
}

}  // namespace utf8_test
