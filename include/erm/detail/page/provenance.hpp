// The provenance of the runs on the page: warnings at its top, a table of all that is recorded, and the diffs of code
// that was not committed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/compare/provenance_rows.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"

namespace erm::detail {

inline void append_warnings(std::string& out, const Comparison& comparison) {
  if (comparison.warnings().empty()) return;
  out += "<ul class=warnings aria-label=Warnings>";
  for (const Comparison::Warning& warning : comparison.warnings()) {
    out += "<li class=notice>";
    append_html(out, warning.text);
  }
  out += "</ul>";
}

/// Appends code, with the number in place of each character that changes the direction of text: such characters can
/// make code look like other code.
inline void append_code(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t i = text.find('\xE2'); i < text.size(); i = text.find('\xE2', i + 1)) {
    if (text.size() - i < 3) break;
    const auto second = static_cast<unsigned char>(text[i + 1]), third = static_cast<unsigned char>(text[i + 2]);
    const bool embeds = second == 0x80 && third >= 0xAA && third <= 0xAE;
    const bool isolates = second == 0x81 && third >= 0xA6 && third <= 0xA9;
    if (!embeds && !isolates) continue;
    append_html(out, text.substr(plain, i - plain));
    out += embeds ? "&lt;U+202" : "&lt;U+206";
    out += "0123456789ABCDEF"[third & 0xFU];
    out += "&gt;";
    plain = i + 3;
  }
  append_html(out, text.substr(plain));
}

/// Writes the lines of a diff, consecutive lines of one kind in one element.
class DiffWriter {
 public:
  explicit DiffWriter(std::string& out) : out_(out) {}

  void write(std::string_view diff) {
    std::string_view mark;  // the tag of the lines from `begin` on
    std::size_t begin = 0;
    for (std::size_t at = 0; at < diff.size();) {
      const std::size_t end = (std::min)(diff.find('\n', at), diff.size() - 1) + 1;
      const std::string_view tag = tag_of(diff.substr(at, end - at));
      if (tag != mark) {
        write_lines(diff.substr(begin, at - begin), mark);
        begin = at;
        mark = tag;
      }
      at = end;
    }
    write_lines(diff.substr(begin), mark);
  }

  std::size_t added = 0, removed = 0, files = 0;  // set by count()

  /// Before write().
  void count(std::string_view diff) {
    for (std::size_t at = 0; at < diff.size();) {
      const std::size_t end = (std::min)(diff.find('\n', at), diff.size() - 1) + 1;
      const std::string_view line = diff.substr(at, end - at), tag = tag_of(line);
      if (tag == "ins") ++added;
      if (tag == "del") ++removed;
      if (line.substr(0, 5) == "diff ") ++files;
      at = end;
    }
    is_head_ = true;
  }

 private:
  /// Before the first "@@" of a file, "---" and "+++" begin its names; after it, "-" and "+" begin removed and added
  /// lines.
  std::string_view tag_of(std::string_view line) {
    if (line.substr(0, 2) == "@@") {
      is_head_ = false;
      return "b";
    }
    if (line.substr(0, 5) == "diff ") is_head_ = true;
    if (is_head_) return "b";
    return line[0] == '+' ? "ins" : line[0] == '-' ? "del" : "";
  }
  void write_lines(std::string_view lines, std::string_view tag) {
    if (lines.empty()) return;
    if (!tag.empty()) ((out_ += '<') += tag) += '>';
    append_code(out_, lines);
    if (!tag.empty()) ((out_ += "</") += tag) += '>';
  }

  std::string& out_;
  bool is_head_ = true;
};

/// Appends each diff once, with the names of the runs that have it.
inline void append_diffs(PageOutput& page, const Comparison& comparison, const CompareOptions& options) {
  std::string& out = page.text;
  const std::vector<std::string_view>& diffs = comparison.diffs();
  // The page shows at most this many bytes of diffs; of the rest it shows the sizes.
  std::size_t left = options.max_diff_size <= SIZE_MAX / 16 ? options.max_diff_size * 16 : SIZE_MAX;
  for (std::size_t run = 0; run < diffs.size(); ++run) {
    const std::string_view diff = diffs[run];
    bool is_shown = diff.empty();
    for (std::size_t before = 0; before < run && !is_shown; ++before) is_shown = diffs[before] == diff;
    if (is_shown) continue;
    DiffWriter writer(out);
    writer.count(diff);
    out += "<details class=inset><summary>Not committed in the code of ";
    append_html(out, comparison.names()[run]);
    for (std::size_t other = run + 1; other < diffs.size(); ++other) {
      if (diffs[other] != diff) continue;
      out += ", ";
      append_html(out, comparison.names()[other]);
    }
    out += joined({": ", counted(writer.files, "file"), ", ", counted(writer.added, "line"), " added, ",
                   std::to_string(writer.removed), " removed (", readable_size(diff.size()), ")</summary>"});
    const std::size_t wanted = (std::min)(options.max_diff_size, diff.size());
    std::string_view shown = first_bytes(diff, wanted <= left ? wanted : 0);
    if (const std::size_t last = shown.rfind('\n'); shown.size() < diff.size() && last != std::string_view::npos)
      shown = shown.substr(0, last + 1);
    if (!shown.empty()) {
      out += "<pre class=diff tabindex=0>\n";
      writer.write(shown);
      out += "</pre>";
    }
    left -= shown.size();
    if (shown.size() < diff.size())
      out += joined({"<p class=notice>", readable_size(diff.size() - shown.size()),
                     " more are left out here: CompareOptions::max_diff_size is ", readable_size(options.max_diff_size),
                     ".</p>"});
    out += "</details>\n";
    page.pass_on();
  }
}

inline void append_provenance(PageOutput& page, const std::vector<std::string>& headers, const Comparison& comparison,
                              const Comparison::Section& section, const CompareOptions& options, std::size_t number,
                              bool runs_as_rows) {
  begin_table_section(page, headers, comparison, section, number, runs_as_rows);
  append_diffs(page, comparison, options);
  page.text += "</details></section>\n";
}

}  // namespace erm::detail
