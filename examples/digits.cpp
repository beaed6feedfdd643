// Trains a softmax classifier and two small networks on handwritten digits, logs each training as a run, and compares
// the three runs on one page.
//
//   ./examples/quickstart.sh          builds and runs this program
//   digits [epochs]                   writes erm-registry/ and comparison.html to the current directory
//
// The first half is machine learning in plain C++, without ERM. The logging begins at "What a run stores".
#include <erm/erm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t side = 8;
constexpr std::size_t class_count = 10;

// ---- The data: 1,797 images of 8 x 8 pixels, 0 (paper) to 16 (ink) ----

struct Digit {
  std::array<std::uint8_t, side * side> pixels{};
  std::size_t label = 0;
};

std::vector<Digit> read_digits(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Digit> digits;
  std::string pixels;
  for (Digit digit; file >> pixels >> digit.label; digits.push_back(digit)) {
    for (std::size_t i = 0; i < digit.pixels.size(); ++i)
      digit.pixels[i] = static_cast<std::uint8_t>(std::string("0123456789abcdefg").find(pixels.at(i)));
  }
  if (digits.empty()) throw erm::NotFoundError("there are no digits in " + path.string());
  return digits;
}

// std::shuffle and the std distributions depend on the standard library; this gives the same numbers everywhere.
void shuffle(std::vector<std::size_t>& order, std::mt19937& random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
}

/// The inputs of a model: the pixels of a digit and, with `edges`, how much each differs from its right neighbour.
std::vector<float> inputs_of(const Digit& digit, bool edges) {
  std::vector<float> inputs;
  for (const std::uint8_t pixel : digit.pixels) inputs.push_back(static_cast<float>(pixel) / 16);
  for (std::size_t i = 0; edges && i + 1 < digit.pixels.size(); ++i)
    if (i % side + 1 < side) inputs.push_back(std::fabs(inputs[i + 1] - inputs[i]));
  return inputs;
}

// ---- The model: layers of ReLU and a softmax, trained by gradient descent with momentum ----

class Network {
 public:
  /// The sizes of the layers, inputs first: {64, 10} is a softmax classifier, {64, 32, 10} has 32 hidden units.
  Network(std::vector<std::size_t> sizes, std::mt19937& random) : sizes_(std::move(sizes)), values_(sizes_.size()) {
    for (std::size_t layer = 1; layer < sizes_.size(); ++layer) {
      const float limit = std::sqrt(6.0F / static_cast<float>(sizes_[layer - 1] + sizes_[layer]));
      for (std::size_t i = 0; i < sizes_[layer] * sizes_[layer - 1]; ++i)
        weights_.push_back(limit * (static_cast<float>(random() % 20001) / 10000 - 1));
      weights_.insert(weights_.end(), sizes_[layer], 0.0F);  // biases
    }
    gradient_.assign(weights_.size(), 0);
    velocity_.assign(weights_.size(), 0);
  }

  const std::vector<float>& weights() const { return weights_; }

  /// The probability of each class.
  const std::vector<float>& predict(const std::vector<float>& inputs) {
    values_[0] = inputs;
    const float* weight = weights_.data();
    for (std::size_t layer = 1; layer < sizes_.size(); ++layer) {
      const std::vector<float>& in = values_[layer - 1];
      std::vector<float>& out = values_[layer];
      const float* bias = weight + sizes_[layer] * in.size();
      out.assign(bias, bias + sizes_[layer]);
      for (float& sum : out)
        for (const float value : in) sum += *weight++ * value;
      weight += sizes_[layer];
      if (layer + 1 < sizes_.size())
        for (float& value : out) value = std::max(value, 0.0F);
    }
    softmax(values_.back());
    return values_.back();
  }

  /// Adds the gradient of this example.
  void learn(const std::vector<float>& inputs, std::size_t label) {
    std::vector<float> error = predict(inputs);
    error[label] -= 1;
    std::size_t end = weights_.size();
    for (std::size_t layer = sizes_.size() - 1; layer > 0; --layer) {
      const std::vector<float>& in = values_[layer - 1];
      const std::size_t bias = end - sizes_[layer], begin = bias - sizes_[layer] * in.size();
      std::vector<float> error_before(in.size(), 0);
      for (std::size_t o = 0; o < error.size(); ++o) {
        for (std::size_t i = 0; i < in.size(); ++i) {
          gradient_[begin + o * in.size() + i] += error[o] * in[i];
          if (in[i] > 0) error_before[i] += error[o] * weights_[begin + o * in.size() + i];
        }
        gradient_[bias + o] += error[o];
      }
      error = std::move(error_before);
      end = begin;
    }
  }

