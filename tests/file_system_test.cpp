// What every store promises, of those that ERM brings and of the least that a user may write.
#include "erm/file_system.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace file_system_test {

using erm::Durability;
using erm::FileKind;
using erm_test::contains;
using erm_test::file_tree;
using erm_test::PlainFileSystem;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

/// Runs `test(fs, folder)` for each store, with a folder in it that is new.
void for_each_store(const std::function<void(const std::shared_ptr<erm::FileSystem>&, const std::string&)>& test) {
  SECTION("LocalFileSystem") {
    TemporaryDirectory dir;
    test(std::make_shared<erm::LocalFileSystem>(), dir / "folder");
  }
  SECTION("MemoryFileSystem") { test(std::make_shared<erm::MemoryFileSystem>(), "folder"); }
  SECTION("a store of one's own") { test(std::make_shared<PlainFileSystem>(), "folder"); }
}

std::vector<std::string> sorted_names(const erm::FileSystem& fs, const std::string& path) {
  std::vector<std::string> names;
  for (const erm::FolderEntry& entry : fs.list(path))
    names.push_back(entry.name + (entry.kind == FileKind::folder ? "/" : ""));
  std::sort(names.begin(), names.end());
  return names;
}

std::string text_at(const erm::FileSystem& fs, const std::string& path) { return erm::to_text(fs.read(path)); }

/// Content of which nobody knows more than that it can be read.
class Counting final : public erm::Content {
 public:
  explicit Counting(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    const std::size_t count = offset >= size_ ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset));
    for (std::size_t i = 0; i < count; ++i) into[i] = static_cast<std::uint8_t>((offset + i) % 251);
    return count;
  }

 private:
  std::uint64_t size_;
};

}  // namespace

TEST_CASE("A store creates, replaces, reads, lists and removes files") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    CHECK(fs->info(at).kind == FileKind::missing);
    CHECK(fs->list(at).empty());
    for (const Durability durability : {Durability::buffered, Durability::durable}) {
      fs->write(at + "/a/b/file", "hello", durability);
      CHECK(text_at(*fs, at + "/a/b/file") == "hello");
      fs->write(at + "/a/b/file", std::string_view("n\0w", 3), durability);
      CHECK(text_at(*fs, at + "/a/b/file") == std::string("n\0w", 3));
      CHECK_FALSE(fs->create(at + "/a/b/file", "other", durability));
      CHECK(text_at(*fs, at + "/a/b/file") == std::string("n\0w", 3));
      CHECK(fs->create(at + "/a/new", "", durability));
      CHECK(text_at(*fs, at + "/a/new").empty());
      CHECK(fs->info(at + "/a/b/file").kind == FileKind::file);
      CHECK(fs->info(at + "/a/b/file").size == 3);
      CHECK(fs->info(at + "/a").kind == FileKind::folder);
      CHECK(fs->info(at + "/a/b/file/x").kind == FileKind::missing);
      CHECK(sorted_names(*fs, at + "/a") == std::vector<std::string>{"b/", "new"});
      CHECK(sorted_names(*fs, at + "/a/b") == std::vector<std::string>{"file"});
      fs->remove(at + "/a/new");
      CHECK(fs->info(at + "/a/new").kind == FileKind::missing);
      fs->remove(at + "/a/new");
      fs->remove(at + "/a");
      CHECK(fs->info(at + "/a/b/file").kind == FileKind::missing);
      CHECK(fs->info(at + "/a").kind == FileKind::missing);
    }
  });
}

TEST_CASE("A store reads any part of a file") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    fs->write(at + "/file", "0123456789");
    std::uint8_t part[8] = {};
    CHECK(fs->read_at(at + "/file", 0, part, 4) == 4);
    CHECK(std::string(part, part + 4) == "0123");
    CHECK(fs->read_at(at + "/file", 7, part, 8) == 3);
    CHECK(std::string(part, part + 3) == "789");
    CHECK(fs->read_at(at + "/file", 10, part, 8) == 0);
    CHECK(fs->read_at(at + "/file", std::uint64_t{1} << 63, part, 8) == 0);
  });
}

TEST_CASE("A store names the file that it does not have") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    std::uint8_t byte = 0;
    CHECK(contains(thrown<erm::NotFoundError>([&] { (void)fs->read(at + "/none"); }), at + "/none'"));
    CHECK(contains(thrown<erm::NotFoundError>([&] { (void)fs->read_at(at + "/none", 0, &byte, 1); }), at + "/none'"));
  });
}

