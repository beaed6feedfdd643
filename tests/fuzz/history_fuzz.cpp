// Any bytes as a history file: refused with a FormatError, or read as the same points whole and in pieces, which are the
// same again when they were written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_reader.hpp"

namespace {

using Histories = std::map<std::string, erm::MetricHistory>;

const std::string path = "run/history/main.csv";

std::optional<Histories> read_whole(std::string_view text) {
  try {
    erm::detail::HistoryReader reader;
    reader.read(text, path);
    return reader.take();
  } catch (const erm::FormatError&) {
    return std::nullopt;
  }
}

/// As the registry reads a large file: what is not used of a piece comes again with the next.
std::optional<Histories> read_in_pieces(std::string_view text, std::size_t piece) {
  try {
    erm::detail::HistoryReader reader;
    reader.begin(path, text.size());
    std::string kept;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      kept += text.substr(at, piece);
      kept.erase(0, reader.consume(kept));
    }
    return reader.take();
  } catch (const erm::FormatError&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::optional<Histories> whole = read_whole(text);
  if (read_in_pieces(text, size / 3 + 1) != whole) std::abort();
  if (whole && !whole->empty() && read_whole(erm::detail::history_csv(*whole)) != whole) std::abort();
  return 0;
}
