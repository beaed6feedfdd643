// Reads all runs of a registry, or of a part of it, on a few threads, and keeps those that a filter accepts.
//
//   const RunScan scan(registry, registry_uri, experiment_id, variant_id);
//   scan.each(filter, threads, [](RunRecord&& run) { ... }, [](const std::string& run_uri, const Error& why) { ... },
//             [](const std::string& warning) { ... });
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/detail/store/copied_runs.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"
#include "erm/registry.hpp"

namespace erm::detail {

/// The history of a run whose metadata have already been read.
class FoundHistory final : public UnreadHistory {
 public:
  FoundHistory(std::shared_ptr<FileSystem> fs, std::string folder, const RunRecord& run)
      : fs_(std::move(fs)), folder_(std::move(folder)), timestamp_(run.timestamp_utc), finished_(run.finished_utc) {}

  [[nodiscard]] const std::map<std::string, MetricHistory>& read() const override {
    return whole().first;
  }
  [[nodiscard]] const AbandonedPoints& abandoned() const override { return whole().second; }

 private:
  [[nodiscard]] const std::pair<Histories, AbandonedPoints>& whole() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (history_) return *history_;
    MetadataFile now = read_whole_metadata_and_history(*fs_, folder_);
    if (now.record.timestamp_utc != timestamp_ || (finished_ && now.record.finished_utc != finished_)) {
      throw NotFoundError("cannot read the history of the run '" + folder_ +
                          "': another run took its place since it was found; find it again");
    }
    return history_.emplace(std::move(now.record.history), std::move(now.record.abandoned));
  }

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  TimePoint timestamp_;
  std::optional<TimePoint> finished_;
  mutable std::mutex mutex_;
  mutable std::optional<std::pair<Histories, AbandonedPoints>> history_;
};

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
};

class RunScan {
 public:
  /// An empty id stands for all. Throws NotFoundError if the registry, the experiment or the variant does not exist,
  /// and IoError if it cannot be read.
  RunScan(const Location& registry, std::string registry_uri, const std::string& experiment_id,
          const std::string& variant_id);

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

  /// The same for those runs of a variant whose ids a caller has listed already, in the order of `run_ids`.
  void each_of(const std::string& experiment_id, const std::string& variant_id, const std::vector<std::string>& run_ids,
               const RunFilter& filter, unsigned threads, const Accept& accept, const Refuse& refuse) const {
    read_all({experiment_id, variant_id}, run_ids, filter, threads, accept, refuse);
  }

 private:
  struct Variant {
    std::string experiment_id, variant_id;
    bool is_asked_for = false;  // by its id: then it is an error that it cannot be read
  };
  struct Outcome {
    std::optional<RunRecord> run = {};  // nothing if the filter does not accept it, or it was deleted meanwhile
    std::exception_ptr error = nullptr;
    std::string proof = {};  // if there are known runs
    bool is_known = false, is_read = false;
  };

  static void warn_of(const std::vector<PassedOver>& passed_over, const Warn& warn) {
    for (const PassedOver& one : passed_over) warn("passed over '" + one.path + "': " + one.reason);
  }
  [[nodiscard]] std::vector<std::string> ids_of(const Variant& variant, const Warn& warn) const;
  void read_all(const Variant& variant, const std::vector<std::string>& run_ids, const RunFilter& filter,
                unsigned threads, const Accept& accept, const Refuse& refuse) const;
  void read_some(const Variant& variant, const std::string* run_ids, std::size_t count, const RunFilter& filter,
                 unsigned threads, std::vector<Outcome>& outcomes) const;
  Outcome read_one(const Variant& variant, const std::string& folder, const std::string& run_id, const Bytes* bytes,
                   const RunFilter& filter) const;
  std::optional<RunRecord> read_matching(const Variant& variant, const std::string& folder, const std::string& run_id,
                                         const Bytes* bytes, const RunFilter& filter, Outcome& outcome) const;
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
  KnownRuns* known_ = nullptr;
};

// ---- bodies ----

inline RunScan::RunScan(const Location& registry, std::string registry_uri, const std::string& experiment_id,
                        const std::string& variant_id)
    : fs_(registry.fs), root_(without_end_slash(registry.path)), registry_uri_(std::move(registry_uri)) {
  std::vector<std::string> experiments = {experiment_id};
  const VariantPlace place{*fs_, registry_uri_, root_};
  if (experiment_id.empty()) {
    place.expect_registry();
    experiments = marked_or_copied_ids(*fs_, root_, false, &passed_over_);
  } else {
    check_name("experiment id", experiment_id);
  }
  for (const std::string& experiment : experiments) {
    std::vector<std::string> variants;
    const std::string folder = joined(root_, experiment);
    try {
      place.expect_experiment(experiment);
      variants = marked_or_copied_ids(*fs_, folder, true, &passed_over_);
    } catch (const NotFoundError&) {
      if (!experiment_id.empty()) throw;
      continue;  // deleted since it was listed
    } catch (const IoError& error) {
      if (!experiment_id.empty()) throw;
      passed_over_.push_back({folder, error.what()});
      continue;
    }
    if (!variant_id.empty()) {
      const bool has_it = std::find(variants.begin(), variants.end(), variant_id) != variants.end();
      variants.clear();
      if (has_it) variants.push_back(variant_id);
    }
    for (std::string& variant : variants)
      variants_.push_back({experiment, std::move(variant), !experiment_id.empty() && !variant_id.empty()});
  }
  if (variants_.empty() && !variant_id.empty()) {
    throw NotFoundError("there is no variant '" + variant_id + "' " +
                        (experiment_id.empty() ? "of any experiment" : "of experiment '" + experiment_id + "'") +
                        " in the registry '" + registry_uri_ + "'; list_variants tells which there are");
  }
}

