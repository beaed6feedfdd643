#include "erm/edit.hpp"

#include <atomic>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"
#endif

namespace edit_test {

using erm::edit_run;
using erm::RunEdit;
using erm_test::contains;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;
using Tags = std::map<std::string, std::string>;

namespace {

erm::ExperimentRun tagged_run() {
  erm::ExperimentRun run("exp");
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 3);
  run.set_tag("candidate");
  run.set_tag("team", "vision");
  run.set_note("Looks *good*.");
  run.set_group("seed sweep 3");
  return run;
}

erm::LiveOptions named(const std::string& run_id, bool resume = false) {
  erm::LiveOptions options;
  options.run_id = run_id;
  options.resume = resume;
  return options;
}

/// However long others hold the run: edit_run itself waits for ten seconds.
void edit_in_the_end(const std::string& uri, const std::function<void(RunEdit&)>& edit) {
  for (;;) {
    try {
      return edit_run(uri, edit);
    } catch (const erm::IoError& error) {
      if (error.code() != std::errc::device_or_resource_busy) throw;
    }
  }
}

}  // namespace

TEST_CASE("Tags, the note and the group are saved and loaded") {
  const TemporaryDirectory dir;
  const erm::ExperimentRun run = tagged_run();
  CHECK(run.tags() == Tags{{"candidate", ""}, {"team", "vision"}});
  const erm::ExperimentRun again = erm::load_run_from_path(erm::save_run_to_registry(run, dir / "registry"));
  CHECK(again.tags() == run.tags());
  CHECK(again.note() == "Looks *good*.");
  CHECK(again.group() == "seed sweep 3");
}

TEST_CASE("A tag may have a number, replaces the tag of that name, and needs a name") {
  erm::ExperimentRun run("exp");
  run.set_tag("priority", 2);
  run.set_tag("priority", 3);
  run.set_tag("bad \xFF", "\xFE");
  CHECK(run.tags() == Tags{{"priority", "3"}, {"bad \xEF\xBF\xBD", "\xEF\xBF\xBD"}});
  CHECK(thrown<erm::Error>([&] { run.set_tag(""); }) ==
        "a tag was given without a name; name it, as in set_tag(\"candidate\")");
}

TEST_CASE("edit_run changes a saved run and nothing else in it") {
  const TemporaryDirectory dir;
  const std::string uri = erm::save_run_to_registry(tagged_run(), dir / "registry");
  edit_run(uri, [](RunEdit& run) {
    CHECK(run.tags() == Tags{{"candidate", ""}, {"team", "vision"}});
    CHECK(run.note() == "Looks *good*.");
    CHECK(run.group() == "seed sweep 3");
    run.remove_tag("candidate");
    run.remove_tag("never there");
    run.set_tag("winner", "yes");
    run.set_note("Checked.");
    run.set_group("final");
    CHECK(run.tags() == Tags{{"team", "vision"}, {"winner", "yes"}});
    CHECK(run.note() == "Checked.");
    CHECK(run.group() == "final");
  });
  const erm::ExperimentRun run = erm::load_run_from_path(uri);
  CHECK(run.tags() == Tags{{"team", "vision"}, {"winner", "yes"}});
  CHECK(run.note() == "Checked.");
  CHECK(run.group() == "final");
  CHECK(run.params().at("lr") == 0.1);
  CHECK(run.history().at("loss").points().size() == 1);
  CHECK(run.finished_utc() == erm::load_run_from_path(uri).finished_utc());
}

TEST_CASE("An edit that changes nothing or throws does not change the file") {
  const TemporaryDirectory dir;
  const std::string uri = erm::save_run_to_registry(tagged_run(), dir / "registry");
  const auto before = erm_test::file_tree(dir / "registry");
  edit_run(uri, [](RunEdit&) {});
  CHECK_THROWS_AS(edit_run(uri,
                           [](RunEdit& run) {
                             run.set_tag("half");
                             throw std::runtime_error("no");
                           }),
                  std::runtime_error);
  CHECK(erm_test::file_tree(dir / "registry") == before);
}

TEST_CASE("An edit keeps what a later version wrote, and the types of values") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run = tagged_run();
  run.log_param("nesterov", true);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const std::string path = uri + "/erm_metadata.json";
  std::string text = file_text(path);
  text.replace(text.find("\"erm\": {"), 8, "\"later\": [1], \"erm\": {\"newer\": {\"a\": 1}, ");
  write_file(path, text);
  edit_run(uri, [](RunEdit& edit) { edit.set_tag("x"); });
  CHECK(contains(file_text(path), "\"later\":[1]"));
  CHECK(contains(file_text(path), "\"newer\": {\"a\":1}"));
  CHECK(erm::load_run_from_path(uri).params().at("nesterov") == true);
}

