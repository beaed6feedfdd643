// The charts in panels that fold: the main metrics, then the others by the beginning of their names ("train/", "val/").
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/system_metric.hpp"
#include "erm/detail/page/tables.hpp"

namespace erm::detail {

struct CurvePanel {
  std::string name;  // empty: no panel, since there are few charts
  bool is_open = true;
  std::vector<const Comparison::Curve*> curves;
};

inline std::size_t runs_with(const Comparison::Curve& curve) {
  const auto absent = std::count(curve.histories.begin(), curve.histories.end(), nullptr);
  return curve.histories.size() - static_cast<std::size_t>(absent);
}

/// Where a panel stands among others that as many runs have.
inline std::size_t panel_rank(std::string_view name) {
  constexpr std::string_view first[] = {"val", "valid", "validation", "eval", "test", "train", "training"};
  return static_cast<std::size_t>(std::find(std::begin(first), std::end(first), name) - std::begin(first));
}

/// Panels of `curves` by what is before the first slash of their names, those of most runs first. Metrics that share this
/// with no other are together.
inline std::vector<CurvePanel> panels_by_prefix(const std::vector<const Comparison::Curve*>& curves) {
  const auto prefix_of = [](std::string_view name) { return name.substr(0, name.find('/') == name.npos ? 0 : name.find('/')); };
  std::map<std::string_view, std::size_t> counts, places;
  for (const Comparison::Curve* curve : curves) ++counts[prefix_of(curve->metric)];
  std::vector<CurvePanel> panels;
  for (const Comparison::Curve* curve : curves) {
    const std::string_view prefix = prefix_of(curve->metric);
    const std::string_view key = counts[prefix] > 1 ? prefix : std::string_view();
    const auto [place, is_new] = places.try_emplace(key, panels.size());
    if (is_new) panels.push_back({key.empty() ? "Other metrics" : std::string(key), true, {}});
    panels[place->second].curves.push_back(curve);
  }
  const auto most_runs = [](const CurvePanel& panel) {
    std::size_t most = 0;
    for (const Comparison::Curve* curve : panel.curves) most = (std::max)(most, runs_with(*curve));
    return most;
  };
  std::stable_sort(panels.begin(), panels.end(), [&](const CurvePanel& a, const CurvePanel& b) {
    const bool a_last = is_system_metric(a.curves[0]->metric), b_last = is_system_metric(b.curves[0]->metric);
    if (a_last != b_last) return b_last;
    if (most_runs(a) != most_runs(b)) return most_runs(a) > most_runs(b);
    return panel_rank(a.name) < panel_rank(b.name);
  });
  return panels;
}

/// In the order of the page. As many panels are open as hold some two dozen charts, at least the first.
inline std::vector<CurvePanel> curve_panels(const Comparison& comparison) {
  constexpr std::size_t most_without_panels = 12, most_open = 24;
  CurvePanel main{"Main metrics", true, {}};
  std::set<std::string_view> main_names;
  for (const Comparison::Row* row : comparison.main_metrics()) main_names.insert(row->name);
  std::vector<const Comparison::Curve*> others, system;
  for (const Comparison::Curve& curve : comparison.curves())
    (main_names.count(curve.metric) != 0 ? main.curves : is_system_metric(curve.metric) ? system : others).push_back(&curve);
  others.insert(others.end(), system.begin(), system.end());
  if (comparison.curves().size() <= most_without_panels) {
    main.name.clear();
    main.curves.insert(main.curves.end(), others.begin(), others.end());
    return {main};
  }
  std::vector<CurvePanel> panels = panels_by_prefix(others);
  if (!main.curves.empty()) panels.insert(panels.begin(), main);
  std::size_t shown = 0;
  for (CurvePanel& panel : panels) {
    shown += panel.curves.size();
    panel.is_open = &panel == &panels.front() || shown <= most_open;
  }
  return panels;
}

inline void begin_curve_panel(std::string& out, const CurvePanel& panel) {
  if (!panel.name.empty()) {
    out += panel.is_open ? "<details class=panel open>" : "<details class=panel>";
    out += "<summary><h3>";
    append_html(out, panel.name);
    out += "</h3> <span class=note>" + counted(panel.curves.size(), "chart") + "</span></summary>";
  }
  out += "<div class=charts>\n";
}

inline void end_curve_panel(std::string& out, const CurvePanel& panel) {
  out += panel.name.empty() ? "</div>\n" : "</div></details>\n";
}

}  // namespace erm::detail
