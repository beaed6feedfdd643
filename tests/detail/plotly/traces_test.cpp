#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/plotly/svg.hpp"
#include "erm/json.hpp"
#include "hostile_figures.hpp"
#include "page_text.hpp"

namespace traces_test {

using Catch::Matchers::Contains;
using erm::Json;
using erm_test::count;
using erm::detail::PlotlyLayout;

namespace {

PlotlyLayout laid_out(const char* json) {
  return erm::detail::lay_out_plotly(erm::detail::read_plotly(Json::parse(json)));
}

std::string drawn(const Json& figure) {
  std::string why_not;
  const auto svg = erm::detail::plotly_svg(figure, &why_not);
  CAPTURE(why_not);
  REQUIRE(svg);
  return *svg;
}

std::string drawn_text(const std::string& json) { return drawn(Json::parse(json)); }

std::vector<std::string> left_out(const std::string& json) {
  return erm::detail::read_plotly(Json::parse(json)).left_out;
}

/// The values of the bars of a trace: from foot to head.
std::vector<double> heights(const PlotlyLayout& layout, std::size_t trace) {
  std::vector<double> out;
  for (const auto& bar : layout.drawn.bars[trace]) out.push_back(bar.head - bar.foot);
  return out;
}

}  // namespace

TEST_CASE("What a trace has and nobody reads is named, whatever it is") {
  CHECK(left_out(R"({"data": [{"y": [1, 2], "glow": {"size": 3, "color": "red"}, "halo": 1}]})") ==
        std::vector<std::string>{"glow.color", "glow.size", "halo"});
  CHECK(left_out(R"({"data": [{"type": "bar", "y": [1], "selectedpoints": [0]}]})") ==
        std::vector<std::string>{"selectedpoints"});
  CHECK(left_out(R"({"data": [{"type": "heatmap", "z": [[1]], "zsmooth": "best"}]})")[0] ==
        "zsmooth: the cells have one colour each");
  CHECK(
      left_out(
          R"({"data": [{"y": [1], "mode": "markers", "marker": {"symbol": "star-diamond", "gradient": {"type": "radial"}}}]})") ==
      std::vector<std::string>{"marker.symbol 'star-diamond'", "marker.gradient.type"});
  CHECK_THAT(drawn_text(R"({"data": [{"y": [1, 2], "halo": "<b>"}]})"), Contains("Not drawn: halo."));
  // Two traces without it do not say it twice, and a name of any length is bounded.
  CHECK(left_out(R"({"data": [{"y": [1], "halo": 1}, {"y": [1], "halo": 2}]})").size() == 1);
  CHECK(left_out(R"({"data": [{"y": [1], ")" + std::string(5000, 'h') + R"(": 1}]})").size() <= 1);
}

TEST_CASE("What a static picture shows the same without is not named") {
  CHECK(
      left_out(
          R"({"data": [{"y": [1, 2], "hovertemplate": "%{x}", "hoverinfo": "x", "hoverlabel": {"align": "left"}, "uid": "a",
    "ids": ["a", "b"], "customdata": [1, 2], "legendgroup": "g", "ysrc": "a:1", "marker": {"symbol": "circle"}, "textfont": {"size": 9},
    "stackgroup": "", "fillpattern": {"fillmode": "overlay", "size": 10}, "text": ["a", "b"], "xhoverformat": ".2f"}]})")
          .empty());
  // Nor what other attributes make pointless: markers of a line, bins of a histogram that is not cumulative.
  CHECK(left_out(R"({"data": [{"y": [1, 2], "mode": "lines", "marker": {"size": 3, "gradient": {"type": "radial"}}},
    {"type": "histogram", "x": [1], "cumulative": {"direction": "decreasing"}}]})")
            .empty());
}

TEST_CASE("A template gives traces what they have not, by their types in turns") {
  const auto figure = erm::detail::read_plotly(
      Json::parse(R"({"data": [{"y": [1, 2]}, {"y": [1, 2], "line": {"width": 5}}, {"y": [3, 4]}],
    "layout": {"template": {"data": {"scatter": [{"line": {"width": 9, "color": "red"}}, {"mode": "markers", "glow": 1}]}}}})"));
  CHECK(figure.traces[0].line_width == 9);
  CHECK(figure.traces[0].color == "red");
  CHECK(figure.traces[1].line_width == 2);  // its mode is markers: the width of a line does not matter
  CHECK(figure.traces[1].has_markers);
  CHECK(figure.traces[2].line_width == 9);
  CHECK(figure.left_out == std::vector<std::string>{"glow"});
}

