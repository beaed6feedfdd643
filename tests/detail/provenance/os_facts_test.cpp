#include "erm/detail/provenance/os_facts.hpp"

#include <map>
#include <string>
#include <vector>

#include <unistd.h>

#include "catch.hpp"
#include "system_tree.hpp"
#include "thrown.hpp"

namespace os_facts_test {

namespace {

using erm::detail::Environment;
using erm_test::SystemTree;

struct Machine {
  erm::Json facts = erm::Json::object(), missing = erm::Json::object();

  explicit Machine(const SystemTree& tree, std::map<std::string, std::string> variables = {}) {
    erm::detail::os::add_machine(facts, tree.files(), Environment(std::move(variables)), missing);
  }
};

}  // namespace

TEST_CASE("The files of a Linux machine describe it") {
  const SystemTree tree = {
      {"/etc/passwd", "daemon:x:99998:1::/:/bin/sh\nada:x:" + std::to_string(::geteuid()) + ":1::/home/ada:/bin/sh\n"},
      {"/etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"},
      {"/proc/cpuinfo",
       "processor\t: 0\nmodel name\t: Big CPU @ 3GHz\nflags\t\t: fpu sse2 smep avx2 avx512f aes\n\nprocessor\t: 1\n"},
      {"/sys/devices/system/cpu/online", "0-15\n"},
      {"/proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-3,8\nVmRSS:\t  10 kB\nVmHWM:\t 20 kB\n"},
      {"/proc/meminfo", "MemTotal:       1024 kB\nMemFree: 1 kB\n"},
      {"/proc/self/cgroup", "0::/\n"},
      {"/sys/fs/cgroup/cgroup.controllers", ""},
      {"/sys/fs/cgroup/memory.current", "1"},
      {"/sys/fs/cgroup/memory.max", "4096"},
      {"/sys/fs/cgroup/cpu.stat", ""},
      {"/sys/fs/cgroup/cpu.max", "250000 100000"},
      {"/.dockerenv", ""}};
  tree.link("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin");
  Machine machine(tree);
  CHECK(machine.facts.at("kernel").get<std::string>().substr(0, 6) == "Linux ");
  machine.facts.erase("kernel");
  CHECK(machine.facts == erm::Json({{"user", "ada"},
                                    {"os", "Debian GNU/Linux 12 (bookworm)"},
                                    {"cpu", "Big CPU @ 3GHz"},
                                    {"cpu_features", {"sse2", "avx2", "avx512f", "aes"}},
                                    {"cores", 16},
                                    {"cores_usable", 5},
                                    {"cores_limit", 2.5},
                                    {"memory_bytes", 1048576},
                                    {"memory_limit_bytes", 4096},
                                    {"container", "docker"},
                                    {"time_zone", "Europe/Berlin"}}));
  CHECK(machine.missing == erm::Json::object());
  CHECK(erm::detail::os::process_memory(tree.files()).resident == 10240);
  CHECK(erm::detail::os::process_memory(tree.files()).peak == 20480);
}

TEST_CASE("A machine without any facts has a reason for each field") {
  const SystemTree nothing = {};
  const Machine machine(nothing);
  CHECK(machine.facts.at("os") == "Linux");
  CHECK(machine.facts.at("cores").get<int>() > 0);  // the C library knows
  CHECK(machine.missing ==
        erm::Json({{"machine.user", "neither /etc/passwd nor USER names the user " + std::to_string(::geteuid())},
                   {"machine.cpu", "/proc/cpuinfo cannot be read"},
                   {"machine.cpu_features", "/proc/cpuinfo cannot be read"},
                   {"machine.cores_usable", "/proc/self/status cannot be read, or does not tell"},
                   {"machine.memory_bytes", "/proc/meminfo cannot be read"},
                   {"machine.time_zone", "neither TZ nor /etc/localtime nor /etc/timezone names it"}}));
  CHECK(erm::detail::os::process_memory(nothing.files()).resident == 0);
}

TEST_CASE("Variables replace missing files, and take precedence for the time zone and containers") {
  const SystemTree tree = {{"/etc/timezone", "Asia/Tokyo\n"}, {"/run/.containerenv", ""}};
  CHECK(Machine(tree).facts.at("time_zone") == "Asia/Tokyo");
  CHECK(Machine(tree).facts.at("container") == "podman");
  const Machine machine(tree, {{"USER", "bob"}, {"TZ", ":Europe/Paris"}, {"APPTAINER_CONTAINER", "/x.sif"}});
  CHECK(machine.facts.at("user") == "bob");
  CHECK(machine.facts.at("time_zone") == "Europe/Paris");
  CHECK(machine.facts.at("container") == "apptainer");
}

TEST_CASE("An ARM processor has its features under a different name, and some have no model") {
  const SystemTree tree = {{"/proc/cpuinfo", "processor: 0\nFeatures\t: fp asimd sve crc32\n"}};
  const Machine machine(tree);
  CHECK(machine.facts.at("cpu_features") == erm::Json({"asimd", "sve"}));
  CHECK(machine.missing.at("machine.cpu") == "/proc/cpuinfo does not name it");
}

TEST_CASE("The command line keeps empty arguments and blanks") {
  const SystemTree tree = {{"/proc/self/cmdline", std::string("train\0--lr\0\0a b\0", 16)}};
  erm::Json missing = erm::Json::object();
  CHECK(erm::detail::os::process_arguments(tree.files(), missing) ==
        std::vector<std::string>{"train", "--lr", "", "a b"});
  CHECK(missing.empty());
  const SystemTree nothing = {};
  CHECK(erm::detail::os::process_arguments(nothing.files(), missing).empty());
  CHECK(erm::detail::os::executable_path(nothing.files(), missing).empty());
  CHECK(missing == erm::Json({{"program.arguments", "/proc/self/cmdline cannot be read"},
                              {"program.executable", "/proc/self/exe cannot be read"}}));
}

TEST_CASE("A command line without an end is cut, and a note says so") {
  const SystemTree tree = {{"/proc/self/cmdline", std::string(100000, 'x')}};
  erm::Json missing = erm::Json::object();
  CHECK(erm::detail::os::process_arguments(tree.files(), missing).at(0).size() == 65536);
  CHECK(missing.at("program.arguments") == "only the first 64 KiB are kept");
}

TEST_CASE("This process uses a processor and memory") {
  const erm::detail::SystemFiles files;
  const double before = erm::detail::os::process_cpu_seconds();
  volatile double sum = 0;
  for (int i = 0; i < 1000000; ++i) sum = sum + i;
  CHECK(erm::detail::os::process_cpu_seconds() > before);
  CHECK(erm::detail::os::process_memory(files).resident > 100000);
  CHECK(erm::detail::os::process_memory(files).peak >= erm::detail::os::process_memory(files).resident / 2);
  CHECK(erm::detail::os::usable_cores(files) >= 1);
}

}  // namespace os_facts_test
