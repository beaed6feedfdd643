// Logs the figure of a plotting library that ERM does not know: here a type of this file that draws SVG. Adapt the
// figure types of Matplot++, sciplot, gnuplot-iostream or ROOT in the same way, through any format that they can save.
#include <erm/erm.hpp>

#include <cstdio>
#include <string>
#include <vector>

/// Stands in for a plotting library: bars with heights in percent.
struct BarPlot {
  std::vector<int> heights;

  std::string svg() const {
    const std::string width = std::to_string(heights.size() * 20);
    std::string out = "<svg xmlns='http://www.w3.org/2000/svg' width='" + width + "' height='100'>";
    for (std::size_t i = 0; i < heights.size(); ++i) {
      out += "<rect x='" + std::to_string(i * 20) + "' y='" + std::to_string(100 - heights[i]) +
             "' width='16' height='" + std::to_string(heights[i]) + "' fill='steelblue'/>";
    }
    return out + "</svg>";
  }
};

/// All that ERM needs.
template <>
struct erm::FigureAdaptor<BarPlot> {
  static std::string convert(const BarPlot& plot) { return plot.svg(); }
};

int main() {
  erm::ExperimentRun run("own figure");
  run.log_figure(BarPlot{{20, 90, 55}}, "bars");
  const erm::Artifact& bars = run.artifacts().at("bars");
  std::printf("%s, %s:\n%s\n", bars.filename().c_str(), bars.media_type().c_str(),
              erm::to_text(bars.bytes()).c_str());
}
