#include "erm/live_page.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "comes_true.hpp"
#include "erm/compare.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include <csignal>

#include "child_process.hpp"
#endif

namespace live_page_test {

using erm::LiveOptions;
using erm::LivePageOptions;
using erm::LiveRun;
using erm_test::comes_true;
using erm_test::contains;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

namespace {

LivePageOptions quick() {
  LivePageOptions options;
  options.interval = std::chrono::milliseconds(100);
  return options;
}

LiveOptions named(const std::string& run_id, const std::shared_ptr<erm::LiveObserver>& page) {
  LiveOptions options;
  options.run_id = run_id;
  options.provenance = false;
  options.flush_interval = std::chrono::milliseconds(5);
  options.observers = {page};
  return options;
}

void save(const std::string& registry, const std::string& run_id, double loss, const std::string& optimizer) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("e", options);
  run.set_goal("loss", erm::Goal::minimize);
  run.log_metric("loss", loss);
  run.log_param("optimizer", optimizer);
  erm::save_run_to_registry(run, registry);
}

bool says(const std::filesystem::path& page, const std::string& text) {
  return std::filesystem::exists(page) && contains(file_text(page), text);
}

/// The banner of the page without its marks.
std::string banner(const std::filesystem::path& page) {
  const std::string all = file_text(page);
  const std::size_t begin = all.find("<div class=live id=live"), end = all.find("</div>", begin);
  if (begin == std::string::npos) return "none";
  std::string text;
  bool is_mark = false;
  for (const char c : all.substr(begin, end - begin)) {
    if (c == '<') is_mark = true;
    if (!is_mark) text += c;
    if (c == '>') is_mark = false;
  }
  for (std::size_t at = 0; (at = text.find("&#39;", at)) != std::string::npos;) text.replace(at, 5, "'");
  return text;
}

struct Errors {
  std::mutex mutex;
  std::vector<std::string> all;
  std::function<void(const std::string&)> take() {
    return [this](const std::string& message) {
      const std::lock_guard<std::mutex> lock(mutex);
      all.push_back(message);
    };
  }
  std::size_t count() {
    const std::lock_guard<std::mutex> lock(mutex);
    return all.size();
  }
};

}  // namespace

TEST_CASE("A live page is there when the run begins, keeps up with it, and says in the end how it ended") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "progress.html";
  LiveRun run(dir / "registry", "e", named("r", erm::live_page(page, quick())));
  REQUIRE(comes_true([&] { return says(page, "Live</b> <span class=counts>1 running"); }));
  CHECK_FALSE(contains(file_text(page), " data-over>"));
  run.log_param("lr", 0.125);
  run.log_metric("loss", 0.53125, 1);
  CHECK(comes_true([&] { return says(page, "0.53125") && says(page, "0.125"); }));
  run.log_metric("loss", 0.28125, 2);
  CHECK(comes_true([&] { return says(page, "0.28125"); }));
  run.fail("no memory");
  CHECK(contains(file_text(page), " data-over>"));
  CHECK(contains(banner(page), "Ended 1 failed written "));
  CHECK(contains(banner(page), " UTC, for the last time"));
  CHECK(contains(banner(page), " UTC: no memory"));
}

TEST_CASE("Only a live page has the banner, its style and its script, and its policy allows exactly these") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "progress.html";
  LiveRun(dir / "registry", "e", named("r", erm::live_page(page, quick()))).finish();
  const std::string live = file_text(page);
  const std::string plain = erm::compare_runs(std::vector<erm::ExperimentRun>{erm::load_run_from_path(dir / "registry/e/main/r")});
  const auto count = [](const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  CHECK(count(live, "<style>") == count(plain, "<style>") + 1);
  CHECK(count(live, "<script>") == count(plain, "<script>") + 1);
  CHECK(count(live, "'sha256-") == count(plain, "'sha256-") + 2);
  for (const char* const part : {"id=live", "sessionStorage", "location.reload"}) {
    CHECK(contains(live, part));
    CHECK_FALSE(contains(plain, part));
  }
  CHECK_FALSE(contains(live, "connect-src"));
}

TEST_CASE("A page is not written while nothing comes, but now and then as a sign of life") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "progress.html";
  LivePageOptions options = quick();
  LiveRun run(dir / "registry", "e", named("r", erm::live_page(page, options)));
  REQUIRE(comes_true([&] { return std::filesystem::exists(page); }));
  const std::string first = file_text(page);
  CHECK(comes_true([&] { return file_text(page) != first; }));
  options.interval = std::chrono::hours(1);
  const std::filesystem::path slow = dir.path() / "slow.html";
  LiveRun other(dir / "registry", "e", named("other", erm::live_page(slow, options)));
  REQUIRE(comes_true([&] { return std::filesystem::exists(slow); }));
  const std::string before = file_text(slow);
  other.log_metric("loss", 0.53125, 1);
  other.flush();
  CHECK(file_text(slow) == before);
  other.finish();
  CHECK(contains(file_text(slow), "0.53125"));
}

