#include "erm/detail/plotly/svg.hpp"

#include <cmath>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/figure.hpp"
#include "erm/json.hpp"
#include "hostile_figures.hpp"
#include "page_text.hpp"

namespace svg_test {

using Catch::Matchers::Contains;
using erm::Json;
using erm_test::count;

namespace {

std::string drawn(const Json& figure) {
  std::string why_not;
  const auto svg = erm::detail::plotly_svg(figure, &why_not);
  CAPTURE(why_not);
  REQUIRE(svg);
  return *svg;
}

std::string drawn_text(const char* json) { return drawn(Json::parse(json)); }

std::string reason(const Json& figure) {
  std::string why_not;
  CHECK_FALSE(erm::detail::plotly_svg(figure, &why_not));
  CHECK_FALSE(erm::detail::plotly_svg(figure));
  return why_not;
}

/// What is drawn between the axes.
std::string inner(const std::string& svg) {
  const std::size_t begin = svg.find("<svg", 1);
  return svg.substr(begin, svg.find("</svg>") - begin);
}

/// The d of the first path between the axes.
std::string first_path(const std::string& svg) {
  const std::string plot = inner(svg);
  const std::size_t begin = plot.find(" d=\"") + 4;
  return plot.substr(begin, plot.find('"', begin) - begin);
}

/// The points of a path of M and L.
std::vector<erm::detail::SvgPoint> points_of(const std::string& path) {
  std::vector<erm::detail::SvgPoint> points;
  for (std::size_t i = 0; i < path.size();) {
    if (path[i] != 'M' && path[i] != 'L') {
      ++i;
      continue;
    }
    std::size_t read = 0;
    const double x = std::stod(path.substr(i + 1), &read);
    const std::size_t y_begin = i + 1 + read;
    const double y = std::stod(path.substr(y_begin), &read);
    points.push_back({x, y});
    i = y_begin + read;
  }
  return points;
}

}  // namespace

TEST_CASE("A figure written by plotly for Python is drawn with its bars and categories") {
  std::ifstream file(ERM_TEST_DATA "/figures/importance.plotly.json");
  REQUIRE(file);
  const std::string svg = drawn(Json::parse(file));
  CHECK_THAT(svg, Contains("role=\"img\"") && Contains("aria-label=\"Figure: bars\""));
  for (const char* category : {">a</text>", ">b</text>", ">c</text>", ">d</text>"}) CHECK(count(svg, category) == 1);
  CHECK(count(first_path(svg), "M") == 4);
  CHECK_THAT(inner(svg), Contains("fill=\"#636efa\""));  // the first colour of its template
}

TEST_CASE("Every figure that ERM builds is drawn") {
  const std::vector<int> steps = {1, 2, 3, 4}, labels = {0, 1, 1, 0};
  const std::vector<double> values = {0.5, 0.25, 0.4, 0.1};
  CHECK_THAT(drawn(erm::Figure("Loss").line(steps, values, "train").x_label("step").y_label("loss").json()),
             Contains("aria-label=\"Loss: lines or points of loss over step; train\"") && Contains(">Loss</text>") &&
                 Contains(">step</text>") && Contains(">loss</text>") && Contains(">train</text>"));
  CHECK(count(first_path(drawn(erm::Figure().scatter(steps, values).json())), "h0") == 4);
  CHECK(count(first_path(drawn(erm::Figure().bar({"a", "b"}, {1, 2}).json())), "M") == 2);
  CHECK_THAT(drawn(erm::Figure().histogram(values, "h").json()), Contains("histogram"));
  CHECK(count(inner(drawn(erm::Figure().heatmap({{1, 2}, {3, 4}}).json())), "<path") == 4);
  CHECK_THAT(drawn(erm::roc_curve(labels, values, "model").json()), Contains("model (AUC = 0.5)"));
  CHECK_THAT(drawn(erm::precision_recall_curve(labels, values).json()), Contains("stroke-dasharray"));
}

TEST_CASE("A confusion matrix shows its counts in the cells, light on dark") {
  const std::string svg = inner(drawn(erm::confusion_matrix({0, 0, 1, 1}, {0, 0, 1, 0}, {"cat", "dog"}).json()));
  CHECK(count(svg, ">2</text>") == 1);
  CHECK(count(svg, ">1</text>") == 2);
  CHECK(count(svg, ">0</text>") == 1);
  CHECK_THAT(svg, Contains("fill=\"#fff\">2</text>") && Contains("fill=\"#000\">0</text>"));
  // The first class is on top, and what was predicted for it on the left.
  CHECK(svg.find(">2</text>") < svg.find(">0</text>"));
}

TEST_CASE("A drawing has no script, style, id or reference, and all text is escaped") {
  const std::string evil = "<script>alert(1)</script>\"' onload='x' & \x01 \xFF";
  Json figure = {{"data",
                  {{{"type", "scatter"},
                    {"name", evil},
                    {"x", {evil, "b"}},
                    {"y", {1, 2}},
                    {"fill", "tozeroy"},
                    {"fillcolor", evil},
                    {"line", {{"color", evil}, {"dash", evil}, {"shape", evil}, {"width", evil}}}},
                   {{"type", "scatter"},
                    {"mode", "markers"},
                    {"name", "n"},
                    {"y", {1, 2}},
                    {"marker", {{"color", {"url(#a)", "red\" x=\""}}, {"size", evil}}}}}},
                 {"layout",
                  {{"title", evil},
                   {"colorway", {evil, "javascript:alert(1)"}},
                   {"xaxis", {{"title", evil}}},
                   {"yaxis", {{"title", {{"text", evil}}}, {"tickvals", {1, 2}}, {"ticktext", {evil, "b"}}}}}}};
  std::string svg = drawn(figure);
  figure["data"] = {{{"type", "heatmap"},
                     {"z", {{1, 2}}},
                     {"x", {evil, "b"}},
                     {"y", {evil}},
                     {"text", {{evil, "ab"}}},
                     {"texttemplate", "%{text}"},
                     {"colorscale", {{0, evil}, {1, evil}}},
                     {"colorbar", {{"title", evil}}}}};
  svg += drawn(figure);
  for (const char* bad :
       {"<script", "onload='", " id=", " style=", "href", "url(", "javascript", "\x01", "\xFF", "x=\"\""})
    CHECK(count(svg, bad) == 0);
  CHECK(erm::detail::is_utf8(svg));
  CHECK_THAT(svg, Contains("&lt;script&gt;"));
}

TEST_CASE("Plotly's markup is removed from titles, and other angle brackets are text") {
  const std::string svg =
      drawn_text(R"({"data": [], "layout": {"title": "<b>Loss</b><br>of <i>a</i> < 3 <unknown>"}})");
  CHECK_THAT(svg, Contains(">Loss of a &lt; 3 &lt;unknown&gt;</text>"));
}

TEST_CASE("NaN and null are gaps, and a point between two gaps is a dot") {
  CHECK(count(first_path(drawn_text(R"({"data": [{"mode": "lines", "y": [1, 2, null, 3, null, 4, 5]}]})")), "M") == 3);
  CHECK(count(first_path(drawn_text(R"({"data": [{"mode": "lines", "y": [1, 2, null, 3, null, 4, 5]}]})")), "h0") == 1);
  CHECK(count(first_path(drawn_text(R"({"data": [{"mode": "lines", "y": [1, null, 3], "connectgaps": true}]})")),
              "M") == 1);
  const auto figure = erm::Figure().line({1, 2, 3, 4}, {1, std::nan(""), 2, 3});
  CHECK(count(first_path(drawn(figure.json())), "M") == 2);
}

TEST_CASE("A logarithmic axis does not show values that are not positive") {
  const std::string svg = drawn_text(
      R"({"data": [{"mode": "lines", "y": [1, 10, -1, 100, 0, 1000]}], "layout": {"yaxis": {"type": "log"}}})");
  const auto points = points_of(first_path(svg));
  REQUIRE(points.size() == 4);
  const double decade = points[0].y - points[1].y;
  CHECK(points[1].y - points[2].y == Approx(decade).margin(0.2));
  CHECK(points[2].y - points[3].y == Approx(decade).margin(0.2));
  for (const char* tick : {"1", "10", "100", "1000"})
    CHECK(count(svg, std::string("\"end\">") + tick + "</text>") == 1);
}

TEST_CASE("The axes of a line end where the line ends, and a reversed axis runs in the other direction") {
  const auto points =
      points_of(first_path(drawn_text(R"({"data": [{"mode": "lines", "x": [0, 1, 4], "y": [0, 1, 2]}]})")));
  CHECK(points[0].x == 0);
  CHECK(points[1].x == Approx(points[2].x / 4).margin(0.1));
  CHECK(points[0].y > points[2].y);
  const auto reversed = points_of(first_path(drawn_text(
      R"({"data": [{"mode": "lines", "x": [0, 1, 4], "y": [0, 1, 2]}], "layout": {"xaxis": {"autorange": "reversed"}}})")));
  CHECK(reversed[2].x == 0);
  const auto ranged = points_of(first_path(drawn_text(
      R"({"data": [{"mode": "lines", "x": [0, 1, 4], "y": [0, 1, 2]}], "layout": {"xaxis": {"range": [0, 8]}}})")));
  CHECK(ranged[2].x == Approx(points[2].x / 2).margin(3));
}

TEST_CASE("A typed array of plotly 6 is read as a list") {
  const auto same = [](const char* typed, const char* list) {
    return drawn_text((std::string(R"({"data": [{"mode": "lines", "y": )") + typed + "}]}").c_str()) ==
           drawn_text((std::string(R"({"data": [{"mode": "lines", "y": )") + list + "}]}").c_str());
  };
  CHECK(same(R"({"dtype": "f8", "bdata": "AAAAAAAA8D8AAAAAAAAAwAAAAAAAAPh/"})", "[1, -2, null]"));
  CHECK(same(R"({"dtype": "f4", "bdata": "AACAPwAAAEA="})", "[1, 2]"));
  CHECK(same(R"({"dtype": "i1", "bdata": "Af8C"})", "[1, -1, 2]"));
  CHECK(same(R"({"dtype": "u1", "bdata": "Af8C"})", "[1, 255, 2]"));
  CHECK(same(R"({"dtype": "i2", "bdata": "AAEA/w=="})", "[256, -256]"));
  CHECK(same(R"({"dtype": "u4", "bdata": "AQAAAP////8="})", "[1, 4294967295]"));
  CHECK(drawn_text(R"({"data": [{"type": "heatmap", "z": {"dtype": "u1", "bdata": "AQIDBAUG", "shape": "2, 3"}}]})") ==
        drawn_text(R"({"data": [{"type": "heatmap", "z": [[1, 2, 3], [4, 5, 6]]}]})"));
}

TEST_CASE("Bars are grouped, stacked or overlaid") {
  const std::string two = R"({"data": [{"type": "bar", "x": ["a"], "y": [1]}, {"type": "bar", "x": ["a"], "y": [3]}],
                              "layout": {"barmode": ")";
  const auto corner = [&](const char* mode, int bar) {
    const std::string svg = inner(drawn_text((two + mode + "\"}}").c_str()));
    std::size_t at = svg.find(" d=\"");
    if (bar == 1) at = svg.find(" d=\"", at + 1);
    return points_of(svg.substr(at + 4, svg.find('"', at + 4) - at - 4)).at(0);
  };
  CHECK(corner("group", 0).x < corner("group", 1).x);
  CHECK(corner("stack", 0).x == corner("stack", 1).x);
  CHECK(corner("overlay", 0).x == corner("overlay", 1).x);
  CHECK(corner("stack", 1).y < corner("stack", 0).y);
  // Stacked, the second ends at 4 of 4; over each other at 3 of 3: both at the top.
  CHECK(corner("stack", 1).y == Approx(corner("overlay", 1).y).margin(0.2));
  CHECK_THAT(drawn_text(R"({"data": [{"type": "bar", "orientation": "h", "x": [1, 2], "y": ["a", "b"]}]})"),
             Contains("text-anchor=\"end\">a</text>"));
}

TEST_CASE("A hundred thousand points are thinned, and no extreme is lost") {
  std::vector<double> values(100000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i) / 900);
  values[31234] = 50;
  values[77777] = -70;
  const std::string svg = drawn(Json{{"data", {{{"mode", "lines"}, {"y", values}}}}});
  CHECK(svg.size() < 60000);
  double top = 1e9, bottom = -1e9;
  for (const auto& point : points_of(first_path(svg))) {
    top = std::min(top, point.y);
    bottom = std::max(bottom, point.y);
  }
  // 5% of the axis are left free above and below.
  const double height = bottom - top;
  CHECK(top == Approx(height / 0.9 * 0.05).margin(1));
  CHECK(height > 300);

  std::vector<double> x(values.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::cos(static_cast<double>(i) * 7919);
  CHECK(drawn(Json{{"data", {{{"mode", "markers"}, {"x", x}, {"y", values}}}}}).size() < 600000);
  CHECK(drawn(Json{{"data", {{{"type", "bar"}, {"y", values}}}}}).size() < 100000);
}

TEST_CASE("A large heatmap is averaged to a visible size") {
  const std::vector<std::vector<double>> rows(1000, std::vector<double>(1500, 1));
  std::vector<std::vector<double>> slope = rows;
  for (std::size_t r = 0; r < slope.size(); ++r)
    for (std::size_t c = 0; c < slope[r].size(); ++c) slope[r][c] = static_cast<double>(r * c);
  CHECK(drawn(Json{{"data", {{{"type", "heatmap"}, {"z", rows}}}}}).size() < 30000);
  CHECK(drawn(Json{{"data", {{{"type", "heatmap"}, {"z", slope}}}}}).size() < 500000);
}

TEST_CASE("A drawing stays readable with many traces, categories and long names") {
  Json figure = {{"data", Json::array()}};
  for (int i = 0; i < 40; ++i)
    figure["data"].push_back({{"name", "run " + std::to_string(i) + std::string(100, 'x')}, {"y", {i, i + 1}}});
  const std::string svg = drawn(figure);
  CHECK_THAT(svg, Contains("and 24 more"));
  CHECK(count(svg, std::string(50, 'x')) == 0);
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("category " + std::to_string(i));
  const std::string bars = drawn(erm::Figure().bar(names, std::vector<int>(1000, 1)).json());
  CHECK(count(bars, "rotate(-35") > 10);
  CHECK(count(bars, "rotate(-35") < 60);
}

TEST_CASE("What cannot be drawn is reported, not guessed") {
  CHECK(reason(Json()) == "it has no list of traces named \"data\"");
  CHECK(reason(Json::array()) == "it has no list of traces named \"data\"");
  CHECK(reason({{"data", 3}}) == "it has no list of traces named \"data\"");
  CHECK(reason({{"data", {1}}}) == "a trace of it is not a JSON object");
  CHECK(reason({{"data", {{{"type", "sunburst"}}}}}) == "it has traces of type 'sunburst'");
  CHECK_THAT(reason({{"data", {{{"type", "scatter3d"}}}}}), Contains("'scatter3d'"));
  CHECK(reason({{"data", {{{"type", 7}}}}}) == "the type of a trace is not text");
  CHECK(reason({{"data", {{{"y", 3}}}}}) == "'y' of a trace is not a list");
  CHECK(reason({{"data", {{{"y", {{"dtype", "f8"}, {"bdata", "?"}}}}}}}) == "a typed array is not base64");
  CHECK_THAT(reason({{"data", {{{"y", {{"dtype", "c16"}, {"bdata", "AAAA"}}}}}}}), Contains("unknown dtype 'c16'"));
  CHECK(reason({{"data", {{{"type", "heatmap"}, {"z", {1, 2}}}}}}) == "a row of 'z' is not a list");
  CHECK_THAT(reason({{"data", {{{"y", {1e308, -1e308}}}}}}), Contains("too large"));
  CHECK_THAT(reason({{"data", {{{"y", {1e-320, 2e-320}}}}}}), Contains("too close"));
  CHECK_THAT(reason({{"data", {{{"type", "bar"}, {"x", {1, 2}}, {"y", {"a", "b"}}}}}}), Contains("are not numbers"));
}

TEST_CASE("Figures without any data are drawn empty") {
  for (const char* figure :
       {R"({"data": []})", R"({"data": [{}]})", R"({"data": [{"y": []}]})", R"({"data": [{"y": [null]}]})",
        R"({"data": [{"type": "bar"}]})", R"({"data": [{"type": "histogram", "x": []}]})",
        R"({"data": [{"type": "heatmap"}]})", R"({"data": [{"type": "heatmap", "z": [[]]}]})",
        R"({"data": [{"type": "pie", "visible": false}], "layout": null})"}) {
    CAPTURE(figure);
    CHECK_THAT(drawn_text(figure), Contains("role=\"img\"") && Contains("</svg>"));
  }
}

TEST_CASE("A single point, equal values, and the smallest and greatest numbers have an axis") {
  for (const char* y : {"[3]", "[0]", "[5, 5, 5]", "[1e16, 10000000000000002]", "[1e308, 1.1e308]", "[-1e-300, 1e-300]",
                        "[9007199254740993, 1]", "[18446744073709551615]", "[1e300, 0]"}) {
    CAPTURE(y);
    const std::string svg = drawn_text((std::string(R"({"data": [{"y": )") + y + "}]}").c_str());
    CHECK(count(svg, "nan") == 0);
    CHECK(count(svg, "inf") == 0);
    CHECK(count(svg, "text-anchor=\"end\"") >= 2);
  }
}

TEST_CASE("JSON nested a hundred thousand levels deep does no harm") {
  Json deep = 1;
  for (int i = 0; i < 100000; ++i) {
    Json around = Json::array();
    around.push_back(std::move(deep));
    deep = std::move(around);
  }
  Json figure = Json::parse(R"({"data": [{"y": [1, 2]}, {"y": [2, 3]}], "layout": {}})");
  SECTION("as a title") { figure["layout"]["title"] = std::move(deep); }
  SECTION("as a name") { figure["data"][0]["name"] = std::move(deep); }
  SECTION("as the values") { figure["data"][0]["y"] = std::move(deep); }
  SECTION("as the layout") { figure["layout"] = std::move(deep); }
  CHECK_THAT(drawn(figure), Contains("role=\"img\""));
}

TEST_CASE("If any part of a figure is replaced, the figure is drawn or refused") {
  const std::vector<Json> figures = {
      Json::parse(
          R"({"data": [{"type": "scatter", "mode": "lines+markers", "x": [1, 2, 3], "y": [1, null, 3], "name": "a",
        "line": {"shape": "hv", "dash": "dot", "color": "red", "width": 2}, "fill": "tozeroy", "fillcolor": "red",
        "marker": {"color": [1, 2, 3], "size": 3, "colorscale": "Jet", "showscale": true, "cmin": 0, "cmax": 3},
        "xaxis": "x", "opacity": 0.5, "connectgaps": true, "x0": 1, "dx": 2},
        {"type": "scatter", "y": [3, 4], "fill": "tonexty", "visible": true}],
        "layout": {"title": {"text": "t"}, "xaxis": {"type": "log", "range": [0, 3], "tickvals": [1, 10], "ticktext": ["x"]},
        "yaxis": {"type": "linear", "range": [0, 3], "categoryorder": "array", "categoryarray": ["a"]},
        "showlegend": true, "colorway": ["red"], "template": {"layout": {"colorscale": {"sequential": [[0, "red"]]}}}}})"),
      Json::parse(R"({"data": [{"type": "bar", "orientation": "h", "y": ["a", "b"], "x": [3, 2], "base": [1, 2],
        "marker": {"color": ["red", "#0a0"]}, "width": 0.5}, {"type": "bar", "x": [1, 2], "y": [1, 2]},
        {"type": "histogram", "x": [1, 2, 3, 3], "nbinsx": 4, "xbins": {"start": 0, "end": 5, "size": 1},
        "histnorm": "percent", "cumulative": {"enabled": false}}], "layout": {"barmode": "stack", "bargap": 0.1}})"),
      Json::parse(R"({"data": [{"type": "heatmap", "z": [[1, 2, 3], [3, 4, 5]], "x": [1, 2, 3], "y": ["a", "b"],
        "text": [["a", "b"], ["c", "d"]], "texttemplate": "%{text}", "colorscale": [[0, "red"], [1, "blue"]], "zmin": 0,
        "coloraxis": "coloraxis", "colorbar": {"title": "c"}}], "layout": {"coloraxis": {"colorscale": "Blues", "cmin": 1}}})")};
  CHECK(erm_test::check_figures_with_other_parts(figures, 100000) > 1000);
}

TEST_CASE("The same figure gives the same drawing") {
  const auto figure = erm::Figure("t").line({1, 2, 3}, {3, 1, 2}, "a").bar({"x", "y"}, {1, 2}, "b");
  CHECK(drawn(figure.json()) == drawn(Json::parse(figure.json().dump())));
}

}  // namespace svg_test
