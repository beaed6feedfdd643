#include "erm/detail/chart/color.hpp"

#include <string_view>

#include "catch.hpp"

namespace color_test {

using erm::detail::ColorScale;
using erm::detail::hex_color;
using erm::detail::is_color;
using erm::detail::parse_color;

TEST_CASE("A colour is a name, hexadecimal digits or a function of plain numbers, and nothing else") {
  for (const char* color :
       {"red", "#abc", "#AABBCC", "#aabbcc80", "rgb(1, 2,3)", "rgba(1,2,3,0.5)", "hsl(10, 50%, 20%)"}) {
    CAPTURE(color);
    CHECK(is_color(color));
  }
  for (const char* other : {"", "#ab", "#abg", "red;", "url(#a)", "rgb(1,2,3", "rgb(1,2,3))", "rgb(var(--x))", "red\"",
                            "a b", "expression(1)", "rgb", "rgb(1,2,3)\n", "#aabbccddeeff", "javascript:x"}) {
    CAPTURE(other);
    CHECK(is_color(other) == (std::string_view(other) == "rgb"));  // a word alone is harmless
  }
}

TEST_CASE("Colours are read and written as hexadecimal digits") {
  CHECK(hex_color(parse_color("#abc")) == "#aabbcc");
  CHECK(hex_color(parse_color("#102030")) == "#102030");
  CHECK(hex_color(parse_color("rgb(1, 255, 300)")) == "#01ffff");
  CHECK(hex_color(parse_color("rgb()")) == "#000000");
  CHECK(hex_color(parse_color("no colour")) == "#808080");
}

TEST_CASE("A scale begins and ends with its colours and interpolates between them") {
  const ColorScale grey = ColorScale::named("Greys");
  CHECK(hex_color(grey.at(0)) == "#000000");
  CHECK(hex_color(grey.at(1)) == "#ffffff");
  CHECK(hex_color(grey.at(0.5)) == "#808080");
  CHECK(hex_color(grey.reversed().at(0)) == "#ffffff");
  CHECK(hex_color(ColorScale::named("Greys_r").at(1)) == "#000000");
  CHECK(hex_color(ColorScale::named("no such scale").at(0)) == "#440154");
  CHECK(hex_color(ColorScale({{0.25, {0, 0, 0}}, {0.25, {255, 0, 0}}}).at(0.9)) == "#ff0000");
}

TEST_CASE("Text on a colour is readable") {
  CHECK(erm::detail::text_color_on(parse_color("#ffffff")) == std::string_view("#000"));
  CHECK(erm::detail::text_color_on(parse_color("#08306b")) == std::string_view("#fff"));
}

}  // namespace color_test
