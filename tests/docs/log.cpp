// The snippets of docs/log.md, and what each of them leaves in its run.
#include <erm/erm.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "working_directory.hpp"

struct HeatPlot {
  std::string to_svg() const { return "<svg xmlns='http://www.w3.org/2000/svg'/>"; }
};

template <>
struct erm::FigureAdaptor<HeatPlot> {
  static std::string convert(const HeatPlot& plot) { return plot.to_svg(); }
};

namespace {

enum class Device { cpu, gpu };
struct Schedule {
  double lr = 0.1;
  std::optional<int> warmup;
};
struct Options {
  int epochs = 10;
  Schedule schedule;
};

}  // namespace

template <>
struct erm::ParamsOf<Schedule> {
  static erm::NamedParams params(const Schedule& s) { return {{"lr", s.lr}, {"warmup", s.warmup}}; }
};
template <>
struct erm::ParamsOf<Options> {
  static erm::NamedParams params(const Options& o) { return {{"epochs", o.epochs}, {"schedule", o.schedule}}; }
};

namespace {

double train_one_epoch(int epoch) { return 1.0 / (epoch + 1); }

/// With the files that the snippets speak of.
struct LoggingDirectory : erm_test::WorkingDirectory {
  LoggingDirectory() {
    std::filesystem::create_directories("plots/late");
    std::ofstream("model.bin") << "weights";
    std::ofstream("plots/a.txt") << "a";
    std::ofstream("plots/late/b.html") << "<p>b</p>";
    const std::uint8_t pixel[] = {7};
    const erm::Bytes png = erm::encode_png({pixel, 1, 1, 1});
    std::ofstream("photo.png", std::ios::binary).write(reinterpret_cast<const char*>(png.data()),
                                                       static_cast<std::streamsize>(png.size()));
  }
};

}  // namespace

TEST_CASE("docs/log.md: a run begins with an id, or with everything given") {
  erm::ExperimentRun run("digits");                // variant "main"
  erm::ExperimentRun wide("digits", "wide");       // another variant of the same experiment

  erm::RunOptions options;
  options.variant_id = "wide";
  options.run_id = "seed-42";                      // default: the time, "2026_11_23__07_30_21"
  options.params = {{"lr", 0.1}, {"seed", 42u}};
  erm::ExperimentRun given("digits", options);

  CHECK(run.variant_id() == "main");
  CHECK(run.run_id().size() == 20);
  CHECK(wide.variant_id() == "wide");
  CHECK(given.run_id() == "seed-42");
  CHECK(given.params().at("seed").get<unsigned>() == 42);
}

TEST_CASE("docs/log.md: params of other types") {
  erm::ExperimentRun run("digits");
  struct {
    std::optional<int> warmup;
  } options;

  run.log_params({{"device", Device::gpu},                         // an enum: 1, or "gpu" with an erm::ValueAdaptor
                  {"data", std::filesystem::path("sets/train")},
                  {"warmup", options.warmup},                      // a std::optional: no param while it is empty
                  {"timeout", std::chrono::minutes(2)},            // a duration: 120, in seconds
                  {"layers", std::vector<int>{64, 32}}});          // a list: the text "[64,32]"

  CHECK(run.params() == std::map<std::string, erm::Value>{
                            {"device", 1}, {"data", "sets/train"}, {"timeout", 120}, {"layers", "[64,32]"}});
}

TEST_CASE("docs/log.md: a struct is logged in one call") {
  erm::ExperimentRun run("digits");
  Options parsed;
  parsed.schedule.warmup = 5;

  run.log_params(parsed);                          // epochs, schedule.lr, schedule.warmup

  CHECK(run.params() == std::map<std::string, erm::Value>{{"epochs", 10}, {"schedule.lr", 0.1}, {"schedule.warmup", 5}});
}

TEST_CASE("docs/log.md: metrics are plotted over another one") {
  erm::ExperimentRun run("digits");

  run.define_axis("val/*", "epoch");               // on the page, over the epoch that was logged last before each point
  for (std::size_t batch = 0; batch < 1000; batch += 250) {
    run.log_metric("epoch", static_cast<double>(batch) / 400.0, batch);
    run.log_metric("val/accuracy", 0.9, batch);
  }

  CHECK(run.last_step("epoch") == 750);
  CHECK(erm::compare_runs(run, run).find("val/accuracy by epoch") != std::string::npos);
}

