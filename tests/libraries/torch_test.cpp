// The adaptors for libtorch. The first tier compiles this with stand_in/torch/torch.h, and tests/systems/torch.sh with
// the real library, where ERM_REAL_TORCH is defined. Included before torch: the header needs nothing of it.
#include "erm/torch.hpp"

#include <torch/torch.h>

#include <cstdint>
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

Levels levels_of(const torch::Tensor& image, const erm::ImageOptions& options = {}) {
  erm::ExperimentRun run("torch");
  run.log_image(image, "image", options);
  return decode_png(run.artifact("image").bytes()).pixels;
}

torch::Tensor counted() { return torch::arange(6, torch::kFloat).reshape({2, 3}); }

}  // namespace

TEST_CASE("A tensor of any strides is numbers in the order of its indices") {
  const auto tensor = counted();
  CHECK(values_of(tensor) == Values{0, 1, 2, 3, 4, 5});
  CHECK(erm::NumbersView(tensor).data() == tensor.data_ptr());
  CHECK(erm::NumbersView(tensor).is_contiguous());
  CHECK(values_of(tensor.t()) == Values{0, 3, 1, 4, 2, 5});
  CHECK(values_of(tensor.slice(1, 0, 3, 2)) == Values{0, 2, 3, 5});
  CHECK(values_of(tensor.select(0, 1)) == Values{3, 4, 5});
  CHECK(values_of(tensor.select(0, 1).expand({2, 3})) == Values{3, 4, 5, 3, 4, 5});
  CHECK(values_of(torch::empty({0, 3})).empty());
}

TEST_CASE("Tensors of every type of number are exact") {
  for (const auto type : {torch::kByte, torch::kChar, torch::kShort, torch::kInt, torch::kLong, torch::kHalf,
                          torch::kBFloat16, torch::kFloat, torch::kDouble})
    CHECK(values_of(counted().to(type)) == Values{0, 1, 2, 3, 4, 5});
  CHECK(values_of(counted().to(torch::kBool)) == Values{0, 1, 1, 1, 1, 1});
}

TEST_CASE("A tensor of one number is a value of its type, with gradients or without") {
  erm::ExperimentRun run("torch");
  run.log_metric("loss", torch::tensor(0.1F, torch::requires_grad()), 3U);
  run.log_param("count", torch::tensor(std::int64_t{7}).reshape({1, 1}));
  run.log_param("item", torch::tensor(std::int64_t{7}).item());
  run.log_param("flag", torch::tensor(1.0F).to(torch::kBool));
  run.log_param("half", torch::tensor(0.5F).to(torch::kHalf));
  CHECK(run.curve("loss").last().value == 0.1);
  CHECK(run.param("count").kind() == erm::Value::Kind::signed_integer);
  CHECK(run.param("count") == erm::Value(7));
  CHECK(run.param("item") == erm::Value(7));
  CHECK(run.param("flag") == erm::Value(true));
  CHECK(run.param("half") == erm::Value(0.5));
  CHECK(error_of([&] { run.log_metric("loss", counted(), 4); }) ==
        "a tensor of 2 x 3 numbers is no single value; log its numbers with log_histogram or log_figure, or a sum or a "
        "mean of them");
}

TEST_CASE("The sizes of a tensor are a param") {
  erm::ExperimentRun run("torch");
  const auto tensor = counted();
  run.log_params({{"shape", tensor.sizes()}, {"numbers", tensor.numel()}});
  run.log_param("none", torch::tensor(1.0F).sizes());
  CHECK(run.param("shape").str() == "[2,3]");
  CHECK(run.param("numbers") == erm::Value(6));
  CHECK(run.param("none").str() == "[]");
}

