#include "erm/figure.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <list>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "erm/image.hpp"
#include "erm/json.hpp"
#include "erm/metric_history.hpp"

using Catch::Matchers::Contains;
using erm::Json;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

const Json& trace(const erm::Figure& figure, std::size_t i = 0) { return figure.json().at("data").at(i); }
const Json& layout(const erm::Figure& figure) { return figure.json().at("layout"); }

}  // namespace

// ---- the builder ----

TEST_CASE("A line keeps its values, names its axes, and calls can be chained") {
  const auto figure = erm::Figure("Loss")
                          .line(std::vector<int>{1, 2, 3}, std::vector<double>{0.5, 0.25, 0.125}, "train")
                          .line(std::array<long, 2>{1, 2}, std::vector<float>{0.1f, 0.7f}, "test")
                          .x_label("step")
                          .y_label("loss")
                          .log_y();
  CHECK(trace(figure)["type"] == "scatter");
  CHECK(trace(figure)["mode"] == "lines");
  CHECK(trace(figure)["name"] == "train");
  CHECK(trace(figure)["x"].dump() == "[1,2,3]");
  CHECK(trace(figure)["y"].dump() == "[0.5,0.25,0.125]");
  CHECK(trace(figure, 1)["y"].dump() == "[0.1,0.7]");  // a float as its shortest decimal
  CHECK(layout(figure)["title"]["text"] == "Loss");
  CHECK(layout(figure)["xaxis"]["title"]["text"] == "step");
  CHECK(layout(figure)["yaxis"]["title"]["text"] == "loss");
  CHECK(layout(figure)["yaxis"]["type"] == "log");
  CHECK_FALSE(layout(figure)["xaxis"].contains("type"));
  CHECK(layout(figure)["showlegend"] == true);
}

TEST_CASE("Any container or array of numbers is accepted, and so are braces") {
  const double array[] = {1, 2};
  const std::list<unsigned char> list = {3, 4};
  const auto figure =
      erm::Figure().scatter(array, list).scatter({1, 2}, {3.5, 4}).line(std::vector<bool>{false, true}, array);
  CHECK(trace(figure)["mode"] == "markers");
  CHECK(trace(figure)["y"].dump() == "[3,4]");
  CHECK(trace(figure, 1)["y"].dump() == "[3.5,4.0]");
  CHECK(trace(figure, 2)["x"].size() == 2);
  CHECK(trace(figure)["showlegend"] == false);
}

TEST_CASE("64-bit integers stay exact, and NaN and the infinities become gaps") {
  const auto figure = erm::Figure().line(std::vector<std::uint64_t>{18446744073709551615u, 1, 2, 3},
                                         std::vector<double>{nan_value, infinity, -infinity, 5e-324});
  CHECK(trace(figure)["x"].dump() == "[18446744073709551615,1,2,3]");
  CHECK(trace(figure)["y"].dump() == "[null,null,null,5e-324]");
}

TEST_CASE("A history is a line over its steps") {
  const erm::MetricHistory history({{10, {}, 0.5}, {20, {}, nan_value}, {30, {}, 0.1}});
  const auto figure = erm::Figure().line(history, "loss");
  CHECK(trace(figure)["x"].dump() == "[10,20,30]");
  CHECK(trace(figure)["y"].dump() == "[0.5,null,0.1]");
}

TEST_CASE("Categories stay text even if they look like numbers") {
  const auto figure = erm::Figure().bar({"10", "2"}, {0.5, 0.25}, "a");
  CHECK(trace(figure)["type"] == "bar");
  CHECK(trace(figure)["x"].dump() == R"(["10","2"])");
  CHECK(layout(figure)["xaxis"]["type"] == "category");
  CHECK_FALSE(layout(erm::Figure().bar(std::vector<int>{1, 2}, {1, 2}))["xaxis"].contains("type"));
}

TEST_CASE("A histogram may set its number of bins, and several are overlaid") {
  auto figure = erm::Figure().histogram(std::vector<float>{1, 2, 2}, "a", 20);
  CHECK(trace(figure)["type"] == "histogram");
  CHECK(trace(figure)["nbinsx"] == 20);
  CHECK_FALSE(trace(figure).contains("opacity"));
  figure.histogram({5, 6}, "b");
  CHECK_FALSE(trace(figure, 1).contains("nbinsx"));
  CHECK(layout(figure)["barmode"] == "overlay");
  CHECK(trace(figure, 0)["opacity"] == trace(figure, 1)["opacity"]);
}