TEST_CASE("docs/log.md: params and features") {
  erm::ExperimentRun run("digits");

  run.log_param("lr", 0.1f);                       // kept and shown as 0.1
  run.log_params({{"optimizer", "adam"}, {"nesterov", true}, {"seed", 18446744073709551615u}});

  std::map<std::string, int> layers = {{"hidden 1", 64}, {"hidden 2", 32}};
  run.log_params(layers);                          // any map

  run.log_feature("pixels");
  run.log_features({"edges", "row sums"});

  auto seed = run.param("seed").get<std::uint64_t>();              // 18446744073709551615
  std::string shown = run.param("lr").str();                       // "0.1"

  CHECK(seed == 18446744073709551615u);
  CHECK(shown == "0.1");
  CHECK(run.params().at("nesterov").get<bool>());
  CHECK(run.params().at("hidden 2") == 32);
  CHECK(run.features() == std::vector<std::string>{"pixels", "edges", "row sums"});
}

TEST_CASE("docs/log.md: params from a configuration file") {
  erm::ExperimentRun run("digits");

  erm::Json config = erm::Json::parse(R"({"optimizer": {"name": "adam", "lr": 0.1}, "layers": [64, 32]})");
  run.log_params_json(config);                     // optimizer.name, optimizer.lr, layers

  CHECK(run.params().at("optimizer.name") == "adam");
  CHECK(run.params().at("optimizer.lr") == 0.1);
  CHECK(run.params().at("layers") == "[64,32]");
}

TEST_CASE("docs/log.md: metrics") {
  erm::ExperimentRun run("digits");

  run.log_metric("parameters", 85002);             // one value
  run.log_metrics({{"rmse", 0.9}, {"status", "converged"}});

  for (int epoch = 0; epoch < 10; ++epoch) {
    run.log_metric("loss", train_one_epoch(epoch), epoch);                   // a point of its history
    run.log_metrics({{"accuracy", 0.9}, {"learning rate", 0.01}}, epoch);    // one of each
  }
  auto loss = run.metric_value("loss").get<double>();                        // the last point is the metric
  std::int64_t best_epoch = run.curve("loss").min()->step;                   // where it was least

  run.set_goal("loss", erm::Goal::minimize);       // what "best" means in a comparison

  CHECK(run.metrics().at("parameters") == 85002);
  CHECK(run.metrics().at("status") == "converged");
  CHECK(loss == 0.1);
  CHECK(best_epoch == 9);
  CHECK(run.history().at("loss").size() == 10);
  CHECK(run.goals().at("loss") == erm::Goal::minimize);
}

TEST_CASE("docs/log.md: points of an old log keep their time") {
  erm::ExperimentRun run("digits");

  erm::TimePoint when{std::chrono::seconds(1763883021)};
  run.log_metric("loss", 0.53, 1200, when);

  CHECK(run.history().at("loss").last().time == when);
}

TEST_CASE("docs/log.md: dicts") {
  erm::ExperimentRun run("digits");

  run.log_dict("per class", {{"0", {{"precision", 0.98}, {"recall", 0.97}}}, {"1", {{"precision", 0.95}}}});
  run.log_dict("per class", {{"2", {{"precision", 0.96}}}});       // merged into the one of that name

  CHECK(run.dicts().at("per class").size() == 3);
  CHECK(run.dicts().at("per class")["0"]["recall"] == 0.97);
}

TEST_CASE("docs/log.md: text") {
  erm::ExperimentRun run("digits");

  run.log_text("Stopped by hand after epoch 7.", "note");          // note.txt
  run.log_text("# Findings\n- 8 and 1 are mixed up", "findings.md");

  CHECK(run.artifacts().at("note").filename() == "note.txt");
  CHECK(run.artifacts().at("findings.md").media_type() == "text/markdown");
}

