// The folder of a live run: it is claimed, resumed or joined, and kept up to date while the run lives.
//
// The writer "main" owns erm_metadata.json. Any other writer keeps what it logs in history/<writer>.json, which
// has the same form; a reader adds it to the run, and so does "main" when it ends. No file has two writers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/live/own_files.hpp"
#include "erm/detail/live/undo.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/run/session.hpp"
#include "erm/detail/store/free_run_ids.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/detail/store/metadata_writer.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/stored_content.hpp"
#include "erm/detail/store/stored_names.hpp"
#include "erm/detail/store/trash_store.hpp"
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
  bool shorten_rewinds(std::uint64_t size);
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
  /// Stores an artifact's content, and records its size and SHA-256. Returns false if another writer has taken the
  /// name. Needs no lock, because a large artifact takes time.
  [[nodiscard]] bool put_content(StoredArtifact& artifact, const Content& content, bool hash) const;
  /// Adds a stored artifact to the metadata, and removes the artifact that had its id before.
  void add_artifact(const StoredArtifact& artifact);
  /// Writes a file below series/ whole, or returns false if it is there. With `replaces` it is written in any case.
  bool put_series_file(const std::string& name, const Content& content, bool replaces) const;
  [[nodiscard]] std::string path_below_series(const std::string& name) const {
    return joined(series_folder(folder_), name);
  }
  [[nodiscard]] const std::string& writer() const noexcept { return writer_; }
  [[nodiscard]] Durability durability() const noexcept { return durability_; }
  void remove_content(const StoredArtifact& artifact) const { fs_->remove(content_path(artifact.stored_filename)); }

 private:
  [[nodiscard]] bool is_main() const { return writer_ == "main"; }
  [[nodiscard]] std::string own_metadata() const {
    return is_main() ? metadata_path(folder_) : joined(folder_, "history/" + writer_ + ".json");
  }
  [[nodiscard]] std::string content_path(const std::string& stored_filename) const {
    return joined(folder_, "artifacts/" + stored_filename);
  }
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
  [[nodiscard]] std::map<std::string, std::uint64_t> reach_of_rewind(std::uint64_t size) const;
  void begin_history();
  void release_other_writers();
  void announce();
  void refuse_links(const std::string& operation) const;
  void remove_lost_artifacts() const;
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

inline LiveFolder::LiveFolder(const std::string& registry_uri, const std::string& experiment_id,
                              const LiveOptions& options)
    : writer_(options.writer),
      captures_console_(options.capture_console),
      durability_(options.sync ? Durability::durable : Durability::buffered),
      resume_at_step_(options.resume_at_step) {
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
  if (options.heartbeat < std::chrono::seconds(1))
    throw Error("a live run was given a heartbeat of " + std::to_string(options.heartbeat.count()) +
                " seconds; readers need at least one");
  if (options.resume_at_step && !options.resume && is_main())
    throw Error("a live run was given LiveOptions::resume_at_step = " + std::to_string(*options.resume_at_step) +
                " without LiveOptions::resume, so that it would begin; set both");
  const std::string run_id = options.run_id ? *options.run_id : generated_run_id(record_.timestamp_utc);
  check_name("run id", run_id);

  const Location registry = locate(registry_uri, options.fs);
  fs_ = registry.fs;
  root_ = without_end_slash(registry.path);
  const RegistryLayout layout{*fs_, root_};
  const std::string variant = joined(experiment_id, options.variant_id);
  variant_folder_ = joined(layout.root, variant);
  if (is_main()) {
    layout.make_variant(experiment_id, options.variant_id, durability_);
    layout.check_run(experiment_id, options.variant_id, run_id);
  }
  if (!options.run_id) {
    if (!is_main() || options.resume)
      throw Error("a live run that is joined or resumed needs LiveOptions::run_id, which was not given; name the run");
    for (FreeRunIds ids(*fs_, variant_folder_, run_id); !begin(ids.next(), false);) {
    }
  } else if (!is_main()) {
    join(options, run_id);
  } else if (!(options.resume && resume(run_id, options.takeover_wait.value_or(std::chrono::seconds(0)))) &&
             !begin(run_id, true)) {
    throw RunExistsError("cannot begin the live run '" + run_id + "' in '" + variant_folder_ +
                         "': a run of that id is there; choose another id, or set LiveOptions::resume");
  }
  uri_ = uri_below(lasting_uri(registry_uri, registry), joined(variant, record_.run_id));
}

