// Figures in which any part is another value than a program would write: their drawings are sound, or refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/plotly/svg.hpp"
#include "erm/json.hpp"
#include "page_text.hpp"

namespace erm_test {

/// Replaces each part of each figure by each of many values, and checks what is drawn, in at most `largest` bytes.
/// Returns how many drawings there were.
inline std::size_t check_figures_with_other_parts(const std::vector<erm::Json>& figures, std::size_t largest) {
  using erm::Json;
  const Json others = {nullptr,
                       true,
                       1e308,
                       -1e308,
                       5e-324,
                       0,
                       -1,
                       1e17,
                       (std::numeric_limits<std::uint64_t>::max)(),
                       (std::numeric_limits<std::int64_t>::min)(),
                       "text",
                       "1e400",
                       "log",
                       "category",
                       "h",
                       "all",
                       "\xFF<script>\"'",
                       Json::array(),
                       Json::object(),
                       {1, 2, 3},
                       {"a", "b"},
                       {{1, 2}, {3}},
                       {1e308, -1e308, 0},
                       {1e300, 1e-300},
                       {{"dtype", "f8"}, {"bdata", "AAAAAAAA8H8AAAAAAADwfw=="}},
                       {{"dtype", "i1"}, {"bdata", "AAEC"}, {"shape", "3, 1"}}};
  std::size_t drawings = 0;
  for (const Json& figure : figures) {
    const Json flat = figure.flatten();
    std::vector<Json::json_pointer> places;
    for (const auto& entry : flat.items())
      for (Json::json_pointer place(entry.key()); !place.empty(); place = place.parent_pointer())
        places.push_back(place);
    for (const auto& place : places) {
      for (const Json& other : others) {
        Json changed = figure;
        changed[place] = other;
        const auto svg = erm::detail::plotly_svg(changed);
        if (!svg) continue;
        ++drawings;
        bool is_sound = erm::detail::is_utf8(*svg) && svg->size() < largest;
        for (const char* const fault : {"<script", "\"nan", " nan", "Mnan", "Minf", "\"inf"})
          is_sound = is_sound && count(*svg, fault) == 0;
        if (!is_sound) FAIL(changed.dump(-1, ' ', false, Json::error_handler_t::replace));
      }
    }
  }
  return drawings;
}

}  // namespace erm_test