TEST_CASE(
    "Bars are stacked through zero, relative bars on both sides of it, and grouped bars of one place on each other") {
  const std::string traces =
      R"({"data": [{"type": "bar", "x": ["a"], "y": [3]}, {"type": "bar", "x": ["a"], "y": [-1]}], "layout": {"barmode": ")";
  CHECK(laid_out((traces + "stack\"}}").c_str()).drawn.bars[1][0].head == 2);
  CHECK(laid_out((traces + "relative\"}}").c_str()).drawn.bars[1][0].head == -1);
  const auto twice = laid_out(R"({"data": [{"type": "bar", "x": ["a", "a"], "y": [3, 2]}]})");
  CHECK(twice.drawn.bars[0][1].foot == 3);
  CHECK(twice.drawn.bars[0][1].head == 5);
}

TEST_CASE("Bars have the widths, offsets, bases and groups that the figure names") {
  const auto layout =
      laid_out(R"({"data": [{"type": "bar", "x": [1, 3], "y": [1, 2], "width": [0.5, 1], "base": [10, 20]},
    {"type": "bar", "x": [1, 3], "y": [1, 2], "offset": -0.25, "width": 0.2}]})");
  CHECK(layout.drawn.bars[0][0].begin == Approx(0.75));
  CHECK(layout.drawn.bars[0][1].end == Approx(3.5));
  CHECK(layout.drawn.bars[0][1].foot == 20);
  CHECK(layout.drawn.bars[0][1].head == 22);
  CHECK(layout.drawn.bars[1][0].begin == Approx(0.75));
  CHECK(layout.drawn.bars[1][0].end == Approx(0.95));
  const auto groups = laid_out(
      R"({"data": [{"type": "bar", "x": ["a"], "y": [1], "offsetgroup": "p"}, {"type": "bar", "x": ["a"], "y": [1], "offsetgroup": "q"},
    {"type": "bar", "x": ["a"], "y": [1], "offsetgroup": "p"}]})");
  CHECK(groups.drawn.bars[0][0].begin == groups.drawn.bars[2][0].begin);
  CHECK(groups.drawn.bars[1][0].begin == Approx(groups.drawn.bars[0][0].end));
  const auto shares = laid_out(
      R"({"data": [{"type": "bar", "y": [1]}, {"type": "bar", "y": [3]}], "layout": {"barmode": "stack", "barnorm": "percent"}})");
  CHECK(heights(shares, 0) == std::vector<double>{25});
  CHECK(shares.drawn.bars[1][0].head == 100);
  CHECK(shares.figure.y.high == 100);  // no room beyond the whole
}

TEST_CASE("A histogram has the intervals that plotly chooses") {
  const auto bars = [](const std::string& trace) {
    return laid_out((R"({"data": [{"type": "histogram", )" + trace + "}]}").c_str());
  };
  const auto whole = bars("\"x\": [1, 2, 2, 3, 3, 3, 4, 4, 5, 9]");
  CHECK(whole.drawn.bars[0][0].begin == Approx(-0.5));
  CHECK(heights(whole, 0) == std::vector<double>{1, 5, 3, 0, 1});  // of width 2
  CHECK(heights(bars("\"x\": [0.1, 0.2, 1.7], \"xbins\": {\"start\": 0, \"end\": 2, \"size\": 0.5}"), 0) ==
        std::vector<double>{2, 0, 0, 1});
  CHECK(
      heights(
          bars("\"x\": [0.1, 0.2, 1.7], \"xbins\": {\"start\": 0, \"end\": 2, \"size\": 1}, \"histnorm\": \"percent\""),
          0)[0] == Approx(200.0 / 3));
  CHECK(heights(bars("\"x\": [\"a\", \"b\", \"a\"], \"y\": [1, 5, 2], \"histfunc\": \"sum\""), 0) ==
        std::vector<double>{3, 5});
  CHECK(heights(bars("\"x\": [\"a\", \"b\", \"a\"], \"y\": [1, 5, 2], \"histfunc\": \"avg\""), 0) ==
        std::vector<double>{1.5, 5});
  CHECK(heights(bars("\"x\": [\"a\", \"b\", \"a\"], \"y\": [1, 5, 2], \"histfunc\": \"max\""), 0) ==
        std::vector<double>{2, 5});
  CHECK(heights(bars("\"x\": [\"a\", \"b\", \"a\"], \"cumulative\": {\"enabled\": true}"), 0) ==
        std::vector<double>{2, 3});
}

