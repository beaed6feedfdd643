// One bad thing in a registry hides nothing else: folders without permission, links that lead nowhere, files that are
// mostly a hole, damaged runs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/compare.hpp"
#include "erm/comparison.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/provenance.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"
#if !defined(_WIN32)
#include "child_process.hpp"
#endif

namespace damaged_neighbours_test {

namespace fs = std::filesystem;
using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;
using Texts = std::vector<std::string>;

namespace {

erm::ExperimentRun run_of(const std::string& id, const std::string& variant = "main") {
  erm::RunOptions options;
  options.run_id = id;
  options.variant_id = variant;
  erm::ExperimentRun run("exp", options);
  run.log_metric("loss", 0.5, 1);
  run.log_artifact(erm::to_bytes("model of " + id), "model", "model.bin");
  return run;
}

void save(const std::string& registry, const std::string& id, const std::string& variant = "main") {
  erm::SaveOptions options;
  options.durable = false;
  erm::save_run_to_registry(run_of(id, variant), registry, options);
}

struct Found {
  Texts runs, broken, warnings;
};

Found found(const std::string& registry, std::shared_ptr<erm::FileSystem> store = nullptr,
            const std::string& order = "run") {
  Found all;
  erm::FindOptions options;
  options.order_by = order;
  options.on_broken = [&](const std::string& uri, const erm::Error& error) {
    all.broken.push_back(uri + ": " + error.what());
  };
  options.on_warning = [&](const std::string& warning) { all.warnings.push_back(warning); };
  for (const erm::ExperimentRun& run : erm::find_runs(registry, options, std::move(store)))
    all.runs.push_back(run.run_id());
  return all;
}

/// A file of that many bytes, all of which are a hole.
void make_hole(const std::string& path, std::uint64_t size = std::uint64_t{1} << 40) {
  write_file(path, "");
  fs::resize_file(path, size);
}

void set_time(const std::string& path, std::chrono::hours ago) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
}

std::string latest(const std::string& registry) { return erm::load_run_from_registry(registry, "exp").run_id(); }

std::string latest_error(const std::string& registry) {
  return thrown<erm::FormatError>([&] { static_cast<void>(latest(registry)); });
}

#if !defined(_WIN32)
/// Whether `work` returns in a process that must heed permissions, which root need not.
bool succeeds_without_privileges(const std::function<void()>& work) {
  erm_test::Child child([&](const erm_test::Child::Tell&) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) throw std::runtime_error("no other user");
    work();
  });
  return child.wait();
}

void expect(bool is_so, const std::string& what) {
  if (!is_so) throw std::runtime_error("not so: " + what);
}
#endif

}  // namespace

#if !defined(_WIN32)

TEST_CASE("A folder without permission and a link to itself hide nothing, and find_runs tells of each once") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "good");
  for (const std::string& at : {registry, registry + "/exp", registry + "/exp/main"}) {
    fs::create_directory(at + "/private");
    fs::create_symlink("loop", at + "/loop");
    fs::create_symlink("nothing", at + "/dangling");
    fs::permissions(at + "/private", fs::perms::none);
  }
  fs::create_directory(registry + "/lost+found");  // as in the root of a volume
  fs::permissions(registry + "/lost+found", fs::perms::none);
  CHECK(succeeds_without_privileges([&] {
    const Found all = found(registry);
    expect(all.runs == Texts{"good"}, "the run is found");
    expect(all.broken.empty(), "no run is broken");
    Texts warnings = all.warnings;
    std::sort(warnings.begin(), warnings.end());
    const std::string first = "passed over '" + registry;
    expect(warnings.size() == 6, "there are six warnings, not " + std::to_string(warnings.size()));
    for (std::size_t i = 0; i < 6; ++i) {
      const char* const places[] = {"/exp/loop",    "/exp/main/loop", "/exp/main/private",
                                    "/exp/private", "/loop",          "/private"};
      expect(contains(warnings[i], first + places[i] + "': "), warnings[i]);
      expect(contains(warnings[i], contains(places[i], "loop") ? "symbolic links" : "ermission denied"), warnings[i]);
    }
    expect(erm::list_experiments(registry) == Texts{"exp"}, "the experiment is listed");
    expect(erm::list_variants(registry, "exp") == Texts{"main"}, "the variant is listed");
    expect(erm::list_runs(registry, "exp") == Texts{"good"}, "the run is listed");
    expect(latest(registry) == "good", "the latest run is loaded");
    expect(erm::run_that_made(registry, registry + "/exp/main/good/artifacts/model.bin").has_value(), "it made it");
  }));
}

