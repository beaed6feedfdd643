// What the process of a live run wrote to stdout and stderr, if LiveOptions::capture_console kept it.
//
//   const erm::ExperimentRun run = erm::load_run_from_registry("erm-registry", "mnist");
//   const erm::Console console = run.console();
//   for (const erm::ConsoleLine& line : console.lines()) std::puts(line.text.c_str());
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/experiment_run.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/metric_history.hpp"

namespace erm {

/// Where a line was written. `either`: to stdout or stderr, which led to the same place, as on a terminal. They are kept
/// as one text then, so that the order of their lines is right. `note`: ERM says that a process began, or how much is
/// left out.
enum class ConsoleStream { out, err, either, note };

struct ConsoleLine {
  /// UTF-8, without the line break and without secrets. Of what a progress bar wrote over and over, the last. Colours
  /// are there as the escape sequences that were written; see plain_text().
  std::string text;
  ConsoleStream stream = ConsoleStream::either;
  /// When the line began, within a few milliseconds.
  TimePoint time;
  /// The writer of the run (LiveOptions::writer).
  std::string writer;
};

class Console {
 public:
  explicit Console(std::vector<ConsoleLine> lines, std::uint64_t left_out) noexcept
      : lines_(std::move(lines)), left_out_(left_out) {}

  /// In the order in which they ended, writer by writer: "main" first.
  [[nodiscard]] const std::vector<ConsoleLine>& lines() const& noexcept { return lines_; }
  [[nodiscard]] std::vector<ConsoleLine> lines() && noexcept { return std::move(lines_); }
  /// How many bytes were left out, because there were more than LiveOptions::console_size, or because the disk was full.
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }
  /// All lines with a line break behind each.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<ConsoleLine> lines_;
  std::uint64_t left_out_ = 0;
};

/// The text without escape sequences (colours, cursor movements) and other control characters.
[[nodiscard]] std::string plain_text(std::string_view text);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/console.inl"
#endif
