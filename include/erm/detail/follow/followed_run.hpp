// A run that is read on while other processes write it: each look reads only what was written since the last.
//
//   FollowedRun followed(fs, "registry/mnist/main/night");
//   for (;;) {
//     if (followed.refresh().points) draw(followed.curves().at("loss").history());
//     std::this_thread::sleep_for(std::chrono::milliseconds(500));
//   }
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/console.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/follow/console_tail.hpp"
#include "erm/detail/follow/follow_options.hpp"
#include "erm/detail/follow/followed_history.hpp"
#include "erm/detail/follow/metric_meter.hpp"
#include "erm/detail/follow/run_files.hpp"
#include "erm/detail/follow/small_file.hpp"
#include "erm/detail/follow/thinned_curve.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// For one thread at a time. It locks nothing, writes nothing and claims nothing.
class FollowedRun {
 public:
  /// Reads nothing yet. `folder` is the run's folder in the store.
  FollowedRun(std::shared_ptr<FileSystem> fs, std::string folder, FollowOptions options = {})
      : options_(options), files_(std::move(fs), without_end_slash(std::move(folder))), history_(files_, options_) {}
  FollowedRun(const FollowedRun&) = delete;
  FollowedRun& operator=(const FollowedRun&) = delete;

  /// Reads what was written since the last call. Throws only std::bad_alloc: what cannot be read is a problem().
  FollowChange refresh();
  /// The next refresh() looks at the run even if the store's interval is not over.
  void expect_change() noexcept { next_look_ = {}; }

  [[nodiscard]] const std::string& folder() const noexcept { return files_.folder(); }
  /// Whether the run was read so far. If not, record() is empty.
  [[nodiscard]] bool is_known() const noexcept { return is_known_; }
  /// Whether it was deleted or moved, or was not there yet, at the last look.
  [[nodiscard]] bool is_gone() const noexcept { return is_gone_; }
  /// What could not be read at the last look: the text of the error. Empty if there was none.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  /// The run with the last values of its metrics and without its history. Its artifacts, series and console are read on
  /// demand.
  [[nodiscard]] const RunRecord& record() const noexcept { return record_; }
  [[nodiscard]] const ExperimentRun& run() const {
    if (!run_) run_ = RunAccess::make(record_);
    return *run_;
  }
  /// The same with what the curves keep as its history.
  [[nodiscard]] ExperimentRun with_curves() const {
    RunRecord record = record_;
    for (const auto& [metric, curve] : curves())
      record.history.emplace_hint(record.history.end(), metric, curve.history());
    return RunAccess::make(std::move(record));
  }
  /// By metric. None of them is empty.
  [[nodiscard]] const std::map<std::string, ThinnedCurve>& curves() const noexcept { return history_.curves(); }

  /// Whether the run has not ended; false for one that was killed.
  [[nodiscard]] bool is_running() const noexcept { return record_.status == RunStatus::running; }
  /// How fast a metric is logged: see FollowOptions::rate_window.
  [[nodiscard]] std::optional<FollowedRate> rate(const std::string& metric) const { return history_.rate(metric); }
  /// How long ago the last heartbeat was, by the clocks of the writer and of this machine.
  [[nodiscard]] std::chrono::duration<double> silence() const { return now_utc() - last_heard_of(record_); }
  /// The last lines of the console, at most so many, of all writers by time. Reads them if the console has changed since
  /// the last call. Empty if the console was not captured, or cannot be read.
  [[nodiscard]] const std::vector<ConsoleLine>& console_tail(std::size_t lines);

 private:
  using Clock = std::chrono::steady_clock;
  struct OtherWriter {
    SmallFile file;
    std::optional<MetadataFile> metadata = {};
  };

  template <class Work>
  bool guarded(Work&& work);
  void look(FollowChange& change);
  bool look_at_metadata(FollowChange& change);
  void look_at_other(const std::string& name);
  void look_at_others();
  void look_at_series();
  void build_record();
  void follow_history(FollowChange& change);
  void look_at_status(FollowChange& change);
  void look_at_console(FollowChange& change);
  [[nodiscard]] bool has_unnamed_files() const { return metadata_->written_by_erm && !metadata_->history_files; }

  FollowOptions options_;
  RunFiles files_;
  FollowedHistory history_;
  Clock::time_point next_look_;

