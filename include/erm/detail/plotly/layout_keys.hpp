// What of a layout is not drawn: each key that is neither drawn nor without effect on a static picture is named, also those
// that plotly will have one day.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/plotly/axes.hpp"
#include "erm/detail/chart/data.hpp"
#include "erm/detail/plotly/figure.hpp"

namespace erm::detail {

/// Whether the blank-separated `words` have `word`.
inline bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = (std::min)(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix((std::min)(end + 1, words.size()));
  }
  return false;
}

/// Whether a value asks for nothing: null, false, "", an empty list, or an object that is switched off.
inline bool asks_nothing(const Json& value) {
  if (value.is_null() || is_false(&value) || (value.is_string() && text_of(&value).empty())) return true;
  if (value.is_array() && value.empty()) return true;
  return value.is_object() && (value.empty() || is_false(member(&value, "visible")) || is_false(member(&value, "enabled")));
}

/// Calls `name` with each key of `json` that is not among the known words and asks for something.
template <class Name>
void each_unknown(const Json* json, std::string_view known, const Name& name) {
  if (json == nullptr || !json->is_object()) return;
  std::size_t count = 0;
  for (auto at = json->begin(); at != json->end(); ++at)
    if (!has_word(known, at.key()) && !asks_nothing(at.value()) && ++count <= 50) name(at.key(), at.value());
}

inline constexpr std::string_view known_layout_keys =
    "title barmode bargap bargroupgap barnorm colorway coloraxis showlegend shapes annotations grid "
    "template autotypenumbers boxmode boxgap boxgroupgap violinmode violingap violingroupgap waterfallmode waterfallgap "
    "waterfallgroupgap funnelmode funnelgap funnelgroupgap hiddenlabels piecolorway extendpiecolors sunburstcolorway "
    "extendsunburstcolors treemapcolorway extendtreemapcolors iciclecolorway extendiciclecolors funnelareacolorway "
    "extendfunnelareacolors "
    // Without effect on a static picture, or the page's own: its size, its fonts, its colours, the place of the legend.
    "legend hovermode hoverlabel hoverdistance hoversubplots dragmode clickmode uirevision datarevision "
    "selectionrevision editrevision meta metasrc modebar font width height minreducedwidth minreducedheight autosize "
    "margin paper_bgcolor plot_bgcolor spikedistance selectdirection newshape activeshape newselection activeselection "
    "selections transition computed hidesources colorscale scene polar ternary geo mapbox map smith";

inline constexpr std::string_view known_axis_keys =
    "title type visible showticklabels showgrid rangemode tickformat tickprefix ticksuffix showtickprefix showticksuffix "
    "showexponent exponentformat minexponent separatethousands nticks domain anchor side overlaying matches range "
    "autorange tickmode tickvals ticktext tick0 dtick categoryorder categoryarray autotypenumbers "
    "automargin color gridcolor gridwidth griddash linecolor linewidth showline mirror zeroline zerolinecolor "
    "zerolinewidth zerolinelayer ticks ticklen tickwidth tickcolor tickfont tickangle autotickangles showspikes spikecolor "
    "spikedash spikemode spikesnap spikethickness hoverformat unifiedhovertitle fixedrange layer titlefont uirevision "
    "ticklabelposition ticklabeloverflow ticklabelshift ticklabelstandoff constrain constraintoward scaleratio tickson "
    "showdividers dividercolor dividerwidth autoshift shift tickvalssrc ticktextsrc categoryarraysrc modebardisable";

inline void name_unknown_axis(PlotlyFigure& figure, const PlotlyAxis& axis, const Json* json) {
  each_unknown(json, known_axis_keys, [&](const std::string& key, const Json& value) {
    if ((key == "ticklabelmode" && text_of(&value) == "instant") || (key == "calendar" && text_of(&value) == "gregorian") ||
        (key == "position" && text_of(member(json, "anchor")) != "free") || (key == "ticklabelstep" && value == 1) ||
        (key == "minorloglabels" && text_of(&value) == "small digits"))
      return;
    const std::string words = key == "rangebreaks"     ? "range breaks"
                              : key == "scaleanchor"   ? "equal scales"
                              : key == "rangeslider"   ? "range slider"
                              : key == "rangeselector" ? "range buttons"
                              : key == "minor"         ? "minor ticks"
                                                       : "'" + repaired_utf8(std::string_view(key).substr(0, 40)) + "'";
    figure.leave_out("the " + words + " of the " + axis.name());
  });
}

inline void name_unknown_layout(PlotlyFigure& figure, const Json& json, const PlotlyAxes& axes) {
  const Json* layout = member(&json, "layout");
  if (const Json* frames = member(&json, "frames"); frames != nullptr && !asks_nothing(*frames))
    figure.leave_out("the frames of the animation");
  each_unknown(layout, known_layout_keys, [&](const std::string& key, const Json& value) {
    const std::string_view kind = std::string_view(key).substr(0, 5);
    const std::string_view base = std::string_view(key).substr(0, key.find_first_of("0123456789"));
    if (has_word("coloraxis scene polar ternary geo mapbox map smith legend", base)) return;
    if (key == "separators" && text_of(&value) == ".,") return;
    if (kind == "xaxis" || kind == "yaxis") {
      // An axis without a trace is not drawn by plotly either.
      const PlotlyAxis* const axis = axes.find(key.substr(0, 1) + key.substr(5));
      if (axis != nullptr) name_unknown_axis(figure, *axis, &value);
      return;
    }
    figure.leave_out("the " + (key == "updatemenus" ? std::string("buttons and menus")
                               : key == "sliders" || key == "images"
                                   ? key
                                   : "'" + repaired_utf8(std::string_view(key).substr(0, 40)) + "' of the layout"));
  });
  if (!title_of(member(layout, "legend", "title")).empty()) figure.leave_out("the title of the legend");
}

}  // namespace erm::detail
