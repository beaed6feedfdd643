#include "erm/detail/import/mended.hpp"

#include <cstdint>
#include <string>

#include "catch.hpp"

namespace mended_test {

using erm::Value;
using erm::detail::fault_of_name;
using erm::detail::mended_id;
using erm::detail::typed_value;

TEST_CASE("An id that a registry cannot store is mended, and any other stays") {
  CHECK(mended_id("a/b c", "run") == "a/b c");
  CHECK(mended_id("/Users/me/exp/", "run") == "Users/me/exp");
  CHECK(mended_id("a\\b\nc", "run") == "a_b_c");
  CHECK(mended_id("..", "run") == "_..");
  CHECK(mended_id("C:/x", "run") == "C_/x");
  CHECK(mended_id(".erm_x", "run") == "_.erm_x");
  CHECK(mended_id("", "run") == "run");
  CHECK(mended_id("///", "run") == "run");
  CHECK(mended_id("a\xFF", "run") == "a\xEF\xBF\xBD");
  for (const std::string& name : {std::string(300, 'x'), std::string("\xC2\x85"), std::string("a\0b", 3),
                                  std::string("erm_metadata.json/.erm_y/../."), std::string("./..//\x7F")})
    CHECK(fault_of_name(mended_id(name, "run")).empty());
}

TEST_CASE("Text that is how a number is written becomes one, and no other text changes") {
  CHECK(typed_value("42").kind() == Value::Kind::signed_integer);
  CHECK(typed_value("18446744073709551615").get<std::uint64_t>() == 18446744073709551615U);
  CHECK(typed_value("0.1") == Value(0.1));
  CHECK(typed_value("1.0").kind() == Value::Kind::floating);
  CHECK(typed_value("1e-05") == Value(1e-05));
  CHECK(typed_value("nan").is_number());
  CHECK(typed_value("True") == Value(true));
  for (const char* const text : {"", "007", "1.10", "+1", "1e-5", "0x10", "1_000", " 1", "None", "1.2.3", "-0"})
    CHECK((typed_value(text).is_text() && typed_value(text).str() == text));
}

}  // namespace mended_test
