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
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/console.hpp"
#include "erm/detail/follow/follow_options.hpp"
#include "erm/detail/follow/history_tail.hpp"
#include "erm/detail/follow/metric_meter.hpp"
#include "erm/detail/follow/small_file.hpp"
#include "erm/detail/follow/thinned_curve.hpp"
#include "erm/detail/run/record.hpp"
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
      : fs_(std::move(fs)),
        folder_(without_end_slash(std::move(folder))),
        options_(options),
        metadata_file_(metadata_path(folder_)),
        edits_file_(edits_path(folder_)) {}
  FollowedRun(const FollowedRun&) = delete;
  FollowedRun& operator=(const FollowedRun&) = delete;

  /// Reads what was written since the last call. Throws only std::bad_alloc: what cannot be read is a problem().
  FollowChange refresh();
  /// The next refresh() looks at the run even if the store's interval is not over.
  void expect_change() noexcept { next_look_ = {}; }

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
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
    for (const auto& [metric, curve] : curves_) record.history.emplace_hint(record.history.end(), metric, curve.history());
    return RunAccess::make(std::move(record));
  }
  /// By metric. None of them is empty.
  [[nodiscard]] const std::map<std::string, ThinnedCurve>& curves() const noexcept { return curves_; }

  /// Whether the run has not ended; false for one that was killed.
  [[nodiscard]] bool is_running() const noexcept { return record_.status == RunStatus::running; }
  /// How fast a metric is logged: see FollowOptions::rate_window.
  [[nodiscard]] std::optional<FollowedRate> rate(const std::string& metric) const {
    const auto found = meters_.find(metric);
    return found == meters_.end() ? std::nullopt : found->second.rate.rate(options_.rate_window);
  }
  /// How long ago the last heartbeat was, by the clocks of the writer and of this machine.
  [[nodiscard]] std::chrono::duration<double> silence() const { return now_utc() - last_heard_of(record_); }
  /// The last lines of the console, at most so many. Empty if it was not captured, or cannot be read.
  [[nodiscard]] std::vector<ConsoleLine> console_tail(std::size_t lines) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Meter {
    RateWindow rate;
    SeenValues counting, abandoned;
  };
  struct Tail {
    std::string name, writer;
    HistoryTail file;
    os::FileState touched = {};
    Tail(std::string filename, std::string path, std::uint64_t size, const std::vector<Rewind>& rewinds, bool is_named)
        : name(std::move(filename)), writer(writer_of_history(name)), file(std::move(path), size, rewinds, is_named) {}
  };
  struct OtherWriter {
    SmallFile file;
    std::optional<MetadataFile> metadata;
  };
  /// What a rewind says of one file.
  using Rule = std::tuple<std::string, std::int64_t, std::optional<std::string>, std::uint64_t, std::uint64_t>;

  template <class Work>
  bool guarded(Work&& work);
  [[nodiscard]] bool tells() const noexcept { return fs_->is_local(); }
  [[nodiscard]] os::FileState state_of(const std::string& place) const;
  void list_store();
  void look(FollowChange& change);
  bool look_at_metadata(FollowChange& change);
  void look_at_folder();
  void look_at_others();
  void build_record();
  void restart(FollowChange& change);
  void follow_history(FollowChange& change);
  [[nodiscard]] std::vector<std::string> history_names() const;
  [[nodiscard]] std::vector<Rule> rules_for(const std::vector<std::string>& names, const std::vector<Rewind>& rewinds) const;
  bool arrange_tails(const std::vector<std::string>& names);
  bool read_tail(Tail& tail, std::size_t writer, FollowChange& change);
  void take(HistoryReader& reader, std::size_t writer, FollowChange& change);
  void settle_metrics(FollowChange& change);
  void look_at_status(FollowChange& change);
  void look_at_console(FollowChange& change);

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  FollowOptions options_;
  Clock::time_point next_look_;
  std::map<std::string, FileInfo> listed_;  // of a store without folders

  bool is_known_ = false, is_gone_ = false;
  std::string problem_, new_problem_;
  SmallFile metadata_file_, edits_file_;
  std::optional<MetadataFile> metadata_;
  bool was_touched_by_run_ = false;  // the metadata changed since the look before
  os::FileState history_folder_;
  bool is_folder_settled_ = false;
  std::vector<std::string> in_history_;  // the names of the files there
  std::map<std::string, OtherWriter> others_;
  bool is_record_old_ = true;

  RunRecord record_;
  mutable std::optional<ExperimentRun> run_;  // made from it
  std::map<std::string, Value> stored_metrics_;
  Clock::time_point judged_at_;
  bool was_running_ = false;  // by the metadata
  RunStatus shown_status_ = RunStatus::finished;

  std::vector<Rewind> rewinds_;
  std::vector<Rule> rules_;
  std::vector<std::unique_ptr<Tail>> tails_;  // in the order in which a run reads its files
  std::string history_fault_;                 // why reading ended
  Clock::time_point retry_at_;
  Clock::duration read_cost_ = {};
  std::map<std::string, ThinnedCurve> curves_;
  std::map<std::string, Meter> meters_;

  std::map<std::string, os::FileState> consoles_;
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