TEST_CASE("A heatmap has its first row at the top and a label for each row and column") {
  const auto figure = erm::Figure().heatmap({{1, 2, 3}, {4, nan_value, 6}}, {"a", "b", "c"}, {"first", "second"});
  CHECK(trace(figure)["z"].dump() == "[[1.0,2.0,3.0],[4.0,null,6.0]]");
  CHECK(trace(figure)["x"].dump() == R"(["a","b","c"])");
  CHECK(layout(figure)["yaxis"]["autorange"] == "reversed");
  CHECK_NOTHROW(erm::Figure().heatmap(std::array<std::array<float, 2>, 2>{{{1, 2}, {3, 4}}}));
}

TEST_CASE("Lists of different sizes are refused with both sizes") {
  const std::vector<int> two = {1, 2}, three = {1, 2, 3};
  CHECK_THROWS_WITH(erm::Figure().line(two, three), Contains("Figure::line: x has 2 values and y has 3"));
  CHECK_THROWS_WITH(erm::Figure().scatter(three, two), Contains("Figure::scatter: x has 3 values and y has 2"));
  CHECK_THROWS_WITH(erm::Figure().bar({"a"}, two), Contains("x has 1 values and y has 2"));
  CHECK_THROWS_WITH(erm::Figure().heatmap({{1, 2}, {3}}), Contains("row 0 has 2 values and row 1 has 1"));
  CHECK_THROWS_WITH(erm::Figure().heatmap({{1, 2}}, {"a"}), Contains("a row has 2 values and x_labels has 1"));
  CHECK_THROWS_WITH(erm::Figure().heatmap({{1, 2}}, {}, {"a", "b"}),
                    Contains("a column has 1") && Contains("y_labels has 2"));
}

TEST_CASE("Invalid UTF-8 is repaired in titles, names and categories") {
  const auto figure = erm::Figure("t\xFF").bar({"c\xFF"}, {1}, "n\xFF").x_label("x\xFF");
  CHECK_NOTHROW(figure.json().dump());
  CHECK(trace(figure)["name"] == "n\xEF\xBF\xBD");
}

// ---- classification ----

TEST_CASE("A confusion matrix has the actual classes as rows and the predicted ones as columns") {
  const auto figure = erm::confusion_matrix({0, 0, 1, 2, 2}, {0, 1, 1, 0, 2});
  CHECK(trace(figure)["type"] == "heatmap");
  CHECK(trace(figure)["z"].dump() == "[[1,1,0],[0,1,0],[1,0,1]]");
  CHECK(trace(figure)["text"] == trace(figure)["z"]);
  CHECK(trace(figure)["x"].dump() == R"(["0","1","2"])");
  CHECK(layout(figure)["xaxis"]["title"]["text"] == "predicted");
  CHECK(layout(figure)["yaxis"]["title"]["text"] == "actual");
}

TEST_CASE("Classes are named, sorted or in the given order, and may have no example") {
  const std::vector<std::string> actual = {"dog", "cat", "dog"}, predicted = {"dog", "dog", "dog"};
  CHECK(trace(erm::confusion_matrix(actual, predicted))["x"].dump() == R"(["cat","dog"])");
  const auto given = erm::confusion_matrix(actual, predicted, {"dog", "emu", "cat"});
  CHECK(trace(given)["z"].dump() == "[[2,0,0],[0,0,0],[1,0,0]]");
  CHECK(trace(given)["y"].dump() == R"(["dog","emu","cat"])");
  const auto numbered = erm::confusion_matrix(std::vector<unsigned>{1}, std::vector<long>{0}, {"no", "yes"});
  CHECK(trace(numbered)["z"].dump() == "[[0,0],[1,0]]");
  CHECK(trace(erm::confusion_matrix(std::vector<bool>{true, false}, std::vector<float>{1, 1}))["z"].dump() ==
        "[[0,1],[0,1]]");
}

