// Encodes pixels as PNG files, and recognises pictures by their first bytes.
//
//   std::vector<std::uint8_t> grey(28 * 28);                     // row by row
//   run.log_image({grey.data(), 28, 28, 1}, "misread digit");    // rows, columns, channels
//   erm::Bytes png = erm::encode_png({camera.data, 480, 640, 3, camera.bytes_per_row});
//   erm::image_type_of(png);                                     // ArtifactType::png
#pragma once

#include <optional>

#include "erm/artifact.hpp"
#include "erm/image_view.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

/// The pixels as a PNG file, without loss. Throws Error if the pixels are null, there are no rows or columns, the
/// number of channels is not 1, 3 or 4, row_stride is shorter than a row, a row is larger than 16 MiB, or the image is
/// larger than 512 MiB.
[[nodiscard]] Bytes encode_png(const ImageView& image);

/// ArtifactType::png or jpg if `content` begins like a PNG or JPEG file, otherwise nothing.
[[nodiscard]] std::optional<ArtifactType> image_type_of(const Bytes& content);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/image.inl"
#endif