TEST_CASE("A store accepts content of any size from any source") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3} << 20 | 5}) {
      const std::string path = at + "/" + std::to_string(size);
      const Counting content(size);
      CHECK(fs->create_from(path, content));
      CHECK_FALSE(fs->create_from(path, content));
      const erm::Bytes bytes = fs->read(path);
      REQUIRE(bytes.size() == size);
      bool same = true;
      for (std::size_t i = 0; i < bytes.size(); ++i) same = same && bytes[i] == i % 251;
      CHECK(same);
    }
  });
}

TEST_CASE("A store removes a folder only if it is empty, if asked to") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    fs->write(at + "/a/file", "x");
    fs->remove_if_empty(at + "/a");
    CHECK(text_at(*fs, at + "/a/file") == "x");
    fs->remove(at + "/a/file");
    fs->remove_if_empty(at + "/a");
    CHECK(fs->info(at + "/a").kind == FileKind::missing);
    fs->remove_if_empty(at + "/none");
  });
}

TEST_CASE("A store moves a file over another, and a folder with everything in it") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& folder) {
    fs->write(folder + "/a.txt", "first");
    fs->write(folder + "/b.txt", "second");
    fs->move(folder + "/a.txt", folder + "/b.txt", Durability::durable);
    CHECK(sorted_names(*fs, folder) == std::vector<std::string>{"b.txt"});
    CHECK(text_at(*fs, folder + "/b.txt") == "first");
    fs->move(folder + "/b.txt", folder + "/new/folders/c.txt");
    CHECK(text_at(*fs, folder + "/new/folders/c.txt") == "first");

    fs->write(folder + "/run/.erm_x.json", "own");
    fs->write(folder + "/run/deep/er/file", std::string(100000, 'x'));
    fs->write(folder + "/run2/file", "of a name that begins alike");
    fs->move(folder + "/run", folder + "/far/away/run", Durability::durable);
    CHECK(fs->info(folder + "/run").kind == FileKind::missing);
    CHECK(text_at(*fs, folder + "/far/away/run/.erm_x.json") == "own");
    CHECK(text_at(*fs, folder + "/far/away/run/deep/er/file") == std::string(100000, 'x'));
    CHECK(text_at(*fs, folder + "/run2/file") == "of a name that begins alike");
    CHECK_THROWS_AS(fs->move(folder + "/run", folder + "/elsewhere"), erm::NotFoundError);
    CHECK(fs->info(folder + "/elsewhere").kind == FileKind::missing);
  });
}

TEST_CASE("A store that cannot rename copies everything before it removes anything, and ERM's own files last") {
  class Watched final : public PlainFileSystem {
   public:
    void write(const std::string& path, std::string_view content, Durability durability) override {
      changes.push_back("write " + path);
      PlainFileSystem::write(path, content, durability);
    }
    void remove(const std::string& path) override {
      changes.push_back("remove " + path);
      PlainFileSystem::remove(path);
    }
    std::vector<std::string> changes;
  };
  Watched fs;
  for (const char* const file : {"a/.erm_x.json", "a/b", "a/c/.erm_y", "a/c/d"}) fs.PlainFileSystem::write(file, "", Durability::buffered);
  fs.move("a", "z");
  CHECK(fs.changes == std::vector<std::string>{"write z/b", "write z/c/d", "write z/.erm_x.json", "write z/c/.erm_y",
                                               "remove a/b", "remove a/c/d", "remove a"});
}

TEST_CASE("A folder does not move onto an existing folder") {
  TemporaryDirectory dir;
  erm::LocalFileSystem local;
  erm::MemoryFileSystem memory;
  for (erm::FileSystem* const fs : std::vector<erm::FileSystem*>{&local, &memory}) {
    const std::string a = dir / "a", b = dir / "b";
    fs->write(a + "/x", "1");
    fs->write(b + "/y", "2");
    CHECK_THROWS_AS(fs->move(a, b), erm::IoError);
    CHECK(text_at(*fs, a + "/x") == "1");
    CHECK(sorted_names(*fs, b) == std::vector<std::string>{"y"});
    CHECK_THROWS_AS(fs->move(a, b + "/y/z"), erm::Error);  // a file is no folder
    CHECK(text_at(*fs, a + "/x") == "1");
  }
}

