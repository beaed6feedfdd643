// The GPUs of a machine: NVIDIA's from its library, others from their Linux drivers in /sys/class/drm.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/nvml.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/json.hpp"

namespace erm::detail {

struct DrmCard {
  std::string folder;  // the folder of its device: "/sys/class/drm/card0/device"
  std::string vendor;  // "0x1002"
};

/// Only AMD, Intel and NVIDIA: a virtual display, or the display of a server's console, is not a GPU.
inline std::vector<DrmCard> drm_cards(const SystemFiles& files) {
  std::vector<DrmCard> cards;
  for (const std::string& name : files.names("/sys/class/drm")) {
    if (name.compare(0, 4, "card") != 0 || name.find_first_not_of("0123456789", 4) != std::string::npos) continue;
    DrmCard card;
    card.folder = "/sys/class/drm/" + name + "/device";
    card.vendor = files.line(card.folder + "/vendor");
    if (card.vendor == "0x1002" || card.vendor == "0x8086" || card.vendor == "0x10de") cards.push_back(std::move(card));
  }
  return cards;
}

inline std::vector<Gpu> gpus_of_drm(const SystemFiles& files, bool with_nvidia) {
  std::vector<Gpu> gpus;
  for (const DrmCard& card : drm_cards(files)) {
    if (card.vendor == "0x10de" && !with_nvidia) continue;
    Gpu gpu;
    gpu.name = files.line(card.folder + "/product_name");  // amdgpu has it for some cards
    if (gpu.name.empty()) {
      gpu.name = card.vendor == "0x1002" ? "AMD" : card.vendor == "0x8086" ? "Intel" : "NVIDIA";
      if (const std::string id = files.line(card.folder + "/device"); !id.empty()) gpu.name += " " + id;
    }
    const std::string link = files.link(card.folder + "/driver");
    gpu.driver = link.substr(link.rfind('/') + 1);
    if (const std::string version = files.line("/sys/module/" + gpu.driver + "/version"); !version.empty())
      gpu.driver += " " + version;
    gpu.memory_bytes = files.number(card.folder + "/mem_info_vram_total").value_or(0);
    gpus.push_back(std::move(gpu));
  }
  return gpus;
}

/// Adds "gpus" to a machine's section.
inline void add_gpus(Json& machine, const SystemFiles& files, const Nvml& nvml, std::chrono::milliseconds at_most,
                     Json& missing) {
  std::vector<Gpu> gpus = nvml.gpus(at_most);
  for (Gpu& gpu : gpus_of_drm(files, gpus.empty())) gpus.push_back(std::move(gpu));
  if (gpus.empty()) {
    miss(missing, "machine.gpus",
         nvml.why() +
             (files.has("/sys/class/drm") ? ", and /sys/class/drm has none" : ", and there is no /sys/class/drm"));
    return;
  }
  Json all = Json::array();
  for (const Gpu& gpu : gpus) {
    Json one = Json::object();
    one["name"] = repaired_utf8(gpu.name);
    if (!gpu.driver.empty()) one["driver"] = repaired_utf8(gpu.driver);
    if (gpu.memory_bytes > 0) one["memory_bytes"] = gpu.memory_bytes;
    all.push_back(std::move(one));
  }
  machine["gpus"] = std::move(all);
}

}  // namespace erm::detail