TEST_CASE("Error bars reach as far as their type says") {
  const auto errors = [](const std::string& text) {
    return erm::detail::read_plotly(Json::parse(R"({"data": [{"y": [4, 9], "error_y": )" + text + "}]}"))
        .traces[0]
        .error_y;
  };
  using Numbers = std::vector<double>;
  CHECK(errors(R"({"array": [1, 2]})").minus == Numbers{1, 2});
  CHECK(errors(R"({"array": [1, 2], "arrayminus": [3, 4]})").minus == Numbers{3, 4});
  CHECK(errors(R"({"type": "data", "array": [1, 2], "symmetric": true, "arrayminus": [3, 4]})").minus == Numbers{1, 2});
  CHECK(errors(R"({"type": "sqrt"})").plus == Numbers{2, 3});
  CHECK(errors(R"({"type": "percent", "value": 50})").plus == Numbers{2, 4.5});
  CHECK(errors(R"({"type": "constant", "value": 2, "valueminus": 1})").minus == Numbers{1, 1});
  CHECK(errors(R"({"array": [1, null]})").plus == Numbers{1, 0});
  CHECK(errors(R"({"array": [1, 2], "visible": false})").empty());
  const auto layout = laid_out(R"({"data": [{"y": [4, 9], "mode": "lines", "error_y": {"array": [1, 3]}}]})");
  CHECK(layout.figure.y.high > 12);
  CHECK(layout.figure.y.low < 3);
}

TEST_CASE("Marker sizes are diameters or areas, and symbols keep their places") {
  const auto sizes = [](const std::string& marker) {
    return erm::detail::read_plotly(
               Json::parse(R"({"data": [{"y": [1, 2], "mode": "markers", "marker": )" + marker + "}]}"))
        .traces[0]
        .sizes;
  };
  CHECK(sizes(R"({"size": [10, 20], "sizeref": 2})") == std::vector<double>{5, 10});
  CHECK(sizes(R"({"size": [8, 32], "sizemode": "area", "sizeref": 4})")[1] == Approx(4));
  CHECK(sizes(R"({"size": [1, -5], "sizemin": 3})") == std::vector<double>{6, 0});
  CHECK(erm::detail::symbol_named("square-open").is_open);
  CHECK(erm::detail::symbol_named("101").name == "square");
  CHECK(erm::detail::symbol_named("star").is_known);
  CHECK_FALSE(erm::detail::symbol_named("arrow").is_known);
  std::string path;
  erm::detail::append_symbol(path, "square", {10, 20}, 3);
  CHECK(path == "M10 20M7 17L13 17L13 23L7 23Z");
}

TEST_CASE("Stacked areas add up where any of them has a point, also as shares") {
  const auto layout = laid_out(
      R"({"data": [{"x": [1, 2, 4], "y": [1, 2, 3], "stackgroup": "a"}, {"x": [1, 3, 4], "y": [2, 2, 2], "stackgroup": "a"}]})");
  CHECK(layout.drawn.points[0].y == std::vector<double>{1, 2, 0, 3});
  CHECK(layout.drawn.points[1].y == std::vector<double>{3, 2, 2, 5});
  const auto between = laid_out(
      R"({"data": [{"x": [1, 2, 4], "y": [1, 2, 3], "stackgroup": "a", "stackgaps": "interpolate"}, {"x": [1, 3, 4], "y": [2, 2, 2], "stackgroup": "a"}]})");
  CHECK(between.drawn.points[0].y == std::vector<double>{1, 2, 2.5, 3});
  const auto shares = laid_out(
      R"({"data": [{"y": [1, 0], "stackgroup": "a", "groupnorm": "percent"}, {"y": [3, 0], "stackgroup": "a"}]})");
  CHECK(shares.drawn.points[0].y == std::vector<double>{25, 0});  // a sum of zero has no shares
  CHECK(shares.drawn.points[1].y == std::vector<double>{100, 0});
}