TEST_CASE("A variant that cannot be listed hides no other, and is an error where it is asked for") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "good");
  save(registry, "hidden", "closed");
  fs::permissions(registry + "/exp/closed", fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec);
  CHECK(succeeds_without_privileges([&] {
    const Found all = found(registry);
    expect(all.runs == Texts{"good"}, "the other run is found");
    expect(all.warnings.size() == 1 && contains(all.warnings[0], "passed over '" + registry + "/exp/closed': "),
           "the variant is named");
    erm::FindOptions options;
    options.experiment = "exp";
    options.variant = "closed";
    try {
      static_cast<void>(erm::find_runs(registry, options));
      expect(false, "it is an error");
    } catch (const erm::IoError& error) {
      expect(contains(error.what(), "/exp/closed'"), error.what());
    }
  }));
}

TEST_CASE("Deleting an experiment deletes what it can, and names what it could not") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "a");
  save(registry, "b");
  save(registry, "damaged");
  write_file(registry + "/exp/main/damaged/erm_metadata.json", "{\"half");
  fs::create_directory(registry + "/exp/private");
  for (const auto& entry : fs::recursive_directory_iterator(registry))
    if (entry.is_directory()) fs::permissions(entry.path(), fs::perms::all);
  fs::permissions(registry, fs::perms::all);
  fs::permissions(registry + "/exp/private", fs::perms::none);
  CHECK(succeeds_without_privileges([&] {
    try {
      erm::delete_experiment(registry, "exp");
      expect(false, "it is an error");
    } catch (const erm::IoError& error) {
      expect(contains(error.what(), "cannot delete all of '" + registry + "/exp': the rest is in the trash, and this " +
                                        "is left: '" + registry + "/exp': "),
             error.what());
      expect(contains(error.what(), "/exp/private'"), error.what());
    }
    expect(erm::list_trash(registry).size() == 3, "the runs are in the trash");
  }));
}

TEST_CASE("An entry of the trash without permission hides no other") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "a");
  save(registry, "b");
  erm::delete_run(registry, "exp", "main", "a");
  erm::delete_run(registry, "exp", "main", "b");
  fs::permissions(registry + "/.erm_trash/" + erm::list_trash(registry)[0].trash_id, fs::perms::none);
  CHECK(succeeds_without_privileges([&] {
    const std::vector<erm::TrashedRun> runs = erm::list_trash(registry);
    expect(runs.size() == 1 && runs[0].run_id == "b", "the other run is listed");
  }));
}

#endif

TEST_CASE("A store that refuses one folder hides nothing, whatever the store") {
  // A store of a user's, without folders_with of its own.
  class Refusing final : public erm_test::PlainFileSystem {
   public:
    std::vector<erm::FolderEntry> list(const std::string& path) const override {
      if (path == "registry/exp/closed")
        throw erm::IoError::failed_to("list", path, std::make_error_code(std::errc::io_error));
      return PlainFileSystem::list(path);
    }
  };
  const auto store = std::make_shared<Refusing>();
  erm::SaveOptions options;
  options.fs = store;
  erm::save_run_to_registry(run_of("good"), "registry", options);
  store->write("registry/exp/closed/note.txt", "", erm::Durability::buffered);
  const Found all = found("registry", store);
  CHECK(all.runs == Texts{"good"});
  REQUIRE(all.warnings.size() == 1);
  CHECK(contains(all.warnings[0], "passed over 'registry/exp/closed': cannot list 'registry/exp/closed': "));
  CHECK(erm::list_variants("registry", "exp", store) == Texts{"main"});
}

