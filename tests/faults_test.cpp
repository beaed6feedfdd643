// Every operation that changes files, with a fault at each of its calls to the system: an error, a disk that fills up
// or breaks, or a process that is killed. Afterwards the registry is as before or as the operation leaves it,
// everything else in it can be read, the error says what happened, the operation can be repeated, and nothing is left
// over.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "catch.hpp"
#include "erm/check.hpp"
#include "erm/compare.hpp"
#include "erm/copy.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"
#include "fault_shim.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"

#include <unistd.h>
#if defined(__linux__)
#include <sys/mount.h>
#endif

namespace faults_test {

using erm_test::Child;
using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;
using erm_test::write_file;
using erm_test::faults::Plan;
using erm_test::faults::Report;
using erm_test::faults::Way;

namespace fs = std::filesystem;

namespace {

erm::ExperimentRun run_of(const std::string& run_id, int generation) {
  erm::RunOptions options;
  options.run_id = run_id;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  erm::ExperimentRun run("e", options);
  run.log_param("generation", generation);
  // At times that are always the same, so that a page of the run is.
  for (int i = 0; i < 5; ++i) run.log_metric("loss", generation, i, *options.timestamp_utc + std::chrono::seconds(i));
  run.log_text("the same", "same");
  run.log_artifact(erm::Bytes(3000, static_cast<std::uint8_t>(generation)), "model", "deep/model.bin");
  return run;
}

erm::SaveOptions saving(bool durable, bool overwrite = false) {
  erm::SaveOptions options;
  options.durable = durable;
  options.overwrite = overwrite;
  return options;
}

// ---- what a reader sees ----

/// Everything about a run that a fault could damage.
std::string words_of(const erm::ExperimentRun& run) {
  std::string words = (run.status() == erm::RunStatus::finished ? "finished " : "running or failed ") + run.failure();
  for (const auto& [key, value] : run.params()) words += "\n  " + key + " = " + value.str();
  for (const auto& [name, value] : run.tags()) words += "\n  tag " + name + " = " + value;
  for (const auto& [metric, points] : run.history()) {
    words += "\n  " + metric + ":";
    for (const erm::MetricPoint& point : points.points())
      words += " " + std::to_string(point.step) + "=" + erm::Value(point.value).str();
  }
  for (const auto& [id, artifact] : run.artifacts()) {
    const erm::Bytes bytes = artifact.bytes();
    words += "\n  " + id + ": " + std::to_string(bytes.size()) + " bytes of " + std::to_string(bytes.front());
  }
  return words;
}

/// What each run is, and what the trash holds. Throws if something cannot be read.
std::map<std::string, std::string> seen(const std::string& registry) {
  std::map<std::string, std::string> all;
  if (!fs::exists(registry + "/.erm_registry.json")) return all;
  std::size_t runs = 0;
  for (const std::string& experiment : erm::list_experiments(registry))
    for (const std::string& variant : erm::list_variants(registry, experiment))
      for (const std::string& run : erm::list_runs(registry, experiment, variant)) {
        all[experiment + "/" + variant + "/" + run] =
            words_of(erm::load_run_from_registry(registry, experiment, variant, run));
        ++runs;
      }
  if (erm::find_runs(registry).size() != runs) all["found"] = "another number of runs than listed";
  for (const erm::TrashedRun& run : erm::list_trash(registry)) all["trash: " + run.run_id] += "+";
  return all;
}

/// The names below a folder, where times and process numbers are "#".
std::multiset<std::string> names_in(const std::string& folder) {
  std::multiset<std::string> names;
  for (const auto& [path, content] : file_tree(folder)) {
    std::string name;
    for (std::size_t i = 0; i < path.size();) {
      std::size_t end = i;
      while (end < path.size() && (std::isdigit(static_cast<unsigned char>(path[end])) != 0 || path[end] == '_')) ++end;
      if (end - i >= 10) {
        name += '#';
        i = end;
      } else {
        name += path[i++];
      }
    }
    if (const std::size_t part = name.find(".erm_part-"); part != std::string::npos) name.resize(part + 10);
    // A resumed run logs an artifact again under another name.
    if (const std::size_t second = name.find("model-"); second != std::string::npos) name.erase(second + 5, 2);
    names.insert(content == "folder" ? name + "/" : name);
  }
  return names;
}

std::string difference(const std::multiset<std::string>& is, const std::multiset<std::string>& should_be) {
  std::string words;
  std::multiset<std::string> more, less;
  std::set_difference(is.begin(), is.end(), should_be.begin(), should_be.end(), std::inserter(more, more.end()));
  std::set_difference(should_be.begin(), should_be.end(), is.begin(), is.end(), std::inserter(less, less.end()));
  for (const std::string& name : more) words += " +" + name;
  for (const std::string& name : less) words += " -" + name;
  return words;
}

// ---- the operations ----

struct Operation {
  const char* name;
  std::function<void(const std::string& dir)> prepare;  // beyond the registry that each begins with
  std::function<void(const std::string& dir)> work;
  bool is_live = false;
  bool repeats = false;  // it can be done again after it has worked
};

/// Temporary directories are in memory where that can be, unless TMPDIR says where: thousands of registries are copied.
class InMemory {
 public:
  InMemory() : sets_(std::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK) == 0) {
    if (sets_) ::setenv("TMPDIR", "/dev/shm", 1);
  }
  InMemory(const InMemory&) = delete;
  InMemory& operator=(const InMemory&) = delete;
  ~InMemory() {
    if (sets_) ::unsetenv("TMPDIR");
  }

