// Whether the files of a run can be read: histories, series, tables and consoles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/console_file.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/detail/store/series_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// What is wrong with a file; `what` is empty if nothing is.
struct ContentFault {
  std::string what = {};
  bool is_torn = false;           // only its end is cut off
  bool may_be_cut = false;        // nothing is lost if the torn end is cut off
  std::uint64_t whole_size = 0;   // of what is before the torn end
};

/// Calls `use(text, is_end)` with the file piece by piece; it returns how much of the text it has used. The rest comes
/// again with the next piece.
template <class Use>
void read_in_pieces(CheckWork& work, const std::string& place, std::uint64_t size, const Use& use) {
  const std::size_t room = to_size((std::min<std::uint64_t>)(work.fs->read_size(), size));
  Bytes piece;
  std::size_t kept = 0;
  for (std::uint64_t at = 0; at < size;) {
    work.tick();
    const std::size_t wanted = to_size((std::min<std::uint64_t>)(room, size - at));
    piece.resize(kept + wanted);
    const std::size_t got = work.fs->read_at(place, at, piece.data() + kept, wanted);
    if (got == 0) return;  // it became shorter
    at += got;
    kept += got;
    const std::size_t used = use(view(piece).substr(0, kept), at >= size);
    kept -= used;
    std::memmove(piece.data(), piece.data() + used, kept);
    if (kept > work.fs->max_metadata_size())
      throw FormatError("'" + place + "': it has a line of more than " + std::to_string(kept) +
                        " bytes, which ERM never writes; it was damaged");
  }
}

/// A history file, with memory for a piece of it.
inline ContentFault fault_of_history(CheckWork& work, const std::string& place, std::uint64_t size) {
  ContentFault fault;
  HistoryReader reader;
  reader.begin(place, size);
  bool has_hole = false;
  std::string rest;
  std::uint64_t used = 0;
  try {
    read_in_pieces(work, place, size, [&](std::string_view text, bool is_end) {
      has_hole = has_hole || (used == 0 && text.front() == '\0');
      const std::size_t consumed = reader.consume(text);
      reader.drain([](const std::string&, const std::vector<MetricPoint>&) {});
      used += consumed;
      if (is_end) rest = text.substr(consumed);
      return consumed;
    });
  } catch (const FormatError& error) {
    fault.what = fault_text(error, place);
    return fault;
  }
  fault.whole_size = used;
  if (has_hole) {
    fault.what = "begins with NUL bytes, which another program left in place of points";
  } else if (used < history_header.size()) {
    fault.what = size == 0 ? "is empty" : "is cut off within its header";
    fault.is_torn = fault.may_be_cut = true;
    fault.whole_size = 0;
  } else if (!rest.empty()) {
    // A name in quotes may hold line ends, but so does all that follows a quote that damage has put there.
    const bool is_one_line = rest.find('\n') == std::string::npos;
    fault.what = is_one_line ? "its last line is cut off"
                             : "from byte " + std::to_string(used) + " on it has a quote without end";
    fault.is_torn = fault.may_be_cut = is_one_line;
  }
  return fault;
}

/// A list of series, or histograms. Calls `use` for each line of a list.
inline ContentFault fault_of_series(CheckWork& work, const std::string& place,
                                    const std::function<void(const SeriesLine&)>& use) {
  ContentFault fault;
  const Bytes bytes = work.fs->read(place);
  const std::string_view text = view(bytes);
  const bool is_list = ends_with(place, ".csv");
  try {
    fault.whole_size =
        is_list ? read_series_csv(text, place, [&](const SeriesLine& line, std::size_t) { use(line); })
                : read_histogram_file(text, place, [](const std::string&, const HistogramBins&) {},
                                      [](std::size_t, std::string_view, std::size_t) {});
  } catch (const FormatError& error) {
    fault.what = fault_text(error, place);
    return fault;
  }
  if (text.empty() || fault.whole_size < text.size()) {
    fault.what = text.empty() ? "is empty" : is_list ? "its last line is cut off" : "its last part is cut off";
    fault.is_torn = true;
    // A damaged size in the middle of histograms would make all that follows one torn part.
    fault.may_be_cut = is_list && fault.whole_size > 0;
  }
  return fault;
}

inline ContentFault fault_of_table(CheckWork& work, const std::string& place) {
  ContentFault fault;
  try {
    const Bytes bytes = work.fs->read(place);
    static_cast<void>(read_table_csv(view(bytes), place));
  } catch (const FormatError& error) {
    fault.what = fault_text(error, place);
  }
  return fault;
}

/// A console file, block by block.
inline ContentFault fault_of_console(CheckWork& work, const std::string& place, std::uint64_t size) {
  ContentFault fault;
  if (size == 0) {
    fault.what = "is empty";
    return fault;
  }
  Bytes head(to_size((std::min<std::uint64_t>)(size, 1024)));
  head.resize(work.fs->read_at(place, 0, head.data(), head.size()));
  ConsoleBlock first;
  if (!read_console_block(view(head), first) || first.size > (std::uint64_t{16} << 20)) {
    fault.what = "does not begin with 'erm-console 1'";
    return fault;
  }
  const std::size_t block_size = to_size(first.size);
  Bytes bytes(block_size);
  for (std::uint64_t at = 0; at < size && fault.what.empty(); at += block_size) {
    work.tick();
    bytes.resize(block_size);
    bytes.resize(work.fs->read_at(place, at, bytes.data(), block_size));
    if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; })) continue;  // never written
    ConsoleBlock block;
    const std::string where = "the block at byte " + std::to_string(at);
    if (!read_console_block(view(bytes), block) || block.size != first.size) {
      fault.what = where + " is damaged";
    } else if (block.end == bytes.size() && bytes.size() < block_size) {
      fault.what = "its end is cut off";
      fault.is_torn = true;
    } else if (block.end < bytes.size() && bytes[block.end] != 0) {
      fault.what = where + " is damaged from byte " + std::to_string(at + block.end) + " on";
      fault.is_torn = at + bytes.size() == size && bytes.size() < block_size;
      if (fault.is_torn) fault.what = "its end is cut off";
    }
  }
  return fault;
}

}  // namespace erm::detail
