// Samples what a process and its machine use.
//
//   SystemSampler sampler;
//   sampler.sample([](const std::string& name, double value) { ... });   // "memory_bytes", 1.2e9
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/provenance/cgroup.hpp"
#include "erm/detail/provenance/gpus.hpp"
#include "erm/detail/provenance/os_facts.hpp"
#include "erm/detail/provenance/system_files.hpp"

namespace erm::detail {

class SystemSampler {
 public:
  explicit SystemSampler(SystemFiles files = SystemFiles(), const std::string& nvml = nvml_name)
      : files_(std::move(files)), cgroup_(files_), nvml_(nvml) {
    for (const std::string& name : files_.names("/sys/class/net"))
      if (files_.has("/sys/class/net/" + name + "/device")) devices_.push_back(name);
    for (const DrmCard& card : drm_cards(files_))
      if (files_.has(card.folder + "/gpu_busy_percent")) cards_.push_back(card.folder);
    is_first_ = true;
  }
  SystemSampler(const SystemSampler&) = delete;
  SystemSampler& operator=(const SystemSampler&) = delete;

  /// Calls `accept(name, value)` for each metric that the system provides. A share of time covers the time since the
  /// last call, relative to all time that the process may use. Bytes of disk and network count from the first call.
  template <class Accept>
  void sample(Accept&& accept) {
    if (!nvidia_count_) nvidia_count_ = nvml_.count();
    if (nvidia_count_.value_or(0) > 0) nvml_.ask();
    cpu(accept);
    const MemoryUse memory = os::process_memory(files_);
    if (memory.resident > 0) accept("memory_bytes", static_cast<double>(memory.resident));
    if (memory.peak > 0) accept("memory_peak_bytes", static_cast<double>(memory.peak));
    if (const auto bytes = cgroup_.memory_bytes()) accept("cgroup_memory_bytes", static_cast<double>(*bytes));
    if (const auto limit = cgroup_.memory_limit())
      if_new(memory_limit_, static_cast<double>(*limit), "cgroup_memory_limit_bytes", accept);
    disk(accept);
    network(accept);
    gpus(accept);
    is_first_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Reports a limit when it changes.
  template <class Accept>
  static void if_new(std::optional<double>& last, double value, const char* name, Accept&& accept) {
    if (last == value) return;
    last = value;
    accept(name, value);
  }

  template <class Accept>
  void cpu(Accept&& accept) {
    const Clock::time_point now = Clock::now();
    const double process = os::process_cpu_seconds();
    const std::optional<double> group = cgroup_.cpu_seconds();
    const std::optional<double> limit = cgroup_.cpu_limit();
    const double since = std::chrono::duration<double>(now - std::exchange(looked_at_, now)).count();
    double cores = static_cast<double>(os::usable_cores(files_));
    if (limit && (cores == 0 || *limit < cores)) cores = *limit;
    if (!is_first_ && since > 0) {
      if (cores > 0) accept("cpu_share", (std::max)(0.0, process - process_seconds_) / since / cores);
      if (group && group_seconds_) accept("cgroup_cpu_cores", (std::max)(0.0, *group - *group_seconds_) / since);
    }
    if (limit) if_new(cpu_limit_, *limit, "cgroup_cpu_limit_cores", accept);
    process_seconds_ = process;
    group_seconds_ = group;
  }

  /// A counter of bytes that starts at 0 with the first sample.
  struct Counter {
    std::optional<std::uint64_t> first;
    template <class Accept>
    void tell(std::optional<std::uint64_t> now, const char* name, Accept&& accept) {
      if (!now) return;
      if (!first || *now < *first) first = now;
      accept(name, static_cast<double>(*now - *first));
    }
  };

  template <class Accept>
  void disk(Accept&& accept) {
    const std::string io = files_.text("/proc/self/io", 4096).value_or("");
    read_.tell(leading_number(value_of_line(io, "read_bytes", ':')), "disk_read_bytes", accept);
    written_.tell(leading_number(value_of_line(io, "write_bytes", ':')), "disk_written_bytes", accept);
  }

  /// For the machine or the container, because Linux does not count by process. Does not count twice what passes
  /// through a bridge.
  template <class Accept>
  void network(Accept&& accept) {
    const std::optional<std::string> text = files_.text("/proc/net/dev");
    if (!text) return;
    std::uint64_t received = 0, sent = 0;
    bool any = false;
    for (std::string_view rest = *text; !rest.empty();) {
      const std::size_t end = (std::min)(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix((std::min)(end + 1, rest.size()));
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      const std::string_view name = without_blanks(line.substr(0, colon));
      const bool counts =
          devices_.empty() ? name != "lo" : std::find(devices_.begin(), devices_.end(), name) != devices_.end();
      if (!counts) continue;
      std::string_view columns = line.substr(colon + 1);
      for (int column = 0; column < 9; ++column) {
        columns.remove_prefix((std::min)(columns.find_first_not_of(' '), columns.size()));
        const auto number = leading_number(columns);
        if (number && column == 0) received += *number;
        if (number && column == 8) sent += *number;
        columns.remove_prefix((std::min)(columns.find(' '), columns.size()));
      }
      any = true;
    }
    if (!any) return;
    received_.tell(received, "network_received_bytes", accept);
    sent_.tell(sent, "network_sent_bytes", accept);
  }

  template <class Accept>
  void gpus(Accept&& accept) {
    std::size_t number = 0;
    const auto tell = [&](double share, double memory) {
      const std::string name = "gpu" + std::to_string(number++);
      accept(name + "_share", share);
      accept(name + "_memory_bytes", memory);
    };
    if (!nvidia_count_) return;  // their metrics are numbered first
    if (*nvidia_count_ > 0) {
      const auto use = nvml_.answer(std::chrono::milliseconds(50));
      for (std::size_t i = 0; use && i < use->size(); ++i)
        tell((*use)[i].share, static_cast<double>((*use)[i].memory_bytes));
    }
    number = *nvidia_count_;
    for (const std::string& card : cards_) {
      const auto percent = files_.number(card + "/gpu_busy_percent");
      tell(static_cast<double>(percent.value_or(0)) / 100,
           static_cast<double>(files_.number(card + "/mem_info_vram_used").value_or(0)));
    }
  }

  SystemFiles files_;
  Cgroup cgroup_;
  Nvml nvml_;
  std::vector<std::string> devices_;         // network devices
  std::vector<std::string> cards_;           // of /sys/class/drm
  std::optional<std::size_t> nvidia_count_;  // once NVML has answered
  bool is_first_ = true;
  Clock::time_point looked_at_;
  double process_seconds_ = 0;
  std::optional<double> group_seconds_, memory_limit_, cpu_limit_;
  Counter read_, written_, received_, sent_;
};

}  // namespace erm::detail
