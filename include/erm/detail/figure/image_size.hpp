// Which images can become a PNG.
#pragma once

#include <cstddef>
#include <string>

#include "erm/error.hpp"
#include "erm/image_view.hpp"

namespace erm::detail {

// The encoder counts in int: it adds up to 128 for each byte of a row, and doubles buffers of up to 9/8 of the image.
inline constexpr std::size_t max_png_row = (std::size_t{1} << 24) - 1;
inline constexpr std::size_t max_png_size = std::size_t{1} << 29;

/// The bytes of one row. Throws Error if `image` cannot become a PNG.
inline std::size_t checked_row_size(const ImageView& image) {
  const std::string what = "cannot encode an image of " + std::to_string(image.rows) + " rows x " +
                           std::to_string(image.columns) + " columns x " + std::to_string(image.channels) +
                           " channels: ";
  if (image.channels != 1 && image.channels != 3 && image.channels != 4)
    throw Error(what + "there must be 1 (grey), 3 (red, green, blue) or 4 (with opacity) channels of 8 bits");
  if (image.rows == 0 || image.columns == 0) throw Error(what + "it has no pixels");
  if (image.pixels == nullptr) throw Error(what + "its pixels are a null pointer");
  if (image.columns > max_png_row / image.channels)
    throw Error(what + "a row is larger than 16 MiB; log it scaled down or in tiles");
  const std::size_t row = image.columns * image.channels;
  if (image.rows > max_png_size / (row + 1))
    throw Error(what + "it is larger than 512 MiB; log it scaled down or in tiles");
  if (image.row_stride != 0 && image.row_stride < row)
    throw Error(what + "its row_stride of " + std::to_string(image.row_stride) + " bytes is shorter than a row of " +
                std::to_string(row));
  return row;
}

}  // namespace erm::detail
