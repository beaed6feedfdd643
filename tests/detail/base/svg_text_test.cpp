#include "erm/detail/base/svg_text.hpp"

#include <string>
#include <string_view>

#include "catch.hpp"
#include "thrown.hpp"

namespace svg_text_test {

using erm::detail::standalone_svg;
using erm_test::thrown;

namespace {

const std::string svg_uri = "http://www.w3.org/2000/svg";

std::string declared(const std::string& encoding, const std::string& title) {
  return "<?xml version=\"1.0\" encoding=\"" + encoding + "\"?>\n<svg xmlns=\"" + svg_uri + "\"><title>" + title + "</title></svg>";
}

/// ASCII as UTF-16.
std::string utf16(const std::string& text, bool is_big_endian) {
  std::string out = is_big_endian ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) out += is_big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return out;
}

}  // namespace

TEST_CASE("An SVG in UTF-8 with its namespace stays as it is") {
  for (const std::string& text : {declared("UTF-8", "\xC3\xA9"), declared("utf-8", "a"), declared("us-ascii", "a"),
                                  "<svg xmlns='" + svg_uri + "'/>", "<s:svg xmlns:s='" + svg_uri + "'/>"})
    CHECK(standalone_svg(text) == text);
}

TEST_CASE("An SVG in the encodings of plot programs becomes UTF-8, and says so") {
  CHECK(standalone_svg(declared("ISO-8859-1", "\xE9 \xB5")) == declared("UTF-8", "\xC3\xA9 \xC2\xB5"));
  CHECK(standalone_svg(declared("iso-8859-1", "\xE9")) == declared("UTF-8", "\xC3\xA9"));
  CHECK(standalone_svg(declared("iso-8859-15", "\xA4 \xE9")) == declared("UTF-8", "\xE2\x82\xAC \xC3\xA9"));
  CHECK(standalone_svg(declared("Windows-1252", "\x80 \x99 \xE9")) == declared("UTF-8", "\xE2\x82\xAC \xE2\x84\xA2 \xC3\xA9"));
  CHECK(standalone_svg(utf16(declared("UTF-16", "a"), true)) == declared("UTF-8", "a"));
  CHECK(standalone_svg(utf16(declared("UTF-16", "a"), false)) == declared("UTF-8", "a"));
  // Beyond the first 65,536 characters, and half of such a pair.
  CHECK(standalone_svg(std::string("\xFF\xFE\x3D\xD8\x00\xDE\x3D\xD8", 8)) == "\xF0\x9F\x98\x80\xEF\xBF\xBD");
}

TEST_CASE("Bytes that are no UTF-8 are replaced where the file says nothing or says UTF-8") {
  CHECK(standalone_svg(declared("UTF-8", "\xE9")) == declared("UTF-8", "\xEF\xBF\xBD"));
  CHECK(standalone_svg("<svg xmlns='x'>\xE9</svg>") == "<svg xmlns='x'>\xEF\xBF\xBD</svg>");
}

TEST_CASE("An encoding that cannot be read is an error that names those that can") {
  CHECK(thrown<erm::Error>([] { standalone_svg(declared("Shift_JIS", "a")); }) ==
        "cannot read an SVG text: it declares the encoding \"shift_jis\", and ERM reads UTF-8, UTF-16, ISO-8859-1, ISO-8859-15 "
        "and windows-1252; write it as UTF-8");
}

TEST_CASE("The root gets the namespaces that it lacks") {
  CHECK(standalone_svg("<svg width='9'><rect/></svg>") == "<svg xmlns=\"" + svg_uri + "\" width='9'><rect/></svg>");
  CHECK(standalone_svg("<svg/>") == "<svg xmlns=\"" + svg_uri + "\"/>");
  CHECK(standalone_svg("<!-- <svg> --><svg a='>'>") == "<!-- <svg> --><svg xmlns=\"" + svg_uri + "\" a='>'>");
  CHECK(standalone_svg("<s:svg></s:svg>") == "<s:svg xmlns:s=\"" + svg_uri + "\"></s:svg>");
  CHECK(standalone_svg("<svg xmlns='" + svg_uri + "'><use xlink:href='#a'/></svg>") ==
        "<svg xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns='" + svg_uri + "'><use xlink:href='#a'/></svg>");
  // An attribute of another name, and one in a value.
  CHECK(standalone_svg("<svg data-xmlns='x' title='a xmlns'>") == "<svg xmlns=\"" + svg_uri + "\" data-xmlns='x' title='a xmlns'>");
}

TEST_CASE("A text that is no SVG, or is cut, comes back") {
  for (const char* const text : {"", "<", "<svgx>", "text", "<?xml encoding=\"", "<?xml version='1.0'?>", "<!--", "<html/>"})
    CHECK(standalone_svg(text) == text);
  CHECK(standalone_svg("<svg") == "<svg xmlns=\"" + svg_uri + "\"");
}

}  // namespace svg_text_test
