// A search with a cache answers as one without, whatever happens to the runs and to the cache.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "child_process.hpp"
#include "environment_variable.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"
#include "temporary_directory.hpp"
#include "working_directory.hpp"

namespace find_cache_test {

namespace fs = std::filesystem;
using erm_test::EnvironmentVariable;
using erm_test::TemporaryDirectory;

namespace {

/// The local disk, whose stamps count after 30 ms, not after seconds: more than a tick of its clock.
class QuickStamps final : public erm::FileSystem {
 public:
  erm::FileInfo info(const std::string& path) const override { return local_.info(path); }
  std::vector<erm::FolderEntry> list(const std::string& path) const override {
    ++lists;
    return local_.list(path);
  }
  erm::Bytes read(const std::string& path) const override {
    ++reads;
    return local_.read(path);
  }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override {
    return local_.read_at(path, offset, into, size);
  }
  void write(const std::string&, std::string_view, erm::Durability) override { throw erm::Error("a reader writes"); }
  bool create(const std::string&, std::string_view, erm::Durability) override { throw erm::Error("a reader writes"); }
  void remove(const std::string&) override { throw erm::Error("a reader writes"); }
  std::vector<std::string> readable_folders_with(const std::string& path, const std::string& filename,
                                                 std::vector<erm::PassedOver>* passed_over) const override {
    return local_.readable_folders_with(path, filename, passed_over);
  }
  std::optional<double> age(const std::string& path) const override { return local_.age(path); }
  bool has_stamps(const std::string& folder) const override { return local_.has_stamps(folder); }
  std::vector<erm::StampedFolder> stamped_folders_with(const std::string& path, const std::string& filename,
                                                       std::vector<erm::PassedOver>* passed_over,
                                                       const erm::FolderSearch& search) const override {
    auto found = local_.stamped_folders_with(path, filename, passed_over, search);
    for (auto& one : found) make_quick(one.stamp);
    return found;
  }
  std::vector<erm::Bytes> read_stamped(const std::vector<std::string>& paths,
                                       std::vector<erm::FileStamp>& stamps) const override {
    reads += paths.size();
    auto contents = local_.read_stamped(paths, stamps);
    for (auto& stamp : stamps) make_quick(stamp);
    return contents;
  }

  mutable std::atomic<std::size_t> reads{0}, lists{0};

 private:
  static void make_quick(erm::FileStamp& stamp) {
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    stamp.is_final = static_cast<std::uint64_t>(now.count()) > stamp.marks[1] + 30'000'000;
  }

  erm::LocalFileSystem local_;
};

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(35)); }

/// What a search found, warned of and left out, as text.
std::string answer(const std::string& registry, erm::FindOptions options, const std::shared_ptr<erm::FileSystem>& store) {
  std::vector<std::string> told;
  options.on_warning = [&](const std::string& text) { told.push_back("warning: " + text + "\n"); };
  options.on_broken = [&](const std::string& uri, const erm::Error& error) {
    told.push_back("broken: " + uri + ": " + error.what() + "\n");
  };
  std::ostringstream out;
  const auto show = [&](const erm::ExperimentRun& run) {
    out << run.experiment_id() << '/' << run.variant_id() << '/' << run.run_id() << ' ' << to_text(run.status());
    for (const auto& [name, value] : run.params()) out << ' ' << name << '=' << value.str();
    for (const auto& [name, value] : run.metrics()) out << ' ' << name << '=' << value.str();
    for (const auto& [name, value] : run.tags()) out << " #" << name << '=' << value;
    for (const auto& [id, artifact] : run.artifacts()) out << " @" << id;
    out << ' ' << run.note() << ' ' << run.group() << ' ' << run.history().size() << '\n';
  };
  try {
    for (const auto& run : erm::find_runs(registry, options, store)) show(run);
  } catch (const erm::Error& error) {
    out << "error: " << error.what() << '\n';
  }
  try {
    show(erm::best_run(registry, "loss", erm::Goal::minimize, options, store));
  } catch (const erm::Error& error) {
    out << "error: " << error.what() << '\n';
  }
  std::sort(told.begin(), told.end());
  told.erase(std::unique(told.begin(), told.end()), told.end());
  for (const std::string& text : told) out << text;
  return out.str();
}

