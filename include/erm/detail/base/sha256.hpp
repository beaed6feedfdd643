// SHA-256 (FIPS 180-4), with the processor's SHA instructions if it has them. ERM implements it because the core needs
// nothing else from a cryptographic library. The header of the intrinsics would cost each program that logs 150 ms of
// compile time, so this uses the compiler's builtins.
//
//   detail::Sha256 hash;
//   hash.update("abc", 3);
//   hash.hex();                 // "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
//   detail::sha256_of("abc");   // the same
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#define ERM_DETAIL_SHA_NI 1
#else
#define ERM_DETAIL_SHA_NI 0
#endif

namespace erm::detail {

inline constexpr std::array<std::uint32_t, 64> sha256_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using Sha256State = std::array<std::uint32_t, 8>;

inline void sha256_blocks_portable(Sha256State& state, const std::uint8_t* data, std::size_t blocks) {
  const auto rotate = [](std::uint32_t x, int n) { return (x >> n) | (x << (32 - n)); };
  for (; blocks > 0; --blocks, data += 64) {
    std::uint32_t w[64];
    for (std::size_t i = 0; i < 16; ++i) {
      w[i] = std::uint32_t{data[4 * i]} << 24 | std::uint32_t{data[4 * i + 1]} << 16 |
             std::uint32_t{data[4 * i + 2]} << 8 | data[4 * i + 3];
    }
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const std::uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + sha256_constants[i] + w[i];
      const std::uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const std::uint32_t sums[8] = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += sums[i];
  }
}

#if ERM_DETAIL_SHA_NI

inline bool has_sha_instructions() {
  static const bool answer = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;  // <cpuid.h> would define its macros in every file that includes ERM
    const auto ask = [&](unsigned leaf) { __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "0"(leaf), "2"(0)); };
    ask(0);  // the number of leaves
    if (a < 7) return false;
    ask(1);
    const bool sse41 = (c >> 19 & 1) != 0, ssse3 = (c >> 9 & 1) != 0;
    ask(7);
    return sse41 && ssse3 && (b >> 29 & 1) != 0;
  }();
  return answer;
}

using ShaLanes = int __attribute__((vector_size(16)));

inline ShaLanes sha256_sum(ShaLanes a, ShaLanes b) {
  using Words = unsigned __attribute__((vector_size(16)));  // wraps around; signed ShaLanes would overflow
  return reinterpret_cast<ShaLanes>(reinterpret_cast<Words>(a) + reinterpret_cast<Words>(b));
}

/// Four words of the message, from big-endian bytes.
__attribute__((target("ssse3"), always_inline)) inline ShaLanes sha256_words(const std::uint8_t* data) {
  using Octets = char __attribute__((vector_size(16)));
  const Octets big_endian = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12};
  Octets raw;
  std::memcpy(&raw, data, 16);
  return reinterpret_cast<ShaLanes>(__builtin_ia32_pshufb128(raw, big_endian));
}

/// The next four words of the schedule.
__attribute__((target("sha"), always_inline)) inline ShaLanes sha256_next(ShaLanes w0, ShaLanes w1, ShaLanes w2,
                                                                           ShaLanes w3) {
  const ShaLanes seventh = {w2[1], w2[2], w2[3], w3[0]};
  return __builtin_ia32_sha256msg2(sha256_sum(__builtin_ia32_sha256msg1(w0, w1), seventh), w3);
}

/// Four rounds with the words `w` and the constants from `k`.
__attribute__((target("sha"), always_inline)) inline void sha256_rounds(ShaLanes& abef, ShaLanes& cdgh, ShaLanes w,
                                                                         const std::uint32_t* k) {
  ShaLanes constants;
  std::memcpy(&constants, k, 16);
  const ShaLanes sum = sha256_sum(w, constants);
  cdgh = __builtin_ia32_sha256rnds2(cdgh, abef, sum);
  const ShaLanes high = {sum[2], sum[3], 0, 0};
  abef = __builtin_ia32_sha256rnds2(abef, cdgh, high);
}

