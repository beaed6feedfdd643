// Builds the data of a comparison: one section after the other, then what is compared across them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison_data.hpp"
#include "erm/detail/compare/curve_axis.hpp"
#include "erm/detail/compare/display_names.hpp"
#include "erm/detail/compare/extremes.hpp"
#include "erm/detail/compare/groups.hpp"
#include "erm/detail/compare/provenance_rows.hpp"
#include "erm/detail/compare/provenance_warnings.hpp"
#include "erm/detail/compare/ranking.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"
#include "erm/json.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// What a Comparison owns. Its string views refer to `texts` or to the runs.
struct ComparisonData {
  std::vector<const ExperimentRun*> runs;
  std::vector<std::string> names;
  std::size_t baseline = 0;
  TextArena texts;
  std::vector<ComparisonSection> sections;
  std::vector<ComparisonCurve> curves;
  std::vector<ComparisonExtreme> extremes;
  std::vector<ComparisonArtifacts> artifacts;
  std::vector<ComparisonSeries> series;
  std::vector<ComparisonHistograms> histograms;
  std::vector<ComparisonTables> tables;
  std::vector<const ComparisonRow*> main_metrics;
  ComparisonRanking ranking;
  std::vector<GroupOfRuns> groups;
  std::vector<GroupedMetric> grouped_metrics;
  std::vector<ComparisonWarning> warnings;
  std::vector<std::string_view> diffs;
};

inline std::vector<const ExperimentRun*> addresses_of(const std::vector<ExperimentRun>& runs) {
  std::vector<const ExperimentRun*> addresses;
  addresses.reserve(runs.size());
  for (const ExperimentRun& run : runs) addresses.push_back(&run);
  return addresses;
}

/// Whether the rows of that kind count in Comparison::row_count.
inline bool is_counted(ComparisonSection::Kind kind) {
  using Kind = ComparisonSection::Kind;
  return kind != Kind::runs && kind != Kind::notes && kind != Kind::provenance;
}

class ComparisonBuilder {
 public:
  /// Throws Error where options.baseline is not the index of a run.
  ComparisonBuilder(std::vector<const ExperimentRun*> runs, const CompareOptions& options)
      : data_(std::make_unique<ComparisonData>()), options_(options) {
    if (options.baseline != 0 && options.baseline >= runs.size()) {
      throw Error("CompareOptions::baseline is " + std::to_string(options.baseline) + ", and there are " +
                  std::to_string(runs.size()) + " runs; the first is 0");
    }
    data_->names = short_run_names(runs);
    data_->runs = std::move(runs);
    data_->baseline = options.baseline;
  }

  /// Once.
  std::unique_ptr<const ComparisonData> build() {
    add_runs();
    add_tags();
    add_notes();
    add_values(Kind::params, "Params", &ExperimentRun::params);
    add_values(Kind::metrics, "Metrics", &ExperimentRun::metrics);
    set_goals();
    add_features();
    add_dicts();
    add_provenance();
    compare_cells();
    choose_main_metrics();
    add_groups();
    add_curves();
    data_->extremes = extremes_of(metrics(), data_->curves, data_->baseline, data_->texts);
    rank_runs();
    mark_best();
    add_artifacts();
    add_series();
    return std::move(data_);
  }

 private:
  static constexpr std::size_t most_main_metrics = 6;
  using Kind = ComparisonSection::Kind;
  using Values = const std::map<std::string, Value>& (ExperimentRun::*)() const;

  /// The reference is valid until the next section is added.
  ComparisonSection& add_section(Kind kind, std::string_view name) {
    data_->sections.emplace_back();
    data_->sections.back().kind = kind;
    data_->sections.back().name = name;
    return data_->sections.back();
  }
  [[nodiscard]] ComparisonRow row_named(std::string_view name) const {
    ComparisonRow row;
    row.name = name;
    row.cells.resize(data_->runs.size());
    return row;
  }
  std::vector<ComparisonRow>& params() { return data_->sections[static_cast<std::size_t>(Kind::params)].rows; }
  std::vector<ComparisonRow>& metrics() { return data_->sections[static_cast<std::size_t>(Kind::metrics)].rows; }