inline std::unique_ptr<Claim> LiveFolder::claim_to_open(const std::string& path, const std::string& what) {
  if (std::unique_ptr<Claim> claim = claim_patiently([&] { return fs_->claim(path); })) return claim;
  throw RunExistsError("cannot open " + what + ": another process holds '" + path + "' for ten seconds now; end it");
}

inline std::chrono::microseconds LiveFolder::elapsed() const {
  const auto here = std::chrono::steady_clock::now() - here_since_;
  return elapsed_before_ + std::chrono::duration_cast<std::chrono::microseconds>(here);
}

inline void LiveFolder::announce() {
  record_.duration = elapsed();
  record_.has_console = record_.has_console || captures_console_;
  Owner owner = Owner::this_process();
  session_ = std::make_shared<const Session>();
  owner.session = session_->text();
  record_.owner = owner.text();
  record_.heartbeat_utc = now_utc();
  mark_.clear();
  append_json_string(mark_, record_.owner);
  undo_.fs = fs_;
  undo_.folder = folder_;
  undo_.metadata = own_metadata();
  undo_.history = history_path();
  undo_.mark = mark_;
  undo_.is_main = is_main();
}

/// Creates the run's folder. Returns false if the id is taken.
inline bool LiveFolder::begin(const std::string& run_id, bool patiently) {
  const std::string folder = joined(variant_folder_, run_id);
  const std::string parent = folder_of(folder);
  const std::string claimed = claim_path(folder);
  const RegistryLayout layout{*fs_, root_};
  if (patiently) TrashStore(layout).finish({record_.experiment_id, record_.variant_id, run_id});
  const std::unique_ptr<Claim> claim =
      patiently ? claim_to_open(claimed, "the live run '" + run_id + "'") : fs_->claim(claimed);
  if (!claim) return false;
  if (claim->may_have_neighbours()) sweep(*fs_, parent, last_part(folder));
  clean_up_abandoned(*fs_, *claim, folder);
  layout.make_variant(record_.experiment_id, record_.variant_id, durability_);  // it may have been deleted meanwhile
  if (!fs_->make_folder(folder) && (fs_->info(folder).kind != FileKind::folder || !fs_->list(folder).empty()))
    return false;
  folder_ = folder;
  record_.run_id = run_id;
  try {
    leave_edits();
    announce();
    if (fs_->has_folders())
      static_cast<void>(fs_->list(folder));  // throws for lack of descriptors: so far little is made
    claim->begin();
    begin_history();
    sync_folders();
    claim->commit(metadata_path(folder), text(), durability_);
  } catch (...) {
    if (undo_.fs) undo_.run_claimed();
    throw;
  }
  return true;
}

inline void LiveFolder::begin_history() {
  undo_.made_history = true;
  if (!fs_->create(history_path(), history_header, durability_))
    fs_->write(history_path(), history_header, durability_);
  history_size_ = history_header.size();
}

/// Brings the names of a new run's folders to disk, from the history up to the variant.
inline void LiveFolder::sync_folders() const {
  if (durability_ != Durability::durable) return;
  for (std::string at = joined(folder_, "history"); at.size() > variant_folder_.size(); at = folder_of(at))
    fs_->sync_folder(at);
  fs_->sync_folder(variant_folder_);
}

/// Continues what an earlier process wrote, and cuts off an incomplete last line.
inline void LiveFolder::go_on(MetadataFile metadata) {
  const bool was_cut = metadata.record.status == RunStatus::running;
  history_size_ = 0;
  last_steps_.clear();
  if (fs_->info(history_path()).kind == FileKind::file) {
    read_own_history(metadata.record);
    if (was_cut)
      update_metrics_from_history(metadata.record);
    else
      drop_abandoned_values(metadata.record.metrics, metadata.record.history, metadata.record.abandoned);
    for (const auto& [metric, points] : metadata.record.history) last_steps_[metric] = points.last().step;
    metadata.record.history.clear();
    metadata.record.abandoned.clear();
  }
  const std::int64_t heartbeat_seconds = record_.heartbeat_seconds;
  record_ = std::move(metadata.record);
  // The time between two processes counts, too, and only the times of day are known for it.
  const auto since_began = now_utc() - record_.timestamp_utc;
  elapsed_before_ = (std::max)(record_.duration.value_or(since_began), since_began);
  elapsed_before_ = (std::max)(elapsed_before_, std::chrono::microseconds(0));
  here_since_ = std::chrono::steady_clock::now();
  record_.status = RunStatus::running;
  record_.failure.clear();
  record_.finished_utc.reset();
  record_.heartbeat_seconds = heartbeat_seconds;
  artifacts_ = std::move(metadata.artifacts);
  for (const std::string& file : fs_->files_below(joined(folder_, "artifacts"))) names_.take(file);
  if (is_main()) release_other_writers();
  announce();
  if (history_size_ == 0) begin_history();
  const std::optional<std::int64_t> at_step = std::exchange(resume_at_step_, std::nullopt);
  if (at_step) record_.rewinds.push_back(rewind_to(std::nullopt, *at_step, history_size_));
}

