// Runs side by side, as data: which rows there are, what each run has in them, where they differ and which is best.
// The page and the table in the terminal are renderings of it.
//
//   const erm::Comparison comparison(runs);
//   for (const erm::Comparison::Section& section : comparison.sections())
//     for (const erm::Comparison::Row& row : section.rows)
//       if (row.differs) fmt::print("{}: {} and {}\n", row.name, row.cells[0].text, row.cells[1].text);
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/compare_options.hpp"
#include "erm/detail/compare/groups.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/compare/metric_direction.hpp"
#include "erm/detail/compare/provenance_rows.hpp"
#include "erm/detail/compare/provenance_warnings.hpp"
#include "erm/detail/compare/display_names.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"
#include "erm/metric_history.hpp"

namespace erm {

/// Refers to the runs that it was made from: they must outlive it, unchanged.
class Comparison {
 public:
  using Cell = detail::ComparisonCell;
  using Row = detail::ComparisonRow;
  using Group = detail::GroupOfRuns;
  using GroupedMetric = detail::GroupedMetric;
  using Warning = detail::ComparisonWarning;

  /// Each section is there once, in this order, but for `dict`, of which there is one a dict. `runs` says where and
  /// when each run was and how it ended; its rows never count as differing. `notes` has one row, where a run has a
  /// note.
  enum class Kind : std::uint8_t { runs, tags, notes, params, metrics, features, dict, provenance };
  struct Section {
    Kind kind = Kind::runs;
    std::string_view name;      // of a dict, or "Params", "Metrics", ...
    std::vector<Row> rows;      // by name; features in the order of the baseline, then as they come
    std::size_t differing = 0;  // how many of the rows differ
  };

  /// The history of one metric in each run, null where a run has none.
  struct Curve {
    std::string_view metric;
    std::vector<const MetricHistory*> histories;
  };
  /// What each run has under one artifact id, null where a run has nothing.
  struct ArtifactRow {
    std::string_view id;
    std::vector<const Artifact*> artifacts;
  };

  /// Throws Error where options.baseline is not the index of a run (0 is right for no runs).
  explicit Comparison(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {});
  Comparison(std::vector<ExperimentRun>&&, const CompareOptions& = {}) = delete;
  explicit Comparison(std::vector<const ExperimentRun*> runs, const CompareOptions& options = {});

  [[nodiscard]] const std::vector<const ExperimentRun*>& runs() const noexcept { return runs_; }
  /// For each run the shortest name that tells it apart: its run id, its variant, or more of its place.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] std::size_t baseline() const noexcept { return baseline_; }
  [[nodiscard]] const std::vector<Section>& sections() const noexcept { return sections_; }
  [[nodiscard]] const std::vector<Curve>& curves() const noexcept { return curves_; }
  [[nodiscard]] const std::vector<ArtifactRow>& artifacts() const noexcept { return artifacts_; }
  /// By CompareOptions::group_by, or the groups that the runs were given; none where there is nothing to summarize.
  [[nodiscard]] const std::vector<Group>& groups() const noexcept { return groups_; }
  /// Each metric that a run has as a number, in each of the groups.
  [[nodiscard]] const std::vector<GroupedMetric>& grouped_metrics() const noexcept { return grouped_metrics_; }
  /// What of the runs' provenance makes them hard to compare.
  [[nodiscard]] const std::vector<Warning>& warnings() const noexcept { return warnings_; }
  /// For each run the diff of the code that it was built from to its commit; empty where there is none.
  [[nodiscard]] const std::vector<std::string_view>& diffs() const noexcept { return diffs_; }
  /// Of tags, params, metrics, features and dicts together.
  [[nodiscard]] std::size_t row_count() const noexcept;
  [[nodiscard]] std::size_t differing_row_count() const noexcept;
  /// What to look at first: CompareOptions::main_metrics, or of those with a goal the first six.
  [[nodiscard]] const std::vector<const Row*>& main_metrics() const noexcept { return main_metrics_; }

 private:
  template <class Get>
  void add_values(Kind kind, std::string_view name, const Get& get);
  void add_runs();
  void add_tags();
  void add_notes();
  void add_features();
  void add_dicts();
  template <class J>
  void add_provenance();
  void add_groups(const CompareOptions& options);
  void add_curves();
  void add_artifacts();
  void mark_best(const CompareOptions& options);
  void choose_main_metrics(const CompareOptions& options);
  Section& add_section(Kind kind, std::string_view name);
  static bool is_counted(Kind kind) { return kind != Kind::runs && kind != Kind::notes && kind != Kind::provenance; }

