// What the page's script may need of a run and no table of the page says: how long it took, and its note as written.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/comparison.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/experiment_run.hpp"

namespace erm::detail {

/// Of a longer note the page has the begin.
inline constexpr std::size_t max_note_bytes = std::size_t{1} << 16;

/// One object for each run: {"duration": seconds, "note": text}, without what the run lacks.
inline void append_run_facts(PageOutput& page, const Comparison& comparison) {
  std::string& out = page.text;
  out += "<script type=\"application/json\" id=facts>[";
  std::string_view between;
  for (const ExperimentRun* const run : comparison.runs()) {
    out += between;
    out += '{';
    const auto duration = run->duration();
    if (duration) {
      out += "\"duration\":";
      append_floating(out, static_cast<double>(duration->count()) / 1e6);
    }
    if (!run->note().empty()) {
      out += duration ? ",\"note\":" : "\"note\":";
      append_script_string(out, first_bytes(run->note(), max_note_bytes));
    }
    out += '}';
    between = ",";
    page.pass_on();
  }
  out += "]</script>\n";
}

}  // namespace erm::detail
