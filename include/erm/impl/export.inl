// The bodies of erm/export.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "erm/detail/export/columns.hpp"
#include "erm/detail/export/grouped.hpp"
#include "erm/detail/export/histories.hpp"
#include "erm/detail/export/latex_table.hpp"
#include "erm/detail/export/markdown_table.hpp"
#include "erm/detail/export/rows.hpp"
#include "erm/detail/export/shown_table.hpp"
#include "erm/detail/export/update_state.hpp"
#include "erm/detail/find/found_runs.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"
#include "erm/export.hpp"

namespace erm {

namespace detail {

/// Where an export goes: all of it to one text, or piece by piece to a file.
struct ExportOutput {
  std::string text = {};
  os::File* file = nullptr;

  void pass_on(std::size_t from = std::size_t{1} << 18) {
    if (file == nullptr || text.size() < from) return;
    file->write(text.data(), text.size());
    text.clear();
  }
};

inline bool is_for_readers(ExportFormat format) {
  return format == ExportFormat::markdown || format == ExportFormat::latex;
}

inline std::vector<ExportedColumn> chosen_columns(const ExportOptions& options) {
  std::vector<ExportedColumn> columns;
  for (const ExportColumn& column : options.columns) {
    const bool has_title = !column.title().empty();
    columns.push_back({field_to_export(column.field()), has_title ? column.title() : column.field(), has_title});
  }
  return columns;
}

inline void append_export(ExportOutput& out, const std::vector<ExperimentRun>& runs, const ExportOptions& options) {
  if (options.digits > 17)
    throw Error(fmt::format("cannot export: digits is {}, and a number has 1 to 17, or 0 for as many as it needs",
                            options.digits));
  std::vector<const RunRecord*> records;
  records.reserve(runs.size());
  for (const ExperimentRun& run : runs) records.push_back(&RunAccess::record(run));
  std::vector<ExportedColumn> columns = chosen_columns(options);
  const bool is_grouped = !options.group_by.fields().empty();
  if (options.columns.empty()) {
    ExportedNames names;
    for (const RunRecord* const record : records) names.look_at(*record);
    columns = names.columns();
    if (is_grouped)
      columns.erase(std::remove_if(columns.begin(), columns.end(),
                                   [](const ExportedColumn& column) { return !column.is_metric(); }),
                    columns.end());
  }
  const bool is_csv = options.format == ExportFormat::csv;
  if (!is_for_readers(options.format) && !is_grouped) {
    const RunRows rows(std::move(columns), is_csv, options.for_spreadsheet);
    rows.append_header(out.text);
    for (const RunRecord* const record : records) {
      rows.append(out.text, *record);
      out.pass_on();
    }
    return out.pass_on(1);
  }
  std::vector<ShownColumn> table;
  if (is_grouped) {
    const GroupedRuns groups(records, options.group_by.fields(), columns, !options.columns.empty());
    if (!is_for_readers(options.format)) {
      out.text += groups.rows(is_csv, options.for_spreadsheet);
      return out.pass_on(1);
    }
    table = groups.table(goals_of(records, options.goals), options.marks_best, options.digits);
  } else {
    shorten_titles(columns);
    table = shown_runs(records, columns, goals_of(records, options.goals), options.marks_best, options.digits);
  }
  out.text += options.format == ExportFormat::markdown ? markdown_table(table)
                                                       : latex_table(table, options.caption, options.label);
  out.pass_on(1);
}

inline void append_history_export(ExportOutput& out, const std::vector<ExperimentRun>& runs,
                                  const HistoryExportOptions& options) {
  if (is_for_readers(options.format))
    throw Error("cannot export histories as a table for readers; use ExportFormat::csv or json_lines");
  const bool is_csv = options.format == ExportFormat::csv;
  const std::vector<std::string> metrics = metrics_to_export(runs, options.metrics);
  if (is_csv) out.text += exported_history_header(options.shape == HistoryShape::wide, metrics);
  for (const ExperimentRun& run : runs) {
    const auto pass_on = [&] { out.pass_on(); };
    if (options.shape == HistoryShape::tall)
      append_tall(out.text, run, metrics, is_csv, pass_on);
    else
      append_wide(out.text, run, metrics, is_csv, pass_on);
  }
  out.pass_on(1);
}

/// One call of update_export().
class ExportUpdater final : public KnownRuns {
 public:
  ExportUpdater(const std::string& registry_uri, const std::string& path, const ExportOptions& options,
                const FindOptions& find, std::shared_ptr<FileSystem> fs)
      : registry_uri_(registry_uri), path_(path), options_(options), find_(find), fs_(std::move(fs)) {
    const auto refuse = [&](const std::string& why) {
      throw Error("cannot update the export '" + path_ + "': " + why);
    };
    if (is_for_readers(options.format)) refuse("only CSV and JSON Lines are updated; use write_export");
    if (!options.group_by.fields().empty()) refuse("groups are not updated; use write_export");
    if (!find.order_by.empty() || find.limit != 0)
      refuse("the runs in it are always the oldest first, and all of them; leave out order_by and limit");
    chosen_ = chosen_columns(options);
    refuse_same_titles(chosen_);
    purpose_ = fmt::format("1 {} {}", static_cast<int>(options.format), options.for_spreadsheet);
    const auto add = [&](const std::string& text) { append_json_string(purpose_ += ' ', text); };
    for (const std::string* const text : {&registry_uri, &find.experiment, &find.variant, &find.filter}) add(*text);
    for (const ExportedColumn& column : chosen_) add(column.title);
    for (const ExportColumn& column : options.columns) add(column.field());
  }

