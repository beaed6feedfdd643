// Who won: the best run with its value and what it did differently, and the first table, in which the best run is first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/compare/ranking.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/goal.hpp"

namespace erm::detail {

inline void append_shown_value(std::string& out, const Comparison::Row& row, std::size_t run) {
  constexpr std::size_t most = 60;
  const Comparison::Cell& cell = row.cells[run];
  if (cell.kind == Comparison::Cell::Kind::missing) {
    out += "\xE2\x80\x94";
  } else if (cell.kind == Comparison::Cell::Kind::number) {
    append_number(out, cell.text, row.is_scientific, cell.digits);
  } else {
    const std::string_view text = first_bytes(cell.text, most);
    const bool is_quoted = cell.kind == Comparison::Cell::Kind::text && looks_like_no_text(cell.text);
    if (is_quoted) out += "&quot;";
    append_html(out, cell.text.empty() ? "empty" : text);
    if (is_quoted) out += "&quot;";
    if (text.size() < cell.text.size()) out += "\xE2\x80\xA6";
  }
}

/// Says in words who won. The script writes the same texts (winner.js) where the reader's choices change them.
class WinnerWriter {
 public:
  WinnerWriter(std::string& out, const Comparison& comparison)
      : out_(out), comparison_(comparison), ranking_(comparison.ranking()), labels_(run_labels(comparison.names())) {}

  void write() {
    out_ += "<section class=winner aria-labelledby=tw data-params=";
    append_integer(out_, ranking_.params.size());
    out_ += " data-telling=";
    append_integer(out_, ranking_.telling);
    out_ += "><h2 id=tw>";
    out_ += ranking_.ranked > 0 ? "Best of " : "None of ";
    out_ += counted(comparison_.runs().size(), "run");
    out_ += ranking_.ranked > 0 ? " by <b>" : " has a result: <b>";
    append_html(out_, ranking_.metric->name);
    out_ += "</b>";
    append_goal(out_, *ranking_.metric);
    out_ += "</h2>";
    if (ranking_.ranked > 0) {
      write_best();
      write_params();
      write_next();
    }
    write_apart();
    out_ += "</section>\n";
  }

 private:
  using Apart = Comparison::Ranking::Apart;

  [[nodiscard]] double number(std::size_t run) const { return ranking_.values()->cells[run].number; }
  void write_name(std::size_t run) { append_html(out_, labels_[run]); }
  void write_value(std::size_t run) { append_shown_value(out_, *ranking_.values(), run); }

  /// The best run and those that are equal to it. Which value it is stands beside it.
  void write_best() {
    const std::size_t best = ranking_.runs[0];
    out_ += "<p class=best>";
    append_run_key(out_, best);
    out_ += "<b>";
    append_html(out_, comparison_.names()[best]);
    out_ += "</b> <strong>";
    write_value(best);
    out_ += "</strong>";
    if (ranking_.extreme != nullptr) {
      out_ += *ranking_.metric->goal == Goal::minimize ? " <span>min of curve" : " <span>max of curve";
      const bool is_last = number(best) == ranking_.metric->cells[best].number;
      if (is_last) out_ += " and last value";
      if (const auto& step = ranking_.extreme->steps[best]) {
        out_ += ", step ";
        append_integer(out_, *step);
      }
      if (!is_last) {
        out_ += "; last ";
        append_shown_value(out_, *ranking_.metric, best);
      }
      out_ += "</span>";
    }
    std::size_t equal = 1;
    while (equal < ranking_.ranked && number(ranking_.runs[equal]) == number(best)) ++equal;
    if (equal > 1) {
      out_ += " <span>";
      if (equal == 2) {
        out_ += "equal: ";
        write_name(ranking_.runs[1]);
      } else {
        out_ += "equal: " + counted(equal - 1, "other run");
      }
      out_ += "</span>";
    }
  }

  /// With few runs, the params in which the best run is not the baseline, or, if it is, not the run after it. With many
  /// runs no single one is what others are compared to: there it is the params that tell most.
  void write_params() {
    constexpr std::size_t few_runs = 10;
    const std::size_t best = ranking_.runs[0];
    std::vector<const Comparison::Row*> params = ranking_.params;
    const bool is_few = comparison_.runs().size() <= few_runs;
    const std::size_t most = is_few ? 4 : (std::min)(std::size_t{4}, ranking_.telling);
    std::size_t other = comparison_.baseline();
    if (other == best) other = ranking_.ranked > 1 ? ranking_.runs[1] : ranking_.runs.back();
    if (is_few)
      params.erase(std::remove_if(params.begin(), params.end(),
                                  [&](const auto* row) { return same_cell(row->cells[best], row->cells[other]); }),
                   params.end());
    out_ += "<p class=did>";
    if (params.empty()) {
      out_ += ranking_.params.empty() ? "No param varies." : "No param differs from those of ";
      if (!ranking_.params.empty()) write_name(other);
      if (!ranking_.params.empty()) out_ += '.';
      return;
    }
    if (is_few) {
      out_ += "Unlike ";
      write_name(other);
      out_ += ": ";
    } else {
      out_ += "With ";
    }
    for (std::size_t i = 0; i < params.size() && i < most; ++i) {
      out_ += i == 0 ? "<span>" : ", <span>";
      append_html(out_, params[i]->name);
      out_ += " <b>";
      append_shown_value(out_, *params[i], best);
      out_ += "</b>";
      if (is_few) {
        out_ += " (";
        append_shown_value(out_, *params[i], other);
        out_ += ')';
      }
      out_ += "</span>";
    }
    if (params.size() > most) out_ += " <span>and " + counted(params.size() - most, "other param") + "</span>";
  }