TEST_CASE("A claim is exclusive, and leaves nothing behind") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    const std::string path = at + "/.erm_tmp/run";
    auto claim = fs->claim(path);
    REQUIRE(claim);
    CHECK_FALSE(claim->was_abandoned());
    CHECK_FALSE(fs->claim(path));
    const auto other = fs->claim(at + "/.erm_tmp/other");
    CHECK(other);
    claim->begin();
    claim->commit(at + "/file", "committed", Durability::durable);
    claim.reset();
    CHECK(text_at(*fs, at + "/file") == "committed");
    CHECK(fs->info(path).kind == FileKind::missing);
    claim = fs->claim(path);
    REQUIRE(claim);
    CHECK_FALSE(claim->was_abandoned());
    claim->begin();
    claim.reset();
    CHECK(fs->info(path).kind == FileKind::missing);
  });
}

TEST_CASE("A claim that its holder abandons counts as that of a dead process, once") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    const std::string path = at + "/.erm_tmp/run";
    for (const bool begins : {true, false}) {
      auto claim = fs->claim(path);
      REQUIRE(claim);
      if (begins) claim->begin();
      claim->abandon();
      claim.reset();
      CHECK(fs->info(path).kind == FileKind::file);
      claim = fs->claim(path);
      REQUIRE(claim);
      CHECK(claim->was_abandoned());
      claim->abandon();  // what it should have cleaned up could not be
      claim.reset();
      claim = fs->claim(path);
      REQUIRE(claim);
      CHECK(claim->was_abandoned());
      claim.reset();
      CHECK(fs->info(path).kind == FileKind::missing);
      claim = fs->claim(path);
      REQUIRE(claim);
      CHECK_FALSE(claim->was_abandoned());
    }
  });
}

TEST_CASE("Threads that claim one path get it one after the other") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    std::atomic<int> holders{0}, claims{0}, together{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 300; ++i) {
          const auto claim = fs->claim(at + "/.erm_tmp/run");
          if (!claim) continue;
          if (++holders > 1) ++together;
          ++claims;
          --holders;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(claims > 0);
    CHECK(together == 0);
  });
}

TEST_CASE("Folders that contain a file with a given name are found at any depth, but not inside each other") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    for (const char* path : {"/a/mark", "/a/inner/mark", "/b/c/mark", "/b/d/e/mark", "/b/other", "/.erm_tmp/x/mark", "/mark"})
      fs->write(at + path, "");
    std::vector<std::string> found = fs->folders_with(at, "mark");
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector<std::string>{"a", "b/c", "b/d/e"});
    CHECK(fs->folders_with(at + "/none", "mark").empty());
  });
}

TEST_CASE("The files below a folder are found with their sizes") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    fs->write(at + "/a/one", "1");
    fs->write(at + "/a/b/three", "333");
    fs->write(at + "/.erm_empty", "");
    std::map<std::string, std::uint64_t> sizes;
    for (const erm::FoundFile& file : fs->find_files(at)) {
      CHECK(file.info.kind == FileKind::file);
      sizes[file.path] = file.info.size;
    }
    CHECK(sizes == std::map<std::string, std::uint64_t>{{".erm_empty", 0}, {"a/b/three", 3}, {"a/one", 1}});
    CHECK(fs->find_files(at + "/none").empty());
  });
}

