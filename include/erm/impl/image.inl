// The bodies of erm/image.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "erm/detail/figure/image_size.hpp"
#include "erm/detail/figure/stb_png.hpp"
#include "erm/image.hpp"

namespace erm {

ERM_INLINE Bytes encode_png(const ImageView& image) {
  const std::size_t row = detail::checked_row_size(image);
  const std::uint8_t* pixels = image.pixels;
  Bytes packed;
  if (image.row_stride > row) {
    packed.resize(row * image.rows);
    for (std::size_t i = 0; i < image.rows; ++i)
      std::memcpy(packed.data() + i * row, pixels + i * image.row_stride, row);
    pixels = packed.data();
  }
  int size = 0;
  const struct Png {
    const std::uint8_t* bytes;
    ~Png() { detail::stb::release(const_cast<std::uint8_t*>(bytes)); }
  } png{detail::stb::stbi_write_png_to_mem(pixels, static_cast<int>(row), static_cast<int>(image.columns),
                                           static_cast<int>(image.rows), static_cast<int>(image.channels), &size)};
  return Bytes(png.bytes, png.bytes + size);
}

ERM_INLINE std::optional<ArtifactType> image_type_of(const Bytes& content) {
  static constexpr std::uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  static constexpr std::uint8_t jpg[] = {0xFF, 0xD8, 0xFF};
  const auto begins_with = [&](const auto& signature) {
    return content.size() >= sizeof signature && std::memcmp(content.data(), signature, sizeof signature) == 0;
  };
  if (begins_with(png)) return ArtifactType::png;
  if (begins_with(jpg)) return ArtifactType::jpg;
  return std::nullopt;
}

}  // namespace erm
