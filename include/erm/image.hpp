// Pixels that become PNG files, and pictures that are told by their first bytes.
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

/// The pixels as a PNG file, without loss. Throws Error for null pixels, no rows or columns, channels other than 1, 3
/// or 4, a row_stride shorter than a row, rows over 16 MiB and images over 512 MiB.
[[nodiscard]] Bytes encode_png(const ImageView& image);

/// Whether `content` begins as a PNG or a JPEG file does: ArtifactType::png or jpg; nothing for anything else.
[[nodiscard]] std::optional<ArtifactType> image_type_of(const Bytes& content);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/image.inl"
#endif
