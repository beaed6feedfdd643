// Images, figures and texts over steps, and tables: in memory, saved, live, resumed, overwritten, edited, deleted.
#include "erm/series.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "child_process.hpp"
#include "erm/edit.hpp"
#include "erm/experiment_run.hpp"
#include "erm/figure.hpp"
#include "erm/file_system.hpp"
#include "erm/find.hpp"
#include "erm/image.hpp"
#include "erm/json.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/table.hpp"
#include "erm/trash.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace series_test {

using erm_test::Child;
using erm_test::contains;
using erm_test::error_of;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

std::vector<std::uint8_t> grey(std::uint8_t shade) { return std::vector<std::uint8_t>(4, shade); }

template <class Run>
void log_all(Run& run) {
  for (std::size_t step = 0; step < 30; step += 10) {
    const auto pixels = grey(static_cast<std::uint8_t>(step / 20));
    run.log_image({pixels.data(), 2, 2, 1}, "sample", step);
    run.log_text("generated at " + std::to_string(step), "generated", step);
    run.log_figure(erm::Figure("confusion").line(std::vector<double>{1, 2}, std::vector<double>{3, 4}, "a"),
                   "confusion", step);
  }
  run.log_table("per class", {"class", "f1"}, {{"cat", 0.9}, {"dog", 0.8}});
}

std::string texts_of(const erm::ArtifactSeries& series) {
  std::string all;
  for (const auto& [step, artifact] : series)
    all += std::to_string(step) + ": " + erm::to_text(artifact.bytes()) + "\n";
  return all;
}

void check_all(const erm::ExperimentRun& run) {
  CHECK(texts_of(run.series("generated")) == "0: generated at 0\n10: generated at 10\n20: generated at 20\n");
  CHECK(run.series("sample").size() == 3);
  const auto pixels = grey(1);
  CHECK(run.series("sample").at_step(20).bytes() == erm::encode_png({pixels.data(), 2, 2, 1}));
  CHECK(run.series("sample").last().artifact.media_type() == "image/png");
  CHECK(run.series("sample").last().artifact.filename() == "sample.png");
  CHECK(run.series("confusion").at_step(10).type() == erm::ArtifactType::plotly_json);
  CHECK(run.table("per class").columns() == std::vector<std::string>{"class", "f1"});
  CHECK(run.table("per class").at(1, "class") == erm::Value("dog"));
  CHECK(run.table("per class").at(1, "f1") == erm::Value(0.8));
  CHECK(run.series_names() == std::vector<std::string>{"confusion", "generated", "sample"});
  CHECK(run.table_names() == std::vector<std::string>{"per class"});
  CHECK(run.artifacts().empty());
}

std::size_t count_files(const std::filesystem::path& folder) {
  std::size_t count = 0;
  std::error_code missing;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, missing))
    if (entry.is_regular_file()) ++count;
  return count;
}

erm::LiveOptions live_options(const std::string& run_id) {
  erm::LiveOptions options;
  options.run_id = run_id;
  options.provenance = false;
  options.flush_interval = std::chrono::milliseconds(5);
  return options;
}

TEST_CASE("A run keeps one image, figure and text for each step, in memory and saved") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  log_all(run);
  check_all(run);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  check_all(erm::load_run_from_path(uri));
  // Of three samples two are equal, and are stored once.
  CHECK(count_files(uri + "/series/files") == 2 + 3 + 1);

  // Saved, loaded, saved again, the times too.
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(loaded.series("sample").times() == run.series("sample").times());
  const std::string again = erm::save_run_to_registry(loaded, dir / "second");
  std::filesystem::remove_all(dir / "registry");
  check_all(erm::load_run_from_path(again));
}

TEST_CASE("The last one logged at a step replaces those before, and steps come sorted") {
  erm::ExperimentRun run("digits");
  run.log_text("late", "note", 30);
  run.log_text("first", "note", 10u);
  run.log_text("second", "note", std::int8_t{10});
  CHECK(texts_of(run.series("note")) == "10: second\n30: late\n");
  CHECK(thrown<erm::NotFoundError>([&] { static_cast<void>(run.series("note").at_step(20)); }) ==
        "the series has no step 20; it has 2 of them, from 10 to 30");
  CHECK(thrown<erm::NotFoundError>([&] { static_cast<void>(erm::ArtifactSeries().last()); }) ==
        "the series is empty, so it has no last entry");
}