TEST_CASE("A page that cannot be written is reported once, tried again, and no failure of the run") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "out/progress.html";
  Errors errors, own;
  LivePageOptions options = quick();
  const bool has_own = GENERATE(false, true);
  if (has_own) options.on_error = own.take();
  LiveOptions live = named("r", erm::live_page(page, options));
  live.on_error = errors.take();
  LiveRun run(dir / "registry", "e", live);
  Errors& told = has_own ? own : errors;
  REQUIRE(comes_true([&] { return told.count() == 1; }));
  for (int step = 0; step < 20; ++step) {
    run.log_metric("loss", step, step);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(told.all == std::vector<std::string>{"cannot write the live page to '" + page.string() +
                                             "': its folder is not there; create it first; the run goes on, and it is tried again"});
  std::filesystem::create_directory(dir.path() / "out");
  CHECK(comes_true([&] { return says(page, "1 running"); }));
  std::filesystem::remove_all(dir.path() / "out");
  run.log_metric("loss", 100, 100);
  CHECK(comes_true([&] { return told.count() == 2; }));
  run.finish();
  CHECK(erm::load_run_from_path(run.uri()).status() == erm::RunStatus::finished);
  CHECK((has_own ? errors : own).count() == 0);
}

TEST_CASE("An on_error of the page may end the run") {
  const TemporaryDirectory dir;
  std::unique_ptr<LiveRun> run;
  std::atomic<bool> is_there{false}, has_ended{false};
  LivePageOptions options = quick();
  options.on_error = [&](const std::string&) {
    while (!is_there) std::this_thread::yield();
    run->fail("no page");
    has_ended = true;
  };
  run = std::make_unique<LiveRun>(dir / "registry", "e", named("r", erm::live_page(dir.path() / "no/progress.html", options)));
  is_there = true;
  CHECK(comes_true([&] { return has_ended.load(); }));
  CHECK(erm::load_run_from_path(run->uri()).failure() == "no page");
}

TEST_CASE("A live page shows the runs that are named beside its own, each once, behind it") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "2026_01_01__00_00_01", 0.5, "sgd");
  save(registry, "2026_01_01__00_00_02", 0.25, "adam");
  save(registry, "2026_01_01__00_00_03", 0.75, "adam");
  const std::filesystem::path page = dir.path() / "progress.html";
  const auto shown = [&](std::vector<std::string> beside) {
    LivePageOptions options = quick();
    options.beside = std::move(beside);
    static int number = 0;
    LiveRun run(registry, "e", named("own_" + std::to_string(++number), erm::live_page(page, options)));
    run.finish();
    std::filesystem::remove_all(run.uri());
    const std::string text = file_text(page);
    std::vector<std::string> ids;
    const std::size_t begin = text.find("<tr", text.find("<section class=\"part runs"));
    const std::string head = text.substr(begin, text.find("<tbody", begin) - begin);  // of the table of runs
    for (std::size_t at = 0; (at = head.find("/2026_01_01__00_00_0", at)) != std::string::npos; ++at)
      ids.push_back(head.substr(at + 20, 1));
    return ids;
  };
  using Ids = std::vector<std::string>;
  CHECK(shown({}) == Ids{});
  CHECK(shown({"@best:loss"}) == Ids{"2"});
  CHECK(shown({"@max:loss", "@best:loss", "@max:loss"}) == Ids{"3", "2"});
  CHECK(shown({registry + "/e/main/2026_01_01__00_00_01"}) == Ids{"1"});
  CHECK(shown({"optimizer = adam"}).size() == 2);
  CHECK(shown({"@latest"}).size() == 1);
}

TEST_CASE("What names no run beside is said on the page, and what names never one throws") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "progress.html";
  LivePageOptions options = quick();
  options.beside = {"@best:val/acc", "optimizer = adam", dir / "registry/e/main/gone"};
  Errors errors;
  options.on_error = errors.take();
  LiveRun(dir / "registry", "e", named("r", erm::live_page(page, options))).finish();
  CHECK(contains(banner(page), "No run for '@best:val/acc': "));
  CHECK(contains(banner(page), "No run for 'optimizer = adam': there is none in experiment 'e' yet"));
  CHECK(errors.count() == 1);
  CHECK(contains(errors.all.at(0), "does not show the run '" + (dir / "registry/e/main/gone") + "' as it is now: there is no run"));
  options.beside = {"@worst"};
  CHECK(thrown<erm::Error>([&] { static_cast<void>(erm::live_page(page, options)); }) ==
        "cannot show '@worst' beside the run: after '@' there are @latest, @best:METRIC, @min:METRIC and @max:METRIC");
  options.beside = {"lr = = 1"};
  CHECK_THROWS_AS(erm::live_page(page, options), erm::Error);
  options.beside.clear();
  options.comparison.plotly_js = dir.path() / "no.js";
  CHECK_THROWS_AS(erm::live_page(page, options), erm::NotFoundError);
}

