// One round of the thread that writes a live run: points go to the history file, the record to the metadata. Data that
// could not be written stays in memory, and the next round tries again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/live/console.hpp"
#include "erm/detail/live/metric_numbers.hpp"
#include "erm/detail/live/point_buffer.hpp"
#include "erm/detail/live/shared_record.hpp"
#include "erm/detail/live/system_metrics.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_file.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

/// For one thread at a time.
class LiveWriter {
 public:
  LiveWriter(const LiveOptions& options, LiveRecord& record, LiveMetrics& metrics, PointBuffer& points,
             LiveConsole* console);

  /// The time until the next round: how long a point may wait, or until the next system sample is due.
  [[nodiscard]] std::chrono::milliseconds time_to_next_round() const;
  /// Adds a system sample to the next round if one is due. Its step is the second of the run. Takes no sample while
  /// nothing `can_be_written`, because samples would pile up.
  void sample_system(bool can_be_written);
  /// Writes the points to the history file. Does not lock the record.
  void drain() { drain(Checks::none); }
  /// Writes everything that is due; with `everything` also the rest.
  void round(bool everything);
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
  void write_text(Checks checks);

  const LiveOptions& options_;
  LiveRecord& record_;
  LiveMetrics& metrics_;
  PointBuffer& points_;
  LiveConsole* const console_;  // null if the console is not captured
  HistoryFile history_;
  PointWriter text_;
  Clock::time_point stored_at_ = Clock::now();
  std::string console_fault_;
  Clock::time_point console_stored_at_ = Clock::now();

  std::unique_ptr<SystemSampler> sampler_;
  Clock::time_point next_sample_ = Clock::now();
};

// ---- bodies ----

inline LiveWriter::LiveWriter(const LiveOptions& options, LiveRecord& record, LiveMetrics& metrics, PointBuffer& points,
                              LiveConsole* console)
    : options_(options),
      record_(record),
      metrics_(metrics),
      points_(points),
      console_(console),
      history_(record.folder().fs(), record.folder().history_path(), record.folder().history_size()) {}

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
    metric.set_last(value, false);
  });
}

inline void LiveWriter::write_text(Checks checks) {
  if (text_.text().empty()) return;
  if (checks == Checks::owner && history_.can_append()) record_.expect_own();
  history_.append(text_.text());
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
    metric.set_last(value, is_float);
    if (text_.text().size() >= enough) write_text(checks);
  });
  write_text(checks);
}

inline void LiveWriter::round(bool everything) {
  record_.begin_round();
  drain(Checks::owner);
  if (everything) {
    record_.expect_own();  // it may write the file
    history_.mend_if_changed();
  }
  if (options_.sync) history_.sync();
  const Clock::time_point now = Clock::now();
  if (console_ != nullptr && console_fault_.empty()) console_fault_ = console_->look_after();
  const bool stores_console = console_ != nullptr && console_->is_staged() &&
                              (everything || now - console_stored_at_ >= options_.store_interval);
  if (console_ != nullptr && (everything || stores_console)) console_->try_settle();
  if (stores_console) {
    record_.expect_own();
    console_->store(record_.folder().fs(), options_.sync ? Durability::durable : Durability::buffered);
    console_stored_at_ = now;
  }
  if (history_.is_staged() && (everything || now - stored_at_ >= options_.store_interval)) {
    record_.expect_own();
    history_.store(options_.sync ? Durability::durable : Durability::buffered);
    stored_at_ = now;
  }
  record_.write(metrics_, everything, options_.heartbeat);
}

}  // namespace erm::detail