  /// `text_of(run)` gives the text of a run, empty where it has none; a row without any text is left out.
  template <class TextOf>
  void add_run_row(ComparisonSection& section, std::string_view name, const TextOf& text_of) {
    ComparisonRow row = row_named(name);
    bool any = false;
    for (std::size_t run = 0; run < data_->runs.size(); ++run) {
      const std::string text = text_of(*data_->runs[run]);
      if (text.empty()) continue;
      any = true;
      row.cells[run].kind = ComparisonCell::Kind::text;
      row.cells[run].text = data_->texts.keep(text);
    }
    if (any) section.rows.push_back(std::move(row));
  }
  template <class TimeOf>
  void add_time_row(ComparisonSection& section, std::string_view name, const TimeOf& time_of) {
    const std::size_t rows = section.rows.size();
    add_run_row(section, name, [&](const ExperimentRun& run) {
      const std::optional<TimePoint> time = time_of(run);
      return time ? readable_time(*time) : std::string();
    });
    if (section.rows.size() > rows) section.rows.back().is_time = true;
  }
  void add_runs() {
    ComparisonSection& section = add_section(Kind::runs, "Runs");
    add_run_row(section, "experiment", [](const ExperimentRun& run) { return run.experiment_id(); });
    add_run_row(section, "variant", [](const ExperimentRun& run) { return run.variant_id(); });
    add_run_row(section, "run", [](const ExperimentRun& run) { return run.run_id(); });
    add_time_row(section, "time (UTC)", [](const ExperimentRun& run) { return run.timestamp_utc(); });
    add_time_row(section, "ended (UTC)", [](const ExperimentRun& run) { return run.finished_utc(); });
    add_run_row(section, "status", [](const ExperimentRun& run) { return std::string(to_text(run.status())); });
    add_run_row(section, "failure", [](const ExperimentRun& run) { return run.failure(); });
    add_run_row(section, "group", [](const ExperimentRun& run) { return run.group(); });
  }

  /// A tag without a value is shown as "yes", as a feature is.
  void add_tags() {
    std::map<std::string_view, std::size_t> row_of;
    for (const ExperimentRun* run : data_->runs)
      for (const auto& [tag, value] : run->tags()) row_of.emplace(tag, 0);
    ComparisonSection& section = add_section(Kind::tags, "Tags");
    for (auto& [tag, index] : row_of) {
      index = section.rows.size();
      section.rows.push_back(row_named(tag));
    }
    for (std::size_t run = 0; run < data_->runs.size(); ++run) {
      for (const auto& [tag, value] : data_->runs[run]->tags()) {
        ComparisonCell& cell = section.rows[row_of[tag]].cells[run];
        if (value.empty())
          fill_yes(cell);
        else
          fill_text(cell, value, data_->texts);
      }
    }
  }

  void add_notes() {
    ComparisonSection& section = add_section(Kind::notes, "Notes");
    ComparisonRow row = row_named("note");
    bool any = false;
    for (std::size_t run = 0; run < data_->runs.size(); ++run) {
      const std::string& note = data_->runs[run]->note();
      if (note.empty()) continue;
      any = true;
      row.cells[run].kind = ComparisonCell::Kind::text;
      row.cells[run].text = note;
    }
    if (any) section.rows.push_back(std::move(row));
  }

  void add_values(Kind kind, std::string_view name, Values values_of) {
    std::vector<ComparisonRow> rows;
    const std::vector<std::size_t> order = join_by_key(
        data_->runs, [&](const ExperimentRun& run) -> auto& { return (run.*values_of)(); },
        [&](std::string_view key) { rows.push_back(row_named(key)); },
        [&](std::size_t row, std::size_t run, const Value& value) {
          fill_cell(rows[row].cells[run], value, data_->texts);
        });
    add_section(kind, name).rows = reordered(std::move(rows), order);
  }

  /// A goal comes from the options, else from the first run that has one, else from the metric's name.
  void set_goals() {
    std::vector<const ExperimentRun*> with_goals;
    for (const ExperimentRun* run : data_->runs)
      if (!run->goals().empty()) with_goals.push_back(run);
    for (ComparisonRow& row : metrics()) {
      const std::string name(row.name);
      if (const auto given = options_.goals.find(name); given != options_.goals.end()) row.goal = given->second;
      for (const ExperimentRun* run : with_goals) {
        if (row.goal) break;
        if (const auto known = run->goals().find(name); known != run->goals().end()) row.goal = known->second;
      }
      if (!row.goal && options_.guess_goals) {
        row.goal = guessed_goal(name);
        row.goal_is_guessed = row.goal.has_value();
      }
    }
  }