TEST_CASE("Labels that are not classes are refused with their position") {
  CHECK_THROWS_WITH(erm::confusion_matrix({0, 1}, {0}), Contains("actual has 2 values and predicted has 1"));
  CHECK_THROWS_WITH(erm::confusion_matrix({}, {}), Contains("there are no labels"));
  CHECK_THROWS_WITH(erm::confusion_matrix({0, -1}, {0, 0}), Contains("actual label 1 is -1"));
  CHECK_THROWS_WITH(erm::confusion_matrix({0}, std::vector<double>{0.5}), Contains("predicted label 0 is 0.5"));
  CHECK_THROWS_WITH(erm::confusion_matrix({0}, std::vector<double>{nan_value}), Contains("predicted label 0 is nan"));
  CHECK_THROWS_WITH(erm::confusion_matrix({0, 2}, {0, 0}, {"a", "b"}),
                    Contains("actual label 1 is 2") && Contains("2 classes"));
  CHECK_THROWS_WITH(erm::confusion_matrix({0}, {2000000000}), Contains("2000000001 classes") && Contains("1000"));
  CHECK_THROWS_WITH(erm::confusion_matrix({0}, {0}, {"a", "a"}), Contains("two classes are named 'a'"));
  CHECK_THROWS_WITH(erm::confusion_matrix(std::vector<std::string>{"a"}, std::vector<std::string>{"x"}, {"a"}),
                    Contains("predicted label 0 is 'x'"));
}

TEST_CASE("A confusion matrix is made from counts, of any containers, or from shares") {
  const std::vector<std::vector<int>> counts = {{3, 1}, {0, 5}};
  const auto figure = erm::confusion_matrix(counts, {"cat", "dog"});
  CHECK(trace(figure)["z"].dump() == "[[3,1],[0,5]]");
  CHECK(trace(figure)["y"].dump() == R"(["cat","dog"])");
  CHECK(layout(figure)["yaxis"]["title"]["text"] == "actual");
  const unsigned plain[2][2] = {{1, 2}, {3, 4}};
  CHECK(trace(erm::confusion_matrix(plain, {"cat", "dog"}))["z"].dump() == "[[1,2],[3,4]]");
  const std::array<std::list<float>, 2> shares = {{{0.25F, 0.75F}, {0, 1}}};
  CHECK(trace(erm::confusion_matrix(shares))["z"].dump() == "[[0.25,0.75],[0.0,1.0]]");
  CHECK(trace(erm::confusion_matrix(shares))["x"].dump() == R"(["0","1"])");
  const std::int64_t grid[] = {3, 0, 1, 5};  // transposed
  const erm::NumbersView view(grid, erm::NumberType::int64, {{2, 8}, {2, 16}});
  const std::vector<std::string> names = {"cat", "dog"};
  CHECK(trace(erm::confusion_matrix(view, names))["z"].dump() == "[[3,1],[0,5]]");
  CHECK(trace(erm::confusion_matrix(names, names))["z"].dump() == "[[1,0],[0,1]]");  // texts are labels
}

TEST_CASE("Counts that are no confusion matrix are refused with what is wrong") {
  using Counts = std::vector<std::vector<double>>;
  CHECK_THROWS_WITH(erm::confusion_matrix(Counts()), "confusion_matrix: there are no counts");
  CHECK_THROWS_WITH(erm::confusion_matrix(Counts{{1, 2}}),
                    "confusion_matrix: row 0 has 2 counts and there are 1 rows; counts[actual][predicted] has a row and "
                    "a column for each class");
  CHECK_THROWS_WITH(erm::confusion_matrix(Counts{{1, 2}, {3, -4}}),
                    "confusion_matrix: counts[1][1] is -4, and a count is a number from 0 on");
  CHECK_THROWS_WITH(erm::confusion_matrix(Counts{{nan_value}}),
                    "confusion_matrix: counts[0][0] is nan, and a count is a number from 0 on");
  CHECK_THROWS_WITH(erm::confusion_matrix(Counts{{1}}, {"a", "b", "c"}),
                    "confusion_matrix: there are 3 class names and counts of 1 classes; each class needs one name");
  CHECK_THROWS_WITH(erm::confusion_matrix(Counts{{1, 1}, {1, 1}}, {"a", "a"}), Contains("two classes are named 'a'"));
  CHECK_THROWS_WITH(erm::confusion_matrix(Counts(1001)), Contains("1001 classes") && Contains("1000"));
  const double numbers[] = {1, 2};
  CHECK_THROWS_WITH(erm::confusion_matrix(erm::NumbersView(numbers, 2)),
                    "confusion_matrix: a matrix has rows and columns, and this has 1 dimensions");
}