  /// Takes one gradient descent step, with the gradient of `batch` examples.
  void step(float learning_rate, float momentum, std::size_t batch) {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      velocity_[i] = momentum * velocity_[i] - learning_rate * gradient_[i] / static_cast<float>(batch);
      weights_[i] += velocity_[i];
      gradient_[i] = 0;
    }
  }

 private:
  static void softmax(std::vector<float>& values) {
    const float greatest = *std::max_element(values.begin(), values.end());
    float sum = 0;
    for (float& value : values) sum += value = std::exp(value - greatest);
    for (float& value : values) value /= sum;
  }

  std::vector<std::size_t> sizes_;
  std::vector<std::vector<float>> values_;  // of each layer, for the last inputs
  std::vector<float> weights_, gradient_, velocity_;
};

struct Scores {
  double loss = 0, accuracy = 0;
  std::vector<std::size_t> actual, predicted;
};

Scores evaluate(Network& network, const std::vector<Digit>& digits, bool edges) {
  Scores scores;
  for (const Digit& digit : digits) {
    const std::vector<float>& likely = network.predict(inputs_of(digit, edges));
    const auto best = static_cast<std::size_t>(std::max_element(likely.begin(), likely.end()) - likely.begin());
    scores.actual.push_back(digit.label);
    scores.predicted.push_back(best);
    scores.loss -= std::log(std::max(likely[digit.label], 1e-12F));
    scores.accuracy += best == digit.label ? 1 : 0;
  }
  scores.loss /= static_cast<double>(digits.size());
  scores.accuracy /= static_cast<double>(digits.size());
  return scores;
}

// ---- What a run stores ----

struct Settings {
  std::string model;
  std::vector<std::size_t> hidden;
  float learning_rate, momentum;
  bool edges;
};

void log_scores_of_classes(erm::LiveRun& run, const Scores& scores) {
  erm::Json per_class;
  for (std::size_t digit = 0; digit < class_count; ++digit) {
    double hits = 0, are = 0, taken_for = 0;
    for (std::size_t i = 0; i < scores.actual.size(); ++i) {
      are += scores.actual[i] == digit ? 1 : 0;
      taken_for += scores.predicted[i] == digit ? 1 : 0;
      hits += scores.actual[i] == digit && scores.predicted[i] == digit ? 1 : 0;
    }
    const auto rounded = [](double share) { return std::round(share * 1e4) / 1e4; };
    per_class[std::to_string(digit)] = {{"precision", rounded(hits / std::max(taken_for, 1.0))},
                                        {"recall", rounded(hits / are)}};
  }
  run.log_dict("per class", per_class);
}

/// Logs the first 30 misread digits as an image, ten per row, and what they were read as.
void log_misread_digits(erm::LiveRun& run, const std::vector<Digit>& digits, const Scores& scores) {
  std::vector<std::size_t> misread;
  for (std::size_t i = 0; i < digits.size() && misread.size() < 30; ++i)
    if (scores.actual[i] != scores.predicted[i]) misread.push_back(i);

  constexpr std::size_t scale = 7, tile = side * scale + 4, columns = 10 * tile;
  const std::size_t rows = std::max<std::size_t>(1, (misread.size() + 9) / 10) * tile;
  std::vector<std::uint8_t> sheet(rows * columns, 255);
  std::string note = "Misread digits of the test set, in the order of the picture:\n";
  for (std::size_t k = 0; k < misread.size(); ++k) {
    const Digit& digit = digits[misread[k]];
    const std::size_t top = k / 10 * tile + 2, left = k % 10 * tile + 2;
    for (std::size_t y = 0; y < side * scale; ++y)
      for (std::size_t x = 0; x < side * scale; ++x)
        sheet[(top + y) * columns + left + x] =
            static_cast<std::uint8_t>(240 - digit.pixels[y / scale * side + x / scale] * 15);
    note += "a " + std::to_string(digit.label) + " read as " + std::to_string(scores.predicted[misread[k]]) + "\n";
  }
  run.log_image({sheet.data(), rows, columns, 1}, "misread digits");
  run.log_text(note, "note");
}

void log_curves(erm::LiveRun& run) {
  run.flush();
  const erm::ExperimentRun so_far = erm::load_run_from_path(run.uri());  // any process may do so, at any time
  erm::Figure figure("Loss");
  figure.line(so_far.history().at("train/loss"), "train").line(so_far.history().at("test/loss"), "test");
  run.log_figure(figure.x_label("epoch").y_label("cross entropy").log_y(), "loss");
}