  ExportUpdate run() {
    std::optional<UpdateState> before = read_update_state(path_);
    if (before) old_ = std::move(before->runs);
    const bool fits = before && before->purpose == purpose_ && !find_.where;
    uses_old_ = fits;
    if (fits) now_.names = before->names;
    scan();
    if (fits && chosen_.empty() && has_new_names()) {
      uses_old_ = false;
      scan();
    }
    write();
    return result_;
  }

  [[nodiscard]] const std::string* proof(const std::string& path) const override {
    const auto found = old_.find(path);
    return uses_old_ && found != old_.end() ? &found->second.proof : nullptr;
  }

  void see(const std::string& path, const std::string& proof, Seen seen) override {
    current_ = path;
    now_.runs[path] = seen == Seen::known ? old_.at(path) : ExportedRun{proof, false};
  }

  void pass_over(const std::string& folder) override {
    if (!uses_old_) return;
    for (const auto& [path, run] : old_)
      if (folder.empty() || path.rfind(folder + "/", 0) == 0) now_.runs.emplace(path, run);
  }

 private:
  /// Finds the runs that are there, and keeps those that must be written again.
  void scan() {
    now_.runs.clear();
    if (!uses_old_) now_.names = ExportedNames();
    fresh_.clear();
    for_each_found(registry_uri_, find_, fs_, fields(),
                   [&](ExperimentRun&& run) { fresh_.emplace(current_, std::move(run)); }, this, !uses_old_);
  }
  [[nodiscard]] std::vector<RunField> fields() const {
    std::vector<RunField> fields;
    for (const ExportedColumn& column : chosen_) fields.push_back(column.field);
    return fields;
  }
  /// Adds the names of the fresh runs; true if there is one that the file has no column for.
  bool has_new_names() {
    const std::size_t before = now_.names.columns().size();
    for (const auto& [path, run] : fresh_) now_.names.look_at(RunAccess::record(run));
    return now_.names.columns().size() != before;
  }

  void write() {
    has_new_names();
    const RunRows rows(chosen_.empty() ? now_.names.columns() : chosen_, options_.format == ExportFormat::csv,
                       options_.for_spreadsheet);
    result_.read = fresh_.size();
    for (const auto& [path, run] : fresh_) {
      ExportedRun& one = now_.runs.at(path);
      one.is_in = true;
      one.time = microseconds_of(run.timestamp_utc());
      rows.append(one.line, RunAccess::record(run));
    }
    std::vector<std::tuple<std::int64_t, std::string, const ExportedRun*>> order;
    for (const auto& [path, run] : now_.runs) {
      if (!run.is_in) continue;
      order.emplace_back(run.time, path, &run);
      const auto found = old_.find(path);
      const bool was_in = found != old_.end() && found->second.is_in;
      ++(!was_in ? result_.added : found->second.line == run.line ? result_.kept : result_.changed);
    }
    for (const auto& [path, run] : old_) {
      const auto found = now_.runs.find(path);
      if (run.is_in && (found == now_.runs.end() || !found->second.is_in)) ++result_.removed;
    }
    std::sort(order.begin(), order.end());
    std::string text;
    rows.append_header(text);
    std::map<std::string, std::size_t> places;
    for (const auto& [time, path, run] : order) {
      places[path] = text.size();
      text += run->line;
    }
    now_.purpose = purpose_;
    // The file before its state: if the second is not written, it does not fit the first.
    for (const auto& [to, content] : {std::pair(path_, text), std::pair(path_ + ".erm_state", text_of(now_, places, sha256_of(text)))})
      write_whole_file(FilePath::from_utf8(to), "update the export", [&, &what = content](os::File& file) { file.write(what.data(), what.size()); });
  }

  const std::string& registry_uri_;
  const std::string path_;
  const ExportOptions& options_;
  const FindOptions& find_;
  std::shared_ptr<FileSystem> fs_;
  std::vector<ExportedColumn> chosen_;
  std::string purpose_;
  std::map<std::string, ExportedRun> old_;
  bool uses_old_ = false;
  UpdateState now_;
  std::string current_;                          // the path of the run that is passed on next
  std::map<std::string, ExperimentRun> fresh_;  // by their paths
  ExportUpdate result_;
};

}  // namespace detail

ERM_INLINE std::string export_runs(const std::vector<ExperimentRun>& runs, const ExportOptions& options) {
  detail::ExportOutput out;
  detail::append_export(out, runs, options);
  return std::move(out.text);
}

ERM_INLINE void write_export(const FilePath& path, const std::vector<ExperimentRun>& runs,
                             const ExportOptions& options) {
  detail::write_whole_file(path, "export", [&](detail::os::File& file) {
    detail::ExportOutput out;
    out.file = &file;
    detail::append_export(out, runs, options);
  });
}

ERM_INLINE std::string export_history(const std::vector<ExperimentRun>& runs, const HistoryExportOptions& options) {
  detail::ExportOutput out;
  detail::append_history_export(out, runs, options);
  return std::move(out.text);
}

ERM_INLINE void write_history_export(const FilePath& path, const std::vector<ExperimentRun>& runs,
                                     const HistoryExportOptions& options) {
  detail::write_whole_file(path, "export", [&](detail::os::File& file) {
    detail::ExportOutput out;
    out.file = &file;
    detail::append_history_export(out, runs, options);
  });
}

ERM_INLINE ExportUpdate update_export(const std::string& registry_uri, const FilePath& path,
                                      const ExportOptions& options, const FindOptions& find,
                                      std::shared_ptr<FileSystem> fs) {
  return detail::ExportUpdater(registry_uri, path.str(), options, find, std::move(fs)).run();
}

}  // namespace erm
