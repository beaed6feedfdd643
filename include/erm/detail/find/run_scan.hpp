// Reads all runs of a registry, or of a part of it, on a few threads, and keeps those that a filter accepts.
//
//   const RunScan scan(registry, registry_uri, experiment_id, variant_id);
//   scan.each(filter, threads, [](RunRecord&& run) { ... }, [](const std::string& run_uri, const Error& why) { ... },
//             [](const std::string& warning) { ... });
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/cache/run_block.hpp"
#include "erm/detail/cache/run_cache.hpp"
#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/cached_record.hpp"
#include "erm/detail/find/found_history.hpp"
#include "erm/detail/find/known_runs.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/detail/store/copied_runs.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"
#include "erm/registry.hpp"

namespace erm::detail {

class RunScan {
 public:
  /// An empty id stands for all. Throws NotFoundError if the registry, the experiment or the variant does not exist,
  /// and IoError if it cannot be read.
  RunScan(const Location& registry, std::string registry_uri, const std::string& experiment_id,
          const std::string& variant_id);

  /// For each_of(). Looks at nothing yet.
  RunScan(const Location& registry, std::string registry_uri)
      : fs_(registry.fs), root_(without_end_slash(registry.path)), registry_uri_(std::move(registry_uri)) {}

  using Accept = std::function<void(RunRecord&& run)>;
  using Refuse = std::function<void(const std::string& run_uri, const Error& error)>;
  using Warn = std::function<void(const std::string& warning)>;
  /// Calls `accept` for each run that the filter accepts, and `refuse` for each run that cannot be read, in the order
  /// of their ids and on the calling thread. Calls `warn` for each folder that cannot be read and is passed over.
  void each(const RunFilter& filter, unsigned threads, const Accept& accept, const Refuse& refuse,
            const Warn& warn) const;
  struct VariantIds {
    std::string experiment_id, variant_id;
    std::vector<std::string> run_ids;  // sorted
  };
  /// The ids of all runs that each() would read, with its warnings.
  [[nodiscard]] std::vector<VariantIds> ids(const Warn& warn) const;
  /// From now on passes over the runs that are known.
  void compare_with(KnownRuns* known) { known_ = known; }
  /// From now on each() reads only the runs that the cache does not know, and those that it hands over as a whole.
  void use_cache(CachedSearch* cached) { cached_ = cached; }

  /// The same for those runs of a variant whose ids a caller has listed already, in the order of `run_ids`.
  void each_of(const std::string& experiment_id, const std::string& variant_id, const std::vector<std::string>& run_ids,
               const RunFilter& filter, unsigned threads, const Accept& accept, const Refuse& refuse) const {
    read_all({experiment_id, variant_id}, {run_ids, {}, {}}, nullptr, filter, threads, accept, refuse);
  }

 private:
  struct Variant {
    std::string experiment_id, variant_id;
    bool is_asked_for = false;  // by its id: then it is an error that it cannot be read
  };
  struct Outcome {
    std::unique_ptr<RunRecord> run = {};  // null if the filter does not accept it, or it was deleted meanwhile
    std::exception_ptr error = nullptr;
    std::string proof = {};  // if there are known runs
    bool is_known = false, is_read = false;
  };
  /// The runs of a variant.
  struct Listed {
    std::vector<std::string> ids;   // sorted
    std::vector<FileStamp> stamps;  // for a cache
    std::vector<PassedOver> passed_over;
    std::exception_ptr error = nullptr;
  };
  /// What is added to a cache.
  struct Kept {
    RunBlockWriter& writer;
    FileStamp listed;     // with the run's folder
    FileStamp read = {};  // with the metadata
  };
  /// Some of the runs of a variant, which wait in memory until all of them are read.
  struct Some {
    const Variant& variant;
    const RunFilter& filter;
    unsigned threads;
    VariantCache* cache;
    const std::string* ids = nullptr;
    std::size_t count = 0;
    const FileStamp* stamps = nullptr;
    std::vector<CachedRun> known = {};
    std::vector<Outcome> outcomes = {};
    std::vector<char> is_done = {};  // by the cache
  };
  static constexpr std::size_t runs_of_group = 256;  // that one thread reads in a row

