// NVML as a machine with two GPUs has it, for the tests of machines that have none. ERM_FAKE_NVML_FAULT says what is
// wrong with it: "hang" does not answer for ten minutes, "broken" refuses, "empty" has no GPU, "locked" keeps one back.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

struct Memory {
  unsigned long long total, free, used;
};
struct Utilization {
  unsigned gpu, memory;
};

struct Device {
  const char* name;
  Memory memory;
  Utilization utilization;
} devices[] = {{"NVIDIA A100-SXM4-80GB", {85899345920, 85899344896, 1024}, {87, 1}},
               {"NVIDIA T4", {16106127360, 16106125312, 2048}, {5, 1}}};

bool has_fault(const char* name) {
  const char* const given = std::getenv("ERM_FAKE_NVML_FAULT");
  return given != nullptr && std::strcmp(given, name) == 0;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  if (has_fault("hang")) std::this_thread::sleep_for(std::chrono::minutes(10));
  return has_fault("broken") ? 9 : 0;  // NVML_ERROR_DRIVER_NOT_LOADED
}
int nvmlShutdown() { return 0; }
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::strncpy(text, "535.104.05", size);
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = has_fault("empty") ? 0 : 2;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (index == 1 && has_fault("locked")) return 4;  // NVML_ERROR_NO_PERMISSION
  *device = &devices[index];
  return 0;
}
int nvmlDeviceGetName(void* device, char* text, unsigned size) {
  std::strncpy(text, static_cast<Device*>(device)->name, size);
  return 0;
}
int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  *memory = static_cast<Device*>(device)->memory;
  return 0;
}
int nvmlDeviceGetUtilizationRates(void* device, Utilization* utilization) {
  *utilization = static_cast<Device*>(device)->utilization;
  return 0;
}

}  // extern "C"