TEST_CASE("A tensor is an image by its dimensions: grey, planes, a batch of one, or channels last") {
  const auto grey = torch::arange(6, torch::kFloat).reshape({2, 3}).mul(0.2F);
  CHECK(levels_of(grey) == Levels{0, 51, 102, 153, 204, 255});
  CHECK(levels_of(grey.to(torch::kDouble)) == Levels{0, 51, 102, 153, 204, 255});
  CHECK(levels_of(grey.t()) == Levels{0, 153, 51, 204, 102, 255});
  CHECK(levels_of(grey.reshape({1, 1, 2, 3})) == Levels{0, 51, 102, 153, 204, 255});
  const auto bytes = torch::arange(12, torch::kFloat).to(torch::kByte);
  CHECK(levels_of(bytes.reshape({3, 2, 2})) == Levels{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
  CHECK(levels_of(bytes.reshape({2, 2, 3})) == Levels{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  erm::ImageOptions hwc;
  hwc.layout = erm::ImageLayout::hwc;
  CHECK(levels_of(bytes.reshape({3, 1, 4}), hwc) == Levels{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(levels_of(bytes.reshape({2, 2, 3}).permute({2, 0, 1})) == Levels{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(levels_of(counted().to(torch::kBFloat16), {0, 5}) == Levels{0, 51, 102, 153, 204, 255});
  CHECK(levels_of(counted().to(torch::kLong)) == Levels{0, 1, 2, 3, 4, 5});
  CHECK(error_of([&] {
          levels_of(bytes.reshape({2, 3, 2, 1}));
        }) ==
        "cannot encode an image of 2 x 3 x 2 x 1 numbers: an image is rows x columns, channels x rows x columns, or "
        "rows x columns x channels; log one image of a batch at a time");
}

TEST_CASE("Figures are made from tensors") {
  const auto counts = counted().to(torch::kLong).slice(1, 0, 2);
  const auto trace = [](const erm::Figure& figure) { return figure.json().at("data").at(0); };
  CHECK(trace(erm::confusion_matrix(counts, {"cat", "dog"}))["z"].dump() == "[[0,1],[3,4]]");
  CHECK(trace(erm::Figure().histogram(counted().reshape({6})))["x"].dump() == "[0.0,1.0,2.0,3.0,4.0,5.0]");
}

TEST_CASE("A tensor on a device, a sparse, a complex and a quantized one are told with what to pass") {
  const auto error = [](const torch::Tensor& tensor) { return error_of([&] { values_of(tensor); }); };
  CHECK(error(torch::Tensor()) == "cannot read the numbers of a tensor: it is undefined; give it a value first");
  // kMeta stands for a GPU: its numbers are not in the memory of the process.
  CHECK(error(torch::empty({2, 3}, torch::kMeta)) ==
        "cannot read the numbers of a tensor of 2 x 3 numbers: it is on the device meta; pass tensor.cpu()");
  CHECK(error(counted().to_sparse()) ==
        "cannot read the numbers of a tensor of 2 x 3 numbers: it is sparse or of another layout; pass "
        "tensor.to_dense()");
  CHECK(error(counted().to(torch::kComplexFloat)) ==
        "cannot read the numbers of a tensor of 2 x 3 numbers: they are of the type ComplexFloat; pass "
        "torch::real(tensor) or tensor.abs()");
#ifdef ERM_REAL_TORCH
  CHECK(error(torch::quantize_per_tensor(counted(), 0.1, 0, torch::kQInt8)) ==
        "cannot read the numbers of a tensor of 2 x 3 numbers: they are of the type QInt8; pass tensor.dequantize()");
#endif
}

#ifdef ERM_REAL_TORCH

TEST_CASE("libtorch's views with a sign of their own, channels last and part of a graph are read right") {
  const auto imaginary = torch::imag(torch::conj(torch::complex(counted(), counted())));
  REQUIRE(imaginary.is_neg());
  CHECK(values_of(imaginary) == Values{0, -1, -2, -3, -4, -5});
  const auto bytes = torch::arange(12, torch::kFloat).to(torch::kByte).reshape({1, 3, 2, 2});
  CHECK(levels_of(bytes.contiguous(torch::MemoryFormat::ChannelsLast)) == levels_of(bytes));
  const auto weights = torch::ones({2, 2}, torch::requires_grad());
  CHECK(values_of(weights * 2) == Values{2, 2, 2, 2});
  CHECK(values_of(torch::nn::Linear(2, 2)->bias).size() == 2);
}

TEST_CASE("libtorch's own conversion of each half and bfloat16 agrees") {
  const auto patterns = torch::arange(65536, torch::kInt).to(torch::kShort);
  for (const auto type : {torch::kHalf, torch::kBFloat16}) {
    const auto numbers = patterns.view(type);
    const Values ours = values_of(numbers), theirs = values_of(numbers.to(torch::kDouble));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < ours.size(); ++i)
      wrong += !(ours[i] == theirs[i] || (ours[i] != ours[i] && theirs[i] != theirs[i]));
    CHECK(wrong == 0);
  }
}

#endif
