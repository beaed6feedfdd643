#include "erm/export.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "catch.hpp"
#include "erm/edit.hpp"
#include "erm/json.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace export_test {

using erm::ExperimentRun;
using erm::export_runs;
using erm::ExportFormat;
using erm::ExportOptions;
using erm_test::thrown;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

ExperimentRun run(const std::string& id, int second = 0) {
  erm::RunOptions options;
  options.run_id = id;
  options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1764400000 + second));
  return ExperimentRun("digits", options);
}

ExportOptions as(ExportFormat format, std::vector<erm::ExportColumn> columns = {}) {
  ExportOptions options;
  options.format = format;
  options.columns = std::move(columns);
  return options;
}

std::vector<ExperimentRun> losses(const std::vector<double>& values) {
  std::vector<ExperimentRun> runs;
  for (const double value : values) {
    runs.push_back(run("r" + std::to_string(runs.size() + 1)));
    runs.back().log_metric("loss", value);
    runs.back().set_goal("loss", erm::Goal::minimize);
  }
  return runs;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

TEST_CASE("CSV has text in quotes, numbers without, and nothing for what a run lacks") {
  ExperimentRun a = run("a"), b = run("b", 1);
  a.log_params({{"lr", 0.1}, {"seed", 18446744073709551615u}, {"name", "0.9"}, {"nesterov", true}, {"decay", 1.0}});
  a.log_feature("wide, deep");
  a.log_feature("2");
  a.set_tag("candidate");
  b.log_param("name", "say \"hi\",\nworld");
  b.log_metric("loss", -infinite);
  b.log_metric("acc", no_number);
  b.set_group("sweep");
  b.set_note("note");
  CHECK(export_runs({a, b}) ==
        "\"experiment\",\"variant\",\"run\",\"status\",\"time\",\"group\",\"features\",\"params.decay\",\"params.lr\","
        "\"params.name\",\"params.nesterov\",\"params.seed\",\"metrics.acc\",\"metrics.loss\",\"tags.candidate\",\"note\"\n"
        "\"digits\",\"main\",\"a\",\"finished\",\"2025-11-29T07:06:40.000000Z\",,\"wide, deep; 2\",1.0,0.1,\"0.9\",TRUE,"
        "18446744073709551615,,,\"\",\n"
        "\"digits\",\"main\",\"b\",\"finished\",\"2025-11-29T07:06:41.000000Z\",\"sweep\",,,,"
        "\"say \"\"hi\"\",\nworld\",,,NaN,-Inf,,\"note\"\n");
}

TEST_CASE("JSON Lines leave out what a run lacks, and say which null is NaN or infinite") {
  ExperimentRun a = run("a");
  a.log_params({{"seed", -9007199254740993}, {"name", "0.9"}, {"nesterov", false}});
  a.log_metric("loss", no_number);
  a.log_metric("acc", infinite);
  a.log_feature("x\ty");
  CHECK(export_runs({a, run("b")}, as(ExportFormat::json_lines)) ==
        "{\"experiment\":\"digits\",\"variant\":\"main\",\"run\":\"a\",\"status\":\"finished\","
        "\"time\":\"2025-11-29T07:06:40.000000Z\",\"features\":[\"x\\ty\"],\"params.name\":\"0.9\","
        "\"params.nesterov\":false,\"params.seed\":-9007199254740993,\"metrics.acc\":null,\"metrics.loss\":null,"
        "\"not_finite\":{\"metrics.acc\":\"Inf\",\"metrics.loss\":\"NaN\"}}\n"
        "{\"experiment\":\"digits\",\"variant\":\"main\",\"run\":\"b\",\"status\":\"finished\","
        "\"time\":\"2025-11-29T07:06:40.000000Z\",\"features\":[]}\n");
}

TEST_CASE("Columns are fields of a filter, with a title if one is given") {
  ExperimentRun a = run("a");
  a.log_dict("model", {{"net", {{"layers", {1, 2}}}}});
  a.log_param("learning rate", 0.1);
  for (int step = 0; step < 3; ++step) a.log_metric("val/loss", step == 1 ? 0.25 : 0.5, step);
  CHECK(export_runs({a}, as(ExportFormat::csv, {"run", {"params.`learning rate`", "lr"}, "metrics.val/loss.min", "val/loss",
                                                "dicts.model.net.layers.1", "dicts.model.net", "tags.none"})) ==
        "\"run\",\"lr\",\"metrics.val/loss.min\",\"val/loss\",\"dicts.model.net.layers.1\",\"dicts.model.net\",\"tags.none\"\n"
        "\"a\",0.1,0.25,0.5,2,\"{\"\"layers\"\":[1,2]}\",\n");
  CHECK(export_runs({}, as(ExportFormat::csv, {"run"})) == "\"run\"\n");
  CHECK(export_runs({}, as(ExportFormat::json_lines)).empty());
}

TEST_CASE("A metric that the Python package wrote as text is a number, and a param stays the text that it is") {
  ExperimentRun a = run("a");
  a.log_param("p", "0.5");
  a.log_metric("m", "0.5");
  CHECK(export_runs({a}, as(ExportFormat::csv, {"params.p", "metrics.m"})) == "\"params.p\",\"metrics.m\"\n\"0.5\",0.5\n");
}

TEST_CASE("CSV for a spreadsheet has no formulas and begins with a byte order mark") {
  ExperimentRun a = run("a");
  a.log_params({{"f", "=1+1"}, {"g", "-2"}, {"h", "@x"}, {"n", -2}, {"t", "a=b"}});
  ExportOptions options = as(ExportFormat::csv, {"params.f", "params.g", "params.h", "params.n", "params.t"});
  CHECK(export_runs({a}, options) ==
        "\"params.f\",\"params.g\",\"params.h\",\"params.n\",\"params.t\"\n\"=1+1\",\"-2\",\"@x\",-2,\"a=b\"\n");
  options.for_spreadsheet = true;
  CHECK(export_runs({a}, options) == "\xEF\xBB\xBF\"params.f\",\"params.g\",\"params.h\",\"params.n\",\"params.t\"\n"
                                     "\"'=1+1\",\"'-2\",\"'@x\",-2,\"a=b\"\n");
}

TEST_CASE("Markdown has short titles, rounded numbers, the best in bold, and escaped text") {
  std::vector<ExperimentRun> runs = losses({0.123456789, 0.1, no_number});
  runs[0].log_param("opt|imizer", "a|b *c* <d> $e$\nf");
  CHECK(export_runs(runs, as(ExportFormat::markdown, {"run", "params.`opt|imizer`", "metrics.loss"})) ==
        "| run | \\`opt\\|imizer\\` | loss |\n"
        "| --- | --- | ---: |\n"
        "| r1 | a\\|b \\*c\\* \\<d\\> \\$e\\$ f | 0.123457 |\n"
        "| r2 | \xE2\x80\x94 | **0.1** |\n"
        "| r3 | \xE2\x80\x94 | NaN |\n");
}

TEST_CASE("Numbers that six digits do not tell apart have as many as it takes, or as many as were asked for") {
  const std::vector<ExperimentRun> runs = losses({0.12345671, 0.12345672});
  ExportOptions options = as(ExportFormat::markdown, {"metrics.loss"});
  CHECK(export_runs(runs, options) == "| loss |\n| ---: |\n| **0.12345671** |\n| 0.12345672 |\n");
  options.digits = 2;
  options.marks_best = false;
  CHECK(export_runs(runs, options) == "| loss |\n| ---: |\n| 0.12 |\n| 0.12 |\n");
}

TEST_CASE("The goal of the options comes first, and runs that disagree have none") {
  std::vector<ExperimentRun> runs = losses({1, 2});
  ExportOptions options = as(ExportFormat::markdown, {"metrics.loss"});
  options.goals = {{"loss", erm::Goal::maximize}};
  CHECK(export_runs(runs, options) == "| loss |\n| ---: |\n| 1 |\n| **2** |\n");
  options.goals.clear();
  runs[1].set_goal("loss", erm::Goal::maximize);
  CHECK(export_runs(runs, options) == "| loss |\n| ---: |\n| 1 |\n| 2 |\n");
}

TEST_CASE("LaTeX aligns numbers, marks the best, and escapes everything that is special") {
  std::vector<ExperimentRun> runs = losses({10.25, -1.5e-9, infinite});
  runs[0].log_param("t", "_%&#${}~^\\<>|\"--[*]");
  runs[1].log_param("t", "\xCE\xB1 \xC3\xA9 \xE4\xB8\xAD \xE2\x89\xA4");
  ExportOptions options = as(ExportFormat::latex, {"run", "params.t", {"metrics.loss", "Loss"}});
  CHECK(export_runs(runs, options) == R"(\begin{tabular}{llS[table-format=-2.2e-1,detect-weight]}
  \toprule
  run & t & {Loss} \\
  \midrule
  r1 & \_\%\&\#\$\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}\textless{}\textgreater{}\textbar{}{\char34}-{-}{[}{*}] & 10.25 \\
  r2 & \ensuremath{\alpha} é {\ifdefined\Umathchar 中\else\texttt{U+4E2D}\fi} \ensuremath{\leq} & \bfseries -1.5e-9 \\
  r3 & -- & {\ensuremath{\infty}} \\
  \bottomrule
\end{tabular}
)");
  options.columns = {"run"};
  options.caption = "50 % better";
  options.label = "tab:best_runs";
  CHECK(export_runs({runs[0]}, options) == R"(\begin{table}
  \centering
  \caption{50 \% better}
  \label{tab:best_runs}
  \begin{tabular}{l}
    \toprule
    run \\
    \midrule
    r1 \\
    \bottomrule
  \end{tabular}
\end{table}
)");
}

TEST_CASE("Groups are rows with the mean, the deviation, and how many runs have a number") {
  std::vector<ExperimentRun> runs = losses({0.25, 0.5, 0.75, 0.9, 7});
  for (std::size_t i = 0; i < 3; ++i) runs[i].log_param("lr", 0.1);
  runs[3].log_param("lr", 0.01);
  runs[4].log_param("lr", 0.1);
  runs[4].log_metric("loss", no_number);
  ExportOptions options;
  options.group_by = "params.lr";
  CHECK(export_runs(runs, options) ==
        "\"params.lr\",\"runs\",\"metrics.loss.mean\",\"metrics.loss.sd\",\"metrics.loss.n\"\n"
        "0.01,1,0.9,,1\n0.1,4,0.5,0.25,3\n");
  options.format = ExportFormat::json_lines;
  CHECK(export_runs(runs, options) ==
        "{\"params.lr\":0.01,\"runs\":1,\"metrics.loss.mean\":0.9,\"metrics.loss.n\":1}\n"
        "{\"params.lr\":0.1,\"runs\":4,\"metrics.loss.mean\":0.5,\"metrics.loss.sd\":0.25,"
        "\"metrics.loss.n\":3}\n");
  options.format = ExportFormat::markdown;
  CHECK(export_runs(runs, options) == "| lr | runs | loss | n of loss |\n| ---: | ---: | ---: | ---: |\n"
                                      "| 0.01 | 1 | 0.9 | 1 |\n| 0.1 | 4 | **0.50 \xC2\xB1 0.25** | 3 |\n");
  options.format = ExportFormat::latex;
  CHECK(export_runs(runs, options) ==
        R"(\begin{tabular}{S[table-format=1.2,detect-weight]S[table-format=1,detect-weight]S[table-format=1.2,detect-weight]@{\,$\pm$\,}S[table-format=1.2,detect-weight]S[table-format=1,detect-weight]}
  \toprule
  {lr} & {runs} & \multicolumn{2}{c}{loss} & {n of loss} \\
  \midrule
  0.01 & 1 & \multicolumn{2}{c}{0.9} & 1 \\
  0.1 & 4 & \bfseries 0.50 & \bfseries 0.25 & 3 \\
  \bottomrule
\end{tabular}
)");
}

TEST_CASE("What cannot be exported is refused with what to do") {
  const std::vector<ExperimentRun> runs = losses({1});
  CHECK(thrown<erm::Error>([&] { static_cast<void>(export_runs(runs, as(ExportFormat::csv, {"run", {"status", "run"}}))); }) ==
        "cannot export: two columns are titled 'run'; give one of them another title");
  CHECK(thrown<erm::Error>([&] { static_cast<void>(export_runs(runs, as(ExportFormat::csv, {{"run", "not_finite"}}))); }) ==
        "cannot export: a column is titled 'not_finite', which JSON Lines use themselves; give another title");
  CHECK(erm_test::contains(
      thrown<erm::Error>([&] { static_cast<void>(export_runs(runs, as(ExportFormat::csv, {"params.lr desc"}))); }),
      "cannot read the column to export"));
  ExportOptions options = as(ExportFormat::csv, {"status"});
  options.group_by = "variant";
  CHECK(thrown<erm::Error>([&] { static_cast<void>(export_runs(runs, options)); }) ==
        "cannot export groups: the column 'status' is a number in no run; group by it, or leave it out");
  options = as(ExportFormat::markdown);
  options.digits = 18;
  CHECK(thrown<erm::Error>([&] { static_cast<void>(export_runs(runs, options)); }) ==
        "cannot export: digits is 18, and a number has 1 to 17, or 0 for as many as it needs");
  erm::HistoryExportOptions history;
  history.metrics = {"los"};
  CHECK(thrown<erm::NotFoundError>([&] { static_cast<void>(erm::export_history(runs, history)); }) ==
        "cannot export the history of 'los': it has points in no run");
  history.format = ExportFormat::latex;
  CHECK(thrown<erm::Error>([&] { static_cast<void>(erm::export_history(runs, history)); }) ==
        "cannot export histories as a table for readers; use ExportFormat::csv or json_lines");
}

TEST_CASE("Histories are tall, a row for each point, or wide, a row for each step") {
  ExperimentRun a = run("a");
  const erm::TimePoint time(std::chrono::seconds(1764400000));
  a.log_metric("loss", 0.5, 1, time);
  a.log_metric("loss", no_number, 2, time);
  a.log_metric("acc", 0.75, 2, time);
  a.log_metric("acc", 0.8, 2, time);
  erm::HistoryExportOptions options;
  CHECK(erm::export_history({a}, options) ==
        "\"experiment\",\"variant\",\"run\",\"metric\",\"step\",\"time\",\"value\"\n"
        "\"digits\",\"main\",\"a\",\"acc\",2,\"2025-11-29T07:06:40.000000Z\",0.8\n"
        "\"digits\",\"main\",\"a\",\"loss\",1,\"2025-11-29T07:06:40.000000Z\",0.5\n"
        "\"digits\",\"main\",\"a\",\"loss\",2,\"2025-11-29T07:06:40.000000Z\",NaN\n");
  options.shape = erm::HistoryShape::wide;
  CHECK(erm::export_history({a}, options) == "\"experiment\",\"variant\",\"run\",\"step\",\"metrics.acc\",\"metrics.loss\"\n"
                                             "\"digits\",\"main\",\"a\",1,,0.5\n\"digits\",\"main\",\"a\",2,0.8,NaN\n");
  options.format = ExportFormat::json_lines;
  CHECK(erm::export_history({a}, options) ==
        "{\"experiment\":\"digits\",\"variant\":\"main\",\"run\":\"a\",\"step\":1,\"metrics.loss\":0.5}\n"
        "{\"experiment\":\"digits\",\"variant\":\"main\",\"run\":\"a\",\"step\":2,\"metrics.acc\":0.8,"
        "\"metrics.loss\":null,\"not_finite\":{\"metrics.loss\":\"NaN\"}}\n");
  options.shape = erm::HistoryShape::tall;
  options.metrics = {"loss"};
  CHECK(erm::export_history({a}, options) ==
        "{\"experiment\":\"digits\",\"variant\":\"main\",\"run\":\"a\",\"metric\":\"loss\",\"step\":1,"
        "\"time\":\"2025-11-29T07:06:40.000000Z\",\"value\":0.5}\n"
        "{\"experiment\":\"digits\",\"variant\":\"main\",\"run\":\"a\",\"metric\":\"loss\",\"step\":2,"
        "\"time\":\"2025-11-29T07:06:40.000000Z\",\"value\":null,\"not_finite\":{\"value\":\"NaN\"}}\n");
}

TEST_CASE("A file gets the text of the call that returns it, in one step") {
  const erm_test::TemporaryDirectory dir;
  std::vector<ExperimentRun> runs = losses({1, 2});
  for (int step = 0; step < 5000; ++step) runs[0].log_metric("loss", 0.1 * step, step);
  erm::write_export(dir / "runs.csv", runs);
  CHECK(content(dir / "runs.csv") == export_runs(runs));
  erm::write_history_export(dir / "points.csv", runs);
  CHECK(content(dir / "points.csv") == erm::export_history(runs));
  CHECK_THROWS_AS(erm::write_export(dir / "runs.csv", runs, as(ExportFormat::csv, {"run", "run"})), erm::Error);
  CHECK(content(dir / "runs.csv") == export_runs(runs));
  CHECK(thrown<erm::NotFoundError>([&] { erm::write_export(dir / "no/runs.csv", runs); }) ==
        "cannot export to '" + (dir / "no/runs.csv") + "': its folder is not there; create it first");
}

namespace {

void check_update(const erm::ExportUpdate& update, std::vector<std::size_t> expected) {
  CHECK(std::vector<std::size_t>{update.added, update.changed, update.removed, update.kept, update.read} == expected);
}

}  // namespace

TEST_CASE("An update reads the new and changed runs only, and the file is that of a new export") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = dir / "registry", path = dir / "runs.csv";
  const auto save = [&](const std::string& id, int second, double loss) {
    ExperimentRun one = run(id, second);
    one.log_metric("loss", loss);
    erm::save_run_to_registry(one, registry);
  };
  const auto expect_whole = [&] {
    erm::FindOptions oldest;
    oldest.order_by = "time";
    CHECK(content(path) == export_runs(erm::find_runs(registry, oldest)));
  };
  save("b", 1, 0.5);
  save("a", 2, 0.4);
  check_update(erm::update_export(registry, path), {2, 0, 0, 0, 2});
  expect_whole();
  check_update(erm::update_export(registry, path), {0, 0, 0, 2, 0});
  save("c", 0, 0.3);
  check_update(erm::update_export(registry, path), {1, 0, 0, 2, 1});
  expect_whole();
  erm::edit_run(registry + "/digits/main/a", [](erm::RunEdit& edit) { edit.set_note("better"); });
  check_update(erm::update_export(registry, path), {0, 3, 0, 0, 3});  // the note is a new column
  expect_whole();
  erm::edit_run(registry + "/digits/main/b", [](erm::RunEdit& edit) { edit.set_note("worse"); });
  check_update(erm::update_export(registry, path), {0, 1, 0, 2, 1});
  expect_whole();
  erm::delete_run(registry, "digits", "main", "b");
  check_update(erm::update_export(registry, path), {0, 0, 1, 2, 0});
  expect_whole();
}

