#include <benchmark/benchmark.h>
#include <erm/google_benchmark.hpp>

static void format(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(std::to_string(state.range(0)));
}
BENCHMARK(format)->Arg(1000);

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  erm::run_benchmarks("erm-registry");  // in place of benchmark::RunSpecifiedBenchmarks()
}
