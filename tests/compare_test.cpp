#include "erm/compare.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "environment_variable.hpp"
#include "erm/artifact.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/page/assets.hpp"
#include "erm/detail/page/curves.hpp"
#include "erm/detail/page/policy.hpp"
#include "erm/detail/run/media_types.hpp"
#include "erm/figure.hpp"
#include "erm/json.hpp"
#include "page_text.hpp"
#include "temporary_directory.hpp"

namespace compare_test {

using erm::compare_runs;
using erm::ExperimentRun;
using erm::Json;
using erm_test::body_of;
using erm_test::count;
using erm_test::has;
using erm_test::run_named;

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// A file that was there when the run was loaded, and is not any more.
class LostContent final : public erm::Content {
 public:
  [[nodiscard]] std::uint64_t size() const override { return 100; }
  std::size_t read_at(std::uint64_t, std::uint8_t*, std::size_t) const override {
    throw erm::NotFoundError("cannot open 'gone.png': No such file");
  }
};

const char* const one_pixel_png =
    "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xDE\0\0\0\fIDATx\x9C"
    "c\xF8\xFF\xFF?\0\5\xFE\2\xFE\r\xEF\x46\xB8\0\0\0\0IEND\xAE\x42\x60\x82";

}  // namespace

TEST_CASE("A page is a complete HTML document under a policy that loads nothing") {
  const std::string page = compare_runs({run_named("a"), run_named("b")});
  CHECK(page.rfind("<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n", 0) == 0);
  CHECK(has(page, "<title>Comparison of 2 runs</title>"));
  CHECK(has(page, "default-src 'none'; script-src 'sha256-"));
  CHECK(has(page, "<meta name=viewport content=\"width=device-width, initial-scale=1\">"));
  CHECK_FALSE(has(body_of(page), "http"));
  CHECK_FALSE(has(body_of(page), " style="));
  CHECK(page.substr(page.size() - 16) == "</body>\n</html>\n");
}

TEST_CASE("The policy's hashes match the style and the script in the page") {
  const std::string page = compare_runs({run_named("a")});
  const auto between = [&](std::string_view begin, std::string_view end) {
    const std::size_t from = page.find(begin) + begin.size();
    return page.substr(from, page.rfind(end) - from);
  };
  const auto hash_of = [](const std::string& text) {
    return erm::detail::base64_of_hex(erm::detail::sha256_of(text));
  };
  CHECK(has(page, "style-src 'sha256-" + hash_of(between("<style>", "</style>\n</head>")) + "'"));
  CHECK(has(page, "script-src 'sha256-" + hash_of(between("</main>\n<script>", "</script>")) + "'"));
}

TEST_CASE("The header was made from exactly the style and the scripts of the source tree, and is small") {
  const std::string folder = std::string(ERM_SOURCE_DIR) + "/include/erm/detail/page/web/";
  std::string sources = read_file(folder + "page.css") + "\"use strict\";\n(() => {\n";
  std::istringstream modules(read_file(folder + "modules.txt"));
  std::size_t count = 0;
  for (std::string module; std::getline(modules, module); ++count) sources += read_file(folder + module) + "\n";
  sources += "})();\n" + read_file(folder + "frame.js") + read_file(folder + "live.css") + read_file(folder + "live.js");
  INFO("after a change, run: cmake -P tests/page_assets.cmake");
  CHECK(erm::detail::page_sources_sha256 == erm::detail::sha256_of(sources));
  // In ASCII without control characters, which an attribute of another page would not keep (erm::notebook_html).
  for (const std::string_view part : erm::detail::page_script)
    CHECK(std::all_of(part.begin(), part.end(), [](char c) { return c == '\n' || c == '\t' || (c >= ' ' && c <= '~'); }));
  std::size_t files = 0, size = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files += entry.path().extension() == ".js" ? 1U : 0U;
  CHECK(files == count + 2);  // every module, frame.js and live.js
  for (const std::string_view part : erm::detail::page_style) size += part.size();
  for (const std::string_view part : erm::detail::page_script) size += part.size();
  for (const std::string_view part : erm::detail::page_frame) size += part.size();
  CHECK(size <= 160000);
}