/// The instructions keep the state as (a b e f) and (c d g h), highest lane first. Unrolled to 16 rounds, so that the
/// schedule stays in registers: in memory it takes twice as long.
__attribute__((target("sha,sse4.1,ssse3"))) inline void sha256_blocks_native(Sha256State& state,
                                                                             const std::uint8_t* data,
                                                                             std::size_t blocks) {
  const auto lane = [&](std::size_t i) { return static_cast<int>(state[i]); };
  ShaLanes abef = {lane(5), lane(4), lane(1), lane(0)};
  ShaLanes cdgh = {lane(7), lane(6), lane(3), lane(2)};
  for (; blocks > 0; --blocks, data += 64) {
    const ShaLanes abef_before = abef, cdgh_before = cdgh;
    const std::uint32_t* k = sha256_constants.data();
    ShaLanes w0 = sha256_words(data), w1 = sha256_words(data + 16), w2 = sha256_words(data + 32),
             w3 = sha256_words(data + 48);
    for (int sixteen = 0;; ++sixteen, k += 16) {
      sha256_rounds(abef, cdgh, w0, k);
      sha256_rounds(abef, cdgh, w1, k + 4);
      sha256_rounds(abef, cdgh, w2, k + 8);
      sha256_rounds(abef, cdgh, w3, k + 12);
      if (sixteen == 3) break;
      w0 = sha256_next(w0, w1, w2, w3);
      w1 = sha256_next(w1, w2, w3, w0);
      w2 = sha256_next(w2, w3, w0, w1);
      w3 = sha256_next(w3, w0, w1, w2);
    }
    abef = sha256_sum(abef, abef_before);
    cdgh = sha256_sum(cdgh, cdgh_before);
  }
  const auto word = [](int x) { return static_cast<std::uint32_t>(x); };
  state = {word(abef[3]), word(abef[2]), word(cdgh[3]), word(cdgh[2]),
           word(abef[1]), word(abef[0]), word(cdgh[1]), word(cdgh[0])};
}

#endif

class Sha256 {
 public:
  void update(const void* data, std::size_t size) {
    auto bytes = static_cast<const std::uint8_t*>(data);
    total_ += size;
    if (pending_size_ > 0) {
      const std::size_t take = size < 64 - pending_size_ ? size : 64 - pending_size_;
      std::memcpy(pending_.data() + pending_size_, bytes, take);
      pending_size_ += take, bytes += take, size -= take;
      if (pending_size_ < 64) return;
      blocks(pending_.data(), 1);
      pending_size_ = 0;
    }
    blocks(bytes, size / 64);
    pending_size_ = size % 64;
    if (pending_size_ > 0) std::memcpy(pending_.data(), bytes + (size - pending_size_), pending_size_);
  }

  /// The hash of everything so far, as 64 lower-case hexadecimal digits. The object must not be used again.
  [[nodiscard]] std::string hex() {
    const std::uint64_t bits = total_ * 8;
    static constexpr std::uint8_t padding[64] = {0x80};
    update(padding, pending_size_ < 56 ? 56 - pending_size_ : 120 - pending_size_);
    std::uint8_t length[8];
    for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
    update(length, 8);
    std::string text;
    for (const std::uint32_t word : state_)
      for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
    return text;
  }

 private:
  void blocks(const std::uint8_t* data, std::size_t count) {
#if ERM_DETAIL_SHA_NI
    if (has_sha_instructions()) return sha256_blocks_native(state_, data, count);
#endif
    sha256_blocks_portable(state_, data, count);
  }

  Sha256State state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> pending_{};
  std::size_t pending_size_ = 0;
  std::uint64_t total_ = 0;
};

/// As 64 lower-case hexadecimal digits.
inline std::string sha256_of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex();
}

/// The hash of everything that `source.read_at(offset, into, size)` reads, `piece_size` bytes at a time. Sets `size` to
/// the number of bytes.
template <class Source>
std::string sha256_of_all(const Source& source, std::size_t piece_size, std::uint64_t& size) {
  Sha256 hash;
  std::vector<std::uint8_t> piece(piece_size);
  size = 0;
  while (const std::size_t got = source.read_at(size, piece.data(), piece.size())) {
    hash.update(piece.data(), got);
    size += got;
  }
  return hash.hex();
}

}  // namespace erm::detail

#undef ERM_DETAIL_SHA_NI
