// A store that implements nothing but what every store must have: the least that a user writes.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "erm/file_system.hpp"

namespace erm_test {

/// Objects under keys, as an object store has them: a folder is there while a key lies below it.
class PlainFileSystem : public erm::FileSystem {
 public:
  erm::FileInfo info(const std::string& path) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    erm::FileInfo info;
    if (const auto object = objects_.find(path); object != objects_.end()) {
      info.kind = erm::FileKind::file;
      info.size = object->second.size();
    } else if (const auto below = objects_.lower_bound(path + "/"); is_below(below, path)) {
      info.kind = erm::FileKind::folder;
    }
    return info;
  }
  std::vector<erm::FolderEntry> list(const std::string& path) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::map<std::string, erm::FileKind> names;
    for (auto object = objects_.lower_bound(path + "/"); is_below(object, path); ++object) {
      const std::string name = object->first.substr(path.size() + 1);
      const std::size_t slash = name.find('/');
      names[name.substr(0, slash)] = slash == std::string::npos ? erm::FileKind::file : erm::FileKind::folder;
    }
    std::vector<erm::FolderEntry> entries;
    for (const auto& [name, kind] : names) entries.push_back({name, kind});
    return entries;
  }
  erm::Bytes read(const std::string& path) const override { return erm::to_bytes(object(path)); }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override {
    const std::string content = object(path);
    if (offset >= content.size()) return 0;
    const std::string part = content.substr(static_cast<std::size_t>(offset), size);
    std::copy(part.begin(), part.end(), into);
    return part.size();
  }
  void write(const std::string& path, std::string_view content, erm::Durability) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    objects_[path] = std::string(content);
  }
  bool create(const std::string& path, std::string_view content, erm::Durability) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return objects_.emplace(path, content).second;
  }
  void remove(const std::string& path) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    objects_.erase(path);
    for (auto object = objects_.lower_bound(path + "/"); is_below(object, path);) object = objects_.erase(object);
  }

 private:
  using Objects = std::map<std::string, std::string>;

  bool is_below(Objects::const_iterator object, const std::string& path) const {
    return object != objects_.end() && object->first.rfind(path + "/", 0) == 0;
  }
  std::string object(const std::string& path) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = objects_.find(path);
    if (found == objects_.end()) throw erm::NotFoundError("there is no object '" + path + "'");
    return found->second;
  }

  mutable std::mutex mutex_;
  Objects objects_;
};

}  // namespace erm_test
