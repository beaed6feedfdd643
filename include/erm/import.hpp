// Takes runs of other programs into a registry: MLflow's mlruns folders, Google Benchmark, Catch2 and CSV.
//
//   const erm::ImportResult result = erm::import_mlflow("mlruns", "erm-registry");
//   std::printf("%zu new, %zu updated\n", result.imported.size(), result.updated.size());
//   for (const std::string& sentence : result.left_out) std::puts(sentence.c_str());
//   erm::import_google_benchmark("bench.json", "erm-registry");        // a run for each repetition
//   erm::import_catch2("report.xml", "erm-registry");
//   erm::import_csv("results.csv", "erm-registry", options);           // a CsvImportOptions says what the columns are
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/file_path.hpp"
#include "erm/file_system.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/json_fwd.hpp"
#include "erm/metric_history.hpp"

namespace erm {

// An import may be repeated. A run remembers its source, and is found again in whatever experiment and variant of the
// registry it lies. If the source has not changed, the run stays as it is. If the source has grown, as while a training
// still runs, the run is replaced, and keeps the tags, the note and the group that it got in the registry. A run that
// was not imported from that source is never replaced.
//
// What cannot be taken is left out and named, and takes nothing else with it. Each run is saved whole or not at all, so
// an import that was interrupted is finished by the next one.

struct ImportOptions {
  /// The experiment of the new runs. Default: what the source says.
  std::optional<std::string> experiment = {};
  /// The variant of the new runs. Default: what the source says, or "main".
  std::optional<std::string> variant = {};
  /// Tags for each run: {{"commit", "4f2a91c"}}.
  std::map<std::string, std::string> tags = {};
  /// Reads everything and writes nothing. The result is what an import would give.
  bool dry_run = false;
  /// Whether runs that were deleted in MLflow are imported, too. They go to the trash of the registry.
  bool deleted_runs = true;
  /// Called with how many runs are done, and of how many. What it throws ends the import between two runs.
  std::function<void(std::size_t done, std::size_t all)> on_progress = {};
  /// Bring each run to disk (fsync) before it becomes visible, so that it survives a power cut.
  bool durable = true;
  /// A store of your own, of which registry_uri is then a path. Sources are always read from local files.
  std::shared_ptr<FileSystem> fs = nullptr;
};

struct ImportResult {
  /// The URIs of the new runs, in the order of the source. A deleted run has the URI that restore_run gives back.
  std::vector<std::string> imported;
  /// Of the runs whose source has changed since the last import.
  std::vector<std::string> updated;
  std::vector<std::string> unchanged;
  /// What could not be taken: a sentence each, with the file and the place in it.
  std::vector<std::string> left_out;
};

/// Imports all experiments of a folder that MLflow's file store wrote. A run keeps its id, its times, its params and
/// metrics with all points, tags, note, inputs and artifacts, also those of the models that it logged; a nested run has
/// the id of its parent as its group. The experiment has the name that it has in MLflow. Artifacts in remote stores,
/// registered models and traces are left out. Throws NotFoundError if the folder does not exist, FormatError if it has
/// no experiment, and IoError if the registry cannot be written.
ImportResult import_mlflow(const FilePath& mlruns, const std::string& registry_uri, const ImportOptions& options = {});

struct GoogleBenchmarkImportOptions : ImportOptions {
  /// Each repetition is a run, so that gate() and summarize() can compare them. With false the file is one run, the
  /// repetitions are the steps of its metrics, and the metrics themselves are their medians.
  bool run_per_repetition = true;
};

/// Imports a file of --benchmark_out_format=json. The metrics are "<benchmark>/real_time" and "<benchmark>/cpu_time" in
/// nanoseconds, with the goal to minimize, and "<benchmark>/<counter>". The runs of a file are one group. The host, its
/// processor and the program are provenance, labels and complexities dicts. Statistics are taken only where a file has
/// no repetitions: as "<benchmark>/real_time", the mean, and "<benchmark>/real_time/stddev". Throws NotFoundError if the
/// file does not exist, and FormatError if it is none of Google Benchmark, or was cut off.
ImportResult import_google_benchmark(const FilePath& json, const std::string& registry_uri,
                                     const GoogleBenchmarkImportOptions& options = {});

/// Imports a report of Catch2 2.9 or later, or 3, which --reporter xml wrote, as one run. A benchmark gives
/// "<test case>/<sections>/<benchmark>" in nanoseconds, the mean, with the goal to minimize, and below that name
/// "low", "high", "stddev" and "outliers". The report has no samples, so gate() needs several reports. "tests/passed",
/// "tests/failed", "tests/expected_failures" and the same of "assertions/" count results; the run has failed if a test
/// has. Its time is that of the file. Throws as import_google_benchmark.
ImportResult import_catch2(const FilePath& xml, const std::string& registry_uri, const ImportOptions& options = {});

namespace detail {

/// The same of a text, for what runs in this process; `name` is how messages call it. The objects of `captured` are added
/// to the provenance of each run.
ImportResult import_benchmarks_of_process(std::string_view json, const std::string& name, const std::string& registry_uri,
                                          const GoogleBenchmarkImportOptions& options, const Json& captured);
ImportResult import_tests_of_process(std::string_view xml, const std::string& name, TimePoint began,
                                     const std::string& registry_uri, const ImportOptions& options, const Json& captured);

}  // namespace detail

/// What the columns of a CSV file are. A name that the file lacks is an error.
struct CsvImportOptions : ImportOptions {
  /// The run to which a row belongs. Empty: each row is a run of its own; with steps, all rows are one run.
  std::string run_column = {};
  std::string experiment_column = {};
  std::string variant_column = {};
  /// The step of a point, a whole number. With it, a row is one point of each metric of its run; without it, each row
  /// is a run.
  std::string step_column = {};
  /// When the run or the point was: "2026-11-23T07:30:21" (UTC without an offset), or seconds or milliseconds since
  /// 1970. Default: the time of the file.
  std::string time_column = {};
  std::vector<std::string> metric_columns = {};
  /// The long form: the metric of a row is named in one column, and its value is in another. Needs step_column.
  std::string name_column = {};
  std::string value_column = {};
  std::vector<std::string> param_columns = {};
  std::vector<std::string> tag_columns = {};
  /// The columns that nothing above names are metrics, if there is a step_column and no other metric, or else params.
  /// With false they are ignored.
  bool take_other_columns = true;
  /// What stands between two cells. 0: of a comma, a semicolon and a tab the one that the line of names has most of.
  char separator = '\0';
};

/// Imports a CSV file (RFC 4180, UTF-8, with a line of names; numbers have a decimal point). An empty cell is no value. Without
/// options.experiment and experiment_column, the experiment has the name of the file. Throws NotFoundError if the file
/// or a column does not exist, Error for options that contradict each other, and FormatError if it is no CSV.
ImportResult import_csv(const FilePath& csv, const std::string& registry_uri, const CsvImportOptions& options = {});

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/import.inl"
#endif