/// Returns the URI of the run. The run is in the registry during the training, and survives a crash.
std::string train(const Settings& settings, std::int64_t epochs, const std::vector<Digit>& train_set,
                  const std::vector<Digit>& test_set) {
  constexpr unsigned seed = 42;
  constexpr std::size_t batch = 16;
  erm::LiveOptions options;
  options.variant_id = settings.model;
  erm::LiveRun run("erm-registry", "digits", options);  // records the program, its machine, its build and its code
  run.log_input("digits", ERM_EXAMPLE_DATA "/digits.txt");
  run.log_seed(seed);
  run.log_features({"pixels"});
  if (settings.edges) run.log_feature("edges");
  run.set_goal("test/accuracy", erm::Goal::maximize);
  run.set_goal("test/loss", erm::Goal::minimize);

  std::mt19937 random(seed);
  std::vector<std::size_t> sizes = {inputs_of(train_set[0], settings.edges).size()};
  sizes.insert(sizes.end(), settings.hidden.begin(), settings.hidden.end());
  sizes.push_back(class_count);
  Network network(sizes, random);
  run.log_params({{"hidden units", settings.hidden.empty() ? 0 : settings.hidden[0]},
                  {"learning rate", settings.learning_rate},
                  {"momentum", settings.momentum},
                  {"batch", batch},
                  {"epochs", epochs},
                  {"seed", seed},
                  {"weights", network.weights().size()}});

  std::vector<std::size_t> order(train_set.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  Scores test;
  const erm::LiveMetric train_loss = run.metric("train/loss"), train_accuracy = run.metric("train/accuracy");
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    shuffle(order, random);
    for (std::size_t i = 0; i < order.size(); ++i) {
      network.learn(inputs_of(train_set[order[i]], settings.edges), train_set[order[i]].label);
      if ((i + 1) % batch == 0) network.step(settings.learning_rate, settings.momentum, batch);
    }
    const Scores seen = evaluate(network, train_set, settings.edges);
    test = evaluate(network, test_set, settings.edges);
    train_loss.log(seen.loss, epoch);
    train_accuracy.log(seen.accuracy, epoch);
    run.log_metrics({{"test/loss", test.loss}, {"test/accuracy", test.accuracy}}, epoch);
  }

  run.log_rng("order of the digits", random);  // more epochs would go on from here
  log_scores_of_classes(run, test);
  log_misread_digits(run, test_set, test);
  log_curves(run);
  run.log_figure(erm::confusion_matrix(test.actual, test.predicted), "confusion matrix");
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(network.weights().data());
  run.log_artifact(erm::Bytes(bytes, bytes + network.weights().size() * sizeof(float)), "weights", "weights.f32");
  run.finish();
  return run.uri();
}

}  // namespace

int main(int argc, char** argv) try {
  const std::int64_t epochs = argc > 1 ? std::atoi(argv[1]) : 60;
  const std::vector<Digit> digits = read_digits(ERM_EXAMPLE_DATA "/digits.txt");

  // A random 70% for training and the rest for testing, the same for each run.
  std::vector<std::size_t> order(digits.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::mt19937 random(7);
  shuffle(order, random);
  std::vector<Digit> train_set, test_set;
  for (std::size_t i = 0; i < order.size(); ++i)
    (i < order.size() * 7 / 10 ? train_set : test_set).push_back(digits[order[i]]);
  std::printf("%zu digits to train with, %zu to test with, %lld epochs\n", train_set.size(), test_set.size(),
              static_cast<long long>(epochs));

  const std::vector<Settings> all_settings = {{"softmax", {}, 0.1F, 0.0F, false},
                                              {"mlp-32", {32}, 0.02F, 0.9F, false},
                                              {"mlp-64-edges", {64}, 0.05F, 0.9F, true}};
  std::vector<erm::ExperimentRun> runs;
  for (const Settings& settings : all_settings) {
    const std::string uri = train(settings, epochs, train_set, test_set);
    std::printf("saved %s\n", uri.c_str());
    runs.push_back(erm::load_run_from_path(uri));
  }

  erm::CompareOptions options;
  options.title = "Handwritten digits";
  options.main_metrics = {"test/accuracy", "test/loss"};
  erm::write_comparison("comparison.html", runs, options);

  std::printf("\n%-14s %13s %8s %9s %14s\n", "model", "learning rate", "momentum", "test loss", "test accuracy");
  for (const erm::ExperimentRun& run : runs) {
    std::printf("%-14s %13s %8s %9.4f %14.4f\n", run.variant_id().c_str(),
                run.params().at("learning rate").str().c_str(), run.params().at("momentum").str().c_str(),
                run.metrics().at("test/loss").get<double>(), run.metrics().at("test/accuracy").get<double>());
  }
  // Find the run that made a weights file of unknown origin:
  runs.back().artifacts().at("weights").save_to("model.f32");
  if (const auto maker = erm::run_that_made("erm-registry", "model.f32")) {
    const erm::Json& digits_file = maker->provenance().at("inputs").at("digits");
    std::printf("\nmodel.f32 was made by %s with seed %d, of the digits with the SHA-256 %.8s...\n",
                maker->variant_id().c_str(), maker->provenance().at("seeds").at("seed").get<int>(),
                digits_file.at("sha256").get<std::string>().c_str());
  }
  std::printf("\nThe comparison is in %s\n", std::filesystem::absolute("comparison.html").string().c_str());
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::fprintf(stderr, "digits: %s\n", error.what());
  return EXIT_FAILURE;
}
