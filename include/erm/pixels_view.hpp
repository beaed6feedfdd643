// A view of pixels of any type of number and at any distance, and how they become a picture of 8 bits. The adaptor lets
// your own type be logged as an image.
//
//   template <>
//   struct erm::ImageAdaptor<Frame> {
//     static erm::ImageView convert(const Frame& frame) { return {frame.rgb(), frame.height, frame.width, 3}; }
//   };
//
//   run.log_image(camera.frame(), "frame");
//   run.log_image(erm::PixelsView(depth.data(), 480, 640), "depth", {0.5, 10.0});   // floats: black at 0.5, white at
//   10
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "erm/content.hpp"
#include "erm/image_view.hpp"
#include "erm/numbers_view.hpp"

namespace erm {

/// The order of the first three channels.
enum class ChannelOrder : std::uint8_t { rgb, bgr };

/// The order of the dimensions of a tensor: channels, rows, columns; or rows, columns, channels.
enum class ImageLayout : std::uint8_t { chw, hwc };

/// How numbers become the 256 levels of a picture. Each number becomes the nearest level.
struct ImageOptions {
  /// The values that become black and white (or no and full colour). Values beyond them are black or white, too; low
  /// may be the greater one. If both are the same, greater values are white and all others black. Default: 0 to 1 for
  /// floating-point numbers, 0 to 65535 for uint16, 0 to 255 for other integers, which must not be beyond. Opacity
  /// keeps the default.
  std::optional<double> low = {}, high = {};
  /// Black is the least number of the image and white the greatest, apart from the infinities. `low` and `high` win.
  bool fit_range = false;
  /// Red, green and blue of pixels that have a NaN. A grey image becomes a coloured one. Default: a NaN is 0, black.
  std::optional<std::array<std::uint8_t, 3>> nan_color = {};
  /// Default: what the type says, bgr for a cv::Mat and rgb for every other.
  std::optional<ChannelOrder> order = {};
  /// For tensors. Default: chw, or hwc if only the last dimension is 1, 3 or 4.
  std::optional<ImageLayout> layout = {};
};

/// Does not own the pixels, unless it has an owner. 1 channel is grey; 3 are colours; 4 add opacity.
struct PixelsView {
  PixelsView() = default;
  /// The channels of a pixel next to each other, rows from top to bottom without gaps.
  template <class Number>
  PixelsView(const Number* first, std::size_t row_count, std::size_t column_count, std::size_t channel_count = 1)
      : pixels(first),
        type(detail::number_type_of<Number>()),
        rows(row_count),
        columns(column_count),
        channels(channel_count),
        row_stride(static_cast<std::ptrdiff_t>(column_count * channel_count * sizeof(Number))),
        column_stride(static_cast<std::ptrdiff_t>(channel_count * sizeof(Number))),
        channel_stride(std::ptrdiff_t{sizeof(Number)}) {}
  PixelsView(const ImageView& image)  // NOLINT(google-explicit-constructor)
      : PixelsView(image.pixels, image.rows, image.columns, image.channels) {
    if (image.row_stride != 0) row_stride = static_cast<std::ptrdiff_t>(image.row_stride);
  }

  /// A grid of rows and columns, or of channels, too: see ImageOptions::layout. Throws Error for any other grid.
  explicit PixelsView(const NumbersView& grid, std::optional<ImageLayout> layout = {});

  const void* pixels = nullptr;  // the first channel of the pixel at the top left
  NumberType type = NumberType::uint8;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t channels = 0;
  std::ptrdiff_t row_stride = 0;  // bytes from one row to the next; the others likewise; may be negative
  std::ptrdiff_t column_stride = 0;
  std::ptrdiff_t channel_stride = 0;
  ChannelOrder order = ChannelOrder::rgb;
  std::shared_ptr<const void> owner = nullptr;  // keeps the pixels alive
};

/// convert(const T&), or convert(const T&, const ImageOptions&), returns an erm::ImageView, an erm::PixelsView or the
/// erm::Bytes of a PNG or JPEG file.
template <class T, class = void>
struct ImageAdaptor;

/// The pixels as a PNG file of 8 bits for each channel. Throws Error like encode_png(ImageView), for integers beyond 0
/// to 255 if options.low and high are not set, and for a range that is not finite.
[[nodiscard]] Bytes encode_png(const PixelsView& pixels, const ImageOptions& options);

namespace detail {

template <class T, class = void>
inline constexpr bool has_plain_image_adaptor = false;
template <class T>
inline constexpr bool
    has_plain_image_adaptor<T, std::void_t<decltype(ImageAdaptor<T>::convert(std::declval<const T&>()))>> = true;

template <class T, class = void>
inline constexpr bool has_image_adaptor = has_plain_image_adaptor<T>;
template <class T>
inline constexpr bool has_image_adaptor<
    T, std::void_t<decltype(ImageAdaptor<T>::convert(std::declval<const T&>(), std::declval<const ImageOptions&>()))>> =
    true;

/// Types that become a picture with ImageOptions. An ImageView without options needs none of this.
template <class T>
inline constexpr bool is_pixels = std::is_same_v<T, PixelsView> || std::is_same_v<T, ImageView> || has_image_adaptor<T>;

inline Bytes picture_file(const PixelsView& pixels, const ImageOptions& options) { return encode_png(pixels, options); }
inline Bytes picture_file(Bytes file, const ImageOptions&) { return file; }

/// The file of a picture, PNG unless an adaptor made another.
template <class T>
Bytes picture_of(const T& image, const ImageOptions& options) {
  if constexpr (!has_image_adaptor<T>)
    return picture_file(PixelsView(image), options);
  else if constexpr (has_plain_image_adaptor<T>)
    return picture_file(ImageAdaptor<T>::convert(image), options);
  else
    return picture_file(ImageAdaptor<T>::convert(image, options), options);
}

}  // namespace detail

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/pixels_view.inl"
#endif
