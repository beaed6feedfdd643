// The batch job of a process and its rank, recognised by the variables that schedulers set.
#pragma once

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

// Open MPI, MPICH and Intel MPI, MVAPICH2, srun, torchrun.
inline constexpr RankVariables rank_variables[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"},
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_RANK"},
    {"PMIX_RANK", "PMIX_SIZE", "PMIX_LOCAL_RANK"},
    {"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "SLURM_STEP_ID"},
    {"RANK", "WORLD_SIZE", "LOCAL_RANK", "WORLD_SIZE"},
};

/// Adds the variables that job_section needs to `environment`.
inline void take_job_variables(Environment& environment) {
  for (const JobVariable& one : job_variables) environment.take(std::string(one.variable));
  for (const RankVariables& one : rank_variables)
    for (const std::string_view name : {one.rank, one.size, one.local_rank}) environment.take(std::string(name));
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
  if (!get("KUBERNETES_SERVICE_HOST").empty())
    if (const std::string name = files.line("/var/run/secrets/kubernetes.io/serviceaccount/namespace"); !name.empty())
      job["kubernetes_namespace"] = kept_text(name);
  if (const std::string_view id = get("AWS_BATCH_JOB_ID"); !id.empty()) job["aws_batch_id"] = kept_text(id);
  for (const RankVariables& one : rank_variables) {
    const auto rank = leading_number(get(one.rank)), size = leading_number(get(one.size));
    if (!rank || (!one.only_with.empty() && get(one.only_with).empty())) continue;
    job["mpi_rank"] = *rank;
    if (size) job["mpi_size"] = *size;
    if (const auto local = leading_number(get(one.local_rank))) job["mpi_local_rank"] = *local;
    break;
  }
  return job;
}

}  // namespace erm::detail