TEST_CASE("A registry works on every store") {
  for_each_store([](const std::shared_ptr<erm::FileSystem>& fs, const std::string& at) {
    erm::SaveOptions options;
    options.fs = fs;
    erm::RunOptions run_options;
    run_options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
    erm::ExperimentRun run("team/e", run_options);
    run.log_param("lr", 0.1);
    run.log_metric("loss", 0.5, 1);
    run.log_text("hello", "note");
    const std::string first = erm::save_run_to_registry(run, at, options);
    CHECK(first == at + "/team/e/main/2026_11_23__07_30_21");
    CHECK(erm::save_run_to_registry(run, at, options) == first + "_002");
    options.overwrite = true;
    run.log_text("again", "note");
    CHECK(erm::save_run_to_registry(run, at, options) == first + "_002");
    CHECK(erm::list_experiments(at, fs) == std::vector<std::string>{"team/e"});
    CHECK(erm::list_variants(at, "team/e", fs) == std::vector<std::string>{"main"});
    CHECK(erm::list_runs(at, "team/e", "main", fs).size() == 2);
    const erm::ExperimentRun latest = erm::load_run_from_registry(at, "team/e", "main", {}, fs);
    CHECK(latest.run_id() == "2026_11_23__07_30_21_002");
    CHECK(erm::to_text(latest.artifacts().at("note").bytes()) == "again");
    CHECK(latest.history() == run.history());
    TemporaryDirectory dir;
    latest.artifacts().at("note").save_to(dir / "note");
    CHECK(erm_test::file_text(dir / "note") == "again");
    // Nothing is left but the runs: in particular no claim.
    CHECK(sorted_names(*fs, at + "/team/e/main") ==
          std::vector<std::string>{".erm_variant.json", "2026_11_23__07_30_21/", "2026_11_23__07_30_21_002/"});
    CHECK(sorted_names(*fs, first + "_002/artifacts").size() == 1);
    CHECK(thrown<erm::RunExistsError>([&] {
            erm::SaveOptions again;
            again.fs = fs;
            erm::save_run_to_path(run, first, again);
          }) == "cannot save the run '2026_11_23__07_30_21' to '" + first +
                    "': a run is there; choose another id or place, or set SaveOptions::overwrite");
    CHECK(thrown<erm::NotFoundError>([&] { (void)erm::list_runs(at, "team/e", "none", fs); }) ==
          "there is no variant 'none' of experiment 'team/e' in the registry '" + at +
              "'; list_variants tells which there are");
  });
}

TEST_CASE("Errors of a store are reported, and the existing run stays") {
  // Fails at its nth change.
  class Failing final : public PlainFileSystem {
   public:
    int changes_left = 1 << 30;
    void write(const std::string& path, std::string_view content, Durability durability) override {
      spend("write", path);
      PlainFileSystem::write(path, content, durability);
    }
    bool create(const std::string& path, std::string_view content, Durability durability) override {
      spend("create", path);
      return PlainFileSystem::create(path, content, durability);
    }

   private:
    void spend(const char* operation, const std::string& path) {
      if (changes_left-- <= 0)
        throw erm::IoError::failed_to(operation, path, std::make_error_code(std::errc::connection_reset));
    }
  };
  const auto fs = std::make_shared<Failing>();
  erm::SaveOptions options;
  options.fs = fs;
  erm::RunOptions run_options;
  run_options.run_id = "r";
  erm::ExperimentRun run("e", run_options);
  run.log_text("old", "note");
  run.log_metric("loss", 1, 1);
  erm::save_run_to_registry(run, "registry", options);
  run.log_text("new", "note");
  options.overwrite = true;
  int changes = 0;
  for (;; ++changes) {
    fs->changes_left = changes;
    std::string error;
    try {
      erm::save_run_to_registry(run, "registry", options);
    } catch (const erm::IoError& io) {
      error = io.what();
      CHECK(io.code() == std::errc::connection_reset);
    }
    fs->changes_left = 1 << 30;
    const std::string note =
        erm::to_text(erm::load_run_from_registry("registry", "e", "main", "r", fs).artifacts().at("note").bytes());
    CHECK(note == (error.empty() ? "new" : "old"));
    CHECK(sorted_names(*fs, "registry/e/main") == std::vector<std::string>{".erm_variant.json", "r/"});
    if (error.empty()) break;
    CHECK(sorted_names(*fs, "registry/e/main/r/artifacts").size() == 1);
  }
  CHECK(changes >= 3);
  // The run was saved before its store refused to have the old files removed: the next save does.
  CHECK(sorted_names(*fs, "registry/e/main/r/artifacts").size() == 2);
  erm::save_run_to_registry(run, "registry", options);
  CHECK(sorted_names(*fs, "registry/e/main/r/artifacts").size() == 1);
}

TEST_CASE("A commit that fails after the metadata were written leaves a complete run") {
  class Late final : public PlainFileSystem {
   public:
    void write(const std::string& path, std::string_view content, Durability durability) override {
      PlainFileSystem::write(path, content, durability);
      throw erm::IoError::failed_to("write", path, std::make_error_code(std::errc::io_error));
    }
  };
  const auto fs = std::make_shared<Late>();
  erm::SaveOptions options;
  options.fs = fs;
  erm::ExperimentRun run("e");
  run.log_text("hello", "note");
  CHECK(contains(thrown<erm::IoError>([&] { erm::save_run_to_path(run, "run", options); }), "cannot write 'run/"));
  CHECK(erm::to_text(erm::load_run_from_path("run", fs).artifacts().at("note").bytes()) == "hello");
}

