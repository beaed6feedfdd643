// What a search may know of runs beforehand: from an earlier export, or from the cache.
//
//   scan.compare_with(&known);
//   scan.use_cache(&cached);
#pragma once

#include <string>

#include "erm/detail/cache/run_cache.hpp"
#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/cached_record.hpp"

namespace erm::detail {

/// What a caller knows of the runs from an earlier scan. Unlike the run itself, the proof is quick to have.
class KnownRuns {
 public:
  virtual ~KnownRuns() = default;
  /// The proof of the run at a path below the registry; null if it must be read. Called by several threads.
  [[nodiscard]] virtual const std::string* proof(const std::string& path) const = 0;
  /// Called for each run, on the calling thread, before a run that the filter accepts is passed on. The proof is empty
  /// for a run that may change without its metadata: one that has not ended, or with edits beside it.
  enum class Seen { known, refused_by_filter, accepted };
  virtual void see(const std::string& path, const std::string& proof, Seen seen) = 0;
  /// Called on the calling thread with each folder below the registry that cannot be read: its runs may be there.
  virtual void pass_over(const std::string& folder) = 0;
};

/// What a search with a cache needs. See FindOptions::cache.
struct CachedSearch {
  RunCache& cache;
  const CachedFields& fields;  // which the filter and the order ask for
  AskedNames& asked;
  /// Whether a run may be handed over as the cache has it, with those fields only and RunRecord::is_from_cache.
  bool hands_over_parts = false;
};

}  // namespace erm::detail
