#include "erm/detail/provenance/system_files.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "system_tree.hpp"

namespace system_files_test {

namespace {

using erm::detail::count_of_list;
using erm::detail::leading_number;
using erm::detail::SystemFiles;
using erm::detail::value_of_line;

}  // namespace

TEST_CASE("A line's value is found by its complete key") {
  const std::string text = "cpu family\t: 25\nmodel name\t: AMD EPYC\ncpu\t\t: POWER9\nempty :\nno sign\n";
  CHECK(value_of_line(text, "model name", ':') == "AMD EPYC");
  CHECK(value_of_line(text, "cpu", ':') == "POWER9");
  CHECK(value_of_line(text, "empty", ':').empty());
  CHECK(value_of_line(text, "no sign", ':').empty());
  CHECK(value_of_line(text, "model", ':').empty());
  CHECK(value_of_line("", "a", ':').empty());
  CHECK(value_of_line("NAME=\"x y\"", "NAME", '=') == "\"x y\"");
}

TEST_CASE("A list of numbers is counted, and an invalid list counts as nothing") {
  CHECK(count_of_list("0-7,9\n") == 9);
  CHECK(count_of_list("3") == 1);
  CHECK(count_of_list("") == 0);
  CHECK(count_of_list("7-0") == 0);
  CHECK(count_of_list("a") == 0);
  CHECK(count_of_list("1-") == 0);
  CHECK(count_of_list("1,,2") == 0);
}

TEST_CASE("A number is read from the start of a text") {
  CHECK(leading_number(" 12 kB") == 12U);
  CHECK(leading_number("18446744073709551615") == 18446744073709551615U);
  CHECK_FALSE(leading_number("18446744073709551616"));
  CHECK_FALSE(leading_number("max"));
  CHECK_FALSE(leading_number("-1"));
  CHECK_FALSE(leading_number(""));
}

TEST_CASE("Files of the system are read up to a limit, and missing files are unknown") {
  const erm_test::SystemTree machine = {{"/proc/a", "one\ntwo\n"}, {"/sys/b/c", ""}, {"/sys/b/d", "  7 \n"}};
  machine.link("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin");
  const SystemFiles files = machine.files();
  CHECK(files.text("/proc/a") == "one\ntwo\n");
  CHECK(files.text("/proc/a", 2) == "on");
  CHECK(files.line("/proc/a") == "one");
  CHECK(files.line("/sys/b/c").empty());
  CHECK(files.number("/sys/b/d") == 7U);
  CHECK_FALSE(files.text("/proc/none"));
  CHECK_FALSE(files.text("/proc"));
  CHECK(files.names("/sys/b") == std::vector<std::string>{"c", "d"});
  CHECK(files.names("/none").empty());
  CHECK(files.has("/sys/b"));
  CHECK_FALSE(files.has("/sys/c"));
  CHECK(files.link("/etc/localtime") == "/usr/share/zoneinfo/Europe/Berlin");
  CHECK(files.link("/proc/a").empty());
}

}  // namespace system_files_test
