// A program's own copy of the encoder, with settings of its own, before ERM's.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#include <cstdlib>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBIW_MALLOC(size) std::malloc(size)
#define STBIW_REALLOC(memory, size) std::realloc(memory, size)
#define STBIW_FREE(memory) std::free(memory)
#include "erm/detail/figure/stb_image_write-1.16.h"
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "erm/image.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "decode_png.hpp"

using Catch::Matchers::Contains;

namespace {

std::vector<std::uint8_t> noise(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  return bytes;
}

std::vector<std::uint8_t> slope(std::size_t rows, std::size_t columns, std::size_t channels) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      for (std::size_t k = 0; k < channels; ++k) pixels.push_back(static_cast<std::uint8_t>(r * 3 + c * (k + 1)));
  return pixels;
}

void check_round_trip(const std::vector<std::uint8_t>& pixels, std::size_t rows, std::size_t columns,
                      std::size_t channels) {
  const DecodedPng png = decode_png(erm::encode_png({pixels.data(), rows, columns, channels}));
  CHECK(png.rows == rows);
  CHECK(png.columns == columns);
  CHECK(png.channels == channels);
  CHECK(png.pixels == pixels);
}

}  // namespace

TEST_CASE("Pixels of one, three and four channels read back from their PNG unchanged") {
  for (const std::size_t channels : {std::size_t{1}, std::size_t{3}, std::size_t{4}}) {
    check_round_trip(noise(channels), 1, 1, channels);
    check_round_trip(noise(8 * 8 * channels), 8, 8, channels);
    check_round_trip(noise(61 * 47 * channels), 61, 47, channels);
    check_round_trip(slope(100, 300, channels), 100, 300, channels);
    check_round_trip(std::vector<std::uint8_t>(500 * 200 * channels, 255), 500, 200, channels);
    check_round_trip(slope(1, 4000, channels), 1, 4000, channels);
    check_round_trip(slope(4000, 1, channels), 4000, 1, channels);
  }
}

TEST_CASE("Uniform pixels take little space, and noise hardly more than its own size") {
  const std::vector<std::uint8_t> even(1000 * 1000, 7), mixed = noise(300 * 300);
  CHECK(erm::encode_png({even.data(), 1000, 1000, 1}).size() < 20000);
  CHECK(erm::encode_png({mixed.data(), 300, 300, 1}).size() < mixed.size() * 102 / 100 + 200);
}

TEST_CASE("A row stride skips the bytes between rows") {
  const std::vector<std::uint8_t> padded = {1, 2, 3, 99, 99, 4, 5, 6, 99, 99};
  const DecodedPng png = decode_png(erm::encode_png({padded.data(), 2, 3, 1, 5}));
  CHECK(png.pixels == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
  CHECK(decode_png(erm::encode_png({padded.data(), 2, 5, 1, 5})).pixels == padded);
}

TEST_CASE("Invalid images are refused with a message that describes them") {
  const std::array<std::uint8_t, 64> pixels{};
  const std::uint8_t* none = nullptr;
  CHECK_THROWS_WITH(erm::encode_png({pixels.data(), 4, 4, 2}),
                    Contains("4 rows x 4 columns x 2 channels") && Contains("1 (grey), 3 (red, green, blue) or 4"));
  CHECK_THROWS_AS(erm::encode_png({pixels.data(), 4, 4, 0}), erm::Error);
  CHECK_THROWS_AS(erm::encode_png({pixels.data(), 4, 4, 5}), erm::Error);
  CHECK_THROWS_WITH(erm::encode_png({none, 4, 4, 1}), Contains("null pointer"));
  CHECK_THROWS_WITH(erm::encode_png({pixels.data(), 0, 4, 1}), Contains("0 rows x 4 columns") && Contains("no pixels"));
  CHECK_THROWS_WITH(erm::encode_png({pixels.data(), 4, 0, 1}), Contains("no pixels"));
  CHECK_THROWS_WITH(erm::encode_png({pixels.data(), 2, 4, 3, 11}),
                    Contains("row_stride of 11 bytes") && Contains("12"));
}

TEST_CASE("Images that are too large for the encoder are refused before a pixel is read") {
  const std::uint8_t pixel = 0;
  const std::size_t most = static_cast<std::size_t>(-1);
  CHECK_THROWS_WITH(erm::encode_png({&pixel, 1, std::size_t{1} << 24, 1}), Contains("a row is larger than 16 MiB"));
  CHECK_THROWS_WITH(erm::encode_png({&pixel, 1, most / 2, 4}), Contains("a row is larger than 16 MiB"));
  CHECK_THROWS_WITH(erm::encode_png({&pixel, most, 1, 1}), Contains("larger than 512 MiB"));
  CHECK_THROWS_WITH(erm::encode_png({&pixel, 20000, 20000, 3}), Contains("larger than 512 MiB") && Contains("tiles"));
}

TEST_CASE("A picture is recognised by its first bytes") {
  const std::uint8_t pixel = 0;
  CHECK(erm::image_type_of(erm::encode_png({&pixel, 1, 1, 1})) == erm::ArtifactType::png);
  CHECK(erm::image_type_of({0xFF, 0xD8, 0xFF, 0xE0}) == erm::ArtifactType::jpg);
  CHECK_FALSE(erm::image_type_of({0xFF, 0xD8}));
  CHECK_FALSE(erm::image_type_of({}));
  CHECK_FALSE(erm::image_type_of(erm::to_bytes("GIF89a")));
  CHECK_FALSE(erm::image_type_of(erm::to_bytes("\x89PNG\n")));
}

TEST_CASE("A program's own copy of the encoder, included before, works next to ERM's with its own settings") {
  const std::vector<std::uint8_t> pixels = noise(30 * 20 * 3);
  int size = 0;
  unsigned char* png = stbi_write_png_to_mem(pixels.data(), 0, 20, 30, 3, &size);
  CHECK(erm::Bytes(png, png + size) == erm::encode_png({pixels.data(), 30, 20, 3}));
  STBIW_FREE(png);
}