TEST_CASE("An entry of the trash that cannot be read for a moment is not taken for an old or an empty one") {
  class Failing final : public erm_test::PlainFileSystem {
   public:
    std::vector<erm::FolderEntry> list(const std::string& path) const override {
      if (path == failing) throw erm::IoError::failed_to("list", path, std::make_error_code(std::errc::io_error));
      return PlainFileSystem::list(path);
    }
    std::string failing;
  };
  const auto store = std::make_shared<Failing>();
  const auto save_again = [&](int time) {
    erm::SaveOptions options;
    options.fs = store;
    erm::ExperimentRun run = run_of("a");
    run.log_param("time", time);
    erm::save_run_to_registry(run, "registry", options);
  };
  save_again(1);
  erm::delete_run("registry", "exp", "main", "a", store);
  save_again(2);
  erm::delete_experiment("registry", "exp", store);
  const std::vector<erm::TrashedRun> deleted = erm::list_trash("registry", store);
  REQUIRE(deleted.size() == 2);
  const std::string of_run = "registry/.erm_trash/" + deleted[0].trash_id;
  const std::string of_experiment = "registry/.erm_trash/" + deleted[1].trash_id;

  store->failing = of_experiment;
  SECTION("emptying the trash of what is old keeps it, and is an error") {
    const std::string error = thrown<erm::IoError>(
        [&] { static_cast<void>(erm::empty_trash("registry", std::chrono::hours(24), store)); });
    CHECK(contains(error, "cannot look at all of the trash 'registry/.erm_trash': the rest is done, and this stays: '" +
                              of_experiment + "': cannot list '" + of_experiment + "': "));
    store->failing.clear();
    CHECK(erm::list_trash("registry", store).size() == 2);
  }
  SECTION("no earlier run of the same id is restored in its place, unless that one is asked for") {
    const std::string error =
        thrown<erm::IoError>([&] { erm::restore_run("registry", "exp", "main", "a", store); });
    CHECK(contains(error, "it may have been deleted again later, but cannot list '" + of_experiment + "': "));
    erm::restore_run("registry", deleted[0], store);
    CHECK(erm::load_run_from_registry("registry", "exp", "main", "a", store).param("time").str() == "1");
  }
  SECTION("restoring the experiment restores the rest, and is an error") {
    const std::string error = thrown<erm::IoError>([&] { erm::restore_experiment("registry", "exp", store); });
    CHECK(contains(error, "cannot restore all of 'registry/exp': the rest is back, and this may belong to it: cannot " +
                              ("list '" + of_experiment + "': ")));
    CHECK(erm::list_experiments("registry", store) == Texts{"exp"});
    store->failing.clear();
    erm::restore_experiment("registry", "exp", store);
    CHECK(erm::load_run_from_registry("registry", "exp", "main", "a", store).param("time").str() == "2");
  }
  SECTION("damaged text of an entry is an error in the same way") {
    store->failing.clear();
    store->write(of_experiment + "/entry.json", "{", erm::Durability::buffered);
    CHECK(contains(thrown<erm::FormatError>([&] { erm::restore_experiment("registry", "exp", store); }),
                   "this may belong to it: "));
  }
  SECTION("what was deleted before does not belong to the experiment") {
    store->failing = of_run;
    CHECK(erm::restore_experiment("registry", "exp", store) == Texts{"registry/exp/main/a"});
  }
}

