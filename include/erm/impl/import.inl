// The bodies of erm/import.hpp.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/import/catch2.hpp"
#include "erm/detail/import/csv_runs.hpp"
#include "erm/detail/import/google_benchmark.hpp"
#include "erm/detail/import/importer.hpp"
#include "erm/detail/import/mlflow.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/import.hpp"
#include "erm/json.hpp"

namespace erm {

namespace detail {

/// A source that is one file.
struct ImportedFile {
  std::string path;  // absolute
  std::string text;
  TimePoint modified;

  explicit ImportedFile(const FilePath& file) : path(os::absolute_path(file.str())) {
    const Bytes bytes = read_whole_file(open_regular_file(FilePath::from_utf8(path)));
    text = std::string(view(bytes));
    modified = TimePoint(std::chrono::seconds(os::time_modified(path).value_or(0)));
  }
};

}  // namespace detail

ERM_INLINE ImportResult import_mlflow(const FilePath& mlruns, const std::string& registry_uri,
                                      const ImportOptions& options) {
  detail::Importer importer(registry_uri, options);
  detail::MlflowTree(detail::without_end_slash(detail::os::absolute_path(mlruns.str())), importer, options).import();
  return std::move(importer.result());
}

ERM_INLINE ImportResult import_google_benchmark(const FilePath& json, const std::string& registry_uri,
                                                const GoogleBenchmarkImportOptions& options) {
  detail::Importer importer(registry_uri, options);
  const detail::ImportedFile file(json);
  detail::GoogleBenchmarkFile(file.text, file.path, importer).import(options.run_per_repetition);
  return std::move(importer.result());
}

ERM_INLINE ImportResult import_catch2(const FilePath& xml, const std::string& registry_uri,
                                      const ImportOptions& options) {
  detail::Importer importer(registry_uri, options);
  const detail::ImportedFile file(xml);
  detail::Catch2Report(file.text, file.path, file.modified, importer).import();
  return std::move(importer.result());
}

namespace detail {

ERM_INLINE ImportResult import_benchmarks_of_process(std::string_view json, const std::string& name,
                                                     const std::string& registry_uri,
                                                     const GoogleBenchmarkImportOptions& options, const Json& captured) {
  Importer importer(registry_uri, options, captured);
  GoogleBenchmarkFile(json, name, importer).import(options.run_per_repetition);
  return std::move(importer.result());
}

ERM_INLINE ImportResult import_tests_of_process(std::string_view xml, const std::string& name, TimePoint began,
                                                const std::string& registry_uri, const ImportOptions& options,
                                                const Json& captured) {
  Importer importer(registry_uri, options, captured);
  Catch2Report(xml, name, began, importer).import();
  return std::move(importer.result());
}

}  // namespace detail

ERM_INLINE ImportResult import_csv(const FilePath& csv, const std::string& registry_uri,
                                   const CsvImportOptions& options) {
  detail::Importer importer(registry_uri, options);
  const detail::ImportedFile file(csv);
  detail::CsvRuns(file.text, file.path, file.modified, options, importer).import();
  return std::move(importer.result());
}

}  // namespace erm
