// The snippets of docs/registry.md, and that they do what the page says.
#include <erm/registry.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

// A FileSystem of one's own: files in a map. One of a database or an object store looks the same.
class MapFileSystem final : public erm::FileSystem {
 public:
  erm::FileInfo info(const std::string& path) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    erm::FileInfo info;
    if (const auto file = files_.find(path); file != files_.end()) {
      info.kind = erm::FileKind::file;
      info.size = file->second.size();
    } else if (is_below(path, files_.lower_bound(path + "/"))) {
      info.kind = erm::FileKind::folder;
    }
    return info;
  }

  std::vector<erm::FolderEntry> list(const std::string& path) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::map<std::string, erm::FileKind> names;
    for (auto file = files_.lower_bound(path + "/"); is_below(path, file); ++file) {
      const std::string inside = file->first.substr(path.size() + 1);
      const std::size_t slash = inside.find('/');
      names[inside.substr(0, slash)] = slash == std::string::npos ? erm::FileKind::file : erm::FileKind::folder;
    }
    std::vector<erm::FolderEntry> entries;
    for (const auto& [name, kind] : names) entries.push_back({name, kind});
    return entries;
  }

  erm::Bytes read(const std::string& path) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto file = files_.find(path);
    if (file == files_.end()) throw erm::NotFoundError("there is no file '" + path + "' in the map");
    return erm::to_bytes(file->second);
  }

  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override {
    const erm::Bytes bytes = read(path);
    const std::size_t begin = std::min<std::uint64_t>(offset, bytes.size());
    const std::size_t count = std::min(size, bytes.size() - begin);
    std::copy_n(bytes.data() + begin, count, into);
    return count;
  }

  void write(const std::string& path, std::string_view content, erm::Durability) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    files_[path] = content;
  }

  bool create(const std::string& path, std::string_view content, erm::Durability) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return files_.emplace(path, content).second;
  }

  void remove(const std::string& path) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    files_.erase(path);
    for (auto file = files_.lower_bound(path + "/"); is_below(path, file);) file = files_.erase(file);
  }

 private:
  using Files = std::map<std::string, std::string>;
  bool is_below(const std::string& path, Files::const_iterator file) const {
    return file != files_.end() && file->first.rfind(path + "/", 0) == 0;
  }

  mutable std::mutex mutex_;
  Files files_;
};

TEST_CASE("docs/registry.md: a store of one's own") {
  erm::ExperimentRun run("digits");
  run.log_param("lr", 0.1);
  run.log_text("hello", "note");

  auto fs = std::make_shared<MapFileSystem>();
  erm::SaveOptions options;
  options.fs = fs;
  std::string uri = erm::save_run_to_registry(run, "registry", options);
  erm::ExperimentRun latest = erm::load_run_from_registry("registry", "digits", "main", {}, fs);

  CHECK(uri == "registry/digits/main/" + run.run_id());
  CHECK(latest.params().at("lr") == erm::Value(0.1));
  CHECK(erm::to_text(latest.artifacts().at("note").bytes()) == "hello");
  CHECK(erm::list_experiments("registry", fs) == std::vector<std::string>{"digits"});
}
