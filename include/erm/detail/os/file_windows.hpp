// The bodies of os/file.hpp for Windows.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/os/api_windows.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"

namespace erm::detail::os {

[[noreturn]] inline void fail(const std::string& operation, const std::string& path, std::error_code code) {
  const bool is_missing = code.category() == std::system_category()
                              ? code.value() == static_cast<int>(api::file_not_found) ||
                                    code.value() == static_cast<int>(api::path_not_found)
                              : code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory;
  if (is_missing)
    throw NotFoundError("cannot " + operation + " '" + path + "': " + code.message() + "; check the path");
  throw IoError::failed_to(operation, path, code);
}

[[noreturn]] inline void fail(const std::string& operation, const std::string& path, int error) {
  fail(operation, path, std::error_code(error, std::generic_category()));
}

/// For an error of GetLastError().
[[noreturn]] inline void fail(const std::string& operation, const std::string& path) {
  fail(operation, path, std::error_code(static_cast<int>(api::GetLastError()), std::system_category()));
}

/// Converts UTF-8 text to a path. C++20 deprecates u8path and has another type instead.
inline std::filesystem::path system_path(const std::string& path) {
  try {
#if defined(__cpp_lib_char8_t)
    return std::filesystem::path(std::u8string(path.begin(), path.end()));
#else
    return std::filesystem::u8path(path);
#endif
  } catch (const std::system_error& error) {
    throw IoError::failed_to("use the path (it must be UTF-8)", path, error.code());
  }
}

inline std::wstring wide(const std::string& path) { return system_path(path).native(); }

inline std::string utf8_text(const wchar_t* text) {
  try {
    const auto utf8 = std::filesystem::path(text).u8string();
    return std::string(utf8.begin(), utf8.end());
  } catch (const std::system_error& error) {
    throw IoError("cannot use a text that is not well-formed UTF-16", error.code());
  }
}

inline std::string utf8_path(const std::filesystem::path& path) {
  try {
    const auto text = path.generic_u8string();
    return std::string(text.begin(), text.end());
  } catch (const std::system_error& error) {
    throw IoError("cannot use a path that is not well-formed UTF-16", error.code());
  }
}

inline std::string generic_path(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

inline std::string absolute_path(const std::string& path) {
  const std::filesystem::path given = system_path(path);
  if (given.is_absolute()) return path;
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(given, error);
  if (error) fail("find the current folder, for the relative path", path, error);
  std::string text = utf8_path(absolute);
  if (text.size() > 2 && text.compare(text.size() - 2, 2, "/.") == 0) text.erase(text.size() - 2);
  return text;
}

/// Repeats `attempt` until it succeeds or fails permanently. Windows refuses briefly what another process, such as a
/// virus scanner, has open or is removing.
template <class Attempt>
bool insist(Attempt attempt) {
  for (int more = 50; !attempt(); --more) {
    const unsigned long error = api::GetLastError();
    const bool may_pass =
        error == api::access_denied || error == api::sharing_violation || error == api::delete_pending;
    if (more == 0 || !may_pass) return false;
    api::Sleep(1);
  }
  return true;
}

inline FileKind kind_of(std::filesystem::file_type type) {
  using Type = std::filesystem::file_type;
  switch (type) {
    case Type::regular:
      return FileKind::file;
    case Type::directory:
      return FileKind::folder;
    case Type::not_found:
      return FileKind::missing;
    case Type::none:
    case Type::block:
    case Type::character:
    case Type::fifo:
    case Type::socket:
    case Type::unknown:
      return FileKind::other;
    default:
      return FileKind::link;  // including the junction that Microsoft's library adds
  }
}

inline FileInfo info(const std::string& path) {
  const std::filesystem::path there = system_path(path);
  std::error_code error;
  const std::filesystem::file_type type = std::filesystem::symlink_status(there, error).type();
  if (type == std::filesystem::file_type::none) fail("look at", path, error);
  FileInfo info;
  info.kind = kind_of(type);
  if (info.kind != FileKind::file) return info;
  info.size = std::filesystem::file_size(there, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) fail("look at", path, error);
  return info;
}

inline FileState file_state(const std::string& path) {
  const FileInfo found = info(path);
  FileState state{found.kind, found.size, 0, 0, 0};
  if (found.kind == FileKind::missing || found.kind == FileKind::link) return state;
  std::error_code error;
  const auto time = std::filesystem::last_write_time(system_path(path), error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) fail("look at", path, error);
  state.modified_nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  return state;
}

inline std::int64_t file_clock_nanoseconds() {
  const auto now = std::filesystem::file_time_type::clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

inline constexpr std::uint64_t max_file_offset = ~std::uint64_t{0} >> 1;

inline api::Where where_at(std::uint64_t offset) {
  api::Where where;
  where.offset_low = static_cast<unsigned long>(offset & 0xFFFFFFFF);
  where.offset_high = static_cast<unsigned long>(offset >> 32);
  return where;
}
inline _OVERLAPPED* pointer_to(api::Where& where) { return reinterpret_cast<_OVERLAPPED*>(&where); }
inline unsigned long piece_of(std::size_t size) {
  return static_cast<unsigned long>((std::min)(size, std::size_t{1} << 30));
}

inline std::optional<double> file_age(const std::string& path) {
  std::error_code error;
  const auto written = std::filesystem::last_write_time(system_path(path), error);
  if (error) return std::nullopt;
  return std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - written).count();
}

inline FileInfo File::info() const {
  FileInfo info;
  info.kind = FileKind::other;
  if (api::GetFileType(handle_.get()) != api::type_disk) return info;
  const api::FileFacts facts = facts_of(handle_.get());
  if ((facts.attributes & api::is_folder) != 0) {
    info.kind = FileKind::folder;
  } else {
    info.kind = FileKind::file;
    info.size = std::uint64_t{facts.size_high} << 32 | facts.size_low;
  }
  return info;
}

inline std::size_t File::read_at(std::uint64_t offset, void* into, std::size_t size) const {
  if (offset > max_file_offset - (std::min<std::uint64_t>)(size, max_file_offset)) return 0;
  std::size_t done = 0;
  while (done < size) {
    api::Where where = where_at(offset + done);
    unsigned long got = 0;
    void* const rest = static_cast<char*>(into) + done;
    if (api::ReadFile(handle_.get(), rest, piece_of(size - done), &got, pointer_to(where)) == 0) {
      const unsigned long error = api::GetLastError();
      if (error == api::end_of_file || error == api::broken_pipe) break;
      fail("read", path_);
    }
    if (got == 0) break;
    done += got;
  }
  return done;
}

inline void File::write(const void* data, std::size_t size) {
  write_at(position_, data, size);
  position_ += size;
}

inline void File::write_at(std::uint64_t offset, const void* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    api::Where where = where_at(offset + done);
    unsigned long put = 0;
    const void* const rest = static_cast<const char*>(data) + done;
    if (api::WriteFile(handle_.get(), rest, piece_of(size - done), &put, pointer_to(where)) == 0)
      fail("write to", path_);
    done += put;
  }
}

inline void File::truncate(std::uint64_t size) {
  const api::Where end = where_at(size);
  long high = static_cast<long>(end.offset_high);
  const unsigned long low = api::SetFilePointer(handle_.get(), static_cast<long>(end.offset_low), &high, 0);
  if ((low == 0xFFFFFFFF && api::GetLastError() != 0) || api::SetEndOfFile(handle_.get()) == 0) fail("shorten", path_);
}

inline void File::sync() {
  if (api::FlushFileBuffers(handle_.get()) == 0) fail("bring to disk", path_);
}

inline File::Lock File::try_lock() {
  // Other processes can neither read nor write the locked byte, so it is far beyond any content.
  if (api::LockFile(handle_.get(), 0, 0x40000000, 1, 0) != 0) return Lock::taken;
  return api::GetLastError() == api::lock_violation ? Lock::taken_by_another : Lock::not_supported;
}

/// A server keeps the locks of its clients.
inline bool File::locks_exclude_all() const { return true; }

inline bool File::still_at_path() const {
  const api::Handle found(api::CreateFileW(wide(path_).c_str(), 0, api::share_all, nullptr, api::open_existing,
                                           api::folders_too | api::links_themselves, nullptr));
  if (!found) return false;
  const api::FileFacts here = facts_of(handle_.get()), there = facts_of(found.get());
  return here.volume == there.volume && here.index_high == there.index_high && here.index_low == there.index_low;
}

inline bool File::is_own() const { return true; }
inline bool File::has_other_names() const { return facts_of(handle_.get()).links > 1; }
inline File::Place File::place() const {
  Place place;
  place.size = info().size;
  place.path_leads_here = still_at_path();
  if (!place.path_leads_here) place.path_is_free = os::info(path_).kind == FileKind::missing;
  return place;
}

inline void File::append_only() {}

inline void File::append(std::uint64_t end, const void* data, std::size_t size) { write_at(end, data, size); }

inline void File::close() {
  if (api::CloseHandle(handle_.release()) == 0) fail("close", path_);
}

inline api::FileFacts File::facts_of(void* handle) const {
  api::FileFacts facts;
  if (api::GetFileInformationByHandle(handle, reinterpret_cast<_BY_HANDLE_FILE_INFORMATION*>(&facts)) == 0)
    fail("look at", path_);
  return facts;
}

/// An empty Handle if Windows refuses; GetLastError() has the reason.
inline api::Handle open(const std::filesystem::path& path, unsigned long access, unsigned long disposition,
                        unsigned long flags = 0) {
  api::Handle handle;
  insist([&] {
    handle = api::Handle(api::CreateFileW(path.c_str(), access, api::share_all, nullptr, disposition, flags, nullptr));
    return static_cast<bool>(handle);
  });
  return handle;
}

inline File open_to_read(const std::string& path, FileInfo* info, FileStamp* stamp) {
  api::Handle handle = open(system_path(path), api::generic_read, api::open_existing, api::folders_too);
  if (!handle) fail("open", path);
  File file(std::move(handle), path);
  const FileInfo found = file.info();
  if (found.kind == FileKind::folder)
    throw IoError::failed_to("read", path, std::make_error_code(std::errc::is_a_directory));
  if (info != nullptr) *info = found;
  // A folder tells no time of a change; to ask each file for it would take as long as reading it.
  if (stamp != nullptr) *stamp = {};
  return file;
}

inline Created try_create_part(const std::string& path, const std::string& whole, File& file) {
  api::Handle handle = open(system_path(path), api::generic_read | api::generic_write, api::create_new);
  if (handle) {
    file = File(std::move(handle), whole);
    return Created::yes;
  }
  const unsigned long error = api::GetLastError();
  if (error == api::file_exists || error == api::already_exists) return Created::exists;
  if (error == api::file_not_found || error == api::path_not_found) return Created::folder_missing;
  fail("create", whole);
}

inline Created try_create(const std::string& path, File& file) { return try_create_part(path, path, file); }

/// A new file has the permissions of its folder.
inline void prepare_to_replace(const std::string& path, File& /*by*/) {
  const FileKind kind = info(path).kind;
  if (kind == FileKind::folder) fail("write to", path, EISDIR);
  if (kind == FileKind::other)
    throw Error("cannot write to '" + path + "': it is no file, and would be replaced by one; give the path of a file");
}

inline File open_to_write(const std::string& path) {
  if (info(path).kind == FileKind::link) {
    throw IoError("cannot open for writing '" + path + "': it is a link, and ERM writes through none; remove it",
                  std::make_error_code(std::errc::too_many_symbolic_link_levels));
  }
  api::Handle handle = open(system_path(path), api::generic_read | api::generic_write, api::open_existing);
  if (!handle && api::GetLastError() != api::file_not_found) fail("open for writing", path);
  return File(std::move(handle), path);
}

inline File open_to_rewrite(const std::string& path) {
  File file = open_to_write(path);
  if (file) file.truncate(0);
  return file;
}

inline std::optional<std::int64_t> time_modified(const std::string& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(system_path(path), error);
  if (error == std::errc::no_such_file_or_directory) return std::nullopt;
  if (error) fail("look at", path, error);
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

inline std::int64_t time_now() {
  const auto now = std::filesystem::file_time_type::clock::now();
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

inline bool make_folder(const std::string& path) {
  if (path.size() == 2 && path[1] == ':') return false;  // a drive: to create it fails with access denied
  const std::wstring name = wide(path);
  if (insist([&] { return api::CreateDirectoryW(name.c_str(), nullptr) != 0; })) return true;
  if (api::GetLastError() == api::already_exists) return false;
  fail("create the folder", path);
}

inline bool make_private_folder(const std::string& path) { return make_folder(path); }

inline void rename_file(const std::string& from, const std::string& to) {
  const std::wstring here = wide(from), there = wide(to);
  if (!insist([&] { return api::MoveFileExW(here.c_str(), there.c_str(), api::replace_existing) != 0; }))
    fail("rename to '" + to + "' the file", from);
}

inline bool remove_file(const std::string& path) {
  const std::wstring name = wide(path);
  if (insist([&] { return api::DeleteFileW(name.c_str()) != 0; })) return true;
  const unsigned long error = api::GetLastError();
  if (error == api::file_not_found || error == api::path_not_found) return false;
  fail("remove", path);
}

inline bool remove_empty_folder(const std::string& path) {
  const std::wstring name = wide(path);
  if (insist([&] { return api::RemoveDirectoryW(name.c_str()) != 0; })) return true;
  const unsigned long error = api::GetLastError();
  if (error == api::dir_not_empty || error == api::file_not_found || error == api::path_not_found ||
      error == api::not_a_directory)
    return false;
  fail("remove the folder", path);
}

inline Folder::Folder(const std::string& path) : path_(path), folder_(system_path(path)) {
  std::error_code error;
  names_ = std::filesystem::directory_iterator(folder_, error);
  is_open_ = !error;
  std::error_code ignored;
  if (error && std::filesystem::is_directory(folder_, ignored)) fail("open the folder", path, error);
}

inline Folder::~Folder() = default;

inline Folder::operator bool() const noexcept { return is_open_; }

inline bool Folder::next(FolderEntry& entry) {
  std::error_code error;
  while (names_ != std::filesystem::directory_iterator()) {
    entry.name = utf8_path(names_->path().filename());
    entry.kind = kind_of(names_->symlink_status(error).type());
    names_.increment(error);
    if (error) fail("list", path_, error);
    if (entry.kind != FileKind::missing) return true;
  }
  return false;
}

inline bool Folder::has(const char* path) const {
  std::error_code error;
  const bool found = std::filesystem::exists(folder_ / system_path(path), error);
  if (error) fail("look at '" + std::string(path) + "' in", path_, error);
  return found;
}

inline bool Folder::has(const char* path, FileStamp& stamp) const {
  stamp = {};
  return has(path);
}

inline bool Folder::is_own() const { return true; }
inline bool Folder::has_stamps() const { return false; }

inline FileInfo Folder::info(const char* path) const { return os::info(path_ + "/" + path); }

inline void sync_folder(const std::string& path) {
  const api::Handle folder(api::CreateFileW(wide(path).c_str(), api::generic_write, api::share_all, nullptr,
                                            api::open_existing, api::folders_too, nullptr));
  if (folder && api::FlushFileBuffers(folder.get()) != 0) return;
  const unsigned long error = api::GetLastError();
  if (error != api::access_denied && error != api::invalid_function) fail("bring to disk the folder", path);
}

template <class Tell>
void copy_content(const File& from, File& to, const Tell& tell) {
  std::vector<char> buffer(std::size_t{1} << 20);
  std::uint64_t done = 0;
  while (const std::size_t got = from.read_at(done, buffer.data(), buffer.size())) {
    to.write(buffer.data(), got);
    done += got;
    tell(std::uint64_t{got});
  }
}

inline void remove_tree(const std::string& path) {
  const std::filesystem::path tree = system_path(path);
  std::error_code error;
  for (int more = 50;; --more) {
    std::filesystem::remove_all(tree, error);
    if (!error || error == std::errc::no_such_file_or_directory) return;
    if (more == 0) throw IoError::failed_to("remove", path, error);
    api::Sleep(1);  // see insist()
  }
}

inline File unnamed_file(const std::string& neighbour) {  // always in the temporary folder
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  if (error) throw IoError("cannot find the folder for temporary files", error);
  auto number = std::chrono::steady_clock::now().time_since_epoch().count();
  for (;; ++number) {
    const std::string name = "erm_" + std::to_string(api::GetCurrentProcessId()) + "_" + std::to_string(number);
    api::Handle handle = open(temporary / name, api::generic_read | api::generic_write | api::delete_access,
                              api::create_new, api::temporary | api::delete_on_close);
    if (handle) return File(std::move(handle), "a temporary copy of " + neighbour);
    if (api::GetLastError() != api::file_exists) fail("create a temporary file in", utf8_path(temporary));
  }
}

}  // namespace erm::detail::os
