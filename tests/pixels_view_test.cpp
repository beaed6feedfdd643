// Also compiled with -ffast-math: NaN and the infinities come from bits.
#include "erm/pixels_view.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "decode_png.hpp"
#include "erm/experiment_run.hpp"
#include "thrown.hpp"

using erm::ChannelOrder;
using erm::ImageLayout;
using erm::ImageOptions;
using erm::PixelsView;
using erm_test::error_of;

namespace {

float from_bits(std::uint32_t bits) {
  float number = 0;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}
const float nan_value = from_bits(0x7FC00000), infinity = from_bits(0x7F800000), minus_infinity = from_bits(0xFF800000);

using Levels = std::vector<std::uint8_t>;

Levels levels_of(const PixelsView& pixels, const ImageOptions& options = {}) {
  return decode_png(erm::encode_png(pixels, options)).pixels;
}
template <class Number>
Levels grey(const std::vector<Number>& numbers, const ImageOptions& options = {}) {
  return levels_of(PixelsView(numbers.data(), 1, numbers.size()), options);
}

struct Frame {
  std::vector<std::uint8_t> rgb;
};
struct Depth {
  std::vector<float> meters;
};
struct Encoded {
  erm::Bytes file;
};
struct Planes {
  std::vector<float> numbers;
};

}  // namespace

template <>
struct erm::ImageAdaptor<Frame> {
  static erm::ImageView convert(const Frame& frame) { return {frame.rgb.data(), 1, frame.rgb.size() / 3, 3}; }
};
template <>
struct erm::ImageAdaptor<Depth> {
  static erm::PixelsView convert(const Depth& depth) { return {depth.meters.data(), 1, depth.meters.size()}; }
};
template <>
struct erm::ImageAdaptor<Encoded> {
  static erm::Bytes convert(const Encoded& encoded) { return encoded.file; }
};
template <>
struct erm::ImageAdaptor<Planes> {
  static erm::PixelsView convert(const Planes& planes, const erm::ImageOptions& options) {
    return erm::PixelsView(
        erm::NumbersView(planes.numbers.data(), erm::NumberType::float32, {{3, 12}, {1, 12}, {3, 4}}), options.layout);
  }
};

TEST_CASE("Floats from 0 to 1 become the nearest levels, and all beyond are black or white") {
  CHECK(grey<float>({0, 1, 0.5F, 0.1F, 0.8F, -0.5F, 1.5F, 1e30F}) == Levels{0, 255, 128, 26, 204, 0, 255, 255});
  CHECK(grey<double>({0.0019, 0.0020, 254.4 / 255, 254.6 / 255}) == Levels{0, 1, 254, 255});
  CHECK(grey<float>({nan_value, infinity, minus_infinity}) == Levels{0, 255, 0});
}

TEST_CASE("A range says which floats are black and white") {
  CHECK(grey<float>({0.5F, 10, 5.25F, 0, 100, nan_value}, {0.5, 10.0}) == Levels{0, 255, 128, 0, 255, 0});
  CHECK(grey<float>({-1, 0, 1}, {-1, 1}) == Levels{0, 128, 255});
  CHECK(grey<float>({-1, 0, 1}, {1, -1}) == Levels{255, 127, 0});  // inverted
  CHECK(grey<float>({infinity, minus_infinity, nan_value}, {1, -1}) == Levels{0, 255, 0});
  ImageOptions only_high;
  only_high.high = 2;
  CHECK(grey<float>({0, 1, 2}, only_high) == Levels{0, 128, 255});
  CHECK(grey<double>({-1.7e308, 0, 1.7e308}, {-1.7e308, 1.7e308}) == Levels{0, 128, 255});
}

TEST_CASE("In an empty range greater values are white and all others black") {
  CHECK(grey<float>({1, 2, 3, infinity, nan_value}, {2, 2}) == Levels{0, 0, 255, 255, 0});
}

TEST_CASE("The range fits the image: from its least to its greatest finite number") {
  ImageOptions fit;
  fit.fit_range = true;
  CHECK(grey<float>({3, 5, 4, nan_value, infinity, minus_infinity}, fit) == Levels{0, 255, 128, 0, 255, 0});
  CHECK(grey<std::int32_t>({-1000, 1000, 0}, fit) == Levels{0, 255, 128});
  CHECK(grey<std::uint8_t>({10, 20}, fit) == Levels{0, 255});
  CHECK(grey<float>({7, 7}, fit) == Levels{0, 0});
  CHECK(grey<float>({nan_value, nan_value}, fit) == Levels{0, 0});
  fit.high = 10;
  CHECK(grey<float>({0, 5}, fit) == Levels{0, 128});
}