TEST_CASE("A page of three runs has at most 175 KB") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c")};
  for (ExperimentRun& run : runs)
    for (int i = 0; i < 20; ++i) {
      run.log_param("param " + std::to_string(i), 1.0 / (i + 1));
      run.log_metric("metric " + std::to_string(i), 1.0 / (i + 1));
      for (int step = 0; step < 40 && i < 2; ++step) run.log_metric("loss " + std::to_string(i), 1.0 / (step + 1), step);
    }
  CHECK(compare_runs(runs).size() <= 175000);
}

TEST_CASE("The same runs give the same page, byte by byte") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_params({{"lr", 0.1}, {"opt", "adam"}});
  runs[1].log_text("x", "note");
  CHECK(compare_runs(runs) == compare_runs(runs));
  CHECK(compare_runs(runs) == compare_runs(runs[0], runs[1]));
}

TEST_CASE("A page without runs says so, and a page with one run has no differences") {
  CHECK(has(compare_runs(std::vector<ExperimentRun>()), "No runs were given"));
  ExperimentRun run = run_named("only");
  run.log_metric("loss", 0.5);
  const std::string page = body_of(compare_runs(run));
  CHECK(has(page, "only"));
  CHECK(has(page, "<td class=n>0.5"));
  CHECK_FALSE(has(page, "differs"));
  CHECK_FALSE(has(page, "What differs"));
  CHECK_FALSE(has(page, "baseline"));
}

TEST_CASE("Cells depend on the type of the value, and a rounded number has the exact one as its title") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_params({{"exact", 0.1}, {"long", 0.123456789012}, {"yes", true}, {"empty", ""}, {"only a", 1}});
  runs[0].log_dict("d", {{"n", nullptr}});
  runs[0].log_param("nan", std::numeric_limits<double>::quiet_NaN());
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(page, "<td class=n>0.1"));
  CHECK(has(page, "<td class=n title=0.123456789012>0.123457"));
  CHECK(has(page, "<td class=b>true"));
  CHECK(has(page, "<td class=e>empty"));
  CHECK(has(page, "<td class=z>null"));
  CHECK(has(page, "<td class=n title=nan>NaN"));
  CHECK(has(page, "<td class=\"m d\">\xE2\x80\x94"));  // the second run lacks all of them
}

TEST_CASE("The best value is marked by a class and a word, and a guessed direction is marked as guessed") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_metric("loss", 0.5);
  runs[1].log_metric("loss", 0.25);
  CHECK(has(compare_runs(runs), "<td class=\"n d w\">0.25<i> best</i>"));
  CHECK(has(compare_runs(runs), "<em> guessed</em></span>"));
  erm::CompareOptions options;
  options.goals = {{"loss", erm::Goal::maximize}};
  CHECK(has(compare_runs(runs, options), "<td class=\"n w\">0.5<i> best</i>"));
  CHECK_FALSE(has(body_of(compare_runs(runs, options)), "guessed"));
}

TEST_CASE("Everything that a user logs is only text on the page") {
  const std::string evil = "</script><script>alert(1)</script><!--<img src=x onerror='alert(2)'>\"'&]]>";
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_param(evil, evil);
  runs[0].log_metric(evil, 1.0, 1);
  runs[0].log_feature(evil);
  runs[0].log_dict(evil, {{evil, {{evil, evil}}}});
  runs[0].log_text(evil, "note");
  runs[0].log_artifact(erm::to_bytes(evil), "page", "page.html");
  runs[0].log_artifact(erm::to_bytes("{\"data\": \"" + evil + "\"}"), "figure", "evil.plotly.json");
  erm::CompareOptions options;
  options.title = evil;
  const std::string page = compare_runs(runs, options);
  CHECK(count(page, "<script>") == 1);
  // The page's own, the numbers of its one curve and its extremes, and the facts of its runs.
  CHECK(count(page, "</script>") == 4);
  CHECK_FALSE(has(page, "<img"));
  CHECK_FALSE(has(page, "<!--"));
  CHECK_FALSE(has(body_of(page), "]]>"));
  CHECK(has(page, "<title>&lt;/script&gt;"));
}