 private:
  bool sets_;
};

/// A registry with runs, and one in its trash.
void prepare_registry(const std::string& dir) {
  const std::string registry = dir + "/registry";
  for (const char* const id : {"old", "other", "gone"})
    erm::save_run_to_registry(run_of(id, 1), registry, saving(false));
  erm::delete_run(registry, "e", "main", "gone");
}

void run_live(const std::string& dir, bool sync) {
  erm::LiveOptions options;
  options.run_id = "live";
  options.sync = sync;
  options.provenance = false;
  options.resume = true;
  options.flush_interval = std::chrono::hours(1);
  options.on_error = [](const std::string&) {};
  erm::LiveRun run(dir + "/registry", "e", options);
  for (int i = 0; i < 5; ++i) run.log_metric("loss", i, i);
  run.flush();
  run.log_param("generation", 2);
  run.log_artifact(erm::Bytes(3000, 2), "model", "deep/model.bin");
  for (int i = 5; i < 10; ++i) run.log_metric("loss", i, i);
  run.flush();
  run.finish();
}

/// What a repair has to do: a marker that is missing, one that is damaged, the torn history of a killed run, and the claim
/// of a killed save with what that left.
void prepare_repair(const std::string& dir) {
  run_live(dir, false);
  const std::string registry = dir + "/registry", variant = registry + "/e/main";
  std::string metadata = file_text(variant + "/live/erm_metadata.json");
  metadata.replace(metadata.find("\"status\": \"finished\""), 20, "\"status\": \"running\" ");
  write_file(variant + "/live/erm_metadata.json", metadata);  // its session has ended
  write_file(variant + "/live/history/main.csv", file_text(variant + "/live/history/main.csv") + "loss,10,17");
  fs::remove(registry + "/e/.erm_experiment.json");
  write_file(variant + "/.erm_variant.json", "{");
  write_file(variant + "/.erm_tmp/half", "\1");
  write_file(variant + "/half/artifacts/half.bin", "half");
}

/// Throws IoError if something could not be repaired, or not be looked at.
void repair(const std::string& dir) {
  erm::CheckOptions options;
  options.repair = true;
  options.threads = 1;
  for (const erm::CheckProblem& problem : erm::check_registry(dir + "/registry", options).problems)
    if (problem.kind == erm::CheckKind::unreadable || problem.repair == erm::CheckRepair::refused)
      throw erm::IoError("cannot repair '" + dir + "/" + problem.path + "': " + problem.what + "; " + problem.advice,
                         std::make_error_code(std::errc::io_error));
}

/// A fault of the source leaves the run out, which is an error here.
void copy_run(const std::string& dir) {
  const erm::CopyReport report = erm::copy_runs(dir + "/from", dir + "/registry");
  if (!report.left_out.empty()) throw erm::Error(report.left_out.front().reason);
}

std::vector<Operation> operations() {
  const auto nothing = [](const std::string&) {};
  const auto save = [](const char* id, bool durable, bool overwrite) {
    return [=](const std::string& dir) {
      erm::save_run_to_registry(run_of(id, 2), dir + "/registry", saving(durable, overwrite));
    };
  };
  return {
      {"save", nothing, save("new", false, false)},
      {"durable save", nothing, save("new", true, false)},
      {"first save", [](const std::string& dir) { fs::remove_all(dir + "/registry"); }, save("new", true, false)},
      {"overwrite", nothing, save("old", false, true), false, true},
      {"durable overwrite", nothing, save("old", true, true), false, true},
      {"live run", nothing, [](const std::string& dir) { run_live(dir, false); }, true, true},
      {"synced live run", nothing, [](const std::string& dir) { run_live(dir, true); }, true, true},
      {"resumed run", [](const std::string& dir) { run_live(dir, false); },
       [](const std::string& dir) { run_live(dir, false); }, true, true},
      {"edit", nothing,
       [](const std::string& dir) {
         erm::edit_run(dir + "/registry/e/main/old", [](erm::RunEdit& run) { run.set_tag("tag", "new"); });
       },
       false, true},
      {"delete", nothing, [](const std::string& dir) { erm::delete_run(dir + "/registry", "e", "main", "old"); }},
      {"restore", nothing, [](const std::string& dir) { erm::restore_run(dir + "/registry", "e", "main", "gone"); }},
      {"delete experiment", nothing, [](const std::string& dir) { erm::delete_experiment(dir + "/registry", "e"); }},
      {"restore experiment", [](const std::string& dir) { erm::delete_experiment(dir + "/registry", "e"); },
       [](const std::string& dir) { erm::restore_experiment(dir + "/registry", "e"); }},
      {"empty trash", nothing, [](const std::string& dir) { erm::empty_trash(dir + "/registry"); }, false, true},
      {"check with repair", prepare_repair, repair, false, true},
      {"copy", [](const std::string& dir) { erm::save_run_to_registry(run_of("new", 2), dir + "/from", saving(false)); },
       copy_run, false, true},
      {"save_to", [](const std::string& dir) { write_file(dir + "/model.bin", "old"); },
       [](const std::string& dir) { run_of("x", 2).artifacts().at("model").save_to(dir + "/model.bin"); }, false, true},
      {"write_comparison", [](const std::string& dir) { write_file(dir + "/page.html", "old"); },
       [](const std::string& dir) { erm::write_comparison(dir + "/page.html", {run_of("x", 2)}); }, false, true},
  };
}

/// What is in the files that save_to and write_comparison write.
std::string written_files(const std::string& dir) {
  std::string words;
  for (const char* const name : {"/model.bin", "/page.html"})
    if (fs::exists(dir + name))
      words += std::string(name) + (file_text(dir + name) == "old" ? " is old, " : " is new, ") +
               std::to_string(fs::file_size(dir + name)) + " bytes; ";
  return words;
}

// ---- the sweep ----

/// How it is without a fault, before and after.
struct Expected {
  std::map<std::string, std::string> seen_before, seen_after;
  std::string files_before, files_after;
  std::multiset<std::string> names_after;
};

void neighbour(const std::string& dir) {
  erm::save_run_to_registry(run_of("neighbour", 3), dir + "/registry", saving(false));
  erm::empty_trash(dir + "/registry");
}

/// An empty text, or what is wrong with what a reader sees.
std::string fault_of(const Operation& operation, const std::string& dir, const Expected& expected, bool has_worked) {
  std::map<std::string, std::string> now;
  try {
    now = seen(dir + "/registry");
  } catch (const std::exception& error) {
    return std::string("the registry cannot be read: ") + error.what();
  }
  if (operation.is_live) {
    // A live run may be there in part. All else is as before.
    std::map<std::string, std::string> before = expected.seen_before;
    const auto live = now.find("e/main/live");
    if (has_worked && (live == now.end() || !contains(live->second, "finished") ||
                       !contains(live->second, "generation = 2") || !contains(live->second, "9=9")))
      return "the live run is not complete: " + (live == now.end() ? "missing" : live->second);
    if (before.count("e/main/live") != 0 && live == now.end()) return "the resumed run is gone";
    before.erase("e/main/live");
    if (live != now.end()) now.erase(live);
    return now == before ? "" : "other runs changed";
  }
  const std::string files = written_files(dir);
  if (now == expected.seen_after && files == expected.files_after) return {};
  if (now == expected.seen_before && files == expected.files_before && !has_worked) return {};
  // Several runs: some of them may be moved.
  if (contains(operation.name, "experiment") || contains(operation.name, "empty")) {
    if (has_worked) return "it did not work";
    std::set<std::string> kept;
    for (const auto& one : now) {
      const std::string &name = one.first, &words = one.second;
      const auto in = [&](const auto& all) { return all.count(name) != 0 && all.at(name) == words; };
      if (!in(expected.seen_before) && !in(expected.seen_after)) return "there is " + name + ": " + words;
      kept.insert(name.substr(name.find_last_of("/ ") + 1));
    }
    for (const char* const id : {"old", "other"})
      if (kept.count(id) == 0) return std::string("the run ") + id + " is lost";
    return {};
  }
  std::string words = has_worked ? "it did not work:" : "neither old nor new:";
  for (const auto& [name, text] : now) words += "\n" + name + ": " + text;
  return words + "\n" + files;
}

/// What an exception says is what a person needs.
std::string fault_of_text(const std::string& text, const std::string& dir, int error) {
  if (!contains(text, dir)) return "the error names no path: " + text;
  if (!contains(text, "cannot ") && !contains(text, "lost")) return "the error names no operation: " + text;
  if (!contains(text, std::strerror(error))) return "the error has another reason: " + text;
  return {};
}

std::string kept_copy(const std::string& from, const std::string& to) {
  fs::copy(from, to, fs::copy_options::recursive);
  return to;
}

struct Count {
  int injected = 0, wrong = 0;
  std::map<std::string, int> kinds;  // of what is wrong, to print each twice at most

