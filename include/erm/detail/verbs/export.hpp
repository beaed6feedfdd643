// The verb `export`: runs or histories as CSV, JSON Lines, Markdown or LaTeX.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/export/columns.hpp"
#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/run_groups.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/verbs/best.hpp"
#include "erm/error.hpp"
#include "erm/export.hpp"
#include "erm/file_path.hpp"
#include "erm/find.hpp"

namespace erm::detail::command {

inline const std::map<std::string, ExportFormat>& export_format_names() {
  static const std::map<std::string, ExportFormat> names = {{"csv", ExportFormat::csv},
                                                            {"jsonl", ExportFormat::json_lines},
                                                            {"json-lines", ExportFormat::json_lines},
                                                            {"md", ExportFormat::markdown},
                                                            {"markdown", ExportFormat::markdown},
                                                            {"tex", ExportFormat::latex},
                                                            {"latex", ExportFormat::latex}};
  return names;
}

class ExportVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("runs", runs_, "The runs, or a filter as in find; without it: all");
    format_option_ = add_choice(app, "-f,--format", format_, export_format_names(),
                                "csv, jsonl, md or tex; without it, by the name of the file, or csv");
    app.add_option("-c,--columns", columns_, "Fields between commas, as in \"run,params.lr=learning rate,metrics.loss.min\"");
    app.add_option("-b,--group-by", group_by_, "Fields between commas: a row for each group, with mean and deviation");
    app.add_option("-g,--goal", goals_, "METRIC=min or METRIC=max, to mark the best in tables; may be repeated");
    add_output_option(app, "-o,--output", output_, "A file instead of the terminal, replaced when all of it is written");
    add_output_option(app, "-u,--update", update_,
                      "The same, but reads only runs that are new or have changed since the last time");
    app.add_flag("--history", history_, "The points of the metrics instead of the runs; --columns are then metrics");
    app.add_flag("--wide", wide_, "With --history: a row for each step, and a column for each metric");
    app.add_option("--digits", digits_, "Significant digits in Markdown and LaTeX");
    app.add_option("--caption", options_.caption, "Of a LaTeX table");
    app.add_option("--label", options_.label, "Of a LaTeX table");
    app.add_flag("--spreadsheet", options_.for_spreadsheet, "CSV in which no text is a formula");
    app.add_option("--order-by", options_of_find_.order_by, "Fields between commas, each with asc or desc");
    add_limit_option(app, options_of_find_.limit, "At most this many runs");
    scope_.declare(app);
  }

  ExitCode run(Session& session) override {
    read_runs(session);
    if (update_ == "-") throw UsageError("--update: what was written before is read from a file; give its name");
    if (!output_.empty() && !update_.empty()) throw UsageError("give --output or --update, not both");
    if (wide_ && !history_) throw UsageError("--wide is for --history");
    if (history_ && !update_.empty()) throw UsageError("--update is for runs, not for --history");
    options_.format = format();
    if (output_ == "-") output_.clear();  // the standard output
    options_.digits = digits_;
    for (const std::string& field : parts_of(group_by_)) fields_.push_back(field);
    options_.group_by = GroupBy(fields_);
    read_goals();
    if (!update_.empty() && (options_.format == ExportFormat::markdown || options_.format == ExportFormat::latex))
      throw UsageError("--update is for CSV and JSON Lines; use --output");
    if (!update_.empty() && (!options_of_find_.order_by.empty() || options_of_find_.limit != 0))
      throw UsageError("--update writes all runs, the oldest first; leave out --order-by and --limit");
    return history_ ? export_histories(session) : update_.empty() ? export_all(session) : update(session);
  }

 private:
  /// One argument may be a filter, for which there is an order, a limit and an update.
  void read_runs(Session& session) {
    RunNames names(session, scope_);
    const bool is_word = runs_.size() == 1 && runs_[0].find_first_of(" =<>!.(") == std::string::npos;
    if (runs_.empty() || (runs_.size() == 1 && !is_word && !names.is_name(runs_[0]))) {
      if (!runs_.empty()) options_of_find_.filter = runs_[0];
      return;
    }
    if (!update_.empty()) throw UsageError("--update is for all runs that a filter accepts, not for named ones");
    if (!options_of_find_.order_by.empty() || options_of_find_.limit != 0)
      throw UsageError("--order-by and --limit are for a filter; named runs are written in the order of their names");
    named_ = names.runs(runs_);
  }

  [[nodiscard]] ExportFormat format() const {
    if (format_option_->count() > 0) return format_;
    const std::string& file = update_.empty() ? output_ : update_;
    const std::size_t dot = file.rfind('.');
    if (dot == std::string::npos) return ExportFormat::csv;
    const auto found = export_format_names().find(ascii_lower(std::string_view(file).substr(dot + 1)));
    return found == export_format_names().end() ? ExportFormat::csv : found->second;
  }

  /// The parts between commas that are not in backquotes.
  static std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts;
    bool is_quoted = false;
    for (std::size_t i = 0, begin = 0; i <= text.size(); ++i) {
      if (i < text.size() && text[i] == '`') is_quoted = !is_quoted;
      if (i < text.size() && (text[i] != ',' || is_quoted)) continue;
      std::size_t first = begin, last = i;
      while (first < last && text[first] == ' ') ++first;
      while (first < last && text[last - 1] == ' ') --last;
      if (first < last) parts.push_back(text.substr(first, last - first));
      begin = i + 1;
    }
    return parts;
  }

  void read_columns() {
    for (const std::string& part : parts_of(columns_)) {
      const std::size_t equal = part.rfind('=');
      if (equal == std::string::npos || part.find('`', equal) != std::string::npos)
        options_.columns.emplace_back(part);
      else
        options_.columns.emplace_back(part.substr(0, equal), part.substr(equal + 1));
    }
    try {
      for (const ExportColumn& column : options_.columns) field_to_export(column.field());
      for (const std::string& field : fields_) field_to_group_by(field);
    } catch (const Error& error) {
      throw UsageError(error.what());
    }
  }

  void read_goals() {
    for (const std::string& text : goals_) {
      const std::size_t equal = text.rfind('=');
      const auto goal = equal == std::string::npos ? goal_names().end() : goal_names().find(text.substr(equal + 1));
      if (goal == goal_names().end())
        throw UsageError("--goal is METRIC=min or METRIC=max, and " + shown(text) + " is neither");
      options_.goals[text.substr(0, equal)] = goal->second;
    }
  }

  [[nodiscard]] std::vector<ExperimentRun> found(Session& session) {
    std::vector<ExperimentRun> runs = named_.empty() ? session.find(options_of_find_, scope_) : std::move(named_);
    if (runs.empty()) session.warn("no run fits");
    return runs;
  }

  /// A mistyped column would be empty without a word.
  void warn_of_empty_columns(Session& session, const std::vector<ExperimentRun>& runs) const {
    std::vector<RunField> fields;
    for (const ExportColumn& column : options_.columns) fields.push_back(field_to_export(column.field()));
    for (const std::string& field : fields_) fields.push_back(field_to_group_by(field));
    AskedNames asked(fields);
    for (const ExperimentRun& run : runs) asked.look_at(RunAccess::record(run));
    for (const std::string& warning : asked.warnings("no run that is exported")) session.warn(warning);
  }

  ExitCode export_all(Session& session) {
    read_columns();
    const std::vector<ExperimentRun> runs = found(session);
    warn_of_empty_columns(session, runs);
    if (output_.empty())
      session.out.write(export_runs(runs, options_));
    else
      write_export(FilePath(output_), runs, options_);
    return runs.empty() ? ExitCode::no : ExitCode::yes;
  }

  ExitCode export_histories(Session& session) {
    HistoryExportOptions options;
    options.format = options_.format;
    options.shape = wide_ ? HistoryShape::wide : HistoryShape::tall;
    options.metrics = parts_of(columns_);
    const std::vector<ExperimentRun> runs = found(session);
    if (output_.empty())
      session.out.write(export_history(runs, options));
    else
      write_history_export(FilePath(output_), runs, options);
    return runs.empty() ? ExitCode::no : ExitCode::yes;
  }

  ExitCode update(Session& session) {
    read_columns();
    const ExportUpdate done = update_export(session.registry(), FilePath(update_), options_,
                                            session.find_options(options_of_find_, scope_));
    session.out.line(std::to_string(done.added) + " new, " + std::to_string(done.changed) + " changed, " +
                     std::to_string(done.removed) + " removed, " + std::to_string(done.kept) + " as before");
    return ExitCode::yes;
  }

  std::vector<std::string> runs_;
  std::vector<ExperimentRun> named_;
  ExportOptions options_;
  FindOptions options_of_find_;
  ExportFormat format_ = ExportFormat::csv;
  CLI::Option* format_option_ = nullptr;
  std::string columns_, group_by_, output_, update_;
  std::vector<std::string> goals_, fields_;
  std::size_t digits_ = 0;
  bool history_ = false, wide_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
