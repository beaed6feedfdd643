// Many runs on stdout, written as they come: a table, JSON or URIs.
//
//   RunList list(session, RunList::Form::table, "erm.find/1", columns_of(newest.ids()), true);
//   list.write_newest(newest, 10);
//   list.end();
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/command/newest_runs.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/run_table.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/experiment_run.hpp"

namespace erm::detail::command {

/// The columns that all of these runs need.
inline RunTableOptions columns_of(const std::vector<NewestRuns::Id>& ids) {
  RunTableOptions options;
  for (const NewestRuns::Id& id : ids) {
    options.has_experiment = options.has_experiment || *id.experiment != *ids.front().experiment;
    options.has_variant = options.has_variant || id.variant != ids.front().variant;
    options.id_width = (std::max)(options.id_width, fitted_to_terminal(id.run, std::string_view::npos).width);
  }
  return options;
}

class RunList {
 public:
  enum class Form { table, json, uris };

  /// `columns` are those of the table; if `narrows`, without those of experiments and variants if all runs are there
  /// before the table begins and have the same.
  RunList(Session& session, Form form, const char* schema, const RunTableOptions& columns, bool narrows)
      : session_(session), form_(form), columns_(columns), narrows_(narrows) {
    if (form == Form::json) json_.emplace(session.out, schema, "runs");
  }

  /// Writes the first runs before it has read the others. A limit of 0: all.
  void write_newest(NewestRuns& newest, std::size_t limit) {
    std::vector<ExperimentRun> first;  // the columns of a table come from them
    while (newest.more() && (limit == 0 || count_ + first.size() < limit)) {
      std::vector<ExperimentRun> runs = newest.next();
      const std::size_t left = limit - (std::min)(limit, count_ + first.size());
      if (limit != 0 && runs.size() > left) runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(left), runs.end());
      if (table_ || form_ != Form::table) {
        add_further(runs);
        session_.out.flush();
        continue;
      }
      std::move(runs.begin(), runs.end(), std::back_inserter(first));
      if (first.size() < first_screen || !newest.more()) continue;
      begin_table(first, columns_);
      first.clear();
    }
    add_all(first);
  }

  /// Runs that are all there.
  void add_all(const std::vector<ExperimentRun>& runs) {
    if (runs.empty()) return;
    if (form_ == Form::table && !table_)
      begin_table(runs, narrows_ ? columns_of_runs(runs) : columns_);
    else
      add_further(runs);
  }

  /// Returns how many runs have been written.
  std::size_t end() {
    if (json_) json_->end();
    if (table_) table_->write_what_is_left_out();
    return count_;
  }

 private:
  static constexpr std::size_t first_screen = 50;

  void begin_table(const std::vector<ExperimentRun>& runs, const RunTableOptions& columns) {
    table_.emplace(session_, runs, columns);
    table_->write_first(runs);
    count_ += runs.size();
    session_.out.flush();
  }

  void add_further(const std::vector<ExperimentRun>& runs) {
    count_ += runs.size();
    if (form_ == Form::table) return table_->write_further(runs);
    for (const ExperimentRun& run : runs) {
      const std::string uri = uri_of_run(session_.registry(), run);
      if (json_)
        json_->add(json_of(run, uri));
      else
        session_.out.line(uri);
    }
  }

  Session& session_;
  Form form_;
  RunTableOptions columns_;
  bool narrows_;
  std::optional<JsonList> json_;
  std::optional<RunTable> table_;
  std::size_t count_ = 0;
};

}  // namespace erm::detail::command
