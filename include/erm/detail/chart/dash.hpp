// The dashes of a line, by plotly's names for them.
#pragma once

#include <string_view>

namespace erm::detail {

/// As SVG's stroke-dasharray; empty for a solid line and for an unknown name.
inline std::string_view dash_of(std::string_view name) {
  return name == "dot"                                ? "2 4"
         : name == "dash"                             ? "7 5"
         : name == "longdash"                         ? "12 6"
         : name == "dashdot" || name == "longdashdot" ? "8 4 2 4"
                                                      : "";
}

}  // namespace erm::detail
