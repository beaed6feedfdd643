#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_reader.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "thrown.hpp"

namespace history_csv_test {

using erm::MetricHistory;
using erm::detail::PointWriter;
using erm_test::thrown;

namespace {

const std::string header = "metric,step,unix_ms,value\n";

std::map<std::string, MetricHistory> read(const std::string& text) {
  erm::detail::HistoryReader reader;
  reader.read(text, "h.csv");
  return reader.take();
}

std::string error_of(const std::string& text) {
  return thrown<erm::FormatError>([&] { read(text); });
}

const std::string no_point = ": it is not metric,step,unix_ms,value; mend or remove the line";

erm::MetricPoint point(std::int64_t step, std::int64_t milliseconds, double value) {
  erm::MetricPoint made;
  made.step = step;
  made.time = erm::TimePoint(std::chrono::milliseconds(milliseconds));
  made.value = value;
  return made;
}

template <class Float>
std::string line(const std::string& field, std::int64_t step, std::int64_t milliseconds, Float value) {
  PointWriter writer;
  writer.add(field, step, milliseconds, value);
  return std::string(writer.text());
}

}  // namespace

TEST_CASE("Points are written as RFC 4180 text") {
  std::map<std::string, MetricHistory> history;
  history["loss"] = MetricHistory({point(1200, 1763883021123, 0.53125), point(-1, -1, std::nan(""))});
  history["a, \"b\"\n"] = MetricHistory({point(0, 0, std::numeric_limits<double>::infinity())});
  const std::string csv = erm::detail::history_csv(history);
  CHECK(csv == header + "\"a, \"\"b\"\"\n\",0,0,inf\nloss,1200,1763883021123,0.53125\nloss,-1,-1,NaN\n");
  CHECK(read(csv) == history);
}

TEST_CASE("Every kind of name and number reads back") {
  std::map<std::string, MetricHistory> history;
  for (const std::string name : {"", " ", "\"", "\"\"", ",", "\r", "\r\n", "a\nb", "\xC3\xBC", "nan", "=1+1"})
    history[name] = MetricHistory({point(std::numeric_limits<std::int64_t>::min(), 0, -0.0),
                                   point(std::numeric_limits<std::int64_t>::max(), 253402300799999, 5e-324),
                                   point(0, -62135596800000, -std::numeric_limits<double>::infinity()),
                                   point(0, 1, 1.7976931348623157e308), point(0, 1, 0.1)});
  CHECK(read(erm::detail::history_csv(history)) == history);
}

TEST_CASE("A truncated last line is ignored, and no line before it") {
  const std::string first = header + "loss,1,1763883021123,0.5\n";
  const std::string last = "\"a\nb\",2,1763883021124,0.25\n";
  for (std::size_t size = 0; size < last.size(); ++size) {
    CAPTURE(size);
    const auto history = read(first + last.substr(0, size));
    REQUIRE(history.size() == 1);
    REQUIRE(history.at("loss").size() == 1);
  }
  CHECK(read(first + last).size() == 2);
  for (std::size_t size = 0; size <= header.size(); ++size) CHECK(read(header.substr(0, size)).empty());
}

TEST_CASE("Any other bad line gives an error that names it") {
  for (const std::string line :
       {"loss,1,1763883021123", "loss,1,1763883021123,", "loss,1,1763883021123,high", "loss,x,1763883021123,1",
        "loss,1.5,1763883021123,1", "loss,1,soon,1", "loss", "", "loss,1,1763883021123,1,2", "lo\"ss,1,1763883021123,1",
        "\"loss\"x,1,1763883021123,1", "loss,9223372036854775808,1763883021123,1", "loss,1,9000000000000000,1",
        "loss, 1,1763883021123,1"}) {
    CAPTURE(line);
    CHECK(error_of(header + "loss,0,1763883021123,1\n" + line + "\nloss,2,1763883021123,1\n") ==
          "history file 'h.csv', line 3" + no_point);
    CHECK(error_of(header + line + "\n") == "history file 'h.csv', line 2" + no_point);
  }
  const std::string no_header =
      "history file 'h.csv', line 1: the header is not 'metric,step,unix_ms,value'; mend or remove the line";
  CHECK(error_of("loss,1,1763883021123,1\n") == no_header);
  CHECK(error_of("x") == no_header);
  CHECK(error_of("metric,step,unix_ms,value,more\n") ==
        "history file 'h.csv', line 1: the header is followed by more fields; mend or remove the line");
}

TEST_CASE("Lines may end as on Windows, and several files make one history") {
  erm::detail::HistoryReader reader;
  reader.read("metric,step,unix_ms,value\r\nloss,1,1,0.5\r\nacc,1,1,0.9\r\n", "a.csv");
  reader.read(header + "loss,2,2,0.25\n\"loss\",3,3,0.125\n", "b.csv");
  const auto history = reader.take();
  CHECK(history.at("loss") == MetricHistory({point(1, 1, 0.5), point(2, 2, 0.25), point(3, 3, 0.125)}));
  CHECK(history.at("acc").size() == 1);
}

// ---- one point as a line ----

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

TEST_CASE("A float is written as its own shortest decimal, a double as its own") {
  CHECK(line("m", 1, 1, 0.1F) == "m,1,1,0.1\n");
  CHECK(line("m", 1, 1, static_cast<double>(0.1F)) == "m,1,1,0.10000000149011612\n");
  CHECK(line("m", 1, 1, 16777216.0F) == "m,1,1,16777216\n");
}

TEST_CASE("NaN and the infinities have names") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(line("m", 1, 1, std::nan("")) == "m,1,1,NaN\n");
  CHECK(line("m", 1, 1, infinity) == "m,1,1,inf\n");
  CHECK(line("m", 1, 1, -infinity) == "m,1,1,-inf\n");
  CHECK(line("m", 1, 1, std::numeric_limits<float>::quiet_NaN()) == "m,1,1,NaN\n");
}