TEST_CASE("The statistics of boxes are plotly's, by each quartile method") {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 9, 20};
  const auto linear = erm::detail::box_statistics(values, "linear");
  CHECK(linear.q1 == Approx(2.75));
  CHECK(linear.median == 5);
  CHECK(linear.q3 == Approx(7.5));
  CHECK(linear.low_fence == 1);
  CHECK(linear.high_fence == 9);  // 20 is farther than 1.5 times the box
  CHECK(erm::detail::box_statistics(values, "exclusive").q1 == 2.5);
  CHECK(erm::detail::box_statistics(values, "inclusive").q1 == 3);
  CHECK(erm::detail::box_statistics({7}, "exclusive").q3 == 7);
  const auto layout = laid_out(R"({"data": [{"type": "box", "y": [1, 2, 3, 4, 5, 6, 7, 9, 20]}]})");
  REQUIRE(layout.drawn.marks[0].dots.size() == 1);
  CHECK(layout.drawn.marks[0].dots[0].y == 20);
  CHECK(layout.figure.x.categories == std::vector<std::string>{"trace 0"});
}

TEST_CASE("A violin's density is one in all, and as wide as its span mode says") {
  const std::vector<double> values = {1, 2, 3, 4, 5, 9};
  erm::detail::PlotlyTrace trace;
  trace.bandwidth = 1.5;
  const auto soft = erm::detail::kernel_density(values, erm::detail::box_statistics(values, "linear"), trace);
  CHECK(soft.at.front() == Approx(-2));
  CHECK(soft.at.back() == Approx(12));
  double area = 0;
  for (const double density : soft.density) area += density * (soft.at[1] - soft.at[0]);
  CHECK(area == Approx(1).epsilon(0.02));
  trace.span_mode = "hard";
  CHECK(erm::detail::kernel_density(values, erm::detail::box_statistics(values, "linear"), trace).at.back() ==
        Approx(9));
  CHECK(erm::detail::kernel_density({3, 3}, erm::detail::box_statistics({3, 3}, "linear"), trace).at.empty());
}

TEST_CASE("The heights of contours are round, or those of the figure") {
  erm::detail::PlotlyTrace trace;
  auto levels = erm::detail::contour_levels(trace, 0, 10);
  CHECK(levels.start == 1);
  CHECK(levels.size == 1);
  CHECK(levels.count == 9);
  trace.level_start = 2;
  trace.level_end = 8;
  trace.level_size = 3;
  levels = erm::detail::contour_levels(trace, 0, 10);
  CHECK(levels.at(2) == 8);
  CHECK(levels.count == 3);
  CHECK(erm::detail::contour_levels(trace, 5, 5).count == 1);
  // The line of height 1.5 crosses the cell in its middle.
  const auto layout = laid_out(
      R"({"data": [{"type": "contour", "z": [[1, 2], [1, 2]], "contours": {"start": 1.5, "end": 1.5, "size": 1}}]})");
  const auto& line = layout.drawn.marks[0].marks.back();
  CHECK(line.part == "contours");
  CHECK(line.points[0].x == Approx(0.5));
  CHECK(line.points[1].x == Approx(0.5));
}

TEST_CASE("The slices of a pie stand in plotly's order, and labels are summed") {
  const auto figure = erm::detail::read_plotly(
      Json::parse(R"({"data": [{"type": "pie", "labels": ["a", "b", "a", "c"], "values": [1, 3, 3, 1]}]})"));
  const auto& pie = figure.pies.at(0);
  CHECK(pie.labels == std::vector<std::string>{"a", "b", "c"});
  CHECK(pie.values == std::vector<double>{4, 3, 1});
  CHECK(pie.texts == std::vector<std::string>{"50%", "37.5%", "12.5%"});
  const std::string svg =
      drawn_text(R"({"data": [{"type": "pie", "labels": ["a", "b"], "values": [1, 3], "textinfo": "label+value"}]})");
  CHECK(count(svg, "data-part=\"slice\"") == 2);
  CHECK_THAT(svg, Contains(">b</tspan>") && Contains(">3</tspan>") && Contains(">a</text>"));  // the last in the legend
  CHECK(count(svg, "data-axis") == 0);
}

