#include "erm/detail/os/command_line.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

namespace command_line_test {

using erm::detail::split_command_line;
using Arguments = std::vector<std::string>;

// The examples are those of "Parsing C command-line arguments" in Microsoft's documentation.
TEST_CASE("A Windows command line is split like the C runtime does it") {
  CHECK(split_command_line(R"(p "a b c" d e)") == Arguments{"p", "a b c", "d", "e"});
  CHECK(split_command_line(R"(p "ab\"c" "\\" d)") == Arguments{"p", R"(ab"c)", R"(\)", "d"});
  CHECK(split_command_line(R"(p a\\\b d"e f"g h)") == Arguments{"p", R"(a\\\b)", "de fg", "h"});
  CHECK(split_command_line(R"(p a\\\"b c d)") == Arguments{"p", R"(a\"b)", "c", "d"});
  CHECK(split_command_line(R"(p a\\\\"b c" d e)") == Arguments{"p", R"(a\\b c)", "d", "e"});
  CHECK(split_command_line(R"(p a"b"" c d)") == Arguments{"p", R"(ab" c d)"});
}

TEST_CASE("The program's name has no escapes, and blanks around arguments do not count") {
  CHECK(split_command_line(R"("C:\my dir\p.exe"  "" x )") == Arguments{R"(C:\my dir\p.exe)", "", "x"});
  CHECK(split_command_line("").empty());
  CHECK(split_command_line("  ").empty());
  CHECK(split_command_line("\"open") == Arguments{"open"});
}

}  // namespace command_line_test
