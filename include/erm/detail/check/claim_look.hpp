// Looks at a claim without taking it: to take the claim of a dead process would remove the mark that tells the next save
// to clean up.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "erm/detail/os/file.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/store/named_claim.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

enum class ClaimState {
  free,     // nobody holds it
  held,     // a live process does, or one that changed something within the last hour
  dead,     // its holder died
  unclear   // its holder is on another machine, and the claim did not change for an hour
};

inline ClaimState state_by_text(const FileSystem& fs, const std::string& place, const std::string& text) {
  switch (Owner::of(text).fate()) {
    case OwnerFate::alive:
      return ClaimState::held;
    case OwnerFate::gone:
      return ClaimState::dead;
    case OwnerFate::unknown:
      break;
  }
  const std::optional<double> age = fs.age(place);
  return age && *age >= 3600 ? ClaimState::unclear : ClaimState::held;
}

/// The state of a claim on this machine. Holds its lock for a moment. Nothing if its holder may be about to lock it.
inline std::optional<ClaimState> state_of_local_claim(const FileSystem& fs, const std::string& place) {
  if (os::info(place).kind != FileKind::file) return ClaimState::free;
  os::File there = os::open_to_read(place);
  if (!there.locks_exclude_all() || ends_with(place, unclaiming)) return state_by_text(fs, place, front_of(there));
  const os::File::Lock lock = there.try_lock();
  if (lock == os::File::Lock::taken_by_another) return ClaimState::held;
  if (lock == os::File::Lock::taken && !there.still_at_path()) return ClaimState::free;
  const ClaimText found{front_of(there)};
  if (lock == os::File::Lock::not_supported || found.is_named()) return state_by_text(fs, place, found.text);
  if (found.text.empty()) return std::nullopt;
  return ClaimState::dead;
}

/// The state of the claim whose file is at `place`. Throws IoError.
inline ClaimState state_of_claim(const FileSystem& fs, const std::string& place) {
  try {
    if (!fs.is_local()) {
      if (fs.info(place).kind != FileKind::file) return ClaimState::free;
      return state_by_text(fs, place, to_text(fs.read_bounded(place)));
    }
    // The file of a new claim is empty and not locked for a moment.
    for (int i = 0; i < 5; ++i) {
      if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (const std::optional<ClaimState> state = state_of_local_claim(fs, place)) return *state;
    }
    return ClaimState::dead;
  } catch (const NotFoundError&) {
    return ClaimState::free;
  }
}

/// The same, but a claim that cannot be read counts as held. That it cannot is told where all claims are looked at.
inline ClaimState readable_state_of_claim(const FileSystem& fs, const std::string& place) {
  try {
    return state_of_claim(fs, place);
  } catch (const IoError&) {
    return ClaimState::held;
  }
}

}  // namespace erm::detail