TEST_CASE("Templates of texts have the values of a point in their formats") {
  const std::string svg = drawn_text(
      R"({"data": [{"x": [1, 2], "y": [0.25, 1234.5], "mode": "text", "text": ["p", "q"], "texttemplate": "%{text}: %{y:.1%} %{x}"}]})");
  CHECK_THAT(svg, Contains(">p: 25.0% 1</text>") && Contains(">q: 123450.0% 2</text>"));
  CHECK(left_out(R"({"data": [{"y": [1], "mode": "text", "texttemplate": "%{customdata[0]}"}]})") ==
        std::vector<std::string>{"a part of texttemplate"});
  CHECK(erm::detail::short_number(0.1 + 0.2) == "0.3");
  CHECK(erm::detail::short_number(12345678) == "12.34568M");
}

TEST_CASE("Without a colour scale plotly's is taken: that of matrices, or by the signs of the numbers") {
  const auto first = [](const std::string& trace) {
    const auto figure = erm::detail::read_plotly(Json::parse(R"({"data": [)" + trace + "]}"));
    return erm::detail::hex_color(figure.traces[0].color_bar->scale.at(0));
  };
  CHECK(first(R"({"type": "heatmap", "z": [[1, 2]]})") == "#050aac");
  CHECK(first(R"({"type": "heatmap", "z": [[1, 2]], "colorscale": "no such scale"})") == "#050aac");
  CHECK(first(R"({"type": "heatmap", "z": [[1, 2]], "colorscale": "Cividis"})") == "#00204c");
  CHECK(first(R"({"type": "heatmap", "z": [[1, 2]], "colorscale": "Cividis", "reversescale": true})") == "#ffe945");
  const std::string points = R"({"y": [1, 2], "mode": "markers", "marker": {"color": )";
  CHECK(first(points + "[1, 5]}}") == "#dcdcdc");
  CHECK(first(points + "[-1, 5]}}") == "#050aac");
  CHECK(first(points + "[-5, -1]}}") == "#050aac");
  CHECK(first(points + "[1, 5], \"coloraxis\": \"coloraxis\"}}") == "#dcdcdc");
}

TEST_CASE("Words among numbers have no place, and numbers may be written with signs") {
  const auto places = [](const std::string& x) {
    return laid_out((R"({"data": [{"x": )" + x + R"(, "y": [1, 2, 3], "mode": "markers"}]})").c_str())
        .drawn.points[0]
        .x;
  };
  CHECK(places(R"(["1", "1e3", "$2,000"])") == std::vector<double>{1, 1000, 2000});
  CHECK(std::isnan(places(R"(["1", "NaN", "3"])")[1]));
  CHECK(places(R"(["a", "b", "c"])") == std::vector<double>{0, 1, 2});
}

