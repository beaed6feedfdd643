// Writes the pages that the browser tests open:  pages FOLDER [PLOTLY_JS]
// OUTSIDE is where the artifacts of the hostile page want to go. With TIMES the large pages that only load_times.mjs opens.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "erm/compare.hpp"
#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/figure.hpp"
#include "erm/image.hpp"
#include "erm/json.hpp"
#include "erm/notebook.hpp"
#include "../filter_cases.hpp"
#include "../media_samples.hpp"

namespace {

erm::ExperimentRun run_named(const std::string& run_id, int minute = 0, const std::string& variant = "main") {
  erm::RunOptions options;
  options.run_id = run_id;
  options.variant_id = variant;
  options.timestamp_utc = erm::TimePoint(std::chrono::minutes(29'398'050 + minute));
  return erm::ExperimentRun("digits", options);
}

erm::TimePoint time_of(int second) { return erm::TimePoint(std::chrono::seconds(1'763'883'000 + second)); }

/// Four runs of two optimizers, whose loss is 8, 4, 2, ... and so known at each step.
std::vector<erm::ExperimentRun> normal_runs() {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 4; ++i) {
    erm::ExperimentRun run = run_named("run-" + std::to_string(i), i);
    run.log_params({{"lr", 0.1 / (i + 1)}, {"optimizer", i % 2 == 0 ? "adam" : "sgd"}, {"seed", 42}, {"layers", i + 1}});
    if (i == 1) run.log_param("warmup", 100);
    const double accuracies[] = {0.9, 0.92, 0.94, 0.96};
    run.log_metrics({{"accuracy", accuracies[i]}, {"f1", i == 2 ? std::nan("") : 0.8 + 0.05 * i}, {"params", 7850}});
    for (int step = 0; step < 10; ++step) {
      const double spike = i == 0 && step == 5 ? 1000 : 0;
      run.log_metric("loss", (i + 1) * std::pow(2.0, 3 - step) + spike, step * 10, time_of(step * 60 + i));
      run.log_metric("balance", step == 4 ? std::nan("") : step - 5.0 + i, step * 10, time_of(step * 60 + i));
    }
    run.log_features({"pixels", "edges"});
    if (i == 3) run.log_feature("symmetry");
    run.log_dict("classes", {{"cat", {{"precision", 0.5 + 0.1 * i}, {"recall", 0.75}}}, {"dog", nullptr}, {"list", {1, 2}}});
    run.log_dict("config", {{"data", {{"augment", {{"flip", true}, {"crop", 4 * i}}}}},
                            {"model", {{"decoder", {{"layers", 2}}}, {"encoder", {{"heads", 4}, {"layers", i + 1}, {"width", {{"in", 64}, {"out", 32 << i}}}}}}},
                            {"seed", 42}});
    run.log_text("first line\nline of run " + std::to_string(i) + "\nlast line\n", "note");
    runs.push_back(run);
  }
  return runs;
}

void write_normal(const std::filesystem::path& folder) { erm::write_comparison(folder / "normal.html", normal_runs()); }

/// What a notebook gets as the output of a cell.
void write_notebook(const std::filesystem::path& folder) {
  std::ofstream(folder / "notebook.html", std::ios::binary) << "<!doctype html><meta charset=utf-8>" << erm::notebook_html(normal_runs());
}

erm::ExperimentRun with_provenance(const erm::ExperimentRun& run, erm::Json provenance) {
  erm::detail::RunRecord record = erm::detail::RunAccess::record(run);
  record.own_provenance() = std::move(provenance);
  return erm::detail::RunAccess::make(std::move(record));
}

erm::ExperimentRun with_status(const erm::ExperimentRun& run, erm::RunStatus status) {
  erm::detail::RunRecord record = erm::detail::RunAccess::record(run);
  record.status = status;
  return erm::detail::RunAccess::make(std::move(record));
}

void write_hostile(const std::filesystem::path& folder) {
  const std::string evil = "</script><script>window.hacked=1</script><!--<script><img src=x onerror=\"window.hacked=1\">'\"&\xE2\x80\xA8]]>{{x}}";
  std::vector<erm::ExperimentRun> runs = {run_named("<img src=x onerror='window.hacked=1'>"), run_named("__proto__", 1),
                                          run_named("constructor", 2)};
  for (erm::ExperimentRun& run : runs) {
    run.log_param(evil, evil);
    run.set_tag(evil, evil);
    run.set_tag("__proto__");
    run.set_note(evil + "\n\n[x](javascript:window.hacked=1)\n\n```\n" + evil);
    run.set_group(evil);
    run.log_param("__proto__", "x");
    run.log_param("=1+1", "=cmd|' /C calc'!A0");
    run.log_param("right to left", "a\xE2\x80\xAE" "b");
    run.log_param("long", std::string(5000, 'w'));
    run.log_metric(evil, 1.0, 0);
    run.log_metric(evil, 0.5, 1);
    run.log_metric("infinite", std::numeric_limits<double>::infinity(), 0);
    run.log_metric("huge steps", 1.0, std::numeric_limits<std::int64_t>::max());
    run.log_metric("huge steps", 2.0, std::numeric_limits<std::int64_t>::min());
    run.log_dict(evil, {{evil, evil}, {"__proto__", {{"polluted", true}}}});
    run.log_feature(evil);
    for (int step = 0; step < 3; ++step) {
      run.log_text("</template>" + evil + std::to_string(step), evil, step);
      run.log_text("</template>" + evil + std::to_string(step), "__proto__", step);
      run.log_histogram(evil, std::vector<double>{1, std::nan("")}, step);
    }
    run.log_table(evil, {evil, "__proto__"}, {{evil, evil + run.run_id()}, {"__proto__", run.run_id()}});
    run.log_text(evil, "note");
    const char* const given = std::getenv("OUTSIDE");
    const std::string outside = given != nullptr ? given : "http://127.0.0.1:47391/";
    run.log_artifact(erm::to_bytes("<script>parent.hacked=1;alert(1)</script><form action='" + outside + "'><img src='" + outside + "x'>" + evil),
                     "page", "page.html");
    run.log_artifact(erm::to_bytes("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>parent.hacked=1</script>"
                                   "<image href='" + outside + "x'/></svg>"),
                     "drawing", "drawing.svg");
    run.log_artifact(erm::to_bytes("{\"data\":[{\"type\":\"scatter\",\"x\":[1,2],\"y\":[1,2],\"name\":\"<script>window.hacked=1</script>\"}]}"),
                     "figure", "figure.plotly.json");
  }
  for (std::size_t i = 0; i < runs.size(); ++i)
    runs[i] = with_provenance(runs[i], {{"code", {{"commit", evil + std::to_string(i)}, {"diff", "@@ " + evil + "\n+" + evil}, {evil, evil}}},
                                        {"__proto__", {{"polluted", true}}},
                                        {"build", {{"build_type", evil + std::to_string(i)}, {"flags", {evil, std::to_string(i)}}}},
                                        {"missing", {{evil, evil}}}});
  erm::CompareOptions options;
  options.title = evil;
  erm::write_comparison(folder / "hostile.html", runs, options);
}

void write_one(const std::filesystem::path& folder) { erm::write_comparison(folder / "one.html", {normal_runs()[0]}); }

/// Runs, each of twice `count` rows, two metrics and a dict of 25 entries.
void write_many(const std::filesystem::path& file, int run_count, int count) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < run_count; ++i) {
    erm::ExperimentRun run = run_named("run-" + std::to_string(i), i, i % 2 == 0 ? "small" : "large");
    for (int k = 0; k < count; ++k) {
      run.log_param("param " + std::to_string(k), k < 4 ? erm::Value(0.001 * ((i * (k + 7)) % 50)) : erm::Value(k));
      run.log_metric("metric " + std::to_string(k), 1.0 / (1 + i + k));
    }
    run.log_metric("loss", 1.0 + 0.01 * ((i * 37) % 200));
    run.log_metric("accuracy", 0.5 + 0.002 * i);
    erm::Json layers;
    for (int k = 0; k < 24; ++k) layers["layer " + std::to_string(10 + k)] = k == 3 ? i : k;
    run.log_dict("config", {{"model", layers}, {"seed", i}});
    runs.push_back(run);
  }
  erm::write_comparison(file, runs);
}

/// 150 trials of a search, of which some failed or diverged, with curves, notes and a prompt that differs in a line.
void write_trials(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 150; ++i) {
    erm::ExperimentRun run = run_named("trial-" + std::to_string(i), i);
    const double rate = std::pow(10.0, -1 - (i * 7) % 40 / 10.0);
    run.log_params({{"lr", rate}, {"batch", 8 << (i % 5)}, {"optimizer", i % 3 == 0 ? "adamw" : "sgd"}, {"seed", i}});
    for (int k = 0; k < 8; ++k) run.log_param("model.width." + std::to_string(k), 64 * (1 + (i + k) % 3));
    std::string prompt = "You are a careful assistant.\n";
    for (int k = 0; k < 30; ++k) prompt += "Rule " + std::to_string(k) + ": " + (k == 20 ? "say " + std::to_string(i % 4) : "be brief") + ".\n";
    run.log_param("prompt", prompt);
    const double loss = i == 7 ? std::nan("") : 0.3 + 0.01 * ((i * 37) % 150);
    run.log_metric("accuracy", 1 - loss / 3);
    for (int k = 0; k < 6; ++k) run.log_metric("eval/task " + std::to_string(k), loss * (k + 1));
    for (int step = 0; step < 20; ++step) run.log_metric("loss", loss * (1 + 5.0 / (1 + step)), step);
    run.log_metric("loss", loss, 20);
    if (i % 4 == 0) run.set_note("Trial **" + std::to_string(i) + "** of the search.");
    if (i % 2 == 0) run.set_tag("team", "vision");
    run.set_group(i % 3 == 0 ? "adamw" : "sgd");
    runs.push_back(run);
  }
  erm::CompareOptions options;
  options.main_metrics = {"loss"};
  options.goals = {{"loss", erm::Goal::minimize}};
  erm::write_comparison(folder / "trials.html", runs, options);
}