TEST_CASE("Runs of one program come on one page, one after the other and at once") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "progress.html";
  const auto observer = erm::live_page(page, quick());
  LiveRun(dir / "registry", "e", named("first", observer)).finish();
  CHECK(contains(banner(page), "Ended 1 finished"));
  LiveRun second(dir / "registry", "e", named("second", observer));
  CHECK(comes_true([&] { return contains(banner(page), "Live 1 running, 1 finished"); }));
  LiveRun third(dir / "registry", "e", named("third", observer));
  CHECK(comes_true([&] { return contains(banner(page), "Live 2 running, 1 finished"); }));
  second.finish();
  CHECK(comes_true([&] { return contains(banner(page), "Live 1 running, 2 finished"); }));
  third.fail("no memory");
  CHECK(contains(banner(page), "Ended 2 finished, 1 failed"));
  LiveOptions options = named("third", observer);
  options.resume = true;
  LiveRun again(dir / "registry", "e", options);
  CHECK(comes_true([&] { return contains(banner(page), "Live 1 running, 2 finished"); }));
  again.finish();
  CHECK(contains(banner(page), "Ended 3 finished"));
}

TEST_CASE("A run beside that goes on elsewhere, fails or is deleted is shown so") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "progress.html";
  LiveOptions elsewhere = named("elsewhere", nullptr);
  LiveRun other(dir / "registry", "e", elsewhere);
  other.log_metric("loss", 0.53125, 1);
  other.flush();
  LivePageOptions options = quick();
  options.beside = {other.uri()};
  LiveRun run(dir / "registry", "e", named("r", erm::live_page(page, options)));
  CHECK(comes_true([&] { return contains(banner(page), "2 running"); }));
  CHECK(contains(file_text(page), "0.53125"));
  other.fail("no <memory>");
  CHECK(comes_true([&] { return says(page, ": no &lt;memory>") || says(page, ": no &lt;memory&gt;"); }));
  run.finish();
}

TEST_CASE("Of the processes that share a run only the one with its metadata writes the page") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "main.html", other = dir.path() / "other.html";
  LiveRun run(dir / "registry", "e", named("r", erm::live_page(page, quick())));
  LiveOptions options = named("r", erm::live_page(other, quick()));
  options.writer = "rank1";
  {
    LiveRun rank(dir / "registry", "e", options);
    rank.log_metric("loss", 0.53125, 1);
  }
  run.finish();
  CHECK(contains(file_text(page), "0.53125"));
  CHECK_FALSE(std::filesystem::exists(other));
}

TEST_CASE("A program may change its folder while its page has a relative path") {
  const TemporaryDirectory dir;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::create_directory(dir.path() / "elsewhere");
  std::filesystem::current_path(dir.path());
  {
    LiveRun run("registry", "e", named("r", erm::live_page("progress.html", quick())));
    std::filesystem::current_path(dir.path() / "elsewhere");
    run.log_metric("loss", 0.53125, 1);
    CHECK(comes_true([&] { return says(dir.path() / "progress.html", "0.53125"); }));
    std::filesystem::current_path(dir.path());
  }
  std::filesystem::current_path(before);
  CHECK(contains(banner(dir.path() / "progress.html"), "Ended 1 finished"));
}

#if !defined(_WIN32)

TEST_CASE("The page of a run that ends by exit() or a signal says that it failed; of one that is killed, nothing", "[fork]") {
  for (const int number : {0, SIGTERM, SIGINT, SIGABRT, SIGKILL}) {
    const TemporaryDirectory dir;
    const std::filesystem::path page = dir.path() / "progress.html";
    erm_test::Child child([&](const erm_test::Child::Tell& tell) {
      LiveRun run(dir / "registry", "e", named("r", erm::live_page(page, quick())));
      run.log_metric("loss", 0.53125, 1);
      while (!says(page, "0.53125")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      tell(1);
      if (number == 0) std::exit(0);
      ::raise(number);
      ::_exit(97);
    });
    INFO("signal " << number);
    CHECK(child.told() == std::vector<std::int64_t>{1});
    child.wait();
    CHECK(child.signal() == number);
    const std::string text = banner(page);
    if (number == SIGKILL)
      CHECK(contains(text, "Live 1 running written "));
    else
      CHECK(contains(text, "Ended 1 failed written "));
    if (number == SIGTERM) CHECK(contains(text, "UTC: ended by signal 15 (SIGTERM)"));
  }
}

TEST_CASE("A page goes on in the child of a fork that continues its run, and another child leaves it alone", "[fork]") {
  const TemporaryDirectory dir;
  const std::filesystem::path page = dir.path() / "progress.html";
  erm_test::Child child([&](const erm_test::Child::Tell& tell) {
    LiveRun run(dir / "registry", "e", named("r", erm::live_page(page, quick())));
    erm_test::Child silent([&](const erm_test::Child::Tell&) { LiveRun dropped = std::move(run); });
    tell(silent.wait() ? 1 : 0);
    erm_test::Child heir([&](const erm_test::Child::Tell&) {
      run.continue_in_child();
      run.log_metric("loss", 0.53125, 1);
      run.finish();
    });
    tell(heir.wait() ? 2 : 0);
    ::_exit(0);
  });
  CHECK(child.told() == std::vector<std::int64_t>{1, 2});
  CHECK(contains(banner(page), "Ended 1 finished"));
  CHECK(contains(file_text(page), "0.53125"));
}

#endif

}  // namespace live_page_test
