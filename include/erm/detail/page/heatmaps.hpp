// The histograms of the page: one picture for each run, with the steps from left to right, the bins from bottom to top,
// and in each place how large a share of the step's values lies in the bin.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/page/download.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/histogram.hpp"
#include "erm/image.hpp"

namespace erm::detail {

/// The axes that the histograms of one name have in common.
struct HeatAxes {
  double first_step = 0, last_step = 0;
  std::size_t columns = 1;
  std::vector<double> edges;  // of the places, ascending; a place may hold several bins, or a part of one
};

/// The shares of one run, column by column.
struct HeatShares {
  std::vector<double> shares;
  std::vector<bool> is_filled;  // for each column: whether a step lies in it or before it
};

inline std::size_t column_of(const HeatAxes& axes, std::int64_t step) {
  const double width = axes.last_step - axes.first_step;
  if (axes.columns < 2 || !(width > 0)) return 0;
  const double place = (static_cast<double>(step) - axes.first_step) / width * static_cast<double>(axes.columns - 1);
  return (std::min)(axes.columns - 1, static_cast<std::size_t>(place + 0.5));
}

/// The columns are as many as the steps, up to `most`; where the steps lie unevenly, they are `most`.
inline HeatAxes heat_axes(const std::vector<const Histogram*>& histograms, std::size_t most) {
  HeatAxes axes;
  std::vector<std::int64_t> steps;
  for (const Histogram* const histogram : histograms) {
    if (histogram == nullptr) continue;
    for (const HistogramStep& at : histogram->steps()) steps.push_back(at.step);
    axes.edges.insert(axes.edges.end(), histogram->edges().begin(), histogram->edges().end());
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  std::sort(axes.edges.begin(), axes.edges.end());
  axes.edges.erase(std::unique(axes.edges.begin(), axes.edges.end()), axes.edges.end());
  if (steps.empty()) return axes;
  axes.first_step = static_cast<double>(steps.front());
  axes.last_step = static_cast<double>(steps.back());
  axes.columns = (std::min)(steps.size(), most);
  if (steps.size() > 2 && steps.size() <= most) {
    const double width = (axes.last_step - axes.first_step) / static_cast<double>(steps.size() - 1);
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (std::fabs(static_cast<double>(steps[i]) - axes.first_step - width * static_cast<double>(i)) > 0.01 * width)
        axes.columns = most;
  }
  return axes;
}

/// Joins neighbouring places until there are no more than `most`.
inline void join_places(HeatAxes& axes, std::size_t most) {
  if (axes.edges.size() < most + 2) return;
  const std::size_t together = (axes.edges.size() - 2) / most + 1;
  std::vector<double> kept;
  for (std::size_t i = 0; i < axes.edges.size(); i += together) kept.push_back(axes.edges[i]);
  if (kept.back() != axes.edges.back()) kept.push_back(axes.edges.back());
  axes.edges = std::move(kept);
}

/// Where several steps lie in a column, it has their mean; where none does, the column before.
inline HeatShares heat_shares(const Histogram& histogram, const HeatAxes& axes) {
  const std::size_t places = axes.edges.size() - 1;
  HeatShares heat;
  heat.shares.assign(places * axes.columns, 0.0);
  heat.is_filled.assign(axes.columns, false);
  std::vector<double> steps_in(axes.columns, 0.0);
  const auto place_at = [&](double edge) {  // the place that begins at the edge, or holds it
    return static_cast<std::size_t>(std::upper_bound(axes.edges.begin(), axes.edges.end(), edge) - axes.edges.begin()) -
           1;
  };
  for (const HistogramStep& at : histogram.steps()) {
    const std::size_t column = column_of(axes, at.step);
    steps_in[column] += 1;
    const double all = static_cast<double>(at.finite_values());
    if (!(all > 0)) continue;
    for (std::size_t bin = 0; bin < at.counts.size(); ++bin) {
      if (at.counts[bin] == 0) continue;
      const std::size_t first = place_at(histogram.edges()[bin]);
      const std::size_t end = (std::max)(first + 1, place_at(histogram.edges()[bin + 1]));
      const double share = static_cast<double>(at.counts[bin]) / all / static_cast<double>(end - first);
      for (std::size_t place = first; place < (std::min)(end, places); ++place)
        heat.shares[column * places + place] += share;
    }
  }
  for (std::size_t column = 0; column < axes.columns; ++column) {
    double* const here = heat.shares.data() + column * places;
    heat.is_filled[column] = steps_in[column] > 0 || (column > 0 && heat.is_filled[column - 1]);
    for (std::size_t place = 0; place < places; ++place) {
      if (steps_in[column] > 0)
        here[place] /= steps_in[column];
      else if (column > 0)
        here[place] = *(here + place - places);
    }
  }
  return heat;
}

/// Opaque where the share is greatest. The root makes small shares visible.
inline Bytes heat_png(const HeatShares& heat, const HeatAxes& axes, double greatest) {
  const std::size_t places = axes.edges.size() - 1;
  Bytes pixels(places * axes.columns * 4);
  for (std::size_t place = 0; place < places; ++place)
    for (std::size_t column = 0; column < axes.columns; ++column) {
      std::uint8_t* const pixel = pixels.data() + ((places - 1 - place) * axes.columns + column) * 4;
      const double share = heat.shares[column * places + place];
      pixel[0] = 0x1F, pixel[1] = 0x6F, pixel[2] = 0xEB;
      const double opacity = share > 0 ? 0.06 + 0.94 * std::sqrt((std::min)(share / greatest, 1.0)) : 0.0;
      pixel[3] = static_cast<std::uint8_t>(opacity * 255 + 0.5);
    }
  return encode_png({pixels.data(), places, axes.columns, 4, 0});
}

/// A number to three digits.
inline std::string edge_label(double value) {
  if (!is_finite(value)) return value < 0 ? "-\xE2\x88\x9E" : "\xE2\x88\x9E";
  const double size = std::fabs(value);
  if (size == 0 || size > 1e-290)
    return tick_label(value, size == 0 ? 1 : ten_to_the(std::floor(std::log10(size)) - 2));
  std::string out;  // too small for a step
  append_floating(out, value);
  return out;
}

class HeatmapWriter {
 public:
  HeatmapWriter(PageOutput& page, const Comparison& comparison, const CompareOptions& options)
      : page_(page), out_(page.text), comparison_(comparison), options_(options) {}

  void append_row(const Comparison::HistogramRow& row) {
    constexpr std::size_t most_columns = 150, most_places = 64;
    axes_ = heat_axes(row.histograms, most_columns);
    join_places(axes_, most_places);
    std::vector<HeatShares> shares(row.histograms.size());
    double greatest = 0;
    for (std::size_t run = 0; run < shares.size() && axes_.edges.size() > 1; ++run) {
      if (row.histograms[run] == nullptr) continue;
      shares[run] = heat_shares(*row.histograms[run], axes_);
      for (const double share : shares[run].shares) greatest = (std::max)(greatest, share);
    }
    out_ += "<h3>";
    append_html(out_, row.name);
    out_ += "</h3>";
    if (greatest > 0) {
      std::string percent;
      append_six_digits(percent, edge_label(greatest * 100), false);
      out_ +=
          "<p class=\"note left\">From left to right the steps, from bottom to top the bins. The strongest colour: " +
          percent + " % of the values of a step.</p>";
    }
    out_ += "<div class=heats>\n";
    for (std::size_t run = 0; run < shares.size(); ++run) {
      out_ += "<figure class=artifact data-run=";
      append_integer(out_, run);
      out_ += "><figcaption>";
      append_run_key(out_, run);
      append_html(out_, comparison_.names()[run]);
      if (row.histograms[run] != nullptr)
        out_ += "<small> " + counted(row.histograms[run]->size(), "step") + "</small>";
      out_ += "</figcaption>";
      if (row.histograms[run] == nullptr) {
        out_ += "<p class=none>none</p>";
      } else {
        if (greatest > 0) append_picture(shares[run], greatest, row.name, run);
        append_others(*row.histograms[run]);
        if (options_.embed_files) append_data(*row.histograms[run], row.name, run);
      }
      out_ += "</figure>\n";
      page_.pass_on();
    }
    out_ += "</div>\n";
  }

 private:
  void append_picture(const HeatShares& heat, double greatest, std::string_view name, std::size_t run) {
    constexpr double left = 58, top = 8, width = 294, height = 160, bottom = top + height;
    out_ += "<svg viewBox=\"0 0 360 190\" role=img";
    append_html_attribute(out_, "aria-label",
                          "Histograms " + std::string(name) + " of " + comparison_.names()[run] + " over the steps");
    out_ += "><image x=58 y=8 width=294 height=160 preserveAspectRatio=none href=\"data:image/png;base64,";
    const Bytes png = heat_png(heat, axes_, greatest);
    append_base64(out_, png.data(), png.size());
    out_ += "\"/><g class=grid><path fill=none d=\"M58 8V168H352\"/>";
    const std::size_t places = axes_.edges.size() - 1;
    const std::size_t ticks = (std::min<std::size_t>)(places, 5);
    for (std::size_t i = 0; i <= ticks; ++i) {
      const std::size_t edge = i * places / ticks;
      const double y = bottom - height * static_cast<double>(edge) / static_cast<double>(places);
      append_tick(left - 5, y + 4, "end", edge_label(axes_.edges[edge]));
    }
    const double columns = static_cast<double>(axes_.columns);
    const double range = axes_.last_step - axes_.first_step;
    if (!(range > 0)) {
      append_tick(left + width / 2, bottom + 16, "middle", tick_label(axes_.first_step, 1));
    } else {
      const double step = (std::max)(nice_step(range / 6), 1.0);
      for (double at = std::ceil(axes_.first_step / step) * step; at <= axes_.last_step; at += step) {
        const double column = (at - axes_.first_step) / range * (columns - 1) + 0.5;
        append_tick(left + width * column / columns, bottom + 16, "middle", tick_label(at, step));
      }
    }
    out_ += "</g></svg>";
  }

  /// The counts behind the picture, up to the size of an artifact.
  void append_data(const Histogram& histogram, std::string_view name, std::size_t run) {
    std::string csv = "step,from,to,count\n";
    for (const HistogramStep& at : histogram.steps()) {
      for (std::size_t bin = 0; bin < at.counts.size(); ++bin) {
        if (at.counts[bin] == 0) continue;
        append_integer(csv, at.step);
        append_floating(csv += ',', histogram.edges()[bin]);
        append_floating(csv += ',', histogram.edges()[bin + 1]);
        append_integer(csv += ',', at.counts[bin]);
        csv += '\n';
      }
      if (csv.size() > options_.max_artifact_size) return;
    }
    std::string file(name);
    std::replace(file.begin(), file.end(), '/', '_');
    append_download(out_, to_bytes(csv), file + ".csv", joined({"Data of ", name, " of ", comparison_.names()[run]}));
  }

  void append_tick(double x, double y, std::string_view anchor, const std::string& label) {
    out_ += "<text x=";
    append_integer(out_, static_cast<int>(x + 0.5));
    out_ += " y=";
    append_integer(out_, static_cast<int>(y + 0.5));
    out_ += " text-anchor=";
    out_ += anchor;
    out_ += '>';
    append_html(out_, label);
    out_ += "</text>";
  }

  /// The values that are in no bin.
  void append_others(const Histogram& histogram) {
    struct {
      std::string_view what;
      std::uint64_t count = 0, steps = 0;
      std::int64_t last = 0;
      void add(std::uint64_t more, std::int64_t step) {
        if (more == 0) return;
        count += more;
        ++steps;
        last = step;
      }
    } others[] = {{"NaN"}, {"+inf"}, {"-inf"}, {"below the bins"}, {"above the bins"}};
    for (const HistogramStep& at : histogram.steps()) {
      others[0].add(at.nans, at.step);
      others[1].add(at.positive_infinities, at.step);
      others[2].add(at.negative_infinities, at.step);
      others[3].add(at.below, at.step);
      others[4].add(at.above, at.step);
    }
    for (const auto& other : others) {
      if (other.count == 0) continue;
      out_ += "<p class=notice>";
      append_integer(out_, other.count);
      out_ += other.count == 1 ? " value is " : " values are ";
      (out_ += other.what) += other.steps == 1 ? ", at step " : ", at " + std::to_string(other.steps) + " steps up to ";
      append_integer(out_, other.last);
      out_ += ".</p>";
    }
  }

  PageOutput& page_;
  std::string& out_;
  const Comparison& comparison_;
  const CompareOptions& options_;
  HeatAxes axes_;
};

inline void append_heatmaps(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                            std::size_t number) {
  begin_section(page.text, kind_of_boxes("histograms", comparison, comparison.histograms().size()), number,
                "Histograms", counted(comparison.histograms().size(), "histogram"));
  HeatmapWriter writer(page, comparison, options);
  for (const Comparison::HistogramRow& row : comparison.histograms()) writer.append_row(row);
  page.text += "</details></section>\n";
}

}  // namespace erm::detail
