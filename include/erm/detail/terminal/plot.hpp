// Curves drawn for a terminal, with axes and a legend.
//
//   0.9 ┤⢣
//       │ ⠣⡀
//   0.5 ┤  ⠈⠢⢄⣀
//       │      ⠉⠉⠒⠤
//       └┬─────────┬
//        0        10 step
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/terminal/canvas.hpp"
#include "erm/detail/terminal/number_label.hpp"
#include "erm/detail/terminal/plot_axis.hpp"
#include "erm/detail/terminal/plot_legend.hpp"
#include "erm/detail/terminal/smoothing.hpp"

namespace erm::detail {

struct PlotPoint {
  double x = 0, y = 0;
};

struct PlotCurve {
  std::string name;
  std::vector<PlotPoint> points;  // ordered by x
  double gap = 1;                 // the usual distance of points, for smoothing
  /// What the legend shows, if the points are not all that there were.
  std::optional<CurveExtremes> extremes = {};
};

/// The usual distance of neighbours: the median, found on some of them.
inline double usual_gap(const std::vector<PlotPoint>& points) {
  std::vector<double> gaps;
  const std::size_t every = points.size() / 1000 + 1;
  for (std::size_t i = 1; i < points.size(); i += every)
    if (points[i].x > points[i - 1].x) gaps.push_back(points[i].x - points[i - 1].x);
  if (gaps.empty()) return 1;
  std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
  return gaps[gaps.size() / 2];
}

struct PlotOptions {
  std::size_t width = 80;   // in columns, of the picture and of the legend; at least 12
  std::size_t height = 15;  // in lines, of the picture with its axes; at least 3
  TerminalStyle style = {};
  bool is_log_x = false, is_log_y = false;
  PlotQuantity x_quantity = PlotQuantity::number;
  std::string x_name = "step";
  double smoothing = 0;  // from 0 to below 1
};

/// Lines without line ends; none is wider than the options say.
struct PlotText {
  std::vector<std::string> picture;  // `height` of them
  std::vector<std::string> legend;   // one for each curve
};

/// Draws curves. A column of dots shows all from the least to the greatest value of its points, however many there are. A
/// value that is NaN is a gap in the line, an infinite one an arrow at the edge; what an axis cannot show is left out, and
/// the legend counts it. Several curves have letters: at their ends, and without colours also along them.
class Plot {
 public:
  Plot(const std::vector<PlotCurve>& curves, const PlotOptions& options)
      : curves_(curves),
        options_(options),
        width_((std::max<std::size_t>)(options.width, 12)),
        height_((std::max<std::size_t>)(options.height, 3)),
        x_(options.is_log_x, options.x_quantity),
        y_(options.is_log_y) {
    find_gap();
    find_ranges();
  }

  [[nodiscard]] PlotText text() {
    PlotText out;
    const bool has_letters = curves_.size() > 1;
    const std::size_t rows = height_ - 2;
    const std::vector<PlotTick> ticks = y_.ticks((std::max<std::size_t>)(rows / 3, 1));
    std::vector<TerminalText> labels(rows);
    std::size_t label_width = 0;
    for (const PlotTick& tick : ticks) {
      TerminalText& label = labels[row_of(tick.place, rows)];
      label = fitted_to_terminal(tick.label, (std::max<std::size_t>)(width_ / 3, 4));
      label_width = (std::max)(label_width, label.width);
    }
    const std::size_t left = label_width + (label_width > 0 ? 2 : 1);
    const std::size_t columns = (std::max<std::size_t>)(width_ - (std::min)(width_, left + (has_letters ? 2 : 0)), 1);
    Canvas canvas(columns, rows, options_.style);
    std::vector<std::optional<std::size_t>> ends;
    for (std::size_t i = 0; i < curves_.size(); ++i) ends.push_back(draw(canvas, i));
    if (has_letters && options_.style.is_unicode && !options_.style.is_colored) put_letters(canvas);
    const std::vector<std::size_t> letters = letters_at_ends(ends, rows);
    if (x_.is_empty()) put_words(canvas, "no points");
    for (std::size_t row = 0; row < rows; ++row) {
      std::string line(label_width - labels[row].width, ' ');
      line += labels[row].text;
      if (label_width > 0) line += ' ';
      line += labels[row].width > 0 ? sign("\xE2\x94\xA4", "+") : sign("\xE2\x94\x82", "|");
      canvas.append_row(line, row, [&](std::size_t curve) { return has_letters ? curve_letter(curve) : '*'; });
      if (has_letters && letters[row] < curves_.size()) {
        line += ' ';
        append_colored(line, letters[row], curve_letter(letters[row]));
      }
      while (!line.empty() && line.back() == ' ') line.pop_back();
      out.picture.push_back(std::move(line));
    }
    append_x_axis(out.picture, left, columns);
    out.legend = legend();
    return out;
  }

