// What the page shows of series, histograms and logged tables.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "erm/compare.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/comparison.hpp"
#include "erm/figure.hpp"
#include "erm/histogram.hpp"
#include "erm/histogram_options.hpp"
#include "erm/json.hpp"
#include "erm/registry.hpp"
#include "erm/series.hpp"
#include "erm/table.hpp"
#include "page_text.hpp"
#include "temporary_directory.hpp"

namespace page_series_test {

using erm::ExperimentRun;
using erm_test::count;
using erm_test::has;
using erm_test::runs_named;
using erm_test::TemporaryDirectory;

namespace {

const std::string evil = "</template></script><script>alert(1)</script><!--<img src=x onerror='alert(2)'>";

using erm_test::body_of;
std::string body_of(const std::vector<ExperimentRun>& runs, const erm::CompareOptions& options = {}) {
  return body_of(erm::compare_runs(runs, options));
}

/// What a reader without scripts sees: templates are shown by none.
std::string without_templates(std::string text) {
  for (std::size_t begin = text.find("<template"); begin != std::string::npos; begin = text.find("<template")) {
    text.erase(begin, text.find("</template>", begin) + 11 - begin);
  }
  return text;
}

}  // namespace

TEST_CASE("The page shows the last step of each run's series, and holds the others in templates") {
  std::vector<ExperimentRun> runs = runs_named(3);
  for (int step = 0; step < 30; step += 10) {
    runs[0].log_text("a at " + std::to_string(step), "generated", step);
    runs[1].log_text("b at " + std::to_string(step + 5), "generated", step + 5);
  }
  const std::string page = body_of(runs);
  CHECK(has(page, "<div class=steps data-steps=\"0 5 10 15 20 25 \">"));
  CHECK(has(page, "<template data-run=0 data-place=0 data-step=0 data-item="));
  CHECK(has(page, "<template data-run=1 data-place=1 data-step=5 data-item="));
  const std::string seen = without_templates(page);
  CHECK(has(seen, "run-0<small class=when> step 20</small>"));
  CHECK(has(seen, "a at 20"));
  CHECK(has(seen, "b at 25"));
  CHECK_FALSE(has(seen, "a at 10"));
  CHECK(has(seen, "run-2</figcaption><p class=none>none</p>"));
}

TEST_CASE("Content that is equal at several steps or in several runs is on the page once") {
  std::vector<ExperimentRun> runs = runs_named(2);
  for (ExperimentRun& run : runs)
    for (int step = 0; step < 5; ++step) run.log_text(step < 4 ? "the content" : "the end", "generated", step);
  const std::string page = body_of(runs);
  CHECK(count(page, "the content") == 1);
  CHECK(count(page, "the end") == 1);
  CHECK(count(page, " data-same=") == 8);
  CHECK(has(page, "The same as in run-0 at step 4."));
}

TEST_CASE("The page holds a bounded number of a series' steps, the first and the last among them, and says so") {
  std::vector<ExperimentRun> runs = runs_named(1);
  for (int step = 0; step < 200; ++step) runs[0].log_text("text at " + std::to_string(step) + ";", "generated", step);
  const std::string page = body_of(runs);
  CHECK(count(page, "<pre tabindex=0>\ntext at ") == 50);
  CHECK(has(page, "text at 0;"));
  CHECK(has(page, "text at 199;"));
  CHECK(has(page, "The page holds 50 of 200 steps, evenly chosen, from 0 to 199."));

  erm::CompareOptions options;
  options.max_series_steps = 1;
  CHECK(count(body_of(runs, options), "<pre tabindex=0>\ntext at ") == 1);
  CHECK(has(body_of(runs, options), "text at 199;"));
  options.max_series_steps = 1000;
  CHECK(count(body_of(runs, options), "<pre tabindex=0>\ntext at ") == 200);
  options.max_series_size = 500;
  const std::string small = body_of(runs, options);
  CHECK(count(small, "<pre tabindex=0>\ntext at ") < 50);
  CHECK(has(small, "text at 0;"));
  CHECK(has(small, "text at 199;"));
  options.max_series_size = 0;
  CHECK(count(body_of(runs, options), "<pre tabindex=0>\ntext at ") == 1);
}

TEST_CASE("A series of steps at both ends of the range, and an entry that is too large, are told") {
  std::vector<ExperimentRun> runs = runs_named(1);
  runs[0].log_text("first", "generated", (std::numeric_limits<std::int64_t>::min)());
  runs[0].log_text(std::string(3000, 'x'), "generated", (std::numeric_limits<std::int64_t>::max)());
  erm::CompareOptions options;
  options.max_artifact_size = 1000;
  const std::string page = body_of(runs, options);
  CHECK(has(page, "data-steps=\"-9223372036854775808 9223372036854775807 \""));
  CHECK(has(page, "Too large for this page"));
  CHECK_FALSE(has(page, "xxxx"));
}

TEST_CASE("The data behind histograms and figures is on the page on request") {
  std::vector<ExperimentRun> runs = runs_named(1);
  erm::HistogramOptions bins;
  bins.edges = {0, 1, 2.5};
  runs[0].log_histogram("layers/weights", std::vector<double>{0.5, 0.5, 2}, 7, bins);
  runs[0].log_figure(erm::Figure("Loss").line(std::vector<double>{1, 2}, std::vector<double>{3, 4}), "loss");
  CHECK(count(body_of(runs), " download=") == 0);
  erm::CompareOptions options;
  options.embed_files = true;
  const std::string page = body_of(runs, options);
  const erm::Bytes counts = erm::to_bytes("step,from,to,count\n7,0,1,2\n7,1,2.5,1\n");
  std::string csv;
  erm::detail::append_base64(csv, counts.data(), counts.size());
  CHECK(has(page, "<a href=\"data:application/octet-stream;base64," + csv + "\" download=\"layers_weights.csv\">Data of layers/weights of "));
  CHECK(has(page, " download=\"loss.plotly.json\">Data of loss of "));
}

TEST_CASE("No text of a series, histogram or table ends what it stands in") {
  std::vector<ExperimentRun> runs = runs_named(2);
  for (ExperimentRun& run : runs) {
    run.log_text(evil, evil, 1);
    run.log_text(evil + run.run_id(), evil, 2);
    run.log_histogram(evil, std::vector<double>{1, 2}, 1);
    run.log_table(evil, {evil, evil + "2"}, {{evil, evil + run.run_id()}, {evil + run.run_id(), 1}});
  }
  const std::string page = body_of(runs);
  CHECK(count(page, "<script") == count(page, "<script type=\"application/json\" id=facts>"));
  CHECK(count(page, "<img") == 0);
  CHECK(count(page, "<template") == 2);
  CHECK(count(page, "</template>") == 2);
}

TEST_CASE("A series of figures is drawn, and one that the page cannot draw says why") {
  std::vector<ExperimentRun> runs = runs_named(1);
  for (int step = 0; step < 2; ++step) {
    runs[0].log_figure(erm::Figure("Loss").line(std::vector<double>{0, 1}, std::vector<double>{1.0, 2.0 + step}, "a"),
                       "drawn", step);
    runs[0].log_figure({{"data", {{{"type", "sunburst"}}}}, {"step", step}}, "other", step);
  }
  const std::string page = body_of(runs);
  CHECK(count(page, "<div class=plot>") == 2);
  CHECK(count(page, "The figure is not drawn here: ") == 2);
}

TEST_CASE("A logged table is compared with the baseline's by the values in the first column") {
  std::vector<ExperimentRun> runs = runs_named(3);
  runs[0].log_table("per class", {"class", "f1", "n"}, {{"cat", 0.9, 10}, {"dog", 0.8, 20}, {"owl", 0.7, 30}});
  runs[1].log_table("per class", {"class", "n", "f1"}, {{"dog", 20, 0.85}, {"cat", 10, 0.9}, {"eel", 1, 0.1}});
  const std::string page = body_of(runs);
  const std::size_t second = page.find("run-1<small> 3 rows</small>");
  REQUIRE(second != std::string::npos);
  const std::string compared = page.substr(second);
  CHECK(has(compared, "<tr><th scope=row>dog<td class=n>20<td class=\"n d\">0.85</tr>"));
  CHECK(has(compared, "<tr><th scope=row>cat<td class=n>10<td class=n>0.9</tr>"));
  CHECK(has(compared, "<tr class=new><th scope=row>eel<b"));
  CHECK(has(compared, "1 row of the baseline is not here: owl."));
  CHECK(has(compared, "<p class=none>none</p>"));
  CHECK(count(page.substr(0, second), "class=\"n d\"") == 0);

  erm::CompareOptions options;
  options.max_table_rows = 2;
  CHECK(has(body_of(runs, options), "The page holds the first 2 of 3 rows"));
}

TEST_CASE("Histograms over steps become one picture for each run, and values in no bin are told") {
  std::vector<ExperimentRun> runs = runs_named(3);
  erm::HistogramOptions bins;
  bins.edges = {0, 1, 2, 3, 4};
  for (std::size_t run = 0; run < 2; ++run)
    for (int step = 0; step <= 100; step += 10)
      runs[run].log_histogram("weights", std::vector<double>{0.5, 1.5, 1.6, 3.5}, step, bins);
  runs[1].log_histogram("weights", std::vector<double>{std::nan(""), std::nan(""), -1, 9, 1.5}, 110, bins);
  runs[1].log_histogram("nothing but NaN", std::vector<double>{std::nan("")}, 1);
  const std::string page = body_of(runs);
  CHECK(count(page, "href=\"data:image/png;base64,") == 2);
  CHECK(has(page, "The strongest colour: 50 % of the values of a step."));
  CHECK(has(page, "2 values are NaN, at step 110."));
  CHECK(has(page, "1 value is below the bins, at step 110."));
  CHECK(has(page, "1 value is above the bins, at step 110."));
  CHECK(has(page, "1 value is NaN, at step 1."));
  for (const char* label : {">0</text>", ">4</text>", ">100</text>"}) CHECK(has(page, label));
}

TEST_CASE("The greatest and the least numbers and steps have a place in the picture of a histogram") {
  std::vector<ExperimentRun> runs = runs_named(2);
  using Numbers = std::numeric_limits<double>;
  using Steps = std::numeric_limits<std::int64_t>;
  runs[0].log_histogram("h", std::vector<double>{(Numbers::max)(), -(Numbers::max)(), 0.0}, (Steps::min)());
  runs[0].log_histogram("h", std::vector<double>{Numbers::denorm_min(), 1.0}, (Steps::max)());
  runs[1].log_histogram("h", std::vector<double>{-Numbers::denorm_min(), 0.0}, 0);
  runs[1].log_histogram("one", std::vector<double>{0.0}, 0);
  runs[1].log_histogram("none", std::vector<double>{}, 0);
  const std::string page = body_of(runs);
  CHECK(count(page, "href=\"data:image/png;base64,") == 3);
  CHECK_FALSE(has(page, "nan</text>"));
}

TEST_CASE("The page goes on where the series of a run are damaged, and says so") {
  const TemporaryDirectory dir;
  std::vector<ExperimentRun> runs = runs_named(2);
  std::vector<ExperimentRun> loaded;
  for (ExperimentRun& run : runs) {
    run.log_text("text of " + run.run_id(), "generated", 1);
    run.log_table("scores", {"a"}, {{run.run_id()}});
    const std::string uri = erm::save_run_to_registry(run, dir / "registry");
    if (run.run_id() == "run-0")
      std::ofstream(uri + "/series/main.csv", std::ios::binary | std::ios::app) << "generated,two,3\n";
    else
      std::filesystem::remove(uri + "/series/tables/scores.csv");
    loaded.push_back(erm::load_run_from_path(uri));
  }
  const erm::Comparison comparison(loaded);
  REQUIRE(comparison.warnings().size() == 2);
  for (const erm::Comparison::Warning& warning : comparison.warnings())
    CHECK(warning.kind == erm::ComparisonWarning::Kind::unreadable_series);
  CHECK(has(comparison.warnings()[0].text, "The series, histograms and tables of run-0 are missing: "));
  CHECK(has(comparison.warnings()[0].text, "/series/main.csv'"));
  CHECK(has(comparison.warnings()[1].text, "The table \"scores\" of run-1 is missing: "));
  const std::string page = body_of(loaded);
  CHECK(has(page, "The series, histograms and tables of run-0 are missing: "));
  CHECK(has(page, "text of run-1"));
}

TEST_CASE("An entry of a series whose content has changed leaves a notice in its place") {
  const TemporaryDirectory dir;
  std::vector<ExperimentRun> runs = runs_named(1);
  runs[0].log_text("secret", "generated", 1);
  runs[0].log_text("second", "generated", 2);
  const std::string uri = erm::save_run_to_registry(runs[0], dir / "registry");
  for (const auto& entry : std::filesystem::directory_iterator(uri + "/series/files")) {
    std::ifstream in(entry.path());
    std::string text;
    in >> text;
    in.close();
    if (text == "secret") std::ofstream(entry.path(), std::ios::binary) << "Secret";
  }
  const std::string page = body_of({erm::load_run_from_path(uri)});
  CHECK(has(page, "It cannot be read: "));
  CHECK(has(page, "second"));
  CHECK_FALSE(has(page, "ecret</pre>"));
}

}  // namespace page_series_test
