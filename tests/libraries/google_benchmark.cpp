// Benchmarks that are logged as they run, beside what the library writes of them:  google_benchmark FOLDER
#include <benchmark/benchmark.h>

#include "erm/google_benchmark.hpp"

#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "erm/registry.hpp"

namespace {

int failed = 0;

void expect(bool is_so, const std::string& what) {
  if (is_so) return;
  std::printf("not so: %s\n", what.c_str());
  ++failed;
}

void add(benchmark::State& state) {
  std::int64_t sum = 0;
  for (auto _ : state) benchmark::DoNotOptimize(sum += state.range(0));
  state.counters["items"] = 42;
  state.SetLabel("a \"label\"");
}
BENCHMARK(add)->Arg(1)->Arg(8);

void gives_up(benchmark::State& state) {
  state.SkipWithError("no such file");
  for (auto _ : state) std::puts("never");
}
BENCHMARK(gives_up);

void run(const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string file = folder + "/bench.json";
  std::vector<std::string> words = {"bench", "--benchmark_repetitions=3", "--benchmark_min_time=0.001",
                                    "--benchmark_out=" + file, "--benchmark_out_format=json"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());

  std::ostringstream shown, errors;
  erm::BenchmarkReporter reporter(folder + "/logged");
  reporter.SetOutputStream(&shown);
  reporter.SetErrorStream(&errors);
  std::ofstream out(file);
  benchmark::JSONReporter json;
  json.SetOutputStream(&out);
  json.SetErrorStream(&errors);
  benchmark::RunSpecifiedBenchmarks(&reporter, &json);
  out.close();

  const erm::ImportResult imported = erm::import_google_benchmark(file, folder + "/imported");
  const erm::ImportResult& logged = reporter.result();
  expect(logged.imported.size() == 3 && imported.imported.size() == 3, "each of three repetitions is a run");
  expect(logged.left_out.size() == 1 && logged.left_out.front().find("gives_up") != std::string::npos,
         "a benchmark that failed is named");
  for (std::size_t i = 0; i < 3 && failed == 0; ++i) {
    const erm::ExperimentRun a = erm::load_run_from_path(logged.imported[i]);
    const erm::ExperimentRun b = erm::load_run_from_path(imported.imported[i]);
    expect(a.metrics() == b.metrics() && a.metrics().size() == 6, "the metrics are those of the import");
    expect(a.metrics().count("add/8/real_time") == 1 && a.metrics().count("add/8/items") == 1, "they have its names");
    expect(a.goals() == b.goals() && a.goals().size() == 4, "the goals are those of the import");
    expect(a.params() == b.params() && a.dicts().at("labels") == b.dicts().at("labels"), "so are params and labels");
    const erm::Json& provenance = a.provenance();
    expect(provenance.contains("program") && provenance["program"].contains("pid") && provenance.contains("build") &&
               provenance["build"].contains("compiler") && provenance["machine"].contains("caches"),
           "the provenance is that of this process, beside what the library knows");
  }
  expect(shown.str().find("add/8") != std::string::npos, "the results are shown, too");
  bool is_thrown = false;
  try {
    erm::BenchmarkReporter bad("s4://nowhere");
    bad.SetOutputStream(&shown);
    bad.SetErrorStream(&errors);
    benchmark::RunSpecifiedBenchmarks(&bad, "add/1$");
  } catch (const erm::Error&) {
    is_thrown = true;
  }
  expect(is_thrown, "a registry that is none is an error");
  expect(erm::run_benchmarks(folder + "/one line").imported.size() == 3, "one line runs and logs them");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? argv[1] : "google-benchmark");
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
  return failed == 0 ? 0 : 1;
}
