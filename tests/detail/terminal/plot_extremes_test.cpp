// Plots of each kind of axis, with colours, and of values and names at the ends of what there is.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/terminal/plot.hpp"

namespace plot_extremes_test {

using erm::detail::PlotCurve;
using erm::detail::PlotOptions;
using erm::detail::PlotQuantity;
using erm::detail::PlotText;
using erm::detail::plotted;

namespace {

PlotCurve line_of(std::string name, const std::vector<double>& xs, const std::vector<double>& ys) {
  PlotCurve made;
  made.name = std::move(name);
  for (std::size_t i = 0; i < xs.size(); ++i) made.points.push_back({xs[i], ys[i]});
  return made;
}

PlotOptions options_of(std::size_t width, std::size_t height) {
  PlotOptions options;
  options.width = width;
  options.height = height;
  return options;
}

std::string lines_of(const PlotText& text) {
  std::string all = "\n";
  for (const std::string& line : text.picture) all += line + "\n";
  return all;
}

/// Text without the colours.
std::string plain(const std::string& line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1B') i = line.find('m', i);
    else out += line[i];
  }
  return out;
}

void expect_to_fit(const PlotText& text, const PlotOptions& options) {
  CHECK(text.picture.size() == options.height);
  for (const std::vector<std::string>* const lines : {&text.picture, &text.legend}) {
    for (const std::string& line : *lines) {
      CHECK(erm::detail::fitted_to_terminal(plain(line), std::string_view::npos).width <= options.width);
      for (const char c : plain(line)) CHECK(static_cast<unsigned char>(c) >= 0x20);
    }
  }
}

}  // namespace

TEST_CASE("The ticks of a logarithmic axis are powers of ten") {
  PlotOptions options = options_of(30, 8);
  options.is_log_y = true;
  CHECK(lines_of(plotted({line_of("lr", {0, 1, 2, 3}, {0.001, 0.01, 0.1, 1})}, options)) == R"(
   1 ┤                    ⣀⠤⠒⠉
     │                ⣀⠤⠒⠉
     │            ⣀⠤⠒⠉
0.01 ┤       ⢀⣀⠤⠒⠉
     │   ⢀⡠⠔⠊⠁
     │⡠⠔⠊⠁
     └┬──────────────┬────────
      0              2    step
)");
  options = options_of(40, 6);
  options.is_log_x = true;
  CHECK(lines_of(plotted({line_of("loss", {1, 10, 100, 1000}, {3, 2, 1, 0})}, options)) == R"(
  │⠉⠑⠒⠒⠤⠤⣀⣀⡀
  │        ⠈⠉⠉⠒⠒⠢⠤⠤⣀⣀⡀
  │                  ⠈⠉⠉⠒⠒⠢⠤⠤⣀⣀⡀
0 ┤                            ⠈⠉⠑⠒⠒⠤⠤⢄⣀
  └┬───────────┬───────────┬────────────
   1          10          100       step
)");
}

TEST_CASE("An axis of durations and one of times have round ticks of their units") {
  PlotOptions options = options_of(44, 6);
  options.x_name = "time";
  options.x_quantity = PlotQuantity::duration;
  CHECK(lines_of(plotted({line_of("loss", {0, 3600, 7200, 10800}, {3, 2, 1, 0})}, options)) == R"(
  │⠉⠑⠒⠒⠢⠤⠤⣀⣀⡀
  │         ⠈⠉⠉⠑⠒⠒⠤⠤⠤⣀⣀⡀
  │                    ⠈⠉⠉⠒⠒⠒⠤⠤⢄⣀⣀⡀
0 ┤                               ⠈⠉⠉⠒⠒⠢⠤⠤⢄⣀
  └┬────────────┬─────────────┬─────────────
  0s           1h            2h         time
)");
  options.x_quantity = PlotQuantity::time;
  CHECK(lines_of(plotted({line_of("loss", {1763596800, 1763600400, 1763604000}, {0, 2, 1})}, options)) == R"(
2 ┤                ⣀⡠⠔⠒⠉⠉⠒⠒⠢⠤⠤⣀⣀⡀
  │          ⢀⣀⠤⠒⠊⠉             ⠈⠉⠉⠒⠒⠢⠤⠤⣀⣀⡀
  │     ⣀⡠⠤⠒⠉⠁                            ⠈⠉
0 ┤⣀⠤⠔⠊⠉
  └┬───────────────────┬────────────────────
 00:00               01:00              time
)");
}

