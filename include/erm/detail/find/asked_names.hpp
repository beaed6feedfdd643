// Finds out whether a filter or an order asks for a name that no run has, which is usually a spelling mistake.
//
//   AskedNames asked(filter.needed_fields());
//   asked.look_at(record);                     // for each run, on any thread
//   asked.warnings();                          // {"no run has the param \"lrr\"; near: lr"}
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "erm/detail/base/near_names.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/error.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

class AskedNames {
 public:
  /// Fields that every run has, or that are no name, do not count.
  explicit AskedNames(const std::vector<RunField>& fields);

  /// Any thread. Costs next to nothing once each name was found.
  void look_at(const RunRecord& run);
  /// Whether some name was not found yet.
  [[nodiscard]] bool looks_for_more() const { return not_found_.load(std::memory_order_relaxed) != 0; }
  /// One for each name that no run has, as "no run has the param ...". None if there was no run.
  [[nodiscard]] std::vector<std::string> warnings(const std::string& no_run = "no run");

 private:
  struct Asked {
    explicit Asked(RunField asked) : field(std::move(asked)) {}
    RunField field;
    std::atomic<bool> is_found{false};
    std::set<std::string> others = {};               // the names of this kind
    std::unordered_set<std::size_t> seen_sets = {};  // most runs have the same names as the one before
  };

  static bool has(const RunField& field, const RunRecord& run);
  void collect(Asked& asked, const RunRecord& run);

  std::deque<Asked> asked_;  // which does not move them
  std::atomic<std::size_t> not_found_{0};
  std::atomic<bool> saw_run_{false};
  std::mutex mutex_;  // for the names
};

// ---- bodies ----

inline AskedNames::AskedNames(const std::vector<RunField>& fields) {
  using Kind = RunField::Kind;
  for (const RunField& field : fields) {
    if (field.kind != Kind::param && field.kind != Kind::metric && field.kind != Kind::dict &&
        field.kind != Kind::tag && field.kind != Kind::named)
      continue;
    const auto same = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& one) {
      return one.field.kind == field.kind && one.field.name == field.name && one.field.path == field.path;
    });
    if (same == asked_.end())
      asked_.emplace_back(field);
    else if (field.point != RunField::Point::logged)
      same->field.point = field.point;
  }
  not_found_ = asked_.size();
}

/// Does not read the history of a run whose metadata have all of its metrics.
inline bool AskedNames::has(const RunField& field, const RunRecord& run) {
  Value scratch;
  const bool is_bare = field.kind == RunField::Kind::named;
  if (field.kind != RunField::Kind::metric && !is_bare) return field.value_of(run, scratch) != nullptr;
  if (run.metrics.count(field.name) != 0 || (is_bare && run.params.count(field.name) != 0)) return true;
  if (run.status != RunStatus::running && run.status != RunStatus::killed) return false;
  try {
    return field.value_of(run, scratch) != nullptr;
  } catch (const Error&) {
    return true;  // whether it has one is unknown, and whoever needs the history gets the error
  }
}

inline void AskedNames::look_at(const RunRecord& run) {
  if (not_found_.load(std::memory_order_relaxed) == 0) return;
  if (!saw_run_.load(std::memory_order_relaxed)) saw_run_ = true;
  for (Asked& one : asked_) {
    if (one.is_found.load(std::memory_order_relaxed)) continue;
    if (!has(one.field, run))
      collect(one, run);
    else if (!one.is_found.exchange(true))
      --not_found_;
  }
}

/// Calls `visit` for the entries of a dict down to the depth of `path`, with their dotted names.
template <class Visit>
void visit_entries(const Json& dict, const std::string& name, std::size_t depth, Visit&& visit) {
  for (auto entry = dict.begin(); entry != dict.end(); ++entry) {
    const std::string whole = name + "." + entry.key();
    if (depth > 1 && entry->is_object())
      visit_entries(*entry, whole, depth - 1, visit);
    else
      visit(whole);
  }
}

inline void AskedNames::collect(Asked& asked, const RunRecord& run) {
  const auto each_name = [&](auto&& visit) {
    const auto visit_keys = [&](const auto& map) {
      for (const auto& [name, value] : map) visit(name);
    };
    switch (asked.field.kind) {
      case RunField::Kind::param:
        return visit_keys(run.params);
      case RunField::Kind::metric:
        return visit_keys(run.metrics);
      case RunField::Kind::tag:
        return visit_keys(run.tags);
      case RunField::Kind::named:
        visit_keys(run.metrics);
        return visit_keys(run.params);
      default:
        for (const auto& [name, dict] : run.dicts()) visit_entries(dict, name, asked.field.path.size(), visit);
    }
  };
  std::size_t set = 0;
  each_name([&](const std::string& name) { set = set * 31 + std::hash<std::string>()(name); });
  const std::lock_guard<std::mutex> lock(mutex_);
  if (asked.seen_sets.insert(set).second) each_name([&](const std::string& name) { asked.others.insert(name); });
}

inline std::vector<std::string> AskedNames::warnings(const std::string& no_run) {
  std::vector<std::string> all;
  if (!saw_run_) return all;
  for (const Asked& one : asked_) {
    if (one.is_found) continue;
    const auto [kind, name] = [&]() -> std::pair<std::string, std::string> {
      switch (one.field.kind) {
        case RunField::Kind::param:
          return {"param", one.field.name};
        case RunField::Kind::metric:
          return {"metric", one.field.name};
        case RunField::Kind::tag:
          return {"tag", one.field.name};
        case RunField::Kind::named:
          return {"metric or param", one.field.name};
        default:
          break;
      }
      std::string entry = one.field.name;
      for (const std::string& key : one.field.path) entry += "." + key;
      return {"dict entry", entry};
    }();
    std::vector<std::string> others(one.others.begin(), one.others.end());
    if (one.field.kind == RunField::Kind::named)  // a field that every run has may have been meant
      for (const PlainRunField& plain : plain_run_fields) others.emplace_back(plain.name);
    all.push_back(no_run + " has the " + kind + " \"" + name + "\"" + near_names_text(name, others));
  }
  return all;
}

}  // namespace erm::detail
