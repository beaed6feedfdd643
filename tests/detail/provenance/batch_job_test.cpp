#include "erm/detail/provenance/batch_job.hpp"

#include <map>
#include <string>

#include "catch.hpp"
#include "system_tree.hpp"

namespace batch_job_test {

namespace {

erm::Json job_of(std::map<std::string, std::string> variables, const erm_test::SystemTree& machine = {}) {
  return erm::detail::job_section(erm::detail::Environment(std::move(variables)), machine.files());
}

}  // namespace

TEST_CASE("Outside a batch job there is no job section") {
  CHECK(job_of({}) == erm::Json::object());
  CHECK(job_of({{"SLURM_JOB_NAME", "left over"}, {"JOB_ID", "an app's own"}, {"HOSTNAME", "vm"}}) ==
        erm::Json::object());
}

TEST_CASE("A SLURM job is recognised by its ids, and its rank by srun") {
  CHECK(job_of({{"SLURM_JOB_ID", "123"},
                {"SLURM_JOB_NAME", "sweep"},
                {"SLURM_ARRAY_TASK_ID", "7"},
                {"SLURM_JOB_NODELIST", "node[01-04]"},
                {"SLURM_JOB_PARTITION", "gpu"},
                {"SLURM_PROCID", "3"},
                {"SLURM_NTASKS", "4"},
                {"SLURM_LOCALID", "1"},
                {"SLURM_STEP_ID", "0"}}) == erm::Json({{"scheduler", "slurm"},
                                                       {"id", "123"},
                                                       {"name", "sweep"},
                                                       {"array_index", "7"},
                                                       {"nodes", "node[01-04]"},
                                                       {"queue", "gpu"},
                                                       {"step", "0"},
                                                       {"tasks", 4},
                                                       {"mpi_rank", 3},
                                                       {"mpi_size", 4},
                                                       {"mpi_local_rank", 1}}));
}

TEST_CASE("The CPUs and tasks of a SLURM job are known without -c and -n") {
  // What `srun -N 3` sets in the third task: 2 tasks on the first nodes, 1 on the last one.
  const std::map<std::string, std::string> step = {{"SLURM_JOB_ID", "1"},
                                                   {"SLURM_STEP_ID", "0"},
                                                   {"SLURM_JOB_CPUS_PER_NODE", "8(x2),4"},
                                                   {"SLURM_TASKS_PER_NODE", "2(x2),1"},
                                                   {"SLURM_STEP_NUM_TASKS", "5"},
                                                   {"SLURM_NODEID", "2"},
                                                   {"SLURM_PROCID", "4"},
                                                   {"SLURM_LOCALID", "0"}};
  const erm::Json job = job_of(step);
  CHECK(job.at("cores_on_node") == 4);
  CHECK(job.at("tasks_on_node") == 1);
  CHECK(job.at("tasks") == 5);
  CHECK(job.at("mpi_rank") == 4);
  CHECK(job.at("mpi_size") == 5);
  CHECK(job.count("cores_per_task") == 0);
  CHECK(job_of({{"SLURM_JOB_ID", "1"}, {"SLURM_CPUS_ON_NODE", "6"}, {"SLURM_JOB_CPUS_PER_NODE", "8"}})
            .at("cores_on_node") == 6);
  CHECK(job_of({{"SLURM_JOB_ID", "1"}, {"SLURM_NPROCS", "3"}}).at("tasks") == 3);
  for (const char* const list : {"", "x", "(x2)", "4(x", "4(x0)", ",", "4,,"})
    CHECK(job_of({{"SLURM_JOB_ID", "1"}, {"SLURM_JOB_CPUS_PER_NODE", list}, {"SLURM_NODEID", "9"}}) ==
          erm::Json({{"scheduler", "slurm"}, {"id", "1"}}));
}

TEST_CASE("PBS, LSF, Grid Engine and Kubernetes are distinguished") {
  CHECK(job_of({{"PBS_JOBID", "9.head"}, {"PBS_QUEUE", "long"}}) ==
        erm::Json({{"scheduler", "pbs"}, {"id", "9.head"}, {"queue", "long"}}));
  CHECK(job_of({{"LSB_JOBID", "8"}, {"LSB_JOBINDEX", "2"}}) ==
        erm::Json({{"scheduler", "lsf"}, {"id", "8"}, {"array_index", "2"}}));
  CHECK(job_of({{"JOB_ID", "7"}, {"SGE_ROOT", "/opt/sge"}, {"QUEUE", "all.q"}}) ==
        erm::Json({{"scheduler", "sge"}, {"id", "7"}, {"queue", "all.q"}}));
  const erm_test::SystemTree pod = {{"/var/run/secrets/kubernetes.io/serviceaccount/namespace", "research"}};
  CHECK(job_of({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"HOSTNAME", "train-x7k2p"}}, pod) ==
        erm::Json({{"scheduler", "kubernetes"}, {"id", "train-x7k2p"}, {"kubernetes_namespace", "research"}}));
}

TEST_CASE("An MPI rank is known without a scheduler, for every MPI") {
  CHECK(job_of({{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}}) ==
        erm::Json({{"mpi_rank", 1}, {"mpi_size", 2}}));
  CHECK(job_of({{"PMI_RANK", "0"}, {"PMI_SIZE", "8"}, {"MPI_LOCALRANKID", "0"}}) ==
        erm::Json({{"mpi_rank", 0}, {"mpi_size", 8}, {"mpi_local_rank", 0}}));
  // srun --mpi=pmix: PMIx gives no size and no local rank.
  CHECK(job_of({{"PMIX_RANK", "2"}, {"SLURM_PROCID", "2"}, {"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "4"},
                {"SLURM_LOCALID", "0"}}) == erm::Json({{"mpi_rank", 2}, {"mpi_size", 4}, {"mpi_local_rank", 0}}));
  // mpirun within one task of srun: the variables of the inner one count.
  CHECK(job_of({{"OMPI_COMM_WORLD_RANK", "1"}, {"SLURM_PROCID", "0"}, {"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "1"}}) ==
        erm::Json({{"mpi_rank", 1}}));
  CHECK(job_of({{"RANK", "first"}, {"WORLD_SIZE", "2"}}) == erm::Json::object());
  CHECK(job_of({{"RANK", "1"}}) == erm::Json::object());
}

TEST_CASE("A job's texts contain no secrets") {
  CHECK(job_of({{"SLURM_JOB_ID", "1"}, {"SLURM_JOB_NAME", "run --token=abc"}})["name"] == "run --token=***");
}

}  // namespace batch_job_test
