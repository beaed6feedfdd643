#include "erm/detail/plotly/overlay.hpp"

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/plotly/svg.hpp"
#include "erm/json.hpp"

namespace overlay_test {

using erm::Json;
using erm::detail::PlotlyFigure;

namespace {

Json line(std::vector<double> y, const char* name = "train") {
  return {{"type", "scatter"}, {"mode", "lines"}, {"x", {0, 1, 2}}, {"y", std::move(y)}, {"name", name}};
}

std::vector<PlotlyFigure> read_all(const std::vector<Json>& traces) {
  std::vector<PlotlyFigure> figures;
  for (const Json& list : traces) figures.push_back(erm::detail::read_plotly(Json{{"data", list}}));
  return figures;
}

std::optional<PlotlyFigure> overlay_of(const std::vector<PlotlyFigure>& figures) {
  std::vector<const PlotlyFigure*> pointers;
  for (const PlotlyFigure& figure : figures) pointers.push_back(&figure);
  return erm::detail::overlaid(pointers);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++number;
  return number;
}

}  // namespace

TEST_CASE("Figures of several runs are overlaid, each in its run's colour and dashes") {
  const auto figures = read_all({Json::array({line({1, 2, 3})}), Json::array({line({2, 3, 4})}), Json::array({line({9, 3, 4})})});
  const auto all = overlay_of(figures);
  REQUIRE(all);
  REQUIRE(all->traces.size() == 3);
  CHECK(all->traces[0].color == "var(--r0)");
  CHECK(all->traces[2].color == "var(--r2)");
  CHECK(all->traces[0].dash.empty());
  CHECK(all->traces[1].dash == "7 3");
  const std::string svg = erm::detail::plotly_svg_of(*all);
  CHECK(count(svg, "data-run=\"1\"><path stroke=\"var(--r1)\"") == 1);
  CHECK(count(svg, "stroke-dasharray=\"7 3\"") == 1);
  CHECK(count(svg, "<g") == count(svg, "</g>"));
  CHECK(svg.find("train</text>") == std::string::npos);  // one trace a run needs no legend
}

TEST_CASE("A run without a figure, or with an empty one, keeps its number") {
  const auto figures = read_all({Json::array({line({1, 2, 3})}), Json::array(), Json::array({line({2, 3, 4})})});
  const auto all = erm::detail::overlaid({&figures[0], &figures[1], nullptr, &figures[2]});
  REQUIRE(all);
  REQUIRE(all->traces.size() == 2);
  CHECK(all->traces[1].run == 3u);
}

TEST_CASE("Several traces of a run differ in opacity, and have names") {
  const auto figures = read_all({Json::array({line({1, 2, 3}), line({2, 2, 2}, "val")}),
                                 Json::array({line({2, 3, 4}), line({1, 1, 1}, "val")})});
  const auto all = overlay_of(figures);
  REQUIRE(all);
  CHECK(all->traces[0].opacity == 1);
  CHECK(all->traces[1].opacity == 0.6);
  CHECK(all->traces[3].color == "var(--r1)");
  const std::string svg = erm::detail::plotly_svg_of(*all);
  CHECK(count(svg, "train</text>") == 1);
  CHECK(count(svg, "val</text>") == 1);
}

TEST_CASE("What all runs have in common is drawn once, and belongs to no run") {
  const auto figures = read_all({Json::array({line({0, 1, 2}, "chance"), line({1, 2, 3}, "AUC = 0.9")}),
                                 Json::array({line({0, 1, 2}, "chance"), line({2, 3, 4}, "AUC = 0.8")})});
  const auto all = overlay_of(figures);
  REQUIRE(all);
  REQUIRE(all->traces.size() == 3);
  CHECK_FALSE(all->traces[0].run);
  CHECK(all->traces[0].color == "currentColor");
  CHECK(all->traces[1].opacity == 1);
  CHECK_FALSE(all->shows_legend);  // its names would be those of one run
}

TEST_CASE("Histograms are overlaid with the same intervals, and bars stand side by side") {
  const Json first = {{"type", "histogram"}, {"x", {0, 1, 2, 9}}}, second = {{"type", "histogram"}, {"x", {5, 6, 7}}};
  const auto all = overlay_of(read_all({Json::array({first}), Json::array({second})}));
  REQUIRE(all);
  CHECK(all->groups.bar_mode == "overlay");
  CHECK(all->traces[0].opacity == 0.5);
  const auto layout = erm::detail::lay_out_plotly(*all);
  const auto &left = layout.drawn.bars[0], &right = layout.drawn.bars[1];
  const double width = left[0].end - left[0].begin, between = (right[0].begin - left[0].begin) / width;
  CHECK(right[0].end - right[0].begin == Approx(width));
  CHECK(between == Approx(std::round(between)));

  const Json bar = {{"type", "bar"}, {"x", {"cat", "dog"}}, {"y", {1, 2}}}, other = {{"type", "bar"}, {"x", {"owl", "dog"}}, {"y", {3, 2}}};
  const auto bars = overlay_of(read_all({Json::array({bar}), Json::array({other})}));
  REQUIRE(bars);
  const auto beside = erm::detail::lay_out_plotly(*bars);
  CHECK(beside.figure.x.categories == std::vector<std::string>{"cat", "dog", "owl"});
  CHECK(beside.drawn.bars[0][1].end <= beside.drawn.bars[1][1].begin + 1e-12);
}

TEST_CASE("Incompatible figures are not overlaid") {
  const Json heatmap = {{"type", "heatmap"}, {"z", {{1, 2}}}}, bar = {{"type", "bar"}, {"x", {"a"}}, {"y", {1}}};
  CHECK_FALSE(overlay_of(read_all({Json::array({heatmap}), Json::array({heatmap})})));
  CHECK_FALSE(overlay_of(read_all({Json::array({bar}), Json::array({line({1, 2, 3})})})));  // categories and numbers
  CHECK_FALSE(overlay_of(read_all({Json::array({line({1, 2, 3})})})));
  CHECK_FALSE(overlay_of(read_all({Json::array({line({1, 2, 3})}), Json::array({line({1, 2, 3})})})));  // one and the same
  CHECK_FALSE(overlay_of({}));
}

}  // namespace overlay_test