  void write_next() {
    constexpr std::size_t most = 3;
    if (ranking_.ranked < 2) return;
    out_ += "<p>Then ";
    for (std::size_t i = 1; i < ranking_.ranked && i <= most; ++i) {
      if (i > 1) out_ += ", ";
      write_name(ranking_.runs[i]);
      out_ += ' ';
      write_value(ranking_.runs[i]);
    }
  }

  /// The runs that are not ranked are counted. One of them may have been better before it failed.
  void write_apart() {
    if (ranking_.ranked == ranking_.runs.size()) return;
    out_ += "<p class=apart>Not ranked: ";
    bool is_first = true;
    const auto add = [&](Apart why, std::string_view words) {
      const auto count = std::count(ranking_.apart.begin(), ranking_.apart.end(), why);
      if (count == 0) return;
      if (!is_first) out_ += ", ";
      is_first = false;
      append_integer(out_, count);
      out_ += words;
    };
    add(Apart::failed, " failed");
    add(Apart::killed, " killed");
    add(Apart::diverged, " diverged (not a finite number)");
    add(Apart::missing, " without a value");
    const std::size_t* ahead = nullptr;
    for (std::size_t i = ranking_.ranked; i < ranking_.runs.size(); ++i) {
      const double value = number(ranking_.runs[i]);
      if (!is_finite(value)) continue;
      const double to_beat = ahead != nullptr ? number(*ahead) : ranking_.ranked > 0 ? number(ranking_.runs[0]) : value;
      if (ahead == nullptr && ranking_.ranked == 0)
        ahead = &ranking_.runs[i];
      else if (is_better(value, to_beat, *ranking_.metric->goal))
        ahead = &ranking_.runs[i];
    }
    if (ahead == nullptr) return;
    out_ += "; of these, ";
    write_name(*ahead);
    out_ += " reached ";
    write_value(*ahead);
  }

  std::string& out_;
  const Comparison& comparison_;
  const Comparison::Ranking& ranking_;
  std::vector<std::string> labels_;
};

inline void append_winner(PageOutput& page, const Comparison& comparison) {
  if (comparison.ranking().metric != nullptr) return WinnerWriter(page.text, comparison).write();
  const auto& metrics = comparison.sections()[static_cast<std::size_t>(Comparison::Kind::metrics)].rows;
  if (std::any_of(metrics.begin(), metrics.end(), [](const Comparison::Row& row) { return row.is_numeric; }))
    page.text +=
        "<section class=\"winner unranked\" aria-labelledby=tw><h2 id=tw>No metric says which run is best</h2><p class=did>"
        "set_goal and CompareOptions::goals say whether lower or higher values of a metric are better.</section>\n";
}

/// The first section: the main metrics and the params that vary, one row for each run, the best first.
inline void append_overview(PageOutput& page, const Comparison& comparison, const std::vector<std::string>& headers,
                            const CompareOptions& options, std::size_t number) {
  constexpr std::size_t max_params = 8, max_metrics = 4;
  const Comparison::Ranking& ranking = comparison.ranking();
  TableRows rows;
  for (const Comparison::Row* row : comparison.main_metrics()) {
    if (rows.size() > max_metrics && options.main_metrics.empty()) break;
    const auto extreme = std::find_if(comparison.extremes().begin(), comparison.extremes().end(),
                                      [&](const Comparison::Extreme& one) { return one.metric == row; });
    const bool has_extreme = extreme != comparison.extremes().end();
    if (has_extreme) rows.push_back({&extreme->row, row_of(*extreme).point});
    if (!has_extreme) rows.push_back({row, CurvePoint::only});
    if (has_extreme && row == ranking.metric) rows.push_back({row, CurvePoint::last});
  }
  const std::size_t varying = ranking.params.size();
  for (std::size_t i = 0; i < varying && i < max_params; ++i) rows.push_back({ranking.params[i]});
  choose_tints(rows);
  std::string note =
      varying == 0 ? "no param varies" : counted(varying, "param") + (varying == 1 ? " varies" : " vary");
  if (varying > max_params) note += ", " + std::to_string(max_params) + " are here";
  begin_section(page.text, "overview", number, "What differs", note);
  append_rows_table(page, headers, rows, ranking, "What differs");
  page.text += "</details></section>\n";
}

/// The least and greatest point of each curve for the script: for each metric its name and, for each run, the least
/// value, its step, the greatest value and its step, or 0 for a run without a curve.
inline void append_extremes(PageOutput& page, const Comparison& comparison) {
  if (comparison.curves().empty()) return;
  std::string& out = page.text;
  const auto add_number = [&](double number) {
    if (is_inf(number))
      out += is_negative(number) ? "\"-inf\"" : "\"inf\"";
    else
      append_floating(out, number);
  };
  out += "<script type=\"application/json\" class=extremes>[";
  bool is_first = true;
  for (const Comparison::Curve& curve : comparison.curves()) {
    out += is_first ? "[" : ",[";
    is_first = false;
    append_script_string(out, curve.metric);
    for (std::size_t run = 0; run < curve.least.size(); ++run) {
      if (!curve.least[run]) {
        out += ",0";
        continue;
      }
      out += ",[";
      add_number(curve.least[run]->value);
      out += ',';
      append_integer(out, curve.least[run]->step);
      out += ',';
      add_number(curve.greatest[run]->value);
      out += ',';
      append_integer(out, curve.greatest[run]->step);
      out += ']';
    }
    out += "]\n";
    page.pass_on();
  }
  out += "]</script>\n";
}

}  // namespace erm::detail
