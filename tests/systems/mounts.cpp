// Saves, logs and reads runs for the scripts that try file systems. What a run holds tells whether it is whole: its
// param, its artifact and its history all have the number of the process that saved it.
//
//   mounts save REGISTRY EXPERIMENT ID|- NUMBER         0: saved, 1: refused since a run is there, 2: another error
//   mounts check REGISTRY EXPERIMENT COUNT              0: COUNT runs are there, and each is whole
//   mounts live REGISTRY EXPERIMENT ID STEPS PAUSE_MS   logs, with a line for each error
//   mounts poll REGISTRY EXPERIMENT ID SECONDS          loads the run again and again; 0: never damaged
//   mounts all REGISTRY                                 what most programs do, one after the other
#include <erm/erm.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

erm::ExperimentRun run_of(const std::string& experiment, const std::string& id, const std::string& number) {
  erm::RunOptions options;
  if (id != "-") options.run_id = id;
  erm::ExperimentRun run(experiment, options);
  run.log_param("number", std::stoll(number));
  run.log_text(number, "number");
  for (int step = 0; step < 200; ++step) run.log_metric("number", std::stod(number), step);
  return run;
}

bool is_whole(const erm::ExperimentRun& run) {
  const std::string number = run.params().at("number").str();
  const auto& points = run.history().at("number").points();
  return erm::to_text(run.artifacts().at("number").bytes()) == number && points.size() == 200 &&
         std::all_of(points.begin(), points.end(), [&](const auto& point) { return point.value == std::stod(number); });
}

int save(const std::string& registry, const std::string& experiment, const std::string& id, const std::string& number) {
  try {
    std::printf("saved %s\n", erm::save_run_to_registry(run_of(experiment, id, number), registry).c_str());
    return 0;
  } catch (const erm::RunExistsError& error) {
    std::printf("refused: %s\n", error.what());
    return 1;
  }
}

int check(const std::string& registry, const std::string& experiment, std::size_t count) {
  const std::vector<std::string> ids = erm::list_runs(registry, experiment);
  std::size_t whole = 0;
  for (const std::string& id : ids) {
    try {
      if (is_whole(erm::load_run_from_registry(registry, experiment, "main", id)))
        ++whole;
      else
        std::printf("%s is torn\n", id.c_str());
    } catch (const std::exception& error) {
      std::printf("%s: %s\n", id.c_str(), error.what());
    }
  }
  std::printf("%zu runs, %zu whole, %zu expected\n", ids.size(), whole, count);
  return ids.size() == count && whole == count ? 0 : 1;
}

int live(const std::string& registry, const std::string& experiment, const std::string& id, int steps, int pause) {
  erm::LiveOptions options;
  options.run_id = id;
  options.flush_interval = std::chrono::milliseconds(100);
  int errors = 0;
  options.on_error = [&](const std::string& message) {
    ++errors;
    std::printf("error: %s\n", message.c_str());
  };
  erm::LiveRun run(registry, experiment, options);
  for (int step = 0; step < steps; ++step) {
    run.log_metric("loss", 1.0 / (1 + step), step);
    if (step % 10 == 0) run.log_param("at" + std::to_string(step), std::string(static_cast<std::size_t>(step), 'x'));
    std::this_thread::sleep_for(std::chrono::milliseconds(pause));
  }
  run.log_text("done", "note");
  run.finish();
  return errors == 0 ? 0 : 1;
}

int poll(const std::string& registry, const std::string& experiment, const std::string& id, int seconds) {
  std::map<std::string, int> seen;
  std::size_t points = 0, last = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < end) {
    try {
      const erm::ExperimentRun run = erm::load_run_from_registry(registry, experiment, "main", id);
      ++seen["loaded"];
      last = run.history().count("loss") == 0 ? 0 : run.history().at("loss").size();
      points = (std::max)(points, last);
    } catch (const erm::NotFoundError&) {
      ++seen["not there yet"];
    } catch (const erm::Error& error) {
      ++seen[std::string("damaged: ") + error.what()];
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  bool damaged = false;
  for (const auto& [what, count] : seen) {
    std::printf("%d times %s\n", count, what.c_str());
    damaged = damaged || what.rfind("damaged", 0) == 0;
  }
  std::printf("%zu points at the end, %zu at most\n", last, points);
  return damaged || points == 0 ? 1 : 0;
}

int all(const std::string& registry) {
  int faults = 0;
  const auto expect = [&](bool is_so, const char* what) {
    if (is_so) return;
    std::printf("not so: %s\n", what);
    ++faults;
  };
  const std::string uri = erm::save_run_to_registry(run_of("all", "a", "1"), registry);
  expect(is_whole(erm::load_run_from_path(uri)), "a saved run is whole");
  try {
    erm::save_run_to_registry(run_of("all", "a", "2"), registry);
    expect(false, "an id that is taken is refused");
  } catch (const erm::RunExistsError&) {
  }
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_registry(run_of("all", "a", "3"), registry, overwrite);
  expect(erm::load_run_from_path(uri).params().at("number") == 3, "an overwritten run is the new one");
  expect(live(registry, "all", "live", 20, 20) == 0, "a live run has no errors");
  const erm::ExperimentRun lived = erm::load_run_from_registry(registry, "all", "main", "live");
  expect(lived.status() == erm::RunStatus::finished && lived.history().at("loss").size() == 20, "a live run is whole");
  expect(erm::to_text(lived.artifacts().at("note").bytes()) == "done", "a live run has its artifact");
  erm::edit_run(uri, [](erm::RunEdit& edit) { edit.set_tag("seen"); });
  expect(erm::load_run_from_path(uri).tags().count("seen") == 1, "an edited run has its tag");
  erm::delete_run(uri);
  expect(erm::list_runs(registry, "all").size() == 1, "a deleted run is not listed");
  erm::restore_run(registry, "all", "main", "a");
  expect(is_whole(erm::load_run_from_path(uri)), "a restored run is whole");
  return faults == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 4096);
  const auto argument = [&](int i) { return std::string(i < count ? arguments[i] : ""); };
  const std::string what = argument(1);
  try {
    if (what == "save") return save(argument(2), argument(3), argument(4), argument(5));
    if (what == "check") return check(argument(2), argument(3), std::stoul(argument(4)));
    if (what == "live") return live(argument(2), argument(3), argument(4), std::stoi(argument(5)), std::stoi(argument(6)));
    if (what == "poll") return poll(argument(2), argument(3), argument(4), std::stoi(argument(5)));
    if (what == "all") return all(argument(2));
  } catch (const std::exception& error) {
    std::printf("error: %s\n", error.what());
  }
  return 2;
}
