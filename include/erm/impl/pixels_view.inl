// The bodies of erm/pixels_view.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/stored_number.hpp"
#include "erm/detail/figure/image_size.hpp"
#include "erm/error.hpp"
#include "erm/image.hpp"
#include "erm/impl/numbers_view.inl"
#include "erm/pixels_view.hpp"

namespace erm {

namespace detail {

/// Maps numbers from `low` (0) to `high` (255).
class Levels {
 public:
  Levels(double low, double high) : is_inverted_(low > high), low_(low), high_(high) {
    if (is_inverted_) std::swap(low_, high_);
    // The difference of two doubles can be greater than any double, even if -ffast-math changes the order of
    // operations.
    is_huge_ = high_ > 1e307 || low_ < -1e307;
    if (is_huge_) {
      const volatile double least = low_ / 1024, greatest = high_ / 1024;
      low_ = least;
      high_ = greatest;
    }
    if (high_ - low_ > 1e-300) factor_ = 255 / (high_ - low_);
  }

  [[nodiscard]] std::uint8_t of(double number) const noexcept {
    if (!is_finite(number)) {
      if (is_nan(number)) return 0;
      return (is_negative(number) != is_inverted_) ? 0 : 255;
    }
    if (is_huge_) {
      const volatile double smaller = number / 1024;
      number = smaller;
    }
    unsigned level = 0;
    if (number >= high_ && (number > high_ || low_ < high_))
      level = 255;
    else if (number > low_)
      level = static_cast<unsigned>((number - low_) * factor_ + 0.5);
    if (level > 255) level = 255;
    return static_cast<std::uint8_t>(is_inverted_ ? 255 - level : level);
  }

