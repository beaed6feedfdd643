#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "erm/compare.hpp"
#include "erm/compare_text.hpp"
#include "erm/json.hpp"
#include "page_text.hpp"
#include "with_provenance.hpp"

namespace page_sections_test {

using erm::compare_runs;
using erm::ExperimentRun;
using erm::Json;
using erm_test::body_of;
using erm_test::count;
using erm_test::has;
using erm_test::runs_named;
using erm_test::with_provenance;

namespace {

const std::string evil = "</script><script>alert(1)</script><!--<img src=x onerror='alert(2)'>\"'&]]>";

std::string text_of(const std::vector<ExperimentRun>& runs, const erm::CompareOptions& options = {}) {
  erm::TextTableOptions look;
  look.color = erm::TextColor::never;
  return erm::compare_runs_text(runs, options, look);
}

Json with_diff(const std::string& diff) { return {{"code", {{"commit", "abc"}, {"diff", diff}}}}; }

}  // namespace

TEST_CASE("Tags are rows like others, and a tag without a value is present or missing") {
  std::vector<ExperimentRun> runs = runs_named(2);
  runs[1].set_tag("candidate");
  for (ExperimentRun& run : runs) run.set_tag("team", "vision");
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(page, "Tags</h2><span class=note>2 rows, 1 differs</span>"));
  CHECK(
      has(page,
          "<tr class=x><th scope=row>candidate<b class=q title=\"differs between the runs\">\xE2\x89\xA0<i> differs</i>"
          "</b><td class=m>\xE2\x80\x94<td class=\"b d\">yes</tr>"));
  CHECK(has(page, "<tr><th scope=row>team<td>vision<td>vision</tr>"));
  CHECK(has(text_of(runs),
            "Tags         run-0 (baseline)  run-1\n"
            "\xE2\x89\xA0 candidate  \xE2\x80\x94                 yes\n"
            "  team       vision            vision\n"));
  CHECK_FALSE(has(body_of(compare_runs(runs_named(2))), "Tags"));
}

TEST_CASE("Notes are harmless Markdown, marked if they differ from the baseline's") {
  std::vector<ExperimentRun> runs = runs_named(4);
  runs[0].set_note("**best** so far");
  runs[1].set_note("**best** so far");
  runs[2].set_note(evil);
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(page, "Notes</h2><span class=note>3 notes, not all the same</span>"));
  CHECK(count(page, "<div class=md><p><strong>best</strong> so far</p></div>") == 2);
  CHECK(has(page, "run-1<small> the same as that of run-0</small>"));
  CHECK(has(page, "run-2<small> differs from that of run-0</small>"));
  CHECK(has(page, "&lt;/script&gt;&lt;script&gt;alert(1)"));
  CHECK(has(page, "No note: run-3</p>"));
  CHECK_FALSE(has(page, "<script>"));
  CHECK(has(text_of(runs), "\xE2\x89\xA0 note  **best** so far"));
}

TEST_CASE("A long note is shown in part, with the size of the rest") {
  std::vector<ExperimentRun> runs = runs_named(1);
  runs[0].set_note(std::string(70000, 'x'));
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(page, "4.4 KiB more are left out here."));
  CHECK(count(page, std::string(65536, 'x')) == 2);  // as it is read, and as it was written, for the page's script
  CHECK(page.size() < 140000);
}