/// `place` is relative to the run's folder.
inline os::FileState FollowedRun::state_of(const std::string& place) const {
  if (fs_->is_local()) return os::file_state(joined(folder_, place));
  os::FileState state;
  if (fs_->has_folders()) {
    const FileInfo found = fs_->info(joined(folder_, place));
    state.kind = found.kind;
    state.size = found.size;
  } else if (const auto found = listed_.find(place); found != listed_.end()) {
    state.kind = found->second.kind;
    state.size = found->second.size;
  }
  return state;
}

inline void FollowedRun::list_store() {
  listed_.clear();
  for (FoundFile& file : fs_->find_files(folder_)) listed_[std::move(file.path)] = file.info;
}

inline FollowChange FollowedRun::refresh() {
  FollowChange change;
  const Clock::time_point now = Clock::now();
  if (!fs_->has_folders()) {
    if (now < next_look_) return change;
    next_look_ = now + options_.store_interval;
  }
  new_problem_.clear();
  guarded([&] { look(change); });
  if (new_problem_.empty()) new_problem_ = history_fault_;
  if (new_problem_ != problem_) change.record = true;
  problem_ = new_problem_;
  if (change.record) run_.reset();
  return change;
}

inline void FollowedRun::look(FollowChange& change) {
  if (!fs_->has_folders()) list_store();
  was_touched_by_run_ = false;
  if (!look_at_metadata(change)) return;
  if (guarded([&] { look_at_folder(); })) guarded([&] { look_at_others(); });
  if (is_record_old_) {
    is_record_old_ = !guarded([&] { build_record(); });
    change.record = true;
  }
  guarded([&] { follow_history(change); });
  settle_metrics(change);
  guarded([&] { look_at_status(change); });
  guarded([&] { look_at_console(change); });
}

/// Returns false if there is no run to follow.
inline bool FollowedRun::look_at_metadata(FollowChange& change) {
  bool differs = false;
  guarded([&] { differs = metadata_file_.look(*fs_, state_of(std::string(metadata_filename)), tells()); });
  if (!metadata_file_.is_there()) {
    if (new_problem_.empty() && !is_gone_) change.gone = is_gone_ = true;
    return false;
  }
  if (std::exchange(is_gone_, false)) {
    // Its files may be others of the same names.
    is_folder_settled_ = false;
    change.record = true;
  }
  if (!differs && metadata_) return true;
  if (!differs && !metadata_) metadata_file_.distrust();
  std::optional<MetadataFile> read;
  if (!guarded([&] { read = MetadataReader::read(view(metadata_file_.bytes()), metadata_file_.path()); })) {
    metadata_file_.distrust();  // a network file system may mix what was there with what has replaced it
    return metadata_.has_value();
  }
  const bool is_another = metadata_ && (metadata_->record.timestamp_utc != read->record.timestamp_utc ||
                                        metadata_->written_by_erm != read->written_by_erm);
  metadata_ = std::move(read);
  was_touched_by_run_ = true;
  is_known_ = true;
  is_record_old_ = true;
  if (is_another) {
    restart(change);
    others_.clear();
  }
  return true;
}