/// Without the points of an incomplete last line, and without those that do not count.
inline void LiveFolder::read_own_history(RunRecord& record) {
  const std::string path = history_path();
  const Bytes history = fs_->read(path);
  std::vector<Rewind> rewinds = record.rewinds;
  add_rewinds(rewinds, rewinds_of_main());
  HistoryReader reader;
  reader.leave_out(rewinds, false);
  reader.begin(path, history.size());
  history_size_ = reader.consume(view(history));
  record.history = reader.take();
  record.abandoned = reader.take_abandoned();
  // What is left of the file may end before the place up to which it was rewound.
  for (Rewind& one : record.rewinds)
    for (auto& [file, end] : one.reach)
      if (file == history_place(writer_ + ".csv"))
        end = (std::min)(end, history_size_);
      else if (file == series_place(writer_ + ".csv") || file == series_place(writer_ + ".hist"))
        end = (std::min)(end, fs_->info(joined(folder_, file)).kind == FileKind::file
                                  ? whole_size_of_series(*fs_, joined(folder_, file))
                                  : 0);
  if (!resume_at_step_) return;
  for (auto& [metric, points] : record.history)
    if (Rewind{*resume_at_step_}.is_of(metric)) abandon_points(points, record.abandoned[metric], *resume_at_step_);
  for (auto at = record.history.begin(); at != record.history.end();)
    at = at->second.empty() ? record.history.erase(at) : std::next(at);
}

inline std::vector<Rewind> LiveFolder::rewinds_of_main() const {
  return is_main() ? std::vector<Rewind>() : read_metadata(*fs_, folder_).record.rewinds;
}

/// What the files of the writers have now, up to the last complete line: a writer that goes on cuts the rest off.
inline std::map<std::string, std::uint64_t> LiveFolder::reach_of_rewind(std::uint64_t size) const {
  const std::string own = writer_ + ".csv";
  std::map<std::string, std::uint64_t> reach = {{history_place(own), size}};
  for (const std::string& name : series_lists(*fs_, folder_))
    if (is_main() || name == writer_ + ".csv" || name == writer_ + ".hist")
      reach[series_place(name)] = whole_size_of_series(*fs_, path_below_series(name));
  if (!is_main()) return reach;
  for (const FolderEntry& entry : fs_->list(joined(folder_, "history"))) {
    if (entry.kind != FileKind::file || entry.name == own || !ends_with(entry.name, ".csv")) continue;
    const std::string path = joined(folder_, history_place(entry.name));
    std::uint64_t end = fs_->info(path).size;
    Bytes piece(4096);
    for (bool found = false; !found && end > 0;) {
      const std::uint64_t begin = end - (std::min<std::uint64_t>)(end, piece.size());
      const std::size_t got = fs_->read_at(path, begin, piece.data(), to_size(end - begin));
      const std::size_t line_end = view(piece).substr(0, got).rfind('\n');
      found = line_end != std::string_view::npos;
      end = found ? begin + line_end + 1 : begin;
    }
    reach[history_place(entry.name)] = end;
  }
  return reach;
}

inline Rewind LiveFolder::rewind_to(std::optional<std::string> metric, std::int64_t step, std::uint64_t size) const {
  return {step, std::move(metric), {}, reach_of_rewind(size), 0};
}

inline bool LiveFolder::shorten_rewinds(std::uint64_t size) {
  bool has_changed = false;
  for (Rewind& one : record_.rewinds) {
    const auto own = one.reach.find(history_place(writer_ + ".csv"));
    if (own == one.reach.end() || own->second <= size) continue;
    own->second = size;
    has_changed = true;
  }
  return has_changed;
}