erm::FindOptions asked(const std::string& filter, const std::string& order_by = {}, std::size_t limit = 0) {
  erm::FindOptions options;
  options.filter = filter;
  options.order_by = order_by;
  options.limit = limit;
  return options;
}

/// Changes runs in every way that comes to mind, one change at a time.
class Changes {
 public:
  explicit Changes(std::string registry) : registry_(std::move(registry)) {}

  void one() {
    try {
      change();
    } catch (const erm::Error&) {
      // As the edit of a run that is damaged: that is none of the reader's business.
    }
  }

 private:
  void change() {
    switch (below(16)) {
      case 0:
      case 1:
        return save(new_id(), false);
      case 2:
        return with_run([&](const Place& run) { save(run, true); });
      case 3:
        return with_run([&](const Place& run) {
          erm::edit_run(run.uri(registry_), [&](erm::RunEdit& edit) { edit.set_tag("tag" + text(3), text(10)); });
        });
      case 4:
        return with_run([&](const Place& run) {
          erm::edit_run(run.uri(registry_), [&](erm::RunEdit& edit) { edit.set_note(text(3)); });
        });
      case 5:
        return with_run([&](const Place& run) {
          erm::delete_run(registry_, run.experiment, run.variant, run.id);
          deleted_.push_back(run);
        });
      case 6:
        if (!deleted_.empty()) {
          const Place run = deleted_.back();
          deleted_.pop_back();
          erm::restore_run(registry_, run.experiment, run.variant, run.id);
        }
        return;
      case 7:
      case 8:
        return change_live();
      case 9:
      case 10:
        return with_run([&](const Place& run) { rewrite_in_place(run.metadata(registry_)); });
      case 11:
        return copy_over();
      case 12:
        return swap_folders();
      case 13:
        return with_run([&](const Place& run) { toggle(fs::path(run.folder(registry_)).parent_path() / ".erm_variant.json"); });
      case 14:
        return with_run([&](const Place& run) { damage_or_mend(run.metadata(registry_)); });
      default:
        return touch();
    }
  }

  struct Place {
    std::string experiment, variant, id;

    [[nodiscard]] std::string folder(const std::string& registry) const {
      return registry + "/" + experiment + "/" + variant + "/" + id;
    }
    [[nodiscard]] std::string uri(const std::string& registry) const { return folder(registry); }
    [[nodiscard]] std::string metadata(const std::string& registry) const {
      return folder(registry) + "/erm_metadata.json";
    }
  };

  int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  std::string text(int end) { return std::to_string(below(end)); }
  Place new_id() { return {"e" + text(2), "v" + text(2), "run" + std::to_string(next_++)}; }

  /// With any run but the live one, whose process would complain.
  template <class Change>
  void with_run(const Change& change) {
    const std::vector<Place> runs = found();
    if (!runs.empty()) change(runs[static_cast<std::size_t>(below(static_cast<int>(runs.size())))]);
  }
  std::vector<Place> found() const {
    std::vector<Place> runs;
    for (const std::string experiment : {"e0", "e1"})
      for (const std::string variant : {"v0", "v1"}) {
        const fs::path folder = fs::path(registry_) / experiment / variant;
        if (!fs::exists(folder)) continue;
        for (const auto& entry : fs::directory_iterator(folder))
          if (fs::exists(entry.path() / "erm_metadata.json") && entry.path().filename() != live_id_)
            runs.push_back({experiment, variant, entry.path().filename().string()});
      }
    std::sort(runs.begin(), runs.end(), [](const Place& a, const Place& b) { return a.id < b.id; });
    if (runs.size() > 60) {  // not for ever more
      for (std::size_t i = 0; i < 20; ++i) fs::remove_all(runs[i].folder(registry_));
      runs.erase(runs.begin(), runs.begin() + 20);
    }
    return runs;
  }

