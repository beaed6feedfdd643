// The bodies of MemoryFileSystem, for erm/impl/file_system.inl.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm {

/// Files by path, without '/' at either end. Readers share the content of a file and need no lock.
struct MemoryFileSystem::Files {
  using Shared = std::shared_ptr<const Bytes>;

  explicit Files(bool appendable) : can_append(appendable) {}

  /// Throws NotFoundError if there is no such file.
  [[nodiscard]] Shared content_of(const std::string& path) const {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto file = by_path.find(detail::normal_path(path));
    if (file == by_path.end()) throw NotFoundError("cannot read '" + path + "' in memory: there is no such file");
    return file->second;
  }

  /// Stores a file. If the file exists and `replace` is false, changes nothing and returns false.
  bool store(const std::string& path, std::string_view content, bool replace) {
    const std::string name = detail::normal_path(path);
    const std::lock_guard<std::mutex> lock(mutex);
    for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
      if (by_path.count(name.substr(0, slash)) != 0)
        throw IoError::failed_to("create in memory", path, std::make_error_code(std::errc::not_a_directory));
    }
    const auto below = by_path.lower_bound(name + "/");
    if (name.empty() || (below != by_path.end() && below->first.rfind(name + "/", 0) == 0))
      throw IoError::failed_to("create in memory", path, std::make_error_code(std::errc::is_a_directory));
    Shared& file = by_path[name];
    if (file && !replace) return false;
    file = std::make_shared<const Bytes>(content.begin(), content.end());
    return true;
  }

  const bool can_append;
  mutable std::mutex mutex;  // guards by_path
  std::map<std::string, Shared> by_path;
};

namespace detail {

class MemoryAppender final : public Appender {
 public:
  MemoryAppender(MemoryFileSystem& fs, std::string path, std::size_t size) : fs_(fs), path_(std::move(path)) {
    Bytes content = fs_.info(path_).kind == FileKind::file ? fs_.read(path_) : Bytes();
    content.resize((std::min)(size, content.size()));
    fs_.write(path_, view(content));
  }
  void append(std::string_view content) override {
    Bytes all = fs_.read(path_);
    all.insert(all.end(), content.begin(), content.end());
    fs_.write(path_, view(all));
  }

 private:
  MemoryFileSystem& fs_;
  std::string path_;
};

}  // namespace detail

ERM_INLINE MemoryFileSystem::MemoryFileSystem() : MemoryFileSystem(true) {}
ERM_INLINE MemoryFileSystem::MemoryFileSystem(bool can_append) : files_(std::make_unique<Files>(can_append)) {}
ERM_INLINE MemoryFileSystem::~MemoryFileSystem() = default;

ERM_INLINE FileInfo MemoryFileSystem::info(const std::string& path) const {
  const std::string name = detail::normal_path(path);
  const std::lock_guard<std::mutex> lock(files_->mutex);
  auto& files = files_->by_path;
  FileInfo info;
  if (const auto file = files.find(name); file != files.end()) {
    info.kind = FileKind::file;
    info.size = file->second->size();
    return info;
  }
  const std::string inside = name.empty() ? name : name + "/";
  const auto first = files.lower_bound(inside);
  if (name.empty() || (first != files.end() && first->first.rfind(inside, 0) == 0)) info.kind = FileKind::folder;
  return info;
}

ERM_INLINE std::vector<FolderEntry> MemoryFileSystem::list(const std::string& path) const {
  const std::string name = detail::normal_path(path);
  const std::string inside = name.empty() ? name : name + "/";
  const std::lock_guard<std::mutex> lock(files_->mutex);
  auto& files = files_->by_path;
  std::vector<FolderEntry> entries;
  for (auto file = files.lower_bound(inside); file != files.end() && file->first.rfind(inside, 0) == 0;) {
    const std::size_t slash = file->first.find('/', inside.size());
    const bool is_file = slash == std::string::npos;
    entries.push_back({file->first.substr(inside.size(), is_file ? slash : slash - inside.size()),
                       is_file ? FileKind::file : FileKind::folder});
    // '0' follows '/' in ASCII: continue after everything in the folder.
    file = is_file ? std::next(file) : files.lower_bound(file->first.substr(0, slash) + "0");
  }
  return entries;
}

ERM_INLINE Bytes MemoryFileSystem::read(const std::string& path) const { return *files_->content_of(path); }

ERM_INLINE std::size_t MemoryFileSystem::read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                                 std::size_t size) const {
  const std::shared_ptr<const Bytes> file = files_->content_of(path);
  if (offset >= file->size()) return 0;
  const std::size_t begin = detail::to_size(offset);
  const std::size_t count = (std::min)(size, file->size() - begin);
  std::copy_n(file->begin() + static_cast<std::ptrdiff_t>(begin), count, into);
  return count;
}

ERM_INLINE void MemoryFileSystem::write(const std::string& path, std::string_view content, Durability) {
  files_->store(path, content, true);
}

ERM_INLINE bool MemoryFileSystem::create(const std::string& path, std::string_view content, Durability) {
  return files_->store(path, content, false);
}

ERM_INLINE void MemoryFileSystem::remove(const std::string& path) {
  const std::string name = detail::normal_path(path);
  const std::lock_guard<std::mutex> lock(files_->mutex);
  auto& files = files_->by_path;
  files.erase(name);
  const std::string inside = name.empty() ? name : name + "/";
  auto file = files.lower_bound(inside);
  while (file != files.end() && file->first.rfind(inside, 0) == 0) file = files.erase(file);
}

ERM_INLINE void MemoryFileSystem::move(const std::string& from, const std::string& to, Durability) {
  const std::string source = detail::normal_path(from), target = detail::normal_path(to);
  const auto is_in = [](const auto& file, const std::string& folder) { return file.first.rfind(folder + "/", 0) == 0; };
  const std::lock_guard<std::mutex> lock(files_->mutex);
  auto& files = files_->by_path;
  for (std::size_t slash = target.find('/'); slash != std::string::npos; slash = target.find('/', slash + 1)) {
    if (files.count(target.substr(0, slash)) != 0)
      throw IoError::failed_to("move in memory to", to, std::make_error_code(std::errc::not_a_directory));
  }
  if (const auto there = files.lower_bound(target + "/"); there != files.end() && is_in(*there, target))
    throw IoError::failed_to("move in memory to", to, std::make_error_code(std::errc::directory_not_empty));
  if (auto file = files.extract(source)) {
    files[target] = std::move(file.mapped());
    return;
  }
  std::map<std::string, std::shared_ptr<const Bytes>> moved;
  for (auto file = files.lower_bound(source + "/"); file != files.end() && is_in(*file, source);) {
    moved[target + file->first.substr(source.size())] = std::move(file->second);
    file = files.erase(file);
  }
  if (moved.empty()) throw NotFoundError("cannot move '" + from + "' in memory: there is nothing; check the path");
  files.merge(moved);
}

ERM_INLINE std::unique_ptr<Appender> MemoryFileSystem::appender(const std::string& path, std::uint64_t size) {
  if (!files_->can_append) return nullptr;
  return std::make_unique<detail::MemoryAppender>(*this, path, detail::to_size(size));
}

}  // namespace erm
