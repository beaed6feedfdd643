// The verbs `rm`, `restore` and `trash`: a run that is removed stays in the trash of its registry.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "erm/detail/base/counted.hpp"
#include "erm/detail/command/fitted_table.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/shown_run.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/trash.hpp"

namespace erm::detail::command {

class RmVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("runs", runs_, "The runs to move to the trash")->required();
    app.add_flag("-y,--yes", yes_, "Also if an argument is a filter that several runs fit");
    scope_.declare(app);
  }

  ExitCode run(Session& session) override {
    RunNames names(session, scope_);
    const auto refuse_many = [&](const std::string& name, const std::vector<RunPlace>& some) {
      if (some.size() > 1 && !yes_)
        throw UsageError(shown(name) + " means " + std::to_string(some.size()) + " runs; add --yes to remove all");
    };
    const std::vector<RunPlace> places = names.places(runs_, refuse_many);
    for (const RunPlace& place : places) {
      delete_run(place.uri);
      session.out.line(plain_text("removed " + place.path()));
    }
    return ExitCode::yes;
  }

 private:
  std::vector<std::string> runs_;
  bool yes_ = false;
  Scope scope_;
};

class RestoreVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("runs", runs_, "Runs of the trash: an id, EXPERIMENT/VARIANT/RUN, or the beginning of one")->required();
  }

  ExitCode run(Session& session) override {
    for (const std::string& name : runs_) {
      const std::vector<TrashedRun> trash = list_trash(session.registry());
      const TrashedRun* found = nullptr;
      std::vector<std::string> ids;
      for (const bool whole : {true, false}) {
        for (const TrashedRun& run : trash) {
          const std::string path = joined(joined(run.experiment_id, run.variant_id), run.run_id);
          const bool fits = whole ? path == name || run.run_id == name
                                  : path.rfind(name, 0) == 0 || run.run_id.rfind(name, 0) == 0;
          if (whole) ids.push_back(run.run_id);
          if (!fits) continue;
          const bool is_same = found != nullptr && found->run_id == run.run_id &&
                               found->experiment_id == run.experiment_id && found->variant_id == run.variant_id;
          if (found != nullptr && !is_same)
            throw UsageError("several runs of the trash are called " + shown(name) + "; give EXPERIMENT/VARIANT/RUN");
          found = &run;  // of those with one id the one that was removed last
        }
        if (found != nullptr) break;
      }
      if (found == nullptr) throw NotFoundError("the trash has no run " + shown(name) + names_instead(name, ids));
      session.out.line(plain_text("restored " + restore_run(session.registry(), *found)));
    }
    return ExitCode::yes;
  }

 private:
  std::vector<std::string> runs_;
};

class TrashVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    CLI::Option* const empty = app.add_flag("--empty", empty_, "Remove what is in the trash for ever");
    app.add_option("--older-than", days_, "Only runs that were removed at least so many days ago")
        ->needs(empty)
        ->check(CLI::Range(0, 100000));
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    if (empty_) {
      const std::size_t count = empty_trash(session.registry(), std::chrono::hours(24) * days_);
      session.out.line("removed " + counted(count, "run") + " for ever");
      return ExitCode::yes;
    }
    const std::vector<TrashedRun> trash = list_trash(session.registry());
    if (json_) {
      JsonList list(session.out, "erm.trash/1", "runs");
      for (const TrashedRun& run : trash) {
        Json json;
        json["experiment"] = run.experiment_id;
        json["variant"] = run.variant_id;
        json["run"] = run.run_id;
        json["deleted"] = time_text(run.deleted_utc);
        list.add(json);
      }
      list.end();
      return ExitCode::yes;
    }
    if (trash.empty()) {
      session.out.line("The trash is empty.");
      return ExitCode::yes;
    }
    FittedTable table(session.out);
    const std::size_t run_column = table.add_column("RUN", FittedTable::never_leaves);
    const std::size_t experiment = table.add_column("EXPERIMENT", 1), variant = table.add_column("VARIANT", 2);
    const std::size_t deleted = table.add_column("REMOVED (UTC)", 3);
    for (const TrashedRun& run : trash) {
      table.begin_row();
      table.set(run_column, run.run_id, Style::cyan);
      table.set(experiment, run.experiment_id);
      table.set(variant, run.variant_id);
      table.set(deleted, minute_text(run.deleted_utc));
    }
    table.write_rows();
    return ExitCode::yes;
  }

 private:
  bool empty_ = false, json_ = false;
  int days_ = 0;
};

}  // namespace erm::detail::command
