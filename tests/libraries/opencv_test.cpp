// The adaptors for OpenCV, with the real library. Included before OpenCV: the header needs nothing of it.
#include "erm/opencv.hpp"

#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "catch.hpp"
#include "decode_png.hpp"
#include "erm/experiment_run.hpp"
#include "erm/figure.hpp"
#include "erm/json.hpp"
#include "thrown.hpp"

using erm_test::error_of;

namespace {

using Values = std::vector<double>;
using Levels = std::vector<std::uint8_t>;

Values values_of(const erm::NumbersView& numbers) { return numbers.values(); }

template <class Image>
Levels levels_of(const Image& image, const erm::ImageOptions& options = {}) {
  erm::ExperimentRun run("opencv");
  run.log_image(image, "image", options);
  return decode_png(run.artifact("image").bytes()).pixels;
}

}  // namespace

TEST_CASE("A cv::Mat has its channels in the order blue, green, red, opacity") {
  const cv::Mat bgr(1, 2, CV_8UC3, cv::Scalar(1, 2, 3)), bgra(1, 1, CV_8UC4, cv::Scalar(1, 2, 3, 4));
  CHECK(levels_of(bgr) == Levels{3, 2, 1, 3, 2, 1});
  CHECK(levels_of(bgra) == Levels{3, 2, 1, 4});
  CHECK(levels_of(cv::Mat(1, 2, CV_8UC1, cv::Scalar(9))) == Levels{9, 9});
  erm::ImageOptions rgb;
  rgb.order = erm::ChannelOrder::rgb;
  CHECK(levels_of(bgr, rgb) == Levels{1, 2, 3, 1, 2, 3});
  CHECK(levels_of(cv::Mat_<cv::Vec3b>(1, 1, cv::Vec3b(4, 5, 6))) == Levels{6, 5, 4});
  CHECK(levels_of(0.5 * bgr) == Levels{2, 1, 0, 2, 1, 0});
}

TEST_CASE("A part of a cv::Mat is read with the strides of the whole") {
  cv::Mat whole(4, 5, CV_8UC3);
  for (int r = 0; r < 4; ++r)
    for (int c = 0; c < 5; ++c)
      whole.at<cv::Vec3b>(r, c) = cv::Vec3b(0, static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(r));
  const cv::Mat part = whole(cv::Rect(3, 1, 2, 2));
  REQUIRE_FALSE(part.isContinuous());
  CHECK(levels_of(part) == Levels{1, 3, 0, 1, 4, 0, 2, 3, 0, 2, 4, 0});
  CHECK(values_of(part) == Values{0, 3, 1, 0, 4, 1, 0, 3, 2, 0, 4, 2});
  const cv::Mat grey(3, 3, CV_8UC1, cv::Scalar(7));
  CHECK(levels_of(grey(cv::Rect(1, 1, 1, 2))) == Levels{7, 7});
}

TEST_CASE("A cv::Mat of floats, of half floats, of 16 bits and of integers becomes levels") {
  const cv::Mat_<float> floats = (cv::Mat_<float>(1, 4) << 0, 0.5, 2, std::nanf(""));
  CHECK(levels_of(floats) == Levels{0, 128, 255, 0});
  CHECK(levels_of(floats, {0, 2}) == Levels{0, 64, 255, 0});
  cv::Mat halves;
  floats.convertTo(halves, CV_16F);
  CHECK(levels_of(halves, {0, 2}) == Levels{0, 64, 255, 0});
  CHECK(levels_of(cv::Mat(1, 1, CV_64FC3, cv::Scalar(0, 0.5, 1))) == Levels{255, 128, 0});
  CHECK(levels_of(cv::Mat(1, 1, CV_16UC1, cv::Scalar(257 * 9))) == Levels{9});
  CHECK(levels_of(cv::Mat(1, 1, CV_32SC1, cv::Scalar(9))) == Levels{9});
  CHECK(error_of([] { levels_of(cv::Mat(1, 1, CV_16SC1, cv::Scalar(-9))); }) ==
        "cannot encode an image: it has the integer -9, and without a range integers are levels from 0 to 255; set "
        "ImageOptions{low, high}, or fit_range");
}

