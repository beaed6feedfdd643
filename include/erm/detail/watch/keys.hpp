// The keys of `erm watch`, from the bytes that a terminal sends.
//
//   KeyReader reader;
//   for (const WatchKey key : reader.keys_of(bytes)) ...
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace erm::detail {

enum class WatchKey : std::uint8_t {
  next_metric,
  previous_metric,
  next_run,
  previous_run,
  log,
  smoother,
  rougher,
  help,
  pause,
  redraw,
  quit
};

/// Skips escape sequences that mean no key, characters that are none, and what is pasted: what stands between the marks
/// of a bracketed paste, and a burst of different characters, which no person types.
class KeyReader {
 public:
  /// The keys in what was read at once. A sequence may go on in the next call.
  [[nodiscard]] std::vector<WatchKey> keys_of(std::string_view bytes) {
    pending_ += bytes;
    std::vector<WatchKey> keys;
    std::size_t at = 0;
    while (at < pending_.size()) {
      const std::string_view rest = std::string_view(pending_).substr(at);
      if (is_pasting_) {
        const std::size_t end = rest.find(paste_end);
        if (end == std::string_view::npos) {
          at = pending_.size() - (std::min)(rest.size(), paste_end.size() - 1);
          break;
        }
        is_pasting_ = false;
        at += end + paste_end.size();
      } else if (rest[0] == '\x1B') {
        const std::size_t length = sequence_length(rest);
        if (length == 0) break;
        take_sequence(rest.substr(0, length), keys);
        at += length;
      } else {
        const std::size_t end = (std::min)(rest.find('\x1B'), rest.size());
        if (!is_burst(rest.substr(0, end)))
          for (const char c : rest.substr(0, end))
            if (const auto key = key_of(c)) keys.push_back(*key);
        at += end;
      }
    }
    pending_.erase(0, at);
    if (pending_.size() > longest && !is_pasting_) pending_.clear();
    return keys;
  }
  /// Nothing more has come for a while: the key Escape, say, which begins no sequence.
  void forget_unfinished() {
    if (!is_pasting_) pending_.clear();
  }

 private:
  static constexpr std::string_view paste_begin = "\x1B[200~", paste_end = "\x1B[201~";
  static constexpr std::size_t longest = 64;  // of a sequence that makes sense

  /// How long the escape sequence is that the text begins with; 0 if its end has not come.
  [[nodiscard]] static std::size_t sequence_length(std::string_view text) {
    if (text.size() < 2) return 0;
    if (text[1] == '\x1B') return 1;
    if (text[1] == 'O') return text.size() < 3 ? 0 : 3;
    if (text[1] == ']' || text[1] == 'P' || text[1] == '_' || text[1] == '^') {  // an answer of the terminal
      const std::size_t bell = text.find('\a'), end = text.find("\x1B\\");
      if (bell == std::string_view::npos && end == std::string_view::npos) return 0;
      return bell < end ? bell + 1 : end + 2;
    }
    if (text[1] != '[') return 2;
    for (std::size_t i = 2; i < text.size(); ++i) {
      if (text[i] >= '@' && text[i] <= '~') {
        if (i == 2 && text[i] == 'M') return text.size() < 6 ? 0 : 6;  // an old report of the mouse
        return i + 1;
      }
      if (text[i] < ' ') return i;  // broken
    }
    return 0;
  }
  void take_sequence(std::string_view sequence, std::vector<WatchKey>& keys) {
    if (sequence == paste_begin) {
      is_pasting_ = true;
    } else if (sequence == "\x1B[Z") {
      keys.push_back(WatchKey::previous_metric);
    } else if (sequence.size() == 3 && (sequence[1] == '[' || sequence[1] == 'O')) {
      switch (sequence[2]) {
        case 'A':
          keys.push_back(WatchKey::previous_run);
          break;
        case 'B':
          keys.push_back(WatchKey::next_run);
          break;
        case 'C':
          keys.push_back(WatchKey::next_metric);
          break;
        case 'D':
          keys.push_back(WatchKey::previous_metric);
          break;
        default:
          break;
      }
    }
  }
  [[nodiscard]] static bool is_burst(std::string_view text) {
    constexpr std::size_t most = 8;
    return text.size() > most && text.find_first_not_of(text[0]) != std::string_view::npos;
  }
  [[nodiscard]] static std::optional<WatchKey> key_of(char c) {
    switch (c) {
      case 'n':
      case '\t':
        return WatchKey::next_metric;
      case 'p':
        return WatchKey::previous_metric;
      case 'r':
        return WatchKey::next_run;
      case 'R':
        return WatchKey::previous_run;
      case 'l':
        return WatchKey::log;
      case 's':
      case '+':
        return WatchKey::smoother;
      case 'S':
      case '-':
        return WatchKey::rougher;
      case 'h':
      case '?':
        return WatchKey::help;
      case ' ':
        return WatchKey::pause;
      case '\f':  // Ctrl-L
        return WatchKey::redraw;
      case 'q':
      case 'Q':
        return WatchKey::quit;
      default:
        return std::nullopt;
    }
  }

  std::string pending_;
  bool is_pasting_ = false;
};

}  // namespace erm::detail