  static constexpr std::size_t requests_at_once = 16;  // of listings, for a store on another machine

  [[nodiscard]] std::vector<Variant> variants_of(const std::string& experiment, bool is_asked_for,
                                                 const std::string& variant_id,
                                                 std::vector<PassedOver>& passed_over) const;
  [[nodiscard]] Listed list(const Variant& variant, unsigned threads, std::size_t listings) const;
  template <class Visit>
  void each_listed(unsigned threads, const Warn& warn, const Visit& visit) const;
  void warn_of(const std::vector<PassedOver>& passed_over, const Warn& warn) const {
    for (const PassedOver& one : passed_over) {
      if (known_ != nullptr) known_->pass_over(one.path.substr((std::min)(one.path.size(), root_.size() + 1)));
      warn("passed over '" + one.path + "': " + one.reason);
    }
  }
  void read_all(const Variant& variant, const Listed& listed, VariantCache* cache, const RunFilter& filter,
                unsigned threads, const Accept& accept, const Refuse& refuse) const;
  void answer_from_cache(Some& some) const;
  void read_some(Some& some) const;
  Outcome read_one(const Variant& variant, const std::string& folder, const std::string& run_id, const Bytes* bytes,
                   const RunFilter& filter, Kept* kept) const;
  std::optional<RunRecord> read_matching(const Variant& variant, const std::string& folder, const std::string& run_id,
                                         const Bytes* bytes, const RunFilter& filter, Outcome& outcome,
                                         Kept* kept) const;
  [[nodiscard]] std::string proof_of(const std::string& folder, const Bytes& metadata, bool with_files) const;
  static std::string path_of(const Variant& variant, const std::string& run_id) {
    return joined(joined(variant.experiment_id, variant.variant_id), run_id);
  }
  [[nodiscard]] std::string folder_of_variant(const Variant& variant) const {
    return joined(joined(root_, variant.experiment_id), variant.variant_id);
  }

