// Merges the provenance that several processes recorded for one run: those that began and continued it, and those that
// write it together.
#pragma once

#include <string>
#include <utility>

#include "erm/detail/run/record_json.hpp"
#include "erm/json.hpp"

namespace erm::detail {

inline constexpr const char* captured_keys[] = {"captured_utc", "erm_version", "program", "machine", "job",
                                                "environment",  "build",       "code",    "missing"};

/// What differs in `one` from `other`, objects entry by entry. Null if nothing differs.
inline Json difference(const Json& one, const Json& other) {
  if (one == other) return Json();
  if (!one.is_object() || !other.is_object()) return one;
  Json different = Json::object();
  for (auto entry = one.begin(); entry != one.end(); ++entry) {
    const auto same = other.find(entry.key());
    if (same == other.end())
      different[entry.key()] = *entry;
    else if (Json part = difference(*entry, *same); !part.is_null())
      different[entry.key()] = std::move(part);
  }
  return different;
}

/// What was captured in `one` and differs in `other`.
inline Json captured_difference(const Json& one, const Json& other) {
  Json different = Json::object();
  for (const char* const key : captured_keys) {
    const auto there = one.find(key);
    if (there == one.end()) continue;
    const auto same = other.find(key);
    if (same == other.end())
      different[key] = *there;
    else if (Json part = difference(*there, *same); !part.is_null() && !(part.is_object() && part.empty()))
      different[key] = std::move(part);
  }
  return different;
}

/// Replaces the earlier capture. If that came from another process, which this one continues, keeps its difference as
/// the last entry of "earlier".
inline void put_capture(Json& provenance, Json captured, bool goes_on) {
  if (goes_on && provenance.contains("captured_utc")) {
    Json& earlier = provenance["earlier"];
    if (!earlier.is_array()) earlier = Json::array();
    earlier.push_back(captured_difference(provenance, captured));
  }
  for (const char* const key : captured_keys) provenance.erase(key);
  provenance.update(captured);
}

/// Adds what another writer of the run recorded: what it logged, unless the run has an entry of that name; and its
/// environment, as the difference from the run's own.
inline void add_provenance_of_writer(RunRecord& run, const RunRecord& other, const std::string& writer) {
  const Json& theirs = other.provenance();
  if (theirs.empty()) return;
  Json& mine = run.own_provenance();
  for (const char* const key : {"inputs", "seeds", "rngs"}) {
    const auto logged = theirs.find(key);
    if (logged == theirs.end() || !logged->is_object()) continue;
    Json& all = mine[key];
    if (!all.is_object()) all = Json::object();
    for (auto entry = logged->begin(); entry != logged->end(); ++entry)
      if (!all.contains(entry.key())) all[entry.key()] = *entry;
  }
  if (Json different = captured_difference(theirs, mine); !different.empty())
    mine["writers"][writer] = std::move(different);
}

}  // namespace erm::detail
