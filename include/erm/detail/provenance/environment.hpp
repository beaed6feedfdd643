// The environment variables that a run may record: a short list, and those that the user names; never all of them. They
// are copied early, because a program may change them.
#pragma once

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/provenance/secrets.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// The variables that affect a program's results: threads, devices, libraries, language.
inline constexpr std::string_view kept_variables[] = {
    "OMP_NUM_THREADS",
    "OMP_THREAD_LIMIT",
    "OMP_PROC_BIND",
    "OMP_PLACES",
    "OMP_SCHEDULE",
    "OMP_DYNAMIC",
    "OMP_WAIT_POLICY",
    "OMP_MAX_ACTIVE_LEVELS",
    "OMP_STACKSIZE",
    "OMP_DEFAULT_DEVICE",
    "GOMP_CPU_AFFINITY",
    "KMP_AFFINITY",
    "KMP_BLOCKTIME",
    "KMP_SETTINGS",
    "MKL_NUM_THREADS",
    "MKL_DYNAMIC",
    "MKL_CBWR",
    "OPENBLAS_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TBB_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "CUDA_LAUNCH_BLOCKING",
    "CUBLAS_WORKSPACE_CONFIG",
    "NVIDIA_TF32_OVERRIDE",
    "NVIDIA_VISIBLE_DEVICES",
    "NCCL_ALGO",
    "NCCL_PROTO",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ZE_AFFINITY_MASK",
    "MALLOC_ARENA_MAX",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "LANG",
    "LC_ALL",
    "LC_NUMERIC",
    "TZ",
};

/// A copy of a part of the environment.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string> variables) : variables_(std::move(variables)) {}

  /// Copies the variable, if it is set and not empty.
  void take(const std::string& name) {
    if (name.find_first_of("=\0", 0, 2) != std::string::npos) return;
    if (const char* const value = std::getenv(name.c_str()); value != nullptr && *value != '\0')
      variables_.insert_or_assign(name, value);
  }
  /// Its value, or an empty text.
  [[nodiscard]] std::string_view get(const std::string& name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::string_view() : std::string_view(found->second);
  }

 private:
  std::map<std::string, std::string> variables_;
};

/// A text from the system in the form that a run stores: UTF-8, without secrets, and of limited length.
inline std::string kept_text(std::string_view text, std::size_t most = 4096) {
  std::string kept = repaired_utf8(masked_text(text.substr(0, most)));
  if (text.size() > most) kept += "... (" + std::to_string(text.size()) + " bytes)";
  return kept;
}

/// Notes why a field of the provenance is missing.
inline void miss(Json& missing, const std::string& field, const std::string& why) {
  missing[field] = repaired_utf8(why);
}

/// The section of the recorded variables. `further` are names from the user.
inline Json environment_section(const Environment& environment, const std::vector<std::string>& further,
                                Json& missing) {
  Json section = Json::object();
  const auto keep = [&](const std::string& name) {
    if (const std::string_view value = environment.get(name); !value.empty())
      section[repaired_utf8(name)] = kept_text(value);
  };
  for (const std::string_view name : kept_variables) keep(std::string(name));
  for (const std::string& name : further) {
    if (names_a_secret(name))
      miss(missing, "environment." + name, "secrets go by such names, and a run keeps none");
    else
      keep(name);
  }
  return section;
}

}  // namespace erm::detail