TEST_CASE("Ids and filenames are escaped") {
  erm::RunOptions options;
  options.run_id = "<b>\"run\"";
  options.variant_id = "v&1";
  ExperimentRun run("<i>x", options);
  run.log_artifact(erm::to_bytes("x"), "<u>id\"", "<s>name.bin");
  const std::string page = body_of(compare_runs(run));
  for (const char* tag : {"<b>\"", "<i>x", "<u>id", "<s>name", "v&1"}) CHECK_FALSE(has(page, tag));
  CHECK(has(page, "&lt;u&gt;id&quot;"));
  CHECK(has(page, "&lt;s&gt;name.bin"));
}

TEST_CASE("Pictures are recognised by their bytes and shown") {
  ExperimentRun run = run_named("a");
  run.log_artifact(erm::Bytes(one_pixel_png, one_pixel_png + 69), "dot", "dot.png");
  run.log_artifact(erm::to_bytes("not a picture"), "fake", "fake.png");
  run.log_artifact(erm::to_bytes("<svg xmlns='x'/>"), "drawing", "drawing.svg");
  const std::string page = body_of(compare_runs(run));
  CHECK(has(page, "src=\"data:image/png;base64,iVBORw0KGgo"));
  CHECK(has(page, "alt=\"dot of a\""));
  CHECK(has(page, "neither a PNG nor a JPEG"));
  CHECK(has(page, "src=\"data:image/svg+xml;base64,PHN2ZyB4bWxucz0neCcvPg==\""));
  CHECK_FALSE(has(page, "<svg xmlns"));
}

TEST_CASE("UTF-8 text is shown, other content according to its type") {
  ExperimentRun run = run_named("a");
  run.log_text("line 1\nline <2>", "note");
  run.log_artifact(erm::to_bytes("{\"a\": 1}"), "settings", "settings.json");
  run.log_artifact(erm::to_bytes("\xFF\xFE"), "broken", "broken.txt");
  run.log_artifact(erm::Bytes(2000, 0), "weights", "weights.bin");
  erm::CompareOptions options;
  options.embed_files = true;
  const std::string page = body_of(compare_runs({run}, options));
  CHECK(has(page, "<pre tabindex=0>\nline 1\nline &lt;2&gt;</pre>"));
  CHECK(has(page, "{&quot;a&quot;: 1}"));
  CHECK(has(page, "It is not UTF-8"));
  CHECK(has(page, "weights.bin, 2.0 KiB"));
  CHECK(has(page, "<dd>application/octet-stream"));
  CHECK(has(page, "<a href=\"data:application/octet-stream;base64,AAAA"));
  CHECK(has(page, "download=\"weights.bin\">Download weights of a</a>"));
  const std::string without = body_of(compare_runs({run}));
  CHECK_FALSE(has(without, "base64"));
  CHECK(has(without, erm::detail::sha256_of(std::string(2000, '\0'))));
}

TEST_CASE("The page has the numbers from which the script draws curves") {
  ExperimentRun run = run_named("a");
  for (int step : {0, 10, 20}) run.log_metric("regular", 0.5, step, erm::TimePoint(std::chrono::seconds(step)));
  for (int step : {0, 10, 30}) run.log_metric("irregular", 0.5, step, erm::TimePoint(std::chrono::seconds(100)));
  const std::string page = body_of(compare_runs(run));
  CHECK(has(page, "[{\"run\":0,\"n\":3,\"t0\":0,\"gaps\":[10,10],\"x\":[1,0,10],\"t\":[1,0,10],\"y\":[10,5,0]}]"));
  CHECK(has(page, "[{\"run\":0,\"n\":3,\"t0\":100000,\"gaps\":[20,1],\"x\":[1,0,1,\"ChQ=\"],\"t\":[1,0,0],\"y\":[10,5,0]}]"));
}

