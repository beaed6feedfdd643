// The verb `import`: takes the runs of another program into the registry.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/command/progress.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/file_info.hpp"
#include "erm/import.hpp"

namespace erm::detail::command {

class ImportVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("source", source_, "A folder mlruns, a JSON of Google Benchmark, an XML of Catch2, or a CSV file")
        ->required();
    const std::map<std::string, std::string> kinds = {
        {"mlflow", "mlflow"}, {"google-benchmark", "google-benchmark"}, {"catch2", "catch2"}, {"csv", "csv"}};
    add_choice(app, "--as", kind_, kinds, "mlflow, google-benchmark, catch2 or csv; without it, what the source looks like");
    app.add_option("-e,--experiment", experiment_, "The experiment of the new runs");
    app.add_option("-v,--variant", variant_, "The variant of the new runs");
    app.add_option("-t,--tag", tags_, "NAME=VALUE, a tag for each run; may be repeated")->allow_extra_args(false);
    app.add_flag("--dry-run", options_.dry_run, "Read everything and write nothing");
    app.add_flag("--no-deleted", no_deleted_, "Without the runs that were deleted in MLflow");
    add_column(app, "--run", options_.run_column, "The column of the run");
    add_column(app, "--experiment-column", options_.experiment_column, "The column of the experiment");
    add_column(app, "--variant-column", options_.variant_column, "The column of the variant");
    add_column(app, "--step", options_.step_column, "The column of the step: a row is a point");
    add_column(app, "--time", options_.time_column, "The column of the time");
    add_column(app, "--name", options_.name_column, "The column that names the metric of a row");
    add_column(app, "--value", options_.value_column, "The column of the value of that metric");
    add_column(app, "--metrics", options_.metric_columns, "The columns of metrics, between commas")->delimiter(',');
    add_column(app, "--params", options_.param_columns, "The columns of params")->delimiter(',');
    add_column(app, "--tags", options_.tag_columns, "The columns of tags")->delimiter(',');
    const std::map<std::string, char> separators = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}};
    columns_.push_back(add_choice(app, "--separator", options_.separator, separators,
                                  "comma, semicolon or tab; without it, as the line of names has it")
                           ->group("CSV"));
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    if (!experiment_.empty()) options_.experiment = experiment_;
    if (!variant_.empty()) options_.variant = variant_;
    options_.deleted_runs = !no_deleted_;
    for (const std::string& tag : tags_) {
      const std::size_t equals = tag.find('=');
      if (equals == std::string::npos || equals == 0) throw UsageError("--tag takes NAME=VALUE, not " + shown(tag));
      options_.tags[tag.substr(0, equals)] = tag.substr(equals + 1);
    }
    if (kind_.empty()) kind_ = recognized();
    if (kind_ != "csv")
      for (const CLI::Option* const option : columns_)
        if (option->count() > 0) throw UsageError(option->get_name() + " is for CSV files, and the source is " + kind_);
    const ImportResult result = imported(session.registry_to_make());
    for (const std::string& sentence : result.left_out) session.warn(sentence);
    write(session, result);
    const bool is_empty = result.imported.empty() && result.updated.empty() && result.unchanged.empty();
    return is_empty ? ExitCode::no : ExitCode::yes;
  }

 private:
  template <class Value>
  CLI::Option* add_column(CLI::App& app, const char* name, Value& value, const char* what) {
    columns_.push_back(app.add_option(name, value, what)->group("CSV"));
    return columns_.back();
  }

  /// Throws NotFoundError if there is no source, and UsageError if it looks like none of the kinds.
  [[nodiscard]] std::string recognized() const {
    const FileKind kind = os::info(source_).kind;
    if (kind == FileKind::missing)
      throw NotFoundError("cannot import '" + source_ + "': there is no such file or folder");
    if (kind == FileKind::folder) return "mlflow";
    const std::string lower = ascii_lower(source_);
    for (const auto& [end, name] : {std::pair{".csv", "csv"}, {".tsv", "csv"}, {".json", "google-benchmark"}, {".xml", "catch2"}}) {
      const std::string_view ending = end;
      if (lower.size() > ending.size() && lower.compare(lower.size() - ending.size(), ending.size(), ending) == 0)
        return name;
    }
    char start[256];
    const std::string_view text(start, os::open_to_read(source_).read_at(0, start, sizeof start));
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') return "google-benchmark";
    if (first != std::string_view::npos && text[first] == '<') return "catch2";
    throw UsageError("cannot tell what " + shown(source_) +
                     " is; say --as mlflow, google-benchmark, catch2 or csv");
  }

  ImportResult imported(const std::string& registry) {
    Progress progress;
    Interrupts interrupts;
    options_.on_progress = [&](std::size_t done, std::size_t all) {
      progress.show([&] { return std::to_string(done) + " of " + std::to_string(all) + " runs"; });
      if (interrupts.asked_to_stop() && done < all)
        throw Error("the import was stopped after " + std::to_string(done) + " of " + std::to_string(all) +
                    " runs, which are whole; the same command goes on");
    };
    if (kind_ == "mlflow") return import_mlflow(source_, registry, options_);
    if (kind_ == "catch2") return import_catch2(source_, registry, options_);
    if (kind_ == "csv") return import_csv(source_, registry, options_);
    GoogleBenchmarkImportOptions options;
    static_cast<ImportOptions&>(options) = options_;
    return import_google_benchmark(source_, registry, options);
  }

  void write(Session& session, const ImportResult& result) const {
    if (json_) {
      Json json = json_document("erm.import/1");
      json["dry_run"] = options_.dry_run;
      json["imported"] = result.imported;
      json["updated"] = result.updated;
      json["unchanged"] = result.unchanged;
      json["left_out"] = result.left_out;
      write_json(session.out, json);
      return;
    }
    session.out.line(std::to_string(result.imported.size()) + (options_.dry_run ? " would be imported, " : " imported, ") +
                     std::to_string(result.updated.size()) + " updated, " + std::to_string(result.unchanged.size()) +
                     " unchanged");
  }

  std::string source_, kind_, experiment_, variant_;
  std::vector<std::string> tags_;
  CsvImportOptions options_;
  std::vector<CLI::Option*> columns_;
  bool no_deleted_ = false, json_ = false;
};

}  // namespace erm::detail::command
