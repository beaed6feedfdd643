// The latest run of a variant: that with the latest timestamp, and of those the one with the greatest id.
//
//   const std::string id = latest_of(fs, "registry/digits/main", {"20260101_120000_a", "20260102_120000_b"});
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/os/program.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

/// When a run was begun, or the reason why that cannot be read.
struct TimeOrError {
  std::optional<TimePoint> time;
  std::exception_ptr error;
};

/// Reads some runs: all with one call if that succeeds.
inline std::vector<TimeOrError> read_times(const FileSystem& fs, const std::vector<std::string>& folders) {
  std::vector<TimeOrError> times(folders.size());
  try {
    const std::vector<MetadataFile> metadata = read_metadata_of(fs, folders);
    for (std::size_t i = 0; i < folders.size(); ++i) times[i].time = metadata[i].record.timestamp_utc;
    return times;
  } catch (...) {
    // One is damaged, or was deleted since it was listed: each is read separately. Nothing may leave a thread.
  }
  for (std::size_t i = 0; i < folders.size(); ++i) {
    try {
      times[i].time = read_metadata(fs, folders[i]).record.timestamp_utc;
    } catch (...) {
      times[i].error = std::current_exception();
    }
  }
  return times;
}

/// Throws NotFoundError if one of the runs is not there.
inline std::vector<TimeOrError> times_of(const FileSystem& fs, const std::vector<std::string>& folders) {
  constexpr std::size_t at_once = 512;  // metadata in memory, for each thread
  std::vector<TimeOrError> times(folders.size());
  // A store on another machine is asked for all of a group at once.
  on_threads((folders.size() + at_once - 1) / at_once, fs.has_folders() ? usual_threads() : 1, [&](std::size_t group) {
    const std::size_t first = group * at_once, end = (std::min)(folders.size(), first + at_once);
    const auto from = folders.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<TimeOrError> some = read_times(fs, {from, from + static_cast<std::ptrdiff_t>(end - first)});
    std::move(some.begin(), some.end(), times.begin() + static_cast<std::ptrdiff_t>(first));
  });
  for (const TimeOrError& one : times) {
    try {
      if (one.error) std::rethrow_exception(one.error);
    } catch (const NotFoundError&) {
      throw;
    } catch (const Error&) {
      // Its caller decides whether that matters.
    }
  }
  return times;
}

/// The time before which a run that cannot be read was begun: the end of its id's second, or the time at which its
/// metadata were written. Nothing if that is not known.
inline std::optional<TimePoint> begun_before(const FileSystem& fs, const std::string& folder,
                                             const std::string& run_id) {
  if (const std::optional<TimePoint> second = time_of_generated_id(run_id)) return *second + std::chrono::seconds(1);
  if (!fs.is_local()) return std::nullopt;
  const long long nanoseconds = os::modified(metadata_path(folder));
  if (nanoseconds <= 0) return std::nullopt;
  return TimePoint(std::chrono::microseconds(nanoseconds / 1000 + 1));
}

/// Throws the error of the run that may be the latest, with what to do.
[[noreturn]] inline void refuse_latest(const std::string& run_id, const std::string& variant_folder,
                                       const std::exception_ptr& error) {
  const std::string what =
      "cannot load the latest run of '" + variant_folder + "': '" + run_id +
      "' may be the latest, and it cannot be read; repair it, delete it with delete_run, or name " +
      "the run to load: ";
  try {
    std::rethrow_exception(error);
  } catch (const IoError& why) {
    throw IoError(what + why.what(), why.code());
  } catch (const Error& why) {
    throw FormatError(what + why.what());
  }
}

/// The latest of some runs of a variant. A generated id contains the second of the timestamp, so only the runs of the
/// last second need to be opened. Passes over a damaged run that cannot be the latest, with a line on stderr.
inline std::string latest_of(const FileSystem& fs, const std::string& variant_folder,
                             std::vector<std::string> run_ids) {
  std::optional<TimePoint> last_second;
  for (const std::string& id : run_ids)
    if (const std::optional<TimePoint> second = time_of_generated_id(id);
        second && (!last_second || *second > *last_second))
      last_second = second;
  const auto is_older = [&](const std::string& id) {
    const std::optional<TimePoint> second = time_of_generated_id(id);
    return second && *second < *last_second;
  };
  run_ids.erase(std::remove_if(run_ids.begin(), run_ids.end(), is_older), run_ids.end());
  if (run_ids.size() == 1) return run_ids.front();
  std::vector<std::string> folders;
  for (const std::string& id : run_ids) folders.push_back(joined(variant_folder, id));
  const std::vector<TimeOrError> read = times_of(fs, folders);
  std::optional<std::pair<TimePoint, std::size_t>> latest;  // the ids are sorted
  for (std::size_t i = 0; i < run_ids.size(); ++i)
    if (read[i].time && (!latest || std::pair(*read[i].time, i) > *latest)) latest = {*read[i].time, i};
  for (std::size_t i = 0; i < run_ids.size(); ++i) {
    if (!read[i].error) continue;
    const std::optional<TimePoint> before = begun_before(fs, folders[i], run_ids[i]);
    if (!latest || !before || *before > latest->first) refuse_latest(run_ids[i], variant_folder, read[i].error);
    try {
      std::rethrow_exception(read[i].error);
    } catch (const Error& error) {
      std::fprintf(stderr, "erm: passed over the run '%s', which is not the latest: %s\n", folders[i].c_str(),
                   error.what());
    }
  }
  return run_ids[latest->second];
}

}  // namespace erm::detail
