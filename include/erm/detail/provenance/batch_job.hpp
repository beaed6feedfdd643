// The batch job of a process and its rank, recognised by the variables that schedulers set.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/json.hpp"

namespace erm::detail {

struct JobVariable {
  std::string_view scheduler;  // recognised by the first of its variables that is set
  std::string_view key;
  std::string_view variable;
};

// From their manuals: sbatch(1), qsub(1B) of PBS, bsub(1), qsub(1) of Grid Engine, flux-submit(1).
inline constexpr JobVariable job_variables[] = {
    {"slurm", "id", "SLURM_JOB_ID"},
    {"slurm", "name", "SLURM_JOB_NAME"},
    {"slurm", "array_id", "SLURM_ARRAY_JOB_ID"},
    {"slurm", "array_index", "SLURM_ARRAY_TASK_ID"},
    {"slurm", "step", "SLURM_STEP_ID"},
    {"slurm", "restarts", "SLURM_RESTART_COUNT"},
    {"slurm", "cluster", "SLURM_CLUSTER_NAME"},
    {"slurm", "queue", "SLURM_JOB_PARTITION"},
    {"slurm", "account", "SLURM_JOB_ACCOUNT"},
    {"slurm", "nodes", "SLURM_JOB_NODELIST"},
    {"slurm", "node_count", "SLURM_JOB_NUM_NODES"},
    {"slurm", "cores_per_task", "SLURM_CPUS_PER_TASK"},
    {"slurm", "gpus", "SLURM_JOB_GPUS"},
    {"slurm", "submitted_from", "SLURM_SUBMIT_DIR"},
    {"pbs", "id", "PBS_JOBID"},
    {"pbs", "name", "PBS_JOBNAME"},
    {"pbs", "array_index", "PBS_ARRAY_INDEX"},
    {"pbs", "queue", "PBS_QUEUE"},
    {"pbs", "submitted_from", "PBS_O_WORKDIR"},
    {"lsf", "id", "LSB_JOBID"},
    {"lsf", "name", "LSB_JOBNAME"},
    {"lsf", "array_index", "LSB_JOBINDEX"},
    {"lsf", "queue", "LSB_QUEUE"},
    {"lsf", "nodes", "LSB_HOSTS"},
    {"lsf", "submitted_from", "LS_SUBCWD"},
    {"sge", "id", "JOB_ID"},
    {"sge", "name", "JOB_NAME"},
    {"sge", "array_index", "SGE_TASK_ID"},
    {"sge", "queue", "QUEUE"},
    {"sge", "submitted_from", "SGE_O_WORKDIR"},
    {"flux", "id", "FLUX_JOB_ID"},
    {"kubernetes", "id", "HOSTNAME"},  // the pod's name
    {"kubernetes", "index", "JOB_COMPLETION_INDEX"},
};

struct RankVariables {
  std::string_view rank, size, local_rank;
  std::string_view only_with = {};  // must be set, because others use these names, too
};

// Open MPI, MPICH and Intel MPI, MVAPICH2, PMIx, srun, torchrun. PMIx gives no size, and srun(1) sets SLURM_NTASKS only
// if -n was given, so a size may come from another row of the same rank.
inline constexpr RankVariables rank_variables[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"},
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_RANK"},
    {"PMIX_RANK", "PMIX_SIZE", "PMIX_LOCAL_RANK"},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_ID"},
    {"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "SLURM_STEP_ID"},
    {"SLURM_PROCID", "SLURM_NPROCS", "SLURM_LOCALID", "SLURM_STEP_ID"},
    {"RANK", "WORLD_SIZE", "LOCAL_RANK", "WORLD_SIZE"},
};

// sbatch(1) and srun(1), "OUTPUT ENVIRONMENT VARIABLES": SLURM_CPUS_PER_TASK is set only if -c was given. The CPUs of
// this node and the tasks on it are known without that.
inline constexpr const char* slurm_counts[] = {"SLURM_CPUS_ON_NODE",        "SLURM_JOB_CPUS_PER_NODE",
                                               "SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE",
                                               "SLURM_STEP_NUM_TASKS",      "SLURM_NTASKS",
                                               "SLURM_NPROCS",              "SLURM_NODEID"};

/// The number for a node from Slurm's list: "4(x2),2" says 4, 4 and 2.
inline std::optional<std::uint64_t> slurm_count(std::string_view list, std::uint64_t node) {
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix((std::min)(list.size(), one.size() + 1));
    const std::size_t times_at = one.find("(x");
    const std::uint64_t times =
        times_at == std::string_view::npos ? 1 : leading_number(one.substr(times_at + 2)).value_or(1);
    if (node < times) return leading_number(one);
    node -= times;
  }
  return std::nullopt;
}

/// The CPUs and tasks of this node, and the tasks of the step or the job.
inline void add_slurm_counts(Json& job, const Environment& environment) {
  const auto get = [&](const char* name) { return environment.get(name); };
  const std::uint64_t node = leading_number(get("SLURM_NODEID")).value_or(0);
  auto cpus = leading_number(get("SLURM_CPUS_ON_NODE"));
  if (!cpus) cpus = slurm_count(get("SLURM_JOB_CPUS_PER_NODE"), node);
  if (cpus) job["cores_on_node"] = *cpus;
  auto tasks_here = slurm_count(get("SLURM_STEP_TASKS_PER_NODE"), node);
  if (!tasks_here) tasks_here = slurm_count(get("SLURM_TASKS_PER_NODE"), node);
  if (tasks_here) job["tasks_on_node"] = *tasks_here;
  for (const char* const name : {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"}) {
    const auto tasks = leading_number(get(name));
    if (!tasks) continue;
    job["tasks"] = *tasks;
    break;
  }
}

/// Adds the variables that job_section needs to `environment`.
inline void take_job_variables(Environment& environment) {
  for (const JobVariable& one : job_variables) environment.take(std::string(one.variable));
  for (const RankVariables& one : rank_variables)
    for (const std::string_view name : {one.rank, one.size, one.local_rank}) environment.take(std::string(name));
  for (const char* const name : slurm_counts) environment.take(name);
  for (const char* const name : {"SGE_ROOT", "KUBERNETES_SERVICE_HOST", "AWS_BATCH_JOB_ID"}) environment.take(name);
}

/// The job's section, or an empty object outside a job.
inline Json job_section(const Environment& environment, const SystemFiles& files) {
  Json job = Json::object();
  std::string_view scheduler;
  const auto get = [&](std::string_view name) { return environment.get(std::string(name)); };
  for (const JobVariable& one : job_variables) {
    const std::string_view value = get(one.variable);
    if (value.empty()) continue;
    if (scheduler.empty()) {
      if (one.key != "id") continue;
      // Other programs use these names, too.
      if (one.scheduler == "sge" && get("SGE_ROOT").empty()) continue;
      if (one.scheduler == "kubernetes" && get("KUBERNETES_SERVICE_HOST").empty()) continue;
      scheduler = one.scheduler;
      job["scheduler"] = std::string(scheduler);
    }
    if (scheduler == one.scheduler) job[std::string(one.key)] = kept_text(value);
  }
  if (scheduler == "slurm") add_slurm_counts(job, environment);
  if (!get("KUBERNETES_SERVICE_HOST").empty())
    if (const std::string name = files.line("/var/run/secrets/kubernetes.io/serviceaccount/namespace"); !name.empty())
      job["kubernetes_namespace"] = kept_text(name);
  if (const std::string_view id = get("AWS_BATCH_JOB_ID"); !id.empty()) job["aws_batch_id"] = kept_text(id);
  std::optional<std::uint64_t> rank, size, local_rank;
  for (const RankVariables& one : rank_variables) {
    const auto found = leading_number(get(one.rank));
    if (!found || (rank && *found != *rank) || (!one.only_with.empty() && get(one.only_with).empty())) continue;
    rank = found;
    if (!size) size = leading_number(get(one.size));
    if (!local_rank) local_rank = leading_number(get(one.local_rank));
  }
  if (rank) job["mpi_rank"] = *rank;
  if (rank && size) job["mpi_size"] = *size;
  if (rank && local_rank) job["mpi_local_rank"] = *local_rank;
  return job;
}

}  // namespace erm::detail
