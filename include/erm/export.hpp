// Runs and histories as CSV, JSON Lines, Markdown or LaTeX: for pandas, R, DuckDB, a README, a paper.
//
//   const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry");
//   erm::write_export("runs.csv", runs);                                        // a row for each run
//   erm::ExportOptions options;
//   options.format = erm::ExportFormat::latex;
//   options.columns = {"run", {"params.lr", "learning rate"}, "metrics.val/loss"};
//   erm::write_export("table.tex", runs, options);                              // the best loss is bold
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/experiment_run.hpp"
#include "erm/file_path.hpp"
#include "erm/file_system.hpp"
#include "erm/find.hpp"
#include "erm/goal.hpp"
#include "erm/group_by.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

/// `csv` and `json_lines` hold every value exactly and with its type, for programs. `markdown` and `latex` are tables for
/// readers.
enum class ExportFormat : std::uint8_t { csv, json_lines, markdown, latex };

/// A column: a field as in a filter (erm/find.hpp), and what stands above it.
class ExportColumn {
 public:
  template <class Text, std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int> = 0>
  ExportColumn(const Text& field)  // NOLINT(google-explicit-constructor)
      : field_(std::string_view(field)) {}
  ExportColumn(std::string field, std::string title) : field_(std::move(field)), title_(std::move(title)) {}

  [[nodiscard]] const std::string& field() const noexcept { return field_; }
  /// Empty: the field; in a table for readers without "params." and the like where that is clear.
  [[nodiscard]] const std::string& title() const noexcept { return title_; }

 private:
  std::string field_, title_;
};

struct ExportOptions {
  ExportFormat format = ExportFormat::csv;
  /// Empty: the ids, status, time and duration, and all params, metrics, tags, features, groups and notes that the runs
  /// have. With group_by: all metrics.
  std::vector<ExportColumn> columns = {};
  /// With fields: a row for each group of runs, with the mean and the standard deviation of each column, and how many
  /// runs have a number there.
  GroupBy group_by = {};
  /// Whether lower or higher values of a metric are better. Overrides the goals that were set with set_goal.
  std::map<std::string, Goal> goals = {};
  /// Whether the best value of a metric with a goal is bold, in Markdown and LaTeX. Runs that failed, were killed or
  /// diverged are not best in anything.
  bool marks_best = true;
  /// How many significant digits a number has at most in Markdown and LaTeX: 1 to 17. 0: six, or as many as tell the
  /// numbers of a column apart. With group_by, 0 stands for two digits of the standard deviation.
  std::size_t digits = 0;
  /// Whether CSV is for a spreadsheet: a text that would be a formula there (after =, +, -, @, a tab or a carriage
  /// return) begins with an apostrophe, and the file begins with a byte order mark. Otherwise text is exactly what was
  /// logged.
  bool for_spreadsheet = false;
  /// Of a LaTeX table, which then floats. They are text: what is special in LaTeX is escaped, but not in the label.
  std::string caption = {};
  std::string label = {};
};

/// The runs as text, in their order. CSV begins with the columns' titles; LaTeX is a part of a document that needs
/// \usepackage{booktabs,siunitx}. Throws Error for text that is not a field, and for two columns of the same title in CSV
/// and JSON Lines. Columns such as "metrics.loss.min" read histories, and throw like ExperimentRun::history().
[[nodiscard]] std::string export_runs(const std::vector<ExperimentRun>& runs, const ExportOptions& options = {});
/// The same to a file, piece by piece. The file is replaced in one step when all of it is written; its folder must exist.
void write_export(const FilePath& path, const std::vector<ExperimentRun>& runs, const ExportOptions& options = {});

/// `tall`: a row for each point, with its metric, step, time and value. `wide`: a row for each step of a run, with a
/// column for each metric.
enum class HistoryShape : std::uint8_t { tall, wide };

struct HistoryExportOptions {
  /// csv or json_lines.
  ExportFormat format = ExportFormat::csv;
  HistoryShape shape = HistoryShape::tall;
  /// Empty: all metrics that have points.
  std::vector<std::string> metrics = {};
};

/// The histories of the runs: the points that count (see MetricHistory::counted), metric by metric and in the order in
/// which they were logged; wide by their steps. Throws Error for a format of tables, NotFoundError for a metric without
/// points in any run, and like ExperimentRun::history().
[[nodiscard]] std::string export_history(const std::vector<ExperimentRun>& runs,
                                         const HistoryExportOptions& options = {});
/// The same to a file, piece by piece: the text is never in memory as a whole.
void write_history_export(const FilePath& path, const std::vector<ExperimentRun>& runs,
                          const HistoryExportOptions& options = {});

/// What an update changed in a file, in runs.
struct ExportUpdate {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t kept = 0;
  /// How many runs were read whole. Of the others only the metadata were compared.
  std::size_t read = 0;
};

/// Exports the runs of a registry to a file of CSV or JSON Lines, the oldest first; called again, it reads only the runs
/// that are new or have changed. Beside the file it keeps "<path>.erm_state". A run counts as unchanged if it has ended
/// and the SHA-256 of its metadata is that of the last time; for a live run also those of its other writers and the sizes
/// of its files of points. Nothing in ERM changes a run and leaves these as they are. All runs are read again if the
/// options are others, the file was changed or a run brings a new column; also with FindOptions::where. Columns that no
/// run has any more stay until then. Rows of runs in a folder that cannot be read for the moment stay, too. Throws Error
/// for Markdown, LaTeX, group_by, order_by and limit, and like find_runs.
ExportUpdate update_export(const std::string& registry_uri, const FilePath& path, const ExportOptions& options = {},
                           const FindOptions& find = {}, std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/export.inl"
#endif
