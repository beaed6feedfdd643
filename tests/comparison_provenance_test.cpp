#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "erm/comparison.hpp"
#include "erm/json.hpp"
#include "with_provenance.hpp"

namespace comparison_provenance_test {

using erm::Comparison;
using erm::ExperimentRun;
using erm::Json;
using Kind = Comparison::Warning::Kind;

namespace {

const char* const commit_a = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d";
const char* const commit_b = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432";

Json release() {
  return {{"code", {{"as_of", "build"}, {"commit", commit_a}, {"dirty", false}}},
          {"build", {{"compiler", "GNU 12.2.0"}, {"build_type", "Release"}, {"flags", {"-O3", "-DX"}}}}};
}

/// Runs named a, b, c, ... with that provenance each.
std::vector<ExperimentRun> runs_of(const std::vector<Json>& provenance) {
  std::vector<ExperimentRun> runs;
  for (const Json& one : provenance) {
    erm::RunOptions options;
    options.run_id = std::string(1, static_cast<char>('a' + runs.size()));
    runs.push_back(erm_test::with_provenance(ExperimentRun("digits", options), one));
  }
  return runs;
}

const Comparison::Section& provenance_of(const Comparison& comparison) { return comparison.sections().back(); }

const Comparison::Row* row_of(const Comparison& comparison, std::string_view name) {
  for (const Comparison::Row& row : provenance_of(comparison).rows)
    if (row.name == name) return &row;
  return nullptr;
}

std::vector<std::string> texts_of(const Comparison::Row* row) {
  std::vector<std::string> texts;
  if (row == nullptr) return {"no such row"};
  for (const Comparison::Cell& cell : row->cells) texts.emplace_back(cell.text);
  return texts;
}

std::vector<std::string> warnings_of(const std::vector<Json>& provenance) {
  const std::vector<ExperimentRun> runs = runs_of(provenance);
  const Comparison comparison(runs);
  std::vector<std::string> texts;
  for (const Comparison::Warning& warning : comparison.warnings()) texts.push_back(warning.text);
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("Runs without provenance have no provenance rows and no warnings") {
  const std::vector<ExperimentRun> runs = {ExperimentRun("digits"), ExperimentRun("digits")};
  const Comparison comparison(runs);
  CHECK(provenance_of(comparison).kind == Comparison::Kind::provenance);
  CHECK(provenance_of(comparison).rows.empty());
  CHECK(comparison.warnings().empty());
}

TEST_CASE("Runs of the same build have rows and no warnings") {
  const std::vector<ExperimentRun> runs = runs_of({release(), release()});
  const Comparison comparison(runs);
  CHECK(comparison.warnings().empty());
  CHECK(provenance_of(comparison).differing == 0);
  CHECK(texts_of(row_of(comparison, "build.flags")) == Texts{"-O3 -DX", "-O3 -DX"});
  CHECK(comparison.row_count() == 0);
}

TEST_CASE("A warning lists different commits with their runs, the baseline's first") {
  Json other = release();
  other["code"]["commit"] = commit_b;
  CHECK(warnings_of({release(), other, release()}) ==
        Texts{"Built from different code: 1a2b3c4d5e (a and c) beside 9f8e7d6c5b (b)."});
  other["code"]["as_of"] = "run";
  CHECK(warnings_of({release(), other})[0].find("Different code (") == 0);
  const std::vector<ExperimentRun> runs = runs_of({release(), other, release()});
  erm::CompareOptions options;
  options.baseline = 1;
  const Comparison comparison(runs, options);
  CHECK(comparison.warnings()[0].kind == Kind::different_code);
  CHECK(comparison.warnings()[0].text.find("9f8e7d6c5b (b) beside 1a2b3c4d5e (a and c).") != std::string::npos);
  CHECK(row_of(comparison, "code.commit")->differs);
  CHECK_FALSE(row_of(comparison, "code.commit")->cells[1].differs);
}

TEST_CASE("One commit with different changes counts as different code, and a dirty work tree gives a warning") {
  Json dirty = release();
  dirty["code"]["dirty"] = true;
  dirty["code"]["diff"] = "diff --git a/x b/x\n";
  CHECK(warnings_of({dirty}) == Texts{"Dirty work tree: no commit holds the code of a."});
  CHECK(warnings_of({dirty, dirty}) == Texts{"Dirty work tree: no commit holds the code of a and b."});
  const Texts both = warnings_of({release(), dirty});
  REQUIRE(both.size() == 2);
  CHECK(both[0].find("Built from different code: commit 1a2b3c4d5e with different changes that are not committed: none "
                     "(a) beside ") == 0);
  CHECK(both[1] == "Dirty work tree: no commit holds the code of b.");
  dirty["code"].erase("diff");
  CHECK(warnings_of({dirty, dirty}) ==
        Texts{"Dirty work tree: no commit holds the code of a and b, and its changes are not recorded."});
}

TEST_CASE("A warning names a run without a commit, with the reason, if others have one") {
  Json unknown = release();
  unknown.erase("code");
  unknown["missing"]["code"] = "no git work tree was found";
  CHECK(warnings_of({release(), unknown, Json::object()}) ==
        Texts{"Unknown code: no commit is recorded of b and c (no git work tree was found)."});
  CHECK(warnings_of({unknown, unknown}).empty());
}

TEST_CASE("Different build types, compilers and flags give warnings") {
  Json debug = release();
  debug["build"]["build_type"] = "Debug";
  debug["build"]["compiler"] = "Clang 14.0.6";
  debug["build"]["flags"] = {"-O0", "-g", "-DX"};
  CHECK(warnings_of({release(), debug, release()}) ==
        Texts{"Release beside Debug: Release (a and c) beside Debug (b).",
              "Different compilers: GNU 12.2.0 (a and c) beside Clang 14.0.6 (b).",
              "Different flags than a: b has -O0 -g, not -O3."});
  Json order = release(), defined = release(), less = release();
  order["build"]["flags"] = {"-DX", "-O3"};
  defined["build"]["definitions"] = {"NDEBUG"};
  less["build"]["flags"] = {"-O3"};
  CHECK(warnings_of({release(), order, defined, less}) ==
        Texts{"Different flags than a: b has them in another order or number; c has -DNDEBUG; d has not -DX."});
}

TEST_CASE("Without flags the optimisation known from the compiler's macros is compared") {
  Json on = {{"build", {{"from", "the compiler's macros"}, {"optimisation", "on"}}}}, off = on;
  off["build"]["optimisation"] = "off";
  CHECK(warnings_of({on, off}) == Texts{"Different optimisation: on (a) beside off (b)."});
}

TEST_CASE(
    "Inputs with the same name and different content give a warning, but not if their hashes are of different kinds") {
  Json one = {{"inputs", {{"train set", {{"sha256", "abcd"}}}, {"big", {{"fingerprint", "1"}}}}}}, other = one;
  other["inputs"]["train set"]["sha256"] = "ef01";
  other["inputs"]["big"] = {{"sha256", "2"}};
  CHECK(warnings_of({one, other}) == Texts{"Different input 'train set' (sha256): abcd (a) beside ef01 (b)."});
  Json many = Json::object(), changed = Json::object();
  for (int i = 0; i < 9; ++i) {
    many["inputs"][std::to_string(i)] = {{"sha256", "a"}};
    changed["inputs"][std::to_string(i)] = {{"sha256", "b"}};
  }
  CHECK(warnings_of({many, changed}).size() == 5);
  CHECK(warnings_of({many, changed}).back() == "5 more inputs differ.");
}

TEST_CASE("Long texts are compared completely, and shown by their beginning") {
  Json one = release(), other = release();
  one["build"]["build_type"] = std::string(500, 'x') + "1";
  other["build"]["build_type"] = std::string(500, 'x') + "2";
  const std::string x(40, 'x');
  CHECK(warnings_of({one, other}) == Texts{x + " beside " + x + ": " + x + " (a) beside " + x + " (b)."});
  one = other = release();
  one["inputs"][std::string(500, 'n')] = {{"sha256", std::string(500, 'x') + "1"}};
  other["inputs"][std::string(500, 'n')] = {{"sha256", std::string(500, 'x') + "2"}};
  CHECK(warnings_of({one, other}) ==
        Texts{"Different input '" + std::string(60, 'n') + "' (sha256): xxxxxxxxxx (a) beside xxxxxxxxxx (b)."});
}

TEST_CASE("A warning names up to four runs, and counts the rest") {
  std::vector<Json> all(12, release());
  all[3]["code"]["commit"] = commit_b;
  CHECK(warnings_of(all) ==
        Texts{"Built from different code: 1a2b3c4d5e (a, b, c, e and 7 more) beside 9f8e7d6c5b (d)."});
}

TEST_CASE("Every part is a row: lists as command lines, objects by name, keys of later versions included") {
  const Json p = {{"captured_utc", "2026-11-23T07:30:21"},
                  {"program", {{"arguments", {"--lr", "0.1", "two words", ""}}, {"pid", 17}}},
                  {"machine", {{"cores", 64}, {"gpus", {{{"name", "A100"}, {"memory_bytes", 5}}, {{"name", "A100"}}}}}},
                  {"build", {{"libraries", {{{"name", "fmt"}, {"version", "9.1.0"}}}}, {"flags", Json::array()}}},
                  {"zeta", {{"new", {1, "x", nullptr}}, {"empty", Json::object()}}},
                  {"code", nullptr},
                  {"missing", {{"machine.gpus", "no NVML"}}}};
  const std::vector<ExperimentRun> runs = runs_of({p});
  const Comparison comparison(runs);
  Texts rows;
  for (const Comparison::Row& row : provenance_of(comparison).rows)
    rows.push_back(std::string(row.name) + " = " + std::string(row.cells[0].text));
  CHECK(rows == Texts{"captured_utc = 2026-11-23T07:30:21", "code = null", "build.flags = ", "build.libraries = 1",
                      "build.libraries.fmt = yes", "build.libraries.fmt.version = 9.1.0",
                      "program.arguments = --lr 0.1 'two words' ''", "program.pid = 17", "machine.cores = 64",
                      "machine.gpus = 2", "machine.gpus.A100 = yes", "machine.gpus.A100.memory_bytes = 5",
                      "machine.gpus.A100 (2) = yes", "zeta.empty = {}", "zeta.new = [1,\"x\",null]",
                      "missing.machine.gpus = no NVML"});
}

TEST_CASE("What always differs does not count, and libraries and processor features are listed only if they differ") {
  const auto made = [](int run) {
    return Json{{"captured_utc", std::to_string(run)},
                {"program",
                 {{"pid", run},
                  {"libraries",
                   {{{"path", "/lib/libc.so.6"}, {"build_id", "cc"}},
                    {{"path", "/lib/libz.so.1"}, {"build_id", std::to_string(run)}}}}}},
                {"build", {{"time_utc", std::to_string(run)}}},
                {"machine", {{"cpu_features", run == 1 ? Json{"avx2", "avx512f"} : Json{"avx2"}}}},
                {"seeds", {{"seed", run}}}};
  };
  const std::vector<ExperimentRun> runs = runs_of({made(1), made(2)});
  const Comparison comparison(runs);
  for (const char* const name : {"captured_utc", "program.pid", "build.time_utc"}) {
    CAPTURE(name);
    REQUIRE(row_of(comparison, name) != nullptr);
    CHECK(row_of(comparison, name)->is_incidental);
    CHECK_FALSE(row_of(comparison, name)->differs);
    CHECK_FALSE(row_of(comparison, name)->cells[1].differs);
  }
  CHECK(row_of(comparison, "seeds.seed")->differs);
  CHECK(row_of(comparison, "program.libraries.libc.so.6.build_id") == nullptr);
  CHECK(texts_of(row_of(comparison, "program.libraries.libz.so.1.build_id")) == Texts{"1", "2"});
  CHECK(texts_of(row_of(comparison, "program.libraries")) == Texts{"2", "2"});
  CHECK(row_of(comparison, "machine.cpu_features.avx2") == nullptr);
  CHECK(texts_of(row_of(comparison, "machine.cpu_features.avx512f")) == Texts{"yes", ""});
}

TEST_CASE("A long text is shown by hash, size and beginning, and still differs if one letter does") {
  const std::string state(5000, '7');
  const std::vector<ExperimentRun> runs =
      runs_of({{{"rngs", {{"shuffle", state + "1"}}}}, {{"rngs", {{"shuffle", state + "2"}}}}});
  const Comparison comparison(runs);
  const Comparison::Row* const row = row_of(comparison, "rngs.shuffle");
  REQUIRE(row != nullptr);
  CHECK(row->differs);
  CHECK(row->cells[0].text.find("SHA-256 ") == 0);
  CHECK(row->cells[0].text.find(" of 5001 bytes: 7777") != std::string_view::npos);
  CHECK(row->cells[0].text.size() < 140);
}

TEST_CASE("The diff is a row only by its hash, and is available for each run that has one") {
  Json dirty = release();
  dirty["code"]["diff"] = "abc";
  const std::vector<ExperimentRun> runs = runs_of({release(), dirty});
  const Comparison comparison(runs);
  CHECK(comparison.diffs() == std::vector<std::string_view>{"", "abc"});
  CHECK(row_of(comparison, "code.diff") == nullptr);
  CHECK(texts_of(row_of(comparison, "code.diff_sha256")) ==
        Texts{"", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"});
  dirty["code"]["diff_sha256"] = "recorded";
  const std::vector<ExperimentRun> others = runs_of({dirty});
  const Comparison recorded(others);
  CHECK(texts_of(row_of(recorded, "code.diff_sha256")) == Texts{"recorded"});
}

TEST_CASE("Parts with unexpected types are shown, and give no warning") {
  const Json types[] = {nullptr, true, 17, -1.5, "text", Json::array({1, nullptr, "x"}), Json{{"a", {{"b", 1}}}}};
  for (const char* const part : {"captured_utc", "program", "machine", "job", "environment", "build", "code", "inputs",
                                 "seeds", "rngs", "missing", "later"}) {
    for (const Json& type : types) {
      const std::vector<ExperimentRun> runs = runs_of({{{part, type}}, release()});
      CHECK_FALSE(provenance_of(Comparison(runs)).rows.empty());
    }
  }
  for (const char* const key : {"commit", "dirty", "diff", "diff_sha256", "as_of"}) {
    for (const Json& type : types) {
      const std::vector<ExperimentRun> runs = runs_of({{{"code", {{key, type}}}}, release()});
      CHECK_FALSE(provenance_of(Comparison(runs)).rows.empty());
    }
  }
  for (const char* const key : {"flags", "definitions", "libraries", "compiler", "build_type", "optimisation"}) {
    for (const Json& type : types) {
      const std::vector<ExperimentRun> runs = runs_of({{{"build", {{key, type}}}}, release()});
      CHECK_FALSE(provenance_of(Comparison(runs)).rows.empty());
    }
  }
  for (const Json& type : types) {
    const std::vector<ExperimentRun> runs =
        runs_of({{{"inputs", {{"x", type}}}}, {{"inputs", {{"x", {{"sha256", type}}}}}}});
    CHECK(Comparison(runs).warnings().empty());
  }
  const std::vector<ExperimentRun> runs = runs_of({Json::array({1}), "text", nullptr});
  CHECK(provenance_of(Comparison(runs)).rows.empty());
}

}  // namespace comparison_provenance_test
