// The rows of a comparison: the keys of all runs are joined, values become cells, cells are compared, and the best
// value of a metric is marked.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison_data.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/json_dump.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/shown_number.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"
#include "erm/json.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// Owns texts. The view of a text stays valid until the arena is destroyed.
class TextArena {
 public:
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > free_) {
      free_ = (std::max)(text.size(), block_size);
      blocks_.push_back(std::make_unique<char[]>(free_));
      next_ = blocks_.back().get();
    }
    std::memcpy(next_, text.data(), text.size());
    const std::string_view kept(next_, text.size());
    next_ += text.size();
    free_ -= text.size();
    return kept;
  }
  /// Keeps the shortest text that reads back as `number`.
  std::string_view keep_floating(double number) {
    number_.clear();
    append_floating(number_, number);
    return keep(number_);
  }

 private:
  static constexpr std::size_t block_size = 16384;
  std::string number_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t free_ = 0;
};

/// "2026-11-23 07:30:21", with a fraction where the time has one.
inline std::string readable_time(TimePoint time) {
  std::string text = time_text(time);
  text[10] = ' ';
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  if (text.size() < 19) text.append(19 - text.size(), '0');
  return text;
}

/// Joins the maps that `get(run)` returns by their keys. Calls `make(key)` once for each key, which makes row 0, 1,
/// ..., and `fill(row, run, value)` for each entry. Returns the indexes of the rows in the order of their keys.
template <class Get, class Make, class Fill>
std::vector<std::size_t> join_by_key(const std::vector<const ExperimentRun*>& runs, const Get& get, const Make& make,
                                     const Fill& fill) {
  using Entry = std::pair<std::string_view, std::size_t>;
  std::vector<Entry> known, more;  // known: sorted by key
  for (std::size_t run = 0; run < runs.size(); ++run) {
    std::size_t at = 0;
    more.clear();
    for (const auto& [name, value] : get(*runs[run])) {
      const std::string_view key = name;
      // Most runs have the same keys, so the next known key is mostly the right one.
      if (at == known.size() || known[at].first != key) {
        while (at < known.size() && known[at].first < key) ++at;
        if (at == known.size() || known[at].first != key) {
          const std::size_t row = known.size() + more.size();
          more.emplace_back(key, row);
          make(key);
          fill(row, run, value);
          continue;
        }
      }
      fill(known[at++].second, run, value);
    }
    if (more.empty()) continue;
    const auto middle = static_cast<std::ptrdiff_t>(known.size());
    known.insert(known.end(), more.begin(), more.end());
    std::inplace_merge(known.begin(), known.begin() + middle, known.end());
  }
  std::vector<std::size_t> order;
  order.reserve(known.size());
  for (const Entry& entry : known) order.push_back(entry.second);
  return order;
}

template <class T>
std::vector<T> reordered(std::vector<T>&& items, const std::vector<std::size_t>& order) {
  std::vector<T> out;
  out.reserve(items.size());
  for (const std::size_t index : order) out.push_back(std::move(items[index]));
  return out;
}

inline void fill_number(ComparisonCell& cell, double number, TextArena& texts) {
  cell.kind = ComparisonCell::Kind::number;
  cell.number = number;
  cell.text = texts.keep_floating(number);
}

inline void fill_text(ComparisonCell& cell, std::string_view text, TextArena& texts) {
  cell.text = texts.keep(text);
  cell.kind = ComparisonCell::Kind::text;
  // Only a padded number is longer than this.
  if (text.size() > 400) return;
  if (const std::optional<double> number = parse_number(text)) {
    cell.kind = ComparisonCell::Kind::number;
    cell.number = *number;
  }
}

inline void fill_cell(ComparisonCell& cell, const Value& value, TextArena& texts) {
  switch (value.kind()) {
    case Value::Kind::floating:
      return fill_number(cell, value.get<double>(), texts);
    case Value::Kind::text:
      return fill_text(cell, value.str(), texts);
    case Value::Kind::boolean:
      cell.kind = ComparisonCell::Kind::boolean;
      cell.text = value.get<bool>() ? "true" : "false";
      return;
    default:
      cell.kind = ComparisonCell::Kind::number;
      cell.number = value.get<double>();
      cell.text = texts.keep(value.str());
  }
}

/// For what a run has or has not: a tag without a value, a feature.
inline void fill_yes(ComparisonCell& cell) {
  cell.kind = ComparisonCell::Kind::boolean;
  cell.text = "yes";
}

/// `json` is not an object with entries. A list is shown as its JSON text.
inline void fill_json_cell(ComparisonCell& cell, const Json& json, TextArena& texts) {
  switch (json.type()) {
    case Json::value_t::null:
      cell.kind = ComparisonCell::Kind::null;
      cell.text = "null";
      return;
    case Json::value_t::boolean:
      return fill_cell(cell, Value(json.get<bool>()), texts);
    case Json::value_t::number_integer:
      return fill_cell(cell, Value(json.get<std::int64_t>()), texts);
    case Json::value_t::number_unsigned:
      return fill_cell(cell, Value(json.get<std::uint64_t>()), texts);
    case Json::value_t::number_float:
      return fill_number(cell, json.get<double>(), texts);
    case Json::value_t::string:
      return fill_text(cell, json.get_ref<const std::string&>(), texts);
    default:
      cell.kind = ComparisonCell::Kind::text;
      cell.text = texts.keep(json_dump(json));
  }
}

