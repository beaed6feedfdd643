#include "erm/detail/terminal/plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/terminal/sparkline.hpp"

using erm::detail::PlotCurve;
using erm::detail::PlotOptions;
using erm::detail::PlotPoint;
using erm::detail::PlotText;
using erm::detail::plotted;

namespace {

PlotCurve curve(std::string name, std::vector<double> values) {
  PlotCurve made;
  made.name = std::move(name);
  for (std::size_t i = 0; i < values.size(); ++i) made.points.push_back({static_cast<double>(i), values[i]});
  return made;
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text = "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

PlotOptions sized(std::size_t width, std::size_t height) {
  PlotOptions options;
  options.width = width;
  options.height = height;
  return options;
}

/// The highest and the lowest dot of each column of dots, counted from the top; -1 for an empty column.
struct Extent {
  long high = -1, low = -1;
};
std::vector<Extent> extents_of(const PlotText& text) {
  std::vector<Extent> extents;
  for (std::size_t row = 0; row + 2 < text.picture.size(); ++row) {
    const std::string& line = text.picture[row];
    std::size_t at = line.find("\xE2\x94\x82");  // the axis
    if (at == std::string::npos) at = line.find("\xE2\x94\xA4");
    REQUIRE(at != std::string::npos);
    std::size_t column = 0;
    for (std::size_t i = at + 3; i < line.size();) {
      const std::size_t length = erm::detail::utf8_sequence_length(std::string_view(line).substr(i));
      const std::uint32_t code = erm::detail::code_point(std::string_view(line).substr(i, length));
      if (code >= 0x2800 && code <= 0x28FF) {
        static constexpr unsigned bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
        for (std::size_t y = 0; y < 4; ++y)
          for (std::size_t x = 0; x < 2; ++x) {
            if (((code - 0x2800) & bits[y][x]) == 0) continue;
            const std::size_t dots = 2 * column + x;
            if (extents.size() <= dots) extents.resize(dots + 1);
            const long place = static_cast<long>(4 * row + y);
            if (extents[dots].high < 0) extents[dots].high = place;
            extents[dots].low = place;
          }
      }
      ++column;
      i += length;
    }
  }
  return extents;
}

constexpr double value_of_a_gap = std::numeric_limits<double>::quiet_NaN();
constexpr double beyond_all = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("A rising line goes from corner to corner") {
  const PlotText text = plotted({curve("loss", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})}, sized(24, 7));
  CHECK(joined_lines(text.picture) == R"(
10 ┤                ⣀⠤⠒⠉
   │            ⣀⠤⠒⠉
   │       ⢀⣀⠤⠔⠊
   │   ⢀⡠⠔⠊⠁
 0 ┤⡠⠔⠊⠁
   └┬─────────┬─────────
    0         5     step
)");
  CHECK(joined_lines(text.legend) == "\nloss  10  min 0  max 10\n");
}

TEST_CASE("Without Unicode a plot is ASCII, and curves are letters") {
  PlotOptions options = sized(30, 7);
  options.style.is_unicode = false;
  const PlotText text = plotted({curve("up", {0, 1, 2, 3}), curve("down", {3, 2, 1, 0})}, options);
  for (const std::string& line : text.picture)
    for (const char c : line) CHECK(static_cast<unsigned char>(c) < 0x80);
  CHECK(joined_lines(text.picture).find('a') != std::string::npos);
  CHECK(joined_lines(text.picture).find('b') != std::string::npos);
}

TEST_CASE("No line of a plot is wider than it may be") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> value(0, 1e-5);  // whose labels are the widest
  for (const std::size_t width : {std::size_t{12}, std::size_t{20}, std::size_t{80}, std::size_t{200}}) {
    std::vector<PlotCurve> curves;
    for (std::size_t i = 0; i < 5; ++i) {
      std::vector<double> values(300);
      for (double& one : values) one = value(random);
      curves.push_back(curve("\xE6\x90\x8D\xE5\xA4\xB1 of a run with a name that is long " + std::to_string(i), values));
    }
    const PlotText text = plotted(curves, sized(width, 12));
    CHECK(text.picture.size() == 12);
    CHECK(text.legend.size() == 5);
    for (const std::vector<std::string>* const lines : {&text.picture, &text.legend})
      for (const std::string& line : *lines)
        CHECK(erm::detail::fitted_to_terminal(line, std::string_view::npos).width <= width);
  }
}

