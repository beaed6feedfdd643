// The bodies of erm/file_system.hpp, which includes this.
#pragma once

#include <charconv>

#include "erm/detail/names.hpp"
#include "erm/detail/owner.hpp"
#include "erm/file_system.hpp"

namespace erm {

namespace detail {

inline constexpr const char* claims_folder = ".erm_tmp";

/// "a/b" and "c" to "a/b/c"; an empty folder or name adds nothing.
inline std::string joined(const std::string& folder, const std::string& name) {
  if (folder.empty() || name.empty()) return folder + name;
  return folder.back() == '/' ? folder + name : folder + "/" + name;
}

/// The folder of a path: "a/b" of "a/b/c", "." of "c", "/" of "/c".
inline std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

inline std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

inline std::string_view view(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes whole_content(const Content& content) {
  Bytes all(static_cast<std::size_t>(content.size()));
  all.resize(content.read_at(0, all.data(), all.size()));
  return all;
}

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

/// Makes a folder and those above it; false where it was there.
inline bool make_local_folders(const std::string& path, Durability durability) {
  if (path.empty() || path == "." || path == "/") return false;
  try {
    if (!os::make_folder(path)) return false;
  } catch (const NotFoundError&) {
    const std::string parent = folder_of(path);
    if (parent == path) throw;
    make_local_folders(parent, durability);
    if (!os::make_folder(path)) return false;
  }
  if (durability == Durability::durable) os::sync_folder(folder_of(path));
  return true;
}

/// Creates a file and the folders that it needs; an empty File where it is there already.
inline os::File create_local(const std::string& path, os::Create create, Durability durability,
                             bool* made_folder = nullptr) {
  os::File file;
  // Another process may remove a folder, being empty, before a file is in it: then once more.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const os::Created created = os::try_create(path, create, file);
    if (created != os::Created::folder_missing) return file;
    const bool made = make_local_folders(folder_of(path), durability);
    if (made_folder != nullptr) *made_folder = made;
  }
  os::fail("create", path, ENOENT);
}

class LocalClaim final : public Claim {
 public:
  LocalClaim(os::File file, bool abandoned, bool alone)
      : file_(std::move(file)), abandoned_(abandoned), alone_(alone) {}
  LocalClaim(const LocalClaim&) = delete;
  LocalClaim& operator=(const LocalClaim&) = delete;
  ~LocalClaim() override {
    try {
      const std::string folder = folder_of(file_.path());
      if (!committed_) os::remove_file(file_.path());
      file_ = os::File();  // Windows may count a file that is removed and still open
      os::remove_empty_folder(folder);
    } catch (const Error&) {
      // Nothing can be done here; without its lock the file counts as abandoned, and the next save removes it.
    }
  }
  [[nodiscard]] bool was_abandoned() const override { return abandoned_; }
  [[nodiscard]] bool may_have_neighbours() const override { return !alone_; }
  // A file that is not empty has begun. The one byte lies where the content will be written over it.
  void begin() override { file_.truncate(1); }
  void commit(const std::string& target, std::string_view content, Durability durability) override {
    if (abandoned_) file_.truncate(0);
    file_.write(content.data(), content.size());
    if (durability == Durability::durable) file_.sync();
    os::rename_file(file_.path(), target);
    committed_ = true;
    if (durability == Durability::durable) os::sync_folder(folder_of(target));
  }

