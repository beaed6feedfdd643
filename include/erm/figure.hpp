// Figures for plotly, built from numbers. For the figures of other plotting libraries see figure_adaptor.hpp.
//
//   auto figure = erm::Figure("Loss").line(steps, train, "train").line(steps, test, "test").x_label("step").log_y();
//   run.log_figure(figure, "loss");
//   run.log_figure(erm::confusion_matrix(actual, predicted, {"cat", "dog"}), "confusion");
//   run.log_figure(erm::roc_curve(is_spam, scores), "roc");
//   run.log_metric("auc", erm::roc_auc(is_spam, scores));
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/figure_adaptor.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/json_fwd.hpp"
#include "erm/numbers_view.hpp"
#include "erm/value.hpp"

namespace erm {

class MetricHistory;

namespace detail {

/// Tensors, matrices, and whatever else has a NumbersAdaptor.
template <class Values>
inline constexpr bool is_figure_view = has_numbers_adaptor<Values> || std::is_same_v<Values, NumbersView>;

template <class Values, std::enable_if_t<is_figure_view<Values>, int> = 0>
double figure_element_of(const Values&);
template <class Values, std::enable_if_t<!is_figure_view<Values>, int> = 0>
std::decay_t<decltype(*std::begin(std::declval<const Values&>()))> figure_element_of(const Values&);

template <class Values>
using figure_element = decltype(figure_element_of(std::declval<const Values&>()));

template <class T>
inline constexpr bool is_figure_text = std::is_convertible_v<const T&, std::string_view>;

template <class T>
inline constexpr bool is_figure_number = std::is_convertible_v<const T&, double> && !std::is_same_v<T, char>;

template <class Values>
using figure_row = std::remove_cv_t<std::remove_reference_t<decltype(*std::begin(std::declval<const Values&>()))>>;

/// Containers of containers of numbers, and what may have rows and columns.
template <class Values, class = void>
inline constexpr bool is_figure_matrix = is_figure_view<Values>;
template <class Values>
inline constexpr bool is_figure_matrix<
    Values, std::enable_if_t<!is_figure_view<Values> && !is_figure_text<figure_row<Values>> &&
                             is_figure_number<figure_element<figure_row<Values>>>>> = true;

[[nodiscard]] std::vector<Value> view_values(const NumbersView& numbers);
/// Throws Error unless the numbers are a grid of rows and columns.
[[nodiscard]] std::vector<std::vector<Value>> view_rows(const NumbersView& numbers, const char* operation);

template <class Values>
std::vector<Value> container_values(const Values& values) {
  using T = figure_element<Values>;
  static_assert(is_figure_text<T> || is_figure_number<T>,
                "erm: a figure is made of containers of numbers (and of text where it names places)");
  std::vector<Value> list;
  for (const auto& value : values) {
    if constexpr (is_figure_text<T>)
      list.emplace_back(std::string_view(value));
    else if constexpr (is_value_number<T>)
      list.emplace_back(static_cast<T>(value));
    else
      list.emplace_back(static_cast<double>(value));
  }
  return list;
}

/// The numbers or texts of a container.
template <class Values>
std::vector<Value> figure_values(const Values& values) {
  if constexpr (is_figure_view<Values>) return view_values(values);
  else return container_values(values);
}

template <class Values>
std::vector<Value> figure_numbers(const Values& values) {
  static_assert(is_figure_number<figure_element<Values>>,
                "erm: a figure is made of containers of numbers (and of text where it names places)");
  return figure_values(values);
}

template <class Values>
std::vector<double> numbers_of(const Values& values) {
  if constexpr (is_figure_view<Values>) {
    return NumbersView(values).values();
  } else {
    std::vector<double> list;
    for (const auto& value : values) list.push_back(static_cast<double>(value));
    return list;
  }
}

template <class Rows>
std::vector<std::vector<Value>> rows_of(const Rows& rows, const char* operation) {
  if constexpr (is_figure_view<Rows>) {
    return view_rows(rows, operation);
  } else {
    std::vector<std::vector<Value>> values;
    for (const auto& row : rows) values.push_back(figure_numbers(row));
    return values;
  }
}

template <class Values>
std::vector<std::string> texts_of(const Values& values) {
  std::vector<std::string> list;
  for (const auto& value : values) list.emplace_back(std::string_view(value));
  return list;
}

}  // namespace detail

/// A plotly figure, built trace by trace. A list of values is any container or array of numbers, whatever has a
/// NumbersAdaptor, or a container of text if it labels the positions on an axis. Values are stored exactly, a float as its shortest decimal. NaN and the infinities
/// become null, which is a gap. Invalid UTF-8 becomes U+FFFD.
class Figure {
 public:
  explicit Figure(std::string_view title = {});
  Figure(const Figure& other);
  Figure(Figure&& other) noexcept;
  Figure& operator=(const Figure& other);
  Figure& operator=(Figure&& other) noexcept;
  ~Figure();

