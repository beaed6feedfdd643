#include "erm/detail/live/point_writer.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "catch.hpp"

namespace point_writer_test {

using erm::detail::PointWriter;

namespace {

template <class Float>
std::string line(const std::string& field, std::int64_t step, std::int64_t milliseconds, Float value) {
  PointWriter writer;
  writer.add(field, step, milliseconds, value);
  return std::string(writer.text());
}

}  // namespace

TEST_CASE("A point becomes a line") {
  CHECK(line("loss", 1200, 1763883021123, 0.53125) == "loss,1200,1763883021123,0.53125\n");
  CHECK(line("", 0, 0, 0.0) == ",0,0,0\n");
  CHECK(line("\"a,b\"", -1, -62135596800000, -0.0) == "\"a,b\",-1,-62135596800000,-0\n");
}

TEST_CASE("The extremes of each number fit") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  CHECK(line("m", least, least, -std::numeric_limits<double>::denorm_min()) ==
        "m,-9223372036854775808,-9223372036854775808,-5e-324\n");
  CHECK(line("m", greatest, greatest, -std::numeric_limits<double>::max()) ==
        "m,9223372036854775807,9223372036854775807,-1.7976931348623157e+308\n");
}

TEST_CASE("A float is written as its own shortest decimal, a double as its") {
  CHECK(line("m", 1, 1, 0.1F) == "m,1,1,0.1\n");
  CHECK(line("m", 1, 1, static_cast<double>(0.1F)) == "m,1,1,0.10000000149011612\n");
  CHECK(line("m", 1, 1, 16777216.0F) == "m,1,1,16777216\n");
}

TEST_CASE("NaN and the infinities have names") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(line("m", 1, 1, std::nan("")) == "m,1,1,nan\n");
  CHECK(line("m", 1, 1, infinity) == "m,1,1,inf\n");
  CHECK(line("m", 1, 1, -infinity) == "m,1,1,-inf\n");
  CHECK(line("m", 1, 1, std::numeric_limits<float>::quiet_NaN()) == "m,1,1,nan\n");
}

TEST_CASE("Steps and times that repeat, change, and come back are each written") {
  PointWriter writer;
  const std::int64_t steps[] = {0, 0, 12345678901, 7, 7, -3}, times[] = {0, 5, 5, 5, 1763883021123, 0};
  std::string expected;
  for (int i = 0; i < 6; ++i) {
    writer.add("m", steps[i], times[i], 1.0);
    expected += "m," + std::to_string(steps[i]) + "," + std::to_string(times[i]) + ",1\n";
  }
  CHECK(writer.text() == expected);
}

TEST_CASE("The text grows as it must, and what was cleared is gone") {
  PointWriter writer;
  const std::string name(100000, 'n');
  std::string expected;
  for (std::int64_t i = 0; i < 20; ++i) {
    writer.add(name, i, i, 2.5);
    expected += name + "," + std::to_string(i) + "," + std::to_string(i) + ",2.5\n";
  }
  CHECK(writer.text() == expected);
  writer.clear();
  CHECK(writer.text().empty());
  writer.add("m", 3, 3, 0.5);
  CHECK(writer.text() == "m,3,3,0.5\n");
}

}  // namespace point_writer_test