TEST_CASE("A durable save brings everything to disk before the run becomes visible") {
  // Notes what is made and what is synced, in their order.
  class Noting final : public erm::FileSystem {
   public:
    mutable std::vector<std::string> notes;
    erm::FileInfo info(const std::string& path) const override { return local_.info(path); }
    std::vector<erm::FolderEntry> list(const std::string& path) const override { return local_.list(path); }
    erm::Bytes read(const std::string& path) const override { return local_.read(path); }
    std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                        std::size_t size) const override {
      return local_.read_at(path, offset, into, size);
    }
    void write(const std::string& path, std::string_view content, Durability durability) override {
      notes.push_back("write " + path + (durability == Durability::durable ? " durably" : ""));
      local_.write(path, content, durability);
    }
    bool create(const std::string& path, std::string_view content, Durability durability) override {
      if (!contains(path, ".erm_tmp"))
        notes.push_back("create " + path + (durability == Durability::durable ? " durably" : ""));
      return local_.create(path, content, durability);
    }
    void remove(const std::string& path) override { local_.remove(path); }
    bool make_folder(const std::string& path) override {
      notes.push_back("folder " + path);
      return local_.make_folder(path);
    }
    void sync_folder(const std::string& path) override { notes.push_back("sync " + path); }

   private:
    erm::LocalFileSystem local_;
  };
  TemporaryDirectory dir;
  const std::string at = dir.path().string();
  erm::ExperimentRun run("e");
  run.log_artifact(erm::to_bytes("W"), "model", "w/model.bin");
  erm::SaveOptions options;
  const auto fs = std::make_shared<Noting>();
  options.fs = fs;
  erm::save_run_to_path(run, at + "/a/b/run", options);
  CHECK(fs->notes == std::vector<std::string>{
                         "folder " + at + "/a", "sync " + at, "folder " + at + "/a/b", "sync " + at + "/a",
                         "folder " + at + "/a/b/run", "create " + at + "/a/b/run/artifacts/w/model.bin durably",
                         "sync " + at + "/a/b/run/artifacts/w", "sync " + at + "/a/b/run/artifacts",
                         "sync " + at + "/a/b/run", "sync " + at + "/a/b",
                         "write " + at + "/a/b/run/erm_metadata.json durably"});
  fs->notes.clear();
  options.durable = false;
  erm::save_run_to_path(run, at + "/c", options);
  for (const std::string& note : fs->notes) {
    CHECK_FALSE(contains(note, "durably"));
    CHECK_FALSE(contains(note, "sync"));
  }
}

TEST_CASE("Links, pipes and folders on the local disk are distinguished") {
  namespace stdfs = std::filesystem;
  TemporaryDirectory dir;
  write_file(dir / "folder/file", "x");
  stdfs::create_symlink("folder/file", dir / "link");
  stdfs::create_directory_symlink("folder", dir / "folder link");
  stdfs::create_symlink("nowhere", dir / "broken");
  erm::LocalFileSystem fs;
  CHECK(fs.info(dir / "link").kind == FileKind::link);
  CHECK(fs.info(dir / "folder link").kind == FileKind::link);
  CHECK(fs.info(dir / "broken").kind == FileKind::link);
  CHECK(fs.info("/dev/null").kind == FileKind::other);
  CHECK(thrown<erm::IoError>([&] { (void)fs.read(dir / "folder"); }) ==
        "cannot read '" + dir / "folder" + "': Is a directory");
  fs.remove(dir / "folder link");
  CHECK(stdfs::exists(dir / "folder/file"));
  fs.remove(dir.path().string());
  CHECK_FALSE(stdfs::exists(dir.path()));
}

TEST_CASE("A killed write on the local disk does not disturb the next one") {
  TemporaryDirectory dir;
  erm::LocalFileSystem fs;
  write_file(dir / ".erm_tmp/file.part", "half of what was to be writ");
  fs.write(dir / "file", "whole");
  CHECK(erm_test::file_text(dir / "file") == "whole");
  CHECK(file_tree(dir.path()).size() == 1);
}

