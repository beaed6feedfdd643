// One round of the thread that writes a live run: points go to the history file, the record to the metadata. Data that
// could not be written stays in memory, and the next round tries again.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/console.hpp"
#include "erm/detail/live/metric_numbers.hpp"
#include "erm/detail/live/point_buffer.hpp"
#include "erm/detail/live/series.hpp"
#include "erm/detail/live/shared_record.hpp"
#include "erm/detail/live/system_metrics.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_file.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

/// Asks the writing thread to go back: what was logged before, at `step` and later, does not count.
struct RewindRequest {
  std::optional<std::string> metric;  // nothing stands for all
  std::int64_t step = 0;
  std::atomic<bool> is_done{false};
};

/// For one thread at a time.
class LiveWriter {
 public:
  LiveWriter(const LiveOptions& options, LiveRecord& record, LiveMetrics& metrics, PointBuffer& points,
             LiveSeries& series, LiveConsole* console);

  /// The time until the next round: how long a point may wait, or until the next system sample is due.
  [[nodiscard]] std::chrono::milliseconds time_to_next_round() const;
  /// Adds a system sample to the next round if one is due. Its step is the second of the run. Takes no sample while
  /// nothing `can_be_written`, because samples would pile up.
  void sample_system(bool can_be_written);
  /// Writes the points to the history file. Does not lock the record.
  void drain() { drain(Checks::none); }
  /// Writes everything that is due; with `everything` also the rest.
  void round(bool everything);
  /// The next round does it after it has written everything logged before. Any thread.
  void ask(std::shared_ptr<RewindRequest> request);
  /// Any thread.
  void withdraw(const std::shared_ptr<RewindRequest>& request);
  /// Whether something that was logged came into the files since the last call.
  [[nodiscard]] bool take_written() noexcept { return std::exchange(has_written_, false); }
  /// What other programs did to the history file, or to the helper of the console, since the last call.
  [[nodiscard]] std::vector<HistoryFile::Change> take_changes() {
    std::vector<HistoryFile::Change> changes = history_.take_changes();
    if (!console_fault_.empty()) changes.push_back({std::exchange(console_fault_, {}), false});
    return changes;
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Whether to find out first that the run still belongs to this process.
  enum class Checks { owner, none };

  void drain(Checks checks);
  void go_back(RewindRequest& request);
  void round_of_console(bool everything);
  void write_text(Checks checks);

  const LiveOptions& options_;
  LiveRecord& record_;
  LiveMetrics& metrics_;
  PointBuffer& points_;
  LiveSeries& series_;
  LiveConsole* const console_;  // null if the console is not captured
  HistoryFile history_;
  std::mutex asked_mutex_;
  std::vector<std::shared_ptr<RewindRequest>> asked_;
  PointWriter text_;
  Clock::time_point stored_at_ = Clock::now();
  bool has_written_ = false;
  std::string console_fault_;
  Clock::time_point console_stored_at_ = Clock::now();

  std::unique_ptr<SystemSampler> sampler_;
  Clock::time_point next_sample_ = Clock::now();
};

// ---- bodies ----

inline LiveWriter::LiveWriter(const LiveOptions& options, LiveRecord& record, LiveMetrics& metrics, PointBuffer& points,
                              LiveSeries& series, LiveConsole* console)
    : options_(options),
      record_(record),
      metrics_(metrics),
      points_(points),
      series_(series),
      console_(console),
      history_(record.folder().fs(), record.folder().history_path(), record.folder().history_size()) {
  history_.when_shorter([this](std::uint64_t size) { record_.shorten_rewinds(size); });
}

inline void LiveWriter::ask(std::shared_ptr<RewindRequest> request) {
  const CallersLock lock(asked_mutex_);
  asked_.push_back(std::move(request));
}

inline void LiveWriter::withdraw(const std::shared_ptr<RewindRequest>& request) {
  const CallersLock lock(asked_mutex_);
  asked_.erase(std::remove(asked_.begin(), asked_.end(), request), asked_.end());
}

inline void LiveWriter::go_back(RewindRequest& request) {
  record_.expect_own();
  history_.mend_if_changed();  // so that its size is the file's
  series_.store();             // its size is looked up in the store
  record_.rewind(metrics_, request.metric, request.step, history_.size(),
                 [&](HistoryReader& reader) { history_.read(reader); });
  request.is_done = true;
}

inline std::chrono::milliseconds LiveWriter::time_to_next_round() const {
  using std::chrono::milliseconds;
  const auto limit = std::clamp<milliseconds>(options_.flush_interval, milliseconds(1), options_.heartbeat);
  if (!options_.system_metrics) return limit;
  const auto left = std::chrono::duration_cast<milliseconds>(next_sample_ - Clock::now()) + milliseconds(1);
  return std::clamp<milliseconds>(left, milliseconds(1), limit);
}

inline void LiveWriter::sample_system(bool can_be_written) {
  if (!options_.system_metrics) return;
  const Clock::time_point now = Clock::now();
  if (now < next_sample_) return;
  next_sample_ = now + std::max<Clock::duration>(options_.system_metrics_interval, std::chrono::milliseconds(100));
  if (!can_be_written) return;
  if (!sampler_) sampler_ = std::make_unique<SystemSampler>();
  const std::int64_t milliseconds = os::quick_milliseconds();
  const std::int64_t step = std::chrono::duration_cast<std::chrono::seconds>(record_.folder().elapsed()).count();
  const std::string prefix = options_.writer == "main" ? "system/" : "system/" + options_.writer + "/";
  sampler_->sample([&](const std::string& name, double value) {
    LiveMetricInfo& metric = metrics_.known(metrics_.number_of(prefix + name).first);
    text_.add(metric.csv_field, step, milliseconds, value);
    metric.set_last(value, false, step);
  });
}

inline void LiveWriter::write_text(Checks checks) {
  if (text_.text().empty()) return;
  if (checks == Checks::owner && history_.can_append()) record_.expect_own();
  history_.append(text_.text());
  has_written_ = has_written_ || history_.can_append();
  text_.clear();
}

inline void LiveWriter::drain(Checks checks) {
  constexpr std::size_t enough = 256 * 1024;  // the text stays in the processor's cache
  write_text(checks);
  points_.drain([&](std::uint32_t number, std::int64_t step, std::int64_t milliseconds, double value) {
    LiveMetricInfo& metric = metrics_.known(number & ~(was_float | is_value));
    if ((number & is_value) != 0) {
      metric.value = metrics_.take(step);
      metric.is_new = true;
      return;
    }
    const bool is_float = (number & was_float) != 0;
    if (is_float)
      text_.add(metric.csv_field, step, milliseconds, static_cast<float>(value));
    else
      text_.add(metric.csv_field, step, milliseconds, value);
    metric.set_last(value, is_float, step);
    if (text_.text().size() >= enough) write_text(checks);
  });
  write_text(checks);
  if (!series_.has_waiting()) return;
  if (checks == Checks::owner) record_.expect_own();
  series_.drain();
  has_written_ = has_written_ || !series_.is_staged();
}

inline void LiveWriter::round(bool everything) {
  record_.begin_round();
  std::vector<std::shared_ptr<RewindRequest>> asked;  // before what is drained now
  {
    const CallersLock lock(asked_mutex_);
    asked = asked_;
  }
  drain(Checks::owner);
  for (const std::shared_ptr<RewindRequest>& request : asked) {
    if (!request->is_done) go_back(*request);
    withdraw(request);
  }
  if (everything) {
    record_.expect_own();  // it may write the file
    history_.mend_if_changed();
  }
  if (options_.sync) {
    history_.sync();
    series_.sync();
  }
  round_of_console(everything);
  const Clock::time_point now = Clock::now();
  const bool is_staged = history_.is_staged() || series_.is_staged();
  if (is_staged && (everything || now - stored_at_ >= options_.store_interval)) {
    record_.expect_own();
    if (history_.is_staged()) history_.store(options_.sync ? Durability::durable : Durability::buffered);
    series_.store();
    has_written_ = true;
    stored_at_ = now;
  }
  if (record_.write(metrics_, everything, options_.heartbeat)) has_written_ = true;
}

inline void LiveWriter::round_of_console(bool everything) {
  if (console_ == nullptr) return;
  if (console_fault_.empty()) console_fault_ = console_->look_after();
  const Clock::time_point now = Clock::now();
  const bool is_due = console_->is_staged() && (everything || now - console_stored_at_ >= options_.store_interval);
  if (everything || is_due) console_->try_settle();
  if (!is_due) return;
  record_.expect_own();
  console_->store(record_.folder().fs(), record_.folder().durability());
  console_stored_at_ = now;
}

}  // namespace erm::detail
