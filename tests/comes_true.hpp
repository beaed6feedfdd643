// Waits for what is to happen, however slow or busy the machine is.
//
//   REQUIRE(erm_test::comes_true([&] { return std::filesystem::exists(file); }));
#pragma once

#include <chrono>
#include <thread>

namespace erm_test {

/// False after ten minutes, which is for a fault that would hang the test, and no statement about speed.
template <class Condition>
bool comes_true(Condition&& condition) {
  const auto last_resort = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > last_resort) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace erm_test