  std::vector<const ExperimentRun*> runs_;
  std::vector<std::string> names_;
  std::size_t baseline_ = 0;
  std::unique_ptr<detail::TextArena> texts_ = std::make_unique<detail::TextArena>();
  std::vector<Section> sections_;
  std::vector<Curve> curves_;
  std::vector<ArtifactRow> artifacts_;
  std::vector<const Row*> main_metrics_;
  std::vector<Group> groups_;
  std::vector<GroupedMetric> grouped_metrics_;
  std::vector<Warning> warnings_;
  std::vector<std::string_view> diffs_;
};

// ---- bodies ----

inline Comparison::Comparison(const std::vector<ExperimentRun>& runs, const CompareOptions& options)
    : Comparison(detail::pointers_to(runs), options) {}

inline Comparison::Comparison(std::vector<const ExperimentRun*> runs, const CompareOptions& options)
    : runs_(std::move(runs)), names_(detail::short_run_names(runs_)), baseline_(options.baseline) {
  if (baseline_ != 0 && baseline_ >= runs_.size()) {
    throw Error("CompareOptions::baseline is " + std::to_string(baseline_) + ", and there are " +
                std::to_string(runs_.size()) + " runs; the first is 0");
  }
  add_runs();
  add_tags();
  add_notes();
  add_values(Kind::params, "Params", [](const ExperimentRun& run) -> auto& { return run.params(); });
  add_values(Kind::metrics, "Metrics", [](const ExperimentRun& run) -> auto& { return run.metrics(); });
  mark_best(options);
  add_features();
  add_dicts();
  add_provenance<Json>();
  for (Section& section : sections_) {
    if (section.kind == Kind::runs) continue;
    for (Row& row : section.rows) {
      detail::finish_row(row, baseline_);
      section.differing += row.differs ? 1 : 0;
    }
  }
  choose_main_metrics(options);
  add_groups(options);
  add_curves();
  add_artifacts();
}

inline Comparison::Section& Comparison::add_section(Kind kind, std::string_view name) {
  sections_.emplace_back();
  sections_.back().kind = kind;
  sections_.back().name = name;
  return sections_.back();
}

inline void Comparison::add_runs() {
  Section& section = add_section(Kind::runs, "Runs");
  const auto add = [&](std::string_view name, const auto& text_of, bool is_time = false) {
    Row row;
    row.name = name;
    row.is_time = is_time;
    bool any = false;
    for (const ExperimentRun* run : runs_) {
      const std::string text = text_of(*run);
      Cell cell;
      if (!text.empty()) cell.kind = Cell::Kind::text;
      cell.text = texts_->keep(text);
      any = any || !text.empty();
      row.cells.push_back(cell);
    }
    if (any) section.rows.push_back(std::move(row));
  };
  const auto time_of = [](const std::optional<TimePoint>& time) {
    return time ? detail::readable_time(*time) : std::string();
  };
  add("experiment", [](const ExperimentRun& run) { return run.experiment_id(); });
  add("variant", [](const ExperimentRun& run) { return run.variant_id(); });
  add("run", [](const ExperimentRun& run) { return run.run_id(); });
  add("time (UTC)", [&](const ExperimentRun& run) { return time_of(run.timestamp_utc()); }, true);
  add("ended (UTC)", [&](const ExperimentRun& run) { return time_of(run.finished_utc()); }, true);
  add("status", [](const ExperimentRun& run) { return std::string(to_text(run.status())); });
  add("failure", [](const ExperimentRun& run) { return run.failure(); });
  add("group", [](const ExperimentRun& run) { return run.group(); });
}

/// A tag without a value is there or not, as a feature is.
inline void Comparison::add_tags() {
  std::map<std::string_view, std::size_t> row_of;
  for (const ExperimentRun* run : runs_)
    for (const auto& [tag, value] : run->tags()) row_of.emplace(tag, 0);
  Section& section = add_section(Kind::tags, "Tags");
  for (auto& [tag, index] : row_of) {
    index = section.rows.size();
    section.rows.emplace_back();
    section.rows.back().name = tag;
    section.rows.back().cells.resize(runs_.size());
  }
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    for (const auto& [tag, value] : runs_[run]->tags()) {
      Cell& cell = section.rows[row_of[tag]].cells[run];
      if (!value.empty()) {
        detail::fill_text(cell, value, *texts_);
        continue;
      }
      cell.kind = Cell::Kind::boolean;
      cell.text = "yes";
    }
  }
}

inline void Comparison::add_notes() {
  Section& section = add_section(Kind::notes, "Notes");
  Row row;
  row.name = "note";
  row.cells.resize(runs_.size());
  bool any = false;
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    if (runs_[run]->note().empty()) continue;
    any = true;
    row.cells[run].kind = Cell::Kind::text;
    row.cells[run].text = runs_[run]->note();
  }
  if (any) section.rows.push_back(std::move(row));
}

template <class Get>
void Comparison::add_values(Kind kind, std::string_view name, const Get& get) {
  std::vector<Row> rows;
  const auto make = [&](std::string_view key) {
    rows.emplace_back();
    rows.back().name = key;
    rows.back().cells.resize(runs_.size());
  };
  const std::vector<std::size_t> order =
      detail::join_by_key(runs_, get, make, [&](std::size_t row, std::size_t run, const Value& value) {
        detail::fill_cell(rows[row].cells[run], value, *texts_);
      });
  add_section(kind, name).rows = detail::reordered(std::move(rows), order);
}