  void save(const Place& place, bool overwrite) {
    erm::RunOptions options;
    options.variant_id = place.variant;
    options.run_id = place.id;
    erm::ExperimentRun run(place.experiment, options);
    run.log_param("lr", below(10));
    if (below(2) == 0) run.log_param("optimizer", below(2) == 0 ? "adam" : "sgd");
    if (below(3) == 0) run.log_param("on", below(2) == 0);
    if (below(4) == 0) run.log_feature("deep");
    if (below(4) == 0) run.set_tag("tag1");
    if (below(4) == 0) run.set_group("g" + text(2));
    if (below(5) == 0) run.log_dict("config", {{"depth", below(4)}});
    if (below(5) == 0) run.log_text("text", "note");
    if (below(3) == 0) run.log_metric("loss", below(100), 0);
    run.log_metric("loss", below(100), 1);
    erm::SaveOptions save;
    save.overwrite = overwrite;
    save.durable = false;
    erm::save_run_to_registry(run, registry_, save);
  }

  void change_live() {
    if (live_ == nullptr) {
      const Place place = new_id();
      erm::LiveOptions options;
      options.variant_id = place.variant;
      options.run_id = live_id_ = place.id;
      live_ = std::make_unique<erm::LiveRun>(registry_, place.experiment, options);
      live_->log_param("lr", below(10));
    }
    live_->flush();  // so that nothing of it changes between two searches
    switch (below(4)) {
      case 0:
        live_->finish();
        live_.reset();
        live_id_.clear();
        return;
      case 1:
        return erm::edit_run(live_->uri(), [&](erm::RunEdit& edit) { edit.set_tag("tag" + text(3)); });
      default:
        live_->log_metric("loss", below(100), next_step_++);
        live_->flush();
    }
  }

  static void keep_time(const std::string& path, const struct ::stat& before) {
    const ::timespec times[2] = {before.st_atim, before.st_mtim};
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
  }

  /// Of the same size, in the same file, with the same time of modification.
  void rewrite_in_place(const std::string& path) {
    struct ::stat before = {};
    ::stat(path.c_str(), &before);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const std::size_t at = content.find("\"lr\": ");
    if (at == std::string::npos) return;
    file.clear();
    file.seekp(static_cast<std::streamoff>(at + 6));
    file.put(static_cast<char>('1' + below(9)));
    file.close();
    keep_time(path, before);
  }

  /// As `cp -p` does: into the same file, with the time of the other.
  void copy_over() {
    with_run([&](const Place& from) {
      with_run([&](const Place& to) {
        if (from.id == to.id) return;
        struct ::stat of = {};
        ::stat(from.metadata(registry_).c_str(), &of);
        std::ifstream source(from.metadata(registry_), std::ios::binary);
        std::ofstream target(to.metadata(registry_), std::ios::binary | std::ios::trunc);
        target << source.rdbuf();
        target.close();
        keep_time(to.metadata(registry_), of);
      });
    });
  }

  void swap_folders() {
    with_run([&](const Place& a) {
      with_run([&](const Place& b) {
        if (a.id == b.id) return;
        fs::rename(a.folder(registry_), registry_ + "/.erm_swap");
        fs::rename(b.folder(registry_), a.folder(registry_));
        fs::rename(registry_ + "/.erm_swap", b.folder(registry_));
      });
    });
  }

  static void toggle(const fs::path& marker) {
    fs::path away = marker;
    away += "_away";
    if (fs::exists(marker))
      fs::rename(marker, away);
    else if (fs::exists(away))
      fs::rename(away, marker);
  }