/// Twelve runs of a learning rate over four orders of magnitude, the last of which began between two seconds.
void write_sweep(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 12; ++i) {
    erm::RunOptions options;
    options.run_id = "run-" + std::to_string(i);
    options.timestamp_utc = time_of(60 * i) + std::chrono::microseconds(i == 11 ? 128931 : i == 10 ? 500000 : 0);
    erm::ExperimentRun run("sweep", options);
    run.log_params({{"batch", i % 3 == 0 ? 8 : 64}, {"lr", std::pow(10.0, i % 4 - 4)}});
    run.log_metric("loss", 1.0 / (i + 1));
    run.set_note("about run " + std::to_string(i));
    runs.push_back(run);
  }
  erm::write_comparison(folder / "sweep.html", runs);
}

void write_curves(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 20; ++i) {
    erm::ExperimentRun run = run_named("run-" + std::to_string(i), i);
    for (int metric = 0; metric < 10; ++metric)
      for (int step = 0; step < 10000; ++step)
        run.log_metric("metric " + std::to_string(metric), std::sin(0.001 * step * (metric + 1)) + 0.1 * i + 0.05 * std::sin(step * 1.7), step,
                       time_of(step));
    runs.push_back(run);
  }
  erm::write_comparison(folder / "curves.html", runs);
}