 private:
  os::File file_;
  bool abandoned_;
  bool alone_;
  bool committed_ = false;
};

class LocalAppender final : public Appender {
 public:
  LocalAppender(os::File file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  void append(std::string_view content) override {
    // Written to a removed file it would be lost without a word.
    if (!file_.still_at_path()) {
      throw IoError::failed_to("append to", file_.path(), std::make_error_code(std::errc::no_such_file_or_directory));
    }
    // At the end of what is whole: of a write that failed half-way nothing stays.
    file_.write_at(size_, content.data(), content.size());
    size_ += content.size();
  }
  void sync() override { file_.sync(); }

 private:
  os::File file_;
  std::uint64_t size_;
};

}  // namespace detail

// ---- FileSystem: what a store gets that has nothing better ----

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

// ---- LocalFileSystem ----

inline std::vector<FolderEntry> LocalFileSystem::list(const std::string& path) const {
  std::vector<FolderEntry> entries;
  detail::os::Folder folder(path);
  FolderEntry entry;
  while (folder && folder.next(entry)) entries.push_back(entry);
  return entries;
}

inline Bytes LocalFileSystem::read(const std::string& path) const {
  const detail::os::File file = detail::os::open_to_read(path);
  Bytes bytes(static_cast<std::size_t>(file.info().size));
  bytes.resize(file.read_at(0, bytes.data(), bytes.size()));
  return bytes;
}

inline std::size_t LocalFileSystem::read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                            std::size_t size) const {
  return detail::os::open_to_read(path).read_at(offset, into, size);
}

inline void LocalFileSystem::write(const std::string& path, std::string_view content, Durability durability) {
  const std::string folder = detail::folder_of(path);
  detail::make_local_folders(folder, durability);
  // Not under its own name: a reader of the Python package would take a second erm_metadata.json for a run.
  const std::string place = folder + "/" + detail::claims_folder + "/" + detail::last_part(path) + ".part";
  // Others that write the same file at the same time take another name each; the last to commit wins.
  std::unique_ptr<Claim> mine;
  for (int i = 0; !mine; ++i) mine = claim(i == 0 ? place : place + "~" + std::to_string(i));
  mine->commit(path, content, durability);
}

inline bool LocalFileSystem::create(const std::string& path, std::string_view content, Durability durability) {
  return create_from(path, detail::BytesContent(to_bytes(content)), durability);
}

inline bool LocalFileSystem::create_from(const std::string& path, const Content& content, Durability durability) {
  detail::os::File file = detail::create_local(path, detail::os::Create::new_only, durability);
  if (!file) return false;
  try {
    if (const detail::os::File* const local = content.local_file()) {
      detail::os::copy_content(*local, file);
    } else if (const auto* const held = dynamic_cast<const detail::BytesContent*>(&content)) {
      file.write(held->bytes().data(), held->bytes().size());
    } else {
      Bytes chunk(detail::content_chunk);
      std::uint64_t done = 0;
      while (const std::size_t got = content.read_at(done, chunk.data(), chunk.size())) {
        file.write(chunk.data(), got);
        done += got;
      }
    }
    if (durability == Durability::durable) file.sync();
    file.close();
  } catch (...) {
    detail::os::remove_file(path);
    throw;
  }
  return true;
}

inline void LocalFileSystem::remove(const std::string& path) { detail::os::remove_tree(path); }

inline void LocalFileSystem::move(const std::string& from, const std::string& to, Durability durability) {
  const std::string folder = detail::folder_of(to);
  for (int attempt = 0;; ++attempt) {
    detail::make_local_folders(folder, durability);
    try {
      detail::os::rename_file(from, to);
      break;
    } catch (const NotFoundError&) {
      // Another process may remove the folder, being empty.
      if (attempt == 100 || info(from).kind == FileKind::missing) throw;
    }
  }
  if (durability != Durability::durable) return;
  sync_folder(folder);
  sync_folder(detail::folder_of(from));
}

inline std::unique_ptr<Claim> LocalFileSystem::claim(const std::string& path) {
  namespace os = detail::os;
  for (;;) {
    bool abandoned = false, alone = false;
    os::File file = detail::create_local(path, os::Create::new_only, Durability::buffered, &alone);
    if (!file) {
      file = os::open_to_write(path);
      abandoned = true;
      if (!file) continue;  // it ended just now
    }
    if (!file.try_lock()) {
      if (abandoned) return nullptr;
      continue;  // someone took the new file, still without its lock, for an abandoned one
    }
    if (!file.still_at_path()) continue;
    abandoned = abandoned && file.info().size > 0;
    return std::make_unique<detail::LocalClaim>(std::move(file), abandoned, alone);
  }
}

inline std::unique_ptr<Appender> LocalFileSystem::appender(const std::string& path, std::uint64_t size) {
  namespace os = detail::os;
  os::File file = detail::create_local(path, os::Create::new_only, Durability::buffered);
  if (!file) file = os::open_to_write(path);
  if (!file) os::fail("open for writing", path, ENOENT);
  file.truncate(size);
  return std::make_unique<detail::LocalAppender>(std::move(file), size);
}

inline std::vector<std::string> LocalFileSystem::folders_with(const std::string& path,
                                                              const std::string& filename) const {
  std::vector<std::string> found;
  std::vector<std::string> below = {""};
  FolderEntry entry;
  std::string inside;
  while (!below.empty()) {
    const std::string at = std::move(below.back());
    below.pop_back();
    detail::os::Folder folder(at.empty() ? path : detail::joined(path, at));
    while (folder && folder.next(entry)) {
      const bool leads_on = entry.kind == FileKind::folder || entry.kind == FileKind::link;
      if (!leads_on || entry.name.rfind(".erm_", 0) == 0) continue;
      inside.assign(entry.name).append("/").append(filename);
      if (folder.has(inside.c_str()))
        found.push_back(detail::joined(at, entry.name));
      else if (entry.kind == FileKind::folder)  // a link could lead round in a circle
        below.push_back(detail::joined(at, entry.name));
    }
  }
  return found;
}

// ---- MemoryFileSystem ----

namespace detail {

/// "/a//b/" to "a/b".
inline std::string normal_path(std::string_view path) {
  std::string out;
  for (const char c : path)
    if (c != '/' || (!out.empty() && out.back() != '/')) out += c;
  if (!out.empty() && out.back() == '/') out.pop_back();
  return out;
}

}  // namespace detail

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

// ---- open_file_system ----

namespace detail {

/// A scheme that a header other than this one brings.
struct UriScheme {
  const char* name;
  Location (*open)(const std::string& uri);
  UriScheme* next;
};
inline UriScheme* added_uri_schemes = nullptr;

/// The scheme of "scheme://rest", or an empty text. One letter is a drive of Windows.
inline std::string_view scheme_of(std::string_view uri) {
  const std::size_t end = uri.find("://");
  if (end == std::string_view::npos || end < 2) return {};
  for (const char c : uri.substr(0, end)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
                      c == '-' || c == '.';
    if (!fits) return {};
  }
  return uri.substr(0, end);
}

inline std::string without_scheme(const std::string& uri) {
  const std::string_view scheme = scheme_of(uri);
  return scheme.empty() ? uri : uri.substr(scheme.size() + 3);
}

/// The path of file://[localhost]/path (RFC 8089).
inline std::string path_of_file_uri(const std::string& uri) {
  std::string rest = uri.substr(7);
  if (rest.rfind("localhost/", 0) == 0) rest.erase(0, 9);
  if (rest.empty() || rest[0] != '/') {
    throw Error("cannot open '" + uri + "': a file URI has an absolute path of this machine, as in " +
                "file:///home/me/registry; a relative path needs no file://");
  }
  std::string path;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != '%') {
      path += rest[i];
      continue;
    }
    unsigned code = 0;
    const char* const first = rest.data() + i + 1;
    const char* const last = rest.data() + std::min(i + 3, rest.size());
    if (last - first != 2 || std::from_chars(first, last, code, 16).ptr != last || code == 0)
      throw Error("cannot open '" + uri + "': '%' must be followed by two hexadecimal digits, not both 0");
    path += static_cast<char>(code);
    i += 2;
  }
#if defined(_WIN32)
  if (path.size() > 2 && path[2] == ':') path.erase(0, 1);  // /C:/folder
#endif
  return path;
}

