// Benchmarks of Google Benchmark that are logged as they run: a run for each repetition, with the names that
// import_google_benchmark gives, and the provenance of this process.
//
//   #include <benchmark/benchmark.h>
//   #include <erm/google_benchmark.hpp>
//
//   int main(int argc, char** argv) {
//     benchmark::Initialize(&argc, argv);
//     erm::run_benchmarks("erm-registry");          // in place of benchmark::RunSpecifiedBenchmarks()
//   }
//
// Needs Google Benchmark 1.7 or later, and is empty without it. Includes nothing of it: the user's file does, before.
#pragma once

#include "erm/import.hpp"

#ifdef BENCHMARK_BENCHMARK_H_

#include <cstddef>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "erm/experiment_run.hpp"
#include "erm/json.hpp"
#include "erm/provenance.hpp"

namespace erm {

/// Shows what the default reporter of the library shows, and saves the runs when all benchmarks have run. Only then it
/// writes to the registry, and throws what import_google_benchmark throws.
class BenchmarkReporter final : public benchmark::BenchmarkReporter {
 public:
  /// Omit `built`: the default describes the calling file.
  explicit BenchmarkReporter(std::string registry_uri, GoogleBenchmarkImportOptions options = {},
                             const BuildFacts& built = detail::build_facts_of_this_file())
      : registry_uri_(std::move(registry_uri)),
        options_(std::move(options)),
        built_(built),
        shown_(benchmark::CreateDefaultDisplayReporter()) {
    json_.SetOutputStream(&text_);
    json_.SetErrorStream(&text_of_errors_);
  }

  /// What was saved; empty until all benchmarks have run.
  [[nodiscard]] const ImportResult& result() const noexcept { return result_; }

  bool ReportContext(const Context& context) override {
    shown_->SetOutputStream(&GetOutputStream());
    shown_->SetErrorStream(&GetErrorStream());
    json_.ReportContext(context);
    return shown_->ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    json_.ReportRuns(runs);
    shown_->ReportRuns(runs);
  }
  void Finalize() override {
    json_.Finalize();
    shown_->Finalize();
    ExperimentRun here("benchmarks");
    here.capture_provenance({}, built_);
    result_ = detail::import_benchmarks_of_process(text_.str(), "the benchmarks of this process", registry_uri_,
                                                   options_, here.provenance());
    for (const std::string& sentence : result_.left_out) GetErrorStream() << sentence << '\n';
  }

 private:
  std::string registry_uri_;
  GoogleBenchmarkImportOptions options_;
  BuildFacts built_;
  benchmark::BenchmarkReporter* shown_;  // the library owns it
  benchmark::JSONReporter json_;
  std::ostringstream text_, text_of_errors_;
  ImportResult result_;
};

/// Runs the benchmarks that the command line asks for, shows their results as usual, and saves them. With
/// --benchmark_out the library also writes its file.
inline ImportResult run_benchmarks(const std::string& registry_uri, const GoogleBenchmarkImportOptions& options = {},
                                   const BuildFacts& built = detail::build_facts_of_this_file()) {
  BenchmarkReporter reporter(registry_uri, options, built);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.result();
}

}  // namespace erm

#endif
