// What a page says, and its script needs, that is written again while its runs go on.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/experiment_run.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

/// The pages of append_page() without one are not live, and hold nothing of this.
struct LiveBanner {
  /// What happened to a run beside its status. One that was deleted is shown as it was.
  enum class Fate : std::uint8_t { there, deleted, replaced };

  TimePoint written;
  /// How often the page is written while points come, and at least how often while its writer lives.
  std::chrono::milliseconds interval = std::chrono::seconds(10), at_least = std::chrono::seconds(30);
  /// Whether the page is not written any more.
  bool is_over = false;
  /// Whether the run itself writes the page, so that its end without a word is that of the run.
  bool is_of_run = true;
  /// One for each run, or none at all.
  std::vector<Fate> fates = {};
  /// What else the reader should know, a line for each.
  std::vector<std::string> notes = {};
  /// The numbers of points of the histories that are thinned.
  std::map<const MetricHistory*, std::uint64_t> thinned = {};

  [[nodiscard]] Fate fate(std::size_t run) const { return run < fates.size() ? fates[run] : Fate::there; }
};

/// How many points the curve has, of which a live page may hold fewer; `here`, if it does not.
inline std::uint64_t point_count(const MetricHistory& history, std::uint64_t here, const LiveBanner* live) {
  if (live == nullptr) return here;
  const auto thinned = live->thinned.find(&history);
  return thinned == live->thinned.end() ? here : thinned->second;
}

inline std::int64_t milliseconds_of(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// "2 running, 1 finished".
inline std::string live_counts(const Comparison& comparison, const LiveBanner& live) {
  std::vector<std::pair<std::string, std::size_t>> counts = {
      {"running", 0}, {"finished", 0}, {"failed", 0}, {"killed", 0}, {"deleted", 0}};
  for (std::size_t run = 0; run < comparison.runs().size(); ++run) {
    const std::string_view word =
        live.fate(run) == LiveBanner::Fate::deleted ? "deleted" : to_text(comparison.runs()[run]->status());
    for (auto& [name, count] : counts) count += name == word ? 1U : 0U;
  }
  std::string text;
  for (const auto& [name, count] : counts)
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  return text.empty() ? "no runs yet" : text;
}

/// "17:04:05", with the date if that is not `today`'s.
inline std::string short_time(TimePoint time, TimePoint today) {
  const std::string text = readable_time(time).substr(0, 19);
  return text.substr(0, 10) == readable_time(today).substr(0, 10) ? text.substr(11) : text;
}

/// What is to be said of a run beside that it runs or has finished; empty if nothing.
inline std::string live_news(const ExperimentRun& run, LiveBanner::Fate fate, TimePoint now) {
  if (fate == LiveBanner::Fate::deleted) return "deleted meanwhile; shown as it was last";
  const std::string replaced = fate == LiveBanner::Fate::replaced ? "replaced by another run of this id, which is shown" : "";
  const std::string also = replaced.empty() ? "" : replaced + "; ";
  const auto at = [&](const auto& time) { return time ? " at " + short_time(*time, now) + " UTC" : std::string(); };
  if (run.status() == RunStatus::failed)
    return also + "failed" + at(run.finished_utc()) + (run.failure().empty() ? "" : ": " + run.failure());
  if (run.status() == RunStatus::killed)
    return also + "killed" + (run.last_seen_utc() ? "; last sign of life" + at(run.last_seen_utc()) : std::string());
  return replaced;
}

inline void append_live_banner(std::string& out, const Comparison& comparison, const LiveBanner& live) {
  const auto append_milliseconds = [&](std::string_view name, std::int64_t milliseconds) {
    ((out += " data-") += name) += '=';
    append_integer(out, milliseconds);
  };
  out += "<div class=live id=live";
  append_milliseconds("written", milliseconds_of(live.written));
  append_milliseconds("interval", live.interval.count());
  append_milliseconds("least", live.at_least.count());
  if (live.is_of_run) out += " data-own";
  if (live.is_over) out += " data-over";
  out += "><p><b role=status>";
  out += live.is_over ? "Ended" : "Live";
  out += "</b> <span class=counts>";
  append_html(out, live_counts(comparison, live));
  out += "</span> <span class=age>written ";
  append_html(out, readable_time(live.written).substr(0, 19));
  out += live.is_over ? " UTC, for the last time" : " UTC; reload the page for what came since";
  out += "</span></p>";
  constexpr std::size_t most = 8;
  std::size_t told = 0, left = 0;
  std::string lines;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (told == most) return static_cast<void>(++left);
    ++told;
    lines += "<li>";
    if (!name.empty()) {
      lines += "<b>";
      append_html(lines, name);
      lines += "</b> ";
    }
    append_html(lines, text);
  };
  for (const std::string& note : live.notes) add({}, note);
  for (std::size_t run = 0; run < comparison.runs().size(); ++run) {
    const std::string news = live_news(*comparison.runs()[run], live.fate(run), live.written);
    if (!news.empty()) add(comparison.names()[run], news);
  }
  if (!lines.empty()) {
    out += "<ul>" + lines;
    if (left > 0) out += "<li>and " + std::to_string(left) + " more";
    out += "</ul>";
  }
  if (!live.thinned.empty())
    out += "<p class=thin>While runs go on, this page holds fewer points of long curves: the first, least, greatest and "
           "last in each of many equal parts of the steps. The numbers beside the curves count all points.</p>";
  out += "</div>";
}

}  // namespace erm::detail
