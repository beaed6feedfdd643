// The last step of a run, as one of its params says: "max_steps" 20000, "train.epochs" 30.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"
#include "erm/value.hpp"

namespace erm::detail {

struct LastStep {
  std::string param;
  std::int64_t step = 0;
};

/// Whether a param of this name says how many steps or epochs a run has: "steps", "num_steps", "training.maxSteps",
/// "total-timesteps"; not "warmup_steps" or "steps_per_epoch".
inline bool names_last_step(std::string_view name) {
  std::string word = ascii_lower(name.substr(name.find_last_of("./:") + 1));
  for (std::size_t i = 0; i < word.size();)
    if (word[i] == '_' || word[i] == '-' || word[i] == ' ')
      word.erase(i, 1);
    else
      ++i;
  for (const std::string_view before : {"numberof", "numtrain", "maxtrain", "totaltrain", "training", "train", "num",
                                        "max", "total", "last", "final", "n"})
    if (word.size() > before.size() && word.compare(0, before.size(), before) == 0) {
      word.erase(0, before.size());
      break;
    }
  for (const std::string_view unit : {"steps", "step", "iterations", "iteration", "iters", "iter", "epochs", "epoch",
                                      "updates", "timesteps", "episodes", "rounds", "generations", "batches"})
    if (word == unit) return true;
  return false;
}

/// Of the params that may say it, the one whose number is the least that the run has not passed: a run that counts epochs
/// stays below its number of epochs, and one that counts steps soon passes it.
inline std::optional<LastStep> last_step_of(const std::map<std::string, Value>& params, std::int64_t now) {
  std::optional<LastStep> found;
  for (const auto& [name, value] : params) {
    if (!names_last_step(name)) continue;
    const std::optional<double> number = value.number();
    if (!number || !(*number >= 1) || !(*number < 9e15) || *number != std::floor(*number)) continue;
    const auto step = static_cast<std::int64_t>(*number);
    if (step < now || (found && step >= found->step)) continue;
    found = LastStep{name, step};
  }
  return found;
}

}  // namespace erm::detail