  [[nodiscard]] std::string words() const {
    return std::to_string(injected) + " faults, " + std::to_string(wrong) + " of them with a wrong outcome";
  }
};

void tell(Count& count, const std::string& operation, const Plan& plan, const std::string& call,
          const std::string& fault) {
  ++count.wrong;
  std::string kind = operation + ": " + fault.substr(0, fault.find(':'));
  if (++count.kinds[kind] > 2) return;
  FAIL_CHECK(operation << ", way " << static_cast<int>(plan.way) << ", " << std::strerror(plan.error) << " at "
                       << plan.at << ", " << call << ": " << fault);
}

/// Creates the folder in which the operation works.
std::string prepared_for(const Operation& operation, const std::string& dir) {
  fs::create_directory(dir);
  prepare_registry(dir);
  operation.prepare(dir);
  return dir;
}

/// What is seen before the operation, and after it has worked without a fault in a copy.
Expected expected_of(const Operation& operation, const std::string& pristine, const std::string& copy) {
  Expected expected;
  expected.seen_before = seen(pristine + "/registry");
  expected.files_before = written_files(pristine);
  kept_copy(pristine, copy);
  operation.work(copy);
  expected.seen_after = seen(copy + "/registry");
  expected.files_after = written_files(copy);
  neighbour(copy);
  expected.names_after = names_in(copy);
  fs::remove_all(copy);
  return expected;
}

/// One operation, with a fault at each of its calls in turn.
void sweep(const Operation& operation, Way way, int error, Count& count) {
  const TemporaryDirectory home;
  const std::string pristine = prepared_for(operation, home / "pristine");
  const Expected expected = expected_of(operation, pristine, home / "whole");
  for (int at = 1;; ++at) {
    const std::string dir = kept_copy(pristine, home / "d");
    Plan plan{dir, at, error, way};
    plan.only_space = error == ENOSPC || error == EDQUOT;
    Report report;
    std::string text;
    bool has_worked = false;
    if (way == Way::killed) {
      Child child([&](const Child::Tell&) {
        erm_test::faults::arm(plan);
        operation.work(dir);
      });
      has_worked = child.wait();
      report.was_hit = !has_worked && child.signal() == SIGKILL;
      report.call = "?";
      if (!has_worked && !report.was_hit) tell(count, operation.name, plan, "?", "the process failed");
    } else {
      erm_test::faults::arm(plan);
      std::string wrong_type;
      try {
        operation.work(dir);
        has_worked = true;
      } catch (const erm::Error& caught) {
        text = caught.what();
      } catch (const std::exception& caught) {
        wrong_type = caught.what();
      }
      report = erm_test::faults::disarm();
      if (!wrong_type.empty()) tell(count, operation.name, plan, report.call, "not an erm::Error: " + wrong_type);
    }
    if (report.was_hit) ++count.injected;
    std::vector<std::string> faults = {fault_of(operation, dir, expected, has_worked)};
    if (!text.empty()) faults.push_back(fault_of_text(text, dir, error));
    // Again, and now it works, unless it has worked in spite of the error. What an error left is for the next call to
    // clean: the same again, where that can be done twice.
    if (!has_worked || operation.repeats) {
      try {
        operation.work(dir);
      } catch (const std::exception& caught) {
        if (fault_of(operation, dir, expected, true) != "")
          faults.push_back(std::string("a retry: ") + caught.what());
      }
    }
    faults.push_back(fault_of(operation, dir, expected, true));
    try {
      neighbour(dir);
      std::multiset<std::string> names = names_in(dir);
      // Nothing looks for the part of a file outside a registry that a killed process left: that could be any folder.
      if (way == Way::killed || way == Way::broken) names.erase(".erm_part-");
      std::string left = difference(names, expected.names_after);
      if (!left.empty()) faults.push_back("left over:" + left);
    } catch (const std::exception& caught) {
      faults.push_back(std::string("the next save: ") + caught.what());
    }
    for (const std::string& fault : faults)
      if (!fault.empty()) {
        tell(count, operation.name, plan, report.call + (text.empty() ? "" : " (" + text + ")"), fault);
        break;
      }
    fs::remove_all(dir);
    if (!report.was_hit) break;
  }
}

}  // namespace

