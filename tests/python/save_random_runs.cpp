// Saves random runs of every kind, and what the C++ reader makes of them; then runs a command while one of them lives:
//   save_random_runs REGISTRY EXPECTED.json SEED COMMAND...
// Exits as the command does. EXPECTED.json has what Python cannot mistake: each value as [its type, its text].
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "erm/detail/base/time_text.hpp"
#include "erm/edit.hpp"
#include "erm/experiment_run.hpp"
#include "erm/json.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/run_status.hpp"

namespace {

erm::Json typed(const erm::Value& value) {
  static const std::map<erm::Value::Kind, std::string> names = {{erm::Value::Kind::text, "text"},
                                                                {erm::Value::Kind::boolean, "bool"},
                                                                {erm::Value::Kind::signed_integer, "int"},
                                                                {erm::Value::Kind::unsigned_integer, "int"},
                                                                {erm::Value::Kind::floating, "float"}};
  return erm::Json::array({names.at(value.kind()), value.str()});
}

erm::Json typed(const std::map<std::string, erm::Value>& values) {
  erm::Json out = erm::Json::object();
  for (const auto& [key, value] : values) out[key] = typed(value);
  return out;
}

erm::Json typed(const erm::Json& json) {
  if (json.is_object()) {
    erm::Json out = erm::Json::object();
    for (const auto& [key, value] : json.items()) out[key] = typed(value);
    return erm::Json::array({"object", out});
  }
  if (json.is_array()) {
    erm::Json out = erm::Json::array();
    for (const erm::Json& value : json) out.push_back(typed(value));
    return erm::Json::array({"array", out});
  }
  if (json.is_null()) return erm::Json::array({"null", ""});
  if (json.is_boolean()) return typed(erm::Value(json.get<bool>()));
  if (json.is_number_unsigned()) return typed(erm::Value(json.get<std::uint64_t>()));
  if (json.is_number_integer()) return typed(erm::Value(json.get<std::int64_t>()));
  if (json.is_number()) return typed(erm::Value(json.get<double>()));
  return typed(erm::Value(json.get<std::string>()));
}

erm::Json points(const erm::MetricHistory& history) {
  erm::Json out = erm::Json::array();
  for (const erm::MetricPoint& point : history.points()) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(point.time.time_since_epoch()).count();
    out.push_back({point.step, time, erm::Value(point.value).str()});
  }
  return out;
}

erm::Json described(const erm::ExperimentRun& run) {
  erm::Json out;
  out["status"] = std::string(erm::to_text(run.status()));
  out["time"] = erm::detail::time_text(run.timestamp_utc());
  out["finished"] = run.finished_utc() ? erm::Json(erm::detail::time_text(*run.finished_utc())) : erm::Json();
  out["params"] = typed(run.params());
  out["metrics"] = typed(run.metrics());
  out["dicts"] = erm::Json::object();
  for (const auto& [name, dict] : run.dicts()) out["dicts"][name] = typed(dict)[1];
  out["features"] = run.features();
  out["tags"] = run.tags();
  out["note"] = run.note();
  out["group"] = run.group();
  out["failure"] = run.failure();
  out["provenance"] = run.provenance();
  out["goals"] = erm::Json::object();
  for (const auto& [metric, goal] : run.goals())
    out["goals"][metric] = goal == erm::Goal::minimize ? "minimize" : "maximize";
  out["artifacts"] = erm::Json::object();
  for (const auto& [id, artifact] : run.artifacts())
    out["artifacts"][id] = {artifact.filename(), artifact.media_type(), erm::to_text(artifact.bytes())};
  out["history"] = out["counted"] = out["all"] = erm::Json::object();
  for (const auto& [metric, history] : run.history()) {
    out["history"][metric] = points(history);
    out["counted"][metric] = points(history.counted());
  }
  for (const auto& [metric, history] : run.history(true)) out["all"][metric] = points(history);
  return out;
}

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  bool chance(int percent) { return below(100) < percent; }

  std::string name() {
    static const std::vector<std::string> names = {"loss",
                                                   "val/loss",
                                                   "a,b",
                                                   "say \"hi\"",
                                                   "two\nlines",
                                                   "~tilde/slash~1",
                                                   "nan",
                                                   "gr\xC3\xB6\xC3\x9F"
                                                   "e",
                                                   "NA",
                                                   "x y",
                                                   "system/cpu",
                                                   "1",
                                                   ""};
    const std::string& name = names[static_cast<std::size_t>(below(static_cast<int>(names.size())))];
    return name.empty() ? "n" + std::to_string(below(5)) : name;
  }
  double number() {
    switch (below(8)) {
      case 0:
        return std::numeric_limits<double>::quiet_NaN();
      case 1:
        return std::numeric_limits<double>::infinity();
      case 2:
        return -std::numeric_limits<double>::infinity();
      case 3:
        return below(10);
      case 4:
        return -0.0;
      case 5:
        return std::numeric_limits<double>::denorm_min() * below(1000);
      default:
        return std::ldexp(static_cast<double>(random_()), below(600) - 300) * (chance(50) ? -1 : 1);
    }
  }
  erm::Value value() {
    switch (below(8)) {
      case 0:
        return chance(50);
      case 1:
        return below(1000) - 500;
      case 2:
        return std::numeric_limits<std::uint64_t>::max() - static_cast<unsigned>(below(3));
      case 3:
        return std::numeric_limits<std::int64_t>::min() + below(3);
      case 4:
        return std::string(chance(50) ? "true" : "nan");
      case 5:
        return std::string("caf\xC3\xA9 \xF0\x9F\x98\x80 \"\\\x01");
      default:
        return number();
    }
  }
  erm::Json json(int depth) {
    switch (below(depth > 0 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return chance(50);
      case 2:
        return below(1000) - 500;
      case 3:
        return std::numeric_limits<std::uint64_t>::max();
      case 4:
        return name();
      case 5:
        return number();
      case 6: {
        erm::Json list = erm::Json::array();
        for (int i = below(4); i > 0; --i) list.push_back(json(depth - 1));
        return list;
      }
      default:
        return object(depth - 1);
    }
  }
  erm::Json object(int depth) {
    erm::Json object = erm::Json::object();
    for (int i = below(4); i > 0; --i) object[name()] = json(depth);
    return object;
  }

 private:
  std::mt19937 random_;
};