  void damage_or_mend(const std::string& path) {
    if (!damaged_.empty()) {
      if (fs::exists(damaged_)) fs::resize_file(damaged_, kept_.size());
      if (fs::exists(damaged_)) std::ofstream(damaged_, std::ios::binary | std::ios::trunc) << kept_;
      damaged_.clear();
      return;
    }
    std::ifstream file(path, std::ios::binary);
    kept_.assign((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    damaged_ = path;
    fs::resize_file(path, kept_.size() / 2);
  }

  void touch() {
    with_run([&](const Place& run) { fs::last_write_time(run.metadata(registry_), fs::file_time_type::clock::now()); });
  }

  std::string registry_;
  std::mt19937 random_{7};
  int next_ = 0, next_step_ = 0;
  std::vector<Place> deleted_;
  std::unique_ptr<erm::LiveRun> live_;
  std::string live_id_;
  std::string damaged_, kept_;
};

void check_answers(int steps) {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry", cache = dir / "cache";
  const EnvironmentVariable folder("ERM_CACHE", cache);
  const auto store = std::make_shared<QuickStamps>();
  Changes changes(registry);
  std::mt19937 random{11};
  const std::vector<erm::FindOptions> questions = {
      asked(""),
      asked("", "", 3),
      asked("params.lr >= 5", "metrics.loss desc", 2),
      asked("optimizer = adam and loss < 50", "loss", 5),
      asked("metrics.loss.min < 20"),
      asked("params.lr < 5 and metrics.loss.max > 40", "metrics.loss.min", 2),
      asked("tags.tag1 or tags.tag2 = 4", "run", 4),
      asked("features contains deep and not group = g1", "group, time desc", 10),
      asked("dicts.config.depth > 1"),
      asked("artifacts contains note", "", 1),
      asked("params.lrr > 1 and tags.nothing"),
      asked("params.on or note is not missing", "note, metrics.loss desc", 3),
      asked("status = running or duration < 1000"),
      asked("variant = v0 and params.optimizer is missing", "params.lr desc, run", 2),
  };
  std::size_t plain_reads = 0, cached_reads = 0;
  for (int step = 0; step < steps; ++step) {
    changes.one();
    if (random() % 8 == 0) pause();
    if (random() % 200 == 0) fs::remove_all(cache);
    erm::FindOptions question = questions[random() % questions.size()];
    if (random() % 4 == 0) question.experiment = "e0";
    question.threads = 1 + static_cast<unsigned>(random() % 2);
    const std::size_t before = store->reads;
    const std::string without = answer(registry, question, store);
    const std::size_t between = store->reads;
    question.cache = true;
    const std::string with = answer(registry, question, store);
    plain_reads += between - before;
    cached_reads += store->reads - between;
    INFO("step " << step << ", filter: " << question.filter << ", order: " << question.order_by);
    REQUIRE(with == without);
  }
  // The cache was used; what is left are runs that are returned, with their histories, and those that changed.
  CHECK(cached_reads < plain_reads);
}

/// Ten runs in an old registry, and what a search without a cache says of them.
struct OldRegistry {
  TemporaryDirectory dir;
  std::string registry = dir / "registry", cache = dir / "cache";
  EnvironmentVariable folder{"ERM_CACHE", cache};
  std::shared_ptr<QuickStamps> store = std::make_shared<QuickStamps>();
  erm::FindOptions question = asked("params.i >= 4", "params.i desc", 3);
  std::string expected;

  OldRegistry() {
    for (int i = 0; i < 10; ++i) {
      erm::RunOptions options;
      options.run_id = "run" + std::to_string(i);
      erm::ExperimentRun run("digits", options);
      run.log_param("i", i);
      run.log_metric("loss", 10 - i);
      erm::save_run_to_registry(run, registry);
    }
    pause();
    expected = answer(registry, question, store);
    question.cache = true;
  }
  [[nodiscard]] std::string ask() const { return answer(registry, question, store); }
  /// How many metadata files a search reads.
  [[nodiscard]] std::size_t reads_of_ask() const {
    const std::size_t before = store->reads;
    CHECK(ask() == expected);
    return store->reads - before;
  }
  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    if (!fs::exists(cache)) return found;
    for (const auto& entry : fs::recursive_directory_iterator(cache))
      if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }
};

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

void write_content(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace

TEST_CASE("A search with a cache answers as one without, whatever happens to the runs") { check_answers(300); }

TEST_CASE("A search with a cache answers as one without after each of ten thousand changes", "[.][sweep]") {
  check_answers(10000);
}

TEST_CASE("A second search reads only the runs that it returns") {
  const OldRegistry old;
  CHECK(old.reads_of_ask() >= 10);
  CHECK(old.files().size() == 1);
  // Three of find_runs, one of best_run, and their histories.
  CHECK(old.reads_of_ask() <= 8);
}

TEST_CASE("A cache in which any byte is changed, or that ends anywhere, is not believed") {
  const OldRegistry old;
  CHECK(old.ask() == old.expected);
  REQUIRE(old.files().size() == 1);
  const fs::path file = old.files().front();
  const std::string whole = content_of(file);
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    for (const fs::path& one : old.files()) fs::remove(one);
    write_content(file, damaged);
    INFO("byte " << i << " of " << whole.size());
    REQUIRE(old.ask() == old.expected);
    // It is replaced by a whole one.
    REQUIRE(old.files().size() == 1);
    REQUIRE(content_of(old.files().front()).size() == whole.size());
  }
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    for (const fs::path& one : old.files()) fs::remove(one);
    write_content(file, whole.substr(0, size));
    INFO("the first " << size << " bytes");
    REQUIRE(old.ask() == old.expected);
  }
}