/// Curves that are hard to draw: values that differ in their last digits, the greatest doubles, lone points, times out of
/// order, points at irregular steps.
void write_numbers(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs;
  const double greatest = std::numeric_limits<double>::max();
  for (int i = 0; i < 2; ++i) {
    erm::ExperimentRun run = run_named("run-" + std::to_string(i), i);
    for (int step = 0; step < 10; ++step) {
      run.log_metric("clock", 1763883021.25 + step * 0.5 + i, step);
      run.log_metric("close", -204857.33 + 0.001 * i, step);
      run.log_metric("greatest", step % 2 == 0 ? greatest : -greatest, step);
      run.log_metric("least", 5e-324 * (step + i), step);
      run.log_metric("lone", step % 2 == 0 ? std::nan("") : step + i, step);
      run.log_metric("tokens", 123457080 + step + i, step);
      // The second half took place before the first.
      run.log_metric("resumed", step, step, time_of(step < 5 ? 1000 + step : step));
      run.log_metric("irregular", step % 3, step < 5 ? step : 10 * step);
      run.log_metric("single", 0.1 + 0.2, step);
    }
    run.log_metric("one point", 0.5 + i, 7);
    runs.push_back(run);
  }
  // A run that is too short to be seen as a line beside the others.
  for (int step = 0; step < 10000; step += 100) runs[0].log_metric("short", step, step);
  for (int step = 0; step < 2; ++step) runs[1].log_metric("short", 5000 + step, step);
  erm::write_comparison(folder / "numbers.html", runs);
}

