// The legend of a plot for the terminal: one line for each curve, with its last, least and greatest value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/terminal/canvas.hpp"
#include "erm/detail/terminal/number_label.hpp"

namespace erm::detail {

/// What the points of a curve reach.
struct CurveExtremes {
  std::uint64_t count = 0, nans = 0, infinities = 0;
  double last = 0;
  double least = 0, least_x = 0;        // of the values that are numbers or infinite, if there are any
  double greatest = 0, greatest_x = 0;

  [[nodiscard]] bool has_values() const { return count > nans; }
  void add(double x, double y) {
    last = y;
    ++count;
    if (is_nan(y)) {
      ++nans;
      return;
    }
    if (is_inf(y)) ++infinities;
    const bool is_first = count == nans + 1;
    if (is_first || y < least) least = y, least_x = x;
    if (is_first || y > greatest) greatest = y, greatest_x = x;
  }
};

struct LegendEntry {
  std::string name;
  CurveExtremes extremes;
  std::uint64_t hidden = 0;  // points that a logarithmic axis does not show
};

/// The names are shortened first, then the columns on the right are left out, until all fits `width` columns.
inline std::vector<std::string> legend_lines(const std::vector<LegendEntry>& entries, std::size_t width,
                                             TerminalStyle style) {
  const bool has_letters = entries.size() > 1;
  std::vector<std::vector<std::string>> numbers;
  std::vector<std::size_t> widths;
  std::size_t name_width = 0;
  for (const LegendEntry& entry : entries) {
    const CurveExtremes& of = entry.extremes;
    std::vector<std::string>& row = numbers.emplace_back();
    if (of.count == 0) {
      row = {"no points"};
    } else {
      row = {(width < 40 ? "" : "last ") + number_label(of.last), of.has_values() ? "min " + number_label(of.least) : "",
             of.has_values() ? "max " + number_label(of.greatest) : ""};
      std::string apart;
      const auto tell = [&](std::uint64_t count, std::string_view what) {
        if (count == 0) return;
        if (!apart.empty()) apart += ", ";
        apart += std::to_string(count);
        apart += what;
      };
      tell(of.nans, " NaN");
      tell(of.infinities, " infinite");
      tell(entry.hidden, " not above 0");
      if (!apart.empty()) row.push_back(std::move(apart));
    }
    if (!style.is_unicode)
      for (std::string& text : row)
        if (const std::size_t at = text.find("\xE2\x88\x9E"); at != std::string::npos) text.replace(at, 3, "inf");
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = (std::max)(widths[i], fitted_to_terminal(row[i], width).width);
    }
    name_width = (std::max)(name_width, fitted_to_terminal(entry.name, width).width);
  }
  const std::size_t mark_width = has_letters ? 2 : 0, least_name = (std::min<std::size_t>)(name_width, width < 40 ? 5 : 12);
  std::size_t taken = 0;
  std::size_t shown = 0;
  while (shown < widths.size() && mark_width + least_name + taken + 2 + widths[shown] <= width)
    taken += 2 + widths[shown++];
  name_width = (std::min)(name_width, width - (std::min)(width, mark_width + taken));
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::string line;
    if (style.is_colored) line += curve_color(i);
    if (has_letters) line += curve_letter(i);
    if (has_letters) line += ' ';
    const TerminalText name = fitted_to_terminal(entries[i].name, name_width);
    line += name.text;
    if (style.is_colored) line += color_end;
    line.append(name_width - name.width, ' ');
    for (std::size_t k = 0; k < (std::min)(shown, numbers[i].size()); ++k) {
      const TerminalText number = fitted_to_terminal(numbers[i][k], width);
      line += "  " + number.text;
      line.append(widths[k] - number.width, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace erm::detail