 private:
  bool is_inverted_, is_huge_ = false;
  double low_, high_, factor_ = 0;
};

inline bool is_floating(NumberType type) { return type >= NumberType::float16; }

/// The greatest number of a type by default: what is white.
inline double default_white(NumberType type) {
  if (is_floating(type) || type == NumberType::boolean) return 1;
  return type == NumberType::uint16 ? 65535 : 255;
}

/// The position of the channel of `image` that becomes the channel `channel` of a picture.
inline std::size_t source_channel(const PixelsView& image, ChannelOrder order, std::size_t channel) {
  return order == ChannelOrder::bgr && image.channels >= 3 && channel < 3 ? 2 - channel : channel;
}

/// Calls `function(row, column, channel, number)` for the channels of colour of each pixel.
template <class T, class Function>
void for_each_colour(const PixelsView& image, const Function& function) {
  const std::size_t colours = image.channels == 4 ? 3 : image.channels;
  const auto* row = static_cast<const unsigned char*>(image.pixels);
  for (std::size_t r = 0; r < image.rows; ++r, row += image.row_stride) {
    const unsigned char* pixel = row;
    for (std::size_t c = 0; c < image.columns; ++c, pixel += image.column_stride)
      for (std::size_t k = 0; k < colours; ++k)
        function(load_number<T>(pixel + static_cast<std::ptrdiff_t>(k) * image.channel_stride));
  }
}

struct ImageRange {
  double low, high;
};

/// The least and the greatest finite number; 0 and 1 if there is none.
inline ImageRange range_that_fits(const PixelsView& image) {
  ImageRange range{0, 1};
  bool is_first = true;
  with_number_type(image.type, [&](auto type) {
    for_each_colour<decltype(type)>(image, [&](double number) {
      if (!is_finite(number)) return;
      if (is_first || number < range.low) range.low = number;
      if (is_first || number > range.high) range.high = number;
      is_first = false;
    });
  });
  return range;
}

inline void check_range_end(const char* name, const std::optional<double>& value) {
  if (value && !is_finite(*value))
    throw Error(std::string("cannot encode an image: ImageOptions::") + name + " is NaN or an infinity; give a number");
}

inline void check_default_range(const PixelsView& image, double white) {
  with_number_type(image.type, [&](auto type) {
    for_each_colour<decltype(type)>(image, [&](double number) {
      if (number >= 0 && number <= white) return;
      std::string text;
      append_floating(text, number);
      throw Error("cannot encode an image: it has the integer " + text +
                  ", and without a range integers are levels from 0 to 255; set ImageOptions{low, high}, or fit_range");
    });
  });
}

/// One pass over the pixels. `into` has room for `out_channels` bytes a pixel.
template <class T>
void write_levels(const PixelsView& image, ChannelOrder order, const Levels& colour, const Levels& opacity,
                  const std::optional<std::array<std::uint8_t, 3>>& nan_color, std::size_t out_channels,
                  std::uint8_t* into) {
  const std::size_t colours = image.channels == 4 ? 3 : image.channels;
  std::ptrdiff_t offset[4] = {};
  for (std::size_t k = 0; k < image.channels; ++k)
    offset[k] = static_cast<std::ptrdiff_t>(source_channel(image, order, k)) * image.channel_stride;
  const auto* row = static_cast<const unsigned char*>(image.pixels);
  for (std::size_t r = 0; r < image.rows; ++r, row += image.row_stride) {
    const unsigned char* pixel = row;
    for (std::size_t c = 0; c < image.columns; ++c, pixel += image.column_stride, into += out_channels) {
      bool has_nan = false;
      for (std::size_t k = 0; k < colours; ++k) {
        const double number = load_number<T>(pixel + offset[k]);
        has_nan = has_nan || is_nan(number);
        into[k] = colour.of(number);
      }
      if (out_channels > image.channels) into[1] = into[2] = into[0];  // grey in a picture with colours
      if (image.channels == 4) into[3] = opacity.of(load_number<T>(pixel + offset[3]));
      if (has_nan && nan_color)
        for (std::size_t k = 0; k < 3; ++k) into[k] = (*nan_color)[k];
    }
  }
}

/// Levels of 8 bits, in another order or with gaps.
inline void gather_bytes(const PixelsView& image, ChannelOrder order, std::uint8_t* into) {
  std::ptrdiff_t offset[4] = {};
  for (std::size_t k = 0; k < image.channels; ++k)
    offset[k] = static_cast<std::ptrdiff_t>(source_channel(image, order, k)) * image.channel_stride;
  const auto* row = static_cast<const unsigned char*>(image.pixels);
  for (std::size_t r = 0; r < image.rows; ++r, row += image.row_stride) {
    const unsigned char* pixel = row;
    for (std::size_t c = 0; c < image.columns; ++c, pixel += image.column_stride)
      for (std::size_t k = 0; k < image.channels; ++k) *into++ = pixel[offset[k]];
  }
}

inline bool is_channel_count(std::size_t size) { return size == 1 || size == 3 || size == 4; }

}  // namespace detail

ERM_INLINE PixelsView::PixelsView(const NumbersView& grid, std::optional<ImageLayout> layout)
    : pixels(grid.data()), type(grid.type()), owner(grid.owner()) {
  std::vector<NumbersView::Dimension> dimensions = grid.dimensions();
  if (dimensions.size() == 4 && dimensions.front().size == 1) dimensions.erase(dimensions.begin());
  if (dimensions.size() == 2)
    dimensions.insert(dimensions.begin(), {1, 0});
  else if (dimensions.size() == 3 && layout != ImageLayout::chw &&
           (layout || (!detail::is_channel_count(dimensions[0].size) && detail::is_channel_count(dimensions[2].size))))
    dimensions = {dimensions[2], dimensions[0], dimensions[1]};
  if (dimensions.size() != 3) {
    throw Error("cannot encode an image of " + detail::shape_text(grid.dimensions()) +
                ": an image is rows x columns, channels x rows x columns, or rows x columns x channels; log one image "
                "of a batch at a time");
  }
  channels = dimensions[0].size;
  rows = dimensions[1].size;
  columns = dimensions[2].size;
  channel_stride = dimensions[0].stride;
  row_stride = dimensions[1].stride;
  column_stride = dimensions[2].stride;
}

ERM_INLINE Bytes encode_png(const PixelsView& image, const ImageOptions& options) {
  ImageView picture{static_cast<const std::uint8_t*>(image.pixels), image.rows, image.columns, image.channels, 0};
  const std::size_t row = detail::checked_row_size(picture);
  detail::check_range_end("low", options.low);
  detail::check_range_end("high", options.high);
  const ChannelOrder order = options.order ? *options.order : image.order;
  const bool has_range = options.low || options.high || options.fit_range;
  Bytes levels;

  if (image.type == NumberType::uint8 && !has_range) {
    const bool is_dense = (image.channels == 1 || image.channel_stride == 1) &&
                          image.column_stride == static_cast<std::ptrdiff_t>(image.channels) &&
                          (image.rows == 1 || image.row_stride >= static_cast<std::ptrdiff_t>(row));
    if (is_dense && (image.channels == 1 || order == ChannelOrder::rgb)) {
      picture.row_stride = image.rows == 1 ? 0 : static_cast<std::size_t>(image.row_stride);
      return encode_png(picture);
    }
    levels.resize(row * image.rows);
    detail::gather_bytes(image, order, levels.data());
  } else {
    if (options.nan_color && detail::is_floating(image.type) && image.channels == 1) picture.channels = 3;
    const double white = detail::default_white(image.type);
    detail::ImageRange range{0, white};
    if (options.fit_range && !(options.low && options.high)) range = detail::range_that_fits(image);
    if (options.low) range.low = *options.low;
    if (options.high) range.high = *options.high;
    if (!has_range && !detail::is_floating(image.type)) detail::check_default_range(image, white);
    levels.resize(detail::checked_row_size(picture) * image.rows);
    const detail::Levels colour(range.low, range.high), opacity(0, white);
    detail::with_number_type(image.type, [&](auto type) {
      detail::write_levels<decltype(type)>(image, order, colour, opacity, options.nan_color, picture.channels,
                                           levels.data());
    });
  }
  picture.pixels = levels.data();
  return encode_png(picture);
}

}  // namespace erm
