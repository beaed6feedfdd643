// The verb `find`: the runs that a filter accepts, in an order.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/run_table.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/find.hpp"

namespace erm::detail::command {

class FindVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("filter", filter_, "Which runs, as in \"optimizer = adam and val/loss < 0.4\"; without it: all");
    app.add_option("-o,--order-by", order_by_, "Fields between commas, each with asc or desc; the newest first without it");
    app.add_option("-n,--limit", limit_, "At most this many runs");
    app.add_flag("--uris", uris_, "Write only the URI of each run, a line each");
    scope_.declare(app);
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    FindOptions options;
    options.filter = filter_;
    options.order_by = order_by_;
    options.limit = limit_;
    const std::vector<ExperimentRun> runs = session.find(options, scope_);
    if (json_) {
      JsonList list(session.out, "erm.find/1", "runs");
      for (const ExperimentRun& run : runs) list.add(json_of(run, uri_of_run(session.registry(), run)));
      list.end();
    } else if (uris_) {
      for (const ExperimentRun& run : runs) session.out.line(uri_of_run(session.registry(), run));
    } else if (!runs.empty()) {
      write_run_table(session, runs);
    } else {
      session.warn("no run fits");
    }
    return runs.empty() ? ExitCode::no : ExitCode::yes;
  }

 private:
  std::string filter_, order_by_;
  std::size_t limit_ = 0;
  bool uris_ = false, json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