TEST_CASE("Files of a terabyte are format errors that name the size and the bound") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry",
                    sizes = "': it has 1099511627776 bytes, and of such a file ERM reads at " +
                            std::string("most 67108864; it was damaged, or ");
  save(registry, "a");
  save(registry, "b");
  const std::string folder = registry + "/exp/main/b", metadata = folder + "/erm_metadata.json";
  SECTION("metadata") {
    make_hole(metadata);
    const Found all = found(registry);
    CHECK(all.runs == Texts{"a"});
    REQUIRE(all.broken.size() == 1);
    CHECK(all.broken[0] ==
          folder + ": cannot read '" + metadata + sizes + "set_max_metadata_size of the FileSystem has to allow more");
    CHECK(contains(thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path(folder)); }), sizes));
    CHECK_THROWS_AS(erm::edit_run(folder, [](erm::RunEdit& run) { run.set_tag("x"); }), erm::FormatError);
    CHECK(erm::load_runs_from_registry(registry, "exp").size() == 1);
    CHECK_THROWS_AS(erm::load_runs_from_registry(registry, "exp", "main", Texts{"a", "b"}), erm::FormatError);
    CHECK(erm::run_that_made(registry, registry + "/exp/main/a/artifacts/model.bin")->run_id() == "a");
    erm::delete_experiment(registry, "exp");
    CHECK(erm::list_trash(registry).size() == 2);
  }
  SECTION("a history") {
    const auto narrow = std::make_shared<erm::LocalFileSystem>();  // quicker to reach
    narrow->set_max_metadata_size(std::uint64_t{1} << 22);
    // The header and a point, and then the hole.
    fs::resize_file(folder + "/history/main.csv", std::uint64_t{1} << 40);
    const std::string error =
        thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path(folder, narrow)); });
    CHECK(contains(error, "'" + folder + "/history/main.csv': after "));
    CHECK(contains(error, " it has a line of more than 4194304 bytes, which ERM never writes"));
    CHECK(erm::load_runs_from_registry(registry, "exp", "main", {}, narrow).size() == 1);
    CHECK(found(registry).runs == Texts{"a", "b"});  // the history is not read
    const Found ordered = found(registry, narrow, "metrics.loss.min");
    CHECK(ordered.runs == Texts{"a"});
    REQUIRE(ordered.broken.size() == 1);
    CHECK(contains(ordered.broken[0], folder + ": "));
  }
  SECTION("an entry of the trash") {
    erm::delete_run(registry, "exp", "main", "b");
    erm::delete_run(registry, "exp", "main", "a");
    make_hole(registry + "/.erm_trash/" + erm::list_trash(registry)[0].trash_id + "/entry.json");
    const std::vector<erm::TrashedRun> runs = erm::list_trash(registry);
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].run_id == "a");
  }
  SECTION("what other writers and editors of a live run wrote") {
    erm::LiveOptions options;
    options.run_id = "live";
    options.provenance = false;
    erm::LiveRun run(registry, "exp", options);
    run.log_metric("loss", 1, 1);
    run.flush();
    const std::string live = registry + "/exp/main/live";
    for (const char* const file : {"/history/other.json", "/.erm_edits.json"}) {
      make_hole(live + file);
      CHECK(
          contains(thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path(live)); }), file + sizes));
      CHECK(found(registry).runs == Texts{"a", "b"});
      fs::remove(live + file);
    }
    CHECK(found(registry).runs == Texts{"a", "b", "live"});
  }
}

TEST_CASE("The bound of metadata can be set, and a save, an edit and a live run refuse what a load would refuse") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  const auto narrow = std::make_shared<erm::LocalFileSystem>();
  CHECK(narrow->max_metadata_size() == 67108864);
  narrow->set_max_metadata_size(2000);
  erm::SaveOptions options;
  options.fs = narrow;
  erm::save_run_to_registry(run_of("small"), registry, options);
  erm::ExperimentRun large = run_of("large");
  large.log_param("text", std::string(4000, 'x'));
  const auto files = erm_test::file_tree(registry);
  const std::string error = thrown<erm::Error>([&] { erm::save_run_to_registry(large, registry, options); });
  CHECK(contains(error, "cannot save the run 'large' to '" + registry + "/exp/main/large': its metadata have "));
  CHECK(contains(error, " bytes, and readers accept at most 2000; log long texts, lists and dicts as artifacts"));
  CHECK(erm_test::file_tree(registry) == files);

  CHECK_THROWS_AS(
      erm::edit_run(
          registry + "/exp/main/small", [](erm::RunEdit& run) { run.set_note(std::string(4000, 'x')); }, narrow),
      erm::Error);
  CHECK(erm::load_run_from_path(registry + "/exp/main/small", narrow).note().empty());

  erm::save_run_to_registry(large, registry);
  CHECK(contains(thrown<erm::FormatError>(
                     [&] { static_cast<void>(erm::load_run_from_registry(registry, "exp", "main", "large", narrow)); }),
                 " reads at most 2000;"));
  CHECK(erm::load_run_from_registry(registry, "exp", "main", "large").run_id() == "large");
  narrow->set_max_metadata_size(20000);
  CHECK(erm::load_run_from_registry(registry, "exp", "main", "large", narrow).run_id() == "large");

  narrow->set_max_metadata_size(2000);
  erm::LiveOptions live;
  live.fs = narrow;
  live.run_id = "live";
  live.provenance = false;
  live.on_error = [](const std::string&) {};
  erm::LiveRun run(registry, "exp", live);
  run.log_param("text", std::string(4000, 'x'));
  CHECK(contains(thrown<erm::Error>([&] { run.finish(); }), " bytes, and readers accept at most 2000; "));
  CHECK(erm::load_run_from_registry(registry, "exp", "main", "live", narrow).params().empty());
}

