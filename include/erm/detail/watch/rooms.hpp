// How many lines each part of the screen of `erm watch` gets.
#pragma once

#include <algorithm>
#include <cstddef>

namespace erm::detail {

/// The lines that the parts would fill, or have got.
struct WatchRooms {
  std::size_t title = 0, runs = 0, plot = 0, table = 0, system = 0, console = 0, keys = 0;

  [[nodiscard]] std::size_t sum() const { return title + runs + plot + table + system + console + keys; }
};

inline constexpr std::size_t least_plot_lines = 6, least_plot_columns = 20, least_table_columns = 16;

/// What matters most comes first where there is little room; the plot takes what is left.
inline WatchRooms watch_rooms(std::size_t rows, const WatchRooms& wishes) {
  WatchRooms rooms;
  std::size_t left = rows;
  const auto give = [&](std::size_t& room, std::size_t wish, std::size_t up_to, std::size_t at_least = 1) {
    const std::size_t wanted = (std::min)(wish, up_to);
    if (wanted <= room || left == 0) return;
    const std::size_t more = (std::min)(wanted - room, left);
    if (room + more < (std::min)(wanted, at_least)) return;
    room += more;
    left -= more;
  };
  give(rooms.runs, wishes.runs, 1);
  give(rooms.plot, wishes.plot, least_plot_lines, least_plot_lines);
  give(rooms.title, wishes.title, 1);
  give(rooms.table, wishes.table, 2, 2);
  give(rooms.keys, wishes.keys, 1);
  give(rooms.plot, wishes.plot, least_plot_lines + 3);
  give(rooms.runs, wishes.runs, (std::max<std::size_t>)(rows / 4, 2));
  give(rooms.system, wishes.system, 1);
  give(rooms.console, wishes.console, 2, 2);
  give(rooms.table, wishes.table, 4);
  give(rooms.console, wishes.console, 4);
  give(rooms.plot, wishes.plot, rows / 2);
  give(rooms.table, wishes.table, (std::max<std::size_t>)(rows / 4, 4));
  give(rooms.runs, wishes.runs, rows / 3);
  give(rooms.console, wishes.console, rows / 4);
  give(rooms.plot, wishes.plot, rows);
  give(rooms.table, wishes.table, rows);
  give(rooms.runs, wishes.runs, rows);
  give(rooms.console, wishes.console, rows);
  return rooms;
}

}  // namespace erm::detail
