// The sessions of this process: each live run, and each claim, writes one in its name. What a session that has ended
// held is free, even while the process goes on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace erm::detail {

class Session {
 public:
  Session() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto last = last_number.load();
    do number_ = (last < static_cast<std::uint64_t>(now) ? static_cast<std::uint64_t>(now) : last + 1);
    while (!last_number.compare_exchange_weak(last, number_));
    for (Slot* slot = first_slot.load(); slot != nullptr; slot = slot->next) {
      std::uint64_t free = 0;
      if (!slot->number.compare_exchange_strong(free, number_)) continue;
      slot_ = slot;
      return;
    }
    slot_ = new Slot(number_);
    slot_->next = first_slot.load();
    while (!first_slot.compare_exchange_weak(slot_->next, slot_)) {
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { slot_->number = 0; }

  /// Two modules of a process that contain ERM with hidden symbols have a list each.
  [[nodiscard]] std::string text() const { return list_name() + std::to_string(number_); }

  /// Whether the session with that text, of this process, is known to have ended.
  static bool has_ended(const std::string& text) {
    const std::string list = list_name();
    if (text.rfind(list, 0) != 0) return false;
    for (const Slot* slot = first_slot.load(); slot != nullptr; slot = slot->next)
      if (text == list + std::to_string(slot->number.load())) return false;
    return true;
  }

 private:
  /// Never destroyed, but used again. A list with a lock could block the child of a fork.
  struct Slot {
    explicit Slot(std::uint64_t session) : number(session) {}
    std::atomic<std::uint64_t> number;  // 0 if it is free
    Slot* next = nullptr;
  };

  static std::string list_name() { return std::to_string(reinterpret_cast<std::uintptr_t>(&first_slot)) + "-"; }

  static inline std::atomic<Slot*> first_slot{nullptr};
  static inline std::atomic<std::uint64_t> last_number{0};

  std::uint64_t number_ = 0;
  Slot* slot_ = nullptr;
};

}  // namespace erm::detail
