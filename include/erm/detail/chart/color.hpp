// The colours of plotly figures: which texts are colours, and scales from numbers to colours.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/number_text.hpp"

namespace erm::detail {

/// Whether `text` can safely be the value of a fill or stroke: a hexadecimal colour, a name, or rgb(), rgba(), hsl() or
/// hsla() of plain numbers.
inline bool is_color(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > 40) return false;
  if (text[0] == '#') {
    const std::size_t digits = text.size() - 1;
    return (digits == 3 || digits == 4 || digits == 6 || digits == 8) &&
           std::all_of(text.begin() + 1, text.end(),
                       [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
  }
  const std::size_t name =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_letter) - text.begin());
  if (name == text.size()) return true;
  const std::string_view function = text.substr(0, name);
  if (function != "rgb" && function != "rgba" && function != "hsl" && function != "hsla") return false;
  return text[name] == '(' && text.back() == ')' &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(name) + 1, text.end() - 1,
                     [&](char c) { return is_digit(c) || c == ',' || c == '.' || c == '%' || c == ' '; });
}

struct Rgb {
  double red = 0, green = 0, blue = 0;  // 0 to 255
};

/// The colour of a text such as "#abc", "#aabbcc" or "rgb(1, 2, 3)"; grey for any other text.
inline Rgb parse_color(std::string_view text) {
  constexpr Rgb grey{128, 128, 128};
  if (!is_color(text)) return grey;
  if (text[0] == '#') {
    const auto digit = [&](std::size_t i) {
      const char c = text[i];
      return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    };
    if (text.size() < 7) return {digit(1) * 17.0, digit(2) * 17.0, digit(3) * 17.0};
    return {digit(1) * 16.0 + digit(2), digit(3) * 16.0 + digit(4), digit(5) * 16.0 + digit(6)};
  }
  if (text.substr(0, 3) != "rgb") return grey;
  std::array<double, 3> parts{};
  const char* at = text.data() + text.find('(') + 1;
  const char* const end = text.data() + text.size();
  for (double& part : parts) {
    while (at != end && (*at == ' ' || *at == ',')) ++at;
    at = read_double(at, end, part);
    part = std::clamp(part, 0.0, 255.0);
  }
  return {parts[0], parts[1], parts[2]};
}