TEST_CASE("A figure is made from views of numbers") {
  const float floats[] = {0.1F, 0.2F, 0.3F, 0.4F};
  const std::uint8_t bytes[] = {1, 2, 3, 4};
  const erm::NumbersView x(bytes, 4), y(floats, 4), grid(bytes, erm::NumberType::uint8, {{2, 1}, {2, 2}});
  CHECK(trace(erm::Figure().line(x, y))["x"].dump() == "[1,2,3,4]");
  CHECK(trace(erm::Figure().line(x, y))["y"].dump() == "[0.1,0.2,0.3,0.4]");
  CHECK(trace(erm::Figure().histogram(y))["x"].dump() == "[0.1,0.2,0.3,0.4]");
  CHECK(trace(erm::Figure().heatmap(grid))["z"].dump() == "[[1,3],[2,4]]");
  const std::vector<int> is_spam = {0, 1, 0, 1};
  CHECK(erm::roc_auc(is_spam, y) == Approx(0.75));
}

TEST_CASE("The areas under the curves match the textbook") {
  // The example of scikit-learn's documentation: 0.75 and 0.83...
  const std::vector<int> labels = {0, 0, 1, 1};
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8};
  CHECK(erm::roc_auc(labels, scores) == Approx(0.75));
  CHECK(erm::average_precision(labels, scores) == Approx(0.8333333333));
  CHECK(erm::roc_auc({0, 1}, {0.1, 0.9}) == 1);
  CHECK(erm::roc_auc({1, 0}, {0.1, 0.9}) == 0);
  CHECK(erm::average_precision({1, 0}, {0.1, 0.9}) == 0.5);
}

TEST_CASE("Equal scores are one threshold, in whatever order they come") {
  const std::vector<float> same = {0.5f, 0.5f, 0.5f, 0.5f};
  CHECK(erm::roc_auc({1, 1, 0, 0}, same) == 0.5);
  CHECK(erm::roc_auc({0, 0, 1, 1}, same) == 0.5);
  CHECK(erm::average_precision({1, 1, 1, 0}, same) == 0.75);
  const auto figure = erm::roc_curve({1, 0, 1, 0}, same);
  CHECK(trace(figure)["x"].dump() == "[0.0,1.0]");
  CHECK(trace(figure)["y"].dump() == "[0.0,1.0]");
}

TEST_CASE("The area is the share of the pairs that are ranked correctly") {
  std::vector<int> labels;
  std::vector<double> scores;
  std::uint32_t state = 3;
  for (int i = 0; i < 300; ++i) {
    state = state * 1664525u + 1013904223u;
    labels.push_back(static_cast<int>(state >> 31));
    scores.push_back(static_cast<double>((state >> 20) % 37) + 4 * labels.back());
  }
  double right = 0, pairs = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t k = 0; k < labels.size(); ++k) {
      if (labels[i] != 1 || labels[k] != 0) continue;
      ++pairs;
      right += scores[i] > scores[k] ? 1 : scores[i] == scores[k] ? 0.5 : 0;
    }
  CHECK(erm::roc_auc(labels, scores) == Approx(right / pairs).epsilon(1e-12));

  // The curve has the same area with the points between others left out.
  const Json curve = trace(erm::roc_curve(labels, scores));
  double area = 0;
  for (std::size_t i = 1; i < curve["x"].size(); ++i)
    area += (curve["x"][i].get<double>() - curve["x"][i - 1].get<double>()) *
            (curve["y"][i].get<double>() + curve["y"][i - 1].get<double>()) / 2;
  CHECK(area == Approx(right / pairs).epsilon(1e-12));
}

TEST_CASE("The curves have the right ends, and their area is in the legend") {
  const std::vector<bool> labels = {true, false, true, true};
  const std::vector<double> scores = {infinity, 0.5, 0.4, -infinity};
  const auto roc = erm::roc_curve(labels, scores, "model");
  CHECK(trace(roc)["x"].dump() == "[0.0,0.0,1.0,1.0]");
  CHECK(trace(roc)["name"] == "model (AUC = 0.3333)");
  CHECK(trace(roc, 1)["name"] == "chance");
  const auto recall = erm::precision_recall_curve(labels, scores);
  CHECK(trace(recall)["x"].front() == 0.0);
  CHECK(trace(recall)["x"].back() == 1.0);
  CHECK(trace(recall)["y"].back() == 0.75);
  CHECK(trace(recall)["name"] == "AP = 0.8056");
  CHECK(trace(recall, 1)["y"].dump() == "[0.75,0.75]");
  CHECK(erm::roc_auc({-1, 1}, {0.1, 0.9}) == 1);
}