/// More metrics than can be shown at once, under five prefixes and without one.
void write_metrics(const std::filesystem::path& file, int metrics, int of_runs, int steps) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < of_runs; ++i) {
    erm::ExperimentRun run = run_named("run-" + std::to_string(i), i);
    run.set_goal("val/loss", erm::Goal::minimize);
    for (int metric = 0; metric < metrics; ++metric) {
      const char* const prefixes[] = {"train/", "layers/", "", "gradients/", "system/"};
      const std::string name = metric == 0 ? "val/loss" : prefixes[metric % 5] + ("metric " + std::to_string(metric));
      for (int step = 0; step < steps; ++step) run.log_metric(name, std::sin(0.1 * step * (metric % 7 + 1)) + i, step, time_of(step));
    }
    runs.push_back(run);
  }
  erm::write_comparison(file, runs);
}

void write_plain(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs = {run_named("a"), run_named("b", 1), run_named("c", 2)};
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].log_params({{"x", i}, {"same", "text"}});
  erm::write_comparison(folder / "plain.html", runs);
}

void write_artifacts(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs = {run_named("a"), run_named("b", 1), run_named("c", 2)};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    erm::ExperimentRun& run = runs[i];
    std::vector<std::uint8_t> pixels(32 * 32 * 3);
    for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<std::uint8_t>(k * (i + 2));
    run.log_image({pixels.data(), 32, 32, 3, 0}, "picture");
    if (i != 1) run.log_image({pixels.data(), 16, 16, 3, 0}, "rare picture");
    run.log_text("same line\nvalue " + std::to_string(i) + "\nend", "note");
    run.log_artifact(erm::to_bytes("<style>p{color:rgb(1,2,3)}</style><p>styled</p>"), "report", "report.html");
    run.log_artifact(erm::Bytes(3000, static_cast<std::uint8_t>(i)), "weights", "weights.bin");
    run.log_artifact(erm::Bytes((1 << 20) + 1, 7), "checkpoint", "checkpoint.bin");
    run.log_artifact(erm::to_bytes("{\"data\":["), "broken", "broken.plotly.json");
    run.log_figure({{"data", {{{"type", "sunburst"}}}}}, "sunburst");
    const std::vector<double> x = {0, 1, 2}, y = {1.0, 2.0, 1.0 + static_cast<double>(i)};
    run.log_figure(erm::Figure("Loss").line(x, y, "train"), "loss");
    const std::vector<int> actual = {0, 1, 2, 2}, predicted = {0, 1, 1, static_cast<int>(i)};
    run.log_figure(erm::confusion_matrix(actual, predicted, {"cat", "dog", "owl"}), "confusion");
  }
  erm::CompareOptions options;
  options.embed_files = true;
  erm::write_comparison(folder / "artifacts.html", runs, options);
}

/// A file of each format that trainers write.
void write_media(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs = {run_named("a"), run_named("b", 1)};
  const std::pair<const char*, const char*> samples[] = {
      {"file.gif", media::gif}, {"file.bmp", media::bmp},   {"file.webp", media::webp}, {"file.avif", media::avif},
      {"file.wav", media::wav}, {"file.webm", media::webm}, {"file.mp4", media::mp4}};
  for (const auto& [name, sample] : samples) runs[0].log_artifact(media::from_base64(sample), name, name);
  runs[1].log_artifact(media::from_base64(media::wav), "file.wav", "file.wav");
  // As gnuplot and R's svglite write them.
  runs[0].log_artifact(erm::to_bytes("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><svg xmlns=\"http://www.w3.org/2000/svg\" "
                                     "width=\"7\" height=\"5\"><text>caf\xE9</text></svg>"),
                       "vector latin.svg", "latin.svg");
  runs[0].log_figure("<svg width='8' height='5'><a xlink:href='#b'/></svg>", "vector plain.svg");
  const std::string hostile = "<script>window.hacked=1</script>\n[x](javascript:window.hacked=1)\n";
  for (const char* name : {"file.gif", "file.webp", "file.mp4"}) runs[1].log_artifact(erm::to_bytes(hostile), name, name);
  for (const char* name : {"train.py", "file.jsonl", "file.md", "file.yaml", "file.toml", "file.ipynb", "file.npy",
                           "file.npz", "file.safetensors", "file.onnx", "file.gguf", "file.parquet"})
    runs[1].log_artifact(erm::to_bytes(name + hostile), name, name);
  erm::CompareOptions options;
  options.embed_files = true;
  erm::write_comparison(folder / "media.html", runs, options);
}