TEST_CASE("If any part of a figure of any kind is replaced, it is drawn or refused") {
  const std::vector<Json> figures = {
      Json::parse(
          R"({"data": [{"type": "box", "x": ["a", "b", "a"], "y": [1, 2, 9], "boxpoints": "all", "jitter": 0.3, "pointpos": -1, "width": 0.5,
        "whiskerwidth": 1, "boxmean": true, "quartilemethod": "exclusive", "orientation": "v", "offsetgroup": "a"},
        {"type": "violin", "y": [1, 2, 4], "side": "positive", "bandwidth": 1, "span": [0, 3], "spanmode": "manual", "scalemode": "count",
        "box": {"visible": true}, "meanline": {"visible": true}}], "layout": {"boxmode": "group", "boxgap": 0.2, "violinmode": "group"}})"),
      Json::parse(
          R"({"data": [{"type": "box", "q1": [1], "median": [2], "q3": [3], "lowerfence": [0], "upperfence": [5], "mean": [2]},
        {"type": "candlestick", "x": [1, 2], "open": [1, 2], "high": [3, 3], "low": [0, 1], "close": [2, 1]},
        {"type": "ohlc", "x": [1, 2], "open": [1, 2], "high": [3, 3], "low": [0, 1], "close": [2, 1], "tickwidth": 0.2}]})"),
      Json::parse(
          R"({"data": [{"type": "contour", "z": [[1, 2, 3], [3, 5, 1], [2, 2, 8]], "x": [1, 2, 4], "y": [0, 1, 2], "ncontours": 4,
        "contours": {"start": 1, "end": 8, "size": 2, "coloring": "fill", "showlines": true}, "line": {"width": 1, "smoothing": 0}, "autocontour": false}]})"),
      Json::parse(
          R"({"data": [{"type": "pie", "labels": ["a", "b"], "values": [1, 2], "hole": 0.3, "rotation": 20, "pull": [0, 0.1], "sort": false,
        "direction": "clockwise", "textinfo": "label", "domain": {"x": [0, 0.5], "y": [0, 1]}, "marker": {"colors": ["red", "blue"]}}], "layout": {"hiddenlabels": ["c"]}})"),
      Json::parse(
          R"({"data": [{"type": "waterfall", "x": ["a", "b"], "y": [1, 2], "measure": ["relative", "total"], "base": 1},
        {"x": [1, 2, 3], "y": [1, 2, 3], "mode": "lines+markers+text", "text": ["a", "b", "c"], "texttemplate": "%{y:.2f}", "textposition": "top left",
        "error_y": {"type": "data", "array": [1, 2, 3], "arrayminus": [1, 1, 1], "width": 3, "thickness": 1}, "error_x": {"type": "percent", "value": 10},
        "marker": {"size": [1, 2, 3], "sizemode": "area", "sizeref": 0.1, "sizemin": 1, "symbol": ["square", "x", "star"], "line": {"width": 1, "color": "red"}},
        "line": {"shape": "spline", "smoothing": 1}, "stackgroup": "s", "groupnorm": "percent", "stackgaps": "interpolate", "fill": "tonexty"}]})"),
      Json::parse(
          R"({"data": [{"type": "histogram", "x": [1, 2, 2], "y": [3, 4, 5], "histfunc": "avg", "histnorm": "density", "bingroup": "g",
        "cumulative": {"enabled": true, "direction": "decreasing", "currentbin": "half"}, "xbins": {"start": 0, "end": 3, "size": 1}},
        {"type": "bar", "x": [1, 2], "y": [1, 2], "text": ["a", "b"], "textposition": "outside", "offset": 0.1, "width": [0.5, 0.5],
        "marker": {"color": [1, 2], "colorscale": "Jet", "showscale": true, "line": {"width": 1, "color": "red"}}}],
        "layout": {"barmode": "relative", "barnorm": "fraction", "bargap": 0.1, "bargroupgap": 0.1}})")};
  CHECK(erm_test::check_figures_with_other_parts(figures, 200000) > 3000);
}

TEST_CASE("Large figures of every kind stay small drawings") {
  std::vector<double> values(200000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(static_cast<double>(i) * 7919) * std::exp(std::cos(static_cast<double>(i)));
  std::vector<std::string> labels;
  for (int i = 0; i < 20000; ++i) labels.push_back("label " + std::to_string(i));
  std::vector<std::vector<double>> noise(300, std::vector<double>(400));
  for (std::size_t r = 0; r < noise.size(); ++r)
    for (std::size_t c = 0; c < noise[r].size(); ++c) noise[r][c] = values[r * 400 + c];
  const std::size_t megabyte = 1000000;
  CHECK(drawn(Json{{"data", {{{"type", "box"}, {"y", values}, {"boxpoints", "all"}}}}}).size() < megabyte);
  CHECK(drawn(Json{{"data", {{{"type", "violin"}, {"y", values}}}}}).size() < megabyte);
  CHECK(drawn(Json{{"data", {{{"type", "histogram"}, {"x", values}, {"nbinsx", 5000}}}}}).size() < megabyte);
  CHECK(drawn(Json{{"data", {{{"type", "contour"}, {"z", noise}}}}}).size() < 4 * megabyte);
  CHECK(drawn(Json{{"data", {{{"type", "pie"}, {"labels", labels}}}}}).size() < megabyte);
  CHECK(drawn(Json{{"data",
                    {{{"y", values},
                      {"mode", "markers+text"},
                      {"text", "t"},
                      {"marker", {{"symbol", "star"}, {"size", 4}}},
                      {"error_y", {{"type", "sqrt"}}}}}}})
            .size() < 12 * megabyte);
}

}  // namespace traces_test