TEST_CASE("A run of the Python package can be edited, without old history files becoming part of it") {
  const TemporaryDirectory dir;
  const std::string uri = erm::save_run_to_registry(tagged_run(), dir / "registry");
  const std::string path = uri + "/erm_metadata.json";
  std::string text = file_text(path);
  text.resize(text.find(",\n\"features\""));
  write_file(path, text + "}");
  REQUIRE(erm::load_run_from_path(uri).history().empty());
  edit_run(uri, [](RunEdit& run) { run.set_tag("seen"); });
  const erm::ExperimentRun run = erm::load_run_from_path(uri);
  CHECK(run.tags() == Tags{{"seen", ""}});
  CHECK(run.history().empty());
}

TEST_CASE("A missing run cannot be edited, and no folder is created for it") {
  const TemporaryDirectory dir;
  CHECK(thrown<erm::NotFoundError>([&] { edit_run(dir / "nowhere/run", [](RunEdit&) {}); }) ==
        "there is no run at '" + dir / "nowhere/run" + "': it has no erm_metadata.json; check the path, or list_runs");
  CHECK(erm_test::file_tree(dir.path()).empty());
}

TEST_CASE("A damaged run cannot be edited") {
  const TemporaryDirectory dir;
  const std::string uri = erm::save_run_to_registry(tagged_run(), dir / "registry");
  write_file(uri + "/erm_metadata.json", "{\"half\": ");
  CHECK(contains(thrown<erm::FormatError>([&] { edit_run(uri, [](RunEdit& run) { run.set_tag("x"); }); }),
                 "is not JSON at line 1, column 10: it ends too early"));
}

TEST_CASE("Runs in memory and in remote stores are edited in the same way") {
  const auto fs = std::make_shared<erm::MemoryFileSystem>(false);
  erm::SaveOptions options;
  options.fs = fs;
  const std::string uri = erm::save_run_to_registry(tagged_run(), "registry", options);
  edit_run(
      uri, [](RunEdit& run) { run.set_tag("x", "1"); }, fs);
  CHECK(erm::load_run_from_path(uri, fs).tags().at("x") == "1");
}

TEST_CASE("A live run has tags, and edits count while it runs and after it has ended") {
  const TemporaryDirectory dir;
  erm::LiveRun live(dir / "registry", "exp", named("a"));
  live.set_tag("stage", "warm-up");
  live.set_tag("from the program");
  live.set_note("begun");
  live.set_group("g");
  live.flush();
  edit_run(live.uri(), [](RunEdit& run) {
    CHECK(run.tags() == Tags{{"stage", "warm-up"}, {"from the program", ""}});
    run.set_tag("candidate");
    run.set_tag("stage", "checked");
    run.remove_tag("from the program");
  });
  edit_run(live.uri(), [](RunEdit& run) {
    CHECK(run.tags() == Tags{{"stage", "checked"}, {"candidate", ""}});
    run.set_note("looked at");
  });
  const Tags edited = {{"stage", "checked"}, {"candidate", ""}};
  live.set_tag("stage", "main");
  live.log_metric("loss", 1.0, 1);
  live.flush();
  CHECK(erm::load_run_from_path(live.uri()).tags() == edited);
  CHECK(erm::load_run_from_path(live.uri()).note() == "looked at");
  live.finish();
  const erm::ExperimentRun run = erm::load_run_from_path(live.uri());
  CHECK(run.tags() == edited);
  CHECK(run.note() == "looked at");
  CHECK(run.group() == "g");
  CHECK(run.status() == erm::RunStatus::finished);
  CHECK(contains(file_text(live.uri() + "/erm_metadata.json"), "\"candidate\": \"\""));
  CHECK(erm_test::file_tree(live.uri()).count(".erm_edits.json") == 0);
  edit_run(live.uri(), [](RunEdit& edit) { edit.set_tag("after"); });
  CHECK(erm::load_run_from_path(live.uri()).tags().count("after") == 1);
}

TEST_CASE("A resumed run keeps its edits, and old edits of a replaced run do not return") {
  const TemporaryDirectory dir;
  std::string uri;
  {
    erm::LiveRun live(dir / "registry", "exp", named("a"));
    uri = live.uri();
    edit_run(uri, [](RunEdit& run) { run.set_tag("candidate"); });
    live.fail("stopped");
  }
  {
    erm::LiveRun live(dir / "registry", "exp", named("a", true));
    edit_run(uri, [](RunEdit& run) { run.set_tag("again"); });
  }
  CHECK(erm::load_run_from_path(uri).tags() == Tags{{"candidate", ""}, {"again", ""}});
  write_file(uri + "/.erm_edits.json", "{\"tags\": {\"stale\": \"\"}}");
  {
    erm::LiveRun live(dir / "registry", "exp", named("a", true));
    live.flush();
    CHECK(erm::load_run_from_path(uri).tags().count("stale") == 0);
  }
  CHECK(erm::load_run_from_path(uri).tags() == Tags{{"candidate", ""}, {"again", ""}});
}

