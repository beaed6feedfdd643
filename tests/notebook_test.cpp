#include "erm/notebook.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/json.hpp"

namespace notebook_test {

namespace {

erm::ExperimentRun run_of(const char* run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("digits", options);
  run.log_metric("loss", 0.25);
  return run;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What a notebook does with the value of a cell's last expression.
template <class T>
erm::Json shown_by_a_notebook(const T& value) {
  return mime_bundle_repr(value);
}

}  // namespace

TEST_CASE("A notebook gets the page in a frame of its own") {
  const std::vector<erm::ExperimentRun> runs = {run_of("a"), run_of("b")};
  const std::string html = erm::notebook_html(runs, {}, 400);
  CHECK(html.rfind("<iframe sandbox=\"allow-scripts allow-downloads\" width=\"100%\" height=\"400\"", 0) == 0);
  CHECK(has(html, "\"></iframe><erm-fallback hidden><p>Comparison of 2 runs. "));
  // Nothing of the page is markup of the notebook's.
  CHECK_FALSE(has(html, "<style"));
  CHECK_FALSE(has(html, "<script"));
  CHECK(has(html, "&lt;title&gt;Comparison of 2 runs&lt;/title&gt;"));
  CHECK_FALSE(has(html, "allow-same-origin"));
}

TEST_CASE("A notebook without frames gets the main metrics of the first runs") {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 22; ++i) runs.push_back(run_of(i == 0 ? "<b>" : ("run-" + std::to_string(i)).c_str()));
  erm::CompareOptions options;
  const std::string html = erm::notebook_html(runs);
  const std::string fallback = html.substr(html.find("<erm-fallback"));
  CHECK(has(fallback, "<p>Comparison of 22 runs. This notebook does not show the page itself"));
  CHECK(has(fallback, "<table><tr><th>Run</th><th>loss</th></tr><tr><td>&lt;b&gt;</td><td>0.25</td></tr>"));
  CHECK(has(fallback, "<tr><td>run-19</td><td>0.25</td></tr></table><p>and 2 more runs</p></erm-fallback>"));
  options.title = "Mine & yours";
  CHECK(has(erm::notebook_html(runs, options), "<erm-fallback hidden><p>Mine &amp; yours. "));
  CHECK(has(erm::notebook_html({runs[1]}), "<erm-fallback hidden><p>run-1. "));
  CHECK(has(erm::notebook_html({}), "<erm-fallback hidden><p>Comparison of 0 runs. "));
}

TEST_CASE("A run as a cell's last expression is found by its type alone") {
  const erm::Json bundle = shown_by_a_notebook(run_of("a"));
  CHECK(bundle.at("text/plain") == "digits/main/a\n  loss = 0.25");
  CHECK(has(bundle.at("text/html").get<std::string>(), "<iframe sandbox="));
}

TEST_CASE("Several runs are shown side by side") {
  const std::vector<erm::ExperimentRun> runs = {run_of("a"), run_of("b")};
  const erm::Json bundle = erm::mime_bundle_repr(runs);
  CHECK(bundle.at("text/plain") == "2 runs");
  CHECK(has(bundle.at("text/html").get<std::string>(), "Comparison of 2 runs"));
}

}  // namespace notebook_test
