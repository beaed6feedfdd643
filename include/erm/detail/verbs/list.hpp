// The verb `list`: experiments and variants, or the runs of one of them, the newest first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/command/newest_runs.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_list.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"

namespace erm::detail::command {

class ListVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("what", what_, "EXPERIMENT or EXPERIMENT/VARIANT: list its runs. Without it: the experiments");
    app.add_flag("-a,--all", all_, "List the runs of all experiments");
    add_limit_option(app, limit_, "At most this many runs");
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    if (what_.empty() && !all_) {
      list_variants_of_all(session);
    } else {
      list_runs_of(session, scope_of_what(session));
    }
    return ExitCode::yes;
  }

 private:
  /// The longest experiment id that `what` begins with; the rest is a variant.
  Scope scope_of_what(Session& session) const {
    const std::string what = without_end_slash(what_);
    if (what.empty()) return {};
    const std::vector<std::string> experiments = list_experiments(session.registry());
    Scope scope;
    for (const std::string& one : experiments) {
      if (what == one) return {one, {}};
      if (what.size() > one.size() && what.compare(0, one.size(), one) == 0 && what[one.size()] == '/')
        scope = {one, what.substr(one.size() + 1)};
    }
    if (!scope.experiment.empty()) return scope;
    throw NotFoundError("there is no experiment " + shown(what) + " in the registry '" + session.registry() + "'" +
                        names_instead(what, experiments));
  }

  // ---- experiments and variants ----

  struct VariantRow {
    std::string experiment, variant;
    std::size_t runs = 0;
    std::optional<ExperimentRun> latest;
  };

  void list_variants_of_all(Session& session) const {
    std::vector<VariantRow> rows;
    session.each_variant({}, [&](const auto& experiment, const auto& variant, const auto& run_ids) {
      VariantRow row;
      row.experiment = experiment;
      row.variant = variant;
      row.runs = run_ids.size();
      read_latest(session, row, run_ids);
      rows.push_back(std::move(row));
    });
    std::stable_sort(rows.begin(), rows.end(), [](const VariantRow& a, const VariantRow& b) {
      if (!a.latest || !b.latest) return a.latest.has_value();
      return a.latest->timestamp_utc() > b.latest->timestamp_utc();
    });
    if (json_)
      write_variants_json(session, rows);
    else
      write_variants(session, rows);
  }

  static void read_latest(Session& session, VariantRow& row, const std::vector<std::string>& ids) {
    if (ids.empty()) return;
    try {
      row.latest = session.latest_run(row.experiment, row.variant, ids);
    } catch (const Error& error) {
      session.warn(error.what());
    }
  }

  static void write_variants(Session& session, const std::vector<VariantRow>& rows) {
    if (rows.empty()) {
      session.out.line("The registry '" + plain_text(session.registry()) + "' has no runs yet.");
      return;
    }
    FittedTable table(session.out);
    const std::size_t experiment = table.add_column("EXPERIMENT", FittedTable::never_leaves);
    const std::size_t variant = table.add_column("VARIANT", FittedTable::never_leaves);
    const std::size_t runs = table.add_column("RUNS", 1, FittedTable::Align::right);
    const std::size_t latest = table.add_column("LATEST RUN", 2);
    const std::size_t status = table.add_column("STATUS", 3);
    const std::size_t started = table.add_column("STARTED (UTC)", 4);
    for (const VariantRow& row : rows) {
      table.begin_row();
      table.set(experiment, row.experiment, Style::cyan);
      table.set(variant, row.variant);
      table.set(runs, std::to_string(row.runs));
      if (!row.latest) continue;
      table.set(latest, row.latest->run_id());
      table.set(status, status_text(row.latest->status()), status_style(row.latest->status()));
      table.set(started, minute_text(row.latest->timestamp_utc()));
    }
    table.write_rows();
  }

  static void write_variants_json(Session& session, const std::vector<VariantRow>& rows) {
    JsonList list(session.out, "erm.list.variants/1", "variants");
    for (const VariantRow& row : rows) {
      Json json;
      json["experiment"] = row.experiment;
      json["variant"] = row.variant;
      json["runs"] = row.runs;
      json["latest"] = nullptr;
      if (row.latest) json["latest"] = json_of(*row.latest, uri_of_run(session.registry(), *row.latest));
      list.add(json);
    }
    list.end();
  }

  // ---- runs ----

  void list_runs_of(Session& session, const Scope& scope) const {
    NewestRuns newest(session, session.find_options({}, scope));
    const std::size_t all = newest.ids().size(), limit = limit_ == 0 ? all : (std::min)(limit_, all);
    RunTableOptions columns = columns_of(newest.ids());
    columns.has_experiment = scope.experiment.empty();
    RunList list(session, json_ ? RunList::Form::json : RunList::Form::table, "erm.list.runs/1", columns, false);
    list.write_newest(newest, limit_);
    list.end();
    if (!json_ && all == 0) session.out.line("There are no runs.");
    if (!json_ && limit < all) session.out.line("(" + std::to_string(all - limit) + " older runs)", Style::dim);
  }

  std::string what_;
  bool all_ = false, json_ = false;
  std::size_t limit_ = 0;
};

}  // namespace erm::detail::command