 private:
  [[nodiscard]] std::string_view sign(std::string_view unicode, std::string_view ascii) const {
    return options_.style.is_unicode ? unicode : ascii;
  }
  void append_colored(std::string& line, std::size_t curve, char letter) const {
    if (options_.style.is_colored) line += curve_color(curve);
    line += letter;
    if (options_.style.is_colored) line += color_end;
  }
  static std::size_t row_of(double place, std::size_t rows) {
    return static_cast<std::size_t>(std::lround((1 - place) * static_cast<double>(rows - 1)));
  }

  void find_gap() {
    gap_ = 0;
    for (const PlotCurve& curve : curves_)
      if (curve.gap > 0 && (gap_ == 0 || curve.gap < gap_)) gap_ = curve.gap;
    if (!(gap_ > 0)) gap_ = 1;
  }
  /// Calls use(x, y) with each point that has a place on the x axis, smoothed.
  template <class Use>
  void each_point(const PlotCurve& curve, const Use& use) const {
    Smoothing smoothing(options_.smoothing, gap_);
    for (const PlotPoint& point : curve.points)
      if (x_.shows(point.x)) use(point.x, smoothing.next(point.x, point.y));
  }
  void find_ranges() {
    for (const PlotCurve& curve : curves_)
      each_point(curve, [&](double x, double y) {
        if (is_nan(y)) return;
        x_.include(x);
        if (y_.shows(y)) y_.include(y);
      });
    x_.settle();
    y_.settle();
  }

  /// Draws a curve. Returns in which row it ends, if it has a point.
  std::optional<std::size_t> draw(Canvas& canvas, std::size_t index) const {
    const auto last_x = static_cast<double>(canvas.dot_columns() - 1), last_y = static_cast<double>(canvas.dot_rows() - 1);
    const auto set = [&](long column, long row) {
      canvas.set(static_cast<std::size_t>(column), static_cast<std::size_t>(row), index);
    };
    std::optional<long> end;          // the row of the last point
    long column = 0, high = 0, low = 0;  // of the points of the column so far
    std::size_t count = 0;            // of the points that are drawn
    bool is_open = false;             // whether the column has points
    bool is_connected = false;        // whether no gap lies between the last point and the next
    const auto finish = [&] {
      for (long row = high; is_open && row <= low; ++row) set(column, row);
      is_open = false;
    };
    each_point(curves_[index], [&](double x, double y) {
      const long at = std::lround(std::clamp(x_.place(x), 0.0, 1.0) * last_x);
      if (!y_.shows(y)) {
        is_connected = false;
        if (is_inf(y) && (!options_.is_log_y || y > 0)) put_arrow(canvas, static_cast<std::size_t>(at), y > 0, index);
        return;
      }
      const long row = std::lround((1 - std::clamp(y_.place(y), 0.0, 1.0)) * last_y);
      if (is_open && at == column) {
        high = (std::min)(high, row);
        low = (std::max)(low, row);
      } else {
        finish();
        if (is_connected) connect(column, *end, at, row, set);
        column = at;
        high = low = row;
        is_open = true;
      }
      is_connected = true;
      end = row;
      ++count;
    });
    finish();
    if (!end) return std::nullopt;
    if (count == 1)  // one dot would hardly be seen
      canvas.put(static_cast<std::size_t>(column) * canvas.columns() / canvas.dot_columns(),
                 static_cast<std::size_t>(*end) * canvas.rows() / canvas.dot_rows(),
                 options_.style.is_unicode ? 0x2022 : static_cast<unsigned char>(curves_.size() > 1 ? curve_letter(index) : '*'),
                 index);
    return static_cast<std::size_t>(*end) * canvas.rows() / canvas.dot_rows();
  }
  /// The dots of a line. Each column has a part of it: the upper half of the way from one row to the next, say.
  template <class Set>
  static void connect(long x0, long y0, long x1, long y1, const Set& set) {
    const long wide = std::labs(x1 - x0), tall = std::labs(y1 - y0), steps = (std::max)(wide, tall);
    for (long i = 1; i < steps; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(steps);
      set(x0 + std::lround(part * static_cast<double>(x1 - x0)), y0 + std::lround(part * static_cast<double>(y1 - y0)));
    }
  }
  void put_arrow(Canvas& canvas, std::size_t dot_column, bool is_up, std::size_t curve) const {
    const std::size_t column = dot_column * canvas.columns() / canvas.dot_columns();
    if (is_up)
      canvas.put(column, 0, options_.style.is_unicode ? 0x2191 : '^', curve);
    else
      canvas.put(column, canvas.rows() - 1, options_.style.is_unicode ? 0x2193 : 'v', curve);
  }
  /// Puts the letter of each curve on it here and there, where it is alone.
  void put_letters(Canvas& canvas) const {
    constexpr std::size_t distance = 16;
    const std::size_t count = (std::min<std::size_t>)(curves_.size(), distance);
    for (std::size_t curve = 0; curve < curves_.size(); ++curve)
      for (std::size_t column = 2 + curve % count * distance / count; column < canvas.columns(); column += distance)
        for (std::size_t row = 0; row < canvas.rows(); ++row)
          if (canvas.is_only_of(column, row, curve)) {
            canvas.put(column, row, static_cast<unsigned char>(curve_letter(curve)), curve);
            break;
          }
  }
  static void put_words(Canvas& canvas, std::string_view words) {
    const std::size_t begin = (canvas.columns() - (std::min)(canvas.columns(), words.size())) / 2;
    for (std::size_t i = 0; i < words.size() && begin + i < canvas.columns(); ++i)
      canvas.put(begin + i, canvas.rows() / 2, static_cast<unsigned char>(words[i]), 0);
  }
  /// For each row the curve whose letter stands at its end, or how many curves there are. A letter whose row is taken moves
  /// to the nearest that is free.
  [[nodiscard]] std::vector<std::size_t> letters_at_ends(const std::vector<std::optional<std::size_t>>& ends,
                                                         std::size_t rows) const {
    std::vector<std::size_t> letters(rows, curves_.size());
    for (std::size_t curve = 0; curve < curves_.size(); ++curve) {
      if (!ends[curve]) continue;
      for (std::size_t away = 0; away < rows; ++away) {
        const std::size_t above = *ends[curve] - away, below = *ends[curve] + away;
        const std::size_t row = below < rows && letters[below] == curves_.size() ? below : above;
        if (row >= rows || letters[row] != curves_.size()) continue;
        letters[row] = curve;
        break;
      }
    }
    return letters;
  }

