// How what one process recorded of a run's provenance comes beside what others did: those that the run was begun by
// and gone on with, and those that write it together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "erm/detail/run/record_json.hpp"
#include "erm/json.hpp"

namespace erm::detail {

inline constexpr const char* captured_keys[] = {"captured_utc", "erm_version", "program", "machine", "job",
                                                "environment",  "build",       "code",    "missing"};

/// Whether two parts of a provenance have the same value; 1 and 1.0 are the same.
inline bool is_same(const Json& one, const Json& other) {
  if (one.is_number() && other.is_number()) {
    if (one.is_number_float() || other.is_number_float()) return one.get<double>() == other.get<double>();
    return one.get<std::int64_t>() == other.get<std::int64_t>();
  }
  if (one.type() != other.type() || one.size() != other.size()) return false;
  if (one.is_string()) return one.get_ref<const std::string&>() == other.get_ref<const std::string&>();
  if (one.is_boolean()) return one.get<bool>() == other.get<bool>();
  if (one.is_object()) {
    for (auto entry = one.begin(); entry != one.end(); ++entry) {
      const auto same = other.find(entry.key());
      if (same == other.end() || !is_same(*entry, *same)) return false;
    }
  } else if (one.is_array()) {
    for (std::size_t i = 0; i < one.size(); ++i)
      if (!is_same(one[i], other[i])) return false;
  }
  return true;
}

/// What of `one` is not the same in `other`, objects entry by entry; null where all is.
inline Json difference(const Json& one, const Json& other) {
  if (is_same(one, other)) return Json();
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

/// What was captured in `one` and not so in `other`.
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

/// Replaces what was captured before; of another process, which this one goes on for, its difference stays as the
/// last of "earlier".
inline void put_capture(Json& provenance, Json captured, bool goes_on) {
  if (goes_on && provenance.contains("captured_utc")) {
    Json& earlier = provenance["earlier"];
    if (!earlier.is_array()) earlier = Json::array();
    earlier.push_back(captured_difference(provenance, captured));
  }
  for (const char* const key : captured_keys) provenance.erase(key);
  provenance.update(captured);
}

/// Adds what another writer of the run recorded: what it logged, where the run has none of that name, and where it
/// ran as what differs from the run's own.
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