/// 150 trials of a search, of which trial_47 reached the least val/loss, 0.2949 at step 12, and ended at 0.3449; some
/// failed, were killed, diverged or never got so far. trial_11, which failed, was better for one step.
void write_contest(const std::filesystem::path& folder) {
  const char* const optimizers[] = {"adamw", "adam", "sgd"};
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 150; ++i) {
    erm::ExperimentRun run = run_named("trial_" + std::to_string(i), i);
    const double lr = std::pow(10.0, -5 + 0.02 * ((i * 53) % 150));
    run.log_params({{"lr", i == 47 ? 3e-4 : lr}, {"optimizer", i == 47 ? "adamw" : optimizers[i % 3]}, {"seed", i}, {"epochs", 20}});
    const double best = i == 47 ? 0.2949 : i == 11 ? 0.29 : 0.3 + 0.25 * std::pow(std::log10(lr) + 3.5, 2) + 0.15 * (i % 3) + 0.0001 * i;
    for (int step = 0; step < 20 && i != 100; ++step) {
      const bool is_broken = i % 40 == 7 && i != 47 && step > 5;
      const double loss = step < 12 ? best + 0.1 * (12 - step) : best + (step == 12 ? 0 : 0.05);
      run.log_metric("val/loss", is_broken ? std::nan("") : loss, step);
      run.log_metric("val/accuracy", 0.9 - 0.5 * loss + (i == 60 ? 0.2 : 0), step);
    }
    run.log_metric("energy", -204857.3312 - 0.0001 * i);
    runs.push_back(i == 11 || i == 80  ? with_status(run, erm::RunStatus::failed)
                   : i == 12 ? with_status(run, erm::RunStatus::killed)
                             : run);
  }
  erm::write_comparison(folder / "contest.html", runs);
}

/// Names of runs, params and metrics that differ only at their end, and values that six digits do not tell apart.
void write_ends(const std::filesystem::path& folder) {
  const std::string same = "resnet50-imagenet-lr3e-4-wd0.05-bs1024-mixup0.8-cutmix1.0-randaug-warmup20-epochs300-";
  const std::string path = "very.long.path.of.a.config.to.the.optimizer.hyperparameter.weight_decay_multiplier_for_";
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 4; ++i) {
    erm::ExperimentRun run = run_named(same + "seed" + std::to_string(i), i);
    run.log_params({{path + "norm", 0.1 * i}, {path + "bias", 0.2 * i}, {"energy", -204857.3312 - 0.0001 * i}, {"flag", i == 0 ? erm::Value(true) : erm::Value("true")}});
    run.log_params({{"id", std::uint64_t{18446744073709551612U} + static_cast<std::uint64_t>(i)}, {"scale", i == 3 ? 1.2345678e9 : 1e9 + i + 0.5}});
    run.log_metric("loss", 1.0 / (1 + i));
    runs.push_back(run);
  }
  erm::write_comparison(folder / "ends.html", runs);
}

/// Figures of three runs under one id each: lines, ROC curves, histograms, bars, and what plotly alone draws.
void write_figures(const std::filesystem::path& folder, const std::filesystem::path& plotly_js) {
  std::vector<erm::ExperimentRun> runs = {run_named("a"), run_named("b", 1), run_named("c", 2)};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    erm::ExperimentRun& run = runs[i];
    const double of_run = static_cast<double>(i);
    run.log_metric("loss", of_run);
    const std::vector<double> x = {0, 1, 2}, y = {1 + of_run, 2 + of_run, 4 - of_run}, val = {2 + of_run, 3, 5 - of_run};
    run.log_figure(erm::Figure("Loss").line(x, y, "train").line(x, val, "val"), "loss");
    const std::vector<int> labels = {0, 1, 0, 1, 1};
    const std::vector<double> scores = {0.1, 0.9 - 0.3 * of_run, 0.4, 0.35 + 0.1 * of_run, 0.8};
    run.log_figure(erm::roc_curve(labels, scores), "roc");
    run.log_figure(erm::Figure("Residuals").histogram(std::vector<double>{0, 0.5 * of_run, 1, 2, 2 + of_run}, "residuals", 5), "histogram");
    run.log_figure(erm::Figure("Classes").bar(std::vector<std::string>{"cat", "dog"}, std::vector<double>{1 + of_run, 2}, "f1"), "bars");
    run.log_figure({{"data", {{{"type", "sunburst"}, {"labels", {"root", "x", "y"}}, {"parents", {"", "root", "root"}}, {"values", {0, 10, 5 + i}}}}}}, "sunburst");
    run.log_artifact(erm::to_bytes("{\"data\":[{\"type\":\"funnel\",\"name\":\"</script><!-- " + std::to_string(i) + "\",\"y\":[1,2],\"x\":[9,3]}]}"), "funnel",
                     "funnel.plotly.json");
    run.log_figure({{"data", {{{"type", "surface"}, {"z", {{1, 2}, {3, 4 + i}}}}}}}, "surface");
  }
  erm::CompareOptions options;
  options.plotly_js = plotly_js;
  erm::write_comparison(folder / "figures.html", runs, options);
  options.plotly_js = plotly_js.string() + ".gz";
  erm::write_comparison(folder / "figures-gz.html", runs, options);
}