class Writer {
 public:
  Writer(std::string registry, unsigned seed) : registry_(std::move(registry)), dice_(seed) {}

  template <class Run>
  void fill(Run& run) {
    for (int i = dice_.below(8); i > 0; --i) run.log_param(dice_.name(), dice_.value());
    for (int i = dice_.below(8); i > 0; --i) run.log_metric(dice_.name(), dice_.value());
    for (int i = dice_.below(3); i > 0; --i) run.log_dict(dice_.name(), dice_.object(3));
    for (int i = dice_.below(3); i > 0; --i) run.log_feature(dice_.name());
    if (dice_.chance(30)) run.set_goal("loss", erm::Goal::maximize);
    if (dice_.chance(30)) run.set_note("a note\nof two lines");
    if (dice_.chance(30)) run.set_tag("kept", "by the run");
    if (dice_.chance(50)) run.log_text("text \xC3\xA9", "notes " + std::to_string(dice_.below(3)));
    if (dice_.chance(30)) run.log_artifact(erm::to_bytes("bytes"), "ca*se", "CON?.bin");
    if (dice_.chance(30)) run.log_artifact(erm::to_bytes("other"), "folder/file", "folder/CON_.bin");
  }
  template <class Run>
  void log_points(Run& run) {
    int step = dice_.below(5);
    for (int i = dice_.below(60); i > 0; --i) {
      run.log_metric(dice_.name(), dice_.number(), step);
      if (dice_.chance(60)) ++step;
      if (dice_.chance(4)) run.rewind(step = dice_.below(step + 1));
      if (dice_.chance(4)) run.rewind(dice_.name(), dice_.below(step + 1));
    }
    if (dice_.chance(20)) run.log_metric("loss", 0.5);  // without a step, after the points
  }
  std::string next_variant() { return dice_.chance(50) ? "main" : "team/wide"; }