  void add_features() {
    ComparisonSection& section = add_section(Kind::features, "Features");
    add_feature_rows(section.rows, data_->runs, data_->baseline, data_->texts);
  }

  void add_dicts() {
    std::vector<std::vector<const Json*>> dicts;
    std::vector<std::string_view> names;
    const std::vector<std::size_t> order = join_by_key(
        data_->runs, [](const ExperimentRun& run) -> auto& { return run.dicts(); },
        [&](std::string_view name) {
          names.push_back(name);
          dicts.emplace_back(data_->runs.size(), nullptr);
        },
        [&](std::size_t dict, std::size_t run, const Json& object) { dicts[dict][run] = &object; });
    for (const std::size_t index : order)
      add_dict_rows(add_section(Kind::dict, names[index]).rows, dicts[index], data_->texts);
  }

  void add_provenance() {
    ComparisonSection& section = add_section(Kind::provenance, "Provenance");
    std::vector<ProvenanceFacts> facts;
    bool any = false;
    for (const ExperimentRun* run : data_->runs) {
      facts.push_back(provenance_facts(run->provenance()));
      data_->diffs.push_back(facts.back().diff);
      any = any || facts.back().is_recorded;
    }
    if (!any) return;
    ProvenanceRows rows(data_->runs.size(), data_->texts);
    for (std::size_t run = 0; run < data_->runs.size(); ++run)
      if (facts[run].is_recorded) rows.add(run, data_->runs[run]->provenance());
    section.rows = rows.rows(data_->baseline);
    data_->warnings = ProvenanceWarnings(facts, data_->names, data_->baseline).write();
  }

  void compare_cells() {
    DigitsFinder finder;
    for (ComparisonSection& section : data_->sections) {
      if (section.kind == Kind::runs) continue;
      for (ComparisonRow& row : section.rows) {
        finish_row(row, data_->baseline);
        if (row.differs) find_digits(row, finder);
        section.differing += row.differs ? 1 : 0;
      }
    }
  }

  /// The first main metric with a goal ranks the runs.
  void choose_main_metrics() {
    std::vector<const ComparisonRow*>& main = data_->main_metrics;
    const std::vector<const ComparisonRow*> ranked = metrics_by_rank(metrics());
    for (const std::string& name : options_.main_metrics)
      for (const ComparisonRow& row : metrics())
        if (row.name == name) main.push_back(&row);
    for (const ComparisonRow* row : main)
      if (data_->ranking.metric == nullptr && std::find(ranked.begin(), ranked.end(), row) != ranked.end())
        data_->ranking.metric = row;
    if (data_->ranking.metric == nullptr && !ranked.empty()) data_->ranking.metric = ranked[0];
    if (!options_.main_metrics.empty()) return;
    main.assign(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>((std::min)(ranked.size(), most_main_metrics)));
  }

  void rank_runs() {
    rank_by_metric(data_->ranking, data_->runs, data_->extremes);
    order_params(data_->ranking, data_->sections[static_cast<std::size_t>(Kind::params)].rows);
  }

  /// A run that failed, was killed or diverged is not best in anything.
  void mark_best() {
    using Apart = ComparisonRanking::Apart;
    const auto may_be_best = [&](std::size_t run) {
      const Apart apart = data_->ranking.apart[run];
      return apart == Apart::no || apart == Apart::missing;
    };
    for (ComparisonRow& row : metrics())
      if (row.goal) mark_best_cells(row.cells, *row.goal, may_be_best);
    for (ComparisonExtreme& extreme : data_->extremes)
      mark_best_cells(extreme.row.cells, *extreme.row.goal, may_be_best);
  }

  void add_groups() {
    const bool is_given = options_.group_by.fields().empty();
    data_->groups = is_given ? given_groups(data_->runs) : options_.group_by.groups_of(data_->runs);
    if (!data_->groups.empty()) data_->grouped_metrics = grouped_metrics(metrics(), seed_row(params()), data_->groups);
  }