TEST_CASE("A column of dots reaches from the least to the greatest of its points, as brute force finds them") {
  std::mt19937 random(11);
  std::normal_distribution<double> step(0, 1);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> values(5000);
    double at = 0;
    for (double& value : values) value = at += step(random);
    values[2500] = 400;  // a spike of one point
    const PlotText text = plotted({curve("walk", values)}, sized(60, 14));
    const std::vector<Extent> drawn = extents_of(text);
    const std::size_t columns = drawn.size(), rows = 4 * (14 - 2);
    double low = values[0], high = values[0];
    for (const double value : values) {
      low = (std::min)(low, value);
      high = (std::max)(high, value);
    }
    std::vector<Extent> expected(columns);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto column = static_cast<std::size_t>(std::lround(static_cast<double>(i) / 4999 * static_cast<double>(columns - 1)));
      const long row = std::lround((1 - (values[i] - low) / (high - low)) * static_cast<double>(rows - 1));
      if (expected[column].high < 0 || row < expected[column].high) expected[column].high = row;
      if (row > expected[column].low) expected[column].low = row;
    }
    for (std::size_t column = 0; column < columns; ++column) {
      Extent expected_here = expected[column];
      // A line between two columns may reach beyond the points of either.
      CHECK(drawn[column].high <= expected[column].high);
      CHECK(drawn[column].low >= expected[column].low);
      // It reaches no further than the points of its neighbours.
      for (const std::size_t beside : {column == 0 ? column : column - 1, column + 1 == columns ? column : column + 1}) {
        expected_here.high = (std::min)(expected_here.high, expected[beside].high);
        expected_here.low = (std::max)(expected_here.low, expected[beside].low);
      }
      CHECK(drawn[column].high >= expected_here.high);
      CHECK(drawn[column].low <= expected_here.low);
    }
    CHECK(drawn[static_cast<std::size_t>(std::lround(2500.0 / 4999 * static_cast<double>(columns - 1)))].high == 0);
  }
}

TEST_CASE("NaN is a gap, infinity an arrow, and the legend counts them") {
  const PlotText text = plotted({curve("x", {1, 2, value_of_a_gap, value_of_a_gap, 3, beyond_all, 2, -beyond_all, 1})}, sized(80, 8));
  CHECK(text.legend.front().find("2 NaN, 2 infinite") != std::string::npos);
  const std::string picture = joined_lines(text.picture);
  CHECK(picture.find("\xE2\x86\x91") != std::string::npos);
  CHECK(picture.find("\xE2\x86\x93") != std::string::npos);
}

TEST_CASE("A curve of one point, of equal points, and of none can be drawn") {
  CHECK(joined_lines(plotted({curve("x", {5})}, sized(40, 6)).picture).find("\xE2\x80\xA2") != std::string::npos);
  CHECK(plotted({curve("x", {5, 5, 5})}, sized(40, 6)).legend.front() == "x  last 5  min 5  max 5");
  CHECK(joined_lines(plotted({curve("x", {})}, sized(40, 6)).picture).find("no points") != std::string::npos);
  CHECK(plotted({}, sized(40, 6)).legend.empty());
}

TEST_CASE("A logarithmic axis leaves out what is not above 0, and says so") {
  PlotOptions options = sized(80, 8);
  options.is_log_y = true;
  CHECK(plotted({curve("x", {0.001, 0, 10, -1, 100})}, options).legend.front().find("2 not above 0") != std::string::npos);
}

TEST_CASE("A sparkline has the height of each value") {
  const std::vector<double> values = {0, 1, 2, 3, 4, 5, 6, 7};
  const auto value_of = [&](std::size_t i) { return values[i]; };
  CHECK(erm::detail::Sparkline(24).text(values.size(), value_of) == "▁▂▃▄▅▆▇█");
  CHECK(erm::detail::fitted_to_terminal(erm::detail::Sparkline(4).text(values.size(), value_of), 100).width == 4);
  CHECK(erm::detail::Sparkline(24).text(0, value_of).empty());
}
