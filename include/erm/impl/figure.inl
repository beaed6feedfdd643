// The bodies of erm/figure.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/figure/confusion.hpp"
#include "erm/detail/figure/data.hpp"
#include "erm/detail/figure/ranking.hpp"
#include "erm/error.hpp"
#include "erm/figure.hpp"
#include "erm/json.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_logger.hpp"

namespace erm {

ERM_INLINE Figure::Figure(std::string_view title) {
  json_ = std::make_unique<Json>();
  (*json_)["data"] = Json::array();
  Json& margin = layout()["margin"];
  margin["l"] = 60;
  margin["r"] = 20;
  margin["t"] = 30;
  margin["b"] = 50;
  layout()["xaxis"]["automargin"] = layout()["yaxis"]["automargin"] = true;
  if (!title.empty()) this->title(title);
}

ERM_INLINE Figure::Figure(const Figure& other) : json_(std::make_unique<Json>(*other.json_)) {}
ERM_INLINE Figure::Figure(Figure&& other) noexcept = default;
ERM_INLINE Figure& Figure::operator=(const Figure& other) {
  json_ = std::make_unique<Json>(*other.json_);
  return *this;
}
ERM_INLINE Figure& Figure::operator=(Figure&& other) noexcept = default;
ERM_INLINE Figure::~Figure() = default;

ERM_INLINE Json& Figure::layout() { return (*json_)["layout"]; }

ERM_INLINE Figure& Figure::add_trace(Json trace, std::string_view name) {
  if (name.empty()) {
    trace["showlegend"] = false;
  } else {
    trace["name"] = detail::repaired_utf8(name);
    layout()["showlegend"] = true;
  }
  (*json_)["data"].push_back(std::move(trace));
  return *this;
}

ERM_INLINE Figure& Figure::add_xy(Shape shape, bool x_is_text, const std::vector<Value>& x,
                                  const std::vector<Value>& y, std::string_view name) {
  const char* const operation = shape == Shape::line     ? "Figure::line"
                                : shape == Shape::points ? "Figure::scatter"
                                                         : "Figure::bar";
  detail::check_same_size(operation, "x", x.size(), "y", y.size());
  // Else plotly takes text such as "10" for a number.
  if (x_is_text) layout()["xaxis"]["type"] = std::string("category");
  Json trace;
  trace["type"] = std::string(shape == Shape::bars ? "bar" : "scatter");
  if (shape != Shape::bars) trace["mode"] = std::string(shape == Shape::line ? "lines" : "markers");
  trace["x"] = detail::figure_json(x);
  trace["y"] = detail::figure_json(y);
  return add_trace(std::move(trace), name);
}

ERM_INLINE Figure& Figure::line(const MetricHistory& history, std::string_view name) {
  if (history.repeats_steps()) return line(history.counted(), name);
  std::vector<std::int64_t> steps;
  std::vector<double> values;
  for (const MetricPoint& point : history.points()) {
    steps.push_back(point.step);
    values.push_back(point.value);
  }
  return line(steps, values, name);
}

ERM_INLINE Figure& Figure::add_histogram(const std::vector<Value>& values, std::string_view name, std::size_t bins) {
  Json trace;
  trace["type"] = std::string("histogram");
  trace["x"] = detail::figure_json(values);
  if (bins > 0) trace["nbinsx"] = bins;
  for (Json& other : (*json_)["data"]) {
    const Json& type = other["type"];
    if (!type.is_string() || type.get_ref<const std::string&>() != "histogram") continue;
    // They lie over each other, and each stays visible.
    layout()["barmode"] = std::string("overlay");
    other["opacity"] = trace["opacity"] = 0.6;
  }
  return add_trace(std::move(trace), name);
}

ERM_INLINE Figure& Figure::add_heatmap(const std::vector<std::vector<Value>>& rows,
                                       const std::vector<std::string>& x_labels,
                                       const std::vector<std::string>& y_labels) {
  Json z = Json::array();
  for (const std::vector<Value>& row : rows) {
    z.push_back(detail::figure_json(row));
    if (row.size() != rows.front().size()) {
      throw Error("Figure::heatmap: row 0 has " + std::to_string(rows.front().size()) + " values and row " +
                  std::to_string(z.size() - 1) + " has " + std::to_string(row.size()) +
                  "; all rows need the same number");
    }
  }
  Json trace;
  trace["type"] = std::string("heatmap");
  trace["colorscale"] = std::string("Viridis");
  const std::size_t columns = rows.empty() ? 0 : rows.front().size();
  if (!x_labels.empty()) {
    detail::check_same_size("Figure::heatmap", "a row", columns, "x_labels", x_labels.size());
    trace["x"] = detail::figure_json(detail::figure_values(x_labels));
    layout()["xaxis"]["type"] = std::string("category");
  }
  if (!y_labels.empty()) {
    detail::check_same_size("Figure::heatmap", "a column", rows.size(), "y_labels", y_labels.size());
    trace["y"] = detail::figure_json(detail::figure_values(y_labels));
    layout()["yaxis"]["type"] = std::string("category");
  }
  trace["z"] = std::move(z);
  layout()["yaxis"]["autorange"] = std::string("reversed");
  return add_trace(std::move(trace), {});
}

ERM_INLINE Figure& Figure::title(std::string_view text) {
  layout()["title"]["text"] = detail::repaired_utf8(text);
  layout()["margin"]["t"] = 60;
  return *this;
}

ERM_INLINE Figure& Figure::x_label(std::string_view text) {
  layout()["xaxis"]["title"]["text"] = detail::repaired_utf8(text);
  return *this;
}

ERM_INLINE Figure& Figure::y_label(std::string_view text) {
  layout()["yaxis"]["title"]["text"] = detail::repaired_utf8(text);
  return *this;
}

ERM_INLINE Figure& Figure::log_x() {
  layout()["xaxis"]["type"] = std::string("log");
  return *this;
}

ERM_INLINE Figure& Figure::log_y() {
  layout()["yaxis"]["type"] = std::string("log");
  return *this;
}

namespace detail {

/// [first, second]
inline Json json_pair(Json first, Json second) {
  Json pair = Json::array();
  pair.push_back(std::move(first));
  pair.push_back(std::move(second));
  return pair;
}

inline Figure figure_of(const Confusion& confusion) {
  Figure figure("Confusion matrix");
  std::vector<std::vector<std::int64_t>> counts;
  bool are_whole = true;
  for (const std::vector<double>& row : confusion.counts) {
    counts.emplace_back();
    for (const double count : row) {
      are_whole = are_whole && count < 9e15 && std::floor(count) == count;
      counts.back().push_back(are_whole ? static_cast<std::int64_t>(count) : 0);
    }
  }
  if (are_whole)  // 3, not 3.0
    figure.heatmap(counts, confusion.classes, confusion.classes);
  else
    figure.heatmap(confusion.counts, confusion.classes, confusion.classes);
  figure.x_label("predicted").y_label("actual");
  Json& trace = figure.json()["data"][0];
  trace["text"] = trace["z"];
  trace["texttemplate"] = std::string("%{text}");
  Json colors = Json::array();
  colors.push_back(json_pair(0, std::string("#f7fbff")));
  colors.push_back(json_pair(0.5, std::string("#6baed6")));
  colors.push_back(json_pair(1, std::string("#08306b")));
  trace["colorscale"] = std::move(colors);
  return figure;
}

ERM_INLINE Figure confusion_figure(const std::vector<double>& actual, const std::vector<double>& predicted,
                                   const std::vector<std::string>& class_names) {
  return figure_of(count_confusion(actual, predicted, class_names));
}
ERM_INLINE Figure confusion_figure(const std::vector<std::string>& actual, const std::vector<std::string>& predicted,
                                   const std::vector<std::string>& class_names) {
  return figure_of(count_confusion(actual, predicted, class_names));
}

ERM_INLINE Figure confusion_figure(const std::vector<std::vector<Value>>& counts,
                                   const std::vector<std::string>& class_names) {
  return figure_of(counted_confusion(counts, class_names));
}

ERM_INLINE std::vector<Value> view_values(const NumbersView& numbers) {
  std::vector<Value> list;
  list.reserve(numbers.size());
  const NumberType type = numbers.type();
  for (const double number : numbers.values()) {
    if (type == NumberType::float64 || type == NumberType::uint64)
      list.emplace_back(number);
    else if (type >= NumberType::float16)
      list.emplace_back(static_cast<float>(number));
    else
      list.emplace_back(static_cast<std::int64_t>(number));
  }
  return list;
}

ERM_INLINE std::vector<std::vector<Value>> view_rows(const NumbersView& numbers, const char* operation) {
  const std::vector<NumbersView::Dimension>& dimensions = numbers.dimensions();
  if (dimensions.size() != 2) {
    throw Error(std::string(operation) + ": a matrix has rows and columns, and this has " +
                std::to_string(dimensions.size()) + " dimensions");
  }
  const std::vector<Value> all = view_values(numbers);
  std::vector<std::vector<Value>> rows(dimensions[0].size);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * dimensions[1].size);
    rows[i].assign(begin, begin + static_cast<std::ptrdiff_t>(dimensions[1].size));
  }
  return rows;
}

