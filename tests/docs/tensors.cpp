// The snippets of docs/tensors.md that need no other library, and what each of them leaves in its run.
#include <erm/erm.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "decode_png.hpp"

namespace {

struct Frame {
  std::vector<std::uint8_t> rgb;
  std::size_t height = 0, width = 0;
};
struct Weights {
  const float* data = nullptr;
  std::size_t count = 0;
};
struct Celsius {
  double degrees = 0;
};

}  // namespace

template <>
struct erm::ImageAdaptor<Frame> {
  static erm::ImageView convert(const Frame& frame) { return {frame.rgb.data(), frame.height, frame.width, 3}; }
};

template <>
struct erm::NumbersAdaptor<Weights> {
  static erm::NumbersView convert(const Weights& weights) { return {weights.data, weights.count}; }
};

template <>
struct erm::ValueAdaptor<Celsius> {
  static double convert(const Celsius& temperature) { return temperature.degrees; }
};

TEST_CASE("docs/tensors.md: floats become an image by their range") {
  erm::ExperimentRun run("tensors");
  std::vector<float> depth(480 * 640, 2.5f);
  run.log_image(erm::PixelsView(depth.data(), 480, 640), "depth", {0.5, 10.0});    // black at 0.5, white at 10

  erm::ImageOptions options;
  options.fit_range = true;                        // from the least number to the greatest
  options.nan_color = {255, 0, 255};               // pixels without a value are magenta
  run.log_image(erm::PixelsView(depth.data(), 480, 640), "depth, fitted", options);

  CHECK(decode_png(run.artifact("depth").bytes()).pixels.at(7) == 54);
  CHECK(decode_png(run.artifact("depth, fitted").bytes()).channels == 3);
}

TEST_CASE("docs/tensors.md: types of one's own are images, numbers and values") {
  erm::ExperimentRun run("tensors");
  const Frame frame{{1, 2, 3}, 1, 1};
  const float numbers[] = {0.5f, 0.25f};
  const Weights weights{numbers, 2};

  run.log_image(frame, "frame");
  run.log_figure(erm::Figure().histogram(weights), "weights");
  run.log_metric("temperature", Celsius{21.5}, 1);

  CHECK(decode_png(run.artifact("frame").bytes()).pixels == std::vector<std::uint8_t>{1, 2, 3});
  CHECK(erm::to_text(run.artifact("weights").bytes()).find("[0.5,0.25]") != std::string::npos);
  CHECK(run.curve("temperature").last().value == 21.5);
}

TEST_CASE("docs/tensors.md: a confusion matrix is made from counts") {
  erm::ExperimentRun run("tensors");
  std::vector<std::vector<int>> counts = {{50, 2}, {1, 47}};       // counts[actual][predicted]
  run.log_figure(erm::confusion_matrix(counts, {"cat", "dog"}), "confusion");

  CHECK(erm::to_text(run.artifact("confusion").bytes()).find("[[50,2],[1,47]]") != std::string::npos);
}
