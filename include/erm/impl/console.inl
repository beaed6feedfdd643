// The bodies of erm/console.hpp, and ExperimentRun::console().
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/console.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/provenance/masked_lines.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/console_file.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/error.hpp"

namespace erm {

namespace detail {

/// Puts the text of a console file together to lines.
class ConsoleLines {
 public:
  ConsoleLines(std::vector<ConsoleLine>& lines, std::uint64_t& left_out) : lines_(lines), left_out_(left_out) {}

  void read(std::string_view bytes) {
    std::uint64_t expected = 0;
    int begins = 0;
    for (const ConsoleBlock& block : read_console_blocks(bytes)) {
      writer_ = repaired_utf8(block.writer);
      if (block.before > expected) {
        end_lines();
        const std::uint64_t missing = block.before - expected;
        left_out_ += missing;
        const std::int64_t time = block.frames.empty() ? last_time_ : block.frames.front().milliseconds;
        note(std::to_string(missing) + " bytes are left out here", time);
      }
      for (const ConsoleFrame& frame : block.frames) {
        last_time_ = frame.milliseconds;
        if (frame.kind == 'b') {
          end_lines();
          if (++begins > 1 || block.number >= block.blocks / 2) note("another process goes on with the run", last_time_);
          continue;
        }
        take(frame);
      }
      expected = block.before + block.content;
    }
    end_lines();
  }

 private:
  struct Open {
    std::string text;
    std::int64_t since = 0;
    LineMasker masker;
  };

  static TimePoint time_of(std::int64_t milliseconds) { return TimePoint(std::chrono::milliseconds(milliseconds)); }
  void note(std::string text, std::int64_t time) {
    lines_.push_back({std::move(text), ConsoleStream::note, time_of(time), writer_});
  }
  void take(const ConsoleFrame& frame) {
    Open& open = open_[frame.kind];
    for (std::size_t at = 0; at < frame.text.size();) {
      if (open.text.empty()) open.since = frame.milliseconds;
      const std::size_t end = frame.text.find('\n', at);
      open.text += frame.text.substr(at, end == std::string_view::npos ? end : end - at);
      if (end == std::string_view::npos) break;
      add(frame.kind, open);
      at = end + 1;
    }
  }
  void add(char kind, Open& open) {
    // A progress bar goes back to the start of its line.
    std::string_view text = open.text;
    while (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    text.remove_prefix(text.rfind('\r') + 1);
    const ConsoleStream stream =
        kind == 'o' ? ConsoleStream::out : kind == 'e' ? ConsoleStream::err : ConsoleStream::either;
    lines_.push_back({repaired_utf8(open.masker.masked(text)), stream, time_of(open.since), writer_});
    open.text.clear();
  }
  void end_lines() {
    for (auto& [kind, open] : open_)
      if (!open.text.empty()) add(kind, open);
  }

  std::vector<ConsoleLine>& lines_;
  std::uint64_t& left_out_;
  std::string writer_;
  std::int64_t last_time_ = 0;
  std::map<char, Open> open_;
};

}  // namespace detail

ERM_INLINE Console ExperimentRun::console() const {
  const detail::RunRecord& record = detail::RunAccess::record(*this);
  std::uint64_t left_out = 0;
  std::vector<std::vector<ConsoleLine>> files;
  if (record.console) {
    for (const auto& [name, content] : record.console->read()) {
      std::vector<ConsoleLine> lines;
      detail::ConsoleLines(lines, left_out).read(detail::view(content));
      if (!lines.empty()) files.push_back(std::move(lines));
    }
  }
  // "main" first. A writer may have several files, if children of an earlier process still write to the first.
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    const ConsoleLine &first = a.front(), &second = b.front();
    return std::make_tuple(first.writer != "main", std::string_view(first.writer), first.time) <
           std::make_tuple(second.writer != "main", std::string_view(second.writer), second.time);
  });
  std::vector<ConsoleLine> lines;
  for (std::vector<ConsoleLine>& of_file : files)
    lines.insert(lines.end(), std::make_move_iterator(of_file.begin()), std::make_move_iterator(of_file.end()));
  return Console(std::move(lines), left_out);
}

ERM_INLINE std::string Console::text() const {
  std::string text;
  for (const ConsoleLine& line : lines_) (text += line.text) += '\n';
  return text;
}

ERM_INLINE std::string plain_text(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\x1B' && next == '[') {  // up to a letter or one of @[\]^_`{|}~
      i += 2;
      while (i < text.size() && !(text[i] >= '@' && text[i] <= '~')) ++i;
    } else if (c == '\x1B' && (next == ']' || next == 'P' || next == '_' || next == '^')) {  // up to BEL or ESC backslash
      i += 2;
      while (i < text.size() && text[i] != '\a' && !(text[i] == '\\' && text[i - 1] == '\x1B')) ++i;
    } else if (c == '\x1B') {
      i += next == '(' || next == ')' ? 2U : 1U;
    } else if (c == '\b') {
      if (!plain.empty()) plain.pop_back();
    } else if (c == '\t' || c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != '\x7F')) {
      plain += c;
    }
  }
  return plain;
}

}  // namespace erm