  /// y over x, as a line or as markers. A trace without a name does not appear in the legend. Throw Error if x and y
  /// differ in size.
  template <class X = std::vector<double>, class Y = std::vector<double>,
            std::enable_if_t<!std::is_same_v<X, MetricHistory>, int> = 0>
  Figure& line(const X& x, const Y& y, std::string_view name = {}) {
    return add_xy(Shape::line, detail::is_figure_text<detail::figure_element<X>>, detail::figure_values(x),
                  detail::figure_numbers(y), name);
  }
  template <class X = std::vector<double>, class Y = std::vector<double>>
  Figure& scatter(const X& x, const Y& y, std::string_view name = {}) {
    return add_xy(Shape::points, detail::is_figure_text<detail::figure_element<X>>, detail::figure_values(x),
                  detail::figure_numbers(y), name);
  }
  /// The values of a metric over its steps.
  Figure& line(const MetricHistory& history, std::string_view name = {});
  /// One bar for each category. Further calls add bars next to them. Throws Error if the sizes differ.
  template <class Categories = std::vector<std::string>, class Y = std::vector<double>>
  Figure& bar(const Categories& categories, const Y& values, std::string_view name = {}) {
    return add_xy(Shape::bars, detail::is_figure_text<detail::figure_element<Categories>>,
                  detail::figure_values(categories), detail::figure_numbers(values), name);
  }
  /// How many values fall into each interval. There are at most `bins` intervals; 0 lets plotly choose.
  template <class Y = std::vector<double>>
  Figure& histogram(const Y& values, std::string_view name = {}, std::size_t bins = 0) {
    return add_histogram(detail::figure_numbers(values), name, bins);
  }
  /// A matrix as colours, with its first row at the top. Without labels, rows and columns are numbered from 0. Throws
  /// Error if the rows differ in size, or if the number of labels is not the number of columns or rows.
  template <class Rows = std::vector<std::vector<double>>>
  Figure& heatmap(const Rows& rows, const std::vector<std::string>& x_labels = {},
                  const std::vector<std::string>& y_labels = {}) {
    return add_heatmap(detail::rows_of(rows, "Figure::heatmap"), x_labels, y_labels);
  }

  Figure& title(std::string_view text);
  Figure& x_label(std::string_view text);
  Figure& y_label(std::string_view text);
  /// Logarithmic axes. They do not show values that are not positive.
  Figure& log_x();
  Figure& log_y();

  /// {"data": [a trace, ...], "layout": {...}}. Change it to use any other feature of plotly.
  [[nodiscard]] const Json& json() const noexcept { return *json_; }
  [[nodiscard]] Json& json() noexcept { return *json_; }

 private:
  enum class Shape { line, points, bars };

  Json& layout();
  Figure& add_xy(Shape shape, bool x_is_text, const std::vector<Value>& x, const std::vector<Value>& y,
                 std::string_view name);
  Figure& add_histogram(const std::vector<Value>& values, std::string_view name, std::size_t bins);
  Figure& add_heatmap(const std::vector<std::vector<Value>>& rows, const std::vector<std::string>& x_labels,
                      const std::vector<std::string>& y_labels);
  Figure& add_trace(Json trace, std::string_view name);