/// Ten runs of two groups whose accuracies do not overlap; tags, notes, and builds of two commits, one of them dirty.
void write_sections(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 10; ++i) {
    erm::ExperimentRun run = run_named("run-" + std::to_string(i), i);
    run.set_group(i < 5 ? "plain" : "augmented");
    run.log_param("augment", i >= 5);
    run.log_metric("accuracy", (i < 5 ? 0.5 : 0.9) + 0.01 * i);
    for (int step = 0; step < 4; ++step) run.log_metric("loss", 1.0 / (1 + step + i), step);
    if (i == 1) run.set_tag("candidate");
    run.set_tag("team", i < 5 ? "vision" : "audio");
    if (i < 3)
      run.set_note("# Why\n\nThe **best** so far of `sweep 3`, see [the log](https://example.org/" + std::to_string(i / 2) +
                   "):\n\n- augmented\n- *early* stop\n\n```\nnan at layer 3\n```\n");
    erm::Json provenance = {
        {"captured_utc", "2026-11-23T07:30:2" + std::to_string(i)},
        {"program", {{"executable", "/home/ada/train"}, {"arguments", {"--lr", "0.1", "two words"}}, {"pid", 100 + i}}},
        {"code", {{"as_of", "build"}, {"commit", std::string(40, i == 1 ? 'b' : 'a')}, {"branch", "main"}, {"dirty", i == 2}}},
        {"build", {{"compiler", "GNU 12.2.0"}, {"build_type", i == 1 ? "Debug" : "Release"}, {"flags", i == 1 ? erm::Json{"-O0"} : erm::Json{"-O3"}}}},
        {"inputs", {{"train set", {{"path", "/data/train.csv"}, {"size", 1000}, {"sha256", std::string(64, 'c')}}}}},
        {"seeds", {{"seed", 42 + i}}},
        {"missing", {{"machine.gpus", "no NVML was found"}}}};
    if (i == 2)
      provenance["code"]["diff"] =
          "diff --git a/src/train.cpp b/src/train.cpp\n--- a/src/train.cpp\n+++ b/src/train.cpp\n@@ -1,3 +1,4 @@ int main() {\n"
          "   load();\n-  train(0.1);\n+  train(0.2);\n+  // a <b>\n   save();\n";
    runs.push_back(with_provenance(run, provenance));
  }
  erm::write_comparison(folder / "sections.html", runs);
}

/// The figures that plotly.js judges, each by its id.
void write_judged(const std::filesystem::path& folder) {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "figures.json");
  erm::ExperimentRun run = run_named("judged");
  for (const erm::Json& entry : erm::Json::parse(file)) run.log_figure(entry.at("figure"), entry.at("id").get<std::string>());
  erm::write_comparison(folder / "judged.html", {run});
}

/// Three runs with images, figures and texts over steps, of which one logs between the steps of the others and one has
/// no texts; histograms over steps, some with NaN; and a table of 30 rows that differs in some.
void write_series(const std::filesystem::path& folder) {
  std::vector<erm::ExperimentRun> runs = {run_named("a"), run_named("b", 1), run_named("c", 2)};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    erm::ExperimentRun& run = runs[i];
    for (std::size_t step = 0; step < 200; ++step) {
      std::vector<std::uint8_t> pixels(8 * 8 * 3);
      for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<std::uint8_t>(k * (i + 2) + step);
      run.log_image({pixels.data(), 8, 8, 3, 0}, "sample", step);
    }
    for (int step = 0; step < 50; step += 10) {
      const int at = step + (i == 1 ? 5 : 0);
      if (i != 2) run.log_text("text <b>" + std::to_string(at) + "</b>", "generated", at);
      const std::vector<double> x = {0, 1, 2}, y = {1.0, 2.0, 1.0 + step};
      run.log_figure(erm::Figure("Loss").line(x, y, "train"), "curve", step);
      std::vector<double> values(200);
      for (std::size_t k = 0; k < values.size(); ++k) values[k] = std::sin(static_cast<double>(k * (i + 1))) * (step + 1);
      if (step == 40) values[0] = std::nan("");
      run.log_histogram("weights/fc1", values, step);
    }
    std::vector<std::vector<erm::Value>> rows;
    for (int k = 0; k < 30; ++k)
      if (k != 4 || i == 0) rows.push_back({"class " + std::to_string(k), 0.5 + (k % 7) * 0.01 + (k == 3 ? 0.1 * static_cast<double>(i) : 0), k * 10});
    if (i == 2) rows.push_back({"class new", 1, 2});
    run.log_table("per class", {"class", "f1", "support"}, rows);
  }
  erm::write_comparison(folder / "series.html", runs);
}

