// The snippets of docs/watch.md.
#include <erm/erm.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Announcer : erm::LiveObserver {
  void run_began(const erm::ObservedRun& run) override { std::printf("%s began\n", run.uri.c_str()); }
  void run_ended(const erm::ObservedRun& run) override {
    const erm::ExperimentRun ended = erm::load_run_from_path(run.uri, run.fs);
    std::printf("%s %s\n", run.uri.c_str(), std::string(erm::to_text(ended.status())).c_str());
  }
};

}  // namespace

TEST_CASE("docs/watch.md: a page that keeps up with a run") {
  const erm_test::WorkingDirectory directory;
  erm::LiveRun("erm-registry", "mnist").finish();
  erm::LivePageOptions page;
  page.beside = {"@best:val/loss", "@latest"};     // beside the best run so far, and the last one
  page.comparison.title = "mnist, tonight";
  erm::LiveOptions options;
  options.observers = {erm::live_page("progress.html", page)};
  erm::LiveRun run("erm-registry", "mnist", options);
  run.log_metric("val/loss", 0.53125, 1);
  run.finish();
  const std::string text = text_of("progress.html");
  CHECK(text.find("mnist, tonight") != std::string::npos);
  CHECK(text.find("2 finished") != std::string::npos);
  CHECK(text.find("0.53125") != std::string::npos);
}

TEST_CASE("docs/watch.md: an observer of one's own") {
  const erm_test::WorkingDirectory directory;
  erm::LiveOptions options;
  const auto counted = std::make_shared<Announcer>();
  options.observers.push_back(std::make_shared<Announcer>());
  options.observers.push_back(counted);
  erm::LiveRun("erm-registry", "mnist", options).finish();
  CHECK(counted.use_count() == 2);
}
