// Trains one small model 48 times: which settings are best, and is it the settings or the seed?
//
//   sweep          writes erm-registry/ and comparison.html to the current directory
//
// The model, a logistic regression, separates the points of a noisy ring from those inside. All of it takes a second.
#include <erm/erm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace {

using Inputs = std::array<double, 6>;

struct Point {
  Inputs inputs;  // 1, x, y, x * x, y * y, x * y
  double label;   // 0 inside, 1 on the ring
};

// std::uniform_real_distribution depends on the standard library; this gives the same numbers everywhere.
double uniform(std::mt19937& random, double from, double to) {
  return from + (to - from) * static_cast<double>(random()) / 4294967295;
}

std::vector<Point> ring(std::uint32_t seed, int count) {
  std::mt19937 random(seed);
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) {
    const double label = i % 2;
    const double radius = label + uniform(random, 0, 1.3), angle = uniform(random, 0, 6.283185307179586);
    const double x = radius * std::cos(angle), y = radius * std::sin(angle);
    points.push_back({{1, x, y, x * x, y * y, x * y}, label});
  }
  return points;
}

double probability(const Inputs& weights, const Inputs& inputs) {
  double sum = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) sum += weights[i] * inputs[i];
  return 1 / (1 + std::exp(-sum));
}

struct Scores {
  double loss = 0, accuracy = 0;
};

Scores evaluate(const Inputs& weights, const std::vector<Point>& points) {
  Scores scores;
  for (const Point& point : points) {
    const double p = probability(weights, point.inputs);
    scores.loss -= std::log(std::max(point.label == 1 ? p : 1 - p, 1e-12)) / static_cast<double>(points.size());
    scores.accuracy += (p > 0.5) == (point.label == 1) ? 1 / static_cast<double>(points.size()) : 0;
  }
  return scores;
}

/// Trains once and logs the training.
erm::ExperimentRun train(double rate, double momentum, int batch, std::uint32_t seed) {
  const std::vector<Point> points = ring(7, 1000), unseen = ring(8, 1000);
  erm::ExperimentRun run("ring", momentum > 0 ? "momentum" : "plain");
  run.log_params({{"rate", rate}, {"momentum", momentum}, {"batch", batch}, {"seed", seed}});
  run.set_group("rate " + run.params().at("rate").str());

  std::mt19937 random(seed);
  Inputs weights{}, velocity{};
  for (double& weight : weights) weight = uniform(random, -1, 1);
  for (int step = 0; step <= 200; ++step) {
    if (step % 5 == 0) {
      const Scores scores = evaluate(weights, unseen);
      run.log_metrics({{"loss", scores.loss}, {"accuracy", scores.accuracy}}, step);
    }
    Inputs gradient{};
    for (int i = 0; i < batch; ++i) {
      const Point& point = points[random() % points.size()];
      const double error = probability(weights, point.inputs) - point.label;
      for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += error * point.inputs[k] / batch;
    }
    for (std::size_t k = 0; k < weights.size(); ++k)
      weights[k] += velocity[k] = momentum * velocity[k] - rate * gradient[k];
  }
  return run;
}

}  // namespace

int main() {
  for (const double rate : {0.003, 0.03, 0.3, 3.0})
    for (const double momentum : {0.0, 0.9})
      for (const int batch : {4, 32})
        for (const std::uint32_t seed : {1U, 2U, 3U})
          erm::save_run_to_registry(train(rate, momentum, batch, seed), "erm-registry");

  const erm::ExperimentRun best = erm::best_run("erm-registry", "loss", erm::Goal::minimize);
  std::printf("best: rate %s, momentum %s, batch %s, with a loss of %.2f\n\n", best.params().at("rate").str().c_str(),
              best.params().at("momentum").str().c_str(), best.params().at("batch").str().c_str(),
              best.metrics().at("loss").number().value());

  erm::FindOptions options;
  options.filter = "params.rate = 0.03";
  const erm::RunSummary summary = erm::summarize(erm::find_runs("erm-registry", options), "params.momentum");
  std::fputs(erm::to_text(summary).c_str(), stdout);

  erm::write_comparison("comparison.html", erm::find_runs("erm-registry"));
}