TEST_CASE("An error at any call to the system leaves the old state or the new one, and the operation can be repeated") {
  if (!erm_test::faults::are_possible()) {
    WARN("skipped: the calls of this program cannot be made to fail");
    return;
  }
  const InMemory in_memory;
  Count count;
  // The durable forms make all the calls of these, and more.
  const std::set<std::string> covered = {"save", "overwrite", "live run"};
  for (const Operation& operation : operations())
    if (covered.count(operation.name) == 0) sweep(operation, Way::once, EIO, count);
  CHECK(count.injected > 500);
  WARN(count.words());
}

namespace {

/// Puts a link in the place of `path`. What was there becomes what the link leads to.
enum class Planted { link, link_to_nothing, hard_link, link_to_folder };

bool plant(Planted kind, const fs::path& path, const fs::path& victims) {
  const bool is_there = fs::exists(path);
  if (kind == Planted::hard_link && is_there && !fs::is_regular_file(path)) return false;
  if (kind == Planted::link_to_nothing && is_there) return false;
  const bool is_folder = is_there ? fs::is_directory(path) : kind == Planted::link_to_folder;
  if (is_there && is_folder != (kind == Planted::link_to_folder)) return false;
  const fs::path victim = victims / (is_folder ? "folder" : "file");
  fs::create_directories(victims);
  fs::create_directories(path.parent_path());
  if (is_there) {
    fs::rename(path, victim);
  } else if (is_folder) {
    write_file(victim / "precious", "precious");
  } else if (kind != Planted::link_to_nothing) {
    write_file(victim, "precious");
  }
  if (kind == Planted::hard_link)
    fs::create_hard_link(victim, path);
  else
    fs::create_symlink(victim, path);
  return true;
}

}  // namespace

