// The axes of a figure: which pairs of them there are, where each pair lies, and which traces are on it. Each pair becomes
// a panel.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/chart/read_axis.hpp"

namespace erm::detail {

inline constexpr std::size_t max_panels = 100;

/// "x" for "x1" and for no text; throws UndrawableFigure for what is no axis.
inline std::string axis_id(std::string_view text, char letter) {
  if (text.empty()) return std::string(1, letter);
  const std::string_view number = text.substr(1);
  const bool is_number = number.size() <= 4 && number.find_first_not_of("0123456789") == std::string_view::npos &&
                         (number.empty() || number[0] != '0');
  if (text[0] != letter || !is_number)
    throw UndrawableFigure("it has no axis '" + repaired_utf8(text.substr(0, 20)) + "'");
  return number == "1" ? std::string(1, letter) : std::string(text);
}

class PlotlyAxes {
 public:
  explicit PlotlyAxes(const Json* layout) : layout_(layout) {}

  /// Notes the axes of the next trace that is drawn.
  void add_trace(const Json& trace) {
    Pair pair{axis_id(text_of(member(&trace, "xaxis")), 'x'), axis_id(text_of(member(&trace, "yaxis")), 'y')};
    for (const std::string& id : {pair.first, pair.second}) add_axis(id);
    if (std::find(pairs_.begin(), pairs_.end(), pair) == pairs_.end()) pairs_.push_back(pair);
    if (pairs_.size() > max_panels)
      throw UndrawableFigure("it has more than " + std::to_string(max_panels) + " pairs of axes");
    of_trace_.push_back(std::move(pair));
  }

  /// Reads the axes, which depend on the values of all traces, and gives each pair its traces.
  void settle(PlotlyFigure& figure) {
    if (pairs_.empty()) {
      pairs_.emplace_back("x", "y");
      add_axis("x");
      add_axis("y");
    }
    group_axes();
    place_grid(figure);
    for (auto& [id, entry] : axes_) {
      read_axis(entry.axis, entry.json);
      settle_kind(entry.axis, entry.json, figure.traces);
    }
    for (auto& [id, entry] : axes_) {
      if (entry.axis.is_category()) settle_categories(entry.axis, entry.json, figure);
    }
    for (auto& [id, entry] : axes_) {
      read_places(entry.axis, entry.json);
      settle_sync(entry.axis, entry.json);
      read_side(entry, figure);
    }
    make_panels(figure);
  }

  /// The axis of that id; null where the figure has none.
  [[nodiscard]] const PlotlyAxis* find(const std::string& id) const {
    const auto found = axes_.find(id);
    return found == axes_.end() ? nullptr : &found->second.axis;
  }

 private:
  using Pair = std::pair<std::string, std::string>;
  struct Entry {
    PlotlyAxis axis;
    const Json* json = nullptr;
    double from = 0, to = 1;  // of the plot
    bool has_domain = false, is_overlaying = false;
    std::string anchor, matches;
  };

  void add_axis(const std::string& id) {
    const auto [found, is_new] = axes_.try_emplace(id);
    if (!is_new) return;
    Entry& entry = found->second;
    entry.axis.id = id;
    entry.json = member(layout_, (id.substr(0, 1) + "axis" + id.substr(1)).c_str());
    read_domain(entry, entry.json);
    const std::string_view overlaid = text_of(member(entry.json, "overlaying"));
    if (!overlaid.empty() && overlaid != "free") {
      entry.is_overlaying = true;
      const std::string base = axis_id(overlaid, id[0]);
      if (base != id) {
        entry.axis.base = base;
        add_axis(base);
        const Entry below = axes_[base];  // its own domain is not heeded
        Entry& above = axes_[id];
        above.from = below.from;
        above.to = below.to;
        above.has_domain = true;
      }
    }
    if (const std::string_view other = text_of(member(axes_[id].json, "matches")); !other.empty()) {
      axes_[id].matches = axis_id(other, id[0]);
      add_axis(axes_[id].matches);
    }
  }

  /// Axes that match have one range; the end of the chain of matches stands for all.
  void group_axes() {
    for (auto& [id, entry] : axes_) {
      std::string end = id;
      for (std::size_t i = 0; i < axes_.size() && !axes_[end].matches.empty(); ++i) end = axes_[end].matches;
      entry.axis.range_group = std::move(end);
    }
  }