/// Gives back what "main" merged from other writers: they may continue, too.
inline void LiveFolder::release_other_writers() {
  for (const MetadataFile& other : read_other_writers(*fs_, folder_)) {
    for (const Rewind& one : other.record.rewinds)
      record_.rewinds.erase(std::remove(record_.rewinds.begin(), record_.rewinds.end(), one), record_.rewinds.end());
    for (const auto& [metric, value] : other.record.metrics) {
      const auto adopted = record_.metrics.find(metric);
      if (adopted != record_.metrics.end() && adopted->second == value) record_.metrics.erase(adopted);
    }
    for (const StoredArtifact& artifact : other.artifacts) {
      const auto is_adopted = [&](const StoredArtifact& one) {
        return one.id == artifact.id && one.stored_filename == artifact.stored_filename;
      };
      artifacts_.erase(std::remove_if(artifacts_.begin(), artifacts_.end(), is_adopted), artifacts_.end());
    }
  }
}

inline Refusal LiveFolder::refusal_to(const std::string& what) {
  return {"cannot " + what, "LiveOptions::takeover_wait waits for that"};
}

/// Waits without the claim, because the owner needs it to end the run.
inline OwnerWatch LiveFolder::wait_for_owner(const std::string& path, Seconds limit, const Refusal& refusal) const {
  if (limit.count() <= 0) return OwnerWatch(*fs_, path);
  return detail::wait_for_owner(*fs_, path, limit, refusal,
                                [&] { return MetadataReader::read(view(fs_->read_bounded(path)), path).record; });
}

/// False if there is no run with that id.
inline bool LiveFolder::resume(const std::string& run_id, Seconds takeover_wait) {
  folder_ = joined(variant_folder_, run_id);
  const std::string path = metadata_path(folder_);
  if (fs_->info(path).kind != FileKind::file) return false;
  refuse_links("resume the run");
  const Refusal refusal = refusal_to("resume the run '" + folder_ + "'");
  OwnerWatch owner = wait_for_owner(path, takeover_wait, refusal);
  const std::unique_ptr<Claim> claim = claim_to_open(claim_path(folder_), "the run '" + run_id + "'");
  clean_up_abandoned(*fs_, *claim, folder_);
  undo_.metadata_before = metadata_bytes(*fs_, folder_);
  MetadataFile metadata = MetadataReader::read(view(*undo_.metadata_before), path);
  owner.expect_free(metadata.record, refusal);
  own_all_files(*fs_, folder_, metadata);
  if (!metadata.record.edits_lie_beside) remove_edits();  // edits of a run that this one replaced
  apply_edits_beside(*fs_, folder_, metadata.record);
  try {
    go_on(std::move(metadata));
    remove_lost_artifacts();
    record_.run_id = run_id;
    leave_edits();
    claim->commit(path, text(), durability_);
  } catch (...) {
    if (undo_.fs) undo_.run_claimed();
    throw;
  }
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
  refuse_links("join the run");
  record_.run_id = run_id;
  const std::string path = own_metadata();
  const auto is_there = [&] { return fs_->info(path).kind == FileKind::file; };
  const Refusal refusal = refusal_to("join the run '" + folder_ + "' as writer '" + writer_ + "'");
  const Seconds takeover_wait = options.takeover_wait.value_or(std::chrono::seconds(0));
  OwnerWatch owner =
      takeover_wait.count() > 0 && is_there() ? wait_for_owner(path, takeover_wait, refusal) : OwnerWatch(*fs_, path);
  const std::unique_ptr<Claim> claim =
      claim_to_open(joined(folder_, std::string(claims_folder) + "/" + writer_ + ".join"), "the run '" + run_id + "'");
  try {
    if (is_there()) {
      undo_.metadata_before = fs_->read_bounded(path);
      MetadataFile metadata = MetadataReader::read(view(*undo_.metadata_before), path);
      owner.expect_free(metadata.record, refusal);
      go_on(std::move(metadata));
      record_.run_id = run_id;
    } else {
      announce();
      begin_history();
    }
    if (durability_ == Durability::durable) fs_->sync_folder(joined(folder_, "history"));
    claim->commit(path, text(), durability_);
  } catch (...) {
    if (undo_.fs) undo_.run_claimed();
    throw;
  }
}

