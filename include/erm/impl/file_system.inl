// The bodies of erm/file_system.hpp, except those of LocalFileSystem and MemoryFileSystem.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/run/session.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/file_system.hpp"
#include "erm/impl/local_file_system.inl"
#include "erm/impl/memory_file_system.inl"

namespace erm {

namespace detail {

/// The default claim of a store: a file that names its holder.
class FileClaim final : public Claim {
 public:
  FileClaim(FileSystem& fs, std::string path, std::unique_ptr<const Session> session, bool abandoned)
      : fs_(fs), path_(std::move(path)), session_(std::move(session)), abandoned_(abandoned) {}
  FileClaim(const FileClaim&) = delete;
  FileClaim& operator=(const FileClaim&) = delete;
  ~FileClaim() override {
    if (is_left_) return;  // it names a session that ends now
    try {
      fs_.remove(path_);
    } catch (const Error&) {
      // The store cannot be reached. The file stays, and names a session that has ended.
    }
  }
  [[nodiscard]] bool was_abandoned() const override { return abandoned_; }
  void commit(const std::string& target, std::string_view content, Durability durability) override {
    fs_.write(target, content, durability);
  }
  void abandon() noexcept override { is_left_ = true; }

 private:
  FileSystem& fs_;
  std::string path_;
  std::unique_ptr<const Session> session_;
  bool abandoned_;
  bool is_left_ = false;
};

/// The content of a file in a store.
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

// Neither store is ever destroyed: threads may use them while the program ends.

/// One store for the whole process, so that a run saved to memory://x can be loaded from there.
inline const std::shared_ptr<FileSystem>& process_memory() {
  static const auto* const fs = new std::shared_ptr<FileSystem>(std::make_shared<MemoryFileSystem>());
  return *fs;
}

inline const std::shared_ptr<FileSystem>& local_disk() {
  static const auto* const fs = new std::shared_ptr<FileSystem>(std::make_shared<LocalFileSystem>());
  return *fs;
}

}  // namespace detail

ERM_INLINE Location open_file_system(const std::string& uri) {
  const std::string scheme = detail::ascii_lower(detail::scheme_of(uri));
  if (uri.find('\0') != std::string::npos)
    throw Error("cannot open " + detail::repaired_utf8(uri.c_str()) + ": the path has a NUL character in it");
  if (uri.empty()) throw Error("cannot open an empty path; give a folder, '.' for the current one");
  if (scheme.empty()) {
    detail::refuse_home_sign(uri, uri);
    return {detail::local_disk(), detail::os::absolute_path(detail::os::generic_path(uri))};
  }
  if (scheme == "file") return {detail::local_disk(), detail::path_of_file_uri(uri)};
  if (scheme == "memory") return {detail::process_memory(), detail::without_scheme(uri)};
  for (const detail::UriScheme* known = detail::added_uri_schemes; known != nullptr; known = known->next)
    if (scheme == known->name) return known->open(uri);
  if (scheme == "s3")
    throw Error("cannot open '" + uri + "': include erm/s3.hpp and link the CMake target erm::s3 to use s3:// URIs");
  throw Error("cannot open '" + uri + "': the scheme '" + scheme +
              "' is unknown; use a plain path, file://, memory:// or s3://, or give a FileSystem of your own");
}

ERM_INLINE bool FileSystem::create_from(const std::string& path, const Content& content, Durability durability) {
  return create(path, detail::view(detail::whole_content(content)), durability);
}

ERM_INLINE void FileSystem::write_from(const std::string& path, const Content& content, Durability durability) {
  write(path, detail::view(detail::whole_content(content)), durability);
}

ERM_INLINE std::unique_ptr<Appender> FileSystem::appender(const std::string& /*path*/, std::uint64_t /*size*/) {
  return nullptr;
}

ERM_INLINE bool FileSystem::make_folder(const std::string& path) { return info(path).kind == FileKind::missing; }

ERM_INLINE void FileSystem::remove_if_empty(const std::string& path) {
  if (info(path).kind == FileKind::folder && list(path).empty()) remove(path);
}

ERM_INLINE void FileSystem::move(const std::string& from, const std::string& to, Durability durability) {
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

ERM_INLINE std::unique_ptr<Claim> FileSystem::claim(const std::string& path) {
  using detail::Owner;
  auto session = std::make_unique<const detail::Session>();
  Owner owner = Owner::this_process();
  owner.session = session->text();
  const std::string mine = owner.text();
  if (create(path, mine)) return std::make_unique<detail::FileClaim>(*this, path, std::move(session), false);
  try {
    if (!Owner::of(to_text(read(path))).is_gone()) return nullptr;
  } catch (const NotFoundError&) {
    return nullptr;  // the holder has just ended the claim
  }
  remove(path);
  if (!create(path, mine)) return nullptr;
  return std::make_unique<detail::FileClaim>(*this, path, std::move(session), true);
}

namespace detail {

/// FileSystem::folders_with, from list() and info(). Calls `look(path, function)` for what may throw.
template <class Look>
std::vector<std::string> listed_folders_with(const FileSystem& fs, const std::string& path, const std::string& filename,
                                             const Look& look) {
  std::vector<std::string> found;
  std::vector<std::string> below = {""};
  while (!below.empty()) {
    const std::string folder = std::move(below.back());
    below.pop_back();
    std::vector<FolderEntry> entries;
    look(folder, [&] { entries = fs.list(joined(path, folder)); });
    for (const FolderEntry& entry : entries) {
      if (entry.kind != FileKind::folder || entry.name.rfind(".erm_", 0) == 0) continue;
      const std::string inner = joined(folder, entry.name);
      look(inner, [&] {
        const bool holds = fs.info(joined(path, inner) + "/" + filename).kind == FileKind::file;
        (holds ? found : below).push_back(inner);
      });
    }
  }
  return found;
}

}  // namespace detail

ERM_INLINE std::vector<std::string> FileSystem::folders_with(const std::string& path,
                                                             const std::string& filename) const {
  return detail::listed_folders_with(*this, path, filename, [](const std::string&, const auto& work) { work(); });
}

ERM_INLINE std::vector<std::string> FileSystem::readable_folders_with(const std::string& path,
                                                                      const std::string& filename,
                                                                      std::vector<PassedOver>* passed_over) const {
  if (!has_folders()) return folders_with(path, filename);
  try {
    return folders_with(path, filename);
  } catch (const IoError&) {
    const auto look = [&](const std::string& below, const auto& work) {
      try {
        work();
      } catch (const IoError& error) {
        if (below.empty()) throw;
        detail::pass_over(passed_over, detail::joined(path, below), error);
      }
    };
    return detail::listed_folders_with(*this, path, filename, look);
  }
}

ERM_INLINE void FileSystem::expect_bounded(const std::string& path, std::uint64_t size) const {
  if (size > max_metadata_size_)
    throw FormatError("cannot read '" + path + "': it has " + std::to_string(size) + " bytes, and of such a file ERM " +
                      "reads at most " + std::to_string(max_metadata_size_) +
                      "; it was damaged, or set_max_metadata_size of the FileSystem has to allow more");
}

ERM_INLINE Bytes FileSystem::read_bounded(const std::string& path) const {
  if (has_folders()) expect_bounded(path, info(path).size);
  Bytes bytes = read(path);
  expect_bounded(path, bytes.size());
  return bytes;
}

ERM_INLINE std::vector<std::string> FileSystem::files_below(const std::string& path) const {
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

ERM_INLINE std::vector<FoundFile> FileSystem::find_files(const std::string& path) const {
  std::vector<FoundFile> found;
  for (std::string& file : files_below(path)) {
    const FileInfo what = info(detail::joined(path, file));
    if (what.kind != FileKind::missing) found.push_back({std::move(file), what});
  }
  return found;
}

ERM_INLINE std::vector<std::string> FileSystem::old_claims(const std::string& folder) {
  std::vector<std::string> names;
  for (FolderEntry& entry : list(folder))
    if (entry.kind == FileKind::file) names.push_back(std::move(entry.name));
  return names;
}

ERM_INLINE std::vector<StampedFolder> FileSystem::stamped_folders_with(const std::string& path,
                                                                       const std::string& filename,
                                                                       std::vector<PassedOver>* passed_over,
                                                                       const FolderSearch& /*search*/) const {
  std::vector<StampedFolder> found;
  for (std::string& folder : readable_folders_with(path, filename, passed_over)) found.push_back({std::move(folder), {}});
  return found;
}

ERM_INLINE std::vector<Bytes> FileSystem::read_stamped(const std::vector<std::string>& paths,
                                                       std::vector<FileStamp>& stamps) const {
  stamps.assign(paths.size(), {});
  std::vector<Bytes> contents;
  for (const std::string& path : paths) contents.push_back(read_bounded(path));
  return contents;
}

ERM_INLINE bool FileSystem::are_files(const std::vector<std::string>& paths) const {
  return std::all_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return info(path).kind == FileKind::file; });
}

ERM_INLINE std::vector<Bytes> FileSystem::read_many(const std::vector<std::string>& paths) const {
  std::vector<Bytes> contents;
  contents.reserve(paths.size());
  for (const std::string& path : paths) contents.push_back(read(path));
  return contents;
}

ERM_INLINE std::vector<bool> FileSystem::create_many(const std::vector<NewFile>& files, Durability durability) {
  std::vector<bool> created;
  created.reserve(files.size());
  for (const NewFile& file : files) created.push_back(create_from(file.path, *file.content, durability));
  return created;
}

ERM_INLINE void FileSystem::remove_many(const std::vector<std::string>& files) {
  for (const std::string& file : files) remove(file);
}

}  // namespace erm