TEST_CASE("A damaged run that may be the latest is an error, and one that cannot be is passed over") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  SECTION("chosen ids: by the time of the metadata file") {
    save(registry, "a");
    save(registry, "b");
    const std::string damaged = registry + "/exp/main/b/erm_metadata.json";
    write_file(damaged, "{\"half");
    const std::string error = latest_error(registry);
    CHECK(contains(error, "cannot load the latest run of '" + registry +
                              "/exp/main': 'b' may be the latest, and it cannot be "
                              "read; repair it, delete it with delete_run, or "
                              "name the run to load: "));
    CHECK(contains(error, "'" + damaged + "'"));
    set_time(damaged, std::chrono::hours(24));
    CHECK(latest(registry) == "a");
    make_hole(damaged);
    set_time(damaged, std::chrono::hours(24));
    CHECK(latest(registry) == "a");
  }
  SECTION("generated ids: by their time") {
    for (const int second : {10, 20, 30}) {
      erm::RunOptions options;
      options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1'700'000'000 + second));
      erm::save_run_to_registry(erm::ExperimentRun("exp", options), registry);
    }
    const Texts ids = erm::list_runs(registry, "exp");
    write_file(registry + "/exp/main/" + ids[1] + "/erm_metadata.json", "");
    CHECK(latest(registry) == ids[2]);
    write_file(registry + "/exp/main/" + ids[2] + "/erm_metadata.json", "");
    CHECK(contains(latest_error(registry), "'" + ids[2] + "' may be the latest"));
    save(registry, "chosen");  // it is newer
    CHECK(latest(registry) == "chosen");
  }
  SECTION("nothing but a damaged run") {
    save(registry, "a");
    write_file(registry + "/exp/main/a/erm_metadata.json", "");
    set_time(registry + "/exp/main/a/erm_metadata.json", std::chrono::hours(24));
    CHECK(contains(latest_error(registry), "'a' may be the latest"));
  }
  SECTION("a damaged history of the latest") {
    save(registry, "a");
    write_file(registry + "/exp/main/a/history/main.csv", "no header\n");
    CHECK(contains(latest_error(registry), "'a' may be the latest"));
  }
}

TEST_CASE("A comparison goes on where the history of a run cannot be read, and says so") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "a");
  save(registry, "b");
  std::vector<erm::ExperimentRun> runs = erm::find_runs(registry);
  REQUIRE(runs.size() == 2);
  write_file(registry + "/exp/main/b/history/main.csv", "no header\n");
  const erm::Comparison comparison(runs);
  REQUIRE(comparison.warnings().size() == 1);
  CHECK(comparison.warnings()[0].kind == erm::ComparisonWarning::Kind::unreadable_history);
  CHECK(contains(comparison.warnings()[0].text, "The curves of b are missing: "));
  CHECK(contains(comparison.warnings()[0].text, "/exp/main/b/history/main.csv"));
  CHECK(comparison.curves().size() == 1);
  CHECK(contains(erm::compare_runs(runs), "The curves of b are missing: "));
}

TEST_CASE("run_that_made goes past damaged runs, and is an error where one of them may be it") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "a");
  save(registry, "b");
  write_file(registry + "/exp/main/a/erm_metadata.json", "{\"half");
  CHECK(erm::run_that_made(registry, registry + "/exp/main/b/artifacts/model.bin")->run_id() == "b");
  write_file(dir / "other", "other");
  CHECK_THROWS_AS(erm::run_that_made(registry, dir / "other"), erm::FormatError);
}

}  // namespace damaged_neighbours_test
