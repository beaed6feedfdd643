// The series of the page: what each run logged under one id at its last step and, for the script's slider, at others.
// Those lie in templates, which a browser does not show, load or run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/page/artifacts.hpp"
#include "erm/detail/page/figures.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/policy.hpp"
#include "erm/detail/page/series_steps.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/error.hpp"
#include "erm/series.hpp"

namespace erm::detail {

class SeriesWriter {
 public:
  SeriesWriter(PageOutput& page, const Comparison& comparison, const CompareOptions& options, PlotlyScript& plotly)
      : page_(page),
        out_(page.text),
        comparison_(comparison),
        options_(options),
        contents_(page, comparison, options, plotly) {}

  void append_row(const Comparison::SeriesRow& row) {
    id_ = row.id;
    choice_ = chosen_steps(row, options_);
    out_ += "<h3>";
    append_html(out_, row.id);
    out_ += "</h3>";
    append_left_out();
    out_ += "<div class=steps data-steps=\"";
    for (const std::int64_t step : choice_.steps) {
      append_integer(out_, step);
      out_ += ' ';
    }
    out_ += "\">\n";
    for (std::size_t run = 0; run < choice_.held.size(); ++run) append_run(run);
    for (std::size_t run = 0; run < choice_.held.size(); ++run) append_earlier(run);
    out_ += "</div>\n";
  }

 private:
  void append_left_out() {
    if (choice_.steps.size() == choice_.all.size()) return;
    out_ += "<p class=\"note left\">The page holds ";
    append_integer(out_, choice_.steps.size());
    out_ += " of " + counted(choice_.all.size(), "step") + ", evenly chosen, from ";
    append_integer(out_, choice_.steps.front());
    out_ += " to ";
    append_integer(out_, choice_.steps.back());
    out_ += ". CompareOptions::max_series_steps and max_series_size set how many.</p>";
  }

  void append_run(std::size_t run) {
    out_ += "<figure class=artifact data-run=";
    append_integer(out_, run);
    out_ += "><figcaption>";
    append_run_key(out_, run);
    append_html(out_, comparison_.names()[run]);
    if (choice_.held[run].empty()) {
      out_ += "</figcaption><p class=none>none</p></figure>\n";
      return;
    }
    const HeldEntry& last = choice_.held[run].back();
    out_ += "<small class=when> step ";
    append_integer(out_, last.entry->step);
    out_ += "</small></figcaption><div class=shown";
    append_content(last, run, true);
    out_ += "</div></figure>\n";
    page_.pass_on();
  }

  void append_earlier(std::size_t run) {
    const std::vector<HeldEntry>& held = choice_.held[run];
    for (std::size_t i = 0; i + 1 < held.size(); ++i) {
      out_ += "<template data-run=";
      append_integer(out_, run);
      append_content(held[i], run, false);
      out_ += "</template>\n";
      page_.pass_on();
    }
  }

  /// Attributes, the end of the tag, and the content; or in its place the number of the one that is equal.
  void append_content(const HeldEntry& held, std::size_t run, bool is_seen) {
    out_ += " data-place=";
    append_integer(out_, held.place);
    out_ += " data-step=";
    append_integer(out_, held.entry->step);
    if (const std::optional<Place> first = place_of_equal(*held.entry, run)) {
      out_ += " data-same=";
      append_integer(out_, first->number);
      out_ += '>';
      if (is_seen) append_same(*first);
      return;
    }
    out_ += " data-item=";
    append_integer(out_, items_ - 1);
    out_ += '>';
    contents_.append_alone(held.entry->artifact, run);
  }

  struct Place {
    std::size_t number = 0;
    std::string_view id;
    std::size_t run = 0;
    std::int64_t step = 0;
  };

  /// Where the page holds this content already. Otherwise it becomes the next item.
  std::optional<Place> place_of_equal(const SeriesEntry& entry, std::size_t run) {
    const Place here{items_, id_, run, entry.step};
    try {
      if (entry.artifact.size() <= options_.max_artifact_size) {
        const std::string key = content_key(showing_of(entry.artifact), ArtifactWriter::hash_of(entry.artifact));
        const auto [first, is_new] = shown_.try_emplace(key, here);
        if (!is_new) return first->second;
      }
    } catch (const Error&) {
      // It cannot be read, which the item says.
    }
    ++items_;
    return std::nullopt;
  }

  void append_same(const Place& place) {
    out_ += "<p class=same>The same as ";
    if (place.id != id_) {
      append_html(out_, place.id);
      out_ += ' ';
    }
    out_ += "in ";
    append_html(out_, comparison_.names()[place.run]);
    out_ += " at step ";
    append_integer(out_, place.step);
    out_ += ".</p>";
  }

  PageOutput& page_;
  std::string& out_;
  const Comparison& comparison_;
  const CompareOptions& options_;
  ArtifactWriter contents_;
  std::string_view id_;
  SeriesChoice choice_;
  std::size_t items_ = 0;
  std::map<std::string, Place> shown_;
};

inline void append_series(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                          PlotlyScript& plotly, std::size_t number) {
  begin_section(page.text, kind_of_boxes("series", comparison, comparison.series().size()), number, "Series",
                std::to_string(comparison.series().size()) + " over steps");
  SeriesWriter writer(page, comparison, options, plotly);
  for (const Comparison::SeriesRow& row : comparison.series()) writer.append_row(row);
  page.text += "</details></section>\n";
}

}  // namespace erm::detail
