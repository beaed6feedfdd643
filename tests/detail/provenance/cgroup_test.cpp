#include "erm/detail/provenance/cgroup.hpp"

#include "catch.hpp"
#include "system_tree.hpp"

namespace cgroup_test {

using erm::detail::Cgroup;
using erm_test::SystemTree;

TEST_CASE("Version 2: the lowest limit of the group and its ancestors counts") {
  const SystemTree machine = {{"/proc/self/cgroup", "0::/jobs/7\n"},
                              {"/sys/fs/cgroup/cgroup.controllers", "cpu memory"},
                              {"/sys/fs/cgroup/jobs/memory.max", "1000000\n"},
                              {"/sys/fs/cgroup/jobs/cpu.max", "max 100000\n"},
                              {"/sys/fs/cgroup/jobs/7/cgroup.controllers", "cpu memory"},
                              {"/sys/fs/cgroup/jobs/7/memory.max", "max\n"},
                              {"/sys/fs/cgroup/jobs/7/memory.current", "4096\n"},
                              {"/sys/fs/cgroup/jobs/7/cpu.max", "150000 100000\n"},
                              {"/sys/fs/cgroup/jobs/7/cpu.stat", "usage_usec 2500000\nuser_usec 1\n"}};
  const auto files = machine.files();
  const Cgroup group(files);
  CHECK(group.memory_limit() == 1000000U);
  CHECK(group.memory_bytes() == 4096U);
  CHECK(group.cpu_limit() == 1.5);
  CHECK(group.cpu_seconds() == 2.5);
}

TEST_CASE("Version 1: each controller has its own folder, and may have no limit") {
  const SystemTree machine = {{"/proc/self/cgroup", "5:memory:/a\n4:cpu,cpuacct:/b\n1:name=systemd:/c\n0::/d\n"},
                              {"/sys/fs/cgroup/unified/cgroup.controllers", ""},
                              {"/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "512\n"},
                              {"/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n"},
                              {"/sys/fs/cgroup/cpu,cpuacct/b/cpu.cfs_quota_us", "-1\n"},
                              {"/sys/fs/cgroup/cpu,cpuacct/b/cpu.cfs_period_us", "100000\n"},
                              {"/sys/fs/cgroup/cpu,cpuacct/b/cpuacct.usage", "3000000000\n"}};
  const auto files = machine.files();
  CHECK_FALSE(Cgroup(files).memory_limit());
  CHECK(Cgroup(files).memory_bytes() == 512U);
  CHECK_FALSE(Cgroup(files).cpu_limit());
  CHECK(Cgroup(files).cpu_seconds() == 3.0);
  machine.write("/sys/fs/cgroup/cpu,cpuacct/b/cpu.cfs_quota_us", "50000\n");
  machine.write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2048\n");
  CHECK(Cgroup(files).cpu_limit() == 0.5);
  CHECK(Cgroup(files).memory_limit() == 2048U);
}

TEST_CASE("Inside a container the mount is the group, whatever its path is outside") {
  const SystemTree machine = {{"/proc/self/cgroup", "0::/kubepods/pod1/x\n"},
                              {"/sys/fs/cgroup/cgroup.controllers", "memory"},
                              {"/sys/fs/cgroup/memory.current", "7\n"},
                              {"/sys/fs/cgroup/memory.max", "9\n"}};
  const auto files = machine.files();
  CHECK(Cgroup(files).memory_bytes() == 7U);
  CHECK(Cgroup(files).memory_limit() == 9U);
  CHECK_FALSE(Cgroup(files).cpu_limit());
}

TEST_CASE("Without groups, or with invalid files, nothing is known") {
  const SystemTree nothing = {};
  const auto files = nothing.files();
  CHECK_FALSE(Cgroup(files).memory_bytes());
  CHECK_FALSE(Cgroup(files).memory_limit());
  CHECK_FALSE(Cgroup(files).cpu_limit());
  CHECK_FALSE(Cgroup(files).cpu_seconds());
  const SystemTree broken = {{"/proc/self/cgroup", "nonsense\n\n::\n0::/a\n"},
                             {"/sys/fs/cgroup/cgroup.controllers", ""},
                             {"/sys/fs/cgroup/memory.current", ""},
                             {"/sys/fs/cgroup/cpu.max", "100000 0\n"},
                             {"/sys/fs/cgroup/cpu.stat", "?"}};
  const auto broken_files = broken.files();
  CHECK_FALSE(Cgroup(broken_files).memory_bytes());
  CHECK_FALSE(Cgroup(broken_files).cpu_limit());
  CHECK_FALSE(Cgroup(broken_files).cpu_seconds());
}

}  // namespace cgroup_test
