// What people wrote about the runs, on the page: Markdown becomes HTML that cannot do harm. It knows paragraphs,
// headings, lists, quotes, rules, code and emphasis. Of links and pictures it shows text and address; HTML in it is
// shown as text.
//
//   append_markdown(out, "**best** run, see [the log](https://x.y/)");
//   // <p><strong>best</strong> run, see the log (https://x.y/)</p>
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/run_facts.hpp"
#include "erm/detail/page/tables.hpp"

namespace erm::detail {

class MarkdownWriter {
 public:
  explicit MarkdownWriter(std::string& out) : out_(out) {}

  void write(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (is_fence(without_indent(line)))
        write_code(text, without_indent(line));
      else
        write_line(line);
    }
    close_block();
  }

 private:
  enum class Block { none, paragraph, quote, bullets, numbers };

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  }
  static std::string_view without_indent(std::string_view line) {
    while (!line.empty() && is_blank(line[0])) line.remove_prefix(1);
    return line;
  }
  static bool is_fence(std::string_view line) { return line.substr(0, 3) == "```" || line.substr(0, 3) == "~~~"; }
  static bool is_rule(std::string_view line) {
    std::size_t marks = 0;
    for (const char c : line) {
      if (is_blank(c)) continue;
      if (c != line[0]) return false;
      ++marks;
    }
    return marks >= 3 && (line[0] == '-' || line[0] == '*' || line[0] == '_');
  }
  /// The size of the "- " or "12. " that the line begins with; 0 where it begins with neither.
  static std::size_t bullet_size(std::string_view line) {
    std::size_t size = 0;
    while (size < line.size() && size < 9 && is_digit(line[size])) ++size;
    const bool is_numbered = size > 0;
    if (size >= line.size()) return 0;
    const char mark = line[size];
    if (is_numbered ? mark != '.' && mark != ')' : mark != '-' && mark != '*' && mark != '+') return 0;
    return ++size < line.size() && line[size] == ' ' ? size + 1 : 0;
  }

  /// Writes the collected lines of the block that ends: emphasis may extend over several lines.
  void close_block() {
    static constexpr std::string_view begins[] = {"", "<p>", "<blockquote>", "<li>", "<li>"};
    static constexpr std::string_view ends[] = {"", "</p>", "</blockquote>", "</ul>", "</ol>"};
    if (block_ != Block::none) {
      out_ += begins[static_cast<std::size_t>(block_)];
      write_inline(collected_, 0);
      out_ += ends[static_cast<std::size_t>(block_)];
    }
    block_ = Block::none;
    collected_.clear();
  }
  void collect(Block block, std::string_view line) {
    if (block_ != block) close_block();
    if (block_ == block) collected_ += '\n';
    block_ = block;
    collected_ += line;
  }

  void write_line(std::string_view line) {
    const std::string_view text = without_indent(line);
    if (text.empty()) return close_block();
    if (is_rule(text)) {
      close_block();
      out_ += "<hr>";
    } else if (const std::size_t level = text.find_first_not_of('#');
               level > 0 && level <= 6 && level < text.size() && text[level] == ' ') {
      close_block();
      out_ += "<p><strong>";
      write_inline(without_indent(text.substr(level)), 0);
      out_ += "</strong></p>";
    } else if (const std::size_t size = bullet_size(text); size > 0) {
      write_item(text, size);
    } else if (text[0] == '>') {
      collect(Block::quote, without_indent(text.substr(1)));
    } else {
      // The line continues the item of a list, or else a paragraph.
      const bool is_item = block_ == Block::bullets || block_ == Block::numbers;
      collect(is_item ? block_ : Block::paragraph, text);
    }
  }

  void write_item(std::string_view line, std::size_t bullet) {
    const Block list = is_digit(line[0]) ? Block::numbers : Block::bullets;
    if (block_ == list) {
      out_ += "<li>";
      write_inline(collected_, 0);
    } else {
      close_block();
      if (list == Block::bullets)
        out_ += "<ul>";
      else
        ((out_ += "<ol start=") += line.substr(0, bullet - 2)) += '>';
    }
    block_ = list;
    collected_ = line.substr(bullet);
  }

  /// Writes the lines up to the closing fence, or to the end of the text.
  void write_code(std::string_view& text, std::string_view fence) {
    close_block();
    out_ += "<pre tabindex=0>\n";
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (without_indent(line).substr(0, 3) == fence.substr(0, 3)) break;
      append_html(out_, line);
      out_ += '\n';
    }
    out_ += "</pre>";
  }

  /// Where the emphasis whose text begins at `from` ends: at a mark that does not follow a blank. npos where it does
  /// not end.
  static std::size_t end_of_emphasis(std::string_view text, std::size_t from, std::string_view mark) {
    for (std::size_t at = text.find(mark, from + 1); at != std::string_view::npos; at = text.find(mark, at + 1)) {
      if (mark.size() == 1 && at + 1 < text.size() && text[at + 1] == mark[0]) {
        ++at;  // the mark is a double mark
        continue;
      }
      const bool goes_on = mark[0] == '_' && at + mark.size() < text.size() && is_word(text[at + mark.size()]);
      if (!is_blank(text[at - 1]) && !goes_on) return at;
    }
    return std::string_view::npos;
  }

  /// A mark without an end is text. Later marks of its kind have no end either and are not searched for: so the time is
  /// linear, whatever the text.
  void write_inline(std::string_view text, int depth) {
    std::size_t plain = 0, i = 0;
    bool is_open[128] = {};  // whether a mark had no end, by the mark; ** is 0, __ is 1 and a link is 2
    const auto flush = [&](std::size_t to) { append_html(out_, text.substr(plain, to - plain)); };
    while (i < text.size()) {
      const char c = text[i];
      if (c == '\\' && i + 1 < text.size() && !is_word(text[i + 1]) && !is_blank(text[i + 1])) {
        flush(i);
        plain = i + 1;
        i += 2;
      } else if (c == '`') {
        std::size_t ticks = i;
        while (ticks < text.size() && text[ticks] == '`') ++ticks;
        const std::size_t end = text.find(text.substr(i, ticks - i), ticks);
        if (end == std::string_view::npos) {
          i = ticks;
          continue;
        }
        flush(i);
        out_ += "<code>";
        append_html(out_, text.substr(ticks, end - ticks));
        out_ += "</code>";
        plain = i = end + (ticks - i);
      } else if ((c == '*' || c == '_') && depth < 4) {
        const std::size_t size = i + 1 < text.size() && text[i + 1] == c ? 2 : 1;
        const auto slot = static_cast<std::size_t>(size == 1 ? c : c == '*' ? 0 : 1);
        const bool begins = i + size < text.size() && !is_blank(text[i + size]) && text[i + size] != c &&
                            (c == '*' || i == 0 || !is_word(text[i - 1]));
        const std::size_t end =
            begins && !is_open[slot] ? end_of_emphasis(text, i + size, text.substr(i, size)) : std::string_view::npos;
        if (end == std::string_view::npos) {
          is_open[slot] = is_open[slot] || begins;
          i += size;
          continue;
        }
        flush(i);
        out_ += size == 2 ? "<strong>" : "<em>";
        write_inline(text.substr(i + size, end - i - size), depth + 1);
        out_ += size == 2 ? "</strong>" : "</em>";
        plain = i = end + size;
      } else if (c == '[' && depth < 4 && !is_open[2]) {
        const std::size_t middle = text.find("](", i);
        const std::size_t end = middle == std::string_view::npos ? middle : text.find(')', middle);
        if (end == std::string_view::npos) {
          is_open[2] = true;
          ++i;
          continue;
        }
        flush(i);
        write_inline(text.substr(i + 1, middle - i - 1), depth + 1);
        out_ += " (";
        append_html(out_, text.substr(middle + 2, end - middle - 2));
        out_ += ')';
        plain = i = end + 1;
      } else {
        ++i;
      }
    }
    flush(text.size());
  }

  std::string& out_;
  Block block_ = Block::none;
  std::string collected_;
};

/// `text` is UTF-8.
inline void append_markdown(std::string& out, std::string_view text) { MarkdownWriter(out).write(text); }

/// A box for each run with a note, and the names of the runs without one.
inline void append_notes(PageOutput& page, const Comparison& comparison, const Comparison::Section& section,
                         std::size_t number) {
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
    const std::string_view shown = first_bytes(cell.text, max_note_bytes);
    out += "</figcaption><div class=md>";
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
