// The attributes of one trace, its own and those that the figure's template gives it. It notes which were read: what a
// trace has and nobody read is not drawn, and unread() names it. So no attribute is left out in silence, also those
// that plotly will have one day.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/chart/color.hpp"
#include "erm/detail/chart/data.hpp"

namespace erm::detail {

inline std::string read_color(const Json* json) {
  const std::string_view text = text_of(json);
  return is_color(text) ? std::string(text) : std::string();
}

/// A value for each point, or one for all.
template <class T>
struct PlotlyPerPoint {
  std::vector<T> values;
  bool is_one = false;

  [[nodiscard]] bool empty() const { return values.empty(); }
  [[nodiscard]] bool is_list() const { return !is_one && !values.empty(); }
  [[nodiscard]] T at(std::size_t i, T otherwise) const {
    if (values.empty()) return otherwise;
    if (is_one) return values[0];
    return i < values.size() ? values[i] : otherwise;
  }
};

/// Whether a static picture is the same without the attribute at `path`: what the mouse shows, ids, the source of
/// values, and style that is the page's own (fonts, the frame of a colour bar, the grouping of a legend).
inline bool is_unseen_attribute(std::string_view path) {
  const std::string_view first = path.substr(0, path.find('.'));
  const std::size_t dot = path.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? path : path.substr(dot + 1);
  const auto ends_in = [&](std::string_view end) {
    return last.size() >= end.size() && last.substr(last.size() - end.size()) == end;
  };
  if (first.substr(0, 5) == "hover" || ends_in("hoverformat") || ends_in("src") || ends_in("font")) return true;
  static constexpr std::string_view of_traces[] = {
      "type",        "name",        "visible",  "uid",      "uirevision",      "ids",
      "customdata",  "meta",        "xaxis",    "yaxis",    "legend",          "legendrank",
      "legendwidth", "legendgroup", "autobinx", "autobiny", "legendgrouptitle"};
  static constexpr std::string_view objects[] = {"stream", "legendgrouptitle", "selected", "unselected"};
  static constexpr std::string_view anywhere[] = {"simplify", "copy_ystyle", "zauto", "cauto", "autocolorscale"};
  const auto is_one = [](const auto& list, std::string_view name) {
    return std::find(std::begin(list), std::end(list), name) != std::end(list);
  };
  if (is_one(of_traces, path) || is_one(objects, first) || is_one(anywhere, last)) return true;
  static constexpr std::string_view frame[] = {
      "outlinewidth", "outlinecolor",  "ticks",       "len",       "lenmode",
      "thickness",    "thicknessmode", "x",           "y",         "xanchor",
      "yanchor",      "xpad",          "ypad",        "bgcolor",   "bordercolor",
      "borderwidth",  "tickcolor",     "ticklen",     "tickwidth", "nticks",
      "xref",         "yref",          "orientation", "tickangle"};
  return path.find("colorbar.") != std::string_view::npos && is_one(frame, last);
}

class PlotlyAttributes {
 public:
  /// `from_template` has the attributes that hold where the trace has none; null where there are none.
  PlotlyAttributes(const Json& trace, const Json* from_template) : own_(&trace), template_(from_template) {}

  /// The value at a path such as "marker.color"; null where there is none.
  [[nodiscard]] const Json* at(std::string_view path) const {
    read_.emplace_back(path);
    const Json* const own = find(own_, path);
    return own != nullptr ? own : find(template_, path);
  }
  /// Like at(), but the attribute and those below it are not yet taken for read.
  [[nodiscard]] const Json* peek(std::string_view path) const {
    const Json* const own = find(own_, path);
    return own != nullptr ? own : find(template_, path);
  }
  [[nodiscard]] bool is_own(std::string_view path) const { return find(own_, path) != nullptr; }
  [[nodiscard]] std::string_view text(std::string_view path) const { return text_of(at(path)); }
  [[nodiscard]] std::optional<double> number(std::string_view path) const { return number_of(at(path)); }
  [[nodiscard]] double number(std::string_view path, double otherwise, double least, double greatest) const {
    return std::clamp(number_of(at(path)).value_or(otherwise), least, greatest);
  }
  [[nodiscard]] bool flag(std::string_view path, bool otherwise = false) const {
    const Json* const json = at(path);
    return otherwise ? !is_false(json) : is_true(json);
  }
  [[nodiscard]] std::string color(std::string_view path) const {
    const std::string_view name = text(path);
    return is_color(name) ? std::string(name) : std::string();
  }
  [[nodiscard]] PlotlyColumn column(const char* path) const { return column_of(at(path), path); }
  [[nodiscard]] PlotlyPerPoint<double> numbers(const char* path) const {
    const Json* const json = at(path);
    if (json == nullptr) return {};
    if (json->is_array() || is_typed_array(json)) return {column_of(json, path).numbers, false};
    if (const auto one = number_of(json)) return {{*one}, true};
    return {};
  }
  [[nodiscard]] PlotlyPerPoint<std::string> texts(const char* path) const {
    const Json* const json = at(path);
    if (json == nullptr) return {};
    PlotlyPerPoint<std::string> out;
    if (json->is_array() || is_typed_array(json)) {
      const PlotlyColumn list = column_of(json, path);
      for (std::size_t i = 0; i < list.size(); ++i) out.values.push_back(list.text(i));
    } else if (!json->is_object()) {
      out.values.push_back(label_of(*json));
      out.is_one = true;
    }
    return out;
  }
  /// The attribute, and those below it, change nothing here, because of other attributes.
  void ignore(std::string_view path) const { read_.emplace_back(path); }

  /// The paths that the trace or its template has and nobody read.
  [[nodiscard]] std::vector<std::string> unread() const {
    std::vector<std::string> out;
    add_unread(*own_, {}, out);
    if (template_ != nullptr) add_unread(*template_, {}, out);
    return out;
  }

 private:
  static const Json* find(const Json* json, std::string_view path) {
    while (json != nullptr && !path.empty()) {
      const std::size_t dot = path.find('.');
      json = member(json, std::string(path.substr(0, dot)).c_str());
      path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return json;
  }
  void add_unread(const Json& json, const std::string& prefix, std::vector<std::string>& out) const {
    if (!json.is_object()) return;
    for (auto at = json.begin(); at != json.end(); ++at) {
      const Json& value = at.value();
      if (value.is_null() || value.empty() || is_false(&value)) continue;
      if (value.is_string() && (text_of(&value).empty() || text_of(&value) == "none")) continue;
      const std::string path = prefix + at.key();
      if (path.size() > 200 || out.size() > 100) return;
      if (is_unseen_attribute(path) || std::find(read_.begin(), read_.end(), path) != read_.end()) continue;
      if (value.is_object() && !is_typed_array(&value))
        add_unread(value, path + ".", out);
      else if (std::find(out.begin(), out.end(), path) == out.end())
        out.push_back(path);
    }
  }

  const Json* own_;
  const Json* template_;
  mutable std::vector<std::string> read_;
};

}  // namespace erm::detail
