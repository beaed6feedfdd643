#include "erm/detail/livepage/watched_page.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "comes_true.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include <csignal>

#include "child_process.hpp"
#endif

namespace watched_page_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm::detail::WatchedPage;
using erm_test::comes_true;
using erm_test::contains;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

namespace {

LiveOptions named(const std::string& run_id) {
  LiveOptions options;
  options.run_id = run_id;
  options.provenance = false;
  return options;
}

/// Looks, and says what the page's banner says.
struct Watcher {
  explicit Watcher(const std::filesystem::path& file)
      : path(file), page(path, {}, std::chrono::milliseconds(100), [this](const std::string& text) { warnings.push_back(text); }) {}

  std::string look(const std::vector<std::string>& uris, bool may_come = true) {
    state = page.look(uris, may_come);
    if (!std::filesystem::exists(path)) return "none";
    const std::string all = file_text(path);
    const std::size_t begin = all.find("<div class=live id=live");
    return all.substr(begin, all.find("</div>", begin) - begin);
  }
  bool comes_to_say(const std::vector<std::string>& uris, const std::string& text, bool may_come = true) {
    return comes_true([&] { return contains(look(uris, may_come), text); });
  }

  std::filesystem::path path;
  std::vector<std::string> warnings;
  WatchedPage page;
  WatchedPage::State state = WatchedPage::State::goes_on;
};

}  // namespace

TEST_CASE("A watched page shows runs that appear, go on, end and are deleted, and is over when none goes on") {
  const TemporaryDirectory dir;
  Watcher watcher(dir.path() / "page.html");
  CHECK(contains(watcher.look({}), "no runs yet"));
  LiveRun first(dir / "registry", "e", named("first"));
  CHECK(watcher.comes_to_say({first.uri()}, "1 running"));
  CHECK_FALSE(contains(watcher.look({first.uri()}), "data-own"));
  first.log_metric("loss", 0.53125, 1);
  first.flush();
  CHECK(comes_true([&] { return watcher.look({first.uri()}), contains(file_text(watcher.path), "0.53125"); }));
  LiveRun second(dir / "registry", "e", named("second"));
  const std::vector<std::string> both = {first.uri(), second.uri()};
  CHECK(watcher.comes_to_say(both, "2 running"));
  second.fail("no memory");
  CHECK(watcher.comes_to_say(both, "1 running, 1 failed"));
  CHECK(contains(watcher.look(both), "<b>second</b> failed at "));
  std::filesystem::remove_all(second.uri());
  CHECK(watcher.comes_to_say(both, "1 running, 1 deleted"));
  CHECK(contains(watcher.look(both), "<b>second</b> deleted meanwhile; shown as it was last"));
  CHECK(contains(file_text(watcher.path), "no memory"));
  // One that is no longer asked for stays.
  CHECK(watcher.comes_to_say({first.uri()}, "1 running, 1 deleted"));
  CHECK(watcher.state == WatchedPage::State::goes_on);
  first.finish();
  CHECK(comes_true([&] { return watcher.look(both, false), watcher.state == WatchedPage::State::over; }));
  CHECK(contains(watcher.look(both), "1 finished, 1 deleted"));
  CHECK(contains(watcher.look(both), " data-over>"));
  CHECK_FALSE(watcher.page.have_all_finished());
  CHECK(watcher.warnings.empty());
}

TEST_CASE("A watched page says whether all of its runs have finished, and one that is deleted then has not") {
  const TemporaryDirectory dir;
  Watcher watcher(dir.path() / "page.html");
  watcher.look({});
  CHECK_FALSE(watcher.page.have_all_finished());
  LiveRun run(dir / "registry", "e", named("r"));
  const std::string uri = run.uri();
  CHECK(watcher.comes_to_say({uri}, "1 running"));
  CHECK_FALSE(watcher.page.have_all_finished());
  run.finish();
  CHECK(watcher.comes_to_say({uri}, "1 finished"));
  CHECK(watcher.page.have_all_finished());
  std::filesystem::remove_all(dir.path() / "registry");
  CHECK(watcher.comes_to_say({uri}, "1 deleted"));
  CHECK_FALSE(watcher.page.have_all_finished());
}