  static void read_domain(Entry& entry, const Json* json) {
    const Json* domain = member(json, "domain");
    if (domain == nullptr || !domain->is_array() || domain->size() != 2) return;
    const auto from = number_of(&(*domain)[0]), to = number_of(&(*domain)[1]);
    if (!from || !to || !(*from >= 0) || !(*to <= 1) || !(*to - *from > 0.005)) return;
    entry.from = *from;
    entry.to = *to;
    entry.has_domain = true;
  }

  /// The places that layout.grid gives axes without a domain of their own.
  void place_grid(PlotlyFigure& figure) {
    const Json* grid = member(layout_, "grid");
    if (grid == nullptr || !grid->is_object()) return;
    const auto count = [&](const char* key) {
      return static_cast<int>(std::clamp(number_of(member(grid, key)).value_or(1), 1.0, 100.0));
    };
    const int rows = count("rows"), columns = count("columns");
    for (const char* key : {"subplots", "xaxes", "yaxes", "domain", "xside", "yside"})
      if (member(grid, key) != nullptr) figure.leave_out(std::string("grid.") + key);
    const bool is_independent = text_of(member(grid, "pattern")) == "independent";
    const bool begins_below = text_of(member(grid, "roworder")) == "bottom to top";
    const double x_gap = std::clamp(number_of(member(grid, "xgap")).value_or(is_independent ? 0.2 : 0.1), 0.0, 0.9);
    const double y_gap = std::clamp(number_of(member(grid, "ygap")).value_or(is_independent ? 0.3 : 0.1), 0.0, 0.9);
    for (auto& [id, entry] : axes_) {
      if (entry.has_domain) continue;
      const int number = id.size() == 1 ? 0 : std::atoi(id.c_str() + 1) - 1;
      const bool is_x = id[0] == 'x';
      int index = is_x ? (is_independent ? number % columns : number) : (is_independent ? number / columns : number);
      const int cells = is_x ? columns : rows;
      if (index >= cells) continue;
      if (!is_x && !begins_below) index = cells - 1 - index;
      const double step = 1 / (cells - (is_x ? x_gap : y_gap));
      entry.from = step * index;
      entry.to = entry.from + step * (1 - (is_x ? x_gap : y_gap));
    }
  }

  [[nodiscard]] const PlotlyColumn& column_of_trace(const PlotlyTrace& trace, const PlotlyAxis& axis) const {
    return axis.id[0] == 'x' ? trace.x : trace.y;
  }
  [[nodiscard]] bool is_on(std::size_t trace, const std::string& id) const {
    return of_trace_[trace].first == id || of_trace_[trace].second == id;
  }

  void settle_kind(PlotlyAxis& axis, const Json* json, const std::vector<PlotlyTrace>& traces) const {
    if (axis.has_kind) return;
    const Json* numbers = member(json, "autotypenumbers");
    if (numbers == nullptr) numbers = member(layout_, "autotypenumbers");
    if (numbers == nullptr) numbers = member(layout_, "template", "layout", "autotypenumbers");
    for (std::size_t i = 0; i < traces.size(); ++i) {
      const PlotlyColumn& column = column_of_trace(traces[i], axis);
      if (!is_on(i, axis.id) || column.size() == 0) continue;
      axis.kind = kind_of(column, text_of(numbers) != "strict");
      return;
    }
  }

  void settle_categories(PlotlyAxis& axis, const Json* json, PlotlyFigure& figure) const {
    const PlotlyColumn array = read_column(json, "categoryarray");
    std::string_view order = text_of(member(json, "categoryorder"));
    if (order.empty() && array.size() > 0) order = "array";
    if (order == "array") {
      for (std::size_t i = 0; i < array.size(); ++i) (void)axis.category_place(array.text(i), array.group(i));
    }
    const auto sorting = sorting_of(order);
    if (sorting && sorting->first == "category") add_sorted(axis, figure, sorting->second);
    CategoryValues values;
    for (std::size_t i = 0; i < figure.traces.size(); ++i) {
      // Axes of one group have the same categories.
      const PlotlyAxis* own = nullptr;
      for (const std::string& id : {of_trace_[i].first, of_trace_[i].second})
        if (const PlotlyAxis* other = find(id); other != nullptr && other->range_group == axis.range_group) own = other;
      if (own == nullptr) continue;
      const PlotlyTrace& trace = figure.traces[i];
      const std::vector<double> places = axis.places(column_of_trace(trace, *own));
      const PlotlyColumn& of_values = axis.id[0] == 'x' ? trace.y : trace.x;
      for (std::size_t k = 0; k < places.size(); ++k)
        values.add(places[k], trace.kind == PlotlyTrace::Kind::histogram ? 1
                              : k < of_values.size()                     ? of_values.numbers[k]
                                                                         : no_number());
    }
    if (!axis.category_groups.empty()) sort_groups(axis);
    if (!sorting || sorting->first == "category") return;
    if (const auto sorted = values.order(axis.categories.size(), sorting->first, sorting->second))
      renumber_categories(axis, *sorted);
    else
      figure.leave_out("the order '" + repaired_utf8(order.substr(0, 40)) + "' of the " + axis.name());
  }