TEST_CASE("HTML is in a frame without permissions, and its style is allowed by its hash") {
  ExperimentRun run = run_named("a");
  run.log_artifact(erm::to_bytes("<style>p{color:red}</style><p title=\"x\">hi</p>"), "report", "report.html");
  const std::string page = compare_runs(run);
  CHECK(has(page, "<iframe sandbox loading=lazy title=\"report of a\" srcdoc=\"&lt;style&gt;p{color:red}&lt;/style&gt;"
                  "&lt;p title=&quot;x&quot;&gt;hi&lt;/p&gt;\"></iframe>"));
  const std::string style = "p{color:red}";
  CHECK(has(page, "'sha256-" + erm::detail::base64_of_hex(erm::detail::sha256_of(style)) + "'"));
  CHECK_FALSE(has(compare_runs(run_named("b")), "unsafe-inline"));
}

TEST_CASE("A plotly figure is drawn, and a notice with its JSON replaces one that cannot be") {
  ExperimentRun run = run_named("a");
  const std::vector<double> x = {1, 2, 3}, y = {3, 1, 2};
  run.log_figure(erm::Figure("Loss").line(x, y, "train"), "loss");
  run.log_figure({{"data", {{{"type", "sunburst"}, {"labels", {"<a>"}}}}}}, "sun");
  run.log_artifact(erm::to_bytes("{\"data\": ["), "cut", "cut.plotly.json");
  const std::string page = body_of(compare_runs(run));
  CHECK(count(page, "<div class=plot><svg") == 1);
  CHECK(has(page, "The figure is not drawn here: it has traces of type &#39;sunburst&#39;. plotly.js draws it: name a "
                  "plotly.min.js, or a plotly.min.js.gz, in CompareOptions::plotly_js or in the environment variable "
                  "ERM_PLOTLY_JS, and write the page again."));
  CHECK(has(page, "&lt;a&gt;"));
  CHECK(has(page, "The figure is not JSON at line 1"));
}

TEST_CASE("The page has plotly.js once, as text, if a figure needs it, and runs it under a policy with its hash") {
  const erm_test::TemporaryDirectory dir;
  const std::string code = "window.Plotly = '</script><!--' && 1;";
  std::ofstream(dir.path() / "plotly.min.js", std::ios::binary) << code;
  erm::CompareOptions options;
  options.plotly_js = dir.path() / "plotly.min.js";
  const Json sun = {{"data", {{{"type", "sunburst"}}}}};
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_figure(sun, "sun");
  runs[1].log_figure({{"data", {{{"type", "sankey"}}}}}, "flow");
  const std::string page = compare_runs(runs, options);
  CHECK(count(page, "<script type=\"text/plain\" data-plotly=plain>\"window.Plotly = '\\u003c/script\\u003e\\u003c!--' \\u0026\\u0026 1;\"</script>") == 1);
  CHECK(count(page, "<script type=\"text/plain\" data-frame>") == 1);
  CHECK(count(page, "<div class=plotly>") == 2);
  CHECK(has(page, "script-src 'sha256-" + erm::detail::base64_of_hex(erm::detail::page_script_sha256) + "' 'sha256-" +
                      erm::detail::base64_of_hex(erm::detail::page_frame_sha256) + "' blob:; style-src"));

  std::ofstream(dir.path() / "plotly.min.js", std::ios::binary) << "\x1F\x8B" << "compressed";
  CHECK(has(compare_runs(runs, options), "data-plotly=gzip>H4tjb21wcmVzc2Vk</script>"));

  ExperimentRun plain = run_named("c");
  plain.log_text("no figure", "note");
  CHECK_FALSE(has(compare_runs({plain}, options), "blob:; style-src"));
  CHECK_FALSE(has(compare_runs({plain}, options), "data-plotly="));
}