inline std::vector<std::string> RunScan::ids_of(const Variant& variant, const Warn& warn) const {
  std::vector<std::string> run_ids;
  std::vector<PassedOver> passed_over;
  try {
    run_ids = sorted_ids(*fs_, folder_of_variant(variant), metadata_filename, &passed_over);
  } catch (const IoError& error) {
    if (variant.is_asked_for) throw;
    passed_over.push_back({folder_of_variant(variant), error.what()});
  }
  warn_of(passed_over, warn);
  return run_ids;
}

inline std::vector<RunScan::VariantIds> RunScan::ids(const Warn& warn) const {
  warn_of(passed_over_, warn);
  std::vector<VariantIds> all;
  for (const Variant& variant : variants_)
    all.push_back({variant.experiment_id, variant.variant_id, ids_of(variant, warn)});
  return all;
}

inline void RunScan::each(const RunFilter& filter, unsigned threads, const Accept& accept, const Refuse& refuse,
                          const Warn& warn) const {
  warn_of(passed_over_, warn);
  for (const Variant& variant : variants_) read_all(variant, ids_of(variant, warn), filter, threads, accept, refuse);
}

inline void RunScan::read_all(const Variant& variant, const std::vector<std::string>& run_ids, const RunFilter& filter,
                              unsigned threads, const Accept& accept, const Refuse& refuse) const {
  constexpr std::size_t at_once = 4096;  // accepted runs wait in memory until all of these are read
  std::vector<Outcome> outcomes;
  for (std::size_t first = 0; first < run_ids.size(); first += at_once) {
    const std::size_t count = (std::min)(at_once, run_ids.size() - first);
    read_some(variant, &run_ids[first], count, filter, threads, outcomes);
    for (std::size_t i = 0; i < count; ++i) {
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

inline void RunScan::read_some(const Variant& variant, const std::string* run_ids, std::size_t count,
                               const RunFilter& filter, unsigned threads, std::vector<Outcome>& outcomes) const {
  outcomes.clear();
  outcomes.resize(count);
  const std::string variant_folder = folder_of_variant(variant);
  std::vector<Bytes> bytes;
  if (!fs_->has_folders()) {
    // The store may be on another machine: read all of them in one call.
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < count; ++i) paths.push_back(metadata_path(joined(variant_folder, run_ids[i])));
    try {
      bytes = read_many_bounded(*fs_, paths);
    } catch (const Error&) {
      bytes.clear();  // one was deleted meanwhile or is damaged: each is read separately below
    }
  }
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    constexpr std::size_t some = 32;
    for (std::size_t from = 0; (from = next.fetch_add(some)) < count;)
      for (std::size_t i = from; i < (std::min)(from + some, count); ++i)
        outcomes[i] = read_one(variant, joined(variant_folder, run_ids[i]), run_ids[i],
                               bytes.empty() ? nullptr : &bytes[i], filter);
  };
  std::vector<std::thread> helpers;
  try {
    const std::size_t wanted = std::min<std::size_t>(threads, count / 128 + 1);
    while (helpers.size() + 1 < wanted) helpers.emplace_back(work);
  } catch (const std::system_error&) {
    // The system has no more threads. Those that have started do the work.
  }
  work();
  for (std::thread& helper : helpers) helper.join();
}

inline RunScan::Outcome RunScan::read_one(const Variant& variant, const std::string& folder, const std::string& run_id,
                                          const Bytes* bytes, const RunFilter& filter) const {
  Outcome outcome;
  constexpr int attempts = 10;
  for (int i = 1; i <= attempts; ++i) {
    try {
      outcome.run = read_matching(variant, folder, run_id, std::exchange(bytes, nullptr), filter, outcome);
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
                                                       const RunFilter& filter, Outcome& outcome) const {
  Bytes own;  // unless they were read with those of other runs
  if (bytes == nullptr) own = metadata_bytes(*fs_, folder);
  if (known_ != nullptr) {
    const std::string* const proof = known_->proof(path_of(variant, run_id));
    outcome.is_known = proof != nullptr && !proof->empty() &&
                       *proof == proof_of(folder, bytes == nullptr ? own : *bytes, proof->front() == '+');
    if (outcome.is_known) outcome.proof = *proof;
    if (outcome.is_known) return std::nullopt;
  }
  MetadataFile metadata =
      bytes ? MetadataReader::read(view(*bytes), metadata_path(folder)) : read_metadata(*fs_, folder, std::move(own), &own);
  RunRecord& record = metadata.record;
  if (known_ != nullptr) {
    // Taken before the other files are read: what changes after it makes another proof.
    const bool is_settled = record.status != RunStatus::running && !record.edits_lie_beside;
    const bool has_unnamed_files = metadata.written_by_erm && !metadata.history_files;
    outcome.proof = is_settled ? proof_of(folder, bytes ? *bytes : own, has_unnamed_files) : std::string();
  }
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