inline std::string hex_color(const Rgb& color) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "#";
  for (const double part : {color.red, color.green, color.blue}) {
    const auto byte = static_cast<std::size_t>(std::lround(part));
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

/// Black or white, whichever is easier to read on `color`.
inline const char* text_color_on(const Rgb& color) {
  return 0.299 * color.red + 0.587 * color.green + 0.114 * color.blue > 140 ? "#000" : "#fff";
}

/// A scale from numbers between 0 and 1 to colours, which blends the colours of its stops.
class ColorScale {
 public:
  using Stop = std::pair<double, Rgb>;
  ColorScale() : ColorScale(named("Viridis")) {}
  explicit ColorScale(std::vector<Stop> stops) : stops_(std::move(stops)) {}

  /// The scale that plotly has under that name, reversed where the name ends in "_r"; Viridis for an unknown name.
  static ColorScale named(std::string_view name) {
    if (name.size() > 2 && name.substr(name.size() - 2) == "_r")
      return named(name.substr(0, name.size() - 2)).reversed();
    std::vector<Stop> stops;
    const auto add = [&](std::initializer_list<const char*> colors) {
      for (const char* color : colors)
        stops.emplace_back(static_cast<double>(stops.size()) / static_cast<double>(colors.size() - 1),
                           parse_color(color));
    };
    if (name == "Greys") {
      add({"#000000", "#ffffff"});
    } else if (name == "Blues") {
      stops = {
          {0, {5, 10, 172}}, {.35, {40, 60, 190}}, {.5, {70, 100, 245}}, {.6, {90, 120, 245}},
          {.7, {106, 137, 247}}, {1, {220, 220, 220}}};
    } else if (name == "Reds") {
      stops = {{0, {220, 220, 220}}, {.2, {245, 195, 157}}, {.4, {245, 160, 105}}, {1, {178, 10, 28}}};
    } else if (name == "Greens") {
      add({"#00441b", "#006d2c", "#238b45", "#41ab5d", "#74c476", "#a1d99b", "#c7e9c0", "#e5f5e0", "#f7fcf5"});
    } else if (name == "RdBu") {
      stops = {{0, {5, 10, 172}},     {.35, {106, 137, 247}}, {.5, {190, 190, 190}},
               {.6, {220, 170, 132}}, {.7, {230, 145, 90}},   {1, {178, 10, 28}}};
    } else if (name == "Hot") {
      stops = {{0, {0, 0, 0}}, {.3, {230, 0, 0}}, {.6, {255, 210, 0}}, {1, {255, 255, 255}}};
    } else if (name == "Jet") {
      stops = {{0, {0, 0, 131}},      {.125, {0, 60, 170}}, {.375, {5, 255, 255}},
               {.625, {255, 255, 0}}, {.875, {250, 0, 0}},  {1, {128, 0, 0}}};
    } else if (name == "Bluered") {
      add({"#0000ff", "#ff0000"});
    } else if (name == "Blackbody") {
      stops = {{0, {0, 0, 0}}, {.2, {230, 0, 0}}, {.4, {230, 210, 0}}, {.7, {255, 255, 255}}, {1, {160, 200, 255}}};
    } else if (name == "Cividis") {
      add({"#00204c", "#002a66", "#00346e", "#273f6c", "#3c4a6b", "#4c556b", "#5b5f6d", "#686a70", "#757575", "#838178",
           "#928c78", "#a19876", "#b0a572", "#c0b16d", "#d1bf66", "#e1cc5c", "#f3db4f", "#ffe945"});
    } else if (name == "Earth") {
      stops = {{0, {0, 0, 130}},      {.1, {0, 180, 180}}, {.2, {40, 210, 40}},
               {.4, {230, 230, 50}}, {.6, {120, 70, 20}}, {1, {255, 255, 255}}};
    } else if (name == "Electric") {
      stops = {{0, {0, 0, 0}},       {.15, {30, 0, 100}}, {.4, {120, 0, 100}},
               {.6, {160, 90, 0}}, {.8, {230, 200, 0}}, {1, {255, 250, 220}}};
    } else if (name == "Picnic") {
      add({"#0000ff", "#3399ff", "#66ccff", "#99ccff", "#ccccff", "#ffffff", "#ffccff", "#ff99ff", "#ff66cc", "#ff6666",
           "#ff0000"});
    } else if (name == "Portland") {
      add({"#0c3383", "#0a88ba", "#f2d338", "#f28f38", "#d91e1e"});
    } else if (name == "Rainbow") {
      add({"#96005a", "#0000c8", "#0019ff", "#0098ff", "#2cff96", "#97ff00", "#ffea00", "#ff6f00", "#ff0000"});
    } else if (name == "YlGnBu") {
      add({"#081d58", "#253494", "#225ea8", "#1d91c0", "#41b6c4", "#7fcdbb", "#c7e9b4", "#edf8d9", "#ffffd9"});
    } else if (name == "YlOrRd") {
      add({"#800026", "#bd0026", "#e31a1c", "#fc4e2a", "#fd8d3c", "#feb24c", "#fed976", "#ffeda0", "#ffffcc"});
    } else {
      add({"#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"});
    }
    return ColorScale(std::move(stops));
  }

  /// Whether plotly has a scale under that name.
  static bool is_known(std::string_view name) {
    static constexpr std::string_view names[] = {"Greys",   "Blues",    "Reds",     "Greens",  "RdBu",   "Hot",
                                                 "Jet",     "Bluered",  "Blackbody", "Cividis", "Earth",  "Electric",
                                                 "Picnic",  "Portland", "Rainbow",  "YlGnBu",  "YlOrRd", "Viridis"};
    if (name.size() > 2 && name.substr(name.size() - 2) == "_r") name.remove_suffix(2);
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  }

  [[nodiscard]] ColorScale reversed() const {
    std::vector<Stop> stops(stops_.rbegin(), stops_.rend());
    for (Stop& stop : stops) stop.first = 1 - stop.first;
    return ColorScale(std::move(stops));
  }

  /// The colour at `place`, from 0 to 1.
  [[nodiscard]] Rgb at(double place) const {
    const auto next = std::find_if(stops_.begin(), stops_.end(), [&](const Stop& stop) { return stop.first >= place; });
    if (next == stops_.begin()) return stops_.front().second;
    if (next == stops_.end()) return stops_.back().second;
    const auto& [low, from] = *(next - 1);
    const auto& [high, to] = *next;
    const double part = high > low ? (place - low) / (high - low) : 1;
    return {from.red + part * (to.red - from.red), from.green + part * (to.green - from.green),
            from.blue + part * (to.blue - from.blue)};
  }

 private:
  std::vector<Stop> stops_;  // at least one, in ascending order
};

}  // namespace erm::detail
