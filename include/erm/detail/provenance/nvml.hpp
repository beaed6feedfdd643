// Asks NVIDIA's management library about its GPUs, if it is installed. The library is loaded at run time and called in
// a thread of its own, because a broken driver may not answer for minutes.
//   Nvml nvml;
//   nvml.gpus(std::chrono::seconds(1));   // names, drivers, memory; or nothing, and why()
//   nvml.ask();                           // and later:
//   nvml.answer(milliseconds(50));        // what each is doing
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/os/library.hpp"
#include "erm/detail/os/process.hpp"

namespace erm::detail {

struct Gpu {
  std::string name, driver;
  std::uint64_t memory_bytes = 0;  // 0 if unknown
};

struct GpuUse {
  double share = 0;  // of the recent time in which it computed
  std::uint64_t memory_bytes = 0;
};

#if defined(_WIN32)
inline constexpr const char* nvml_name = "nvml.dll";
#else
inline constexpr const char* nvml_name = "libnvidia-ml.so.1";
#endif

class Nvml {
 public:
  explicit Nvml(std::string library = nvml_name) : state_(std::make_shared<State>()) {
    const os::SignalsBlocked blocked;
    thread_ = std::thread([state = state_, library = std::move(library)] { work(*state, library); });
  }
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  ~Nvml() {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->is_stopping = true;
    state_->changed.notify_all();
    const std::chrono::seconds patience(state_->has_answered ? 1 : 0);
    const bool has_ended = state_->changed.wait_for(lock, patience, [&] { return state_->has_ended; });
    lock.unlock();
    // A thread that does not return keeps its own state.
    has_ended ? thread_.join() : thread_.detach();
  }

  /// Waits for the library until the limit. If the list is empty, why() has the reason.
  [[nodiscard]] std::vector<Gpu> gpus(std::chrono::milliseconds at_most) const {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->changed.wait_for(lock, at_most, [&] { return state_->has_answered; });
    return state_->gpus;
  }
  [[nodiscard]] std::string why() const {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->has_answered ? state_->why : "NVML does not answer";
  }

  /// The number of GPUs. Nothing if the library has not answered yet.
  [[nodiscard]] std::optional<std::size_t> count() const {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->has_answered ? std::optional(state_->gpus.size()) : std::nullopt;
  }

  /// Makes the thread query what the GPUs do.
  void ask() {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->is_asked = true;
    state_->changed.notify_all();
  }
  /// The result of the last ask(), once. Waits for it until the limit.
  [[nodiscard]] std::optional<std::vector<GpuUse>> answer(std::chrono::milliseconds at_most) {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->changed.wait_for(lock, at_most, [&] { return state_->use.has_value(); });
    return std::exchange(state_->use, std::nullopt);
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Gpu> gpus;
    std::string why;
    std::optional<std::vector<GpuUse>> use;
    bool has_answered = false, is_asked = false, is_stopping = false, has_ended = false;
  };

  // Declared as in nvml.h.
  using Device = void*;
  struct Memory {
    unsigned long long total, free, used;
  };
  struct Utilization {
    unsigned gpu, memory;  // percent
  };
  struct Functions {
    int (*init)() = nullptr;
    int (*shutdown)() = nullptr;
    int (*driver_version)(char*, unsigned) = nullptr;
    int (*count)(unsigned*) = nullptr;
    int (*device)(unsigned, Device*) = nullptr;
    int (*name)(Device, char*, unsigned) = nullptr;
    int (*memory)(Device, Memory*) = nullptr;
    int (*utilization)(Device, Utilization*) = nullptr;
  };

  static void work(State& state, const std::string& name) {
    std::string why;
    std::vector<Gpu> gpus;
    std::vector<Device> devices;
    Functions nvml;
    const os::Library library(name);
    if (!library)
      why = "no NVML (" + library.why() + ")";
    else if (!find_all(library, nvml))
      why = "the NVML that is there lacks functions";
    else if (const int error = nvml.init(); error != 0)
      why = "nvmlInit_v2() gives the error " + std::to_string(error);
    else
      devices = list(nvml, gpus, why);
    {
      const std::lock_guard<std::mutex> lock(state.mutex);
      state.gpus = std::move(gpus);
      state.why = std::move(why);
      state.has_answered = true;
      state.changed.notify_all();
    }
    for (;;) {
      std::unique_lock<std::mutex> lock(state.mutex);
      state.changed.wait(lock, [&] { return state.is_stopping || state.is_asked; });
      if (state.is_stopping) break;
      state.is_asked = false;
      lock.unlock();
      std::vector<GpuUse> use = look_at(nvml, devices);
      lock.lock();
      state.use = std::move(use);
      state.changed.notify_all();
    }
    if (library && nvml.shutdown != nullptr) nvml.shutdown();
    const std::lock_guard<std::mutex> lock(state.mutex);
    state.has_ended = true;
    state.changed.notify_all();
  }

  static bool find_all(const os::Library& library, Functions& nvml) {
    return library.find("nvmlInit_v2", nvml.init) && library.find("nvmlShutdown", nvml.shutdown) &&
           library.find("nvmlSystemGetDriverVersion", nvml.driver_version) &&
           library.find("nvmlDeviceGetCount_v2", nvml.count) &&
           library.find("nvmlDeviceGetHandleByIndex_v2", nvml.device) && library.find("nvmlDeviceGetName", nvml.name) &&
           library.find("nvmlDeviceGetMemoryInfo", nvml.memory) &&
           library.find("nvmlDeviceGetUtilizationRates", nvml.utilization);
  }

  static std::vector<Device> list(const Functions& nvml, std::vector<Gpu>& gpus, std::string& why) {
    std::vector<Device> devices;
    char text[128] = {};
    const std::string driver = nvml.driver_version(text, sizeof text - 1) == 0 ? text : "";
    unsigned count = 0;
    if (const int error = nvml.count(&count); error != 0) {
      why = "nvmlDeviceGetCount_v2() gives the error " + std::to_string(error);
      return devices;
    }
    for (unsigned i = 0; i < count; ++i) {
      Device device = nullptr;
      if (nvml.device(i, &device) != 0) continue;  // this user may not use it
      Gpu gpu;
      gpu.driver = driver;
      char name[128] = {};
      gpu.name = nvml.name(device, name, sizeof name - 1) == 0 ? name : "unknown";
      Memory memory = {};
      if (nvml.memory(device, &memory) == 0) gpu.memory_bytes = memory.total;
      gpus.push_back(std::move(gpu));
      devices.push_back(device);
    }
    if (gpus.empty()) why = "NVML tells of no GPU";
    return devices;
  }

  static std::vector<GpuUse> look_at(const Functions& nvml, const std::vector<Device>& devices) {
    std::vector<GpuUse> use;
    for (const Device device : devices) {
      GpuUse& one = use.emplace_back();
      Utilization utilization = {};
      if (nvml.utilization(device, &utilization) == 0) one.share = utilization.gpu / 100.0;
      Memory memory = {};
      if (nvml.memory(device, &memory) == 0) one.memory_bytes = memory.used;
    }
    return use;
  }

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace erm::detail