TEST_CASE("A pixel with a NaN gets the colour that was asked for") {
  ImageOptions magenta;
  magenta.nan_color = {255, 0, 254};
  CHECK(grey<float>({1, nan_value, 0}, magenta) == Levels{255, 255, 255, 255, 0, 254, 0, 0, 0});
  const float two[] = {1, nan_value, 0.2F, 0.5F, 0, 0, 0, nan_value};  // the second one's opacity is a NaN
  CHECK(levels_of(PixelsView(two, 1, 2, 4), magenta) == Levels{255, 0, 254, 128, 0, 0, 0, 0});
  CHECK(grey<std::uint8_t>({9}, magenta) == Levels{9});  // whole numbers have none
}

TEST_CASE("Integers are levels from 0 to 255, a mask is black and white, and 16 bits are scaled") {
  CHECK(grey<std::uint8_t>({0, 7, 255}) == Levels{0, 7, 255});
  CHECK(grey<std::int32_t>({0, 7, 255}) == Levels{0, 7, 255});
  CHECK(grey<std::int64_t>({0, 7, 255}) == Levels{0, 7, 255});
  CHECK(grey<std::uint16_t>({0, 257, 128, 129, 65535}) == Levels{0, 1, 0, 1, 255});
  const bool mask[] = {true, false};
  CHECK(levels_of(PixelsView(mask, 1, 2)) == Levels{255, 0});
  CHECK(grey<std::int64_t>({0, 500, 1000, 5000}, {0, 1000}) == Levels{0, 128, 255, 255});
  CHECK(grey<std::uint8_t>({0, 5, 10, 20}, {0, 10}) == Levels{0, 128, 255, 255});
}

TEST_CASE("Integers beyond the levels are told when no range is given") {
  CHECK(error_of([] {
          grey<std::int32_t>({0, 256});
        }) ==
        "cannot encode an image: it has the integer 256, and without a range integers are levels from 0 to 255; set "
        "ImageOptions{low, high}, or fit_range");
  CHECK(error_of([] { grey<std::int8_t>({-1}); }) ==
        "cannot encode an image: it has the integer -1, and without a range integers are levels from 0 to 255; set "
        "ImageOptions{low, high}, or fit_range");
}

TEST_CASE("Blue, green and red change places, and opacity keeps its own") {
  const std::uint8_t bgra[] = {1, 2, 3, 4, 5, 6, 7, 8};
  PixelsView three(bgra, 1, 2, 3), four(bgra, 1, 2, 4);
  CHECK(levels_of(three) == Levels{1, 2, 3, 4, 5, 6});
  three.order = four.order = ChannelOrder::bgr;
  CHECK(levels_of(three) == Levels{3, 2, 1, 6, 5, 4});
  CHECK(levels_of(four) == Levels{3, 2, 1, 4, 7, 6, 5, 8});
  ImageOptions rgb;
  rgb.order = ChannelOrder::rgb;
  CHECK(levels_of(four, rgb) == Levels{1, 2, 3, 4, 5, 6, 7, 8});
  const float floats[] = {0, 0.5F, 1, 2};
  PixelsView image(floats, 1, 1, 4);
  image.order = ChannelOrder::bgr;
  CHECK(levels_of(image, {0, 2}) == Levels{128, 64, 0, 255});  // opacity is not of the range
}

TEST_CASE("Pixels may lie in planes, in parts of a larger image and in any direction") {
  const std::uint8_t planes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};  // 3 channels of 2 x 2
  const erm::NumbersView chw(planes, erm::NumberType::uint8, {{3, 4}, {2, 2}, {2, 1}});
  CHECK(levels_of(PixelsView(chw)) == Levels{1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12});
  PixelsView part(planes, 2, 2);
  part.row_stride = 4;
  CHECK(levels_of(part) == Levels{1, 2, 5, 6});
  PixelsView upside_down(planes, 2, 2);
  upside_down.pixels = planes + 2;
  upside_down.row_stride = -2;
  CHECK(levels_of(upside_down) == Levels{3, 4, 1, 2});
}