  std::shared_ptr<FileSystem> fs_;
  std::string root_;
  std::string registry_uri_;
  std::vector<Variant> variants_;
  std::vector<PassedOver> passed_over_;
  bool is_of_all_ = false;  // not of one experiment or one variant
  KnownRuns* known_ = nullptr;
  CachedSearch* cached_ = nullptr;
};

// ---- bodies ----

inline RunScan::RunScan(const Location& registry, std::string registry_uri, const std::string& experiment_id,
                        const std::string& variant_id)
    : fs_(registry.fs),
      root_(without_end_slash(registry.path)),
      registry_uri_(std::move(registry_uri)),
      is_of_all_(experiment_id.empty() && variant_id.empty()) {
  std::vector<std::string> experiments = {experiment_id};
  if (experiment_id.empty()) {
    VariantPlace{*fs_, registry_uri_, root_}.expect_registry();
    experiments = marked_or_copied_ids(*fs_, root_, false, &passed_over_);
  } else {
    check_name("experiment id", experiment_id);
  }
  struct Found {
    std::vector<Variant> variants;
    std::vector<PassedOver> passed_over;
    std::exception_ptr error = nullptr;
  };
  std::vector<Found> found(experiments.size());
  on_threads(found.size(), fs_->has_folders() ? 1 : requests_at_once, [&](std::size_t i) {
    try {
      found[i].variants = variants_of(experiments[i], !experiment_id.empty(), variant_id, found[i].passed_over);
    } catch (...) {
      found[i].error = std::current_exception();
    }
  });
  for (Found& one : found) {
    if (one.error) std::rethrow_exception(one.error);
    std::move(one.variants.begin(), one.variants.end(), std::back_inserter(variants_));
    std::move(one.passed_over.begin(), one.passed_over.end(), std::back_inserter(passed_over_));
  }
  if (variants_.empty() && !variant_id.empty()) {
    throw NotFoundError("there is no variant '" + variant_id + "' " +
                        (experiment_id.empty() ? "of any experiment" : "of experiment '" + experiment_id + "'") +
                        " in the registry '" + registry_uri_ + "'; list_variants tells which there are");
  }
}

inline std::vector<RunScan::Variant> RunScan::variants_of(const std::string& experiment, bool is_asked_for,
                                                          const std::string& variant_id,
                                                          std::vector<PassedOver>& passed_over) const {
  const std::string folder = joined(root_, experiment);
  std::vector<std::string> ids;
  try {
    if (is_asked_for) VariantPlace{*fs_, registry_uri_, root_}.expect_experiment(experiment);
    // A search of each variant in turn must not look at all others each time.
    const bool is_plain = !variant_id.empty() && variant_id.find('/') == std::string::npos && variant_id.front() != '.';
    if (is_plain && fs_->are_files({joined(joined(folder, variant_id), std::string(variant_marker))}))
      ids.push_back(variant_id);
    else
      ids = marked_or_copied_ids(*fs_, folder, true, &passed_over);
  } catch (const NotFoundError&) {
    if (is_asked_for) throw;
    return {};  // deleted since it was listed
  } catch (const IoError& error) {
    if (is_asked_for) throw;
    passed_over.push_back({folder, error.what()});
    return {};
  }
  std::vector<Variant> variants;
  for (std::string& id : ids)
    if (variant_id.empty() || id == variant_id)
      variants.push_back({experiment, std::move(id), is_asked_for && !variant_id.empty()});
  return variants;
}

/// Calls visit(variant, listed) with each variant in turn. Lists several at once if the store is on another machine,
/// where the pages of one listing follow each other.
template <class Visit>
void RunScan::each_listed(unsigned threads, const Warn& warn, const Visit& visit) const {
  const std::size_t at_once = fs_->has_folders() ? 1 : requests_at_once;
  for (std::size_t first = 0; first < variants_.size(); first += at_once) {
    std::vector<Listed> some((std::min)(at_once, variants_.size() - first));
    on_threads(some.size(), at_once, [&](std::size_t i) {
      try {
        some[i] = list(variants_[first + i], threads, at_once / some.size());
      } catch (...) {
        some[i].error = std::current_exception();
      }
    });
    for (std::size_t i = 0; i < some.size(); ++i) {
      const Listed listed = std::move(some[i]);
      if (listed.error) std::rethrow_exception(listed.error);
      warn_of(listed.passed_over, warn);
      visit(variants_[first + i], listed);
    }
  }
}

inline std::vector<RunScan::VariantIds> RunScan::ids(const Warn& warn) const {
  warn_of(passed_over_, warn);
  std::vector<VariantIds> all;
  each_listed(1, warn, [&](const Variant& variant, const Listed& listed) {
    all.push_back({variant.experiment_id, variant.variant_id, listed.ids});
  });
  return all;
}

inline void RunScan::each(const RunFilter& filter, unsigned threads, const Accept& accept, const Refuse& refuse,
                          const Warn& warn) const {
  warn_of(passed_over_, warn);
  std::set<std::uint64_t> places;
  bool is_whole = passed_over_.empty();
  each_listed(threads, warn, [&](const Variant& variant, const Listed& listed) {
    is_whole = is_whole && listed.passed_over.empty();
    if (listed.stamps.empty()) return read_all(variant, listed, nullptr, filter, threads, accept, refuse);
    VariantCache cache(cached_->cache, joined(variant.experiment_id, variant.variant_id));
    places.insert(cache.place());
    read_all(variant, listed, &cache, filter, threads, accept, refuse);
    cache.finish(listed.ids, listed.stamps);
  });
  if (cached_ != nullptr && is_whole && is_of_all_) cached_->cache.keep_only(places);
}

/// `listings`: how many may run at once, for a store that lists page by page.
inline RunScan::Listed RunScan::list(const Variant& variant, unsigned threads, std::size_t listings) const {
  Listed listed;
  const std::string folder = folder_of_variant(variant);
  const std::string filename(metadata_filename);
  try {
    if (cached_ == nullptr || !fs_->has_stamps(folder)) {
      listed.ids = sorted_ids(*fs_, folder, filename, &listed.passed_over);
    } else {
      FolderSearch search;
      search.threads = threads;
      if (listings > 1)
        search.between =
            VariantCache::some_ids(cached_->cache, joined(variant.experiment_id, variant.variant_id), listings - 1);
      std::vector<StampedFolder> found = fs_->stamped_folders_with(folder, filename, &listed.passed_over, search);
      std::sort(found.begin(), found.end(),
                [](const StampedFolder& a, const StampedFolder& b) { return a.path < b.path; });
      listed.ids.reserve(found.size());
      listed.stamps.reserve(found.size());
      for (StampedFolder& one : found) {
        listed.ids.push_back(std::move(one.path));
        listed.stamps.push_back(one.stamp);
      }
    }
  } catch (const IoError& error) {
    if (variant.is_asked_for) throw;
    listed.passed_over.push_back({folder, error.what()});
  }
  return listed;
}

inline void RunScan::read_all(const Variant& variant, const Listed& listed, VariantCache* cache,
                              const RunFilter& filter, unsigned threads, const Accept& accept,
                              const Refuse& refuse) const {
  constexpr std::size_t at_once = 4096;  // accepted runs wait in memory until all of these are read
  const std::vector<std::string>& run_ids = listed.ids;
  Some some{variant, filter, threads, cache};
  for (std::size_t first = 0; first < run_ids.size(); first += at_once) {
    some.ids = &run_ids[first];
    some.count = (std::min)(at_once, run_ids.size() - first);
    some.outcomes.clear();
    some.outcomes.resize(some.count);
    some.is_done.assign(some.count, 0);
    some.known.assign(some.count, {});
    if (cache != nullptr) {
      some.stamps = &listed.stamps[first];
      cache->look_up(run_ids, listed.stamps, first, some.count, some.known);
      answer_from_cache(some);
    }
    read_some(some);
    std::vector<Outcome>& outcomes = some.outcomes;
    for (std::size_t i = 0; i < some.count; ++i) {
      if (known_ != nullptr && outcomes[i].is_read)
        known_->see(path_of(variant, run_ids[first + i]), outcomes[i].proof,
                    outcomes[i].is_known ? KnownRuns::Seen::known
                    : outcomes[i].run    ? KnownRuns::Seen::accepted
                                         : KnownRuns::Seen::refused_by_filter);
      if (outcomes[i].run) accept(std::move(*outcomes[i].run));
      if (!outcomes[i].error) continue;
      try {
        std::rethrow_exception(outcomes[i].error);
      } catch (const Error& error) {
        const std::string variant_path = joined(variant.experiment_id, variant.variant_id);
        refuse(uri_below(registry_uri_, joined(variant_path, run_ids[first + i])), error);
      }
    }
  }
}

/// Decides what the cache can decide: which runs the filter refuses, and, if parts are enough, which it accepts.
inline void RunScan::answer_from_cache(Some& some) const {
  if (std::all_of(some.known.begin(), some.known.end(), [](const CachedRun& one) { return one.block == nullptr; }))
    return;
  const std::size_t groups = (some.count + runs_of_group - 1) / runs_of_group;
  on_threads(groups, some.threads, [&](std::size_t group) {
    CachedRecord known(cached_->fields, some.variant.experiment_id, some.variant.variant_id, cached_->asked);
    const std::size_t end = (std::min)(some.count, (group + 1) * runs_of_group);
    for (std::size_t i = group * runs_of_group; i < end; ++i) {
      if (some.known[i].block == nullptr) continue;
      try {
        const RunRecord& record = known.of(*some.known[i].block, some.known[i].at);
        const bool fits = some.filter.accepts(record);
        if (fits && !cached_->hands_over_parts) continue;
        if (fits) some.outcomes[i].run = std::make_unique<RunRecord>(record);
        if (fits) some.outcomes[i].run->is_from_cache = true;
        some.is_done[i] = 1;
      } catch (...) {
        // NotCached, or whatever reading the run will tell.
      }
    }
  });
}

inline void RunScan::read_some(Some& some) const {
  const std::string variant_folder = folder_of_variant(some.variant);
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < some.count; ++i)
    if (some.is_done[i] == 0) left.push_back(i);
  std::vector<Bytes> bytes;  // of those that are left, or none
  std::vector<FileStamp> stamps;
  if (!fs_->has_folders()) {
    // The store may be on another machine: read all of them in one call.
    std::vector<std::string> paths;
    for (const std::size_t i : left) paths.push_back(metadata_path(joined(variant_folder, some.ids[i])));
    try {
      bytes = some.cache != nullptr ? fs_->read_stamped(paths, stamps) : read_many_bounded(*fs_, paths);
    } catch (const Error&) {
      bytes.clear();  // one was deleted meanwhile or is damaged: each is read separately below
    }
  }
  const std::size_t in_group = some.cache != nullptr ? runs_of_group : std::size_t{32};
  const std::size_t groups = (left.size() + in_group - 1) / in_group;
  std::vector<std::string> blocks(some.cache != nullptr ? groups : 0);
  std::vector<std::size_t> sizes(blocks.size());
  const std::size_t threads = (std::min)(std::size_t{some.threads}, left.size() / 128 + 1);
  on_threads(groups, threads, [&](std::size_t group) {
    std::optional<RunBlockWriter> writer;
    if (some.cache != nullptr) writer.emplace(some.cache->place());
    const std::size_t end = (std::min)(left.size(), (group + 1) * in_group);
    for (std::size_t k = group * in_group; k < end; ++k) {
      const std::size_t i = left[k];
      const bool has_bytes = !bytes.empty();
      std::optional<Kept> kept;
      if (writer && some.known[i].block == nullptr)
        kept.emplace(Kept{*writer, some.stamps[i], has_bytes ? stamps[k] : FileStamp()});
      some.outcomes[i] = read_one(some.variant, joined(variant_folder, some.ids[i]), some.ids[i],
                                  has_bytes ? &bytes[k] : nullptr, some.filter, kept ? &*kept : nullptr);
    }
    const std::size_t entries = writer ? writer->size() : 0;
    if (!writer) return;
    try {
      blocks[group] = writer->take();
      sizes[group] = entries;
    } catch (const std::bad_alloc&) {
      // Then the next search reads these runs again.
    }
  });
  for (std::size_t group = 0; group < blocks.size(); ++group) some.cache->add(blocks[group], sizes[group]);
}

