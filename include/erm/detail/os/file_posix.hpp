// The bodies of os/file.hpp for Linux, macOS and the BSDs.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"

namespace erm::detail::os {

[[noreturn]] inline void fail(const std::string& operation, const std::string& path, int error) {
  const std::error_code code(error, std::generic_category());
  if (error == ENOENT || error == ENOTDIR) {
    throw NotFoundError("cannot " + operation + " '" + path + "': " + code.message() + "; check the path");
  }
  throw IoError::failed_to(operation, path, code);
}

inline std::string generic_path(std::string path) { return path; }

inline std::string absolute_path(const std::string& path) {
  if (!path.empty() && path.front() == '/') return path;
  std::string absolute(256, '\0');
  while (api::current_folder(absolute.data(), absolute.size()) == nullptr) {
    if (errno != ERANGE) fail("find the current folder, for the relative path", path, errno);
    absolute.resize(2 * absolute.size());
  }
  absolute.resize(absolute.find('\0'));
  std::size_t begin = 0;
  while (path.compare(begin, 2, "./") == 0) {
    begin += 2;
    while (begin < path.size() && path[begin] == '/') ++begin;
  }
  if (begin == path.size() || path.compare(begin, std::string::npos, ".") == 0) return absolute;
  if (absolute.back() != '/') absolute += '/';
  return absolute.append(path, begin, std::string::npos);
}

inline FileInfo info_of(const api::FileFacts& facts) {
  FileInfo info;
  switch (facts.mode & api::mode_kind) {
    case api::mode_file:
      info.kind = FileKind::file;
      info.size = facts.size;
      break;
    case api::mode_folder:
      info.kind = FileKind::folder;
      break;
    case api::mode_link:
      info.kind = FileKind::link;
      break;
    default:
      info.kind = FileKind::other;
  }
  return info;
}

inline FileInfo info(const std::string& path) {
  api::FileFacts facts;
  if (api::look_at(path.c_str(), facts)) return info_of(facts);
  if (errno == ENOENT || errno == ENOTDIR) return {};
  fail("look at", path, errno);
}

inline FileState file_state(const std::string& path) {
  api::FileFacts facts;
  if (!api::look_at(path.c_str(), facts)) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    fail("look at", path, errno);
  }
  return {info_of(facts).kind, facts.size, facts.device, facts.inode,
          facts.modified_seconds * 1'000'000'000 + facts.modified_nanoseconds};
}

inline std::int64_t file_clock_nanoseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

inline std::optional<double> file_age(const std::string& path) {
  api::FileFacts facts;
  if (!api::look_at(path.c_str(), facts)) return std::nullopt;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return now.count() - static_cast<double>(facts.modified_seconds) -
         static_cast<double>(facts.modified_nanoseconds) * 1e-9;
}

inline FileInfo File::info() const {
  api::FileFacts facts;
  if (!api::look_at_now(handle_.get(), facts)) fail("look at", path_, errno);
  return info_of(facts);
}

/// A clock's tick lasts a second or two on some file systems; a file that was changed in the present tick may be changed
/// in it once more.
inline constexpr std::int64_t stamp_margin_seconds = 3;

inline FileStamp stamp_of(const api::FileFacts& facts) {
  FileStamp stamp;
  stamp.size = facts.size;
  constexpr std::uint64_t second = 1'000'000'000;
  stamp.marks[0] = static_cast<std::uint64_t>(facts.modified_seconds) * second +
                   static_cast<std::uint64_t>(facts.modified_nanoseconds);
  stamp.marks[1] =
      static_cast<std::uint64_t>(facts.changed_seconds) * second + static_cast<std::uint64_t>(facts.changed_nanoseconds);
  stamp.marks[2] = facts.inode;
  stamp.marks[3] = facts.device;
  stamp.is_final = (facts.mode & api::mode_kind) == api::mode_file &&
                   std::time(nullptr) > facts.changed_seconds + stamp_margin_seconds;
  return stamp;
}

inline std::size_t File::read_at(std::uint64_t offset, void* into, std::size_t size) const {
  if (offset > static_cast<std::uint64_t>((std::numeric_limits<api::Offset>::max)()) - size) return 0;
  std::size_t done = 0;
  while (done < size) {
    const auto got = api::read_file_at(handle_.get(), static_cast<char*>(into) + done, size - done,
                                       static_cast<api::Offset>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

inline void File::write(const void* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const auto put = api::write_file(handle_.get(), static_cast<const char*>(data) + done, size - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail("write to", path_, errno);
    done += static_cast<std::size_t>(put);
  }
}

inline void File::write_at(std::uint64_t offset, const void* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const auto put = api::write_file_at(handle_.get(), static_cast<const char*>(data) + done, size - done,
                                        static_cast<api::Offset>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail("write to", path_, errno);
    done += static_cast<std::size_t>(put);
  }
}

inline void File::truncate(std::uint64_t size) {
  if (api::resize_file(handle_.get(), static_cast<api::Offset>(size)) != 0) fail("shorten", path_, errno);
}

inline void File::sync() {
  if (api::sync_file(handle_.get()) != 0) fail("bring to disk", path_, errno);
}

inline File::Lock File::try_lock() {
  while (api::lock_file(handle_.get(), api::locked_alone | api::or_not_at_all) != 0) {
    if (errno == EINTR) continue;
    // The reasons for a refusal differ: ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL, and 524 without a name.
    return errno == EWOULDBLOCK ? Lock::taken_by_another : Lock::not_supported;
  }
  return Lock::taken;
}

inline bool File::locks_exclude_all() const { return api::is_of_this_machine(handle_.get()); }

inline bool File::still_at_path() const {
  api::FileFacts here, there;
  if (!api::look_at(handle_.get(), here)) fail("look at", path_, errno);
  if (api::look_at(path_.c_str(), there)) return here.inode == there.inode && here.device == there.device;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  fail("look at", path_, errno);
}

inline bool File::is_own() const {
  api::FileFacts facts;
  return api::look_at(handle_.get(), facts) && facts.owner == api::own_user();
}

inline bool File::has_other_names() const {
  api::FileFacts facts;
  if (!api::look_at(handle_.get(), facts)) fail("look at", path_, errno);
  return facts.links > 1;
}

inline File::Place File::place() const {
  api::FileFacts here, there;
  if (!api::look_at(handle_.get(), here)) fail("look at", path_, errno);
  Place place;
  place.size = here.size;
  if (api::look_at(path_.c_str(), there))
    place.path_leads_here = here.inode == there.inode && here.device == there.device;
  else if (errno == ENOENT || errno == ENOTDIR)
    place.path_is_free = true;
  else
    fail("look at", path_, errno);
  return place;
}

inline void File::append_only() {
  if (api::control_file(handle_.get(), api::set_flags, api::at_end) != 0) fail("append to", path_, errno);
}

inline void File::append(std::uint64_t /*end*/, const void* data, std::size_t size) { write(data, size); }

inline void File::close() {
  if (api::close_file(handle_.release()) != 0 && errno != EINTR) fail("close", path_, errno);
}

inline File open_to_read(const std::string& path, FileInfo* info, FileStamp* stamp) {
  // Without this flag open() would wait for the writer of a pipe. For a regular file it has no effect.
  api::Descriptor file_there(api::open_file(path.c_str(), api::read_only | api::without_waiting | api::not_inherited));
  if (!file_there) fail("open", path, errno);
  api::FileFacts facts;
  if (!api::look_at_now(file_there.get(), facts)) fail("look at", path, errno);
  const FileInfo found = info_of(facts);
  if (found.kind == FileKind::folder)
    throw IoError::failed_to("read", path, std::make_error_code(std::errc::is_a_directory));
  if (info != nullptr) *info = found;
  if (stamp != nullptr) *stamp = stamp_of(facts);
  return File(std::move(file_there), path);
}

/// Whether creating a file or a folder failed because something is at `path`. An SFTP server calls that a mere failure,
/// of which sshfs makes EPERM.
inline bool exists_already(const std::string& path) {
  const int error = errno;
  api::FileFacts facts;
  const bool exists = error == EEXIST || (error == EPERM && api::look_at(path.c_str(), facts));
  errno = error;
  return exists;
}

inline Created try_create_part(const std::string& path, const std::string& whole, File& file) {
  const int flags = api::read_and_write | api::create | api::new_only | api::not_link | api::not_inherited;
  api::Descriptor created(api::open_file(path.c_str(), flags, 0666));
  if (created) {
    file = File(std::move(created), whole);
    return Created::yes;
  }
  if (exists_already(path)) return Created::exists;
  if (errno == ENOENT) return Created::folder_missing;
  fail("create", whole, errno);
}

inline Created try_create(const std::string& path, File& file) { return try_create_part(path, path, file); }

/// Opens an existing file with further flags. An empty File if it does not exist.
inline File open_existing(const std::string& path, int flags) {
  api::Descriptor found(api::open_file(path.c_str(), api::read_and_write | api::not_inherited | api::not_link | flags));
  if (!found && (errno == ELOOP || errno == EMLINK)) {  // EMLINK: FreeBSD
    throw IoError(
        "cannot open for writing '" + path + "': it is a symbolic link, and ERM writes through none; remove it",
        std::make_error_code(std::errc::too_many_symbolic_link_levels));
  }
  if (!found && errno != ENOENT) fail("open for writing", path, errno);
  return File(std::move(found), path);
}

inline File open_to_write(const std::string& path) { return open_existing(path, 0); }
inline File open_to_rewrite(const std::string& path) { return open_existing(path, api::or_truncate); }

inline void prepare_to_replace(const std::string& path, File& by) {
  api::FileFacts facts, behind;
  if (!api::look_at(path.c_str(), facts)) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    fail("look at", path, errno);
  }
  const unsigned kind = facts.mode & api::mode_kind;
  if (kind == api::mode_folder) fail("write to", path, EISDIR);
  const bool leads_on = kind == api::mode_link && api::look_through_links(path.c_str(), behind);
  const unsigned last_kind = leads_on ? behind.mode & api::mode_kind : kind;
  if (last_kind != api::mode_file && last_kind != api::mode_link && last_kind != api::mode_folder)
    throw Error("cannot write to '" + path +
                "': it is a device, a socket or a pipe, and would be replaced by a file; " + "give the path of a file");
  if (kind != api::mode_file) return;
  // Some file systems have no permissions.
  if (api::set_mode(by.handle_.get(), facts.mode & 0777U) != 0 && errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
    fail("set the permissions of", path, errno);
}

inline std::optional<std::int64_t> time_modified(const std::string& path) {
  api::FileFacts facts;
  if (api::look_at(path.c_str(), facts)) return facts.modified_seconds;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail("look at", path, errno);
}

inline std::int64_t time_now() {
  const std::int64_t now = std::time(nullptr);
  return now;
}

inline bool make_folder(const std::string& path) {
  if (api::make_folder(path.c_str(), 0777) == 0) return true;
  if (exists_already(path)) return false;
  fail("create the folder", path, errno);
}

inline bool make_private_folder(const std::string& path) {
  if (api::make_folder(path.c_str(), 0700) == 0) return true;
  if (exists_already(path)) return false;
  fail("create the folder", path, errno);
}

inline void rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail("rename to '" + to + "' the file", from, errno);
}

inline bool remove_file(const std::string& path) {
  if (api::remove_file(path.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  fail("remove", path, errno);
}

inline bool remove_empty_folder(const std::string& path) {
  if (api::remove_folder(path.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return false;
  fail("remove the folder", path, errno);
}

inline Folder::Folder(const std::string& path) : path_(path) {
  api::Descriptor found(api::open_file(path.c_str(), api::read_only | api::only_folder | api::not_inherited));
  if (found) names_ = api::open_names(found.get());
  if (names_ == nullptr && errno != ENOENT && errno != ENOTDIR) fail("open the folder", path, errno);
  if (names_ != nullptr) found.release();  // closed with the names
}

inline Folder::~Folder() {
  if (names_ != nullptr) api::close_names(names_);
}

inline Folder::operator bool() const noexcept { return names_ != nullptr; }

inline bool Folder::next(FolderEntry& entry) {
  for (;;) {
    errno = 0;
    const api::Name* const found = api::next_name(names_);
    if (found == nullptr) {
      if (errno != 0) fail("list", path_, errno);
      return false;
    }
    entry.name = found->d_name;
    if (entry.name == "." || entry.name == "..") continue;
    switch (found->d_type) {
      case api::type_file:
        entry.kind = FileKind::file;
        break;
      case api::type_folder:
        entry.kind = FileKind::folder;
        break;
      case api::type_link:
        entry.kind = FileKind::link;
        break;
      default: {
        api::FileFacts facts;
        if (!api::look_at(api::descriptor_of(names_), found->d_name, facts)) continue;
        entry.kind = info_of(facts).kind;
      }
    }
    return true;
  }
}

inline bool Folder::has(const char* path) const {
  if (api::can_access_in(api::descriptor_of(names_), path, api::to_exist, 0) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  fail("look at '" + std::string(path) + "' in", path_, errno);
}

inline bool Folder::has(const char* path, FileStamp& stamp) const {
  api::FileFacts facts;
  if (api::look_behind_links(api::descriptor_of(names_), path, facts)) {
    stamp = stamp_of(facts);
    return true;
  }
  if (errno == ENOENT || errno == ENOTDIR) return false;
  fail("look at '" + std::string(path) + "' in", path_, errno);
}

inline bool Folder::is_own() const {
  api::FileFacts facts;
  return names_ != nullptr && api::look_at(api::descriptor_of(names_), facts) && facts.owner == api::own_user();
}

inline bool Folder::has_stamps() const { return names_ != nullptr && api::tells_changes(api::descriptor_of(names_)); }

inline FileInfo Folder::info(const char* path) const {
  api::FileFacts facts;
  if (api::look_at(api::descriptor_of(names_), path, facts)) return info_of(facts);
  if (errno == ENOENT || errno == ENOTDIR) return {};
  fail("look at '" + std::string(path) + "' in", path_, errno);
}

inline void sync_folder(const std::string& path) {
  const api::Descriptor folder(api::open_file(path.c_str(), api::read_only | api::only_folder | api::not_inherited));
  if (!folder) fail("open the folder", path, errno);
  if (api::sync_file(folder.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
    fail("bring to disk the folder", path, errno);
}

template <class Tell>
void copy_content(const File& from, File& to, const Tell& tell) {
  if (api::share_blocks(from.handle_.get(), to.handle_.get())) return tell(from.info().size);
  api::Offset offset = 0;
  for (;;) {
    const auto copied = api::copy_range(from.handle_.get(), &offset, to.handle_.get(), nullptr, 1U << 26, 0);
    if (copied > 0) {
      tell(static_cast<std::uint64_t>(copied));
      continue;
    }
    if (copied == 0) {
      // Files in /proc have the size 0, but have content.
      if (offset > 0 || from.info().size == 0) break;
    } else if (errno == EINTR) {
      continue;
    } else if (offset > 0) {
      fail("copy to '" + to.path() + "' the file", from.path(), errno);
    }
    break;
  }
  if (offset > 0) return;
  std::vector<char> buffer(std::size_t{1} << 20);
  std::uint64_t done = 0;
  while (const std::size_t got = from.read_at(done, buffer.data(), buffer.size())) {
    to.write(buffer.data(), got);
    done += got;
    tell(std::uint64_t{got});
  }
}

inline File unnamed_file(const std::string& neighbour) {
  const char* const variable = std::getenv("TMPDIR");
  const std::string temporary = variable != nullptr && *variable != '\0' ? variable : "/tmp";
  if constexpr (api::without_name != 0) {
    const std::size_t slash = neighbour.rfind('/');
    const std::string beside = slash == std::string::npos ? "." : neighbour.substr(0, slash + 1);
    for (const std::string& folder : {beside, temporary}) {
      const int flags = api::without_name | api::read_and_write | api::not_inherited;
      api::Descriptor made(api::open_file(folder.c_str(), flags, 0600));
      if (made) return File(std::move(made), "a temporary copy of " + neighbour);
    }
  }
  std::string pattern = temporary + "/erm_XXXXXX";
  api::Descriptor made(api::temporary_file(pattern.data()));
  if (!made) fail("create a temporary file in", temporary, errno);
  api::control_file(made.get(), api::set_inherited, api::closed_on_exec);
  api::remove_file(pattern.c_str());
  return File(std::move(made), "a temporary copy of " + neighbour);
}

}  // namespace erm::detail::os