/// One store for the whole process, so that what is saved to memory://x can be loaded from there.
inline const std::shared_ptr<FileSystem>& process_memory() {
  static const std::shared_ptr<FileSystem> fs = std::make_shared<MemoryFileSystem>();
  return fs;
}

inline const std::shared_ptr<FileSystem>& local_disk() {
  static const std::shared_ptr<FileSystem> fs = std::make_shared<LocalFileSystem>();
  return fs;
}

/// The store and path of a URI; where the caller has a store of his own, the path in that.
inline Location locate(const std::string& uri, const std::shared_ptr<FileSystem>& fs) {
  return fs ? Location{fs, without_scheme(uri)} : open_file_system(uri);
}

}  // namespace detail

inline Location open_file_system(const std::string& uri) {
  const std::string scheme = detail::ascii_lower(detail::scheme_of(uri));
  if (uri.find('\0') != std::string::npos)
    throw Error("cannot open " + detail::repaired_utf8(uri.c_str()) + ": the path has a NUL character in it");
  if (uri.empty()) throw Error("cannot open an empty path; give a folder, '.' for the current one");
  if (scheme.empty()) return {detail::local_disk(), detail::os::generic_path(uri)};
  if (scheme == "file") return {detail::local_disk(), detail::path_of_file_uri(uri)};
  if (scheme == "memory") return {detail::process_memory(), detail::without_scheme(uri)};
  for (const detail::UriScheme* known = detail::added_uri_schemes; known != nullptr; known = known->next)
    if (scheme == known->name) return known->open(uri);
  if (scheme == "s3")
    throw Error("cannot open '" + uri + "': include erm/s3.hpp and link the CMake target erm::s3 to use s3:// URIs");
  throw Error("cannot open '" + uri + "': the scheme '" + scheme +
              "' is unknown; use a plain path, file://, memory:// or s3://, or give a FileSystem of your own");
}

}  // namespace erm
