// The snippets of docs/figures.md, and what each of them leaves in its run.
#include <erm/erm.hpp>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

/// What stands for a plotting library that saves files.
struct Canvas {
  void save(const std::string& path) const { std::ofstream(path) << "<svg xmlns='http://www.w3.org/2000/svg'/>"; }
};

}  // namespace

template <>
struct erm::FigureAdaptor<Canvas> {
  static std::string convert(const Canvas& canvas) {
    const std::string name = "canvas-" + std::to_string(std::random_device()()) + ".svg";
    const std::filesystem::path path = std::filesystem::temp_directory_path() / name;
    canvas.save(path.string());
    std::ifstream file(path);
    std::string svg(std::istreambuf_iterator<char>(file), {});
    file.close();
    std::filesystem::remove(path);
    return svg;
  }
};

TEST_CASE("docs/figures.md: build one from numbers") {
  erm::ExperimentRun run("digits");

  std::vector<int> steps = {100, 200, 300};
  std::array<float, 3> loss = {0.9f, 0.5f, NAN};                   // any container; NaN is a gap
  auto figure = erm::Figure("Loss").line(steps, loss, "train").x_label("step").y_label("loss").log_y();
  figure.json()["layout"]["legend"]["orientation"] = "h";          // whatever else plotly knows
  run.log_figure(figure, "loss");

  const erm::Json stored = erm::Json::parse(run.artifacts().at("loss").bytes());
  CHECK(stored["data"][0]["y"].dump() == "[0.9,0.5,null]");
  CHECK(stored["layout"]["legend"]["orientation"] == "h");
}

TEST_CASE("docs/figures.md: show how a classifier does") {
  erm::ExperimentRun run("digits");
  const std::vector<int> actual = {0, 1, 1}, predicted = {0, 1, 0}, is_dog = {0, 1, 1};
  const std::vector<double> scores = {0.4, 0.9, 0.3};

  run.log_figure(erm::confusion_matrix(actual, predicted, {"cat", "dog"}), "confusion");
  run.log_figure(erm::roc_curve(is_dog, scores, "small net"), "roc");
  run.log_figure(erm::precision_recall_curve(is_dog, scores), "precision and recall");
  run.log_metrics({{"auc", erm::roc_auc(is_dog, scores)}, {"ap", erm::average_precision(is_dog, scores)}});

  CHECK(run.artifacts().size() == 3);
  CHECK(run.metrics().at("auc") == 0.5);
}

TEST_CASE("docs/figures.md: log the figures of a plotting library") {
  erm::ExperimentRun run("digits");
  run.log_figure(Canvas(), "canvas");
  CHECK(run.artifacts().at("canvas").media_type() == "image/svg+xml");
}