TEST_CASE("A series, a histogram or a table that a run lacks is told with its nearest") {
  erm::ExperimentRun run("digits", erm::RunOptions{"main", "one"});
  run.log_text("x", "generated", 1);
  run.log_table("per class", {"a"}, {});
  run.log_histogram("weights/fc1", std::vector<float>{1}, 1);
  const auto without_id = [](const std::string& text) { return text.substr(text.find("has no")); };
  CHECK(without_id(thrown<erm::NotFoundError>([&] { static_cast<void>(run.series("generatd")); })) ==
        "has no series 'generatd'; its nearest are 'generated'");
  CHECK(without_id(thrown<erm::NotFoundError>([&] { static_cast<void>(run.table("perclass")); })) ==
        "has no table 'perclass'; its nearest are 'per class'");
  CHECK(without_id(thrown<erm::NotFoundError>([&] { static_cast<void>(run.histogram("weights.fc1")); })) ==
        "has no histogram 'weights.fc1'; its nearest are 'weights/fc1'");
  const erm::ExperimentRun empty("digits", erm::RunOptions{"main", "two"});
  CHECK(without_id(thrown<erm::NotFoundError>([&] { static_cast<void>(empty.series("x")); })) ==
        "has no series 'x'; it has none");
}

TEST_CASE("Braces after an artifact id still mean no filename, and not step 0") {
  erm::ExperimentRun run("digits");
  const auto pixels = grey(1);
  const erm::Bytes png = erm::encode_png({pixels.data(), 2, 2, 1});
  run.log_image(png, "plain", {});
  run.log_image(png, "named", "other.png");
  run.log_image(png, "stepped", 0);
  CHECK(run.artifacts().count("plain") == 1);
  CHECK(run.artifact("named").filename() == "other.png");
  CHECK(run.series_names() == std::vector<std::string>{"stepped"});
  CHECK(thrown<erm::Error>([&] { run.log_text("x", "note", 18446744073709551615u); }) ==
        "a step of 18446744073709551615 is too large; the greatest is 9223372036854775807");
  CHECK(thrown<erm::InvalidIdError>([&] { run.log_text("x", "../note", 1); }) ==
        "the artifact id '../note' has '.' or '..' as a part; give a name that stays where it is");
  CHECK(thrown<erm::InvalidIdError>([&] { run.log_text("note", "two words", 1); }) ==
        "log_text was given the artifact id 'two words', which has blanks, and the text 'note', which has none; the "
        "order is log_text(text, artifact_id)");
}

TEST_CASE("Values of a table keep their types, and its file opens elsewhere") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  const std::vector<std::vector<erm::Value>> rows = {
      {"text", 1, 18446744073709551615u, 0.5, true},
      {"line\nbreak", -7, 0u, 1.0, false},
      {"quote \" and, comma", 0, 1u, std::numeric_limits<double>::quiet_NaN(), true},
      {"42", 3, 2u, -std::numeric_limits<double>::infinity(), true},
      {"true", 3, 2u, 1e300, true},
      {"", 3, 2u, -0.0, true},
      {"carriage\r\nreturn", 3, 2u, 0.1f, true},
  };
  run.log_table("types", {"text", "int", "uint64", "double", "bool, \"quoted\""}, rows);
  run.log_table("empty", {"a", "b"}, {});
  run.log_table("none", {}, {});
  run.log_table("folder/CON: *?", {"a"}, {{1}});
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(loaded.table("types") == run.table("types"));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i : {0u, 1u, 3u, 4u}) CHECK(loaded.table("types").rows()[row][i].kind() == rows[row][i].kind());
    CHECK(loaded.table("types").rows()[row][2] == rows[row][2]);
  }
  CHECK(loaded.table("empty").columns() == std::vector<std::string>{"a", "b"});
  CHECK(loaded.table("none") == erm::Table());
  CHECK(loaded.table("folder/CON: *?").at(0, "a") == erm::Value(1));
  std::ifstream file(uri + "/series/tables/types.csv", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  CHECK(text.rfind("\"text\",\"int\",\"uint64\",\"double\",\"bool, \"\"quoted\"\"\"\n"
                   "\"text\",1,18446744073709551615,0.5,true\n\"line\nbreak\",-7,0,1.0,false\n",
                   0) == 0);
}