TEST_CASE("A watched page says that a run was replaced by another of its id") {
  const TemporaryDirectory dir;
  Watcher watcher(dir.path() / "page.html");
  std::string uri;
  {
    LiveRun run(dir / "registry", "e", named("r"));
    run.log_metric("loss", 0.53125, 1);
    uri = run.uri();
  }
  CHECK(watcher.comes_to_say({uri}, "1 finished"));
  std::filesystem::remove_all(uri);
  LiveRun run(dir / "registry", "e", named("r"));
  run.log_metric("loss", 0.28125, 1);
  run.flush();
  CHECK(watcher.comes_to_say({uri}, "<b>r</b> replaced by another run of this id, which is shown"));
  CHECK(contains(file_text(watcher.path), "0.28125"));
  CHECK_FALSE(contains(file_text(watcher.path), "0.53125"));
}

TEST_CASE("A watched page waits for a run and for its own folder, and warns of each once") {
  const TemporaryDirectory dir;
  const std::filesystem::path folder = dir.path() / "out";
  std::filesystem::create_directory(folder);
  Watcher watcher(folder / "page.html");
  const std::string uri = dir / "registry/e/main/r";
  CHECK(contains(watcher.look({uri}), "no runs yet"));
  std::filesystem::remove_all(folder);
  CHECK(comes_true([&] { return watcher.look({uri}), watcher.warnings.size() == 2; }));
  for (int i = 0; i < 50; ++i) {
    watcher.look({uri});
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(watcher.warnings.size() == 2);
  CHECK(contains(watcher.warnings[0], "the page does not show the run '" + uri + "' as it is now: there is no run at "));
  CHECK(contains(watcher.warnings[1], "cannot write the live page to "));
  CHECK(contains(watcher.warnings[1], "its folder is not there; create it first; it is tried again"));
  std::filesystem::create_directory(folder);
  CHECK(watcher.comes_to_say({uri}, "no runs yet"));
  const LiveRun run(dir / "registry", "e", named("r"));
  CHECK(watcher.comes_to_say({uri}, "1 running"));
  CHECK(watcher.warnings.size() == 2);
}

TEST_CASE("A watched page throws if its first version cannot be written, or its last") {
  const TemporaryDirectory dir;
  const std::filesystem::path folder = dir.path() / "out";
  Watcher lost(folder / "page.html"), misplaced(dir.path());
  CHECK(contains(thrown<erm::NotFoundError>([&] { lost.look({}); }), "its folder is not there; create it first"));
  CHECK(contains(thrown<erm::IoError>([&] { misplaced.look({}); }), "cannot write to '" + dir.path().string() + "'"));
  std::filesystem::create_directory(folder);
  Watcher watcher(folder / "page.html");
  LiveRun run(dir / "registry", "e", named("r"));
  CHECK(watcher.comes_to_say({run.uri()}, "1 running"));
  std::filesystem::remove_all(folder);
  run.finish();
  const std::string why = thrown<erm::Error>([&] {
    comes_true([&] { return watcher.look({run.uri()}, false), false; });
  });
  CHECK(contains(why, "its folder is not there; create it first"));
}

TEST_CASE("A watched page thins long curves, and counts all of their points") {
  const TemporaryDirectory dir;
  Watcher watcher(dir.path() / "page.html");
  LiveRun run(dir / "registry", "e", named("r"));
  const erm::LiveMetric loss = run.metric("loss"), rest = run.metric("rest");
  for (int step = 0; step < 20000; ++step) loss.log(step == 12345 ? 99.5 : step % 7, step);
  rest.log(1, 1);
  run.flush();
  CHECK(watcher.comes_to_say({run.uri()}, "holds fewer points of long curves"));
  const std::string text = file_text(watcher.path);
  CHECK(contains(text, "<td class=n>20000<td class=n title="));
  CHECK(contains(text, "\"of\":20000"));
  CHECK(contains(text, "99.5<td class=n>12345"));
  CHECK(text.size() < 400000);
}

namespace {

/// Counts how often a file of that name is read.
class CountingFileSystem : public erm_test::PlainFileSystem {
 public:
  explicit CountingFileSystem(std::string name) : name_(std::move(name)) {}
  erm::Bytes read(const std::string& path) const override { return count(path), PlainFileSystem::read(path); }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return count(path), PlainFileSystem::read_at(path, offset, into, size);
  }
  mutable int reads = 0;

 private:
  void count(const std::string& path) const {
    if (contains(path, name_)) ++reads;
  }
  std::string name_;
};

}  // namespace