/// A search over params with long names that begin alike. Every tenth run diverges: to 1e12, to infinity or to NaN. The
/// loss is least in the middle.
void write_search(const std::filesystem::path& file, int count) {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < count; ++i) {
    erm::ExperimentRun run = run_named("trial-" + std::to_string(i), i);
    const bool diverged = i % 10 == 9;
    run.log_params({{"optimizer", i % 3 == 0 ? "adam" : i % 3 == 1 ? "adamw" : "sgd"},
                    {"lr", std::pow(10.0, -5 + (i * 7 % 40) / 10.0)},
                    {"model.encoder.transformer.attention.dropout", 0.1 * (i % 5)},
                    {"model.encoder.transformer.attention.heads", 2 << i % 4},
                    {"model.decoder.transformer.attention.heads", 2 << i % 3},
                    {"augmentation.random_resized_crop.minimum_scale", 0.05 * (i % 9)},
                    {"augment", i % 2 == 0},
                    {"seed", i}});
    run.log_param("backbone", i % 2 == 0 ? "facebook/convnext-tiny-224" : "facebook/convnext-base-224");
    for (int step = 0; step < 5; ++step) {
      const double loss = 0.3 + 0.01 * (i * 37 % 101) + 0.1 * (step - 2) * (step - 2);
      const double bad = i % 30 == 9 ? 1e12 : i % 30 == 19 ? std::numeric_limits<double>::infinity() : std::nan("");
      run.log_metric("val/loss", diverged && step == 4 ? bad : loss, step, time_of(step));
    }
    run.log_metric("val/accuracy", diverged ? 0.1 : 0.95 - 0.003 * (i * 37 % 101));
    run.log_metric("throughput", 1000 + i % 17);
    if (diverged) run.set_tag("diverged");
    runs.push_back(run);
  }
  erm::CompareOptions options;
  options.main_metrics = {"val/loss", "val/accuracy"};
  options.goals = {{"val/loss", erm::Goal::minimize}};
  erm::write_comparison(file, runs, options);
}

/// A filter as find_runs takes it: {"filter", and "accepts" or the whole "fault"}.
erm::Json judged(const std::string& filter, const erm::ExperimentRun& run) {
  try {
    const bool accepts = erm::detail::read_filter(filter).matches(erm::detail::RunAccess::record(run));
    return {{"filter", filter}, {"accepts", accepts}};
  } catch (const erm::Error& fault) {
    return {{"filter", filter}, {"fault", fault.what()}};
  }
}

/// Words of the language in an order that follows its rules three times out of four; the same in each build.
class RandomFilters {
 public:
  std::string next() { return either(0); }