TEST_CASE("A damaged file of edits is an error that names it, and entries of later versions stay in it") {
  const TemporaryDirectory dir;
  erm::LiveRun live(dir / "registry", "exp", named("a"));
  const std::string path = live.uri() + "/.erm_edits.json";
  for (const auto& [text, fault] :
       {std::pair("[]", "its content"), std::pair("{\"tags\": 1}", "tags"),
        std::pair("{\"tags\": {\"a\": 1}}", "tags/a"), std::pair("{\"note\": null}", "note")}) {
    write_file(path, text);
    CHECK(thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path(live.uri())); }) ==
          "cannot read the edits of a run '" + path + "': " + fault +
              " is not what ERM writes there; mend the file, or remove it");
  }
  std::string told, refused;
  {
    erm::LiveOptions options = named("b");
    erm::LiveRun* running = nullptr;
    options.on_error = [&](const std::string& message) {
      told += message;
      running->log_param("told", true);  // which the end that it is told by must not stand in the way of
      refused = thrown<erm::Error>([&] { running->fail(message); });
    };
    erm::LiveRun other(dir / "registry", "exp", options);
    running = &other;
    write_file(other.uri() + "/.erm_edits.json", "[]");
  }
  const std::string other_uri = dir / "registry/exp/main/b";
  CHECK(told == "the live run '" + other_uri + "' ends without what was edited: cannot read the edits of a run '" +
                    other_uri +
                    "/.erm_edits.json': its content is not what ERM writes there; mend the file, or remove it");
  CHECK(refused == "cannot end the live run '" + other_uri +
                       "' in its on_error callback: that was called since the run is ending");
  CHECK(contains(file_text(other_uri + "/erm_metadata.json"), "\"status\": \"finished\""));
  write_file(other_uri + "/.erm_edits.json", "{\"tags\": {\"mended\": \"\"}}");
  CHECK(erm::load_run_from_path(other_uri).tags() == Tags{{"mended", ""}});
  CHECK(erm::load_run_from_path(other_uri).params().at("told") == true);

  write_file(path, "{\"stars\": [5]}");
  edit_run(live.uri(), [](RunEdit& run) { run.set_group("g"); });
  CHECK(file_text(path) == "{\"tags\": {}, \"group\": \"g\", \"stars\":[5]}\n");
}

TEST_CASE("With many editors and the process that writes the run, no edit is lost") {
  const TemporaryDirectory dir;
  constexpr int editors = 4, edits = 20;
  std::string uri;
  {
    erm::LiveOptions options = named("a");
    options.flush_interval = std::chrono::milliseconds(1);
    erm::LiveRun live(dir / "registry", "exp", options);
    uri = live.uri();
    std::vector<std::thread> threads;
    for (int editor = 0; editor < editors; ++editor)
      threads.emplace_back([&uri, editor] {
        for (int i = 0; i < edits; ++i)
          edit_in_the_end(uri, [&](RunEdit& run) { run.set_tag(std::to_string(editor) + "/" + std::to_string(i)); });
      });
    for (int i = 0; i < 100; ++i) {
      live.log_metric("loss", i, i);
      live.log_param("step", i);
    }
    live.finish();  // in the middle of it
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(erm::load_run_from_path(uri).tags().size() == editors * edits);
  CHECK(erm::load_run_from_path(uri).params().at("step") == 99);
  // Its end takes over what lies beside the run, unless others hold that for seconds; then whoever resumes it does.
  if (erm_test::file_tree(uri).count(".erm_edits.json") != 0)
    erm::LiveRun(dir / "registry", "exp", named("a", true)).finish();
  CHECK(erm::load_run_from_path(uri).tags().size() == editors * edits);
  CHECK(erm_test::file_tree(uri).count(".erm_edits.json") == 0);
}

#if !defined(_WIN32)
TEST_CASE("Edits of a run whose process was killed stay", "[fork]") {
  const TemporaryDirectory dir;
  erm_test::Child child([&](const erm_test::Child::Tell& tell) {
    erm::LiveRun live(dir / "registry", "exp", named("a"));
    live.set_tag("own");
    live.flush();
    tell(1);
    for (;;) ::pause();
  });
  REQUIRE(child.hear());
  const std::string uri = dir / "registry/exp/main/a";
  edit_run(uri, [](RunEdit& run) { run.set_tag("while it lives"); });
  child.kill(SIGTERM);
  child.wait();
  edit_run(uri, [](RunEdit& run) { run.set_tag("when it is gone"); });
  const Tags all = {{"own", ""}, {"when it is gone", ""}, {"while it lives", ""}};
  CHECK(erm::load_run_from_path(uri).status() == erm::RunStatus::failed);
  CHECK(erm::load_run_from_path(uri).tags() == all);
  { const erm::LiveRun live(dir / "registry", "exp", named("a", true)); }
  CHECK(erm::load_run_from_path(uri).tags() == all);
  CHECK(erm_test::file_tree(uri).count(".erm_edits.json") == 0);
}
#endif

}  // namespace edit_test
