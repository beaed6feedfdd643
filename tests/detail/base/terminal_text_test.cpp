#include "erm/detail/base/terminal_text.hpp"

#include <string>
#include <string_view>

#include "catch.hpp"

namespace terminal_text_test {

using erm::detail::fitted_to_terminal;

TEST_CASE("Text that fits does not change, and its width is that of its characters") {
  CHECK(fitted_to_terminal("adam", 10).text == "adam");
  CHECK(fitted_to_terminal("adam", 4).text == "adam");
  CHECK(fitted_to_terminal("\xC3\xA9t\xC3\xA9", 10).width == 3);
  CHECK(fitted_to_terminal("\xE6\x95\xB0\xE5\xAD\x97", 10).width == 4);  // two wide characters
  CHECK(fitted_to_terminal("\xE2\x9C\x85 \xE2\x9A\xA1", 10).width == 5);           // emoji among narrow signs
  CHECK(fitted_to_terminal("\xE2\x9C\x93 \xE2\x86\x92", 10).width == 3);           // a check mark, an arrow
  CHECK(fitted_to_terminal("e\xCC\x81", 10).width == 1);                 // a letter and an accent upon it
}

TEST_CASE("Text that is too wide ends with an ellipsis within the width") {
  CHECK(fitted_to_terminal("learning_rate", 8).text == "learnin\xE2\x80\xA6");
  CHECK(fitted_to_terminal("learning_rate", 8).width == 8);
  CHECK(fitted_to_terminal("\xE6\x95\xB0\xE5\xAD\x97\xE6\x95\xB0", 4).width == 3);  // a wide one would not fit
}

TEST_CASE("Nothing in a text controls the terminal") {
  CHECK(fitted_to_terminal("a\x1B[31m\n\tb", 20).text == "a [31m  b");
  CHECK(fitted_to_terminal("\xC2\x9B" "31m", 20).text == " 31m");            // the one-byte escape as UTF-8
  CHECK(fitted_to_terminal("a\xE2\x80\xAE" "b", 20).text == "a b");          // right-to-left override
  CHECK(fitted_to_terminal("\xFF", 20).text == "\xEF\xBF\xBD");
}

}  // namespace terminal_text_test