TEST_CASE("A grid of numbers is grey, or tells its channels by its first or its last dimension") {
  const std::vector<std::uint8_t> numbers(192, 1);
  const auto shape = [&](std::vector<std::size_t> sizes, std::optional<ImageLayout> layout = {}) {
    std::vector<erm::NumbersView::Dimension> dimensions;
    for (const std::size_t size : sizes) dimensions.push_back({size, 1});
    const PixelsView it(erm::NumbersView(numbers.data(), erm::NumberType::uint8, dimensions), layout);
    return std::to_string(it.rows) + "x" + std::to_string(it.columns) + "x" + std::to_string(it.channels);
  };
  CHECK(shape({5, 7}) == "5x7x1");
  CHECK(shape({3, 5, 7}) == "5x7x3");
  CHECK(shape({5, 7, 3}) == "5x7x3");
  CHECK(shape({3, 7, 4}) == "7x4x3");  // both would do: as a tensor has it
  CHECK(shape({3, 7, 4}, ImageLayout::hwc) == "3x7x4");
  CHECK(shape({5, 7, 3}, ImageLayout::chw) == "7x3x5");
  CHECK(shape({1, 4, 5, 6}) == "5x6x4");
  CHECK(error_of([&] {
          shape({2, 3, 4, 5});
        }) ==
        "cannot encode an image of 2 x 3 x 4 x 5 numbers: an image is rows x columns, channels x rows x columns, or "
        "rows x columns x channels; log one image of a batch at a time");
  CHECK(error_of([&] { shape({9}); }) ==
        "cannot encode an image of 9 numbers: an image is rows x columns, channels x rows x columns, or rows x columns "
        "x channels; log one image of a batch at a time");
}

TEST_CASE("Images of impossible sizes, and ranges that are none, are told") {
  const float number = 0;
  const auto error = [&](std::size_t rows, std::size_t columns, std::size_t channels,
                         const ImageOptions& options = {}) {
    return error_of([&] { static_cast<void>(erm::encode_png(PixelsView(&number, rows, columns, channels), options)); });
  };
  CHECK(error(0, 4, 3) == "cannot encode an image of 0 rows x 4 columns x 3 channels: it has no pixels");
  CHECK(error(1, 1, 0) ==
        "cannot encode an image of 1 rows x 1 columns x 0 channels: there must be 1 (grey), 3 (red, green, blue) or 4 "
        "(with opacity) channels of 8 bits");
  CHECK(error(1, 1, 2) ==
        "cannot encode an image of 1 rows x 1 columns x 2 channels: there must be 1 (grey), 3 (red, green, blue) or 4 "
        "(with opacity) channels of 8 bits");
  CHECK(error(std::size_t{1} << 62, 3, 1) ==
        "cannot encode an image of 4611686018427387904 rows x 3 columns x 1 channels: it is larger than 512 MiB; log "
        "it scaled down or in tiles");
  CHECK(error_of([] { static_cast<void>(erm::encode_png(PixelsView(), {})); }) ==
        "cannot encode an image of 0 rows x 0 columns x 0 channels: there must be 1 (grey), 3 (red, green, blue) or 4 "
        "(with opacity) channels of 8 bits");
  CHECK(error(1, 1, 1, {static_cast<double>(nan_value), 1}) ==
        "cannot encode an image: ImageOptions::low is NaN or an infinity; give a number");
  CHECK(error(1, 1, 1, {0, static_cast<double>(infinity)}) ==
        "cannot encode an image: ImageOptions::high is NaN or an infinity; give a number");
}

TEST_CASE("A run logs images of one's own types, floats with a range, and plain pixels as before") {
  erm::ExperimentRun run("images");
  const auto logged = [&](const char* id) { return decode_png(run.artifact(id).bytes()); };
  run.log_image(Frame{{1, 2, 3}}, "frame");
  CHECK(logged("frame").pixels == Levels{1, 2, 3});
  CHECK(run.artifact("frame").filename() == "frame.png");
  CHECK(run.artifact("frame").type() == erm::ArtifactType::png);
  run.log_image(Depth{{0.5F, 10}}, "depth", {0.5, 10.0});
  CHECK(logged("depth").pixels == Levels{0, 255});
  run.log_image(Planes{{0, 0, 0, 1, 1, 1, 0, 0, 0}}, "planes");
  CHECK(logged("planes").pixels == Levels{0, 255, 0, 0, 255, 0, 0, 255, 0});
  run.log_image(Encoded{{0xFF, 0xD8, 0xFF, 0xE0}}, "encoded");
  CHECK(run.artifact("encoded").filename() == "encoded.jpg");
  const std::vector<float> floats = {0, 1};
  run.log_image(PixelsView(floats.data(), 1, 2), "floats");
  CHECK(logged("floats").pixels == Levels{0, 255});
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 4};
  run.log_image({bytes.data(), 2, 2, 1}, "braces");
  CHECK(logged("braces").pixels == Levels{1, 2, 3, 4});
  const erm::ImageView view{bytes.data(), 1, 1, 3, 0};
  ImageOptions bgr;
  bgr.order = ChannelOrder::bgr;
  run.log_image(view, "view", bgr);
  CHECK(logged("view").pixels == Levels{3, 2, 1});
}
