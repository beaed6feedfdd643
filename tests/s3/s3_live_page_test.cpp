// Live pages of runs on S3, written by the program that trains and by one that watches.
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "catch.hpp"
#include "comes_true.hpp"
#include "erm/detail/livepage/watched_page.hpp"
#include "erm/live_page.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "file_tree.hpp"
#include "s3/bucket.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace s3_live_page_test {

using erm::detail::WatchedPage;
using erm_test::Bucket;
using erm_test::comes_true;
using erm_test::contains;

namespace {

bool says(const std::filesystem::path& page, const std::string& text) {
  return std::filesystem::exists(page) && contains(erm_test::file_text(page), text);
}

}  // namespace

TEST_CASE("A live page keeps up with a run on S3 beside one that has ended, and one that watches shows the same") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  const std::string registry = bucket / "reg";
  erm::RunOptions before;
  before.run_id = "before";
  erm::ExperimentRun saved("digits", before);
  saved.log_metric("loss", 0.28125, 7);
  erm::save_run_to_registry(saved, registry);

  const std::filesystem::path own = dir.path() / "own.html", watched = dir.path() / "watched.html";
  std::mutex mutex;
  std::vector<std::string> complaints;
  const auto complain = [&](const std::string& message) {
    const std::lock_guard<std::mutex> lock(mutex);
    complaints.push_back(message);
  };
  erm::LivePageOptions page;
  page.interval = std::chrono::milliseconds(100);
  page.beside = {"@min:loss", registry + "/digits/main/before"};
  page.on_error = complain;
  erm::LiveOptions options;
  options.run_id = "night";
  options.provenance = false;
  options.flush_interval = std::chrono::milliseconds(5);
  options.store_interval = std::chrono::seconds(0);
  options.observers = {erm::live_page(own, page)};
  erm::LiveRun run(registry, "digits", options);
  WatchedPage watcher(watched, {}, std::chrono::milliseconds(100), complain);
  const std::vector<std::string> uris = {run.uri(), registry + "/digits/main/before"};
  const auto both_say = [&](const std::string& text) {
    return comes_true([&] { return watcher.look(uris, false), says(own, text) && says(watched, text); });
  };
  CHECK(both_say("1 running, 1 finished"));
  CHECK(both_say("0.28125"));
  run.log_metric("loss", 0.53125, 1);
  CHECK(both_say("0.53125"));
  run.log_text("first words", "sample", 1);
  run.log_metric("loss", 0.40625, 2);
  CHECK(both_say("first words"));
  CHECK(both_say("0.40625"));
  run.finish();
  CHECK(says(own, "Ended</b> <span class=counts>2 finished"));
  CHECK(both_say("Ended</b> <span class=counts>2 finished"));
  CHECK(watcher.have_all_finished());
  CHECK(complaints == std::vector<std::string>());
}

}  // namespace s3_live_page_test
