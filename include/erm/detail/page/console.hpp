// The section of a page with what the runs wrote to their consoles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/console.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"

namespace erm::detail {

inline bool has_console(const ExperimentRun& run) { return RunAccess::record(run).console != nullptr; }

inline void append_console_line(std::string& out, const ConsoleLine& line) {
  const bool is_marked = line.stream == ConsoleStream::err || line.stream == ConsoleStream::note;
  if (is_marked) out += line.stream == ConsoleStream::err ? "<span class=err>" : "<i>";
  append_html(out, plain_text(line.text));
  if (is_marked) out += line.stream == ConsoleStream::err ? "</span>" : "</i>";
  out += '\n';
}

/// The first and the last lines. What lies between them is left out if there are more than about `most` bytes.
inline void append_console_text(std::string& out, const std::vector<ConsoleLine>& lines, std::size_t most) {
  const std::size_t at_the_beginning = most / 4, at_the_end = most - at_the_beginning;
  constexpr std::size_t of_a_line = 64;  // of markup, about
  std::size_t first = 0, size = 0;
  while (first < lines.size() && size < at_the_beginning) size += lines[first++].text.size() + of_a_line;
  std::size_t last = lines.size();
  size = 0;
  while (last > first && size < at_the_end) size += lines[--last].text.size() + of_a_line;
  for (std::size_t i = 0; i < first; ++i) append_console_line(out, lines[i]);
  if (last > first) {
    out += "<i>";
    append_html(out, counted(last - first, "line") + " left out of this page; ExperimentRun::console() has them");
    out += "</i>\n";
  }
  for (std::size_t i = last; i < lines.size(); ++i) append_console_line(out, lines[i]);
}

/// A folded box for each run. Where there are many runs, each has less room.
inline void append_consoles(PageOutput& page, const Comparison& comparison, std::size_t number) {
  const std::vector<const ExperimentRun*>& runs = comparison.runs();
  const auto consoles = std::count_if(runs.begin(), runs.end(), [](const auto* run) { return has_console(*run); });
  const std::size_t most = std::clamp((std::size_t{4} << 20) / static_cast<std::size_t>(consoles), std::size_t{1} << 14,
                                      std::size_t{1} << 18);
  std::string& out = page.text;
  begin_section(out, "consoles", number, "Console", counted(static_cast<std::size_t>(consoles), "run"));
  out += "<div class=cards>";
  for (std::size_t run = 0; run < runs.size(); ++run) {
    if (!has_console(*runs[run])) continue;
    out += "<figure class=artifact data-run=";
    append_integer(out, run);
    out += "><details><summary>";
    append_run_key(out, run);
    append_html(out, comparison.names()[run]);
    try {
      const Console console = runs[run]->console();
      const std::vector<ConsoleLine>& lines = console.lines();
      out += "<small> " + counted(lines.size(), "line") + "</small></summary><pre tabindex=0 class=console>";
      append_console_text(out, lines, most);
      out += "</pre>";
    } catch (const Error& error) {
      out += "</summary><p class=notice>";
      append_html(out, std::string("It cannot be read: ") + error.what());
      out += "</p>";
    }
    out += "</details></figure>\n";
    page.pass_on();
  }
  out += "</div></details></section>\n";
}

}  // namespace erm::detail
