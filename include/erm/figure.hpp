// Figures that a run keeps: built here as plotly has them, or made by the plotting library of your choice.
//
//   auto figure = erm::Figure("Loss").line(steps, train, "train").line(steps, test, "test").x_label("step").log_y();
//   run.log_figure(figure, "loss");
//   run.log_figure(erm::confusion_matrix(actual, predicted, {"cat", "dog"}), "confusion");
//   run.log_figure(erm::roc_curve(is_spam, scores), "roc");
//   run.log_metric("auc", erm::roc_auc(is_spam, scores));
//   run.log_figure(my_plot, "plot");    // of a type of yours: see FigureAdaptor
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/figure/confusion.hpp"
#include "erm/detail/figure/content.hpp"
#include "erm/detail/figure/data.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/figure/ranking.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"
#include "erm/metric_history.hpp"

namespace erm {

/// A plotly figure, built trace by trace; use it as erm::Figure. A list of values is any container or array of numbers,
/// and of text where it names places on an axis. Values are kept exactly, a float as its shortest decimal; NaN and the
/// infinities become null, which is a gap. Text that is not UTF-8 becomes U+FFFD.
/// (A template, so that it costs nothing to compile where no figure is built.)
template <class J>
class BasicFigure {
 public:
  explicit BasicFigure(std::string_view title = {});

  /// y over x, as a line and as points. A trace without a name is not in the legend. Throw Error where x and y differ
  /// in size.
  template <class X = std::vector<double>, class Y = std::vector<double>,
            std::enable_if_t<!std::is_same_v<X, MetricHistory>, int> = 0>
  BasicFigure& line(const X& x, const Y& y, std::string_view name = {});
  template <class X = std::vector<double>, class Y = std::vector<double>>
  BasicFigure& scatter(const X& x, const Y& y, std::string_view name = {});
  /// The values of a metric over its steps.
  BasicFigure& line(const MetricHistory& history, std::string_view name = {});
  /// One bar a category; further calls put theirs beside them. Throws Error where the sizes differ.
  template <class Categories = std::vector<std::string>, class Y = std::vector<double>>
  BasicFigure& bar(const Categories& categories, const Y& values, std::string_view name = {});
  /// How many of the values fall into each interval, of which there are at most `bins`; 0 leaves that to the plot.
  template <class Y = std::vector<double>>
  BasicFigure& histogram(const Y& values, std::string_view name = {}, std::size_t bins = 0);
  /// A matrix as colours, its first row on top; without labels, rows and columns are numbered from 0. Throws Error for
  /// rows that differ in size and for labels that are not one a column and one a row.
  template <class Rows = std::vector<std::vector<double>>>
  BasicFigure& heatmap(const Rows& rows, const std::vector<std::string>& x_labels = {},
                       const std::vector<std::string>& y_labels = {});

  BasicFigure& title(std::string_view text);
  BasicFigure& x_label(std::string_view text);
  BasicFigure& y_label(std::string_view text);
  /// Logarithmic axes; values that are not positive have no place on them.
  BasicFigure& log_x();
  BasicFigure& log_y();

  /// {"data": [a trace, ...], "layout": {...}}; what else plotly can do is set there.
  [[nodiscard]] const J& json() const noexcept { return json_; }
  [[nodiscard]] J& json() noexcept { return json_; }

 private:
  J& layout() { return json_["layout"]; }
  template <class X, class Y>
  BasicFigure& add_xy(const char* operation, J trace, const X& x, const Y& y, std::string_view name);
  BasicFigure& add(J trace, std::string_view name);