inline void Comparison::add_features() {
  Section& section = add_section(Kind::features, "Features");
  detail::add_feature_rows(section.rows, runs_, baseline_, *texts_);
}

inline void Comparison::add_dicts() {
  std::vector<std::vector<const Json*>> dicts;
  std::vector<std::string_view> names;
  const auto make = [&](std::string_view name) {
    names.push_back(name);
    dicts.emplace_back(runs_.size(), nullptr);
  };
  const std::vector<std::size_t> order = detail::join_by_key(
      runs_, [](const ExperimentRun& run) -> auto& { return run.dicts(); }, make,
      [&](std::size_t dict, std::size_t run, const Json& object) { dicts[dict][run] = &object; });
  for (const std::size_t index : order) {
    Section& section = add_section(Kind::dict, names[index]);
    detail::add_dict_rows(section.rows, dicts[index], *texts_);
  }
}

template <class J>
void Comparison::add_provenance() {
  Section& section = add_section(Kind::provenance, "Provenance");
  std::vector<detail::ProvenanceFacts> facts;
  bool any = false;
  for (const ExperimentRun* run : runs_) {
    facts.push_back(detail::provenance_facts(run->provenance()));
    diffs_.push_back(facts.back().diff);
    any = any || facts.back().is_recorded;
  }
  if (!any) return;
  detail::ProvenanceRows<J> rows(runs_.size(), *texts_);
  for (std::size_t run = 0; run < runs_.size(); ++run)
    if (facts[run].is_recorded) rows.add(run, runs_[run]->provenance());
  section.rows = rows.rows(baseline_);
  warnings_ = detail::ProvenanceWarnings(facts, names_, baseline_).write();
}

inline void Comparison::add_groups(const CompareOptions& options) {
  groups_ = options.group_by.fields().empty() ? detail::given_groups(runs_) : options.group_by.groups_of(runs_);
  if (groups_.empty()) return;
  grouped_metrics_ = detail::grouped_metrics(sections_[static_cast<std::size_t>(Kind::metrics)].rows, groups_);
}

inline void Comparison::add_curves() {
  const std::vector<std::size_t> order = detail::join_by_key(
      runs_, [](const ExperimentRun& run) -> auto& { return run.history(); },
      [&](std::string_view metric) { curves_.push_back({metric, std::vector<const MetricHistory*>(runs_.size())}); },
      [&](std::size_t row, std::size_t run, const MetricHistory& history) { curves_[row].histories[run] = &history; });
  curves_ = detail::reordered(std::move(curves_), order);
}

inline void Comparison::add_artifacts() {
  const std::vector<std::size_t> order = detail::join_by_key(
      runs_, [](const ExperimentRun& run) -> auto& { return run.artifacts(); },
      [&](std::string_view id) { artifacts_.push_back({id, std::vector<const Artifact*>(runs_.size())}); },
      [&](std::size_t row, std::size_t run, const Artifact& artifact) { artifacts_[row].artifacts[run] = &artifact; });
  artifacts_ = detail::reordered(std::move(artifacts_), order);
}

inline void Comparison::mark_best(const CompareOptions& options) {
  std::vector<const ExperimentRun*> with_goals;
  for (const ExperimentRun* run : runs_)
    if (!run->goals().empty()) with_goals.push_back(run);
  for (Row& row : sections_.back().rows) {
    const std::string name(row.name);
    if (const auto given = options.goals.find(name); given != options.goals.end()) row.goal = given->second;
    for (const ExperimentRun* run : with_goals) {
      if (row.goal) break;
      if (const auto known = run->goals().find(name); known != run->goals().end()) row.goal = known->second;
    }
    if (!row.goal && options.guess_goals) {
      row.goal = detail::guessed_goal(name);
      row.goal_is_guessed = row.goal.has_value();
    }
    if (row.goal) detail::mark_best_cells(row.cells, *row.goal);
  }
}

inline void Comparison::choose_main_metrics(const CompareOptions& options) {
  const std::vector<Row>& metrics = sections_[static_cast<std::size_t>(Kind::metrics)].rows;
  for (const std::string& name : options.main_metrics)
    for (const Row& row : metrics)
      if (row.name == name) main_metrics_.push_back(&row);
  if (!options.main_metrics.empty()) return;
  for (const Row& row : metrics)
    if (row.goal && main_metrics_.size() < 6) main_metrics_.push_back(&row);
}

inline std::size_t Comparison::row_count() const noexcept {
  std::size_t count = 0;
  for (const Section& section : sections_) count += is_counted(section.kind) ? section.rows.size() : 0;
  return count;
}

inline std::size_t Comparison::differing_row_count() const noexcept {
  std::size_t count = 0;
  for (const Section& section : sections_) count += is_counted(section.kind) ? section.differing : 0;
  return count;
}

}  // namespace erm
