#include "erm/detail/provenance/gpus.hpp"

#include <chrono>
#include <cstdlib>
#include <string>

#include "catch.hpp"
#include "system_tree.hpp"
#include "thrown.hpp"

namespace gpus_test {

namespace {

using erm::detail::Nvml;
using erm_test::contains;
using erm_test::SystemTree;
using std::chrono::milliseconds;

/// For what comes at once, unless the machine is very busy.
constexpr milliseconds long_enough(600000);

/// For the NVML that is loaded next.
class Fault {
 public:
  explicit Fault(const char* name) { ::setenv("ERM_FAKE_NVML_FAULT", name, 1); }
  ~Fault() { ::unsetenv("ERM_FAKE_NVML_FAULT"); }
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;
};

struct Found {
  erm::Json machine = erm::Json::object(), missing = erm::Json::object();

  explicit Found(const SystemTree& tree, const std::string& library = ERM_FAKE_NVML, milliseconds wait = long_enough) {
    const Nvml nvml(library);
    erm::detail::add_gpus(machine, tree.files(), nvml, wait, missing);
  }
};

const erm::Json a100 = {{"name", "NVIDIA A100-SXM4-80GB"}, {"driver", "535.104.05"}, {"memory_bytes", 85899345920}};

}  // namespace

TEST_CASE("NVML lists its GPUs and their use") {
  const SystemTree tree = {};
  const Found found(tree);
  CHECK(found.machine.at("gpus") ==
        erm::Json({a100, {{"name", "NVIDIA T4"}, {"driver", "535.104.05"}, {"memory_bytes", 16106127360}}}));
  CHECK(found.missing.empty());

  Nvml nvml(ERM_FAKE_NVML);
  nvml.ask();
  const auto use = nvml.answer(long_enough);
  REQUIRE(use);
  REQUIRE(use->size() == 2);
  CHECK(use->at(0).share == 0.87);
  CHECK(use->at(0).memory_bytes == 1024);
  CHECK(use->at(1).share == 0.05);
  CHECK(use->at(1).memory_bytes == 2048);
  CHECK_FALSE(nvml.answer(milliseconds(0)));  // each answer once
}

TEST_CASE("Without NVML there is a reason why there are no GPUs") {
  const SystemTree nothing = {};
  const Found found(nothing, "libnvidia-ml-that-is-not-there.so.1");
  CHECK_FALSE(found.machine.contains("gpus"));
  const std::string why = found.missing.at("machine.gpus");
  CHECK(contains(why, "no NVML (libnvidia-ml-that-is-not-there.so.1"));
  CHECK(contains(why, ", and there is no /sys/class/drm"));
  const Nvml nvml("libnvidia-ml-that-is-not-there.so.1");
  CHECK(nvml.gpus(long_enough).empty());
  CHECK(nvml.count() == std::size_t{0});
}

TEST_CASE("An NVML that refuses, has no GPUs or is a different library gives no GPU") {
  const SystemTree tree = {{"/sys/class/drm/version", "drm 1.1.0"}};
  const auto why = [&](const std::string& library) {
    return Found(tree, library).missing.at("machine.gpus").get<std::string>();
  };
  {
    const Fault fault("broken");
    CHECK(why(ERM_FAKE_NVML) == "nvmlInit_v2() gives the error 9, and /sys/class/drm has none");
  }
  {
    const Fault fault("empty");
    CHECK(why(ERM_FAKE_NVML) == "NVML tells of no GPU, and /sys/class/drm has none");
  }
  CHECK(why("libm.so.6") == "the NVML that is there lacks functions, and /sys/class/drm has none");
}

TEST_CASE("A GPU of another user is left out, the others are listed") {
  const Fault fault("locked");
  const SystemTree tree = {};
  CHECK(Found(tree).machine.at("gpus") == erm::Json::array({a100}));
}

TEST_CASE("Nobody waits for an NVML that does not answer") {
  const Fault fault("hang");
  const SystemTree tree = {};
  const Found found(tree, ERM_FAKE_NVML, milliseconds(20));
  CHECK(found.missing.at("machine.gpus") == "NVML does not answer, and there is no /sys/class/drm");
}

TEST_CASE("Other GPUs are those of /sys/class/drm, without displays that compute nothing") {
  const SystemTree tree = {{"/sys/class/drm/card0/device/vendor", "0x1002\n"},
                           {"/sys/class/drm/card0/device/product_name", "AMD Instinct MI250\n"},
                           {"/sys/class/drm/card0/device/mem_info_vram_total", "68702699520\n"},
                           {"/sys/module/amdgpu/version", "6.2.4\n"},
                           {"/sys/class/drm/card1/device/vendor", "0x8086\n"},
                           {"/sys/class/drm/card1/device/device", "0x56a0\n"},
                           {"/sys/class/drm/card2/device/vendor", "0x1a03\n"},
                           {"/sys/class/drm/card3/device/vendor", "0x10de\n"},
                           {"/sys/class/drm/card0-DP-1/device/vendor", "0x1002\n"}};
  tree.link("/sys/class/drm/card0/device/driver", "../../bus/pci/drivers/amdgpu");
  const erm::Json amd = {{"name", "AMD Instinct MI250"}, {"driver", "amdgpu 6.2.4"}, {"memory_bytes", 68702699520}};
  CHECK(Found(tree, "none.so").machine.at("gpus") ==
        erm::Json({amd, {{"name", "Intel 0x56a0"}}, {{"name", "NVIDIA"}}}));
  // What NVML tells of is not told twice.
  const erm::Json both = Found(tree).machine.at("gpus");
  CHECK(both.size() == 4);
  CHECK(both.at(0) == a100);
  CHECK(both.at(2) == amd);
}

}  // namespace gpus_test