TEST_CASE("If the plotly.js in the options cannot be read, the call throws and writes no page") {
  const erm_test::TemporaryDirectory dir;
  erm::CompareOptions options;
  options.plotly_js = dir.path() / "gone.js";
  ExperimentRun run = run_named("a");
  run.log_text("no figure", "note");
  CHECK_NOTHROW(compare_runs({run}, options));  // nothing needs it
  run.log_figure({{"data", {{{"type", "sunburst"}}}}}, "sun");
  CHECK_THROWS_AS(compare_runs({run}, options), erm::NotFoundError);
  CHECK_THROWS_AS(erm::write_comparison(dir.path() / "page.html", {run}, options), erm::NotFoundError);
  std::ofstream(dir.path() / "gone.js");
  CHECK_THROWS_WITH(compare_runs({run}, options), "'" + options.plotly_js.str() + "' is empty, and no plotly.js");
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("The plotly.js that the environment names is used, and the page has a notice if it cannot be read") {
  const erm_test::TemporaryDirectory dir;
  ExperimentRun run = run_named("a");
  run.log_figure({{"data", {{{"type", "sunburst"}}}}}, "sun");
  const std::string path = (dir.path() / "plotly.js").generic_string();
  const erm_test::EnvironmentVariable named("ERM_PLOTLY_JS", path);
  const std::string without = compare_runs(run);
  std::ofstream(path) << "1";
  const std::string with = compare_runs(run);
  CHECK(has(without, "ERM_PLOTLY_JS names a file that cannot be read: cannot open &#39;" + path + "&#39;: No such file or directory"));
  CHECK_FALSE(has(without, "data-plotly="));
  CHECK(has(with, "data-plotly=plain>\"1\"</script>"));
}

TEST_CASE("Figures with the same id are overlaid in one picture that names the runs") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c")};
  const std::vector<double> x = {1, 2, 3};
  for (std::size_t i = 0; i < 2; ++i)
    runs[i].log_figure(erm::Figure("Loss").line(x, std::vector<double>{3, 1, static_cast<double>(i)}, "train"), "loss");
  const std::string page = body_of(compare_runs(runs));
  CHECK(count(page, "<figure class=\"artifact overlay\">") == 1);
  CHECK(count(page, "<div class=plot><svg") == 3);
  CHECK(count(page, "\" data-run=\"0\">") == 1);
  CHECK(count(page, "\" data-run=\"1\">") == 1);
  CHECK(count(page, "<li data-run=2>") == 0);
}

TEST_CASE("From 50 MiB of artifacts on, the page says so at the top") {
  erm::CompareOptions options;
  options.max_artifact_size = std::uint64_t{100} << 20;
  options.embed_files = true;
  ExperimentRun run = run_named("a");
  run.log_artifact(erm::Bytes((std::size_t{50} << 20) - 1, 'x'), "large", "large.bin");
  CHECK_FALSE(has(compare_runs({run}, options), "which a browser may take long to open"));
  run.log_artifact(erm::Bytes(1, 'y'), "small", "small.bin");
  CHECK(has(compare_runs({run}, options), "<p class=notice>This page holds 50.0 MiB of artifacts, which a browser may take long to open."));
  options.embed_files = false;
  CHECK_FALSE(has(compare_runs({run}, options), "which a browser may take long to open"));
}

TEST_CASE("An unreadable artifact is a notice, and the others are shown") {
  erm::RunOptions options;
  options.run_id = "a";
  const auto lost = std::make_shared<const LostContent>();
  for (const char* name : {"lost.png", "lost.html", "lost.txt", "lost.plotly.json"})
    options.artifacts.emplace(name, erm::Artifact(name, name, erm::detail::artifact_type_of(name), lost));
  ExperimentRun run("digits", options);
  run.log_text("still here", "note");
  const std::string page = body_of(compare_runs(run));
  CHECK(count(page, "It cannot be read: cannot open &#39;gone.png&#39;: No such file") == 4);
  CHECK(has(page, "still here"));
}