TEST_CASE("docs/log.md: images") {
  const LoggingDirectory working_directory;
  erm::ExperimentRun run("digits");

  run.log_image("photo.png", "photo");                             // a PNG or JPEG file

  std::vector<std::uint8_t> grey(28 * 28, 128);
  run.log_image({grey.data(), 28, 28, 1}, "digit");                // rows, columns, channels: becomes a PNG

  std::vector<std::uint8_t> camera(480 * 2048);                    // rows that are 2,048 bytes apart
  run.log_image({camera.data(), 480, 640, 3, 2048}, "frame");

  CHECK(run.artifacts().at("photo").type() == erm::ArtifactType::png);
  CHECK(run.artifacts().at("digit").filename() == "digit.png");
  CHECK(erm::image_type_of(run.artifacts().at("frame").bytes()) == erm::ArtifactType::png);
}

TEST_CASE("docs/log.md: figures") {
  erm::ExperimentRun run("digits");

  std::vector<double> epochs = {1, 2, 3}, train = {0.9, 0.5, 0.3}, test = {1.0, 0.7, 0.6};
  run.log_figure(erm::Figure("Loss").line(epochs, train, "train").line(epochs, test, "test").log_y(), "loss");

  run.log_metric("accuracy", 0.9, 1);
  run.log_figure(erm::Figure("Accuracy").line(run.history().at("accuracy"), "test"), "accuracy");

  std::vector<int> actual = {0, 1, 1, 0}, predicted = {0, 1, 0, 0};
  run.log_figure(erm::confusion_matrix(actual, predicted, {"cat", "dog"}), "confusion");

  std::vector<int> is_spam = {1, 0, 1, 0};
  std::vector<double> scores = {0.9, 0.8, 0.7, 0.1};
  run.log_figure(erm::roc_curve(is_spam, scores), "roc");
  run.log_figure(erm::precision_recall_curve(is_spam, scores), "precision and recall");
  run.log_metric("auc", erm::roc_auc(is_spam, scores));            // 0.75

  run.log_figure(erm::Figure().bar(std::vector<std::string>{"cpu", "gpu"}, std::vector{12.0, 3.5}), "seconds");
  run.log_figure(erm::Figure().histogram(scores, "scores", 20), "scores");
  run.log_figure(erm::Figure().heatmap(std::vector<std::vector<double>>{{1, 2}, {3, 4}}), "weights");

  CHECK(run.metrics().at("auc") == 0.75);
  CHECK(run.artifacts().size() == 8);
  for (const auto& [id, artifact] : run.artifacts()) CHECK(artifact.type() == erm::ArtifactType::plotly_json);
  CHECK(erm::Json::parse(erm::to_text(run.artifacts().at("loss").bytes()))["layout"]["yaxis"]["type"] == "log");
}

TEST_CASE("docs/log.md: figures of others") {
  erm::ExperimentRun run("digits");
  HeatPlot heat;

  run.log_figure("<svg xmlns='http://www.w3.org/2000/svg'><circle r='9'/></svg>", "dot");          // SVG text
  erm::Json pie = {{"data", {{{"type", "pie"}, {"values", {3, 1}}}}}};
  run.log_figure(pie, "share");                                    // any plotly figure
  run.log_figure(heat, "heat");                                    // a type that has a FigureAdaptor

  CHECK(run.artifacts().at("dot").media_type() == "image/svg+xml");
  CHECK(run.artifacts().at("share").type() == erm::ArtifactType::plotly_json);
  CHECK(erm::to_text(run.artifacts().at("heat").bytes()) == heat.to_svg());
}