TEST_CASE("The cache of another variant or of another registry is not believed") {
  const OldRegistry old;
  erm::FindOptions question = old.question;
  CHECK(old.ask() == old.expected);
  const fs::path file = old.files().front();
  // The same ids and stamps, of a folder that was copied to another place: its files have other stamps, and another name.
  fs::copy(old.registry, old.dir / "copy", fs::copy_options::recursive);
  pause();
  question.cache = false;
  const std::string expected = answer(old.dir / "copy", question, old.store);
  question.cache = true;
  CHECK(answer(old.dir / "copy", question, old.store) == expected);
  std::vector<fs::path> files = old.files();
  REQUIRE(files.size() == 2);
  const fs::path& other = files[0] == file ? files[1] : files[0];
  fs::copy_file(file, other, fs::copy_options::overwrite_existing);
  CHECK(answer(old.dir / "copy", question, old.store) == expected);
}

TEST_CASE("Without a place for a cache a search works without one, and says nothing") {
  OldRegistry old;
  SECTION("none is named") {
    const EnvironmentVariable none("ERM_CACHE", "");
    CHECK(old.ask() == old.expected);
  }
  SECTION("a file is where its folder should be") {
    write_content(old.cache, "a file");
    CHECK(old.ask() == old.expected);
    CHECK(content_of(old.cache) == "a file");
  }
  SECTION("nobody may write there") {
    if (::geteuid() == 0) return;
    fs::create_directory(old.cache);
    fs::permissions(old.cache, fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(old.ask() == old.expected);
  }
  SECTION("the disk is full") {
    const EnvironmentVariable full("ERM_CACHE", "/dev/full");
    CHECK(old.ask() == old.expected);
  }
}

TEST_CASE("A cache is in the folder of the environment, for its user alone, and never in the registry") {
  OldRegistry old;
  ::unsetenv("ERM_CACHE");
  const EnvironmentVariable folder("XDG_CACHE_HOME", old.dir / "xdg");
  CHECK(old.ask() == old.expected);
  CHECK(fs::exists(old.dir / "xdg/erm"));
  CHECK((fs::status(old.dir / "xdg/erm").permissions() & fs::perms::others_all) == fs::perms::none);
  for (const auto& entry : fs::recursive_directory_iterator(old.registry))
    CHECK(entry.path().extension() != ".runs");
}

TEST_CASE("What another user has put into a cache is not believed, and nothing is written there") {
  if (::geteuid() != 0) return;  // nobody else may give a file away
  const OldRegistry old;
  CHECK(old.reads_of_ask() >= 10);
  REQUIRE(old.files().size() == 1);
  const fs::path file = old.files().front(), of_variant = file.parent_path(), of_registry = of_variant.parent_path();
  constexpr ::uid_t other = 12345;
  SECTION("the folder of the registry is another's") {
    REQUIRE(::chown(of_registry.c_str(), other, other) == 0);
    CHECK(old.reads_of_ask() >= 10);
    CHECK(old.reads_of_ask() >= 10);
    CHECK(old.files() == std::vector<fs::path>{file});
    REQUIRE(::chown(of_registry.c_str(), ::geteuid(), ::getegid()) == 0);
    CHECK(old.reads_of_ask() <= 8);
  }
  SECTION("a file is another's") {
    REQUIRE(::chown(file.c_str(), other, other) == 0);
    CHECK(old.reads_of_ask() >= 10);
    // It is replaced by one of our own.
    CHECK_FALSE(fs::exists(file));
    CHECK(old.reads_of_ask() <= 8);
  }
}

TEST_CASE("A folder of caches that is not absolute is none") {
  OldRegistry old;
  const erm_test::WorkingDirectory here;
  ::unsetenv("ERM_CACHE");
  const EnvironmentVariable caches("XDG_CACHE_HOME", "caches"), home("HOME", "home");
  CHECK(old.ask() == old.expected);
  CHECK(fs::is_empty("."));
  const EnvironmentVariable real_home("HOME", old.dir / "home");
  CHECK(old.ask() == old.expected);
  CHECK(fs::exists(old.dir / "home/.cache/erm"));
  CHECK(fs::is_empty("."));
}

TEST_CASE("A search of one variant looks at no other") {
  const OldRegistry old;
  erm::FindOptions question = old.question;
  question.experiment = "digits";
  question.variant = "main";
  const std::size_t before = old.store->lists;
  CHECK(erm::find_runs(old.registry, question, old.store).size() == 3);
  CHECK(old.store->lists == before);
}

TEST_CASE("A run that was changed within the last seconds is read, and its stamp does not count") {
  const TemporaryDirectory dir;
  erm::save_run_to_registry(erm::ExperimentRun("digits"), dir / "registry");
  const erm::LocalFileSystem local;
  const std::string folder = dir / "registry/digits/main";
  if (!local.has_stamps(folder)) return;
  const auto found = local.stamped_folders_with(folder, "erm_metadata.json", nullptr, {});
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].stamp.is_final);
  // An old time of modification makes it no older.
  fs::last_write_time(folder + "/" + found[0].path + "/erm_metadata.json",
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK_FALSE(local.stamped_folders_with(folder, "erm_metadata.json", nullptr, {})[0].stamp.is_final);
}