TEST_CASE("An update keeps the rows of runs whose folder cannot be read for the moment") {
  class Refusing final : public erm_test::PlainFileSystem {
   public:
    std::string refused;
    std::vector<erm::FolderEntry> list(const std::string& path) const override {
      if (path == refused) throw erm::IoError::failed_to("list", path, std::make_error_code(std::errc::io_error));
      return PlainFileSystem::list(path);
    }
  };
  const erm_test::TemporaryDirectory dir;
  const std::string path = dir / "runs.csv";
  const auto store = std::make_shared<Refusing>();
  erm::SaveOptions saving;
  saving.fs = store;
  erm::save_run_to_registry(run("a", 0), "registry", saving);
  erm::RunOptions other;
  other.run_id = "b";
  other.timestamp_utc = erm::TimePoint(std::chrono::seconds(1764400001));
  erm::save_run_to_registry(ExperimentRun("letters", other), "registry", saving);
  std::vector<std::string> warnings;
  erm::FindOptions find;
  find.on_warning = [&](const std::string& text) { warnings.push_back(text); };
  check_update(erm::update_export("registry", path, {}, find, store), {2, 0, 0, 0, 2});
  const std::string whole = content(path);
  for (const char* folder : {"registry/letters", "registry/letters/main"}) {
    store->refused = folder;
    warnings.clear();
    check_update(erm::update_export("registry", path, {}, find, store), {0, 0, 0, 2, 0});
    CHECK(content(path) == whole);
    CHECK(warnings.size() == 1);
  }
  store->refused.clear();
  erm::delete_run("registry", "letters", "main", "b", store);
  check_update(erm::update_export("registry", path, {}, find, store), {0, 0, 1, 1, 0});
}

