// What a store gets that has nothing better; see erm/file_system.hpp, which includes this.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/file_system.hpp"

namespace erm {

namespace detail {

/// A claim on a store that has nothing better: a file that names its owner.
class FileClaim final : public Claim {
 public:
  FileClaim(FileSystem& fs, std::string path, bool abandoned)
      : fs_(fs), path_(std::move(path)), abandoned_(abandoned) {}
  FileClaim(const FileClaim&) = delete;
  FileClaim& operator=(const FileClaim&) = delete;
  ~FileClaim() override {
    try {
      fs_.remove(path_);
    } catch (const Error&) {
      // The store is out of reach. The file stays, and says whose it was.
    }
  }
  [[nodiscard]] bool was_abandoned() const override { return abandoned_; }
  void commit(const std::string& target, std::string_view content, Durability durability) override {
    fs_.write(target, content, durability);
  }

 private:
  FileSystem& fs_;
  std::string path_;
  bool abandoned_;
};

/// A file of a store, as content.
class FileInStore final : public Content {
 public:
  FileInStore(const FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)), size_(fs.info(path_).size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return fs_.read_at(path_, offset, into, size);
  }

 private:
  const FileSystem& fs_;
  std::string path_;
  std::uint64_t size_;
};

/// Puts the files that ERM keeps for itself behind the others; the first of them.
inline std::vector<std::string>::iterator own_files_last(std::vector<std::string>& files) {
  return std::stable_partition(files.begin(), files.end(), [](const std::string& file) {
    return last_part(file).rfind(reserved_prefix, 0) != 0;
  });
}

}  // namespace detail

inline bool FileSystem::create_from(const std::string& path, const Content& content, Durability durability) {
  return create(path, detail::view(detail::whole_content(content)), durability);
}

inline void FileSystem::write_from(const std::string& path, const Content& content, Durability durability) {
  write(path, detail::view(detail::whole_content(content)), durability);
}

inline std::unique_ptr<Appender> FileSystem::appender(const std::string& /*path*/, std::uint64_t /*size*/) {
  return nullptr;
}

inline bool FileSystem::make_folder(const std::string& path) { return info(path).kind == FileKind::missing; }

inline void FileSystem::remove_if_empty(const std::string& path) {
  if (info(path).kind == FileKind::folder && list(path).empty()) remove(path);
}

inline void FileSystem::move(const std::string& from, const std::string& to, Durability durability) {
  if (info(from).kind == FileKind::file) {
    write_from(to, detail::FileInStore(*this, from), durability);
    return remove(from);
  }
  std::vector<std::string> files = files_below(from);
  if (files.empty()) throw NotFoundError("cannot move '" + from + "': there is nothing; check the path");
  const auto own = detail::own_files_last(files);
  for (const std::string& file : files)
    write_from(detail::joined(to, file), detail::FileInStore(*this, detail::joined(from, file)), durability);
  std::vector<std::string> others;
  for (auto file = files.begin(); file != own; ++file) others.push_back(detail::joined(from, *file));
  remove_many(others);
  remove(from);
}

inline std::unique_ptr<Claim> FileSystem::claim(const std::string& path) {
  using detail::Owner;
  const std::string mine = Owner::this_process().text();
  if (create(path, mine)) return std::make_unique<detail::FileClaim>(*this, path, false);
  try {
    if (!Owner::of(to_text(read(path))).is_gone()) return nullptr;
  } catch (const NotFoundError&) {
    return nullptr;  // its owner ended it just now
  }
  remove(path);
  if (!create(path, mine)) return nullptr;
  return std::make_unique<detail::FileClaim>(*this, path, true);
}

inline std::vector<std::string> FileSystem::folders_with(const std::string& path, const std::string& filename) const {
  std::vector<std::string> found;
  std::vector<std::string> below = {""};
  while (!below.empty()) {
    const std::string folder = std::move(below.back());
    below.pop_back();
    for (const FolderEntry& entry : list(detail::joined(path, folder))) {
      if (entry.kind != FileKind::folder || entry.name.rfind(".erm_", 0) == 0) continue;
      std::string inner = detail::joined(folder, entry.name);
      const bool holds = info(detail::joined(path, inner) + "/" + filename).kind == FileKind::file;
      (holds ? found : below).push_back(std::move(inner));
    }
  }
  return found;
}

inline std::vector<std::string> FileSystem::files_below(const std::string& path) const {
  std::vector<std::string> files;
  std::vector<std::string> below = {""};
  while (!below.empty()) {
    const std::string at = std::move(below.back());
    below.pop_back();
    for (const FolderEntry& entry : list(detail::joined(path, at)))
      (entry.kind == FileKind::folder ? below : files).push_back(detail::joined(at, entry.name));
  }
  return files;
}

inline std::vector<std::string> FileSystem::old_claims(const std::string& folder) {
  std::vector<std::string> names;
  for (FolderEntry& entry : list(folder))
    if (entry.kind == FileKind::file) names.push_back(std::move(entry.name));
  return names;
}

inline bool FileSystem::are_files(const std::vector<std::string>& paths) const {
  return std::all_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return info(path).kind == FileKind::file; });
}

inline std::vector<Bytes> FileSystem::read_many(const std::vector<std::string>& paths) const {
  std::vector<Bytes> contents;
  contents.reserve(paths.size());
  for (const std::string& path : paths) contents.push_back(read(path));
  return contents;
}

inline std::vector<bool> FileSystem::create_many(const std::vector<NewFile>& files, Durability durability) {
  std::vector<bool> created;
  created.reserve(files.size());
  for (const NewFile& file : files) created.push_back(create_from(file.path, *file.content, durability));
  return created;
}

inline void FileSystem::remove_many(const std::vector<std::string>& files) {
  for (const std::string& file : files) remove(file);
}

}  // namespace erm
