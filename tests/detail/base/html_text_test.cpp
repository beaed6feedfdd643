#include "erm/detail/base/html_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include "catch.hpp"

namespace html_text_test {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  erm::detail::append_html(out, text);
  return out;
}

std::string base64(std::string_view text) {
  std::string out;
  erm::detail::append_base64(out, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return out;
}

}  // namespace

TEST_CASE("Text is escaped in the same way for a text node and for an attribute") {
  CHECK(escaped("plain \xC3\xA9") == "plain \xC3\xA9");
  CHECK(escaped("<a b='c' d=\"e\">&amp;") == "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;");
  CHECK(escaped("a\n\tb\r") == "a\n\tb&#13;");
  CHECK(escaped(std::string_view("\0\x1B\x7F", 3)) == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("Bytes become base64") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar\xFF") == "Zm9vYmFy/w==");
}

TEST_CASE("Sizes are readable") {
  const auto size = [](std::uint64_t bytes) { return erm::detail::readable_size(bytes); };
  CHECK(size(0) == "0 bytes");
  CHECK(size(1) == "1 byte");
  CHECK(size(1023) == "1023 bytes");
  CHECK(size(1024) == "1.0 KiB");
  CHECK(size(1536) == "1.5 KiB");
  CHECK(size(std::uint64_t{3} << 30) == "3.0 GiB");
  CHECK(size(std::uint64_t{0} - 1) == "16.0 EiB");
}

TEST_CASE("A string for a script can neither end its element nor begin a comment") {
  std::string out;
  erm::detail::append_script_string(out, "</script><!--&\"\\\n\x01\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAAz");
  CHECK(out == "\"\\u003c/script\\u003e\\u003c!--\\u0026\\\"\\\\\\n\\u0001\\u2028\\u2029\xE2\x80\xAAz\"");
}

}  // namespace html_text_test
