// A view of pixels to log or to encode.
//
//   std::vector<std::uint8_t> grey(28 * 28);                     // row by row
//   run.log_image({grey.data(), 28, 28, 1}, "misread digit");    // rows, columns, channels
#pragma once

#include <cstddef>
#include <cstdint>

namespace erm {

/// Does not own the pixels: 8 bits for each channel, the channels of a pixel next to each other, rows from top to
/// bottom. 1 channel is grey; 3 are red, green and blue; 4 add opacity (0 is transparent, 255 opaque).
struct ImageView {
  const std::uint8_t* pixels = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t channels = 0;
  std::size_t row_stride = 0;  // bytes from the beginning of one row to the next; 0: no gap between rows
};

}  // namespace erm