TEST_CASE("Paths in memory are the same with and without slashes around them") {
  erm::MemoryFileSystem fs;
  fs.write("/a//b/", "x");
  CHECK(text_at(fs, "a/b") == "x");
  CHECK(fs.info("").kind == FileKind::folder);
  CHECK(sorted_names(fs, "/") == std::vector<std::string>{"a/"});
  CHECK(thrown<erm::IoError>([&] { fs.write("a", "x"); }) == "cannot create in memory 'a': Is a directory");
  CHECK(thrown<erm::IoError>([&] { fs.write("a/b/c", "x"); }) == "cannot create in memory 'a/b/c': Not a directory");
  fs.write("a/c/d", "x");
  fs.write("a/c0", "x");
  fs.write("a/c-", "x");
  CHECK(sorted_names(fs, "a") == std::vector<std::string>{"b", "c-", "c/", "c0"});
}

TEST_CASE("A URI names a store and a path in it") {
  TemporaryDirectory dir;
  const auto path_of = [](const std::string& uri) { return erm::open_file_system(uri).path; };
  const std::string here = std::filesystem::current_path().generic_string() + "/";
  CHECK(path_of("some/where") == here + "some/where");
  CHECK(path_of("./some/../where/") == here + "some/../where/");
  CHECK(path_of(".//x") == here + "x");
  CHECK(path_of("../x") == here + "../x");
  CHECK(path_of(".hidden") == here + ".hidden");
  CHECK(path_of(".") + "/" == here);
  CHECK(path_of("./") + "/" == here);
  CHECK(path_of("/some/where") == "/some/where");
  CHECK(path_of("a:b/c") == here + "a:b/c");
  CHECK(path_of("C://x") == here + "C://x");
  CHECK(path_of("what is this://x") == here + "what is this://x");
  CHECK(path_of("file:///tmp/a%20b/%C3%BC") == "/tmp/a b/\xC3\xBC");
  CHECK(path_of("FILE://localhost/tmp/x") == "/tmp/x");
  CHECK(path_of("file:///tmp/50%25%2f") == "/tmp/50%/");
  CHECK(path_of("memory://a/b") == "a/b");
  CHECK(path_of("memory://") == "");
  CHECK(dynamic_cast<erm::LocalFileSystem*>(erm::open_file_system("x").fs.get()) != nullptr);
  CHECK(dynamic_cast<erm::LocalFileSystem*>(erm::open_file_system("file:///x").fs.get()) != nullptr);
  // One store for the whole process.
  CHECK(erm::open_file_system("memory://a").fs == erm::open_file_system("Memory://b").fs);

  CHECK(thrown<erm::Error>([] { (void)erm::open_file_system("s3://bucket/x"); }) ==
        "cannot open 's3://bucket/x': include erm/s3.hpp and link the CMake target erm::s3 to use s3:// URIs");
  CHECK(thrown<erm::Error>([] { (void)erm::open_file_system("http://x"); }) ==
        "cannot open 'http://x': the scheme 'http' is unknown; use a plain path, file://, memory:// or s3://, or give a "
        "FileSystem of your own");
  for (const char* uri : {"~", "~/reg", "~someone/reg", "file://~/reg"}) {
    CHECK(contains(thrown<erm::Error>([&] { (void)erm::open_file_system(uri); }),
                      std::string("cannot open '") + uri + "': only a shell expands '~"));
  }
  CHECK(thrown<erm::Error>([] { (void)erm::open_file_system("~/reg"); }) ==
        "cannot open '~/reg': only a shell expands '~'; use std::getenv(\"HOME\"), or './~/reg' for a folder of that name");
  CHECK(path_of("./~/reg") == here + "~/reg");
  CHECK(path_of("memory://~/reg") == "~/reg");
  for (const char* uri : {"file:///a%", "file:///a%4", "file:///a%zz", "file:///a%00", "file:///a%+1", "file:///a% 1"}) {
    CHECK(thrown<erm::Error>([&] { (void)erm::open_file_system(uri); }) ==
          std::string("cannot open '") + uri + "': '%' must be followed by two hexadecimal digits, not both 0");
  }
  CHECK(contains(thrown<erm::Error>([] { (void)erm::open_file_system("file://host/x"); }),
                 "a file URI has an absolute path of this machine"));
}

}  // namespace file_system_test