TEST_CASE("An artifact over the limit is listed by name, size and hash") {
  erm::CompareOptions options;
  options.max_artifact_size = 10;
  ExperimentRun run = run_named("a");
  run.log_text("0123456789", "short");
  run.log_text("0123456789a", "long");
  const std::string page = body_of(compare_runs({run}, options));
  CHECK(has(page, "<pre tabindex=0>\n0123456789</pre>"));
  CHECK_FALSE(has(page, "0123456789a"));
  CHECK(has(page, "long.txt, 11 bytes"));
  CHECK(has(page, "<dt>SHA-256<dd><code>" + erm::detail::sha256_of("0123456789a") + "</code>"));
  CHECK(has(page, "Too large for this page, which holds artifacts of up to 10 bytes."));
}

TEST_CASE("Identical content is on the page once, whatever its ids") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c")};
  runs[0].log_text("the very same text", "note");
  runs[2].log_text("the very same text", "note");
  runs[2].log_text("the very same text", "readme");
  const std::string page = body_of(compare_runs(runs));
  CHECK(count(page, "the very same text") == 1);
  CHECK(has(page, "<p class=none>none</p>"));
  CHECK(has(page, "<p class=same data-row=0 data-same=0>The same as in a.</p>"));
  CHECK(has(page, "<p class=same data-row=0 data-same=0>The same as note in a.</p>"));
}

TEST_CASE("Curves have gaps at values that are not finite") {
  ExperimentRun run = run_named("a");
  for (int step = 0; step < 5; ++step)
    run.log_metric("loss", step == 2 ? std::numeric_limits<double>::quiet_NaN() : 1.0 * step, step);
  run.log_metric("nothing", std::numeric_limits<double>::infinity(), 1);
  const std::string page = body_of(compare_runs(run));
  CHECK(has(page, "aria-label=\"loss by step, 1 run\""));
  const std::size_t line = page.find("<path class=\"line r0 h0\" data-run=\"0\" d=\"");
  REQUIRE(line != std::string::npos);
  const std::string path = page.substr(line, page.find("/>", line) - line);
  CHECK(count(path, "M") == 2);
  CHECK(count(path, "L") == 2);
  CHECK(has(page, "No value of it is a finite number"));
}