  bool is_known_ = false, is_gone_ = false;
  std::string problem_, new_problem_;
  SmallFile metadata_file_{std::string(metadata_filename)};
  SmallFile edits_file_{edits_path("")};
  std::optional<MetadataFile> metadata_;
  bool has_changed_ = false;  // the metadata, since the look before
  std::map<std::string, OtherWriter> others_;
  std::map<std::string, os::FileState> series_;
  bool is_record_old_ = true;
  int times_missing_ = 0;  // a history file, in one look after the other

  RunRecord record_;
  mutable std::optional<ExperimentRun> run_;  // made from it
  bool says_running_ = false;
  RunStatus shown_status_ = RunStatus::finished;
  Clock::time_point judged_at_;

  std::map<std::string, os::FileState> consoles_;
  std::map<std::string, ConsoleTail> tails_of_console_;
  std::vector<ConsoleLine> console_;
  std::size_t console_wanted_ = 0;
  bool is_console_old_ = true;
};

// ---- bodies ----

/// Returns whether it succeeded.
template <class Work>
bool FollowedRun::guarded(Work&& work) {
  try {
    work();
    return true;
  } catch (const Error& error) {
    if (new_problem_.empty()) new_problem_ = error.what();
    return false;
  }
}

inline FollowChange FollowedRun::refresh() {
  FollowChange change;
  if (!files_.fs()->has_folders()) {
    const Clock::time_point now = Clock::now();
    if (now < next_look_) return change;
    next_look_ = now + options_.store_interval;
  }
  new_problem_.clear();
  guarded([&] { look(change); });
  if (new_problem_.empty()) new_problem_ = history_.fault();
  if (new_problem_ != problem_) change.record = true;
  problem_ = new_problem_;
  if (change.record) run_.reset();
  return change;
}

inline void FollowedRun::look(FollowChange& change) {
  files_.look();
  if (!look_at_metadata(change)) return;
  guarded([&] { look_at_others(); });
  guarded([&] { look_at_series(); });
  if (is_record_old_) {
    is_record_old_ = !guarded([&] { build_record(); });
    change.record = true;
  }
  guarded([&] { follow_history(change); });
  if (change.points || change.record || change.restarted) {
    record_.metrics = history_.metrics(says_running_);
    run_.reset();
  }
  guarded([&] { look_at_status(change); });
  guarded([&] { look_at_console(change); });
}

/// Returns false if there is no run to follow.
inline bool FollowedRun::look_at_metadata(FollowChange& change) {
  has_changed_ = false;
  bool differs = false;
  if (!guarded([&] { differs = metadata_file_.look(files_); })) return metadata_.has_value() && !is_gone_;
  if (!metadata_file_.is_there()) {
    if (!is_gone_) change.gone = is_gone_ = true;
    return false;
  }
  if (std::exchange(is_gone_, false)) {
    files_.forget_folders();
    change.record = true;
  }
  if (!differs && metadata_) return true;
  std::optional<MetadataFile> read;
  const std::string path = files_.path_of(std::string(metadata_filename));
  if (!guarded([&] { read = MetadataReader::read(view(metadata_file_.bytes()), path); })) {
    metadata_file_.distrust();  // a network file system may mix what was there with what has replaced it
    return false;
  }
  const bool is_another = metadata_ && (metadata_->record.timestamp_utc != read->record.timestamp_utc ||
                                        metadata_->written_by_erm != read->written_by_erm);
  metadata_ = std::move(read);
  has_changed_ = is_known_ = is_record_old_ = true;
  if (is_another) {
    history_.restart(change);
    others_.clear();
  }
  return true;
}

inline void FollowedRun::look_at_other(const std::string& name) {
  const std::string place = history_place(name);
  OtherWriter& other = others_.try_emplace(name, OtherWriter{SmallFile(place)}).first->second;
  if (!other.file.look(files_)) return;
  is_record_old_ = true;
  other.metadata.reset();
  if (!other.file.is_there()) return;
  try {
    other.metadata = MetadataReader::read(view(other.file.bytes()), files_.path_of(place));
  } catch (const FormatError&) {
    other.file.distrust();
    throw;
  }
  other.metadata->writer = name.substr(0, name.size() - 5);
}

/// What other writers and editors logged.
inline void FollowedRun::look_at_others() {
  static const std::vector<std::string> none;
  const std::vector<std::string>& names = has_unnamed_files() ? files_.names_in("history") : none;
  for (auto at = others_.begin(); at != others_.end();) {
    const bool is_there = std::binary_search(names.begin(), names.end(), at->first);
    if (!is_there) is_record_old_ = true;
    at = is_there ? std::next(at) : others_.erase(at);
  }
  for (const std::string& name : names) {
    if (!ends_with(name, ".json")) continue;
    guarded([&] { look_at_other(name); });  // a damaged file hides no other
  }
  if (metadata_->record.edits_lie_beside && edits_file_.look(files_)) is_record_old_ = true;
}

