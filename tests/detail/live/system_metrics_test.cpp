#include "erm/detail/live/system_metrics.hpp"

#include <chrono>
#include <map>
#include <string>
#include <thread>

#include "catch.hpp"
#include "system_tree.hpp"

namespace system_metrics_test {

namespace {

using erm_test::SystemTree;
using Sample = std::map<std::string, double>;

Sample sample_of(erm::detail::SystemSampler& sampler) {
  Sample sample;
  sampler.sample([&](const std::string& name, double value) { sample[name] = value; });
  return sample;
}

constexpr const char* no_nvml = "no-nvml.so";

}  // namespace

TEST_CASE("Bytes of disk and network are counted from the first sample on") {
  const std::string net =
      "Inter-|   Receive\n face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
      "    lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n";
  const SystemTree machine = {
      {"/proc/self/io", "rchar: 1\nread_bytes: 1000\nwrite_bytes: 2000\ncancelled_write_bytes: 0\n"},
      {"/proc/net/dev", net + "  eth0:100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n"}};
  erm::detail::SystemSampler sampler(machine.files(), no_nvml);
  Sample sample = sample_of(sampler);
  CHECK(sample.at("disk_read_bytes") == 0);
  CHECK(sample.at("network_received_bytes") == 0);
  machine.write("/proc/self/io", "read_bytes: 1500\nwrite_bytes: 2001\n");
  machine.write("/proc/net/dev", net + "  eth0:   150 1 0 0 0 0 0 0 207 1 0 0 0 0 0 0\n");
  sample = sample_of(sampler);
  CHECK(sample.at("disk_read_bytes") == 500);
  CHECK(sample.at("disk_written_bytes") == 1);
  CHECK(sample.at("network_received_bytes") == 50);
  CHECK(sample.at("network_sent_bytes") == 7);
}

TEST_CASE("On a machine with bridges only the devices are counted") {
  const std::string zeros = " 1 0 0 0 0 0 0 ";
  const SystemTree machine = {{"/sys/class/net/eth0/device/vendor", "0x1"},
                              {"/sys/class/net/docker0/flags", "1"},
                              {"/proc/net/dev", "eth0: 10" + zeros + "1 0\ndocker0: 10" + zeros + "1 0\n"}};
  erm::detail::SystemSampler sampler(machine.files(), no_nvml);
  sample_of(sampler);
  machine.write("/proc/net/dev", "eth0: 30" + zeros + "2 0\ndocker0: 1000" + zeros + "500 0\n");
  CHECK(sample_of(sampler).at("network_received_bytes") == 20);
}

TEST_CASE("The group's limits are reported when they change, its use each time") {
  const SystemTree machine = {{"/proc/self/cgroup", "0::/\n"},
                              {"/proc/self/status", "Cpus_allowed_list: 0-7\nVmRSS: 4 kB\nVmHWM: 8 kB\n"},
                              {"/sys/fs/cgroup/cgroup.controllers", ""},
                              {"/sys/fs/cgroup/memory.current", "100"},
                              {"/sys/fs/cgroup/memory.max", "1000"},
                              {"/sys/fs/cgroup/cpu.stat", "usage_usec 1000000"},
                              {"/sys/fs/cgroup/cpu.max", "200000 100000"}};
  erm::detail::SystemSampler sampler(machine.files(), no_nvml);
  const Sample first = sample_of(sampler);
  CHECK(first == Sample{{"memory_bytes", 4096},
                        {"memory_peak_bytes", 8192},
                        {"cgroup_memory_bytes", 100},
                        {"cgroup_memory_limit_bytes", 1000},
                        {"cgroup_cpu_limit_cores", 2}});
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  machine.write("/sys/fs/cgroup/cpu.stat", "usage_usec 1010000");
  Sample second = sample_of(sampler);
  CHECK(second.count("cgroup_memory_limit_bytes") == 0);
  CHECK(second.count("cgroup_cpu_limit_cores") == 0);
  CHECK(second.at("cgroup_cpu_cores") > 0);
  CHECK(second.at("cgroup_cpu_cores") <= 2.0);  // 10 ms of time within at least 5 ms
  CHECK(second.at("cpu_share") >= 0);
  machine.write("/sys/fs/cgroup/memory.max", "500");
  CHECK(sample_of(sampler).at("cgroup_memory_limit_bytes") == 500);
}

TEST_CASE("A process that computes without a break has the share of one core") {
  const SystemTree machine = {{"/proc/self/status", "Cpus_allowed_list: 0\n"}};
  erm::detail::SystemSampler sampler(machine.files(), no_nvml);
  // The sampler looks at both clocks somewhere between these looks at them, however long others have the core.
  struct Clocks {
    std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
    double cpu = erm::detail::os::process_cpu_seconds();
  };
  const auto since = [](const Clocks& begin, const Clocks& end) {
    return std::chrono::duration<double>(end.wall - begin.wall).count();
  };
  const Clocks before_first;
  sample_of(sampler);
  const Clocks after_first;
  while (erm::detail::os::process_cpu_seconds() - after_first.cpu < 0.02) {
  }
  const Clocks before_second;
  const double share = sample_of(sampler).at("cpu_share");
  const Clocks after_second;
  CHECK(share * since(before_first, after_second) >= 0.999 * (before_second.cpu - after_first.cpu));
  CHECK(share * since(after_first, before_second) <= 1.001 * (after_second.cpu - before_first.cpu));
}

TEST_CASE("GPUs are those of NVML, followed by those of /sys/class/drm") {
  const SystemTree machine = {{"/sys/class/drm/card0/device/vendor", "0x1002"},
                              {"/sys/class/drm/card0/device/gpu_busy_percent", "50"},
                              {"/sys/class/drm/card0/device/mem_info_vram_used", "77"}};
  erm::detail::SystemSampler sampler(machine.files(), ERM_FAKE_NVML);
  Sample sample = sample_of(sampler);
  // NVML may take its time to begin, and to answer.
  while (sample.count("gpu2_share") == 0 || sample.count("gpu0_share") == 0) sample = sample_of(sampler);
  CHECK(sample.at("gpu0_share") == 0.87);
  CHECK(sample.at("gpu0_memory_bytes") == 1024);
  CHECK(sample.at("gpu1_share") == 0.05);
  CHECK(sample.at("gpu2_share") == 0.5);
  CHECK(sample.at("gpu2_memory_bytes") == 77);
}

TEST_CASE("A system without any facts is not an error") {
  const SystemTree nothing = {};
  erm::detail::SystemSampler sampler(nothing.files(), no_nvml);
  CHECK(sample_of(sampler).empty());
  CHECK(sample_of(sampler).empty());
  const SystemTree broken = {{"/proc/net/dev", "eth0:\n: \nx: a b\n"}, {"/proc/self/io", "read_bytes: x"}};
  erm::detail::SystemSampler of_broken(broken.files(), no_nvml);
  CHECK(sample_of(of_broken) == Sample{{"network_received_bytes", 0}, {"network_sent_bytes", 0}});
}

TEST_CASE("This machine has the metrics of Linux") {
  erm::detail::SystemSampler sampler;
  sample_of(sampler);
  const Sample sample = sample_of(sampler);
  CHECK(sample.at("memory_bytes") > 100000);
  CHECK(sample.at("memory_peak_bytes") > 100000);
  CHECK(sample.count("cpu_share") == 1);
}

}  // namespace system_metrics_test