TEST_CASE("In ASCII two curves are letters") {
  PlotOptions options = options_of(30, 7);
  options.style.is_unicode = false;
  CHECK(lines_of(plotted({line_of("up", {0, 1, 2}, {0, 1, 2}), line_of("down", {0, 1, 2}, {2, 1, 0})}, options)) == R"(
2 +bbb                  aaaa a
  |   bbbbbb      aaaaaa
  |         bbbbbb
  |   aaaaaa      bbbbbb
0 +aaa                  bbbb b
  ++-----------+------------
   0           1        step
)");
}

TEST_CASE("Colours begin and end in each line, and change nothing else") {
  PlotOptions options = options_of(40, 8);
  const std::vector<PlotCurve> curves = {line_of("a", {0, 1, 2}, {0, 1, 2}), line_of("b", {0, 1, 2}, {2, 1, 0})};
  options.style.is_colored = true;
  const PlotText colored = plotted(curves, options);
  expect_to_fit(colored, options);
  bool has_color = false;
  for (const std::string& line : colored.picture) {
    const std::size_t last = line.rfind('\x1B');
    has_color = has_color || last != std::string::npos;
    if (last != std::string::npos) CHECK(line.substr(last, 4) == "\x1B[0m");
  }
  CHECK(has_color);
}

TEST_CASE("A plot of extreme numbers fits and ends") {
  const double greatest = (std::numeric_limits<double>::max)(), least = std::numeric_limits<double>::denorm_min();
  const std::vector<std::vector<double>> all = {{-greatest, greatest},         {greatest, greatest},
                                                {least, 2 * least, 0},         {0, greatest},
                                                {1, 1 + 1e-16, 1 + 3e-16},     {1e15, 1e15 + 0.125},
                                                {-0.0, 0.0},                   {1e-308, -1e-308},
                                                {greatest / 2, -greatest, 1}, {7}};
  for (const std::vector<double>& values : all) {
    for (const bool is_log : {false, true}) {
      for (const bool is_x : {false, true}) {
        for (const PlotQuantity quantity : {PlotQuantity::number, PlotQuantity::duration, PlotQuantity::time}) {
          PlotOptions options = options_of(37, 9);
          options.is_log_y = is_log;
          options.is_log_x = is_log;
          options.x_quantity = quantity;
          options.smoothing = is_x ? 0.5 : 0;
          std::vector<double> others;
          for (std::size_t i = 0; i < values.size(); ++i) others.push_back(static_cast<double>(i));
          std::vector<double> sorted = values;
          std::sort(sorted.begin(), sorted.end());
          expect_to_fit(plotted({is_x ? line_of("n", sorted, others) : line_of("n", others, values)}, options), options);
        }
      }
    }
  }
}

TEST_CASE("An axis whose step would be infinite has its ends for ticks") {
  erm::detail::PlotAxis axis;
  axis.include(-1.7e308);
  axis.include(1.7e308);
  axis.settle();
  const std::vector<erm::detail::PlotTick> ticks = axis.ticks(2);
  REQUIRE(ticks.size() == 2);
  CHECK(ticks[0].place == 0);
  CHECK(ticks[0].label == "-1.7e308");
  CHECK(ticks[1].place == 1);
  CHECK(ticks[1].label == "1.7e308");
}

TEST_CASE("Hostile names keep a plot and its legend within the width") {
  const std::string names[] = {std::string("\x1B[2J\x1B]0;title\x07"), std::string(5000, 'x'), std::string("\xFF\xFE broken"),
                               "e\xCC\x81\xCC\x81\xCC\x81", "\xF0\x9F\x9A\x80\xF0\x9F\x9A\x80", std::string("a\nb\tc\r"), "",
                               "\xE2\x80\xAE" "right to left"};
  std::vector<PlotCurve> curves;
  for (const std::string& name : names) curves.push_back(line_of(name, {0, 1, 2}, {0, 1, 4}));
  for (const std::size_t width : {std::size_t{12}, std::size_t{13}, std::size_t{40}, std::size_t{81}}) {
    for (const bool is_unicode : {false, true}) {
      PlotOptions options = options_of(width, 10);
      options.style.is_unicode = is_unicode;
      options.x_name = names[0] + names[4];
      const PlotText text = plotted(curves, options);
      CHECK(text.legend.size() == std::size(names));
      expect_to_fit(text, options);
    }
  }
}

}  // namespace plot_extremes_test