/// The names in history/, if they may count.
inline void FollowedRun::look_at_folder() {
  if (!metadata_->written_by_erm || metadata_->history_files) {
    if (!others_.empty()) is_record_old_ = true;
    in_history_.clear();
    others_.clear();
    is_folder_settled_ = false;
    return;
  }
  if (!fs_->has_folders()) {
    in_history_.clear();
    for (const auto& [place, info] : listed_)
      if (place.rfind("history/", 0) == 0 && place.find('/', 8) == std::string::npos) in_history_.push_back(place.substr(8));
    return;
  }
  const os::FileState state = state_of("history");
  if (tells() && is_folder_settled_ && state == history_folder_) return;
  is_folder_settled_ = !may_change_unseen(state);
  history_folder_ = state;
  std::vector<std::string> names;
  for (FolderEntry& entry : fs_->list(joined(folder_, "history")))
    if (entry.kind == FileKind::file) names.push_back(std::move(entry.name));
  std::sort(names.begin(), names.end());
  in_history_ = std::move(names);
}

/// What other writers and editors logged.
inline void FollowedRun::look_at_others() {
  for (auto at = others_.begin(); at != others_.end();) {
    const bool is_there = std::binary_search(in_history_.begin(), in_history_.end(), at->first);
    if (!is_there) is_record_old_ = true;
    at = is_there ? std::next(at) : others_.erase(at);
  }
  for (const std::string& name : in_history_) {
    if (!ends_with(name, ".json")) continue;
    const std::string place = history_place(name);
    OtherWriter& other = others_.try_emplace(name, OtherWriter{SmallFile(joined(folder_, place)), {}}).first->second;
    if (!other.file.look(*fs_, state_of(place), tells())) continue;
    is_record_old_ = true;
    other.metadata.reset();
    if (!other.file.is_there()) continue;
    other.metadata = MetadataReader::read(view(other.file.bytes()), other.file.path());
    other.metadata->writer = name.substr(0, name.size() - 5);
  }
  if (!metadata_->record.edits_lie_beside) return;
  if (edits_file_.look(*fs_, state_of(last_part(edits_file_.path())), tells())) is_record_old_ = true;
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
  apply_edits_beside(*fs_, folder_, metadata.record);
  add_artifacts(fs_, folder_, metadata);
  add_series(fs_, folder_, metadata);
  record_ = std::move(metadata.record);
  was_running_ = record_.status == RunStatus::running;
  judged_at_ = {};
  if (!was_running_) shown_status_ = record_.status;
  stored_metrics_ = record_.metrics;
  for (auto& [metric, meter] : meters_) {
    const auto stored = stored_metrics_.find(metric);
    const std::optional<Value> value = stored == stored_metrics_.end() ? std::nullopt : std::optional(stored->second);
    static_cast<void>(meter.abandoned.look_for(value));
    if (!meter.counting.look_for(value)) continue;
    const auto curve = curves_.find(metric);
    if (curve == curves_.end()) continue;
    const MetricHistory kept = curve->second.history();
    for (const MetricPoint& point : kept.points())
      if (meter.counting.is_wanted(point.value)) meter.counting.set_seen();
  }
}

inline void FollowedRun::restart(FollowChange& change) {
  if (!tails_.empty()) change.restarted = true;
  tails_.clear();
  curves_.clear();
  meters_.clear();
  history_fault_.clear();
}

inline std::vector<std::string> FollowedRun::history_names() const {
  if (!metadata_->written_by_erm) return {};
  if (metadata_->history_files) return *metadata_->history_files;
  std::vector<std::string> names;
  for (const std::string& name : in_history_)
    if (ends_with(name, ".csv")) names.push_back(name);
  return names;
}

