// series/<writer>.hist, the histograms of a writer: bytes, to which a live run appends. docs/registry.md describes
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/histogram_records.hpp"
#include "erm/error.hpp"

namespace erm::detail {

inline constexpr std::string_view histogram_header = "erm histograms 1\n";

/// The exclusive or of the bytes: one that was damaged shows.
inline char check_byte(std::string_view body) {
  unsigned check = 0x5A;
  for (const char c : body) check ^= static_cast<unsigned char>(c);
  return static_cast<char>(check);
}

inline void append_histogram_part(std::string& out, std::string_view body) {
  append_varint(out, body.size());
  out += body;
  out += check_byte(body);
}

/// Begins a histogram. It has the next number, from 0.
inline void append_histogram_bins(std::string& out, const std::string& name, const HistogramBins& bins) {
  std::string body(1, '\0');
  append_varint(body, name.size());
  body += name;
  append_bins(body, bins);
  append_histogram_part(out, body);
}

/// A step of the histogram with that number.
inline void append_histogram_step(std::string& out, std::uint64_t number, std::string_view record) {
  std::string body(1, '\1');
  append_varint(body, number);
  body += record;
  append_histogram_part(out, body);
}

/// Reads a file. Calls `use_bins(name, bins)` for each histogram that begins, and `use_step(number, record, offset)`
/// for each step, where `offset` is the byte at which it begins. Returns how many bytes hold whole parts: a crash may
/// have cut off the last. Throws FormatError, which names `path` and the byte, for anything else.
template <class UseBins, class UseStep>
std::size_t read_histogram_file(std::string_view text, const std::string& path, UseBins&& use_bins,
                                UseStep&& use_step) {
  std::size_t at = histogram_header.size();
  const auto fail = [&](const char* what) {
    throw FormatError("histogram file '" + path + "', byte " + std::to_string(at) + ": " + what +
                      "; restore the file, or remove it");
  };
  if (text.substr(0, at) != histogram_header.substr(0, text.size())) {
    at = 0;
    fail("it does not begin with 'erm histograms 1'");
  }
  if (text.size() < at) return 0;
  std::uint64_t count = 0;
  while (at < text.size()) {
    ByteReader in(text.substr(at));
    const std::size_t before = in.left();
    const std::uint64_t size = in.varint();
    if (!in.ok() && before >= 10) fail("no part has that size");
    if (!in.ok() || size >= in.left()) return at;  // cut off
    const std::string_view body = in.take(to_size(size));
    if (body.empty() || static_cast<char>(in.byte()) != check_byte(body)) fail("the part is damaged");
    ByteReader part(body.substr(1));
    if (body.front() == '\0') {
      const std::string name(part.take(to_size(part.varint())));
      std::optional<HistogramBins> bins = part.ok() ? read_bins(part) : std::nullopt;
      if (!bins || part.left() != 0) fail("the part holds no bins");
      use_bins(repaired_utf8(name), std::move(*bins));
      ++count;
    } else if (body.front() == '\1') {
      const std::uint64_t number = part.varint();
      if (!part.ok() || number >= count) fail("the part is a step of no histogram");
      use_step(to_size(number), body.substr(body.size() - part.left()), at);
    }  // any other is of a later version
    at = text.size() - in.left();
  }
  return at;
}

}  // namespace erm::detail