TEST_CASE("An artifact is read once for all versions of a page, and again if it was replaced") {
  const TemporaryDirectory dir;
  const auto fs = std::make_shared<CountingFileSystem>("note");
  LiveOptions options = named("r");
  options.fs = fs;
  LiveRun run(dir / "registry", "e", options);
  run.log_text("first words", "note");
  run.flush();
  const std::filesystem::path file = dir.path() / "page.html";
  WatchedPage page(file, {}, std::chrono::milliseconds(100), [](const std::string& text) { FAIL(text); });
  const auto comes_to_say = [&](const std::string& text) {
    return comes_true([&] {
      page.look({run.uri()}, true, fs);
      return std::filesystem::exists(file) && contains(file_text(file), text);
    });
  };
  REQUIRE(comes_to_say("first words"));
  const int reads = fs->reads;
  for (int step = 1; step <= 3; ++step) {
    run.log_metric("loss", step + 0.53125, step);
    run.flush();
    CHECK(comes_to_say(std::to_string(step) + ".53125"));
  }
  CHECK(fs->reads == reads);
  run.log_text("other words", "note");
  run.flush();
  CHECK(comes_to_say("other words"));
  CHECK(fs->reads > reads);
}

TEST_CASE("A watched page of a store without folders is kept up, too") {
  const TemporaryDirectory dir;
  const auto fs = std::make_shared<erm_test::PlainFileSystem>();
  LiveOptions options = named("r");
  options.fs = fs;
  LiveRun run(dir / "registry", "e", options);
  run.log_metric("loss", 0.53125, 1);
  run.flush();
  const std::filesystem::path file = dir.path() / "page.html";
  WatchedPage page(file, {}, std::chrono::milliseconds(100), [](const std::string& text) { FAIL(text); });
  CHECK(comes_true([&] {
    page.look({run.uri()}, true, fs);
    return std::filesystem::exists(file) && contains(file_text(file), "0.53125");
  }));
  run.finish();
  CHECK(comes_true([&] { return page.look({run.uri()}, false, fs) == WatchedPage::State::over; }));
  CHECK(contains(file_text(file), "1 finished"));
}

#if !defined(_WIN32)

TEST_CASE("A watched page says of a run that its process was killed", "[fork]") {
  const TemporaryDirectory dir;
  Watcher watcher(dir.path() / "page.html");
  erm_test::Child child([&](const erm_test::Child::Tell& tell) {
    LiveRun run(dir / "registry", "e", named("r"));
    tell(1);
    for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
  });
  child.hear();
  const std::string uri = dir / "registry/e/main/r";
  CHECK(watcher.comes_to_say({uri}, "1 running"));
  child.kill(SIGKILL);
  child.wait();
  CHECK(watcher.comes_to_say({uri}, "1 killed", false));
  CHECK(contains(watcher.look({uri}), "<b>r</b> killed; last sign of life at "));
  CHECK(comes_true([&] { return watcher.look({uri}, false), watcher.state == WatchedPage::State::over; }));
}

#endif

}  // namespace watched_page_test