  J json_;
};

using Figure = BasicFigure<Json>;

/// How often each class was predicted as each: rows are what is, columns what was predicted. Labels are text, or whole
/// numbers from 0 on; `class_names` has a name for each number, or every text in the order to show them (default:
/// sorted). Throws Error for lists that differ in size or are empty, and for labels that are no class or beyond 1,000
/// classes.
template <class Actual = std::vector<int>, class Predicted = std::vector<int>>
[[nodiscard]] Figure confusion_matrix(const Actual& actual, const Predicted& predicted,
                                      const std::vector<std::string>& class_names = {});

/// The true positive rate over the false positive rate, with the area below it in the legend. Labels are true or false,
/// 1 or 0, or 1 or -1; scores are greater the surer an example is positive, and equal scores count as one threshold.
/// Throws Error for lists that differ in size, other labels, NaN scores, and where there are not examples of both.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] Figure roc_curve(const Labels& labels, const Scores& scores, std::string_view name = {});
/// The area below it, 0 to 1. Throws Error as roc_curve does.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] double roc_auc(const Labels& labels, const Scores& scores);

/// Precision over recall, with the average precision in the legend. Labels, scores and errors as of roc_curve.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] Figure precision_recall_curve(const Labels& labels, const Scores& scores, std::string_view name = {});
/// The mean of the precisions at each threshold, weighted by how much recall it adds (not interpolated), 0 to 1.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] double average_precision(const Labels& labels, const Scores& scores);

/// Makes a type of yours, or of a plotting library, a figure that can be logged. Specialise it:
///
///   template <>
///   struct erm::FigureAdaptor<MyPlot> {
///     static std::string convert(const MyPlot& plot) { return plot.to_svg(); }
///   };
///
/// convert() gives erm::Json (a plotly figure), text (SVG), erm::Bytes (a PNG or JPEG file) or an erm::Figure.
template <class T, class = void>
struct FigureAdaptor;

// ---- bodies ----

template <class J>
BasicFigure<J>::BasicFigure(std::string_view title) {
  J axis = {{"automargin", true}};
  json_ = {{"data", J::array()},
           {"layout", {{"margin", {{"l", 60}, {"r", 20}, {"t", 30}, {"b", 50}}}, {"xaxis", axis}, {"yaxis", axis}}}};
  if (!title.empty()) this->title(title);
}

template <class J>
BasicFigure<J>& BasicFigure<J>::add(J trace, std::string_view name) {
  if (name.empty()) {
    trace["showlegend"] = false;
  } else {
    trace["name"] = detail::repaired_utf8(name);
    layout()["showlegend"] = true;
  }
  json_["data"].push_back(std::move(trace));
  return *this;
}

template <class J>
template <class X, class Y>
BasicFigure<J>& BasicFigure<J>::add_xy(const char* operation, J trace, const X& x, const Y& y, std::string_view name) {
  J places = detail::figure_values<J>(x), values = detail::figure_numbers<J>(y);
  detail::check_same_size(operation, "x", places.size(), "y", values.size());
  // Else plotly takes text such as "10" for a number.
  if constexpr (detail::is_figure_text<detail::figure_element<X>>) layout()["xaxis"]["type"] = "category";
  trace["x"] = std::move(places);
  trace["y"] = std::move(values);
  return add(std::move(trace), name);
}

template <class J>
template <class X, class Y, std::enable_if_t<!std::is_same_v<X, MetricHistory>, int>>
BasicFigure<J>& BasicFigure<J>::line(const X& x, const Y& y, std::string_view name) {
  return add_xy("Figure::line", {{"type", "scatter"}, {"mode", "lines"}}, x, y, name);
}

template <class J>
template <class X, class Y>
BasicFigure<J>& BasicFigure<J>::scatter(const X& x, const Y& y, std::string_view name) {
  return add_xy("Figure::scatter", {{"type", "scatter"}, {"mode", "markers"}}, x, y, name);
}

template <class J>
BasicFigure<J>& BasicFigure<J>::line(const MetricHistory& history, std::string_view name) {
  std::vector<std::int64_t> steps;
  std::vector<double> values;
  for (const MetricPoint& point : history.points()) {
    steps.push_back(point.step);
    values.push_back(point.value);
  }
  return line(steps, values, name);
}

template <class J>
template <class Categories, class Y>
BasicFigure<J>& BasicFigure<J>::bar(const Categories& categories, const Y& values, std::string_view name) {
  return add_xy("Figure::bar", {{"type", "bar"}}, categories, values, name);
}

template <class J>
template <class Y>
BasicFigure<J>& BasicFigure<J>::histogram(const Y& values, std::string_view name, std::size_t bins) {
  J trace = {{"type", "histogram"}};
  trace["x"] = detail::figure_numbers<J>(values);
  if (bins > 0) trace["nbinsx"] = bins;
  for (J& other : json_["data"]) {
    if (other["type"] != "histogram") continue;
    // They lie over each other, and each stays visible.
    layout()["barmode"] = "overlay";
    other["opacity"] = trace["opacity"] = 0.6;
  }
  return add(std::move(trace), name);
}

template <class J>
template <class Rows>
BasicFigure<J>& BasicFigure<J>::heatmap(const Rows& rows, const std::vector<std::string>& x_labels,
                                        const std::vector<std::string>& y_labels) {
  J z = J::array();
  for (const auto& row : rows) {
    z.push_back(detail::figure_numbers<J>(row));
    if (z.back().size() != z.front().size()) {
      throw Error("Figure::heatmap: row 0 has " + std::to_string(z.front().size()) + " values and row " +
                  std::to_string(z.size() - 1) + " has " + std::to_string(z.back().size()) +
                  "; all rows need the same number");
    }
  }
  J trace = {{"type", "heatmap"}, {"colorscale", "Viridis"}};
  const std::size_t columns = z.empty() ? 0 : z.front().size();
  if (!x_labels.empty()) {
    detail::check_same_size("Figure::heatmap", "a row", columns, "x_labels", x_labels.size());
    trace["x"] = detail::figure_values<J>(x_labels);
    layout()["xaxis"]["type"] = "category";
  }
  if (!y_labels.empty()) {
    detail::check_same_size("Figure::heatmap", "a column", z.size(), "y_labels", y_labels.size());
    trace["y"] = detail::figure_values<J>(y_labels);
    layout()["yaxis"]["type"] = "category";
  }
  trace["z"] = std::move(z);
  layout()["yaxis"]["autorange"] = "reversed";
  return add(std::move(trace), {});
}

template <class J>
BasicFigure<J>& BasicFigure<J>::title(std::string_view text) {
  layout()["title"]["text"] = detail::repaired_utf8(text);
  layout()["margin"]["t"] = 60;
  return *this;
}

template <class J>
BasicFigure<J>& BasicFigure<J>::x_label(std::string_view text) {
  layout()["xaxis"]["title"]["text"] = detail::repaired_utf8(text);
  return *this;
}

template <class J>
BasicFigure<J>& BasicFigure<J>::y_label(std::string_view text) {
  layout()["yaxis"]["title"]["text"] = detail::repaired_utf8(text);
  return *this;
}

template <class J>
BasicFigure<J>& BasicFigure<J>::log_x() {
  layout()["xaxis"]["type"] = "log";
  return *this;
}

template <class J>
BasicFigure<J>& BasicFigure<J>::log_y() {
  layout()["yaxis"]["type"] = "log";
  return *this;
}

template <class Actual, class Predicted>
Figure confusion_matrix(const Actual& actual, const Predicted& predicted, const std::vector<std::string>& class_names) {
  const detail::Confusion confusion = detail::count_confusion(actual, predicted, class_names);
  Figure figure("Confusion matrix");
  figure.heatmap(confusion.counts, confusion.classes, confusion.classes).x_label("predicted").y_label("actual");
  Json& trace = figure.json()["data"][0];
  trace["text"] = trace["z"];
  trace["texttemplate"] = "%{text}";
  // Not assigned as braces: Clang 14 then leaks what was there before.
  Json colors = Json::array({Json::array({0, "#f7fbff"}), Json::array({0.5, "#6baed6"}), Json::array({1, "#08306b"})});
  trace["colorscale"] = std::move(colors);
  return figure;
}

namespace detail {

inline std::string curve_name(std::string_view name, const char* measure, double value) {
  std::string text = std::string(measure) + " = ";
  append_floating(text, std::round(value * 1e4) / 1e4);
  return name.empty() ? text : std::string(name) + " (" + text + ")";
}

/// A curve between rates, and the one that guessing gives as a dotted line at `chance`.
template <class J>
BasicFigure<J> rate_figure(std::string_view title, const Curve& curve, const std::string& name, const Curve& chance) {
  BasicFigure<J> figure(title);
  figure.line(curve.x, curve.y, name).line(chance.x, chance.y, "chance");
  figure.json()["data"][1]["line"] = {{"dash", "dot"}, {"color", "#888888"}};
  figure.json()["layout"]["xaxis"]["range"] = {0, 1};
  figure.json()["layout"]["yaxis"]["range"] = {0, 1.02};
  return figure;
}

}  // namespace detail

template <class Labels, class Scores>
Figure roc_curve(const Labels& labels, const Scores& scores, std::string_view name) {
  const detail::Ranking ranking = detail::rank("roc_curve", labels, scores);
  auto figure = detail::rate_figure<Json>("ROC curve", ranking.roc_curve(),
                                          detail::curve_name(name, "AUC", ranking.roc_auc()), {{0, 1}, {0, 1}});
  figure.x_label("false positive rate").y_label("true positive rate");
  return figure;
}

template <class Labels, class Scores>
double roc_auc(const Labels& labels, const Scores& scores) {
  return detail::rank("roc_auc", labels, scores).roc_auc();
}

template <class Labels, class Scores>
Figure precision_recall_curve(const Labels& labels, const Scores& scores, std::string_view name) {
  const detail::Ranking ranking = detail::rank("precision_recall_curve", labels, scores);
  const double prevalence = detail::Ranking::precision(ranking.steps.back());
  auto figure = detail::rate_figure<Json>("Precision-recall curve", ranking.precision_recall_curve(),
                                          detail::curve_name(name, "AP", ranking.average_precision()),
                                          {{0, 1}, {prevalence, prevalence}});
  figure.x_label("recall").y_label("precision");
  figure.json()["data"][0]["line"] = {{"shape", "vh"}};
  return figure;
}

template <class Labels, class Scores>
double average_precision(const Labels& labels, const Scores& scores) {
  return detail::rank("average_precision", labels, scores).average_precision();
}

namespace detail {

template <class T, class = void>
inline constexpr bool has_figure_adaptor = false;
template <class T>
inline constexpr bool
    has_figure_adaptor<T, std::void_t<decltype(FigureAdaptor<T>::convert(std::declval<const T&>()))>> = true;

template <class T, class = void>
inline constexpr bool is_json = false;
template <class T>
inline constexpr bool is_json<T, std::void_t<decltype(std::declval<const T&>().is_discarded())>> = true;

/// Any figure that can be logged as what is stored of it. Throws Error where it is none.
template <class T>
FigureContent to_figure_content(const T& figure) {
  if constexpr (has_figure_adaptor<T>) {
    auto converted = FigureAdaptor<T>::convert(figure);
    static_assert(!has_figure_adaptor<decltype(converted)>, "erm: a FigureAdaptor converts to a type without one");
    return to_figure_content(converted);
  } else if constexpr (is_json<T>) {
    return json_content(figure);
  } else if constexpr (std::is_same_v<T, Figure>) {
    return json_content(figure.json());
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return image_content(figure);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    if constexpr (std::is_pointer_v<T>) {
      if (figure == nullptr) throw Error("cannot log a figure: its SVG text is a null pointer");
    }
    return svg_content(figure);
  } else {
    static_assert(is_json<T>,
                  "erm: this type is no figure yet. Specialise erm::FigureAdaptor<T> with a static "
                  "convert(const T&) that returns erm::Json (plotly), text (SVG), erm::Bytes (PNG or JPEG) "
                  "or an erm::Figure");
  }
}

}  // namespace detail

}  // namespace erm