TEST_CASE("No operation writes through a link or a hard link, wherever one was planted") {
  if (!erm_test::faults::are_possible()) {
    WARN("skipped: this program cannot see which files it opens");
    return;
  }
  const InMemory in_memory;
  int planted = 0, refused = 0;
  for (const Operation& operation : operations()) {
    const TemporaryDirectory home;
    const std::string pristine = prepared_for(operation, home / "pristine");
    std::set<std::string> places;
    {
      const std::string dir = kept_copy(pristine, home / "d");
      erm_test::faults::arm({dir, 1 << 30, EIO, Way::once});
      operation.work(dir);
      for (const std::string& path : erm_test::faults::disarm().written) {
        // Users may keep a registry, an experiment or a variant elsewhere, and link it.
        for (std::string place = path.substr(dir.size() + 1); !place.empty();
             place = fs::path(place).parent_path().generic_string())
          if (place != "registry" && place != "registry/e" && place != "registry/e/main") places.insert(place);
      }
      fs::remove_all(dir);
    }
    for (const std::string& place : places) {
      for (const Planted kind :
           {Planted::link, Planted::link_to_nothing, Planted::hard_link, Planted::link_to_folder}) {
        const std::string dir = kept_copy(pristine, home / "d");
        const std::string victims = home / "victims";
        if (plant(kind, dir + "/" + place, victims)) {
          INFO(operation.name << ", kind " << static_cast<int>(kind) << " at " << place);
          const FileTree before = file_tree(victims);
          ++planted;
          try {
            operation.work(dir);
          } catch (const erm::Error& error) {
            ++refused;
            CHECK(contains(error.what(), dir));
          }
          CHECK((file_tree(victims) == before));
        }
        fs::remove_all(dir);
        fs::remove_all(victims);
      }
    }
  }
  CHECK(planted > 300);
  WARN(planted << " links planted, " << refused << " of them refused");
}