  /// The history of a run, which is read now. If it cannot be read, the run has no curves, and the others keep theirs.
  const std::map<std::string, MetricHistory>& history_or_warning(const ExperimentRun& run, std::size_t index) {
    static const std::map<std::string, MetricHistory> none;
    try {
      return run.history();
    } catch (const Error& error) {
      data_->warnings.push_back({ComparisonWarning::Kind::unreadable_history,
                                 "The curves of " + data_->names[index] + " are missing: " + error.what() + "."});
      return none;
    }
  }

  void add_curves() {
    std::vector<const std::map<std::string, MetricHistory>*> histories;
    for (std::size_t i = 0; i < data_->runs.size(); ++i) histories.push_back(&history_or_warning(*data_->runs[i], i));
    std::size_t next = 0;
    std::vector<ComparisonCurve>& curves = data_->curves;
    const std::size_t runs = data_->runs.size();
    const std::vector<std::size_t> order = join_by_key(
        data_->runs, [&](const ExperimentRun&) -> auto& { return *histories[next++]; },
        [&](std::string_view metric) {
          curves.push_back({metric, std::vector<const MetricHistory*>(runs), {}, {}, {}, {}});
        },
        [&](std::size_t row, std::size_t run, const MetricHistory& history) { curves[row].histories[run] = &history; });
    curves = reordered(std::move(curves), order);
    for (ComparisonCurve& curve : curves) {
      set_axis(curve, data_->runs);
      add_least_and_greatest(curve);
    }
  }

  void add_artifacts() {
    std::vector<ComparisonArtifacts>& artifacts = data_->artifacts;
    const std::size_t runs = data_->runs.size();
    const std::vector<std::size_t> order = join_by_key(
        data_->runs, [](const ExperimentRun& run) -> auto& { return run.artifacts(); },
        [&](std::string_view id) {
          artifacts.push_back({id, std::vector<const Artifact*>(runs)});
        },
        [&](std::size_t row, std::size_t run, const Artifact& artifact) { artifacts[row].artifacts[run] = &artifact; });
    artifacts = reordered(std::move(artifacts), order);
  }

  void warn_of_series(const std::string& what, const Error& error) {
    data_->warnings.push_back({ComparisonWarning::Kind::unreadable_series, what + ": " + error.what() + "."});
  }

  /// For each name what each run has under it, with null for a run that has nothing.
  template <class Item>
  using ByName = std::map<std::string, std::vector<const Item*>>;
  template <class Item>
  std::vector<const Item*>& items_named(ByName<Item>& all, const std::string& name) const {
    std::vector<const Item*>& items = all[name];
    items.resize(data_->runs.size());
    return items;
  }
  template <class Row, class Item>
  void add_rows(std::vector<Row>& rows, ByName<Item>&& all) {
    for (auto& [name, items] : all) rows.push_back({data_->texts.keep(name), std::move(items)});
  }

  /// The series, histograms and tables, which are read now. What cannot be read is left out.
  void add_series() {
    ByName<ArtifactSeries> series;
    ByName<Histogram> histograms;
    ByName<Table> tables;
    for (std::size_t i = 0; i < data_->runs.size(); ++i) {
      const ExperimentRun& run = *data_->runs[i];
      try {
        for (const std::string& id : run.series_names()) items_named(series, id)[i] = &run.series(id);
      } catch (const Error& error) {
        warn_of_series("The series, histograms and tables of " + data_->names[i] + " are missing", error);
        continue;
      }
      for (const std::string& name : run.histogram_names()) {
        try {
          items_named(histograms, name)[i] = &run.histogram(name);
        } catch (const Error& error) {
          warn_of_series("The histogram \"" + name + "\" of " + data_->names[i] + " is missing", error);
        }
      }
      for (const std::string& name : run.table_names()) {
        try {
          items_named(tables, name)[i] = &run.table(name);
        } catch (const Error& error) {
          warn_of_series("The table \"" + name + "\" of " + data_->names[i] + " is missing", error);
        }
      }
    }
    add_rows(data_->series, std::move(series));
    add_rows(data_->histograms, std::move(histograms));
    add_rows(data_->tables, std::move(tables));
  }

  std::unique_ptr<ComparisonData> data_;
  const CompareOptions& options_;
};

}  // namespace erm::detail