TEST_CASE("A table with ragged rows or a column twice is refused, and the error names them") {
  erm::ExperimentRun run("digits");
  CHECK(thrown<erm::Error>([&] {
          run.log_table("t", {"a", "b"}, {{1, 2}, {"only"}});
        }) ==
        "table 't': row 1 of a table (the first is row 0) has 1 values and begins with 'only', and the table has 2 "
        "columns: 'a', 'b'; give each row a value for each column");
  CHECK(thrown<erm::Error>([&] {
          run.log_table("t", {"f1", "x", "f1"}, {});
        }) == "table 't': a table was given the column 'f1' twice; give each column a name of its own");
  CHECK(contains(thrown<erm::InvalidIdError>([&] { run.log_table("a/../b", {"a"}, {}); }), "table name"));
  CHECK(run.table_names().empty());
  run.log_table("t", {"a"}, {{1}});
  run.log_table("t", {"a", "b"}, {{2, 3}});
  CHECK(run.table("t").column("b") == std::vector<erm::Value>{3});
  CHECK(thrown<erm::NotFoundError>([&] { static_cast<void>(run.table("t").at(0, "A2")); }) ==
        "the table has no column 'A2'; it has 'a', 'b'");
  CHECK(thrown<erm::NotFoundError>([&] { static_cast<void>(run.table("t").at(1, "a")); }) ==
        "the table has no row 1; it has 1 rows, of which the first is row 0");
}

TEST_CASE("Copies of a run have series of their own") {
  erm::ExperimentRun run("digits");
  run.log_text("a", "note", 1);
  run.log_histogram("h", std::vector<float>{1}, 1);
  erm::ExperimentRun copy = run;
  copy.log_text("b", "note", 2);
  copy.log_histogram("h", std::vector<float>{1}, 2);
  CHECK(run.series("note").size() == 1);
  CHECK(copy.series("note").size() == 2);
  CHECK(run.histogram("h").size() == 1);
  CHECK(copy.histogram("h").size() == 2);
}

TEST_CASE("An overwrite replaces series and removes what no entry names; an edit, the trash and find_runs keep them") {
  const TemporaryDirectory dir;
  erm::RunOptions options;
  options.run_id = "one";
  erm::ExperimentRun run("digits", options);
  log_all(run);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const erm::ExperimentRun before = erm::load_run_from_path(uri);

  erm::edit_run(uri, [](erm::RunEdit& edit) { edit.set_tag("candidate"); });
  check_all(erm::load_run_from_path(uri));
  erm::delete_run(dir / "registry", "digits", "main", "one");
  CHECK_THROWS_AS(before.series("sample"), erm::NotFoundError);
  erm::restore_run(dir / "registry", "digits", "main", "one");
  check_all(erm::load_run_from_path(uri));
  check_all(erm::find_runs(dir / "registry").at(0));

  // A loaded run that goes on, in the same place.
  erm::ExperimentRun more = erm::load_run_from_path(uri);
  more.log_text("generated at 20, again", "generated", 20);
  more.log_table("per class", {"class"}, {{"cat"}});
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_path(more, uri, overwrite);
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(texts_of(loaded.series("generated")) == "0: generated at 0\n10: generated at 10\n20: generated at 20, again\n");
  CHECK(loaded.table("per class").columns().size() == 1);
  CHECK(loaded.series("sample").size() == 3);
  CHECK(count_files(uri + "/series") == 6 + 1 + 1);  // files, the table, the list

  erm::ExperimentRun without("digits", options);
  erm::save_run_to_path(without, uri, overwrite);
  CHECK(erm::load_run_from_path(uri).series_names().empty());
  CHECK_FALSE(std::filesystem::exists(uri + "/series"));
}

TEST_CASE("A run that another one replaced does not show the other's series") {
  const TemporaryDirectory dir;
  erm::RunOptions options;
  options.run_id = "one";
  erm::ExperimentRun run("digits", options);
  run.log_text("mine", "note", 1);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  erm::ExperimentRun other("digits", options);
  other.log_text("not mine", "note", 1);
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_path(other, uri, overwrite);
  CHECK(contains(thrown<erm::NotFoundError>([&] { static_cast<void>(loaded.series("note")); }),
                 "another run took its place since it was loaded; load it again"));
}

TEST_CASE("A live run has its series on disk at the next flush, and other processes read them") {
  const TemporaryDirectory dir;
  erm::LiveRun run(dir / "registry", "digits", live_options("live"));
  CHECK_FALSE(std::filesystem::exists(run.uri() + "/series"));
  log_all(run);
  run.flush();
  check_all(erm::load_run_from_path(run.uri()));
  run.log_table("per class", {"class", "f1"}, {{"cat", 0.9}, {"dog", 0.8}});
  run.finish();
  CHECK(count_files(run.uri() + "/series/files") == 6);
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  check_all(loaded);
  check_all(erm::find_runs(dir / "registry").at(0));
  // Saved again: into another registry, and in its place.
  check_all(erm::load_run_from_path(erm::save_run_to_registry(loaded, dir / "copy")));
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_path(loaded, run.uri(), overwrite);
  check_all(erm::load_run_from_path(run.uri()));
  CHECK(count_files(run.uri() + "/series") == 6 + 1 + 1);
}

