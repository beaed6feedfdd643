// Pixels, as they are handed over to be logged or encoded.
//
//   std::vector<std::uint8_t> grey(28 * 28);                     // row by row
//   run.log_image({grey.data(), 28, 28, 1}, "misread digit");    // rows, columns, channels
#pragma once

#include <cstddef>
#include <cstdint>

namespace erm {

/// Pixels that someone else owns: 8 bits a channel, channels of a pixel beside each other, rows from top to
/// bottom. 1 channel is grey, 3 are red, green, blue, and 4 those and opacity (0 is transparent, 255 opaque).
struct ImageView {
  const std::uint8_t* pixels = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t channels = 0;
  std::size_t row_stride = 0;  // bytes from a row's begin to the next one's; 0: rows follow each other
};

}  // namespace erm
