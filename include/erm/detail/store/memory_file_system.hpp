// The bodies of MemoryFileSystem; see erm/file_system.hpp, which includes this.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/run/paths.hpp"
#include "erm/file_system.hpp"

namespace erm {

inline FileInfo MemoryFileSystem::info(const std::string& path) const {
  const std::string name = detail::normal_path(path);
  const std::lock_guard<std::mutex> lock(mutex_);
  FileInfo info;
  if (const auto file = files_.find(name); file != files_.end()) {
    info.kind = FileKind::file;
    info.size = file->second->size();
    return info;
  }
  const std::string inside = name.empty() ? name : name + "/";
  const auto first = files_.lower_bound(inside);
  if (name.empty() || (first != files_.end() && first->first.rfind(inside, 0) == 0)) info.kind = FileKind::folder;
  return info;
}

inline std::vector<FolderEntry> MemoryFileSystem::list(const std::string& path) const {
  const std::string name = detail::normal_path(path);
  const std::string inside = name.empty() ? name : name + "/";
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<FolderEntry> entries;
  for (auto file = files_.lower_bound(inside); file != files_.end() && file->first.rfind(inside, 0) == 0;) {
    const std::size_t slash = file->first.find('/', inside.size());
    const bool is_file = slash == std::string::npos;
    entries.push_back({file->first.substr(inside.size(), is_file ? slash : slash - inside.size()),
                       is_file ? FileKind::file : FileKind::folder});
    // '0' follows '/' in ASCII: the first name behind all those in the folder.
    file = is_file ? std::next(file) : files_.lower_bound(file->first.substr(0, slash) + "0");
  }
  return entries;
}

inline std::shared_ptr<const Bytes> MemoryFileSystem::find(const std::string& path) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto file = files_.find(detail::normal_path(path));
  if (file == files_.end()) throw NotFoundError("cannot read '" + path + "' in memory: there is no such file");
  return file->second;
}

inline Bytes MemoryFileSystem::read(const std::string& path) const { return *find(path); }

inline std::size_t MemoryFileSystem::read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                             std::size_t size) const {
  const std::shared_ptr<const Bytes> file = find(path);
  if (offset >= file->size()) return 0;
  const auto begin = static_cast<std::size_t>(offset);
  const std::size_t count = std::min(size, file->size() - begin);
  std::copy_n(file->begin() + static_cast<std::ptrdiff_t>(begin), count, into);
  return count;
}

inline bool MemoryFileSystem::put(const std::string& path, std::string_view content, bool replace) {
  const std::string name = detail::normal_path(path);
  const std::lock_guard<std::mutex> lock(mutex_);
  for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    if (files_.count(name.substr(0, slash)) != 0)
      throw IoError::failed_to("create in memory", path, std::make_error_code(std::errc::not_a_directory));
  }
  const auto below = files_.lower_bound(name + "/");
  if (name.empty() || (below != files_.end() && below->first.rfind(name + "/", 0) == 0))
    throw IoError::failed_to("create in memory", path, std::make_error_code(std::errc::is_a_directory));
  auto& file = files_[name];
  if (file && !replace) return false;
  file = std::make_shared<const Bytes>(content.begin(), content.end());
  return true;
}

inline void MemoryFileSystem::write(const std::string& path, std::string_view content, Durability) {
  put(path, content, true);
}

inline bool MemoryFileSystem::create(const std::string& path, std::string_view content, Durability) {
  return put(path, content, false);
}

inline void MemoryFileSystem::remove(const std::string& path) {
  const std::string name = detail::normal_path(path);
  const std::lock_guard<std::mutex> lock(mutex_);
  files_.erase(name);
  const std::string inside = name.empty() ? name : name + "/";
  auto file = files_.lower_bound(inside);
  while (file != files_.end() && file->first.rfind(inside, 0) == 0) file = files_.erase(file);
}

inline void MemoryFileSystem::move(const std::string& from, const std::string& to, Durability) {
  const std::string source = detail::normal_path(from), target = detail::normal_path(to);
  const auto is_in = [](const auto& file, const std::string& folder) { return file.first.rfind(folder + "/", 0) == 0; };
  const std::lock_guard<std::mutex> lock(mutex_);
  for (std::size_t slash = target.find('/'); slash != std::string::npos; slash = target.find('/', slash + 1)) {
    if (files_.count(target.substr(0, slash)) != 0)
      throw IoError::failed_to("move in memory to", to, std::make_error_code(std::errc::not_a_directory));
  }
  if (const auto there = files_.lower_bound(target + "/"); there != files_.end() && is_in(*there, target))
    throw IoError::failed_to("move in memory to", to, std::make_error_code(std::errc::directory_not_empty));
  if (auto file = files_.extract(source)) {
    files_[target] = std::move(file.mapped());
    return;
  }
  std::map<std::string, std::shared_ptr<const Bytes>> moved;
  for (auto file = files_.lower_bound(source + "/"); file != files_.end() && is_in(*file, source);) {
    moved[target + file->first.substr(source.size())] = std::move(file->second);
    file = files_.erase(file);
  }
  if (moved.empty()) throw NotFoundError("cannot move '" + from + "' in memory: there is nothing; check the path");
  files_.merge(moved);
}

class MemoryFileSystem::MemoryAppender final : public Appender {
 public:
  MemoryAppender(MemoryFileSystem& fs, std::string path, std::size_t size) : fs_(fs), path_(std::move(path)) {
    Bytes content = fs_.info(path_).kind == FileKind::file ? fs_.read(path_) : Bytes();
    content.resize(std::min(size, content.size()));
    fs_.write(path_, detail::view(content));
  }
  void append(std::string_view content) override {
    Bytes all = fs_.read(path_);
    all.insert(all.end(), content.begin(), content.end());
    fs_.write(path_, detail::view(all));
  }

 private:
  MemoryFileSystem& fs_;
  std::string path_;
};

inline std::unique_ptr<Appender> MemoryFileSystem::appender(const std::string& path, std::uint64_t size) {
  if (!can_append_) return nullptr;
  return std::make_unique<MemoryAppender>(*this, path, static_cast<std::size_t>(size));
}

}  // namespace erm