TEST_CASE("A live run in a store that cannot append keeps its series, too") {
  const auto fs = std::make_shared<erm::MemoryFileSystem>(false);  // stands for object storage
  erm::LiveOptions options = live_options("live");
  options.fs = fs;
  {
    erm::LiveRun run("registry", "digits", options);
    log_all(run);
    run.log_histogram("h", std::vector<float>{1, 2}, 1);
    run.flush();
    check_all(erm::load_run_from_path(run.uri(), fs));
  }
  options.resume = true;
  erm::LiveRun run("registry", "digits", options);
  run.log_text("generated at 30", "generated", 30);
  run.log_histogram("h", std::vector<float>{1, 2, 3}, 2);
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri(), fs);
  CHECK(loaded.series("generated").size() == 4);
  CHECK(loaded.histogram("h").size() == 2);
}

TEST_CASE("Threads log series of a live run at the same time") {
  const TemporaryDirectory dir;
  erm::LiveRun run(dir / "registry", "digits", live_options("live"));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&run, thread] {
      const std::string name = "thread " + std::to_string(thread);
      for (int step = 0; step < 50; ++step) {
        run.log_text("step " + std::to_string(step), name, step);  // content that all of them have
        run.log_histogram(name, std::vector<double>{1.0 * step, 2.0}, step);
        run.log_table(name, {"step"}, {{step}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  for (int thread = 0; thread < 4; ++thread) {
    const std::string name = "thread " + std::to_string(thread);
    REQUIRE(loaded.series(name).size() == 50);
    CHECK(erm::to_text(loaded.series(name).at_step(49).bytes()) == "step 49");
    CHECK(loaded.histogram(name).size() == 50);
    CHECK(loaded.table(name).at(0, "step") == erm::Value(49));
  }
  CHECK(count_files(run.uri() + "/series/files") == 50);
}

TEST_CASE("Writers of one run each log series: main's entry counts where two have one, histograms add up") {
  const TemporaryDirectory dir;
  erm::LiveRun main(dir / "registry", "digits", live_options("live"));
  erm::LiveOptions options = live_options("live");
  options.writer = "a-rank1";  // comes before "main" by name
  erm::LiveRun rank(dir / "registry", "digits", options);
  rank.log_text("rank", "note", 1);
  rank.log_text("rank", "note", 2);
  rank.log_table("t", {"who"}, {{"rank"}});
  rank.log_table("rank's", {"who"}, {{"rank"}});
  rank.log_histogram("h", std::vector<float>{1, 1, -3}, 5);
  main.log_text("main", "note", 1);
  main.log_table("t", {"who"}, {{"main"}});
  main.log_histogram("h", std::vector<float>{1, 100}, 5);
  main.log_histogram("h", std::vector<float>{2}, 6);
  rank.finish();
  main.finish();
  const auto check = [](const erm::ExperimentRun& loaded) {
    CHECK(texts_of(loaded.series("note")) == "1: main\n2: rank\n");
    CHECK(loaded.table("t").at(0, "who") == erm::Value("main"));
    CHECK(loaded.table("rank's").at(0, "who") == erm::Value("rank"));
    const erm::Histogram& h = loaded.histogram("h");
    REQUIRE(h.size() == 2);
    CHECK(h.at_step(5).finite_values() == 5);
    CHECK(h.at_step(5).smallest == -3);
    CHECK(h.at_step(5).largest == 100);
    CHECK(h.at_step(5).sum == 100);
    CHECK(h.at_step(6).finite_values() == 1);
  };
  const erm::ExperimentRun loaded = erm::load_run_from_path(main.uri());
  check(loaded);
  check(erm::load_run_from_path(erm::save_run_to_registry(loaded, dir / "copy")));
}

TEST_CASE("A killed run has the series that were flushed, and goes on with them", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    erm::LiveRun run(dir / "registry", "digits", live_options("live"));
    log_all(run);
    run.log_histogram("h", std::vector<float>{1, 2, 3}, 1);
    run.flush();
    tell(1);
    for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  REQUIRE(child.hear() == 1);
  child.kill(SIGKILL);
  child.wait();
  const std::string uri = dir / "registry/digits/main/live";
  check_all(erm::load_run_from_path(uri));
  // As if it had been killed within a line and within a record.
  for (const char* name : {"main.csv", "main.hist"}) {
    const std::string path = uri + "/series/" + name;
    const auto size = std::filesystem::file_size(path);
    std::ofstream(path, std::ios::binary | std::ios::app) << "\x20half";
    CHECK(std::filesystem::file_size(path) == size + 5);
  }
  check_all(erm::load_run_from_path(uri));
  erm::LiveOptions options = live_options("live");
  options.resume = true;
  erm::LiveRun run(dir / "registry", "digits", options);
  run.log_text("generated at 20, again", "generated", 20);
  run.log_histogram("h", std::vector<float>{1, 2}, 1);
  run.log_table("per class", {"class"}, {{"cat"}});
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(texts_of(loaded.series("generated")) == "0: generated at 0\n10: generated at 10\n20: generated at 20, again\n");
  CHECK(loaded.histogram("h").at_step(1).finite_values() == 2);
  CHECK(loaded.table("per class").columns().size() == 1);
}

TEST_CASE("A saved run that is resumed live keeps its series") {
  const TemporaryDirectory dir;
  erm::RunOptions saved;
  saved.run_id = "one";
  erm::ExperimentRun run("digits", saved);
  log_all(run);
  run.log_histogram("h", std::vector<float>{1}, 1);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  erm::LiveOptions options = live_options("one");
  options.resume = true;
  erm::LiveRun live(dir / "registry", "digits", options);
  live.log_text("generated at 30", "generated", 30);
  live.log_histogram("h", std::vector<float>{1, 2}, 1);
  live.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(loaded.series("generated").size() == 4);
  CHECK(loaded.histogram("h").at_step(1).finite_values() == 2);  // replaced, and not added up
  CHECK(loaded.series("sample").size() == 3);
}

TEST_CASE("A damaged list of a series is told with its file and line, and the rest of the run loads") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  run.log_text("x", "note", 1);
  run.log_histogram("h", std::vector<float>{1}, 1);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  std::ofstream(uri + "/series/main.csv", std::ios::binary | std::ios::app) << "note,two,3\n";
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  const std::string error = thrown<erm::FormatError>([&] { static_cast<void>(loaded.series("note")); });
  CHECK(contains(error,
                 "series/main.csv', line 3: it is not id,step,unix_ms,file,size,type,media_type,name; mend or "
                 "remove the line"));
}

TEST_CASE("Content of a series that was changed is told, and a link is not followed") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  run.log_text("secret", "note", 1);
  run.log_table("t", {"a"}, {{1}});
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(uri + "/series/files")) file = entry.path().string();
  std::ofstream(file, std::ios::binary) << "Secret";
  CHECK_THROWS_AS(erm::load_run_from_path(uri).series("note").at_step(1).bytes(), erm::FormatError);
  std::filesystem::remove(uri + "/series/tables/t.csv");
  std::ofstream(dir / "outside.csv") << "a\n1\n";
  std::error_code refused;
  std::filesystem::create_symlink(dir / "outside.csv", uri + "/series/tables/t.csv", refused);
  if (!refused) CHECK_THROWS_AS(erm::load_run_from_path(uri).table("t"), erm::FormatError);
}

TEST_CASE("A run that an older version copied without its series loads without them") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  log_all(run);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  std::filesystem::remove_all(uri + "/series");  // stands for a copy by version 0.1, which keeps erm.series
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(loaded.series_names().empty());
  CHECK_NOTHROW(erm::save_run_to_registry(loaded, dir / "copy"));
}

TEST_CASE("A disabled live run and an ended one take no series") {
  erm::LiveRun none = erm::LiveRun::disabled();
  log_all(none);
  none.log_histogram("h", std::vector<float>{1}, 1);
  const TemporaryDirectory dir;
  erm::LiveRun run(dir / "registry", "digits", live_options("live"));
  run.finish();
  CHECK(contains(error_of([&] { run.log_text("x", "note", 1); }), "finish() or fail() has ended it"));
  CHECK(contains(error_of([&] { run.log_histogram("h", std::vector<float>{1}, 1); }), "has ended it"));
  CHECK(contains(error_of([&] { run.log_table("t", {"a"}, {}); }), "has ended it"));
}

}  // namespace series_test