TEST_CASE("Several processes share a cache while runs change", "[fork]") {
  OldRegistry old;
  std::vector<erm_test::Child> readers;
  for (int reader = 0; reader < 3; ++reader)
    readers.emplace_back([&](const erm_test::Child::Tell& tell) {
      for (int i = 0; i < 60; ++i)
        if (old.ask() != old.expected) tell(i);
    });
  // Runs that the filter refuses come and go.
  for (int i = 0; i < 60; ++i) {
    erm::RunOptions options;
    options.run_id = "other" + std::to_string(i % 7);
    erm::ExperimentRun run("digits", options);
    run.log_param("i", 1);
    erm::SaveOptions save;
    save.overwrite = true;
    save.durable = false;
    erm::save_run_to_registry(run, old.registry, save);
  }
  for (erm_test::Child& reader : readers) {
    reader.wait();
    CHECK(reader.signal() == 0);
    CHECK(reader.told().empty());
  }
}

TEST_CASE("A process that dies while it writes a cache leaves nothing that is believed or kept") {
  OldRegistry old;
  CHECK(old.ask() == old.expected);
  const fs::path file = old.files().front();
  const fs::path part = file.parent_path() / ".erm_part-0123456789abcdef";
  fs::rename(file, part);
  fs::resize_file(part, fs::file_size(part) / 2);
  CHECK(old.ask() == old.expected);
  CHECK(fs::exists(part));  // it may be another process's, at work
  fs::last_write_time(part, fs::file_time_type::clock::now() - std::chrono::hours(2));
  CHECK(old.ask() == old.expected);
  CHECK_FALSE(fs::exists(part));
}

TEST_CASE("Small files of a cache are merged, and entries of runs that are gone are dropped") {
  OldRegistry old;
  CHECK(old.ask() == old.expected);
  for (int i = 0; i < 30; ++i) {
    erm::edit_run(old.registry + "/digits/main/run" + std::to_string(i % 4),
                  [&](erm::RunEdit& edit) { edit.set_note(std::to_string(i)); });
    pause();
    CHECK(old.ask() == old.expected);
    CHECK(old.files().size() <= 3);
  }
  const std::vector<fs::path> of_digits = old.files();
  REQUIRE_FALSE(of_digits.empty());
  erm::delete_experiment(old.registry, "digits");
  erm::save_run_to_registry(erm::ExperimentRun("letters"), old.registry);
  static_cast<void>(old.ask());
  for (const fs::path& file : of_digits) CHECK_FALSE(fs::exists(file));
}

}  // namespace find_cache_test