/// Sorted. The rewinds of metadata that name the files and of those that do not look different.
inline std::vector<FollowedRun::Rule> FollowedRun::rules_for(const std::vector<std::string>& names,
                                                             const std::vector<Rewind>& rewinds) const {
  std::vector<Rule> rules;
  if (rewinds.empty()) return rules;
  for (const std::string& name : names) {
    const std::string place = history_place(name);
    std::optional<std::uint64_t> size;
    for (const Rewind& one : rewinds) {
      const auto end = one.reach.find(place);
      if (end == one.reach.end()) continue;
      if (one.size != 0 || metadata_->history_files) {
        if (!size) size = state_of(place).size;
        if (metadata_->history_files ? one.size != *size : one.size > *size) continue;
      }
      const auto begin = one.from.find(place);
      rules.emplace_back(place, one.step, one.metric, begin == one.from.end() ? 0 : begin->second, end->second);
    }
  }
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  return rules;
}

inline void FollowedRun::follow_history(FollowChange& change) {
  const std::vector<std::string> names = history_names();
  std::vector<Rewind> rewinds = metadata_->record.rewinds;
  if (!metadata_->history_files)
    for (const auto& [name, other] : others_)
      if (other.metadata) add_rewinds(rewinds, other.metadata->record.rewinds);
  std::vector<Rule> rules = rules_for(names, rewinds);
  if (!history_fault_.empty()) {
    if (Clock::now() < retry_at_) return;
    const bool is_same = std::all_of(tails_.begin(), tails_.end(), [&](const std::unique_ptr<Tail>& tail) {
      return state_of(history_place(tail->name)) == tail->file.state;
    });
    if (is_same && rules == rules_) return;
    restart(change);
  }
  if (rules != rules_) restart(change);
  const Clock::time_point begin = Clock::now();
  for (int attempt = 0; attempt < 3; ++attempt) {  // a file may be replaced again and again
    if (tails_.empty()) {
      rewinds_ = rewinds;
      rules_ = rules;
    }
    bool is_good = arrange_tails(names);
    std::size_t writer = 0;
    for (std::size_t i = 0; is_good && i < tails_.size(); ++i) {
      if (i > 0 && tails_[i]->writer != tails_[i - 1]->writer) ++writer;
      try {
        is_good = read_tail(*tails_[i], writer, change);
      } catch (const FormatError& error) {
        history_fault_ = error.what();
        retry_at_ = Clock::now() + 100 * (Clock::now() - begin);
      }
    }
    if (is_good) return;
    restart(change);
  }
}

/// Makes tails for new files. Returns false if the others do not fit any more.
inline bool FollowedRun::arrange_tails(const std::vector<std::string>& names) {
  std::size_t writer = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_known = i < tails_.size() && tails_[i]->name == names[i];
    if (!is_known) {
      auto tail = std::make_unique<Tail>(names[i], joined(joined(folder_, "history"), names[i]),
                                         state_of(history_place(names[i])).size, rewinds_,
                                         metadata_->history_files.has_value());
      if (i < tails_.size()) {
        if (tails_[i]->writer == tail->writer) return false;  // its points would come behind those of a later file
        const bool goes_on = i > 0 && tails_[i - 1]->writer == tail->writer;
        if (!goes_on)
          for (auto& [metric, curve] : curves_) curve.insert_writer(i == 0 ? 0 : writer + 1);
      }
      tails_.insert(tails_.begin() + static_cast<std::ptrdiff_t>(i), std::move(tail));
    }
    if (i > 0 && tails_[i]->writer != tails_[i - 1]->writer) ++writer;
  }
  return tails_.size() == names.size();
}

