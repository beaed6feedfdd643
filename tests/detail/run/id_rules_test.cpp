#include "erm/detail/run/id_rules.hpp"

#include <string>

#include "catch.hpp"
#include "thrown.hpp"

namespace names_test {

using erm::detail::fault_of_name;
using erm::detail::shown;

TEST_CASE("Every name that a folder can have on any system is valid") {
  for (const std::string& name :
       {std::string("a"), std::string("team/house prices"), std::string("..."), std::string("a..b"), std::string(".hidden"),
        std::string("erm_metadata.json.bak"), std::string(".erm"), std::string("\xC3\xBC/\xF0\x9F\x98\x80"),
        std::string("\xC2\xA0"), std::string("a:b"), std::string("C:x"), std::string("[a]*?::"), std::string(255, 'x'),
        std::string(255, 'x') + "/" + std::string(255, 'y')}) {
    CAPTURE(name);
    CHECK(fault_of_name(name) == "");
    CHECK_NOTHROW(erm::detail::check_name("id", name));
  }
}

TEST_CASE("Reserved names are reserved in any case") {
  for (const char* name : {"erm_metadata.json", "ERM_METADATA.JSON", ".erm_", ".Erm_x"})
    CHECK(erm::detail::is_reserved_name(name));
  for (const char* name : {"", ".", ".erm", "erm_", "erm_metadata", "erm_metadata.json2"})
    CHECK_FALSE(erm::detail::is_reserved_name(name));
}

TEST_CASE("A name is shown without control characters, and with limited length") {
  CHECK(shown("a\x1B[31mb") == "'a?[31mb'");
  CHECK(shown("\xFF") == "'\xEF\xBF\xBD'");
  CHECK(shown(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
  CHECK(shown(std::string(81, 'x')) == "'" + std::string(80, 'x') + "...'");
}

}  // namespace names_test
