// The verb `find`: the runs that a filter accepts, in an order.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "erm/detail/command/newest_runs.hpp"
#include "erm/detail/command/run_list.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/find.hpp"

namespace erm::detail::command {

class FindVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("filter", filter_, "Which runs, as in \"optimizer = adam and val/loss < 0.4\"; without it: all");
    app.add_option("-o,--order-by", order_by_, "Fields between commas, each with asc or desc; the newest first without it");
    add_limit_option(app, limit_, "At most this many runs");
    app.add_flag("--uris", uris_, "Write only the URI of each run, a line each");
    scope_.declare(app);
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    FindOptions options;
    options.filter = filter_;
    options.order_by = order_by_;
    options.limit = limit_;
    options = session.find_options(std::move(options), scope_);
    const RunList::Form form = json_ ? RunList::Form::json : uris_ ? RunList::Form::uris : RunList::Form::table;
    std::size_t count = 0;
    if (order_by_.empty() && (filter_.empty() || !options.cache)) {  // with a cache, all are there as soon as the first
      NewestRuns newest(session, options);
      RunList list(session, form, "erm.find/1", columns_of(newest.ids()), true);
      list.write_newest(newest, limit_);
      count = list.end();
    } else {
      RunList list(session, form, "erm.find/1", {}, true);
      list.add_all(find_runs(session.registry(), options));
      count = list.end();
    }
    if (count == 0 && form == RunList::Form::table) session.warn("no run fits");
    return count == 0 ? ExitCode::no : ExitCode::yes;
  }

 private:
  std::string filter_, order_by_;
  std::size_t limit_ = 0;
  bool uris_ = false, json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