/// Whether a text is what a cell shows of another value, so that it is shown in quotes.
inline bool looks_like_no_text(std::string_view text) {
  for (const std::string_view word : {"true", "false", "null", "yes", "empty", "\xE2\x80\x94"})
    if (text == word) return true;
  return false;
}

/// Whether both have the same value. Numbers are compared as numbers, all other values by their text. Beyond 2^53 two
/// integers may share a double, so there the text decides.
inline bool same_cell(const ComparisonCell& a, const ComparisonCell& b) {
  if (a.kind != b.kind) return false;
  if (a.text == b.text) return true;
  if (a.kind != ComparisonCell::Kind::number) return false;
  if (is_nan(a.number) || is_nan(b.number)) return is_nan(a.number) && is_nan(b.number);
  return a.number == b.number && (std::abs(a.number) < 9007199254740992.0 || is_inf(a.number));
}

/// Whether the number is shown with an exponent: it is below 1e-4, or it is 1e6 or more and its text has an exponent or
/// a fraction.
inline bool is_scientific(const ComparisonCell& cell) {
  if (!is_finite(cell.number) || cell.number == 0) return false;
  const double size = std::abs(cell.number);
  if (size < 1e-4) return true;
  return size >= 1e6 && cell.text.find_first_of(".eE") != std::string_view::npos;
}

/// Compares the cells of the row to the baseline's, and sets what follows from them.
inline void finish_row(ComparisonRow& row, std::size_t baseline) {
  using Kind = ComparisonCell::Kind;
  if (row.cells.empty()) return;
  const ComparisonCell& compared = row.cells[baseline];
  bool numbers = false, others = false;
  for (ComparisonCell& cell : row.cells) {
    cell.differs = !row.is_incidental && &cell != &compared && !same_cell(cell, compared);
    row.differs = row.differs || cell.differs;
    if (cell.kind == Kind::number) {
      numbers = true;
      row.is_scientific = row.is_scientific || is_scientific(cell);
    } else if (cell.kind != Kind::missing) {
      others = true;
    }
  }
  row.is_numeric = numbers && !others;
}

/// Gives each number of a row the digits that tell it from the others.
inline void find_digits(ComparisonRow& row, DigitsFinder& finder) {
  using Kind = ComparisonCell::Kind;
  const auto text_of = [&](std::size_t i) {
    const ComparisonCell& cell = row.cells[i];
    return cell.kind == Kind::number ? cell.text : std::string_view();
  };
  std::size_t longest = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) longest = (std::max)(longest, text_of(i).size());
  if (longest <= few_digits) return;
  const auto number_of = [&](std::size_t i) {
    return row.cells[i].kind == Kind::number ? row.cells[i].number : not_a_number();
  };
  if (!finder.may_look_alike(row.cells.size(), number_of)) return;
  finder.find(
      row.cells.size(), row.is_scientific, text_of,
      [&](std::size_t i, std::size_t k) { return same_cell(row.cells[i], row.cells[k]); },
      [&](std::size_t i, std::size_t digits) { row.cells[i].digits = static_cast<std::uint8_t>(digits); });
}

/// Marks the best number and its ties. Marks nothing where fewer than two runs have a number. `may_be_best(run)` says
/// which runs count.
template <class MayBeBest>
void mark_best_cells(std::vector<ComparisonCell>& cells, Goal goal, const MayBeBest& may_be_best) {
  std::optional<double> best;
  std::size_t numbers = 0;
  for (std::size_t run = 0; run < cells.size(); ++run) {
    const ComparisonCell& cell = cells[run];
    if (is_nan(cell.number) || !may_be_best(run)) continue;
    ++numbers;
    if (!best || (goal == Goal::minimize ? cell.number < *best : cell.number > *best)) best = cell.number;
  }
  if (numbers < 2) return;
  for (std::size_t run = 0; run < cells.size(); ++run)
    cells[run].best = !is_nan(cells[run].number) && cells[run].number == *best && may_be_best(run);
}

/// The words of a name in lower case: val, loss, top5 and acc of "valLoss/top5-acc".
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