inline RunScan::Outcome RunScan::read_one(const Variant& variant, const std::string& folder, const std::string& run_id,
                                          const Bytes* bytes, const RunFilter& filter, Kept* kept) const {
  Outcome outcome;
  constexpr int attempts = 10;
  for (int i = 1; i <= attempts; ++i) {
    try {
      auto run = read_matching(variant, folder, run_id, std::exchange(bytes, nullptr), filter, outcome, kept);
      if (run) outcome.run = std::make_unique<RunRecord>(*std::move(run));
      outcome.is_read = true;
      return outcome;
    } catch (const NotFoundError&) {
      // The run was deleted since it was listed; or it was replaced, or moved to the trash and back, while it was read;
      // or one of its files is missing.
      if (!fs_->are_files({metadata_path(folder)})) return outcome;
      if (i == attempts) outcome.error = std::current_exception();
    } catch (...) {
      outcome.error = std::current_exception();
      return outcome;
    }
  }
  return outcome;
}

/// The SHA-256 of a run's metadata. If they do not name the run's files, as those of a live run, then after a plus sign
/// also that of the other writers' metadata and of the sizes of the files of points, which only grow while the metadata
/// stay the same.
inline std::string RunScan::proof_of(const std::string& folder, const Bytes& metadata, bool with_files) const {
  if (!with_files) return sha256_of(view(metadata));
  const std::string history = joined(folder, "history");
  std::vector<FolderEntry> entries = fs_->list(history);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::string all(view(metadata));
  for (const FolderEntry& entry : entries) {
    const std::string path = joined(history, entry.name);
    all += '\0' + entry.name + '\0';
    if (ends_with(entry.name, ".json"))
      all += view(fs_->read_bounded(path));
    else
      all += std::to_string(fs_->info(path).size);
  }
  return '+' + sha256_of(all);
}