inline void LiveFolder::continue_in_child(std::shared_ptr<FileSystem> fs) {
  if (fs) fs_ = std::move(fs);
  const std::unique_ptr<Claim> claim = claim_to_open(
      is_main() ? claim_path(folder_) : joined(folder_, std::string(claims_folder) + "/" + writer_ + ".join"),
      "the run '" + record_.run_id + "'");
  MetadataFile metadata = is_main() ? read_metadata(*fs_, folder_)
                                    : MetadataReader::read(view(fs_->read_bounded(own_metadata())), own_metadata());
  if (metadata.record.owner != record_.owner) {
    const Refusal refusal = refusal_to("continue the run '" + folder_ + "' in a child process");
    OwnerWatch(*fs_, own_metadata()).expect_free(metadata.record, refusal);
  }
  if (is_main()) apply_edits_beside(*fs_, folder_, metadata.record);
  const RunRecord before = record_;
  try {
    names_ = {};
    go_on(std::move(metadata));
    record_.run_id = before.run_id;
    leave_edits();
    claim->commit(own_metadata(), text(), durability_);
  } catch (...) {
    record_ = before;  // so that the caller may try again
    throw;
  }
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

/// Throws FormatError if something that this writer writes to is a link: it may lead anywhere.
inline void LiveFolder::refuse_links(const std::string& operation) const {
  if (!fs_->has_folders()) return;
  for (const std::string& path : {folder_, joined(folder_, "artifacts"), joined(folder_, "history"), history_path(),
                                  joined(folder_, "console"), console_path()})
    if (fs_->info(path).kind == FileKind::link)
      throw FormatError(
          "cannot " + operation + " '" + folder_ + "': '" + path +
          "' is a symbolic link, which may lead out of the run's folder; put the file or folder itself there");
}

/// Removes the artifacts of a process that was killed before its metadata named them. Another writer may be about to
/// name one of them, so this removes nothing where there are others.
inline void LiveFolder::remove_lost_artifacts() const {
  const std::vector<std::string> files = fs_->files_below(joined(folder_, "artifacts"));
  std::set<std::string> named;
  for (const StoredArtifact& one : artifacts_) named.insert(one.stored_filename);
  std::vector<std::string> lost;
  for (const std::string& file : files)
    if (named.count(file) == 0) lost.push_back(joined(folder_, "artifacts/" + file));
  if (lost.empty()) return;
  // After the list of files: a writer that joins later stores new files.
  if (!read_other_writers(*fs_, folder_).empty()) return;
  for (const FolderEntry& claim : fs_->list(joined(folder_, std::string(claims_folder))))
    if (ends_with(claim.name, ".join")) return;
  fs_->remove_many(lost);
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
    if (fs_->info(content_path(above)).kind == FileKind::file) names_.take(above);  // another writer's file
  return names_.choose(filename);
}

inline bool LiveFolder::put_content(StoredArtifact& artifact, const Content& content, bool hash) const {
  expect_own_metadata();
  const std::string path = content_path(artifact.stored_filename);
  if (fs_->has_folders()) {
    for (std::string at = folder_of(path); at.size() > folder_.size(); at = folder_of(at))
      if (fs_->info(at).kind == FileKind::link)
        throw FormatError("cannot store an artifact of the live run '" + folder_ + "': '" + at +
                          "' is a symbolic link, which may lead out of the run's folder; put the folder itself there");
  }
  if (!fs_->create_from(path, content, durability_)) return false;
  try {
    artifact.size = fs_->info(path).size;
    // The original may have changed since it was copied, so hash the copy if it is a local file.
    if (hash) artifact.sha256 = fs_->is_local() ? sha256_of(FileInPlace(path)) : sha256_of(content);
    if (durability_ == Durability::durable) {
      for (std::string at = folder_of(path); at.size() >= folder_.size(); at = folder_of(at)) fs_->sync_folder(at);
    }
  } catch (...) {
    fs_->remove(path);
    throw;
  }
  return true;
}

inline bool LiveFolder::put_series_file(const std::string& name, const Content& content, bool replaces) const {
  expect_own_metadata();
  const std::string path = path_below_series(name);
  if (fs_->has_folders()) {
    for (std::string at = folder_of(path); at.size() > folder_.size(); at = folder_of(at))
      if (fs_->info(at).kind == FileKind::link)
        throw FormatError("cannot store a series of the live run '" + folder_ + "': '" + at +
                          "' is a symbolic link, which may lead out of the run's folder; put the folder itself there");
  }
  // In a store without folders a look costs as much as writing. Written in one step, so that what is there is whole.
  if (!replaces && fs_->has_folders() && fs_->info(path).kind == FileKind::file) return false;
  fs_->write_from(path, content, durability_);
  if (durability_ == Durability::durable)
    for (std::string at = folder_of(path); at.size() >= folder_.size(); at = folder_of(at)) fs_->sync_folder(at);
  return true;
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
    if (!replaced.empty()) fs_->remove(content_path(replaced));
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