/// A run reads its series once: when they change, it must become another.
inline void FollowedRun::look_at_series() {
  std::map<std::string, os::FileState> now;
  if (has_unnamed_files())
    for (const std::string& name : files_.names_in("series"))
      if (ends_with(name, ".csv") || ends_with(name, ".hist")) now[name] = files_.state(series_place(name));
  if (now == series_) return;
  series_ = std::move(now);
  is_record_old_ = true;
}

/// As settle() in run_reader.hpp.
inline void FollowedRun::build_record() {
  MetadataFile metadata = *metadata_;
  for (const auto& [name, other] : others_) {
    if (!other.metadata) continue;
    MetadataFile writer = *other.metadata;
    add_record(metadata.record, std::move(writer.record), writer.writer);
    for (StoredArtifact& artifact : writer.artifacts) metadata.artifacts.push_back(std::move(artifact));
  }
  if (edits_file_.is_there()) apply_edits_beside(*files_.fs(), files_.folder(), metadata.record);
  metadata.record.edits_lie_beside = false;
  add_artifacts(files_.fs(), files_.folder(), metadata);
  add_series(files_.fs(), files_.folder(), metadata);
  record_ = std::move(metadata.record);
  says_running_ = record_.status == RunStatus::running;
  if (!says_running_) shown_status_ = record_.status;
  judged_at_ = {};
  history_.set_stored_metrics(record_.metrics);
}

inline void FollowedRun::follow_history(FollowChange& change) {
  FollowedHistory::Source source;
  source.rewinds = metadata_->record.rewinds;
  source.is_named = metadata_->history_files.has_value();
  source.is_running = says_running_;
  source.has_changed = has_changed_;
  if (metadata_->written_by_erm && source.is_named) source.names = *metadata_->history_files;
  if (has_unnamed_files()) {
    for (const std::string& name : files_.names_in("history"))
      if (ends_with(name, ".csv")) source.names.push_back(name);
    for (const auto& [name, other] : others_)
      if (other.metadata) add_rewinds(source.rewinds, other.metadata->record.rewinds);
  }
  try {
    history_.follow(source, change);
    times_missing_ = 0;
  } catch (const NotFoundError&) {
    if (++times_missing_ > 1) throw;  // the first time it may be that the run was replaced since its metadata were read
  }
}

/// Whether the process of a run that says "running" still lives.
inline void FollowedRun::look_at_status(FollowChange& change) {
  if (!says_running_) return;
  const Clock::time_point now = Clock::now();
  if (judged_at_ != Clock::time_point() && now - judged_at_ < std::chrono::milliseconds(400)) return;
  judged_at_ = now;
  record_.status = RunStatus::running;
  if (is_dead(*files_.fs(), files_.path_of(std::string(metadata_filename)), record_)) record_.status = RunStatus::killed;
  if (std::exchange(shown_status_, record_.status) != record_.status) change.record = true;
}

inline void FollowedRun::look_at_console(FollowChange& change) {
  std::map<std::string, os::FileState> now;
  if (record_.has_console)
    for (const std::string& name : record_.console_files.empty() ? files_.names_in("console") : record_.console_files)
      if (ends_with(name, ".log")) now[name] = files_.state("console/" + name);
  if (now == consoles_) return;
  consoles_ = std::move(now);
  change.console = is_console_old_ = true;
}

inline const std::vector<ConsoleLine>& FollowedRun::console_tail(std::size_t lines) {
  if (!is_console_old_ && console_wanted_ == lines) return console_;
  is_console_old_ = false;
  console_wanted_ = lines;
  console_.clear();
  for (const auto& [name, state] : consoles_) {
    try {
      if (state.kind != FileKind::file) continue;
      const std::string path = files_.path_of("console/" + name);
      std::vector<ConsoleLine> some = tails_of_console_[name].read(*files_.fs(), path, state.size, lines);
      console_.insert(console_.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    } catch (const Error&) {
      is_console_old_ = true;
    }
  }
  if (consoles_.size() > 1)
    std::stable_sort(console_.begin(), console_.end(),
                     [](const ConsoleLine& a, const ConsoleLine& b) { return a.time < b.time; });
  if (console_.size() > lines) console_.erase(console_.begin(), console_.end() - static_cast<std::ptrdiff_t>(lines));
  return console_;
}

}  // namespace erm::detail
