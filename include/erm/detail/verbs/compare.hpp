// The verbs `compare` and `diff`: runs side by side, as a page or in the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "erm/compare.hpp"
#include "erm/compare_text.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/os/program.hpp"

namespace erm::detail::command {

inline TextTableOptions text_style(const Session& session, bool only_differing) {
  TextTableOptions style;
  style.color = session.out.colored() ? TextColor::always : TextColor::never;
  style.only_differing = only_differing;
  if (session.out.has_width()) style.max_cell_width = (std::max<std::size_t>)(12, session.out.width() / 3);
  return style;
}

class CompareVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("runs", runs_, "The runs; a filter stands for all that fit")->required();
    CLI::Option* const output =
        add_output_option(app, "-o,--output", output_,
                          "Write a page (HTML) to this file, or with - to the standard output; without it, a table");
    app.add_flag("--open", open_, "Show the page in the browser")->needs(output);
    app.add_option("--title", options_.title, "The title of the page");
    app.add_option("--group-by", fields_, "Fields that group the runs, as variant or params.optimizer")->delimiter(',');
    scope_.declare(app);
  }

  ExitCode run(Session& session) override {
    if (output_ == "-" && open_) throw UsageError("--open shows a file; give its name to --output");
    const std::vector<ExperimentRun> runs = RunNames(session, scope_).runs(runs_);
    options_.group_by = GroupBy(fields_);
    if (output_.empty()) {
      session.out.write(compare_runs_text(runs, options_, text_style(session, false)));
      return ExitCode::yes;
    }
    if (output_ == "-") {
      session.out.write(compare_runs(runs, options_));
      return ExitCode::yes;
    }
    write_comparison(output_, runs, options_);
    session.out.line(plain_text(output_ + ": " + counted(runs.size(), "run")));
    if (!open_) return ExitCode::yes;
    session.out.flush();
    // The page is there: that nothing shows it is no failure.
    if (const std::string why = os::show_file(output_); !why.empty())
      session.warn("cannot show '" + output_ + "': " + why + "; open it in a browser");
    return ExitCode::yes;
  }

 private:
  std::vector<std::string> runs_, fields_;
  std::string output_;
  bool open_ = false;
  CompareOptions options_;
  Scope scope_;
};

class DiffVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("a", a_, "A run")->required();
    app.add_option("b", b_, "Another run")->required();
    app.add_flag("--exit-code", exit_code_, "Exit with 1 if the runs differ");
    scope_.declare(app);
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    RunNames names(session, scope_);
    const RunPlace a = names.one_place(a_), b = names.one_place(b_);
    const std::vector<ExperimentRun> runs = {names.load(a), names.load(b)};
    const Comparison comparison(runs);
    bool differ = false;
    Json json = json_document("erm.diff/1");
    json["a"] = a.uri;
    json["b"] = b.uri;
    json["differences"] = Json::array();
    for (const Comparison::Section& section : comparison.sections()) {
      for (const Comparison::Row& row : section.rows) {
        if (!row.differs || section.kind == Comparison::Kind::runs) continue;
        differ = true;
        Json one;
        one["section"] = std::string(section.name);
        one["name"] = std::string(row.name);
        one["a"] = json_of(row.cells[0]);
        one["b"] = json_of(row.cells[1]);
        json["differences"].push_back(std::move(one));
      }
    }
    if (json_)
      write_json(session.out, json);
    else if (differ)
      session.out.write(compare_runs_text(runs, {}, text_style(session, true)));
    else
      session.out.line("The runs do not differ.");
    return differ && exit_code_ ? ExitCode::no : ExitCode::yes;
  }

 private:
  static Json json_of(const ComparisonCell& cell) {
    switch (cell.kind) {
      case ComparisonCell::Kind::missing:
      case ComparisonCell::Kind::null:
        return nullptr;
      case ComparisonCell::Kind::boolean:
        return cell.text == "true";
      case ComparisonCell::Kind::number:
        return command::json_of(cell.number);
      case ComparisonCell::Kind::text:
        break;
    }
    return std::string(cell.text);
  }

  std::string a_, b_;
  bool exit_code_ = false, json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
