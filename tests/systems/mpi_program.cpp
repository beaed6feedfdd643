// Two ranks that share a live run; rank 1 ends in some way.
//   program log REGISTRY ID early|late MODE       early: the LiveRun begins before MPI_Init; MODE: see below
//   program show REGISTRY ID                      what is in the registry, a line for each rank
#include <erm/live_run.hpp>
#include <erm/registry.hpp>

#include <mpi.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

int rank_of_launcher() {
  for (const char* const name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK"})
    if (const char* const rank = std::getenv(name)) return std::atoi(rank);
  return 0;
}

void end_by(const std::string& mode) {
  if (mode == "abort") MPI_Abort(MPI_COMM_WORLD, 3);
  if (mode == "segv") *static_cast<volatile int*>(nullptr) = 1;
  if (mode == "fpe") std::raise(SIGFPE);
  if (mode == "sigabrt") std::abort();
  if (mode == "exit") std::exit(5);
  if (mode == "kill") std::raise(SIGKILL);
}

int show(const std::string& registry, const std::string& id) {
  const erm::ExperimentRun run = erm::load_run_from_registry(registry, "mpi", "main", id);
  for (const char* const name : {"rank0", "rank1"}) {
    const auto found = run.history().find(name);
    std::printf("%s %zu\n", name, found == run.history().end() ? 0 : found->second.size());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4) return show(argv[2], argv[3]);
  if (argc != 6) return 2;
  const bool is_early = argv[4] == std::string("early");
  const std::string mode = argv[5];
  if (!is_early) MPI_Init(&argc, &argv);
  const int rank = rank_of_launcher();
  {
    erm::LiveOptions options;
    options.run_id = argv[3];
    options.writer = rank == 0 ? "main" : "rank" + std::to_string(rank);
    // Rank 1 keeps everything in its buffer.
    options.flush_interval = std::chrono::milliseconds(rank == 0 ? 100 : 10000);
    erm::LiveRun run(argv[2], "mpi", options);
    if (is_early) MPI_Init(&argc, &argv);
    for (int i = 0; i < 60; ++i) {
      run.log_metric("rank" + std::to_string(rank), i, i);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (i == 39 && rank == 1) end_by(mode);
    }
    run.finish();
  }
  MPI_Finalize();
  return 0;
}
