// The folder of a live run: it is claimed, resumed or joined (taking.hpp), and kept up to date while the run lives.
//
// The writer "main" owns erm_metadata.json. Any other writer keeps what it logs in history/<writer>.json, which
// has the same form; a reader adds it to the run, and so does "main" when it ends. No file has two writers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/live/contents.hpp"
#include "erm/detail/live/rewind_reach.hpp"
#include "erm/detail/live/undo.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/run/session.hpp"
#include "erm/detail/store/metadata_writer.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/stored_names.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

class LiveFolder {
 public:
  LiveFolder(const std::string& registry_uri, const std::string& experiment_id, const LiveOptions& options);

  [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
  [[nodiscard]] FileSystem& fs() const noexcept { return *fs_; }
  [[nodiscard]] std::string history_path() const { return joined(folder_, "history/" + writer_ + ".csv"); }
  [[nodiscard]] std::string console_path() const { return joined(folder_, "console/" + writer_ + ".log"); }
  /// How much of the history file exists and is kept.
  [[nodiscard]] std::uint64_t history_size() const noexcept { return history_size_; }
  [[nodiscard]] RunRecord& record() noexcept { return record_; }
  [[nodiscard]] const RunRecord& record() const noexcept { return record_; }
  /// How long the run has taken, by a clock that nobody sets since this process has it.
  [[nodiscard]] std::chrono::microseconds elapsed() const;

  /// Throws RunExistsError if another process has taken the run, and IoError if the run's folder no longer exists. Takes
  /// no lock.
  void expect_own_metadata() const;
  /// Writes the metadata from the record. Throws like expect_own_metadata(), which the caller may just have called.
  void write_metadata(bool is_checked = false);
  /// Called in the child of a fork: continues the run, which the parent left on disk, through `fs`.
  void continue_in_child(std::shared_ptr<FileSystem> fs);
  /// How to undo what the constructor did.
  [[nodiscard]] LiveUndo take_undo() { return std::move(undo_); }
  /// The steps of the last points that count when this process took the run, by metric.
  [[nodiscard]] const std::map<std::string, std::int64_t>& last_steps() const noexcept { return last_steps_; }
  /// The rewinds of "main" that reach this writer's file. Reads the metadata, and takes no lock.
  [[nodiscard]] std::vector<Rewind> rewinds_of_main() const;
  /// For the record: so far the points of `metric`, or of all, at `step` and later do not count. These are this
  /// writer's, whose file has `size` bytes, and those of all writers if this is "main". Takes no lock.
  [[nodiscard]] Rewind rewind_to(std::optional<std::string> metric, std::int64_t step, std::uint64_t size) const;
  /// The history file became shorter: what is appended now is behind what was rewound. Returns whether that changed the
  /// record.
  bool shorten_rewinds(std::uint64_t size) { return detail::shorten_rewinds(record_.rewinds, writer_, size); }
  /// The last write of "main". It includes what the writers that have ended logged.
  void adopt_other_writers();
  /// While this claim is held nobody edits the run. Null if another process holds it, or if this writer is not "main".
  [[nodiscard]] std::unique_ptr<Claim> claim_edits() const;
  /// Merges the edits made meanwhile into the run, or leaves edits in their own file again.
  void adopt_edits() { apply_edits_beside(*fs_, folder_, record_); }
  void leave_edits() { record_.edits_lie_beside = is_main(); }
  /// Called when the metadata include the edits, or when the edits belong to another run.
  void remove_edits() const {
    if (!record_.edits_lie_beside) fs_->remove(edits_path(folder_));
  }
  /// A name for an artifact's content that this writer has not used.
  [[nodiscard]] std::string free_filename(const std::string& filename);
  /// See LiveContents. Throws like expect_own_metadata(), too.
  [[nodiscard]] bool put_content(StoredArtifact& artifact, const Content& content, bool hash) const;
  /// Adds a stored artifact to the metadata, and removes the artifact that had its id before.
  void add_artifact(const StoredArtifact& artifact);
  bool put_series_file(const std::string& name, const Content& content, bool replaces) const;
  [[nodiscard]] std::string path_below_series(const std::string& name) const {
    return joined(series_folder(folder_), name);
  }
  [[nodiscard]] const std::string& writer() const noexcept { return writer_; }
  [[nodiscard]] Durability durability() const noexcept { return durability_; }
  void remove_content(const StoredArtifact& artifact) const { fs_->remove(contents().path_of(artifact.stored_filename)); }

 private:
  [[nodiscard]] bool is_main() const { return writer_ == "main"; }
  [[nodiscard]] std::string own_metadata() const {
    return is_main() ? metadata_path(folder_) : joined(folder_, "history/" + writer_ + ".json");
  }
  [[nodiscard]] LiveContents contents() const { return {*fs_, folder_, durability_}; }
  [[nodiscard]] std::string text() const {
    std::string text = MetadataWriter::text(record_, record_.run_id, artifacts_, std::nullopt, record_.finished_utc);
    refuse_oversized(*fs_, "write the run '" + folder_ + "'", text.size());
    return text;
  }
  std::unique_ptr<Claim> claim_to_open(const std::string& path, const std::string& what);
  bool begin(const std::string& run_id, bool patiently);
  bool resume(const std::string& run_id, Seconds takeover_wait);
  static Refusal refusal_to(const std::string& what);
  [[nodiscard]] OwnerWatch wait_for_owner(const std::string& path, Seconds limit, const Refusal& refusal) const;
  void join(const LiveOptions& options, const std::string& run_id);
  void go_on(MetadataFile metadata);
  void read_own_history(RunRecord& record);
  void begin_history();
  void release_other_writers();
  void announce();
  void refuse_links(const std::string& operation) const;
  void expect_owner_in(const Bytes& found) const;
  void sync_folders() const;

  std::shared_ptr<FileSystem> fs_;
  std::string root_;
  std::string variant_folder_;
  std::string folder_;
  std::string uri_;
  std::string writer_;
  bool captures_console_;
  Durability durability_;
  RunRecord record_;
  std::vector<StoredArtifact> artifacts_;
  StoredNames names_;
  std::uint64_t history_size_ = 0;
  std::optional<std::int64_t> resume_at_step_;
  std::map<std::string, std::int64_t> last_steps_;
  std::chrono::microseconds elapsed_before_{0};
  std::chrono::steady_clock::time_point here_since_ = std::chrono::steady_clock::now();
  std::shared_ptr<const Session> session_;  // ends with the last copy of this object
  std::string mark_;                        // this run's owner, as the metadata contain it
  LiveUndo undo_;
};

// ---- bodies ----

inline std::chrono::microseconds LiveFolder::elapsed() const {
  const auto here = std::chrono::steady_clock::now() - here_since_;
  return elapsed_before_ + std::chrono::duration_cast<std::chrono::microseconds>(here);
}

inline std::vector<Rewind> LiveFolder::rewinds_of_main() const {
  return is_main() ? std::vector<Rewind>() : read_metadata(*fs_, folder_).record.rewinds;
}

inline Rewind LiveFolder::rewind_to(std::optional<std::string> metric, std::int64_t step, std::uint64_t size) const {
  return {step, std::move(metric), {}, reach_of_rewind(*fs_, folder_, writer_, size), 0};
}

/// A store creates the missing folders of a file. That must not bring back a deleted run.
inline void LiveFolder::expect_own_metadata() const {
  Bytes found;
  try {
    found = fs_->read_bounded(own_metadata());
  } catch (const NotFoundError&) {
    throw IoError::failed_to("write to the live run", folder_,
                             std::make_error_code(std::errc::no_such_file_or_directory));
  }
  if (view(found).find(mark_) == std::string_view::npos) expect_owner_in(found);
}

/// For metadata in which other text than ERM's may stand for the owner.
inline void LiveFolder::expect_owner_in(const Bytes& found) const {
  std::string taken = "another program has replaced its metadata";
  try {
    const RunRecord record = MetadataReader::read(view(found), own_metadata()).record;
    if (record.owner == record_.owner) return;
    const Owner owner = Owner::of(record.owner);
    taken = owner.process.empty() ? "another process has saved a run over it"
                                  : owner.name() + " has it now, last heard of at " + time_text(last_heard_of(record));
  } catch (const FormatError&) {
    // Neither this process nor any other ERM wrote it.
  }
  throw RunExistsError("the live run '" + uri_ + "' is no longer that of this process (" +
                     Owner::of(record_.owner).process + "): " + taken +
                     "; what this process logs is not stored any more; begin a run with another id");
}

inline void LiveFolder::write_metadata(bool is_checked) {
  if (!is_checked) expect_own_metadata();
  record_.heartbeat_utc = now_utc();
  record_.duration = elapsed();
  fs_->write(own_metadata(), text(), durability_);
}

inline void LiveFolder::adopt_other_writers() {
  if (!is_main()) return;
  for (MetadataFile& other : read_other_writers(*fs_, folder_)) {
    // A writer that is still running soon has newer values. Readers read its own file.
    if (other.record.status == RunStatus::running &&
        !is_dead(*fs_, joined(folder_, "history/" + other.writer + ".json"), other.record))
      continue;
    add_record(record_, std::move(other.record), other.writer);
    for (StoredArtifact& artifact : other.artifacts) {
      const auto same = [&](const StoredArtifact& one) { return one.id == artifact.id; };
      if (std::find_if(artifacts_.begin(), artifacts_.end(), same) == artifacts_.end())
        artifacts_.push_back(std::move(artifact));
    }
  }
  if (record_.rewinds.empty()) return;
  // Another writer may not have noticed that its points do not count any more.
  MetadataFile whole = read_metadata(*fs_, folder_);
  whole.record.rewinds = record_.rewinds;
  read_history(*fs_, folder_, whole);
  drop_abandoned_values(record_.metrics, whole.record.history, whole.record.abandoned);
}

inline std::unique_ptr<Claim> LiveFolder::claim_edits() const {
  if (!is_main()) return nullptr;
  try {
    return claim_patiently([&] { return fs_->claim(claim_path(folder_)); }, std::chrono::seconds(2));
  } catch (const Error&) {
    // The edits stay in their file and remain valid. The run ends anyway.
    return nullptr;
  }
}

inline std::string LiveFolder::free_filename(const std::string& filename) {
  for (const std::string& above : parts_above(without_glob_characters(filename)))
    if (fs_->info(contents().path_of(above)).kind == FileKind::file) names_.take(above);  // another writer's file
  return names_.choose(filename);
}

inline bool LiveFolder::put_content(StoredArtifact& artifact, const Content& content, bool hash) const {
  expect_own_metadata();
  return contents().put(artifact, content, hash);
}

inline bool LiveFolder::put_series_file(const std::string& name, const Content& content, bool replaces) const {
  expect_own_metadata();
  return contents().put_series(name, content, replaces);
}

inline void LiveFolder::add_artifact(const StoredArtifact& artifact) {
  const std::vector<StoredArtifact> before = artifacts_;
  try {
    const auto found = std::find_if(artifacts_.begin(), artifacts_.end(),
                                    [&](const StoredArtifact& one) { return one.id == artifact.id; });
    std::string replaced;
    if (found == artifacts_.end()) {
      artifacts_.push_back(artifact);
    } else {
      replaced = found->stored_filename;
      *found = artifact;
    }
    write_metadata();
    if (!replaced.empty()) fs_->remove(contents().path_of(replaced));
  } catch (...) {
    artifacts_ = before;
    try {
      // The metadata may be there in spite of the error. They must not name a file that is gone.
      const MetadataFile written = MetadataReader::read(view(fs_->read_bounded(own_metadata())), own_metadata());
      if (std::any_of(written.artifacts.begin(), written.artifacts.end(),
                      [&](const StoredArtifact& one) { return one.stored_filename == artifact.stored_filename; }))
        write_metadata();
      remove_content(artifact);
    } catch (const Error&) {
      // The caller gets the first error. The file stays until the run is resumed.
    }
    throw;
  }
}

}  // namespace erm::detail

#include "erm/detail/live/taking.hpp"  // the rest of the bodies