  /// The categories in the order of their names, numbers as numbers.
  void add_sorted(PlotlyAxis& axis, const PlotlyFigure& figure, bool descends) const {
    std::vector<std::pair<double, std::string>> found;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < figure.traces.size(); ++i) {
      if (!is_on(i, axis.id)) continue;
      const PlotlyColumn& column = column_of_trace(figure.traces[i], axis);
      for (std::size_t k = 0; k < column.size(); ++k) {
        const bool is_number = column.texts.empty() || (k < column.was_text.size() && !column.was_text[k]);
        const std::string text = column.text(k);
        if (!text.empty() && column.groups.empty() && seen.insert(text).second)
          found.emplace_back(is_number ? column.numbers[k] : no_number(), text);
      }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      if (is_finite(a.first) && is_finite(b.first)) return a.first < b.first;
      return a.second < b.second;
    });
    if (descends) std::reverse(found.begin(), found.end());
    for (const auto& [number, text] : found) (void)axis.category_place(text);
  }

  /// An axis over another one has its ticks at the same places, as plotly's "sync" does, unless the layout says otherwise.
  static void settle_sync(PlotlyAxis& axis, const Json* json) {
    const std::string_view mode = text_of(member(json, "tickmode"));
    const bool is_free = axis.has_own_ticks || axis.style.step || axis.is_category() || member(json, "tickvals") != nullptr;
    if (!(mode.empty() ? !is_free : mode == "sync")) axis.base.clear();
  }

  void read_side(Entry& entry, PlotlyFigure& figure) const {
    PlotlyAxis& axis = entry.axis;
    const std::string_view side = text_of(member(entry.json, "side")), anchor = text_of(member(entry.json, "anchor"));
    axis.is_opposite = side == "right" || side == "top";
    if (anchor == "free")
      figure.leave_out("the free position of the " + axis.name());
    else if (!anchor.empty())
      entry.anchor = axis_id(anchor, axis.id[0] == 'x' ? 'y' : 'x');
    if (!knows_format(axis)) {
      figure.leave_out("the format '" + repaired_utf8(std::string_view(axis.style.format).substr(0, 40)) + "' of the " + axis.name());
      axis.style.format.clear();
    }
  }

  void make_panels(PlotlyFigure& figure) {
    // What lies over other axes is drawn after them.
    std::stable_partition(pairs_.begin(), pairs_.end(), [&](const Pair& pair) {
      return !axes_[pair.first].is_overlaying && !axes_[pair.second].is_overlaying;
    });
    const auto fill = [&](PlotlyFigure& panel, const Pair& pair) {
      const Entry &x = axes_[pair.first], &y = axes_[pair.second];
      panel.x = x.axis;
      panel.y = y.axis;
      panel.domain = {x.from, x.to, y.from, y.to};
      panel.is_overlaying = x.is_overlaying || y.is_overlaying;
    };
    if (pairs_.size() == 1) return fill(figure, pairs_[0]);
    std::set<std::string> drawn;
    const auto is_drawn_at = [&](const std::string& id, const std::string& other) {
      const std::string& anchor = axes_[id].anchor;
      const bool has_anchor = std::any_of(pairs_.begin(), pairs_.end(), [&](const Pair& pair) {
        return (pair.first == id && pair.second == anchor) || (pair.second == id && pair.first == anchor);
      });
      return (!has_anchor || anchor == other) && drawn.insert(id).second;
    };
    for (const Pair& pair : pairs_) {
      PlotlyFigure panel;
      fill(panel, pair);
      panel.groups = figure.groups;
      panel.color_bar = figure.color_bar;
      panel.draws_x = is_drawn_at(pair.first, pair.second);
      panel.draws_y = is_drawn_at(pair.second, pair.first);
      for (std::size_t i = 0; i < of_trace_.size(); ++i)
        if (of_trace_[i] == pair) panel.traces.push_back(figure.traces[i]);
      figure.panels.push_back(std::move(panel));
    }
    figure.traces.clear();
  }

  const Json* layout_;
  std::map<std::string, Entry> axes_;
  std::vector<Pair> pairs_, of_trace_;  // the second: of each trace
};

}  // namespace erm::detail
