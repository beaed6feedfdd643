// How a process takes a live run: it begins one, resumes it, joins it as another writer, or goes on in the child of a fork.
// These are the bodies of LiveFolder for that.
#pragma once

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "erm/detail/base/json_text.hpp"
#include "erm/detail/live/folder.hpp"
#include "erm/detail/live/own_files.hpp"
#include "erm/detail/live/rewind_reach.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/store/free_run_ids.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/trash_store.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

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
    contents().remove_lost(artifacts_);
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
  keep_reach_within(record.rewinds, *fs_, folder_, writer_, history_size_);
  if (!resume_at_step_) return;
  for (auto& [metric, points] : record.history)
    if (Rewind{*resume_at_step_}.is_of(metric)) abandon_points(points, record.abandoned[metric], *resume_at_step_);
  for (auto at = record.history.begin(); at != record.history.end();)
    at = at->second.empty() ? record.history.erase(at) : std::next(at);
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

}  // namespace erm::detail
