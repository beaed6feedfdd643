// The control group of a Linux process, version 1 or 2: its limits and its use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/provenance/system_files.hpp"

namespace erm::detail {

class Cgroup {
 public:
  explicit Cgroup(const SystemFiles& files) : files_(files) {
    const std::string groups = files_.text("/proc/self/cgroup").value_or("");
    // Lines "4:memory:/path" for version 1, and "0::/path" for version 2.
    const auto path_of = [&](std::string_view controller) -> std::string {
      for (std::string_view rest = groups; !rest.empty();) {
        const std::size_t end = (std::min)(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix((std::min)(end + 1, rest.size()));
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string names = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
        const bool is_it =
            controller.empty() ? names == ",," : names.find("," + std::string(controller) + ",") != std::string::npos;
        if (is_it) return std::string(line.substr(second + 1));
      }
      return "/";
    };
    for (const char* const mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      const std::string folder = place(mount, path_of(""), "cgroup.controllers");
      if (folder.empty()) continue;
      // Next to version 1 it may exist without a controller.
      if (memory_.empty() && files_.has(folder + "/memory.current")) set(memory_, folder, mount, true);
      if (cpu_.empty() && files_.has(folder + "/cpu.stat") && files_.has(folder + "/cpu.max"))
        set(cpu_, folder, mount, true);
    }
    if (memory_.empty()) {
      const std::string mount = "/sys/fs/cgroup/memory";
      set(memory_, place(mount, path_of("memory"), "memory.usage_in_bytes"), mount, false);
    }
    if (cpu_.empty()) {
      for (const std::string mount : {"/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu"}) {
        if (cpu_.empty()) set(cpu_, place(mount, path_of("cpu"), "cpu.cfs_quota_us"), mount, false);
      }
      for (const std::string mount : {"/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpuacct"})
        if (cpu_use_.empty()) cpu_use_ = place(mount, path_of("cpuacct"), "cpuacct.usage");
    }
  }

  /// In bytes. Nothing if there is none.
  [[nodiscard]] std::optional<std::uint64_t> memory_limit() const {
    std::optional<std::uint64_t> least;
    memory_.each_above([&](const std::string& folder) {
      const auto limit = files_.number(folder + (memory_.is_v2 ? "/memory.max" : "/memory.limit_in_bytes"));
      constexpr std::uint64_t none = std::uint64_t{1} << 60;  // version 1 has no word for "no limit"
      if (limit && *limit < none && (!least || *limit < *least)) least = limit;
    });
    return least;
  }
  [[nodiscard]] std::optional<std::uint64_t> memory_bytes() const {
    if (memory_.empty()) return std::nullopt;
    return files_.number(memory_.folder + (memory_.is_v2 ? "/memory.current" : "/memory.usage_in_bytes"));
  }

  /// The number of cores whose time the group may use. Nothing if there is no limit.
  [[nodiscard]] std::optional<double> cpu_limit() const {
    std::optional<double> least;
    cpu_.each_above([&](const std::string& folder) {
      std::optional<std::uint64_t> quota, period;
      if (cpu_.is_v2) {
        const std::string both = files_.line(folder + "/cpu.max");  // "max 100000", "150000 100000"
        quota = leading_number(both);
        period = leading_number(std::string_view(both).substr((std::min)(both.find(' '), both.size())));
      } else {
        quota = files_.number(folder + "/cpu.cfs_quota_us");  // -1 for no limit
        period = files_.number(folder + "/cpu.cfs_period_us");
      }
      if (!quota || !period || *period == 0) return;
      const double cores = static_cast<double>(*quota) / static_cast<double>(*period);
      if (!least || cores < *least) least = cores;
    });
    return least;
  }
  /// The CPU time that the group has used on all cores, in seconds.
  [[nodiscard]] std::optional<double> cpu_seconds() const {
    if (cpu_.is_v2) {
      const std::string content = files_.text(cpu_.folder + "/cpu.stat").value_or("");
      if (content.compare(0, 11, "usage_usec ") != 0) return std::nullopt;
      const auto microseconds = leading_number(std::string_view(content).substr(11));
      return microseconds ? std::optional<double>(static_cast<double>(*microseconds) * 1e-6) : std::nullopt;
    }
    if (cpu_use_.empty()) return std::nullopt;
    const auto nanoseconds = files_.number(cpu_use_ + "/cpuacct.usage");
    return nanoseconds ? std::optional<double>(static_cast<double>(*nanoseconds) * 1e-9) : std::nullopt;
  }

 private:
  struct Place {
    std::string folder, mount;
    bool is_v2 = false;

    [[nodiscard]] bool empty() const noexcept { return folder.empty(); }
    /// Visits the group and its ancestors: the lowest limit applies.
    template <class Look>
    void each_above(Look&& look) const {
      for (std::string at = folder; !at.empty() && at.size() >= mount.size(); at.resize(at.rfind('/'))) look(at);
    }
  };

  static void set(Place& place, std::string folder, std::string mount, bool is_v2) {
    if (!folder.empty()) place = {std::move(folder), std::move(mount), is_v2};
  }
  /// The group's folder. Inside a container the path may be that outside, and the mount is the group itself.
  [[nodiscard]] std::string place(const std::string& mount, std::string path, const char* file) const {
    while (!path.empty() && path.back() == '/') path.pop_back();
    if (files_.has(mount + path + "/" + file)) return mount + path;
    return files_.has(mount + "/" + file) ? mount : std::string();
  }

  const SystemFiles& files_;
  Place memory_, cpu_;
  std::string cpu_use_;
};

}  // namespace erm::detail