TEST_CASE("docs/log.md: series over steps") {
  erm::ExperimentRun run("digits");
  const std::vector<std::uint8_t> sample(28 * 28, 128);
  const std::vector<int> actual = {0, 1, 1, 0}, predicted = {0, 1, 0, 0};

  for (std::size_t step = 0; step < 300; step += 100) {
    run.log_image({sample.data(), 28, 28, 1}, "sample", step);
    run.log_figure(erm::confusion_matrix(actual, predicted, {"cat", "dog"}), "confusion over steps", step);
    run.log_text("It was a dark and stormy night.", "generated", step);
  }

  for (const auto& [step, artifact] : run.series("generated"))               // ascending steps
    std::printf("%lld: %s\n", static_cast<long long>(step), erm::to_text(artifact.bytes()).c_str());
  const erm::Artifact& last = run.series("sample").last().artifact;
  const erm::Artifact& at_100 = run.series("sample").at_step(100);

  CHECK(run.series("generated").size() == 3);
  CHECK(last.bytes() == at_100.bytes());
  CHECK(run.series_names().size() == 3);
}

TEST_CASE("docs/log.md: histograms") {
  erm::ExperimentRun run("digits");
  const std::vector<float> weights = {0.1f, -0.2f, 0.05f, 0};
  const std::vector<double> scores = {0.9, 0.8, 0.1};

  for (int step = 0; step < 3; ++step) {
    run.log_histogram("weights/fc1", weights, step);               // any container of numbers

    erm::HistogramOptions options;
    options.bins = 50;
    options.range = {0.0, 1.0};
    run.log_histogram("confidence", scores, step, options);        // 50 bins of one width from 0 to 1
  }

  const erm::Histogram& histogram = run.histogram("weights/fc1");
  const std::vector<double>& edges = histogram.edges();            // the same at all steps, one more than there are bins
  for (const erm::HistogramStep& at : histogram.steps())
    for (std::size_t bin = 0; bin < histogram.bins(); ++bin)
      if (at.counts[bin] > 0) std::printf("[%g, %g): %g\n", edges[bin], edges[bin + 1], double(at.counts[bin]));
  double mean = histogram.last().mean();

  CHECK(histogram.size() == 3);
  CHECK(mean == Approx(-0.0125));
  CHECK(run.histogram("confidence").bins() == 50);
}

TEST_CASE("docs/log.md: tables") {
  erm::ExperimentRun run("digits");

  run.log_table("per class", {"class", "f1"}, {{"cat", 0.9}, {"dog", 0.8}});

  const erm::Table& table = run.table("per class");
  for (std::size_t row = 0; row < table.size(); ++row)
    std::printf("%s: %g\n", table.at(row, "class").str().c_str(), table.at(row, "f1").get<double>());

  CHECK(table.at(1, "f1") == 0.8);
}

TEST_CASE("docs/log.md: files") {
  const LoggingDirectory working_directory;
  erm::ExperimentRun run("digits");
  std::string csv = "id,score\n1,0.5\n";

  run.log_artifact("model.bin", "model");                          // a file, under its own name
  run.log_artifact("model.bin", "best model", "best/model.bin");   // under another one
  run.log_artifact(erm::to_bytes(csv), "scores", "scores.csv");    // bytes
  run.log_artifacts("plots", "plots");                             // each file below a folder: plots/a.txt, ...

  std::uint64_t size = run.artifacts().at("model").size();         // known without reading it
  run.artifacts().at("model").save_to("copy.bin");                 // never in memory as a whole

  CHECK(run.artifacts().at("best model").filename() == "best/model.bin");
  CHECK(erm::to_text(run.artifacts().at("scores").bytes()) == csv);
  CHECK(run.artifacts().at("plots/late/b.html").type() == erm::ArtifactType::html);
  CHECK(run.artifacts().at("plots/a.txt").size() == 1);
  CHECK(size == 7);
  CHECK(std::filesystem::file_size("copy.bin") == 7);
}

TEST_CASE("docs/log.md: what cannot be logged is said") {
  erm::ExperimentRun run("digits");

  try {
    run.log_artifact("modell.bin", "model");
  } catch (const erm::Error& error) {
    // cannot open 'modell.bin': No such file or directory; check the path
    std::fputs(error.what(), stderr);
  }

  CHECK(run.artifacts().empty());
  CHECK_THROWS_AS(run.log_artifact("modell.bin", "model"), erm::NotFoundError);
  CHECK_THROWS_AS(run.log_text("x", "../note"), erm::InvalidIdError);
  CHECK_THROWS_AS(run.log_dict("d", 3), erm::Error);
}