 private:
  std::size_t below(std::size_t count) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state_ >> 33) % count;
  }
  template <std::size_t count>
  std::string one_of(const char* const (&words)[count]) {
    return words[below(count)];
  }
  std::string field() {
    return one_of({"params.lr", "params.optimizer", "params.seed", "params.nesterov", "params.`as text`", "params.python", "params.empty", "params.zero",
                   "params.negative", "params.version", "params.off", "params.quote", "params.\xC3\xA9", "params.absent", "metrics.val/acc", "metrics.val-loss",
                   "metrics.broken", "metrics.huge", "metrics.`nan as text`", "metrics.loss", "metrics.loss.min", "metrics.loss.max", "metrics.loss.first",
                   "metrics.loss.last", "metrics.`only nan`.min", "metrics.status", "dicts.config.a", "dicts.config.deep.list.1", "dicts.config.deep.flag",
                   "dicts.config.nothing", "dicts.config.deep.list.x", "tags.candidate", "tags.team", "tags.rank", "tags.hidden", "tags.failed", "status",
                   "experiment", "variant", "run", "time", "duration", "group", "note", "failure", "features", "artifacts", "lr", "optimizer", "val/acc",
                   "loss.min", "absent", "loss", "optimizer.lr", "parms.x", "params.", "dicts.a"});
  }
  std::string value() {
    return one_of({"0.01", "1", "-3", "1e-2", "+0.9", "0", "90s", "1.5m", "1d", "18446744073709551615", "18446744073709551614", "1.10", ".5", "5.", "nan", "inf",
                   "-inf", "true", "False", "'adam'", "\"adam\"", "adam", "sgd", "'true'", "''", "'0.90'", "'it''s'", "'\xF0\x9F\x98\x80'", "'\xEE\x80\x80'",
                   "\xC3\xBC", "'2026-11-23'", "'2026-11-23T07:30:21.5'", "'2026-13-01'", "'2026-11-23T08:30:21.5+01:00'", "finished", "'failed'",
                   "lag_7", "'report/a'", "1e-3x", "1e999", "0x10", "-", "'open", "deep", "'10%'", "1_000", "infinity", "007"});
  }
  std::string condition() {
    switch (below(9)) {
      case 0:
        return field();
      case 1:
        return field() + one_of({" is missing", " is not missing", " is nan", " IS not NaN", " is", " not"});
      case 2:
        return field() + one_of({" contains ", " not contains "}) + value();
      case 3:
        return field() + one_of({" in (", " not in (", " in "}) + value() + one_of({", ", ",", " "}) + value() + one_of({")", ")", ""});
      case 4:
        return value() + comparison() + field();
      case 5:
        return field() + comparison() + field();
      default:
        return field() + comparison() + value();
    }
  }
  std::string comparison() { return one_of({" = ", " == ", " != ", " <> ", " < ", "<=", ">", " >= ", " = ", " < ", " ~ ", " && "}); }
  std::string no(int depth) {
    switch (below(8)) {
      case 0:
        return "not " + no(depth);
      case 1:
        return depth < 3 ? "(" + either(depth + 1) + one_of({")", ")", ")", ""}) : condition();
      default:
        return condition();
    }
  }
  std::string either(int depth) {
    std::string text = no(depth);
    while (below(3) == 0) text += one_of({" and ", " or ", " AND ", " or\n", " & ", " "}) + no(depth);
    return text;
  }

  std::uint64_t state_ = 14;
};

/// A page of the run of the table of filters and another, and what find_runs says to each filter of the table and to
/// many random ones.
void write_filters(const std::filesystem::path& folder) {
  erm::RunOptions other;
  other.variant_id = "flat";
  const std::vector<erm::ExperimentRun> runs = {erm_test::filter_example(), erm::ExperimentRun("digits", other)};
  erm::write_comparison(folder / "filters.html", runs);
  erm::Json cases = erm::Json::array();
  for (const erm_test::FilterCase& one : erm_test::filter_cases) cases.push_back(judged(one.filter, runs[0]));
  for (const erm_test::FilterFault& one : erm_test::filter_faults) cases.push_back(judged(one.filter, runs[0]));
  RandomFilters random;
  for (int i = 0; i < 3000; ++i) cases.push_back(judged(random.next(), runs[0]));
  std::ofstream(folder / "filters.json") << cases.dump();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: pages FOLDER [PLOTLY_JS], and beside PLOTLY_JS a PLOTLY_JS.gz\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  write_normal(folder);
  write_notebook(folder);
  write_hostile(folder);
  write_one(folder);
  write_many(folder / "thousand.html", 1000, 100);
  write_many(folder / "many.html", 200, 100);
  write_many(folder / "crowd.html", 200, 4);
  write_trials(folder);
  write_sweep(folder);
  write_curves(folder);
  write_numbers(folder);
  write_metrics(folder / "metrics.html", 60, 3, 20);
  if (std::getenv("TIMES") != nullptr) write_metrics(folder / "metrics-2000.html", 2000, 10, 20);
  write_plain(folder);
  write_artifacts(folder);
  write_media(folder);
  write_judged(folder);
  if (argc == 3) write_figures(folder, argv[2]);
  write_sections(folder);
  write_contest(folder);
  write_ends(folder);
  write_series(folder);
  write_filters(folder);
  write_search(folder / "search.html", 150);
  return 0;
}
