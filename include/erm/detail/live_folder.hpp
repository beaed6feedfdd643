// A live run's folder: claimed, resumed or joined, and kept up to date while the run lives.
//
// The writer "main" owns erm_metadata.json. Any other writer keeps what it logs in history/<writer>.json, which
// has the same form; a reader adds it to the run, and so does "main" when it ends. No file has two writers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/layout.hpp"
#include "erm/detail/owner.hpp"
#include "erm/detail/run_store.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

/// The length of the history's lines that are whole: up to the last line end that is in no quoted name.
inline std::size_t whole_lines(std::string_view text) {
  bool quoted = false;
  std::size_t end = 0;
  for (std::size_t i = text.find_first_of("\"\n"); i != std::string_view::npos; i = text.find_first_of("\"\n", i + 1)) {
    if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted)
      end = i + 1;
  }
  return end;
}

class LiveFolder {
 public:
  LiveFolder(const std::string& registry_uri, const std::string& experiment_id, const LiveOptions& options);

  [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
  [[nodiscard]] FileSystem& fs() const noexcept { return *fs_; }
  [[nodiscard]] std::string history_path() const { return joined(folder_, "history/" + writer_ + ".csv"); }
  /// How much of the history file is there and stays.
  [[nodiscard]] std::uint64_t history_size() const noexcept { return history_size_; }
  [[nodiscard]] RunRecord& record() noexcept { return record_; }
  [[nodiscard]] const RunRecord& record() const noexcept { return record_; }

  /// Writes the metadata as the record has it. Throws where the run's folder is not there any more.
  void write_metadata();
  /// The last time that main writes: with what the other writers logged.
  void adopt_other_writers();
  /// Stores an artifact's content and names it in the metadata; what had its id before goes last.
  void store(const std::string& artifact_id, const std::string& filename, ArtifactType type,
             const std::string& media_type, const Content& content, bool hash);

 private:
  [[nodiscard]] bool is_main() const { return writer_ == "main"; }
  [[nodiscard]] std::string own_metadata() const {
    return is_main() ? metadata_path(folder_) : joined(folder_, "history/" + writer_ + ".json");
  }
  [[nodiscard]] std::string text() const {
    return MetadataWriter::text(record_, record_.run_id, artifacts_, std::nullopt, record_.finished_utc);
  }
  std::unique_ptr<Claim> claim_patiently(const std::string& path, const std::string& what);
  bool begin(const std::string& run_id, bool patiently);
  bool resume(const std::string& run_id);
  void join(const LiveOptions& options, const std::string& run_id);
  void go_on(MetadataFile metadata);
  void announce();
  void refuse_if_alive(const RunRecord& found) const;

  std::shared_ptr<FileSystem> fs_;
  std::string variant_folder_;
  std::string folder_;
  std::string uri_;
  std::string writer_;
  Durability durability_;
  RunRecord record_;
  std::vector<StoredArtifact> artifacts_;
  StoredNames names_;
  std::uint64_t history_size_ = 0;
};

// ---- bodies ----

inline LiveFolder::LiveFolder(const std::string& registry_uri, const std::string& experiment_id,
                              const LiveOptions& options)
    : writer_(options.writer), durability_(options.sync ? Durability::durable : Durability::buffered) {
  check_name("experiment id", experiment_id);
  check_name("variant id", options.variant_id);
  check_name("writer id", writer_);
  if (writer_.find('/') != std::string::npos)
    throw InvalidIdError("the writer id " + shown(writer_) + " has a '/'; it becomes a filename");
  record_.experiment_id = experiment_id;
  record_.variant_id = options.variant_id;
  record_.timestamp_utc = now_utc();
  record_.status = RunStatus::running;
  record_.heartbeat_seconds = options.heartbeat.count();
  const std::string run_id = options.run_id ? *options.run_id : generated_run_id(record_.timestamp_utc);
  check_name("run id", run_id);

  Location registry = locate(registry_uri, options.fs);
  fs_ = std::move(registry.fs);
  const RegistryLayout layout{*fs_, without_end_slash(registry.path)};
  const std::string variant = joined(experiment_id, options.variant_id);
  variant_folder_ = joined(layout.root, variant);
  if (is_main()) {
    layout.make_variant(experiment_id, options.variant_id, durability_);
    layout.check_run(experiment_id, options.variant_id, run_id);
  }
  if (!options.run_id) {
    if (!is_main() || options.resume)
      throw Error("a live run that is joined or resumed needs LiveOptions::run_id, which was not given; name the run");
    std::string free_id = run_id;
    for (int i = 2; !begin(free_id, false); ++i) append_padded(free_id = run_id + "_", i, 3);
  } else if (!is_main()) {
    join(options, run_id);
  } else if (!(options.resume && resume(run_id)) && !begin(run_id, true)) {
    throw RunExistsError("cannot begin the live run '" + run_id + "' in '" + variant_folder_ +
                         "': a run of that id is there; choose another id, or set LiveOptions::resume");
  }
  uri_ = uri_below(registry_uri, joined(variant, record_.run_id));
}

/// Others hold a claim for milliseconds.
inline std::unique_ptr<Claim> LiveFolder::claim_patiently(const std::string& path, const std::string& what) {
  for (int i = 0; i < 1000; ++i) {
    if (std::unique_ptr<Claim> claim = fs_->claim(path)) return claim;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw RunExistsError("cannot open " + what + ": another process holds '" + path + "' for ten seconds now; end it");
}

inline void LiveFolder::announce() {
  record_.owner = Owner::this_process().text();
  record_.heartbeat_utc = now_utc();
}

/// Makes the run's folder; false where something has its id.
inline bool LiveFolder::begin(const std::string& run_id, bool patiently) {
  const std::string folder = joined(variant_folder_, run_id);
  const std::string parent = folder_of(folder);
  const std::string claimed = joined(joined(parent, claims_folder), last_part(folder));
  const std::unique_ptr<Claim> claim =
      patiently ? claim_patiently(claimed, "the live run '" + run_id + "'") : fs_->claim(claimed);
  if (!claim) return false;
  if (claim->may_have_neighbours()) sweep(*fs_, parent, last_part(folder));
  if (claim->was_abandoned()) remove_leftovers(*fs_, folder);
  if (!fs_->make_folder(folder) && (fs_->info(folder).kind != FileKind::folder || !fs_->list(folder).empty()))
    return false;
  folder_ = folder;
  record_.run_id = run_id;
  announce();
  claim->begin();
  try {
    fs_->create(history_path(), history_header, durability_);
    history_size_ = history_header.size();
    claim->commit(metadata_path(folder), text(), durability_);
  } catch (...) {
    remove_leftovers(*fs_, folder);
    throw;
  }
  return true;
}

inline void LiveFolder::refuse_if_alive(const RunRecord& found) const {
  if (found.status != RunStatus::running || is_dead(found)) return;
  const Owner owner = Owner::of(found.owner);
  throw RunExistsError("cannot open the run '" + folder_ + "' as writer '" + writer_ + "': the process " +
                       owner.process + " on " + owner.host + " has it open, last heard of at " +
                       time_text(found.heartbeat_utc.value_or(found.timestamp_utc)) +
                       "; end that process, or join as another writer");
}

/// Takes over what an earlier process wrote, and cuts off a last line that is not whole.
inline void LiveFolder::go_on(MetadataFile metadata) {
  const bool was_cut = metadata.record.status == RunStatus::running;
  if (was_cut) {
    // The last values that the metadata has may be older than the last points.
    for (const auto& [metric, history] : read_history(*fs_, folder_, metadata))
      metadata.record.metrics[metric] = history.last().value;
  }
  const std::int64_t heartbeat_seconds = record_.heartbeat_seconds;
  record_ = std::move(metadata.record);
  record_.status = RunStatus::running;
  record_.failure.clear();
  record_.finished_utc.reset();
  record_.heartbeat_seconds = heartbeat_seconds;
  artifacts_ = std::move(metadata.artifacts);
  for (const std::string& file : files_below(*fs_, joined(folder_, "artifacts"))) names_.take(file);
  history_size_ = 0;
  if (fs_->info(history_path()).kind == FileKind::file) history_size_ = whole_lines(view(fs_->read(history_path())));
  announce();
}

/// False where there is no run of that id.
inline bool LiveFolder::resume(const std::string& run_id) {
  folder_ = joined(variant_folder_, run_id);
  const std::string claimed = joined(joined(folder_of(folder_), claims_folder), last_part(folder_));
  if (fs_->info(metadata_path(folder_)).kind != FileKind::file) return false;
  const std::unique_ptr<Claim> claim = claim_patiently(claimed, "the run '" + run_id + "'");
  if (claim->was_abandoned()) remove_leftovers(*fs_, folder_);
  MetadataFile metadata = read_metadata(*fs_, folder_);
  refuse_if_alive(metadata.record);
  if (metadata.history_files) {
    // From here on every file of history/ counts.
    for (const FolderEntry& entry : fs_->list(joined(folder_, "history"))) {
      const auto& named = *metadata.history_files;
      if (std::find(named.begin(), named.end(), entry.name) == named.end())
        fs_->remove(joined(folder_, "history/" + entry.name));
    }
  } else if (!metadata.written_by_erm) {
    fs_->remove(joined(folder_, "history"));
  }
  go_on(std::move(metadata));
  record_.run_id = run_id;
  claim->commit(metadata_path(folder_), text(), durability_);
  return true;
}

inline void LiveFolder::join(const LiveOptions& options, const std::string& run_id) {
  folder_ = joined(variant_folder_, run_id);
  const auto deadline = std::chrono::steady_clock::now() + options.join_wait;
  while (fs_->info(metadata_path(folder_)).kind != FileKind::file) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw NotFoundError("writer '" + writer_ + "' cannot join the run '" + folder_ + "': it was not there for " +
                          std::to_string(options.join_wait.count()) +
                          " seconds; begin it by the writer 'main', or set LiveOptions::join_wait");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  record_.run_id = run_id;
  const std::unique_ptr<Claim> claim =
      claim_patiently(joined(folder_, std::string(claims_folder) + "/" + writer_ + ".join"), "the run '" + run_id + "'");
  if (fs_->info(own_metadata()).kind == FileKind::file) {
    MetadataFile metadata = MetadataReader::read(view(fs_->read(own_metadata())), own_metadata());
    refuse_if_alive(metadata.record);
    go_on(std::move(metadata));
  } else {
    announce();
  }
  if (history_size_ == 0) {
    fs_->remove(history_path());
    fs_->create(history_path(), history_header, durability_);
    history_size_ = history_header.size();
  }
  claim->commit(own_metadata(), text(), durability_);
}

inline void LiveFolder::write_metadata() {
  if (fs_->info(folder_).kind == FileKind::missing && fs_->info(own_metadata()).kind == FileKind::missing) {
    throw IoError::failed_to("write the metadata of the live run", folder_,
                             std::make_error_code(std::errc::no_such_file_or_directory));
  }
  record_.heartbeat_utc = now_utc();
  fs_->write(own_metadata(), text(), durability_);
}

inline void LiveFolder::adopt_other_writers() {
  if (!is_main()) return;
  for (MetadataFile& other : read_other_writers(*fs_, folder_)) {
    add_record(record_, std::move(other.record));
    for (StoredArtifact& artifact : other.artifacts) {
      const auto same = [&](const StoredArtifact& one) { return one.id == artifact.id; };
      if (std::find_if(artifacts_.begin(), artifacts_.end(), same) == artifacts_.end())
        artifacts_.push_back(std::move(artifact));
    }
  }
}

inline void LiveFolder::store(const std::string& artifact_id, const std::string& filename, ArtifactType type,
                              const std::string& media_type, const Content& content, bool hash) {
  StoredArtifact entry = {artifact_id, {}, filename, type, media_type, content.size(), {}};
  std::string path;
  do {
    entry.stored_filename = names_.choose(filename);
    path = joined(folder_, "artifacts/" + entry.stored_filename);
  } while (!fs_->create_from(path, content, durability_));
  const std::vector<StoredArtifact> before = artifacts_;
  try {
    if (hash) entry.sha256 = sha256_of(content);
    const auto found = std::find_if(artifacts_.begin(), artifacts_.end(),
                                    [&](const StoredArtifact& one) { return one.id == artifact_id; });
    std::string replaced;
    if (found == artifacts_.end()) {
      artifacts_.push_back(entry);
    } else {
      replaced = found->stored_filename;
      *found = entry;
    }
    if (durability_ == Durability::durable) fs_->sync_folder(folder_of(path));
    write_metadata();
    if (!replaced.empty()) fs_->remove(joined(folder_, "artifacts/" + replaced));
  } catch (...) {
    artifacts_ = before;
    fs_->remove(path);
    throw;
  }
}

}  // namespace erm::detail
