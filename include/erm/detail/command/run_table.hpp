// Runs as rows of a table: ids, status, times, then the metrics with goals first, and the params that differ.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/system_metric.hpp"
#include "erm/detail/command/fitted_table.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/command/shown_run.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/experiment_run.hpp"
#include "erm/value.hpp"

namespace erm::detail::command {

struct RunTableOptions {
  bool has_experiment = false, has_variant = false;
  /// The widest run id, if it is known before the runs are.
  std::size_t id_width = 0;
  /// A metric that comes first.
  std::string first_metric = {};
};

class RunTable {
 public:
  /// The columns come from these runs; further rows keep them.
  RunTable(Session& session, const std::vector<ExperimentRun>& first_runs, const RunTableOptions& options)
      : session_(session), table_(session.out) {
    id_ = table_.add_column("RUN", FittedTable::never_leaves);
    table_.reserve(id_, options.id_width);
    if (options.has_experiment) experiment_ = add_column("EXPERIMENT", 1);
    if (options.has_variant) variant_ = add_column("VARIANT", 2);
    status_ = table_.add_column("STATUS", 3);
    started_ = table_.add_column("STARTED (UTC)", 20);
    duration_ = table_.add_column("TIME", 21, FittedTable::Align::right);
    add_metrics(first_runs, options.first_metric);
    add_params(first_runs);
  }

  void write_first(const std::vector<ExperimentRun>& runs) {
    for (const ExperimentRun& run : runs) fill(table_.begin_row(), run);
    table_.write_rows();
  }
  void write_further(const std::vector<ExperimentRun>& runs) {
    table_.write_many(runs.size(), [&](FittedTable::Row& row, std::size_t i) { fill(row, runs[i]); });
  }

  /// Says what did not fit.
  void write_what_is_left_out() {
    const std::size_t count = table_.left_out().size() + columns_left_out_;
    if (count == 0) return;
    session_.out.line("(" + std::to_string(count) + (count == 1 ? " column more" : " columns more") +
                          ": a wider terminal, or --json, shows " + (count == 1 ? "it)" : "them)"),
                      Style::dim);
  }

 private:
  static constexpr std::size_t most_columns = 60;
  using Columns = std::vector<std::pair<std::string, std::size_t>>;

  void fill(FittedTable::Row& row, const ExperimentRun& run) const {
    row.set(id_, run.run_id(), Style::cyan);
    if (experiment_) row.set(*experiment_, run.experiment_id());
    if (variant_) row.set(*variant_, run.variant_id());
    row.set(status_, status_text(run.status()), status_style(run.status()));
    row.set(started_, minute_text(run.timestamp_utc()));
    row.set(duration_, duration_text(run));
    set_values(row, metrics_, run.metrics());
    set_values(row, params_, run.params());
  }
  /// What is not shown is not made into text either.
  void set_values(FittedTable::Row& row, const Columns& columns, const std::map<std::string, Value>& values) const {
    for (const auto& [name, column] : columns) {
      if (!table_.shows(column)) continue;
      if (const auto found = values.find(name); found != values.end()) row.set(column, value_text(found->second));
    }
  }

  std::size_t add_column(const char* title, int rank) { return table_.add_column(title, rank); }

  void add_metrics(const std::vector<ExperimentRun>& runs, const std::string& first) {
    std::set<std::string> with_goal, others;
    for (const ExperimentRun& run : runs) {
      add_names(others, run.metrics());
      for (const auto& [name, goal] : run.goals())
        if (with_goal.count(name) == 0 && run.metrics().count(name) != 0) with_goal.insert(name);
    }
    std::vector<std::string> names;
    if (!first.empty()) names.push_back(first);
    for (const std::set<std::string>* const some : {&with_goal, &others})
      for (const std::string& name : *some)
        if (name != first && (some == &with_goal || with_goal.count(name) == 0) && !is_system_metric(name))
          names.push_back(name);
    int rank = 5;
    for (const std::string& name : names) add_value_column(metrics_, name, name == first ? 4 : (rank += 2), true);
  }

  /// Those that tell the runs apart: the others are the same in every row.
  void add_params(const std::vector<ExperimentRun>& runs) {
    struct Param {
      Value first;
      std::size_t count = 0;
      bool differs = false, has_text = false;
    };
    std::map<std::string, Param> params;
    for (const ExperimentRun& run : runs) {
      for (const auto& [name, value] : run.params()) {
        Param& param = params[name];
        if (param.count == 0) param.first = value;
        param.differs = param.differs || (value != param.first && value.str() != param.first.str());
        param.has_text = param.has_text || value.is_text();
        ++param.count;
      }
    }
    int rank = 7;
    for (const auto& [name, param] : params)
      if (param.differs || param.count < runs.size())
        add_value_column(params_, name, rank += 2, !param.has_text);
  }

  /// Most runs have the names of the runs before, and both are sorted: no name is searched for.
  static void add_names(std::set<std::string>& names, const std::map<std::string, Value>& values) {
    auto at = names.begin();
    for (const auto& [name, value] : values) {
      while (at != names.end() && *at < name) ++at;
      if (at == names.end() || *at != name) at = names.insert(at, name);
    }
  }

  void add_value_column(Columns& columns, const std::string& name, int rank, bool is_number) {
    if (metrics_.size() + params_.size() >= most_columns) {
      ++columns_left_out_;
      return;
    }
    const std::size_t column =
        table_.add_column(name, rank, is_number ? FittedTable::Align::right : FittedTable::Align::left);
    columns.emplace_back(name, column);
  }

  Session& session_;
  FittedTable table_;
  std::size_t id_ = 0, status_ = 0, started_ = 0, duration_ = 0, columns_left_out_ = 0;
  std::optional<std::size_t> experiment_, variant_;
  Columns metrics_, params_;
};

/// The columns that runs need that are all there.
inline RunTableOptions columns_of_runs(const std::vector<ExperimentRun>& runs) {
  RunTableOptions options;
  for (const ExperimentRun& run : runs) {
    options.has_experiment = options.has_experiment || run.experiment_id() != runs.front().experiment_id();
    options.has_variant = options.has_variant || run.variant_id() != runs.front().variant_id();
  }
  return options;
}

inline void write_run_table(Session& session, const std::vector<ExperimentRun>& runs, const std::string& first_metric) {
  RunTableOptions options = columns_of_runs(runs);
  options.first_metric = first_metric;
  RunTable table(session, runs, options);
  table.write_first(runs);
  table.write_what_is_left_out();
}

}  // namespace erm::detail::command
