// The verb `best`: the runs with the best values of a metric.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "erm/detail/base/standing.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/run_table.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/goal.hpp"

namespace erm::detail::command {

/// The values of --goal.
inline const std::map<std::string, Goal>& goal_names() {
  static const std::map<std::string, Goal> names = {{"min", Goal::minimize}, {"max", Goal::maximize}};
  return names;
}

class BestVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("metric", metric_, "The metric")->required();
    app.add_option("filter", filter_, "Only runs that this filter accepts");
    add_choice(app, "-g,--goal", goal_, goal_names(), "min or max; without it, by the goal that the runs have");
    add_limit_option(app, limit_, "How many runs: the best, the second best, ...");
    app.add_flag("--uri", uri_, "Write only the URI of each run");
    scope_.declare(app);
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    const RankedRuns ranked = RunNames(session, scope_).ranked(metric_, goal_, limit_, filter_);
    if (json_) {
      Json json = json_document("erm.best/1");
      json["metric"] = metric_;
      json["goal"] = ranked.goal == Goal::minimize ? "minimize" : "maximize";
      json["of"] = ranked.of;
      json["not_ranked"] = Json::object();
      for (const auto& [name, why] : {std::pair{"diverged", Standing::diverged}, {"failed", Standing::failed},
                                      {"killed", Standing::killed}, {"no_number", Standing::missing}})
        json["not_ranked"][name] = ranked.standings_of[static_cast<std::size_t>(why)];
      json["runs"] = Json::array();
      for (const ExperimentRun& run : ranked.runs) json["runs"].push_back(json_of(run, uri_of_run(session.registry(), run)));
      write_json(session.out, json);
    } else if (uri_) {
      for (const ExperimentRun& run : ranked.runs) session.out.line(uri_of_run(session.registry(), run));
    } else if (!ranked.runs.empty()) {
      write_run_table(session, ranked.runs, metric_);
      const std::string others = not_ranked_text(ranked.standings_of);
      if (!others.empty()) session.out.line("(not ranked: " + others + ")", Style::dim);
    }
    if (ranked.runs.empty() && !json_ && !uri_) session.warn("no run fits");
    return ranked.runs.empty() ? ExitCode::no : ExitCode::yes;
  }

 private:
  std::string metric_, filter_;
  std::optional<Goal> goal_;
  std::size_t limit_ = 1;
  bool uri_ = false, json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