inline std::string curve_name(std::string_view name, const char* measure, double value) {
  std::string text = std::string(measure) + " = ";
  append_floating(text, std::round(value * 1e4) / 1e4);
  return name.empty() ? text : std::string(name) + " (" + text + ")";
}

/// A curve of rates, and a dotted line at `chance`, the result of guessing.
inline Figure rate_figure(std::string_view title, const Curve& curve, const std::string& name, const Curve& chance) {
  Figure figure(title);
  figure.line(curve.x, curve.y, name).line(chance.x, chance.y, "chance");
  Json& guess = figure.json()["data"][1]["line"];
  guess["dash"] = std::string("dot");
  guess["color"] = std::string("#888888");
  figure.json()["layout"]["xaxis"]["range"] = json_pair(0, 1);
  figure.json()["layout"]["yaxis"]["range"] = json_pair(0, 1.02);
  return figure;
}

ERM_INLINE Figure roc_figure(const std::vector<double>& labels, const std::vector<double>& scores,
                             std::string_view name) {
  const Ranking ranking = rank("roc_curve", labels, scores);
  Figure figure = rate_figure("ROC curve", ranking.roc_curve(), curve_name(name, "AUC", ranking.roc_auc()),
                              {{0, 1}, {0, 1}});
  figure.x_label("false positive rate").y_label("true positive rate");
  return figure;
}

ERM_INLINE double area_under_roc(const std::vector<double>& labels, const std::vector<double>& scores) {
  return rank("roc_auc", labels, scores).roc_auc();
}

ERM_INLINE Figure precision_recall_figure(const std::vector<double>& labels, const std::vector<double>& scores,
                                          std::string_view name) {
  const Ranking ranking = rank("precision_recall_curve", labels, scores);
  const double prevalence = Ranking::precision(ranking.steps.back());
  Figure figure = rate_figure("Precision-recall curve", ranking.precision_recall_curve(),
                              curve_name(name, "AP", ranking.average_precision()),
                              {{0, 1}, {prevalence, prevalence}});
  figure.x_label("recall").y_label("precision");
  figure.json()["data"][0]["line"]["shape"] = std::string("vh");
  return figure;
}

ERM_INLINE double mean_precision(const std::vector<double>& labels, const std::vector<double>& scores) {
  return rank("average_precision", labels, scores).average_precision();
}

}  // namespace detail

ERM_INLINE void RunLogger::log_erm_figure(const Figure& figure, std::string artifact_id,
                                          std::optional<std::int64_t> step) {
  log_json_figure(figure.json(), std::move(artifact_id), step);
}

}  // namespace erm