  void append_x_axis(std::vector<std::string>& lines, std::size_t left, std::size_t columns) const {
    std::string axis(left - 1, ' '), labels;
    axis += sign("\xE2\x94\x94", "+");
    std::vector<bool> has_tick(columns, false);
    std::size_t labels_end = 0;
    // The name of the axis stands behind the last label, where there is room for both.
    const TerminalText name = fitted_to_terminal(options_.x_name, columns / 3);
    const std::size_t room = columns > 3 * (name.width + 1) ? left + columns - name.width - 1 : left + columns;
    for (const PlotTick& tick : x_.ticks((std::max<std::size_t>)(columns / 12, 2))) {
      const auto at = static_cast<std::size_t>(std::lround(tick.place * static_cast<double>(columns - 1)));
      const TerminalText label = fitted_to_terminal(tick.label, columns);
      const std::size_t half = label.width / 2;
      const std::size_t begin = left + at > half ? left + at - half : 0;
      if ((labels_end > 0 && begin < labels_end + 1) || begin + label.width > room) continue;
      has_tick[at] = true;
      labels.append(begin - labels_end, ' ');
      labels += label.text;
      labels_end = begin + label.width;
    }
    for (const bool is_tick : has_tick) axis += is_tick ? sign("\xE2\x94\xAC", "+") : sign("\xE2\x94\x80", "-");
    if (room < left + columns && labels_end <= room) {
      labels.append(left + columns - name.width - labels_end, ' ');
      labels += name.text;
    }
    lines.push_back(std::move(axis));
    lines.push_back(std::move(labels));
  }

  [[nodiscard]] std::vector<std::string> legend() const {
    std::vector<LegendEntry> entries;
    for (const PlotCurve& curve : curves_) {
      LegendEntry& entry = entries.emplace_back();
      entry.name = curve.name;
      for (const PlotPoint& point : curve.points) {
        entry.extremes.add(point.x, point.y);
        if (!x_.shows(point.x) || (is_finite(point.y) && !y_.shows(point.y))) ++entry.hidden;
      }
      if (curve.extremes) entry.extremes = *curve.extremes;
    }
    return legend_lines(entries, width_, options_.style);
  }

  const std::vector<PlotCurve>& curves_;
  const PlotOptions& options_;
  std::size_t width_, height_;
  double gap_ = 1;
  PlotAxis x_, y_;
};

inline PlotText plotted(const std::vector<PlotCurve>& curves, const PlotOptions& options) {
  return Plot(curves, options).text();
}

}  // namespace erm::detail