TEST_CASE("An update writes all again if the file, its state or the options changed") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = dir / "registry", path = dir / "runs.jsonl";
  for (const char* const id : {"a", "b"}) erm::save_run_to_registry(run(id), registry);
  ExportOptions options = as(ExportFormat::json_lines, {"run"});
  check_update(erm::update_export(registry, path, options), {2, 0, 0, 0, 2});
  const std::string whole = content(path);
  std::ofstream(path, std::ios::app) << "{}\n";
  check_update(erm::update_export(registry, path, options), {2, 0, 0, 0, 2});
  CHECK(content(path) == whole);
  std::ofstream(path + ".erm_state") << "{\"erm_export\": 1}";
  check_update(erm::update_export(registry, path, options), {2, 0, 0, 0, 2});
  erm::FindOptions find;
  find.filter = "run = b";
  check_update(erm::update_export(registry, path, options, find), {0, 0, 1, 1, 1});
  CHECK(content(path) == "{\"run\":\"b\"}\n");
  check_update(erm::update_export(registry, path, options, find), {0, 0, 0, 1, 0});
  find.order_by = "run";
  CHECK(thrown<erm::Error>([&] { erm::update_export(registry, path, options, find); }) ==
        "cannot update the export '" + path +
            "': the runs in it are always the oldest first, and all of them; leave out order_by and limit");
  CHECK(thrown<erm::Error>([&] { erm::update_export(registry, path, as(ExportFormat::latex)); }) ==
        "cannot update the export '" + path + "': only CSV and JSON Lines are updated; use write_export");
}

TEST_CASE("An update reads a run that has not ended each time") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = dir / "registry", path = dir / "runs.csv";
  erm::LiveOptions named;
  named.run_id = "live";
  erm::LiveRun live(registry, "digits", named);
  const ExportOptions options = as(ExportFormat::csv, {"run", "status", "metrics.loss"});
  live.log_metric("loss", 0.5, 1);
  live.flush();
  check_update(erm::update_export(registry, path, options), {1, 0, 0, 0, 1});
  CHECK(content(path) == "\"run\",\"status\",\"metrics.loss\"\n\"live\",\"running\",0.5\n");
  live.log_metric("loss", 0.25, 2);
  live.flush();
  check_update(erm::update_export(registry, path, options), {0, 1, 0, 0, 1});
  check_update(erm::update_export(registry, path, options), {0, 0, 0, 1, 1});
  live.finish();
  check_update(erm::update_export(registry, path, options), {0, 1, 0, 0, 1});
  CHECK(content(path) == "\"run\",\"status\",\"metrics.loss\"\n\"live\",\"finished\",0.25\n");
  check_update(erm::update_export(registry, path, options), {0, 0, 0, 1, 0});
}

}  // namespace export_test
