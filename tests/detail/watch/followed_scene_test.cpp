#include "erm/detail/watch/followed_scene.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "catch.hpp"
#include "erm/detail/watch/scene_reader.hpp"
#include "erm/erm.hpp"
#include "temporary_directory.hpp"

using erm::detail::SceneReader;
using erm::detail::WatchedRun;
using erm::detail::WatchedRunReader;
using erm::detail::WatchedScene;
using erm::detail::WatchedState;

namespace {

std::unique_ptr<erm::LiveRun> begin_run(const std::string& registry, bool resumes = false) {
  erm::LiveOptions options;
  options.run_id = "night";
  options.resume = resumes;
  options.provenance = false;
  return std::make_unique<erm::LiveRun>(registry, "mnist", options);
}

WatchedRunReader reader_of(const std::string& registry) {
  const std::string uri = registry + "/mnist/main/night";
  const auto place = erm::open_file_system(uri);
  return {place.fs, place.path, uri};
}

WatchedRun look(WatchedRunReader& reader) {
  reader.refresh();
  return reader.shown("night");
}

}  // namespace

TEST_CASE("a followed run shows its curves, its best values, its step and its status") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = (dir.path() / "registry").string();
  const auto run = begin_run(registry);
  run->log_params({{"max_steps", 1000}, {"lr", 0.1}});
  run->set_goal("loss", erm::Goal::minimize);
  run->log_metric("parameters", 1234);
  const erm::TimePoint begin = erm::TimePoint(std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())) - std::chrono::seconds(10);
  for (std::int64_t step = 0; step <= 100; ++step)
    run->log_metric("loss", step == 40 ? 0.001 : 1.0 / static_cast<double>(step + 1), step,
                    begin + std::chrono::milliseconds(100 * step));
  run->log_metric("system/memory_bytes", 1e9, 5000);
  run->log_metric("bad", std::nan(""), 3);
  run->flush();

  WatchedRunReader reader = reader_of(registry);
  WatchedRun shown = look(reader);
  CHECK(shown.state == WatchedState::running);
  CHECK(shown.key == registry + "/mnist/main/night");
  CHECK(shown.id == "night");
  REQUIRE(shown.silent_s);
  CHECK(*shown.silent_s >= 0);
  CHECK(shown.step == 100);  // not the step of a system metric
  REQUIRE(shown.steps_per_s);
  CHECK(std::abs(*shown.steps_per_s - 10) < 0.1);
  REQUIRE(shown.left);
  CHECK(shown.left->param == "max_steps");
  CHECK(shown.left->last_step == 1000);
  CHECK(std::abs(shown.left->seconds - 90) < 1);
  const auto& loss = shown.curves.at("loss");
  CHECK(loss.points->size() == 101);
  CHECK(loss.extremes.count == 101);
  CHECK(loss.extremes.least == 0.001);
  CHECK(loss.extremes.least_x == 40);
  CHECK(loss.last_step == 100);
  CHECK(shown.goals.at("loss") == erm::Goal::minimize);
  CHECK_FALSE(shown.curves.at("bad").extremes.has_values());
  CHECK(shown.curves.at("parameters").points->empty());
  CHECK(shown.curves.at("parameters").extremes.last == 1234);

  const auto before = loss.points;
  CHECK_FALSE(reader.refresh());
  run->log_metric("bad", 1, 4);
  run->flush();
  shown = look(reader);
  CHECK(shown.curves.at("loss").points == before);  // what has not changed is not made again
  CHECK(shown.curves.at("bad").extremes.has_values());

  run->fail("no more");
  shown = look(reader);
  CHECK(shown.state == WatchedState::failed);
  CHECK(shown.failure == "no more");
  CHECK_FALSE(shown.silent_s);
  CHECK_FALSE(shown.left);
}

TEST_CASE("a followed run that is deleted and made anew shows as that") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = (dir.path() / "registry").string();
  auto run = begin_run(registry);
  run->log_metric("loss", 0.5, 7);
  run->finish();
  WatchedRunReader reader = reader_of(registry);
  CHECK(look(reader).state == WatchedState::finished);
  std::filesystem::remove_all(dir.path() / "registry/mnist/main/night");
  WatchedRun shown = look(reader);
  CHECK(shown.state == WatchedState::deleted);
  CHECK(shown.curves.at("loss").extremes.last == 0.5);  // what was known stays
  run = begin_run(registry);
  run->log_metric("loss", 0.25, 1);
  run->flush();
  shown = look(reader);
  CHECK(shown.state == WatchedState::running);
  CHECK(shown.was_replaced);
  CHECK(shown.curves.at("loss").extremes.count == 1);
  CHECK(shown.curves.at("loss").extremes.last == 0.25);
  CHECK(shown.step == 1);
}

TEST_CASE("a run that is not there yet is known when it is") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = (dir.path() / "registry").string();
  WatchedRunReader reader = reader_of(registry);
  reader.refresh();
  CHECK_FALSE(reader.is_known());
  const auto run = begin_run(registry);
  reader.refresh();
  CHECK(reader.is_known());
  CHECK(reader.is_running());
}

TEST_CASE("many points of a curve are thinned, and the steps that were logged again count once") {
  const erm_test::TemporaryDirectory dir;
  const std::string registry = (dir.path() / "registry").string();
  const auto run = begin_run(registry);
  for (std::int64_t step = 0; step < 20000; ++step) run->log_metric("loss", step == 777 ? -5.0 : 1.0, step);
  for (std::int64_t step = 0; step < 20; ++step) run->log_metric("acc", 1, step);
  for (std::int64_t step = 10; step < 20; ++step) run->log_metric("acc", 2, step);
  run->flush();
  WatchedRunReader reader = reader_of(registry);
  const WatchedRun shown = look(reader);
  const auto& loss = shown.curves.at("loss");
  CHECK(loss.points->size() <= 1024);
  CHECK(loss.extremes.count == 20000);
  CHECK(loss.extremes.least == -5);
  const auto& acc = *shown.curves.at("acc").points;
  REQUIRE(acc.size() == 20);
  CHECK(acc[9].y == 1);
  CHECK(acc[10].y == 2);
}

TEST_CASE("a look that fails leaves the last scene, with a notice") {
  std::atomic<int> looks{0};
  WatchedScene first;
  first.registry = "first";
  SceneReader reader(
      [&]() -> WatchedScene {
        if (++looks == 1) throw erm::Error("the store is away");
        WatchedScene scene;
        scene.registry = "second";
        if (looks > 2) return scene;
        while (looks == 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return scene;
      },
      first, std::chrono::milliseconds(1));
  const auto wait_until = [&](auto is_true) {
    while (!is_true()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  wait_until([&] { return looks == 2; });
  CHECK(reader.scene()->registry == "first");
  CHECK(reader.scene()->notice == "the store is away");
  looks = 3;
  wait_until([&] { return reader.scene()->registry == "second"; });
  CHECK(reader.scene()->notice.empty());
}