  std::unique_ptr<Json> json_;
};

namespace detail {

// The functions below, for containers that were copied into vectors. Labels are numbers or texts.
[[nodiscard]] Figure confusion_figure(const std::vector<double>& actual, const std::vector<double>& predicted,
                                      const std::vector<std::string>& class_names);
[[nodiscard]] Figure confusion_figure(const std::vector<std::string>& actual,
                                      const std::vector<std::string>& predicted,
                                      const std::vector<std::string>& class_names);
[[nodiscard]] Figure confusion_figure(const std::vector<std::vector<Value>>& counts,
                                      const std::vector<std::string>& class_names);
[[nodiscard]] Figure roc_figure(const std::vector<double>& labels, const std::vector<double>& scores,
                                std::string_view name);
[[nodiscard]] double area_under_roc(const std::vector<double>& labels, const std::vector<double>& scores);
[[nodiscard]] Figure precision_recall_figure(const std::vector<double>& labels, const std::vector<double>& scores,
                                             std::string_view name);
[[nodiscard]] double mean_precision(const std::vector<double>& labels, const std::vector<double>& scores);

template <class Labels, class Scores>
constexpr void expect_labels_and_scores() {
  static_assert(is_figure_number<figure_element<Labels>>,
                "erm: labels are a container of bool, or of numbers that are 0 or 1");
  static_assert(is_figure_number<figure_element<Scores>>,
                "erm: scores are a container of numbers, greater for the positive class");
}

}  // namespace detail

/// How often each class was predicted as each class: the rows are the actual classes, the columns the predicted ones.
/// Labels are text, or whole numbers from 0. `class_names` has a name for each number, or every text in the order to
/// show them (default: sorted). Throws Error if the lists are empty or differ in size, for a label that is not a class,
/// and for more than 1,000 classes.
template <class Actual = std::vector<int>, class Predicted = std::vector<int>>
[[nodiscard]] Figure confusion_matrix(const Actual& actual, const Predicted& predicted,
                                      const std::vector<std::string>& class_names = {}) {
  constexpr bool is_text = detail::is_figure_text<detail::figure_element<Actual>>;
  static_assert(is_text == detail::is_figure_text<detail::figure_element<Predicted>>,
                "erm: the actual and the predicted labels are both text or both numbers");
  static_assert(is_text || (detail::is_figure_number<detail::figure_element<Actual>> &&
                            detail::is_figure_number<detail::figure_element<Predicted>>),
                "erm: labels are a container of text, or of whole numbers from 0 on");
  if constexpr (is_text)
    return detail::confusion_figure(detail::texts_of(actual), detail::texts_of(predicted), class_names);
  else
    return detail::confusion_figure(detail::numbers_of(actual), detail::numbers_of(predicted), class_names);
}

/// The same from a matrix that has been counted already: counts[actual][predicted], as containers of containers or as a
/// tensor or matrix that has a NumbersAdaptor. Shares of a row do, too. Throws Error for no classes and for more than
/// 1,000, if the matrix is not square, for a number that is negative or not finite, and unless each class has a name
/// (default: its number).
template <class Counts, std::enable_if_t<detail::is_figure_matrix<Counts>, int> = 0>
[[nodiscard]] Figure confusion_matrix(const Counts& counts, const std::vector<std::string>& class_names = {}) {
  return detail::confusion_figure(detail::rows_of(counts, "confusion_matrix"), class_names);
}

/// The true positive rate over the false positive rate, with the area under the curve in the legend. Labels are true or
/// false, 1 or 0, or 1 or -1. A greater score means that an example is more likely to be positive; equal scores count
/// as one threshold. Throws Error if the lists differ in size, for other labels, for NaN scores, and unless there are
/// examples of both classes.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] Figure roc_curve(const Labels& labels, const Scores& scores, std::string_view name = {}) {
  detail::expect_labels_and_scores<Labels, Scores>();
  return detail::roc_figure(detail::numbers_of(labels), detail::numbers_of(scores), name);
}
/// The area under the ROC curve, 0 to 1. Throws Error like roc_curve.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] double roc_auc(const Labels& labels, const Scores& scores) {
  detail::expect_labels_and_scores<Labels, Scores>();
  return detail::area_under_roc(detail::numbers_of(labels), detail::numbers_of(scores));
}

/// Precision over recall, with the average precision in the legend. Labels, scores and errors are those of roc_curve.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] Figure precision_recall_curve(const Labels& labels, const Scores& scores, std::string_view name = {}) {
  detail::expect_labels_and_scores<Labels, Scores>();
  return detail::precision_recall_figure(detail::numbers_of(labels), detail::numbers_of(scores), name);
}
/// The mean of the precision at each threshold, weighted by the increase in recall (not interpolated), 0 to 1.
template <class Labels = std::vector<int>, class Scores = std::vector<double>>
[[nodiscard]] double average_precision(const Labels& labels, const Scores& scores) {
  detail::expect_labels_and_scores<Labels, Scores>();
  return detail::mean_precision(detail::numbers_of(labels), detail::numbers_of(scores));
}

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/figure.inl"
#endif