TEST_CASE("Operations on a registry do not change a backup of it that was made of hard links") {
  for (const Operation& operation : operations()) {
    INFO(operation.name);
    const TemporaryDirectory home;
    const std::string dir = home / "d", backup = home / "backup";
    fs::create_directory(dir);
    prepare_registry(dir);
    operation.prepare(dir);
    fs::copy(dir, backup, fs::copy_options::recursive | fs::copy_options::create_hard_links);
    const FileTree before = file_tree(backup);
    operation.work(dir);
    CHECK((file_tree(backup) == before));
    if (fs::exists(backup + "/registry/.erm_registry.json")) CHECK(seen(backup + "/registry").size() >= 2);
  }
}

#if defined(__linux__)

TEST_CASE("On a disk that is really full, at any size, operations leave the old state or the new one") {
  const TemporaryDirectory home;
  if (::geteuid() != 0 || ::mount("tmpfs", home.path().c_str(), "tmpfs", 0, "size=512k,nr_inodes=512") != 0) {
    WARN("skipped: no right to mount a small disk");
    return;
  }
  int times_full = 0;
  for (const Operation& operation : operations()) {
    const TemporaryDirectory elsewhere;  // on a disk with room
    const std::string pristine = prepared_for(operation, elsewhere / "pristine");
    const Expected expected = expected_of(operation, pristine, elsewhere / "whole");
    bool has_worked = false;
    for (std::uintmax_t pages = 0; !has_worked; ++pages) {
      const std::string dir = kept_copy(pristine, home / "d"), filler = home / "filler";
      // Whatever is free but for so many pages of 4 KiB.
      const std::uintmax_t free = fs::space(home.path()).available;
      REQUIRE(free > pages * 4096);
      write_file(filler, std::string(free - pages * 4096, 'x'));
      REQUIRE(fs::space(home.path()).available == pages * 4096);
      INFO(operation.name << " with " << pages << " free pages");
      std::string text;
      try {
        operation.work(dir);
        has_worked = true;
      } catch (const erm::Error& error) {
        text = error.what();
        ++times_full;
      }
      CHECK(fault_of(operation, dir, expected, has_worked) == "");
      if (!text.empty()) CHECK(fault_of_text(text, dir, ENOSPC) == "");
      fs::remove(filler);
      if (!text.empty()) {
        operation.work(dir);
        CHECK(fault_of(operation, dir, expected, true) == "");
      }
      fs::remove_all(dir);
    }
  }
  CHECK(times_full > 20);
  ::umount(home.path().c_str());
}

#endif

TEST_CASE("The sweep of faults in its whole form: other errors, full and broken disks, killed processes",
          "[.][sweep]") {
  if (!erm_test::faults::are_possible()) {
    WARN("skipped: the calls of this program cannot be made to fail");
    return;
  }
  struct Mode {
    const char* name;
    Way way;
    int error;
  };
  Count all;
  for (const Mode& mode :
       {Mode{"EIO", Way::once, EIO}, Mode{"ENOSPC", Way::once, ENOSPC}, Mode{"EDQUOT", Way::once, EDQUOT},
        Mode{"EIO after the work", Way::afterwards, EIO}, Mode{"half a write", Way::short_once, ENOSPC},
        Mode{"a full disk", Way::full, ENOSPC}, Mode{"a used-up quota", Way::full, EDQUOT},
        Mode{"a broken disk", Way::broken, EIO}, Mode{"killed", Way::killed, EIO}}) {
    for (const Operation& operation : operations()) {
      Count count;
      sweep(operation, mode.way, mode.error, count);
      std::printf("%s, %s: %s\n", operation.name, mode.name, count.words().c_str());
      std::fflush(stdout);
      all.injected += count.injected;
      all.wrong += count.wrong;
    }
  }
  std::printf("in all: %s\n", all.words().c_str());
  CHECK(all.injected > 6000);
}

}  // namespace faults_test

#endif
