#include "erm/detail/chart/data.hpp"

#include <string>

#include "catch.hpp"
#include "erm/json.hpp"

namespace data_test {

TEST_CASE("A title loses its markup and keeps every other sign") {
  const auto title = [](const std::string& text) {
    const erm::Json json(text);
    return erm::detail::title_of(&json);
  };
  CHECK(title("<b>a</b><br>b <i x='1'>c</i>") == "a b c");
  CHECK(title("<") == "<");
  CHECK(title("<>") == "<>");
  CHECK(title("a < b > c <b>d</b>") == "a < b > c d");
  CHECK(title("<<b>>") == "<>");
  CHECK(title("<strong>a</strong> <spanner>") == "a <spanner>");
  CHECK(title("x<y") == "x<y");
}

}  // namespace data_test