TEST_CASE("The time of a point counts from the earliest one, so that none is negative where a clock was set back") {
  const auto at = [](int seconds) { return erm::TimePoint(std::chrono::seconds(1'763'883'021 + seconds)); };
  ExperimentRun run = run_named("a");
  run.log_metric("loss", 3, 1, at(100));
  run.log_metric("loss", 2, 2, at(0));
  run.log_metric("loss", 1, 3, at(50));
  const std::vector<erm::detail::ChartPoint> points = erm::detail::chart_points(run.history().at("loss"));
  REQUIRE(points.size() == 3);
  CHECK(points[0].seconds == 100);
  CHECK(points[1].seconds == 0);
  CHECK(points[2].seconds == 50);
  CHECK(has(body_of(compare_runs(run)), "\"t0\":1763883021000,"));
}

TEST_CASE("A long curve is thinned without losing its extremes") {
  std::vector<erm::detail::ChartPoint> points;
  for (int i = 0; i < 100000; ++i) points.push_back({i * 1.0, i == 33333 ? 9.0 : i == 77777 ? -9.0 : (i % 7) * 0.1});
  const auto thin = erm::detail::thinned_points(points, 0, 99999, 500);
  CHECK(thin.size() <= 2000 + 8);
  CHECK(thin.front().x == 0);
  CHECK(thin.back().x == 99999);
  const auto has_value = [&](double y) {
    return std::any_of(thin.begin(), thin.end(), [&](const auto& point) { return point.y == y; });
  };
  CHECK(has_value(9.0));
  CHECK(has_value(-9.0));
  CHECK(std::is_sorted(thin.begin(), thin.end(), [](const auto& a, const auto& b) { return a.x < b.x; }));
}

TEST_CASE("More than ten runs are rows, unless the options ask for columns") {
  std::vector<ExperimentRun> runs;
  for (int i = 0; i < 11; ++i) {
    runs.push_back(run_named("r" + std::to_string(i)));
    runs.back().log_params({{"x", i}, {"same", 1}});
  }
  CHECK(count(compare_runs(runs), "<table data-layout=columns>") == 0);
  erm::CompareOptions options;
  options.layout = erm::RunLayout::columns;
  CHECK(count(compare_runs(runs, options), "<table data-layout=columns>") == 2);  // all but the overview
}

TEST_CASE("A large table is whole, its later lines in a noscript that no text of a user ends") {
  std::vector<ExperimentRun> runs;
  for (int i = 0; i < 50; ++i) {
    runs.push_back(run_named("r" + std::to_string(i)));
    for (int k = 0; k < 100; ++k) runs.back().log_param("p" + std::to_string(k), "</noscript><script>" + std::to_string(i));
  }
  const std::string page = body_of(compare_runs(runs));
  CHECK(count(page, "<noscript>") == 1);
  CHECK(count(page, "</noscript>") == 1);
  const std::size_t begin = page.find("<noscript>"), end = page.find("</noscript>");
  const std::string_view later = std::string_view(page).substr(begin, end - begin);
  CHECK(count(later, "<tr><th scope=row") == 35);  // 15 lines of 100 cells stand before it
  CHECK(count(later, "&lt;/noscript&gt;&lt;script&gt;49") == 100);
  CHECK(has(later, "aria-label=\"Params, from line 16, table\""));
  runs.erase(runs.begin() + 40, runs.end());
  CHECK(count(body_of(compare_runs(runs)), "<noscript>") == 0);
}

TEST_CASE("A long text is its beginning, which unfolds") {
  std::vector<ExperimentRun> runs{run_named("r")};
  runs[0].log_params({{"short", std::string(300, 'a')}, {"long", std::string(301, 'b')}, {"lines", "1\n2\n3\n4\n5\n6\n7"}});
  const std::string page = body_of(compare_runs(runs));
  CHECK(count(page, "<details class=long>") == 2);
  CHECK(has(page, "<summary>" + std::string(160, 'b') + "\xE2\x80\xA6</summary><div>" + std::string(301, 'b') + "</div>"));
  CHECK(has(page, "<summary>1\xE2\x80\xA6</summary><div>1\n2\n3\n4\n5\n6\n7</div>"));
}

TEST_CASE("write_comparison() writes the page and leaves nothing else in the folder") {
  const erm_test::TemporaryDirectory dir;
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_text(std::string(900000, 'x'), "large");  // more than is held before it is written
  erm::write_comparison(dir.path() / "page.html", runs);
  CHECK(read_file(dir.path() / "page.html") == compare_runs(runs));
  runs[0].log_param("more", 1);
  erm::write_comparison(dir.path() / "page.html", runs);
  CHECK(read_file(dir.path() / "page.html") == compare_runs(runs));
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("A comparison that cannot be written gives the reason and leaves the old file") {
  const erm_test::TemporaryDirectory dir;
  const std::vector<ExperimentRun> runs = {run_named("a")};
  const std::string nowhere = (dir.path() / "no" / "page.html").generic_string();
  CHECK_THROWS_AS(erm::write_comparison(nowhere, runs), erm::NotFoundError);
  CHECK_THROWS_WITH(erm::write_comparison(nowhere, runs),
                    "cannot write the comparison to '" + nowhere + "': its folder is not there; create it first");
  erm::write_comparison(dir.path() / "page.html", runs);
  erm::CompareOptions options;
  options.baseline = 7;
  CHECK_THROWS_AS(erm::write_comparison(dir.path() / "page.html", runs, options), erm::Error);
  CHECK(read_file(dir.path() / "page.html") == compare_runs(runs));
  std::filesystem::create_directory(dir.path() / "folder");
  CHECK_THROWS_AS(erm::write_comparison(dir.path() / "folder", runs), erm::IoError);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), std::filesystem::directory_iterator()) == 2);
}

TEST_CASE("The filename of a comparison may have the maximum length") {
  const erm_test::TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / (std::string(250, 'x') + ".html");
  erm::write_comparison(page, {run_named("a")});
  CHECK(read_file(page) == compare_runs(run_named("a")));
}

}  // namespace compare_test
