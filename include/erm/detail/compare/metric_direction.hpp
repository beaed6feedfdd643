// Which way a metric is better, as far as its name tells.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/goal.hpp"

namespace erm::detail {

/// The words of a name in lower case: "valLoss/top5-acc" has val, loss, top5, acc.
inline std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_lower(c) && !is_upper(c)) {
      words.emplace_back();
      continue;
    }
    if (is_upper(c) && i > 0 && is_lower(name[i - 1])) words.emplace_back();
    words.back() += is_upper(c) ? static_cast<char>(c + 32) : c;
  }
  return words;
}

/// Nothing where the name says nothing. "loss" and "error" outweigh "score": an error score is an error.
inline std::optional<Goal> guessed_goal(std::string_view name) {
  static constexpr std::string_view less[] = {
      "loss",   "error",    "err",      "rmse",    "mse",     "mae",     "mape",       "rmsle",  "nll",
      "cost",   "regret",   "perplexity", "ppl",   "logloss", "brier",   "crossentropy", "wer",  "cer",
      "eer",    "fid",      "fpr",      "fnr",     "latency", "duration", "time",      "seconds", "overfit",
      "misread", "misses",  "errors",   "losses",  "divergence", "kl"};
  static constexpr std::string_view more[] = {
      "acc",     "accuracy", "auc",  "auroc",  "auprc",      "f1",     "fscore", "precision", "recall",
      "score",   "r2",       "iou",  "miou",   "map",        "bleu",   "rouge",  "meteor",    "reward",
      "return",  "psnr",     "ssim", "tpr",    "tnr",        "ap",     "ndcg",   "mrr",       "mcc",
      "kappa",   "specificity", "sensitivity", "throughput", "correct", "speedup", "hits", "likelihood"};
  const std::vector<std::string> words = words_of(name);
  const auto has = [&](const auto& known) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return std::find(std::begin(known), std::end(known), word) != std::end(known);
    });
  };
  if (has(less)) return Goal::minimize;
  if (has(more)) return Goal::maximize;
  return std::nullopt;
}

}  // namespace erm::detail