TEST_CASE("Curves without both classes, with other labels or with NaN scores are refused") {
  CHECK_THROWS_WITH(erm::roc_curve({0, 1}, {0.1}), Contains("roc_curve: labels has 2 values and scores has 1"));
  CHECK_THROWS_WITH(erm::roc_curve({0, 1}, {0.1, nan_value}), Contains("score 1 is NaN"));
  CHECK_THROWS_WITH(erm::precision_recall_curve({1, 1}, {0.1, 0.2}), Contains("2 are positive and 0 negative"));
  CHECK_THROWS_WITH(erm::roc_auc({0, 0}, {0.1, 0.2}), Contains("roc_auc") && Contains("0 are positive and 2 negative"));
  CHECK_THROWS_WITH(erm::average_precision({}, {}), Contains("it needs both"));
  CHECK_THROWS_WITH(erm::roc_auc({0, 2}, {0.1, 0.2}), Contains("label 1 is 2"));
}

// ---- what is stored of a figure ----

namespace {

struct SvgPlot {};
struct JsonPlot {};
struct ImagePlot {};
struct ErmPlot {};
struct BadPlot {};

template <class T>
struct Series {
  std::vector<T> values;
};

}  // namespace

namespace erm {

template <>
struct FigureAdaptor<SvgPlot> {
  static std::string convert(const SvgPlot&) { return "<svg></svg>"; }
};
template <>
struct FigureAdaptor<JsonPlot> {
  static Json convert(const JsonPlot&) { return {{"data", Json::array()}}; }
};
template <>
struct FigureAdaptor<ImagePlot> {
  static Bytes convert(const ImagePlot&) {
    const std::uint8_t pixel = 9;
    return encode_png({&pixel, 1, 1, 1});
  }
};
template <>
struct FigureAdaptor<ErmPlot> {
  static Figure convert(const ErmPlot&) { return Figure("mine"); }
};
template <>
struct FigureAdaptor<BadPlot> {
  static const char* convert(const BadPlot&) { return "no figure"; }
};
template <class T>
struct FigureAdaptor<Series<T>> {
  static Figure convert(const Series<T>& series) { return Figure().histogram(series.values); }
};

}  // namespace erm

namespace {

struct Stored {
  erm::ArtifactType type;
  std::string filename_ending;
  erm::Bytes bytes;
};

template <class T>
Stored to_figure_content(const T& figure) {
  erm::ExperimentRun run("e");
  run.log_figure(figure, "f");
  const erm::Artifact& artifact = run.artifacts().at("f");
  return {artifact.type(), artifact.filename().substr(1), artifact.bytes()};
}

}  // namespace

TEST_CASE("A user's type with an adaptor is a figure, whatever the adaptor returns") {
  CHECK(to_figure_content(SvgPlot()).filename_ending == ".svg");
  CHECK(to_figure_content(SvgPlot()).type == erm::ArtifactType::html);
  CHECK(erm::to_text(to_figure_content(JsonPlot()).bytes) == R"({"data":[]})");
  CHECK(to_figure_content(JsonPlot()).type == erm::ArtifactType::plotly_json);
  CHECK(to_figure_content(ImagePlot()).type == erm::ArtifactType::png);
  CHECK(to_figure_content(ImagePlot()).filename_ending == ".png");
  CHECK(to_figure_content(ErmPlot()).filename_ending == ".plotly.json");
  CHECK(to_figure_content(Series<float>{{1, 2}}).filename_ending == ".plotly.json");
  CHECK_THROWS_WITH(to_figure_content(BadPlot()), Contains("begins with 'no figure'"));
}

