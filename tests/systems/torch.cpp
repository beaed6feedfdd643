// A training program in libtorch that logs its tensors as they are. tests/systems/torch.sh runs it, and docs/tensors.md
// shows its calls.
#include <torch/torch.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "erm/erm.hpp"
#include "erm/torch.hpp"

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "failed: %s\n", what);
}

}  // namespace

int main() {
  erm::ExperimentRun run("torch");
  torch::manual_seed(1);
  torch::nn::Linear model(28 * 28, 2);
  torch::optim::SGD optimizer(model->parameters(), 0.1);
  const auto images = torch::rand({8, 1, 28, 28});
  const auto labels = torch::arange(8, torch::kLong).remainder(2);
  torch::Tensor counts = torch::zeros({2, 2}, torch::kLong);
  for (std::int64_t step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    const auto output = model->forward(images.flatten(1));
    const auto loss = torch::nn::functional::cross_entropy(output, labels);
    loss.backward();
    optimizer.step();
    const auto predicted = output.argmax(1);
    counts.zero_();
    for (std::int64_t i = 0; i < 8; ++i) counts[labels[i].item<std::int64_t>()][predicted[i].item<std::int64_t>()] += 1;

    run.log_param("shape", images.sizes());          // [8,1,28,28]
    run.log_metric("loss", loss, step);              // a tensor of one number, with or without gradients
    run.log_image(images[0], "digit");               // rows x columns x channels or channels x rows x columns
    run.log_figure(erm::confusion_matrix(counts, {"cat", "dog"}), "confusion");
  }
  check(run.param("shape").str() == "[8,1,28,28]", "the shape");
  check(run.curve("loss").points().size() == 20, "20 losses");
  check(run.curve("loss").last().value < run.curve("loss").points().front().value, "the loss falls");
  check(run.artifact("digit").type() == erm::ArtifactType::png, "the image");
  check(erm::to_text(run.artifact("confusion").bytes()).find("\"cat\"") != std::string::npos, "the confusion matrix");
  return failures == 0 ? 0 : 1;
}
