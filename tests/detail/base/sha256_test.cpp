#include "erm/detail/base/sha256.hpp"

#include <string>

#include "catch.hpp"

namespace sha256_test {

using erm::detail::Sha256;

namespace {

std::string hash_of(const std::string& text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex();
}

}  // namespace

TEST_CASE("Hashes match the examples of FIPS 180-4") {
  CHECK(hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash_of(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("A hash does not depend on how the text is split") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 31 % 251);
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string part = text.substr(0, size);
    const std::string whole = hash_of(part);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{63}, std::size_t{64}, std::size_t{65}}) {
      Sha256 hash;
      for (std::size_t at = 0; at < size; at += piece) hash.update(part.data() + at, std::min(piece, size - at));
      REQUIRE(hash.hex() == whole);
    }
  }
}

TEST_CASE("The portable rounds and the processor's instructions give the same state") {
  std::string text(64 * 9, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i % 253);
  erm::detail::Sha256State portable = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  erm::detail::sha256_blocks_portable(portable, reinterpret_cast<const std::uint8_t*>(text.data()), 9);
  // Padding of a text of whole blocks is one block more.
  std::uint8_t padding[64] = {0x80};
  padding[62] = 64 * 9 * 8 >> 8;
  padding[63] = 64 * 9 * 8 & 0xFF;
  erm::detail::sha256_blocks_portable(portable, padding, 1);
  std::string hex;
  for (const std::uint32_t word : portable)
    for (int shift = 28; shift >= 0; shift -= 4) hex += "0123456789abcdef"[word >> shift & 15];
  CHECK(hash_of(text) == hex);
}

}  // namespace sha256_test
