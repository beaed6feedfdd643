// Claims on a file system whose locks do not exclude everybody, or that has none: sshfs, rclone mount, NFS, SMB and
// others. A claim is a file that only one process can create, and that names its holder:
//
//   <the text of the Owner>claim <a token>
//   begun
//
// Whether the holder is dead is known where it ran. Elsewhere a claim is taken from it only if neither the claim nor any
// file below the claimed folder has changed for an hour, by the clock of the file system: what a long save writes shows
// that it goes on. Then a holder that comes back finds another's claim, and commits nothing.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/run/session.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"

namespace erm::detail {

/// The end of the names of files in a claims folder that claim nothing.
inline constexpr std::string_view unclaiming = "~part";

/// A name that no other file of the folder has, for a file that claims nothing.
inline std::string unclaiming_name() {
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
  return os::process_number() + "-" + std::to_string(ticks) + std::string(unclaiming);
}

/// Up to 4 KiB at the front of a file.
inline std::string front_of(const os::File& file) {
  std::string text(to_size((std::min<std::uint64_t>)(file.info().size, 4096)), '\0');
  text.resize(file.read_at(0, text.data(), text.size()));
  return text;
}

/// The same, or nothing if the file does not exist.
inline std::optional<std::string> front_of(const std::string& path) {
  try {
    return front_of(os::open_to_read(path));
  } catch (const NotFoundError&) {
    return std::nullopt;
  }
}

/// What a claim's file tells about its holder.
struct ClaimText {
  std::string text;

  /// For this process, the claim is abandoned once the session has ended.
  static std::string of_this_process(const Session& session) {
    const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
    int here = 0;  // its address differs for the threads of a process
    Owner owner = Owner::this_process();
    owner.session = session.text();
    return owner.text() + "claim " + std::to_string(ticks) + "-" +
           std::to_string(reinterpret_cast<std::uintptr_t>(&here)) + "\n";
  }
  /// Whether the text is complete. Otherwise another kind of claim left it, or its holder is writing it.
  [[nodiscard]] bool is_named() const {
    const std::size_t line = text.rfind("\nclaim ");
    return line != std::string::npos && text.find('\n', line + 1) != std::string::npos;
  }
  [[nodiscard]] bool has_begun() const { return is_named() ? ends_with(text, begun) : !text.empty(); }

  static constexpr const char* begun = "\nbegun\n";
};

/// When something last changed below a folder, or the folder itself. At most 100,000 files are looked at.
inline std::int64_t last_change_below(const std::string& folder, std::int64_t latest, int& left) {
  if (const auto time = os::time_modified(folder)) latest = (std::max)(latest, *time);
  os::Folder names(folder);
  FolderEntry entry;
  while (names && left > 0 && names.next(entry)) {
    --left;
    const std::string inside = joined(folder, entry.name);
    if (entry.kind == FileKind::folder)
      latest = last_change_below(inside, latest, left);
    else if (const auto time = os::time_modified(inside))
      latest = (std::max)(latest, *time);
  }
  return latest;
}

/// Whether a claim's holder is dead, or has shown no life for an hour.
inline bool is_abandoned(const std::string& path, const ClaimText& found) {
  constexpr std::int64_t hour = 3600;
  if (found.is_named()) {
    const OwnerFate fate = Owner::of(found.text).fate();
    if (fate != OwnerFate::unknown) return fate == OwnerFate::gone;
  }
  const std::string claims = folder_of(path);
  const std::optional<std::int64_t> claimed = os::time_modified(path);
  if (!claimed) return false;  // it has just ended
  int files_left = 100000;
  const std::int64_t last =
      last_change_below(joined(folder_of(claims), last_part(path)), *claimed, files_left);
  if (os::time_now() - last < hour || files_left == 0) return false;
  // The clock of this machine may be ahead. Ask the one that made the times.
  os::File probe;
  const std::string probed = joined(claims, unclaiming_name());
  if (os::try_create(probed, probe) != os::Created::yes) return false;
  probe.close();
  const std::optional<std::int64_t> now = os::time_modified(probed);
  os::remove_file(probed);
  return now && *now - last >= hour;
}

/// Removes an abandoned claim. Returns false if another process has been faster.
inline bool remove_abandoned(const std::string& path, const ClaimText& found) {
  const std::string aside = joined(folder_of(path), unclaiming_name());
  try {
    os::rename_file(path, aside);
  } catch (const NotFoundError&) {
    return false;
  }
  if (front_of(aside) == found.text) {
    os::remove_file(aside);
    return true;
  }
  // Another process took the claim between the look and the move. Without its file it would commit nothing.
  if (os::info(path).kind == FileKind::missing)
    os::rename_file(aside, path);
  else
    os::remove_file(aside);
  return false;
}

}  // namespace erm::detail