/// Returns false if what was read of the file before is not there any more.
inline bool FollowedRun::read_tail(Tail& tail, std::size_t writer, FollowChange& change) {
  HistoryTail& file = tail.file;
  const os::FileState state = state_of(history_place(tail.name));
  if (state == file.state) return true;
  if (state.kind != FileKind::file) {
    if (file.offset() > 0) return false;
    throw NotFoundError("there is no history file '" + file.path() + "'; check the run's folder");
  }
  if (file.offset() > 0) {
    if (!state.is_same_file(file.state) || state.size < file.offset()) return false;
    if (state.size == file.state.size) {
      // The time of a write is seen before its size. If it stays so, the file was changed, or touched, as by a process
      // that goes on with the run, which also writes the metadata.
      if (state == tail.touched && !was_touched_by_run_ && metadata_->record.status != RunStatus::running) return false;
      tail.touched = state;
      if (was_touched_by_run_) file.state = state;
      return true;
    }
  }
  file.state = state;
  return file.read_on(*fs_, state.size, [&](HistoryReader& reader) { take(reader, writer, change); });
}

inline void FollowedRun::take(HistoryReader& reader, std::size_t writer, FollowChange& change) {
  const auto meter_of = [&](const std::string& metric) -> Meter& {
    const auto [found, is_new] = meters_.try_emplace(metric);
    if (is_new) {
      const auto stored = stored_metrics_.find(metric);
      const std::optional<Value> value = stored == stored_metrics_.end() ? std::nullopt : std::optional(stored->second);
      static_cast<void>(found->second.counting.look_for(value));
      static_cast<void>(found->second.abandoned.look_for(value));
    }
    return found->second;
  };
  reader.drain([&](const std::string& metric, const std::vector<MetricPoint>& points) {
    Meter& meter = meter_of(metric);
    ThinnedCurve& curve = curves_.try_emplace(metric, options_.buckets).first->second;
    for (const MetricPoint& point : points) {
      curve.add(point, writer);
      meter.counting.add(point.value);
      meter.rate.add(point, options_.rate_window);
    }
    change.points = true;
  });
  for (const auto& [metric, left] : reader.take_abandoned()) {
    Meter& meter = meter_of(metric);
    for (const AbandonedPoint& one : left) meter.abandoned.add(one.point.value);
  }
}

/// As drop_abandoned_values() and update_metrics_from_history() in run_reader.hpp.
inline void FollowedRun::settle_metrics(FollowChange& change) {
  if (!change.points && !change.record && !change.restarted) return;
  std::map<std::string, Value> metrics = stored_metrics_;
  for (const auto& [metric, meter] : meters_) {
    const auto curve = curves_.find(metric);
    const bool has_points = curve != curves_.end();
    const auto stored = metrics.find(metric);
    if (stored != metrics.end() && meter.abandoned.is_seen()) {
      if (has_points)
        stored->second = curve->second.last().value;
      else
        metrics.erase(stored);
    } else if (was_running_ && has_points && (stored == metrics.end() || meter.counting.is_seen())) {
      metrics[metric] = curve->second.last().value;
    }
  }
  record_.metrics = std::move(metrics);
  run_.reset();
}

/// Whether the process of a run that says "running" still lives.
inline void FollowedRun::look_at_status(FollowChange& change) {
  if (!was_running_) return;
  const Clock::time_point now = Clock::now();
  if (judged_at_ != Clock::time_point() && now - judged_at_ < std::chrono::milliseconds(400)) return;
  judged_at_ = now;
  record_.status = RunStatus::running;
  const RunStatus status =
      is_dead(*fs_, metadata_file_.path(), record_) ? RunStatus::killed : RunStatus::running;
  if (std::exchange(shown_status_, status) != status) change.record = true;
  record_.status = status;
}

inline void FollowedRun::look_at_console(FollowChange& change) {
  if (!record_.has_console) return;
  std::map<std::string, os::FileState> now;
  for (const std::string& name : record_.console_files.empty() ? console_logs(*fs_, folder_) : record_.console_files)
    now[name] = state_of("console/" + name);
  if (now == consoles_) return;
  consoles_ = std::move(now);
  change.console = true;
}

inline std::vector<ConsoleLine> FollowedRun::console_tail(std::size_t lines) const {
  try {
    std::vector<ConsoleLine> all = run().console().lines();
    if (all.size() > lines) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
    return all;
  } catch (const Error&) {
    return {};
  }
}

}  // namespace erm::detail