/// Which values of a metric are better, as far as its name tells. "loss" and "error" outweigh "score": an error score
/// is an error.
inline std::optional<Goal> guessed_goal(std::string_view name) {
  static constexpr std::string_view less[] = {
      "loss",    "error",  "err",        "rmse",   "mse",        "mae",      "mape",         "rmsle",   "nll",
      "cost",    "regret", "perplexity", "ppl",    "logloss",    "brier",    "crossentropy", "wer",     "cer",
      "eer",     "fid",    "fpr",        "fnr",    "latency",    "duration", "time",         "seconds", "overfit",
      "misread", "misses", "errors",     "losses", "divergence", "kl"};
  static constexpr std::string_view more[] = {
      "acc",    "accuracy",    "auc",         "auroc",      "auprc",   "f1",      "fscore", "precision", "recall",
      "score",  "r2",          "iou",         "miou",       "map",     "bleu",    "rouge",  "meteor",    "reward",
      "return", "psnr",        "ssim",        "tpr",        "tnr",     "ap",      "ndcg",   "mrr",       "mcc",
      "kappa",  "specificity", "sensitivity", "throughput", "correct", "speedup", "hits",   "likelihood"};
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

/// Adds one row for each feature. Before them come the number of features and, where runs list the same features in
/// different orders, the number of each run's order.
inline void add_feature_rows(std::vector<ComparisonRow>& rows, const std::vector<const ExperimentRun*>& runs,
                             std::size_t baseline, TextArena& texts) {
  std::map<std::string_view, std::size_t> row_of;
  std::vector<std::string_view> names;
  const auto add_names = [&](const ExperimentRun& run) {
    for (const std::string& feature : run.features())
      if (row_of.emplace(feature, names.size()).second) names.push_back(feature);
  };
  if (!runs.empty()) add_names(*runs[baseline]);
  for (const ExperimentRun* run : runs) add_names(*run);
  if (names.empty()) return;

  const auto add_summary = [&](std::string_view name) {
    rows.emplace_back();
    rows.back().name = name;
    rows.back().is_summary = true;
    rows.back().cells.resize(runs.size());
  };
  add_summary("number of features");
  for (std::size_t run = 0; run < runs.size(); ++run) {
    fill_cell(rows[0].cells[run], Value(runs[run]->features().size()), texts);
  }
  // The orders of one set of features are numbered: runs with the same features and the same number have the same list.
  std::map<std::string, std::size_t> orders_of, number_of;  // by the features of a set, and of a list
  const auto text_of = [](const std::vector<std::string>& features) {
    std::string text;
    for (const std::string& feature : features) text += std::to_string(feature.size()) + ":" + feature;
    return text;
  };
  std::vector<std::size_t> order(runs.size());
  for (std::size_t run = 0; run < runs.size(); ++run) {
    std::vector<std::string> set = runs[run]->features();
    std::sort(set.begin(), set.end());
    const std::string list = text_of(runs[run]->features());
    if (number_of.find(list) == number_of.end()) number_of[list] = orders_of[text_of(set)]++;
    order[run] = number_of[list];
  }
  if (std::any_of(order.begin(), order.end(), [](std::size_t number) { return number > 0; })) {
    add_summary("order of features");
    for (std::size_t run = 0; run < runs.size(); ++run)
      fill_text(rows[1].cells[run], "order " + std::to_string(order[run] + 1), texts);
  }

  std::vector<ComparisonRow> features(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    features[i].name = names[i];
    features[i].cells.resize(runs.size());
  }
  for (std::size_t run = 0; run < runs.size(); ++run)
    for (const std::string& feature : runs[run]->features()) fill_yes(features[row_of[feature]].cells[run]);
  std::move(features.begin(), features.end(), std::back_inserter(rows));
}

/// Stands between the keys of a path, so that {"a": {"b": 1}} and {"a.b": 1} are two rows.
inline constexpr char path_mark = '\x1F';

using FlatDict = std::vector<std::pair<std::string, const Json*>>;

/// Appends each value of a nested object with its path.
inline void flatten(const Json& object, const std::string& prefix, FlatDict& into) {
  for (auto entry = object.begin(); entry != object.end(); ++entry) {
    std::string path = prefix + entry.key();
    if (entry->is_object() && !entry->empty())
      flatten(*entry, path + path_mark, into);
    else
      into.emplace_back(std::move(path), &*entry);
  }
}

/// Adds the rows of one dict. `dicts` has the dict of each run, or null.
inline void add_dict_rows(std::vector<ComparisonRow>& rows, const std::vector<const Json*>& dicts, TextArena& texts) {
  std::vector<FlatDict> flat(dicts.size());
  std::map<std::string, std::size_t> row_of;
  for (std::size_t run = 0; run < dicts.size(); ++run) {
    if (dicts[run] != nullptr) flatten(*dicts[run], {}, flat[run]);
    for (const auto& entry : flat[run]) row_of.emplace(entry.first, 0);
  }
  for (auto& [path, index] : row_of) {
    index = rows.size();
    std::string shown = path;
    std::replace(shown.begin(), shown.end(), path_mark, '.');
    rows.emplace_back();
    rows.back().name = texts.keep(shown);
    rows.back().cells.resize(dicts.size());
  }
  for (std::size_t run = 0; run < dicts.size(); ++run)
    for (const auto& [path, value] : flat[run])
      fill_json_cell(rows[row_of.find(path)->second].cells[run], *value, texts);
}

}  // namespace erm::detail