TEST_CASE("The groups of runs have a table, and sentences that say whether they differ") {
  std::vector<ExperimentRun> runs = runs_named(10);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].set_group(i < 5 ? "plain" : "augmented <b>");
    runs[i].log_metric("accuracy", i < 5 ? 0.5 + 0.01 * static_cast<double>(i) : 0.9);
    if (i != 0) runs[i].log_metric("late", 1);
  }
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(page, "Groups</h2><span class=note>2 groups by group</span>"));
  CHECK(has(page, "<dt>augmented &lt;b&gt;</dt><dd>5 runs: run-5, run-6, run-7, run-8, run-9</dd>"));
  CHECK(has(page,
            "<td colspan=7>augmented &lt;b&gt; and plain differ: p \xE2\x89\x88 0.0075, by Mann-Whitney; augmented "
            "&lt;b&gt; is mostly higher, by 0.38 (0.36 to 0.4), which is better"));
  CHECK(has(page,
            "<th scope=row class=deep>plain<td class=n>5<td class=n>0.52<td class=n>0.0158114<td class=n>0.500368 "
            "to 0.539632<td class=n>0.5<td class=n>0.54<td><svg class=interval"));
  CHECK(has(page, "<th scope=row class=deep>plain<td class=n>4 of 5<td class=n>1"));
  const std::string text = text_of(runs);
  UNSCOPED_INFO(text);
  CHECK(has(text, "\naccuracy: augmented <b> and plain differ: p \xE2\x89\x88 0.0075, by Mann-Whitney; "));
  CHECK(has(text, "\naccuracy  augmented <b>  5   0.9          0       0.9       0.9    0.9       0.9\n"));
  CHECK_FALSE(has(body_of(compare_runs(runs_named(2))), "Groups"));
}

TEST_CASE("The options decide how runs are grouped") {
  std::vector<ExperimentRun> runs = runs_named(4);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].log_params({{"lr", i % 2}, {"layers", 3}});
    runs[i].log_metric("loss", i);
  }
  erm::CompareOptions options;
  options.group_by = {"params.lr", "params.layers"};
  const std::string page = body_of(compare_runs(runs, options));
  CHECK(has(page, "2 groups by params.lr and params.layers</span>"));
  CHECK(has(page, "<dt>0, 3</dt><dd>2 runs: run-0, run-2</dd>"));
  CHECK(has(page, "too few runs to tell 0, 3 from 1, 3: with 2 and 2, p is 0.333 at the least; p = 0.67"));
  options.group_by = "group";
  CHECK(has(body_of(compare_runs(runs, options)), "1 group by group</span>"));
}

TEST_CASE("Infinite and huge metrics do not break the picture of an interval") {
  std::vector<ExperimentRun> runs = runs_named(4);
  const double values[] = {1e308, -1e308, 1, INFINITY};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].set_group(i < 2 ? "a" : "b");
    runs[i].log_metric("huge", values[i]);
  }
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(page, "Groups</h2>"));
  CHECK_FALSE(has(page, "class=interval"));
  CHECK_FALSE(has(page, "nan"));
  runs[3].log_metric("huge", 2);
  CHECK_FALSE(has(body_of(compare_runs(runs)), "d=\"M-"));
}

TEST_CASE("The warnings from the runs' provenance are at the top of the page") {
  std::vector<ExperimentRun> runs = runs_named(2);
  runs[0] = with_provenance(runs[0], {{"build", {{"build_type", "Debug"}}}});
  runs[1] = with_provenance(runs[1], {{"build", {{"build_type", "<Release>"}}}});
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(page,
            "</p><ul class=warnings aria-label=Warnings><li class=notice>Debug beside &lt;Release&gt;: Debug (run-0) "
            "beside &lt;Release&gt; (run-1).</ul></header>"));
  CHECK(has(page, "Provenance</h2><span class=note>1 row, 1 differs</span>"));
  CHECK(text_of(runs).find("! Debug beside <Release>: Debug (run-0) beside <Release> (run-1).\n\nRuns ") == 0);
  CHECK(has(text_of(runs), "\nProvenance          run-0 (baseline)  run-1\n"));
  runs[1] = with_provenance(runs[1], {{"build", {{"build_type", "Debug"}}}});
  CHECK_FALSE(has(compare_runs(runs), "aria-label=Warnings"));
  CHECK_FALSE(has(text_of(runs), "Provenance"));
}