TEST_CASE("A cv::Mat that is no image is told") {
  CHECK(error_of([] { levels_of(cv::Mat()); }) ==
        "cannot encode an image of 0 numbers: an image is rows x columns, channels x rows x columns, or rows x columns "
        "x channels; log one image of a batch at a time");
  CHECK(error_of([] { levels_of(cv::Mat(2, 3, CV_8UC2, cv::Scalar(1, 1))); }) ==
        "cannot encode an image of 2 rows x 3 columns x 2 channels: there must be 1 (grey), 3 (red, green, blue) or 4 "
        "(with opacity) channels of 8 bits");
  const int sizes[] = {2, 2, 2};
  CHECK(error_of([&] { levels_of(cv::Mat(3, sizes, CV_8U, cv::Scalar(1))); }) ==
        "a cv::Mat of 3 dimensions is no image; an image has 2");
}

TEST_CASE("A cv::Mat of any depth and any dimensions is numbers") {
  const double grid[] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (const int depth : {CV_8U, CV_8S, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F, CV_16F}) {
    const int sizes[] = {2, 2, 2};
    cv::Mat mat;
    cv::Mat(3, sizes, CV_64F, const_cast<double*>(grid)).convertTo(mat, depth);
    CHECK(values_of(mat) == Values{1, 2, 3, 4, 5, 6, 7, 8});
  }
  CHECK(values_of(cv::Mat()).empty());
  CHECK(values_of(cv::Mat::eye(2, 2, CV_32F)) == Values{1, 0, 0, 1});
  CHECK(values_of(cv::Scalar(1, 2, 3, 4)) == Values{1, 2, 3, 4});
  CHECK(values_of(cv::Vec3f(1, 2, 3)) == Values{1, 2, 3});
  CHECK(values_of(cv::Matx22d(1, 2, 3, 4)) == Values{1, 2, 3, 4});
  const cv::Mat_<int> counts = (cv::Mat_<int>(2, 2) << 3, 1, 0, 5);
  CHECK(erm::confusion_matrix(counts, {"cat", "dog"}).json().at("data").at(0)["z"].dump() == "[[3,1],[0,5]]");
}

TEST_CASE("A cv::Mat of one number is a value") {
  erm::ExperimentRun run("opencv");
  run.log_metric("error", cv::Mat(1, 1, CV_32F, cv::Scalar(0.5)), 3);
  CHECK(run.curve("error").last().value == 0.5);
  CHECK(error_of([&] { run.log_param("error", cv::Mat(1, 1, CV_8UC3, cv::Scalar(1))); }) ==
        "a cv::Mat of 1 x 1 x 3 numbers is no single value; log its numbers with log_histogram or log_figure, or a sum "
        "or a mean of them");
}

TEST_CASE("docs/tensors.md: images of OpenCV") {
  erm::ExperimentRun run("opencv");
  const cv::Mat photo(32, 32, CV_8UC3, cv::Scalar(1, 2, 3)), depth(4, 4, CV_32F, cv::Scalar(10)), converted = photo;

  run.log_image(photo, "photo");                   // blue, green, red: as OpenCV has it
  run.log_image(photo(cv::Rect(8, 8, 16, 16)), "part of the photo");
  run.log_image(depth, "depth", {0.5, 10.0});      // CV_32F: black at 0.5, white at 10

  erm::ImageOptions options;
  options.order = erm::ChannelOrder::rgb;
  run.log_image(converted, "converted", options);

  const auto first = [&](const char* id) { return decode_png(run.artifact(id).bytes()).pixels.at(0); };
  CHECK(first("photo") == 3);
  CHECK(decode_png(run.artifact("part of the photo").bytes()).rows == 16);
  CHECK(first("depth") == 255);
  CHECK(first("converted") == 1);
}
