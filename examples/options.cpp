// Logs the whole command line of a program in one call: CLI11 parses it into a struct, and ParamsOf says what the params
// of the struct are.
//
//   options --lr 0.05 --layers 64 32 --optimizer adam --timeout 90
#include <CLI/CLI.hpp>
#include <erm/erm.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

enum class Optimizer { sgd, adam };

struct Options {
  double lr = 0.1;
  std::vector<int> layers = {32};
  Optimizer optimizer = Optimizer::sgd;
  std::optional<int> warmup;  // no param unless it is given
  std::filesystem::path data = "data/train.csv";
  std::chrono::seconds timeout{60};
};

template <>
struct erm::ValueAdaptor<Optimizer> {
  static const char* convert(Optimizer optimizer) { return optimizer == Optimizer::adam ? "adam" : "sgd"; }
};
template <>
struct erm::ParamsOf<Options> {
  static erm::NamedParams params(const Options& o) {
    return {{"lr", o.lr},         {"layers", o.layers}, {"optimizer", o.optimizer},
            {"warmup", o.warmup}, {"data", o.data},     {"timeout", o.timeout}};
  }
};

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Trains nothing, but logs how it would");
  app.add_option("--lr", options.lr, "learning rate");
  app.add_option("--layers", options.layers, "sizes of the hidden layers");
  const std::map<std::string, Optimizer> optimizers = {{"sgd", Optimizer::sgd}, {"adam", Optimizer::adam}};
  app.add_option("--optimizer", options.optimizer, "sgd or adam")->transform(CLI::CheckedTransformer(optimizers));
  app.add_option("--warmup", options.warmup, "steps of warm-up");
  app.add_option("--data", options.data, "the training set");
  app.add_option_function<int>("--timeout", [&](int s) { options.timeout = std::chrono::seconds(s); }, "seconds");
  CLI11_PARSE(app, argc, argv);

  erm::ExperimentRun run("options");
  run.log_params(options);
  erm::save_run_to_registry(run, "erm-registry");

  for (const auto& [name, value] : run.params()) std::printf("%s = %s\n", name.c_str(), value.str().c_str());
}