TEST_CASE("Steps and times that repeat, change and return are written correctly") {
  PointWriter writer;
  const std::int64_t steps[] = {0, 0, 12345678901, 7, 7, -3}, times[] = {0, 5, 5, 5, 1763883021123, 0};
  std::string expected;
  for (int i = 0; i < 6; ++i) {
    writer.add("m", steps[i], times[i], 1.0);
    expected += "m," + std::to_string(steps[i]) + "," + std::to_string(times[i]) + ",1\n";
  }
  CHECK(writer.text() == expected);
}

TEST_CASE("The text grows as needed, and is empty after clear()") {
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

TEST_CASE("Steps that count up, stay, jump and fall are written like each by itself, after names of any length") {
  const std::int64_t most = (std::numeric_limits<std::int64_t>::max)(),
                     least = (std::numeric_limits<std::int64_t>::min)();
  std::vector<std::int64_t> steps = {5,  6, 6, 6, 7,        3,    4,     109,       110, -2,
                                     -1, 0, 1, 2, most - 1, most, least, least + 1, -10, -9};
  for (std::int64_t step = 0; step < 1234; ++step) steps.push_back(step);
  for (std::int64_t step = 99990; step < 100020; ++step) steps.push_back(step);
  for (std::size_t length = 1; length < 40; ++length) {
    const std::string field = std::string(length - 1, 'a') + "b";
    erm::detail::PointWriter writer;
    std::string expected;
    std::int64_t time = 1700000000000;
    for (const std::int64_t step : steps) {
      writer.add(field, step, time, 0.5);
      expected += field + "," + std::to_string(step) + "," + std::to_string(time) + ",0.5\n";
      time += step % 3;
    }
    CHECK((writer.text() == expected));
  }
}

TEST_CASE("A reader of one metric passes over the lines of all others, in pieces of any size") {
  std::string text = header;
  const std::vector<std::string> fields = {"loss,", "\"loss\",", "los,", "losses,", "\"a, \"\"b\"\"\nloss\",", "x\xFFy,", ",",
                                           "train/metric3,", "train/metric4,", "train/metric33,", "brain/metric3,"};
  for (int i = 0; i < 200; ++i)
    text += fields[static_cast<std::size_t>(i * 7 % 23) % fields.size()] + std::to_string(i) + ",1763883021123," +
            std::to_string(i % 13) + (i % 5 == 0 ? "\r\n" : "\n");
  text += "los,3,17";  // a crash cut it off
  const auto whole = read(text);
  REQUIRE(whole.size() == 10);
  for (const auto& [metric, history] : whole) {
    for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{60}, std::size_t{131}}) {
      erm::detail::HistoryReader reader;
      reader.read_only(metric);
      const std::string path = "h.csv";
      reader.begin(path, text.size());
      std::string rest;
      for (std::size_t at = 0; at < text.size(); at += piece) {
        rest += text.substr(at, piece);
        rest.erase(0, reader.consume(rest));
      }
      const auto read = reader.take();
      INFO("metric '" << metric << "', pieces of " << piece << " bytes");
      REQUIRE(read.count(metric) == 1);
      CHECK(read.at(metric) == history);
      for (const auto& [other, points] : read) CHECK(other == metric);
    }
  }
  erm::detail::HistoryReader none;
  none.read_only("missing");
  none.read(text, "h.csv");
  CHECK(none.take().empty());
}

TEST_CASE("A reader of one metric finds damage in its lines, and does not look at others") {
  const auto read_loss = [](const std::string& text) {
    erm::detail::HistoryReader reader;
    reader.read_only("loss");
    reader.read(text, "h.csv");
    return reader.take().size();
  };
  CHECK(read_loss(header + "acc,1,x,y\nloss,1,1,1\n") == 1);
  CHECK(thrown<erm::FormatError>([&] { read_loss(header + "acc,1,x,y\nloss,1,x,y\n"); }) ==
        "history file 'h.csv', line 3" + no_point);
}

TEST_CASE("NaN and the infinities are read in each spelling, that of version 0.1 too") {
  for (const std::string text : {"nan", "NaN", "NAN", "-nan"}) {
    CAPTURE(text);
    CHECK(std::isnan(read(header + "m,1,1," + text + "\n").at("m").last().value));
  }
  for (const std::string text : {"inf", "Inf", "infinity", "Infinity"}) {
    CAPTURE(text);
    CHECK(read(header + "m,1,1," + text + "\nm,2,1,-" + text + "\n").at("m").points()[0].value > 1e308);
    CHECK(read(header + "m,1,1," + text + "\nm,2,1,-" + text + "\n").at("m").points()[1].value < -1e308);
  }
}

}  // namespace history_csv_test
