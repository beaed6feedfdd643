// What people wrote about the runs, on the page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "erm/comparison.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/page/markdown_html.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/detail/compare/provenance_rows.hpp"

namespace erm::detail {

/// A box a run that has a note, and which runs have none.
inline void append_notes(PageOutput& page, const Comparison& comparison, const Comparison::Section& section,
                         std::size_t number) {
  constexpr std::size_t most = std::size_t{1} << 16;  // bytes of one note
  const Comparison::Row& row = section.rows[0];
  std::string& out = page.text;
  std::string without;
  std::size_t notes = 0;
  for (std::size_t run = 0; run < row.cells.size(); ++run) {
    if (row.cells[run].kind != Comparison::Cell::Kind::missing)
      ++notes;
    else
      (without += without.empty() ? "No note: " : ", ") += comparison.names()[run];
  }
  begin_section(out, "notes", number, section.name, counted(notes, "note") + (row.differs ? ", not all the same" : ""));
  out += "<div class=cards>";
  for (std::size_t run = 0; run < row.cells.size(); ++run) {
    const Comparison::Cell& cell = row.cells[run];
    if (cell.kind == Comparison::Cell::Kind::missing) continue;
    out += cell.differs ? "<figure class=\"artifact d\" data-run=" : "<figure class=artifact data-run=";
    append_integer(out, run);
    out += "><figcaption>";
    append_run_key(out, run);
    append_html(out, comparison.names()[run]);
    if (row.cells.size() > 1 && run != comparison.baseline()) {
      out += cell.differs ? "<small> differs from that of " : "<small> the same as that of ";
      append_html(out, comparison.names()[comparison.baseline()]);
      out += "</small>";
    }
    out += "</figcaption><div class=md>";
    const std::string_view shown = first_bytes(cell.text, most);
    append_markdown(out, shown);
    out += "</div>";
    if (shown.size() < cell.text.size())
      out +=
          joined({"<p class=notice>", readable_size(cell.text.size() - shown.size()), " more are left out here.</p>"});
    out += "</figure>\n";
    page.pass_on();
  }
  out += "</div>";
  if (!without.empty()) {
    out += "<p class=\"none inset\">";
    append_html(out, without);
    out += "</p>";
  }
  out += "</details></section>\n";
}

}  // namespace erm::detail