  void save_runs(int count) {
    for (int i = 0; i < count; ++i) {
      erm::RunOptions options;
      options.variant_id = next_variant();
      options.run_id = "saved-" + std::to_string(i);
      erm::ExperimentRun run("saved", options);
      fill(run);
      log_points(run);
      const std::string uri = erm::save_run_to_registry(run, registry_);
      if (dice_.chance(30)) edit(uri);
      if (dice_.chance(30)) {
        erm::ExperimentRun again = erm::load_run_from_path(uri);
        log_points(again);
        erm::SaveOptions over;
        over.overwrite = true;
        erm::save_run_to_registry(again, registry_, over);
      }
    }
  }
  erm::LiveOptions live_options(const std::string& id) {
    erm::LiveOptions options;
    options.variant_id = "main";
    options.run_id = id;
    options.flush_interval = std::chrono::milliseconds(dice_.chance(50) ? 1 : 1000);
    options.provenance = dice_.chance(30);
    return options;
  }
  void log_live_runs(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string id = "live-" + std::to_string(i);
      {
        erm::LiveRun run(registry_, "live", live_options(id));
        fill(run);
        log_points(run);
        if (dice_.chance(50)) {
          erm::LiveOptions options = live_options(id);
          options.writer = "rank1";
          erm::LiveRun other(registry_, "live", options);
          fill(other);
          log_points(other);
          other.finish();
        }
        if (dice_.chance(30)) edit(run.uri());
        if (dice_.chance(20))
          run.fail("it did not converge");
        else
          run.finish();
      }
      if (dice_.chance(40)) {
        erm::LiveOptions options = live_options(id);
        options.resume = true;
        if (dice_.chance(60)) options.resume_at_step = dice_.below(10);
        erm::LiveRun run(registry_, "live", options);
        log_points(run);
      }
    }
  }
  /// Call it before this process has threads.
  void kill_runs(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        erm::LiveOptions options = live_options("killed-" + std::to_string(i));
        options.handle_signals = false;
        erm::LiveRun run(registry_, "killed", options);
        fill(run);
        log_points(run);
        run.flush();
        if (i % 2 == 0) edit(run.uri());
        std::fflush(nullptr);
        ::raise(SIGKILL);
      }
      int status = 0;
      ::waitpid(child, &status, 0);
      const std::string folder = registry_ + "/killed/main/killed-" + std::to_string(i);
      if (i % 3 == 1) append(folder + "/history/main.csv", "loss,12,17638830");  // a line that a crash cut off
      if (i % 3 == 2) append(folder + "/history/main.csv", "\"two\nlin");
      if (i % 4 == 3) {  // as if another machine had run it
        const std::string path = folder + "/erm_metadata.json";
        std::ifstream file(path);
        erm::Json json = erm::Json::parse(file);
        file.close();
        json["erm"]["owner"] = "elsewhere\n1\nanother-boot 1\nnamespace none\n";
        json["erm"]["heartbeat_utc"] = "2026-01-02T03:04:05";
        std::ofstream(path) << json.dump();
        if (i % 8 == 7)
          std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
      }
    }
  }
  void edit(const std::string& uri) {
    erm::edit_run(uri, [&](erm::RunEdit& run) {
      run.set_tag("edited", "by hand");
      run.remove_tag("kept");
      if (dice_.chance(50)) run.set_note("edited");
      if (dice_.chance(50)) run.set_group("a group");
    });
  }

  [[nodiscard]] erm::Json expected() const {
    erm::Json out = erm::Json::object();
    for (const std::string& experiment : erm::list_experiments(registry_))
      for (const std::string& variant : erm::list_variants(registry_, experiment)) {
        for (const std::string& run : erm::list_runs(registry_, experiment, variant))
          out["runs"][experiment][variant][run] =
              described(erm::load_run_from_registry(registry_, experiment, variant, run));
        out["latest"][experiment][variant] = erm::load_run_from_registry(registry_, experiment, variant).run_id();
      }
    return out;
  }

 private:
  static void append(const std::string& path, const char* text) {
    if (std::filesystem::exists(path)) std::ofstream(path, std::ios::app | std::ios::binary) << text;
  }

  std::string registry_;
  Dice dice_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 5) {
      std::fprintf(stderr, "usage: %s REGISTRY EXPECTED.json SEED COMMAND...\n", argv[0]);
      return 2;
    }
    const std::string registry = std::filesystem::absolute(argv[1]).string();
    std::filesystem::remove_all(registry);
    Writer writer(registry, static_cast<unsigned>(std::stoul(argv[3])));
    writer.kill_runs(8);
    writer.save_runs(60);
    writer.log_live_runs(30);
    erm::LiveOptions options = writer.live_options("now");
    options.provenance = false;  // it would come while Python reads
    erm::LiveRun alive(registry, "alive", options);
    writer.fill(alive);
    writer.log_points(alive);
    alive.flush();
    writer.edit(alive.uri());
    std::ofstream(argv[2]) << writer.expected().dump(1, ' ', false, erm::Json::error_handler_t::replace) << '\n';
    std::string command;
    for (int i = 4; i < argc; ++i) command += std::string(i > 4 ? " '" : "'") + argv[i] + "'";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