TEST_CASE("A diff has signs and tags for added and removed lines, and appears once with the runs that have it") {
  std::vector<ExperimentRun> runs = runs_named(3);
  const Json diff = with_diff(
      "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same <b>\n--- gone\n+++ came\n+too\ndiff --git a/y "
      "b/y\nBinary files differ\n");
  runs[0] = with_provenance(runs[0], diff);
  runs[2] = with_provenance(runs[2], diff);
  const std::string page = body_of(compare_runs(runs));
  CHECK(has(
      page,
      "<summary>Not committed in the code of run-0, run-2: 2 files, 2 lines added, 1 removed (123 bytes)</summary>"));
  CHECK(
      has(page,
          "<pre class=diff tabindex=0>\n<b>diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n</b> same &lt;b&gt;\n"
          "<del>--- gone\n</del><ins>+++ came\n+too\n</ins><b>diff --git a/y b/y\nBinary files differ\n</b></pre>"));
  CHECK(count(page, "<pre class=diff") == 1);
}

TEST_CASE("Of a large diff the first part is shown with the size of the rest, and of many large ones only some") {
  std::string large = "diff --git a/x b/x\n@@ -0,0 +1,9 @@\n";
  while (large.size() < 5000) large += "+line\n";
  erm::CompareOptions options;
  options.max_diff_size = 1000;
  std::vector<ExperimentRun> runs = runs_named(20);
  for (std::size_t i = 0; i < runs.size(); ++i)
    runs[i] = with_provenance(runs[i], with_diff(large + std::to_string(i)));
  const std::string page = body_of(compare_runs(runs, options));
  CHECK(count(page, "<summary>Not committed") == 20);
  CHECK(count(page, "<pre class=diff") == 16);
  CHECK(has(page, "3.9 KiB more are left out here: CompareOptions::max_diff_size is 1000 bytes.</p>"));
  options.max_diff_size = 0;
  CHECK(count(body_of(compare_runs(runs, options)), "<pre class=diff") == 0);
  options.max_diff_size = static_cast<std::size_t>(-1);
  CHECK_FALSE(has(body_of(compare_runs(runs, options)), "left out"));
}

TEST_CASE("A hostile diff is only text") {
  std::vector<ExperimentRun> runs = runs_named(1);
  runs[0] = with_provenance(
      runs[0], with_diff("@@ " + evil + "\n+" + evil + "\n+if (a \xE2\x80\xAE) \xE2\x81\xA6{\xE2\x80\x94\xE2"));
  const std::string page = body_of(compare_runs(runs));
  CHECK_FALSE(has(page, "<script>"));
  CHECK_FALSE(has(page, "<img"));
  CHECK(has(page, "if (a &lt;U+202E&gt;) &lt;U+2066&gt;{\xE2\x80\x94\xE2"));
}

TEST_CASE("The page is complete, whatever a provenance contains") {
  const Json values[] = {nullptr,
                         true,
                         -1.5,
                         evil,
                         Json::array({evil, evil}),
                         Json::array({Json{{"name", evil}, {evil, evil}}}),
                         Json{{evil, {{evil, evil}}}},
                         std::string(2000, '<'),
                         Json::array()};
  const std::string plain = compare_runs(runs_named(2));
  const std::size_t tags = count(plain, "<script");
  for (const char* const part : {"captured_utc", "program", "machine", "environment", "build", "code", "inputs",
                                 "seeds", "missing", "later <b>"}) {
    for (const Json& value : values) {
      std::vector<ExperimentRun> runs = runs_named(2);
      runs[0] = with_provenance(runs[0],
                                {{part, value}, {"code", {{"commit", evil}, {"diff", value}, {"diff_sha256", value}}}});
      runs[1] = with_provenance(runs[1], {{"code", value},
                                          {"build", {{"flags", value}, {"build_type", value}}},
                                          {"inputs", {{evil, {{"sha256", value}}}}}});
      const std::string page = compare_runs(runs);
      CHECK(count(page, "<script") == tags);
      CHECK_FALSE(has(body_of(page), "<img"));
      CHECK_FALSE(text_of(runs).empty());
    }
  }
}

}  // namespace page_sections_test