TEST_CASE("ERM figures, plotly JSON, SVG text and pictures are figures without an adaptor") {
  const erm::Figure figure = erm::Figure("t").line({1}, {2});
  CHECK(erm::to_text(to_figure_content(figure).bytes) == figure.json().dump());
  CHECK(to_figure_content(figure.json()).filename_ending == ".plotly.json");
  CHECK(to_figure_content(nlohmann::ordered_json{{"data", 1}}).filename_ending == ".plotly.json");
  CHECK(to_figure_content("<svg/>").filename_ending == ".svg");
  CHECK(to_figure_content(std::string("<svg/>")).filename_ending == ".svg");
  CHECK(to_figure_content(Json("<svg/>")).type == erm::ArtifactType::html);
  CHECK(to_figure_content(erm::Bytes{0xFF, 0xD8, 0xFF}).filename_ending == ".jpg");
  CHECK_THROWS_WITH(to_figure_content(erm::Bytes{1, 2}),
                    Contains("2 bytes") && Contains("neither as a PNG nor as a JPEG"));
}

TEST_CASE("A logged SVG is stored as a file that a browser shows: in UTF-8, with its namespaces") {
  erm::ExperimentRun run("e");
  run.log_figure("<svg><text>\xC3\xA9</text></svg>", "r");
  CHECK(erm::to_text(run.artifact("r").bytes()) == "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>\xC3\xA9</text></svg>");
  run.log_figure("<?xml version='1.0' encoding='iso-8859-1'?><svg xmlns='http://www.w3.org/2000/svg'>\xE9</svg>", "gnuplot");
  CHECK(erm::to_text(run.artifact("gnuplot").bytes()) ==
        "<?xml version='1.0' encoding='UTF-8'?><svg xmlns='http://www.w3.org/2000/svg'>\xC3\xA9</svg>");
  CHECK_THROWS_WITH(run.log_figure("<?xml version='1.0' encoding='koi8-r'?><svg/>", "x"),
                    Contains("it declares the encoding \"koi8-r\""));
}

TEST_CASE("The root of an SVG may follow anything valid, but must be named svg") {
  for (const char* svg :
       {"<svg xmlns='http://www.w3.org/2000/svg'>", "\xEF\xBB\xBF \n<svg>",
        "<?xml version=\"1.0\"?>\n<!-- <html> --><svg\n>",
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/svg11.dtd\">\n<svg>",
        "<!DOCTYPE svg [ <!ENTITY a \"b>\"> ]><svg>", "<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>"}) {
    CAPTURE(svg);
    CHECK_NOTHROW(to_figure_content(svg));
  }
  for (const char* other : {"", " ", "svg", "<html><svg></svg></html>", "<svgx>", "<", "<!--", "<?xml ",
                            "<!DOCTYPE svg", "<!DOCTYPE html><html>", "{\"data\": []}", "<!DOCTYPE svg [<svg>"}) {
    CAPTURE(other);
    CHECK_THROWS_WITH(to_figure_content(other), Contains("an SVG document begins with <svg"));
  }
  const char* none = nullptr;
  CHECK_THROWS_WITH(to_figure_content(none), Contains("null pointer"));
}

TEST_CASE("JSON that is not a figure is refused") {
  CHECK_THROWS_WITH(to_figure_content(Json::array()), Contains("this is array"));
  CHECK_THROWS_WITH(to_figure_content(Json(nullptr)), Contains("this is null"));
  CHECK_THROWS_WITH(to_figure_content(Json(1.5)), Contains("this is number"));
  CHECK_THROWS_WITH(to_figure_content(Json("{}")), Contains("begins with '{}'"));
  CHECK_THROWS_WITH(to_figure_content(Json{{"data", Json(Json::value_t::discarded)}}), Contains("failed to parse"));
}

TEST_CASE("A figure is nested at most 100 levels deep") {
  const auto nested = [](int depth) {
    Json json = Json::object();
    for (int i = 1; i < depth; ++i) json = {{"a", std::move(json)}};
    return json;
  };
  CHECK_NOTHROW(to_figure_content(nested(100)));
  CHECK_THROWS_WITH(to_figure_content(nested(101)), Contains("more than 100 deep"));
}

TEST_CASE("The stored JSON is valid: text is repaired and NaN is null") {
  const Json figure = {{"data", {{{"name", "a\xFF"}, {"k\xFF", 1}, {"y", {nan_value, infinity}}}}}};
  const std::string text = erm::to_text(to_figure_content(figure).bytes);
  const Json back = Json::parse(text);
  CHECK(back["data"][0]["name"] == "a\xEF\xBF\xBD");
  CHECK(back["data"][0]["y"].dump() == "[null,null]");
}