/// The run, if the filter accepts it.
inline std::optional<RunRecord> RunScan::read_matching(const Variant& variant, const std::string& folder,
                                                       const std::string& run_id, const Bytes* bytes,
                                                       const RunFilter& filter, Outcome& outcome, Kept* kept) const {
  Bytes own;  // unless they were read with those of other runs
  if (bytes == nullptr && kept != nullptr) {
    std::vector<FileStamp> stamps;
    own = std::move(fs_->read_stamped({metadata_path(folder)}, stamps).front());
    kept->read = stamps.front();
  } else if (bytes == nullptr) {
    own = metadata_bytes(*fs_, folder);
  }
  if (known_ != nullptr) {
    const std::string* const proof = known_->proof(path_of(variant, run_id));
    outcome.is_known = proof != nullptr && !proof->empty() &&
                       *proof == proof_of(folder, bytes == nullptr ? own : *bytes, proof->front() == '+');
    if (outcome.is_known) outcome.proof = *proof;
    if (outcome.is_known) return std::nullopt;
  }
  MetadataFile metadata = [&] {
    if (bytes != nullptr) return MetadataReader::read(view(*bytes), metadata_path(folder));
    try {
      if (kept != nullptr) return MetadataReader::read(view(own), metadata_path(folder));
    } catch (const FormatError&) {
      kept = nullptr;  // it may be read again, and then is not what has the stamp
    }
    return read_metadata(*fs_, folder, std::move(own), &own);
  }();
  RunRecord& record = metadata.record;
  const bool is_settled = record.status != RunStatus::running && !record.edits_lie_beside;
  const bool has_unnamed_files = metadata.written_by_erm && !metadata.history_files;
  // Taken before the other files are read: what changes after it makes another proof.
  if (known_ != nullptr)
    outcome.proof = is_settled ? proof_of(folder, bytes ? *bytes : own, has_unnamed_files) : std::string();
  // Only what its metadata alone say goes into a cache.
  if (kept != nullptr && is_settled && !has_unnamed_files && kept->listed.is_final && kept->read.is_final &&
      kept->read == kept->listed)
    kept->writer.add(run_id, kept->read, record,
                     metadata.written_by_erm && metadata.history_files && !metadata.history_files->empty());
  record.experiment_id = variant.experiment_id;
  record.variant_id = variant.variant_id;
  record.run_id = run_id;
  record.unread_history = std::make_shared<FoundHistory>(fs_, folder, record);
  // A finished run has merged the files of other writers and editors, unless an edit came too late.
  const bool settles_first =
      record.status != RunStatus::finished || record.edits_lie_beside || filter.asks_for_artifacts();
  if (settles_first) settle(*fs_, folder, metadata);
  if (filter.asks_for_artifacts()) add_artifacts(fs_, folder, metadata);
  if (!filter.matches(record)) return std::nullopt;
  if (!settles_first) settle(*fs_, folder, metadata);
  if (!filter.asks_for_artifacts()) add_artifacts(fs_, folder, metadata);
  add_series(fs_, folder, metadata);
  return std::move(record);
}

}  // namespace erm::detail
