// The verb `list`: experiments and variants, or the runs of one of them, the newest first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/run_table.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"

namespace erm::detail::command {

class ListVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("what", what_, "EXPERIMENT or EXPERIMENT/VARIANT: list its runs. Without it: the experiments");
    app.add_flag("-a,--all", all_, "List the runs of all experiments");
    app.add_option("-n,--limit", limit_, "At most this many runs");
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
  struct Id {
    std::string experiment, variant, run;
    std::optional<TimePoint> time;  // of a generated id
  };

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
    if (!scope.experiment.empty()) {
      session.expect_scope(scope);
      return scope;
    }
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
    const std::string& registry = session.registry();
    std::vector<VariantRow> rows;
    session.each_variant({}, [&](const std::string& experiment, const std::string& variant) {
      VariantRow row;
      row.experiment = experiment;
      row.variant = variant;
      const std::vector<std::string> ids = list_runs(registry, experiment, variant);
      row.runs = ids.size();
      read_latest(session, row, ids);
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

  /// Writes the newest runs, whose generated ids say that they are the newest, before it has read the others.
  void list_runs_of(Session& session, const Scope& scope) const {
    const std::vector<Id> ids = ids_of(session, scope);
    std::set<std::string> told;  // the URIs of the runs that have been written or left out
    std::optional<RunTable> table;
    std::optional<JsonList> list;
    if (json_) list.emplace(session.out, "erm.list.runs/1", "runs");
    const auto add = [&](const ExperimentRun& run) {
      if (list)
        list->add(json_of(run, uri_of_run(session.registry(), run)));
      else
        table->add(run);
    };
    const std::size_t limit = limit_ == 0 ? ids.size() : (std::min)(limit_, ids.size());
    const bool is_order_known = std::all_of(ids.begin(), ids.end(), [](const Id& id) { return id.time.has_value(); });
    const RunTableOptions options = table_options(ids, scope);
    if (is_order_known && (json_ || ids.size() > 2 * first_screen || limit < ids.size())) {
      const std::vector<ExperimentRun> first = newest(session, ids, (std::min)(limit, first_screen), told);
      if (!json_) table.emplace(session, first, options);
      for (const ExperimentRun& run : first) add(run);
      if (table) table->write();
      session.out.flush();
      if (first.size() >= limit) return finish(session, table, list, ids.size() - limit);
    }
    FindOptions find;
    find.limit = limit_;
    find.on_broken = [&](const std::string& uri, const Error& error) {
      if (told.count(uri) == 0) session.warn_of_left_out(uri, error);
    };
    const std::vector<ExperimentRun> runs = session.find(find, scope);
    if (!json_ && !table) table.emplace(session, runs, options);
    for (const ExperimentRun& run : runs)
      if (told.empty() || told.count(uri_of_run(session.registry(), run)) == 0) add(run);
    if (table) table->write();
    finish(session, table, list, ids.size() > runs.size() && limit_ != 0 ? ids.size() - limit : 0);
  }

  static void finish(Session& session, std::optional<RunTable>& table, std::optional<JsonList>& list, std::size_t more) {
    if (list) return list->end();
    table->write_what_is_left_out();
    if (more > 0) session.out.line("(" + std::to_string(more) + " older runs)", Style::dim);
  }

  static constexpr std::size_t first_screen = 50;

  static RunTableOptions table_options(const std::vector<Id>& ids, const Scope& scope) {
    RunTableOptions options;
    options.has_experiment = scope.experiment.empty();
    for (const Id& id : ids) {
      options.has_variant = options.has_variant || id.variant != ids.front().variant;
      options.id_width = (std::max)(options.id_width, fitted_to_terminal(id.run, std::string_view::npos).width);
    }
    return options;
  }

  /// The newest first, as far as the ids tell.
  static std::vector<Id> ids_of(Session& session, const Scope& scope) {
    std::vector<Id> ids;
    const std::string& registry = session.registry();
    session.each_variant(scope, [&](const std::string& experiment, const std::string& variant) {
      for (std::string& run : list_runs(registry, experiment, variant)) {
        const auto time = time_of_generated_id(run);
        ids.push_back({experiment, variant, std::move(run), time});
      }
    });
    std::stable_sort(ids.begin(), ids.end(), [](const Id& a, const Id& b) { return a.time > b.time; });
    return ids;
  }

  /// The first runs that can be read, in the order of `ids`. Reads no histories.
  static std::vector<ExperimentRun> newest(Session& session, const std::vector<Id>& ids, std::size_t count,
                                           std::set<std::string>& told) {
    std::vector<ExperimentRun> runs;
    const std::string& registry = session.registry();
    const Location place = open_file_system(registry);
    for (std::size_t i = 0; i < ids.size() && runs.size() < count;) {
      // Neighbours of one variant are read at once, which a store on another machine needs.
      std::vector<std::string> some;
      const Id& first = ids[i];
      for (; i < ids.size() && runs.size() + some.size() < count; ++i) {
        if (ids[i].experiment != first.experiment || ids[i].variant != first.variant) break;
        some.push_back(ids[i].run);
      }
      RunScan(place, registry, first.experiment, first.variant)
          .each_of(
              first.experiment, first.variant, some, RunFilter(), 1,
              [&](RunRecord&& record) {
                runs.push_back(RunAccess::make(std::move(record)));
                told.insert(uri_of_run(registry, runs.back()));
              },
              [&](const std::string& uri, const Error& error) {
                session.warn_of_left_out(uri, error);
                told.insert(uri);
              });
    }
    return runs;
  }

  std::string what_;
  bool all_ = false, json_ = false;
  std::size_t limit_ = 0;
};

}  // namespace erm::detail::command
