// os/api.hpp for macOS, the BSDs, and Linux with a C library other than glibc or on a rare processor. Their
// declarations differ too much, so this includes the system's headers. A file that includes ERM header-only on such a
// system sees their names and macros. With erm::compiled only the library sees them.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/fs.h>
#include <sys/vfs.h>
#include <sys/auxv.h>
#endif
#if !defined(__linux__)
#include <sys/mount.h>
#include <sys/param.h>
#endif
#if defined(__APPLE__)
#include <crt_externs.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#endif

namespace erm::detail::os::api {

// ---- files ----

using Offset = ::off_t;

inline int open_file(const char* path, int flags, int mode = 0) { return ::open(path, flags, mode); }
inline int close_file(int file) { return ::close(file); }
inline ::ssize_t read_file(int file, void* into, std::size_t size) { return ::read(file, into, size); }
inline ::ssize_t write_file(int file, const void* data, std::size_t size) { return ::write(file, data, size); }
inline ::ssize_t read_file_at(int file, void* into, std::size_t size, Offset offset) {
  return ::pread(file, into, size, offset);
}
inline ::ssize_t write_file_at(int file, const void* data, std::size_t size, Offset offset) {
  return ::pwrite(file, data, size, offset);
}
inline int resize_file(int file, Offset size) { return ::ftruncate(file, size); }
inline int sync_file(int file) { return ::fsync(file); }
inline int set_mode(int file, unsigned mode) { return ::fchmod(file, static_cast<::mode_t>(mode)); }
inline int lock_file(int file, int how) { return ::flock(file, how); }
inline int control_file(int file, int command, int value) { return ::fcntl(file, command, value); }
inline int temporary_file(char* pattern) { return ::mkstemp(pattern); }
inline char* current_folder(char* into, std::size_t size) { return ::getcwd(into, size); }
inline int make_pipe(int* ends) { return ::pipe(ends); }

inline constexpr int read_only = O_RDONLY;
inline constexpr int read_and_write = O_RDWR;
inline constexpr int create = O_CREAT;
inline constexpr int new_only = O_EXCL;
inline constexpr int or_truncate = O_TRUNC;
inline constexpr int at_end = O_APPEND;
inline constexpr int without_waiting = O_NONBLOCK;
inline constexpr int not_inherited = O_CLOEXEC;
inline constexpr int only_folder = O_DIRECTORY;
inline constexpr int not_link = O_NOFOLLOW;
#if defined(O_TMPFILE)
inline constexpr int without_name = O_TMPFILE;
#else
inline constexpr int without_name = 0;
#endif
inline constexpr int locked_alone = LOCK_EX;
inline constexpr int or_not_at_all = LOCK_NB;
inline constexpr int set_inherited = F_SETFD;
inline constexpr int closed_on_exec = FD_CLOEXEC;
inline constexpr int set_flags = F_SETFL;
inline constexpr int duplicate = F_DUPFD_CLOEXEC;

inline int make_pipe_with(int* ends, int flags) {
#if defined(__APPLE__)
  if (::pipe(ends) != 0) return -1;
  for (int i = 0; i < 2; ++i)
    if ((flags & O_CLOEXEC) != 0) ::fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  return 0;
#else
  return ::pipe2(ends, flags);
#endif
}

inline int duplicate_to(int file, int number) { return ::dup2(file, number); }
inline constexpr int get_flags = F_GETFL;
#if defined(F_SETPIPE_SZ)
inline constexpr int set_pipe_size = F_SETPIPE_SZ;
#else
inline constexpr int set_pipe_size = -1;
#endif

// ---- pseudo-terminals ----

using TerminalSettings = ::termios;
struct TerminalSize {
  unsigned short rows, columns, width, height;
};
inline int open_terminal_master(int flags) { return ::posix_openpt(flags & ~O_CLOEXEC); }
inline int unlock_terminal(int master) { return ::unlockpt(master); }
inline int grant_terminal(int master) { return ::grantpt(master); }
inline int terminal_name(int master, char* into, std::size_t size) {
  const char* const name = ::ptsname(master);
  if (name == nullptr || std::string(name).size() >= size) return -1;
  std::string(name).copy(into, size);
  into[std::string(name).size()] = '\0';
  return 0;
}
inline int terminal_settings(int file, ::termios* settings) { return ::tcgetattr(file, settings); }
inline int set_terminal_settings(int file, int when, const ::termios* settings) {
  return ::tcsetattr(file, when, settings);
}
inline constexpr int not_controlling = O_NOCTTY;
inline void pass_unchanged(::termios& settings) {
  settings.c_oflag &= ~static_cast<::tcflag_t>(OPOST);
  settings.c_lflag &= ~static_cast<::tcflag_t>(ECHO);
}
inline void read_keys_at_once(::termios& settings) {
  settings.c_lflag &= ~static_cast<::tcflag_t>(ICANON | ECHO);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
}
inline bool size_of_terminal(int file, TerminalSize& size) {
  ::winsize found = {};
  if (::ioctl(file, TIOCGWINSZ, &found) != 0) return false;
  size = {found.ws_row, found.ws_col, found.ws_xpixel, found.ws_ypixel};
  return true;
}
inline void resize_terminal(int file, TerminalSize size) {
  ::winsize wanted = {};
  wanted.ws_row = size.rows;
  wanted.ws_col = size.columns;
  wanted.ws_xpixel = size.width;
  wanted.ws_ypixel = size.height;
  ::ioctl(file, TIOCSWINSZ, &wanted);
}

// ---- a process of our own ----

inline int fork_process() { return ::fork(); }
inline int fork_without_hooks() { return ::fork(); }
inline int begin_session() { return ::setsid(); }
[[noreturn]] inline void end_process(int code) { ::_exit(code); }
inline void name_process(const char*) {}
inline void close_files(int first, int last) {
  const long most = ::sysconf(_SC_OPEN_MAX);
  for (int file = first; file <= last && file < (most < 0 || most > 65536 ? 65536 : most); ++file) ::close(file);
}
inline constexpr short can_write = POLLOUT;

#if defined(__linux__)
/// Makes the file `to` share the blocks of `from`. Returns whether that worked.
inline bool share_blocks(int from, int to) { return ::ioctl(to, FICLONE, from) == 0; }
inline ::ssize_t copy_range(int from, Offset* from_offset, int to, Offset* to_offset, std::size_t size,
                            unsigned flags) {
  return ::copy_file_range(from, from_offset, to, to_offset, size, flags);
}
#else
inline bool share_blocks(int, int) { return false; }
inline ::ssize_t copy_range(int, Offset*, int, Offset*, std::size_t, unsigned) {
  errno = ENOSYS;
  return -1;
}
#endif

// ---- names ----

using Names = ::DIR;
using Name = ::dirent;

inline int make_folder(const char* path, unsigned mode) { return ::mkdir(path, static_cast<::mode_t>(mode)); }
inline int remove_file(const char* path) { return ::unlink(path); }
inline int remove_folder(const char* path) { return ::rmdir(path); }
inline int can_access(const char* path, int how) { return ::access(path, how); }
inline int can_access_in(int folder, const char* path, int how, int flags) {
  return ::faccessat(folder, path, how, flags);
}
inline ::ssize_t read_link(const char* path, char* into, std::size_t size) { return ::readlink(path, into, size); }
inline Names* open_names(int folder) { return ::fdopendir(folder); }
inline Name* next_name(Names* names) { return ::readdir(names); }
inline int descriptor_of(Names* names) { return ::dirfd(names); }
inline int close_names(Names* names) { return ::closedir(names); }

inline constexpr int to_exist = F_OK;
inline constexpr int to_read = R_OK;
inline constexpr unsigned char type_folder = DT_DIR;
inline constexpr unsigned char type_file = DT_REG;
inline constexpr unsigned char type_link = DT_LNK;

// ---- what is at a path ----

inline constexpr unsigned mode_kind = S_IFMT;
inline constexpr unsigned mode_file = S_IFREG;
inline constexpr unsigned mode_folder = S_IFDIR;
inline constexpr unsigned mode_link = S_IFLNK;

inline bool facts_of(const struct ::stat& found, FileFacts& facts) {
  facts.mode = found.st_mode;
  facts.size = static_cast<std::uint64_t>(found.st_size);
  facts.device = static_cast<std::uint64_t>(found.st_dev);
  facts.inode = static_cast<std::uint64_t>(found.st_ino);
  facts.links = static_cast<std::uint64_t>(found.st_nlink);
  facts.owner = static_cast<unsigned>(found.st_uid);
#if defined(__APPLE__)
  const ::timespec& modified = found.st_mtimespec;
  const ::timespec& changed = found.st_ctimespec;
#else
  const ::timespec& modified = found.st_mtim;
  const ::timespec& changed = found.st_ctim;
#endif
  facts.changed_seconds = changed.tv_sec;
  facts.changed_nanoseconds = changed.tv_nsec;
  facts.modified_seconds = modified.tv_sec;
  facts.modified_nanoseconds = modified.tv_nsec;
  return true;
}

inline bool look_through_links(const char* path, FileFacts& facts) {
  struct ::stat found;
  return ::stat(path, &found) == 0 && facts_of(found, facts);
}
/// Does not follow links.
inline bool look_at(const char* path, FileFacts& facts) {
  struct ::stat found;
  return ::lstat(path, &found) == 0 && facts_of(found, facts);
}
inline bool look_at(int file, FileFacts& facts) {
  struct ::stat found;
  return ::fstat(file, &found) == 0 && facts_of(found, facts);
}
inline bool look_at(int folder, const char* path, FileFacts& facts) {
  struct ::stat found;
  return ::fstatat(folder, path, &found, AT_SYMLINK_NOFOLLOW) == 0 && facts_of(found, facts);
}

/// Follows links.
inline bool look_behind_links(int folder, const char* path, FileFacts& facts) {
  struct ::stat found;
  return ::fstatat(folder, path, &found, 0) == 0 && facts_of(found, facts);
}

inline bool look_at_now(int file, FileFacts& facts) { return look_at(file, facts); }

// ---- the file system of a file ----

/// Whether the file's system is known to be a disk of this machine alone.
inline bool is_of_this_machine(int file) {
#if defined(__linux__)
  struct ::statfs found;
  if (::fstatfs(file, &found) != 0) return false;
  const auto type = static_cast<std::uint32_t>(static_cast<unsigned long>(found.f_type) & 0xFFFFFFFF);
  for (const std::uint32_t local : {0x0000EF53U, 0x58465342U, 0x9123683EU, 0x01021994U, 0x794C7630U, 0x2FC12FC1U,
                                    0xF2F52010U, 0x00004D44U, 0x2011BAB0U})  // see api_linux.hpp
    if (type == local) return true;
  return false;
#elif defined(MNT_LOCAL)
  struct ::statfs found;
  return ::fstatfs(file, &found) == 0 && (static_cast<unsigned long>(found.f_flags) & MNT_LOCAL) != 0;
#else
  static_cast<void>(file);
  return false;
#endif
}

/// Whether the file's system is known to be of this machine alone, and to keep the time of the last change of a file.
inline bool tells_changes(int file) {
#if defined(__linux__)
  struct ::statfs found;
  if (::fstatfs(file, &found) != 0) return false;
  const auto type = static_cast<std::uint32_t>(static_cast<unsigned long>(found.f_type) & 0xFFFFFFFF);
  for (const std::uint32_t one : {0x0000EF53U, 0x58465342U, 0x9123683EU, 0x01021994U, 0x794C7630U, 0x2FC12FC1U,
                                  0xF2F52010U})  // see api_linux.hpp
    if (type == one) return true;
  return false;
#else
  return is_of_this_machine(file);
#endif
}

// ---- processes ----

struct Waiting {
  int file;
  short events, found;
};

inline int wait_for_files(Waiting* files, unsigned long count, int milliseconds) {
  static_assert(sizeof(Waiting) == sizeof(::pollfd));
  return ::poll(reinterpret_cast<::pollfd*>(files), static_cast<::nfds_t>(count), milliseconds);
}
inline int own_process() { return static_cast<int>(::getpid()); }
inline unsigned own_user() { return static_cast<unsigned>(::geteuid()); }
inline int host_name(char* into, std::size_t size) { return ::gethostname(into, size); }
inline int is_terminal(int file) { return ::isatty(file); }
inline long setting(int number) { return ::sysconf(number); }
/// Of one thread on Linux; elsewhere it would be the whole process.
inline int give_way(int by) {
#if defined(__linux__)
  return ::nice(by);
#else
  return by;
#endif
}
inline int on_fork(void (*prepare)(), void (*parent)(), void (*child)()) {
  return ::pthread_atfork(prepare, parent, child);
}
#if defined(__linux__)
inline unsigned long auxiliary(unsigned long number) { return ::getauxval(number); }
#endif

inline constexpr short can_read = POLLIN;
inline constexpr int processors_online = _SC_NPROCESSORS_ONLN;
#if !defined(__linux__)
inline constexpr int memory_pages = _SC_PHYS_PAGES;
inline constexpr int page_size = _SC_PAGESIZE;
#endif

#if defined(__APPLE__)
/// Identifies the machine and its boot. Empty if the system does not tell.
inline std::string boot_session() {
  char text[64] = {};
  std::size_t size = sizeof text - 1;
  return ::sysctlbyname("kern.bootsessionuuid", text, &size, nullptr, 0) == 0 ? text : std::string();
}
struct ProcessFacts {
  std::string start;  // empty if there is no such process
  bool has_ended = false;
};
inline ProcessFacts facts_of_process(int process) {
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, process};
  ::kinfo_proc found = {};
  std::size_t size = sizeof found;
  if (::sysctl(name, 4, &found, &size, nullptr, 0) != 0 || size == 0) return {};
  const ::timeval& start = found.kp_proc.p_starttime;
  return {std::to_string(start.tv_sec) + "." + std::to_string(start.tv_usec), found.kp_proc.p_stat == SZOMB};
}

inline char** environment() { return *::_NSGetEnviron(); }
inline char** arguments() { return *::_NSGetArgv(); }
inline int arguments_count() { return *::_NSGetArgc(); }
#else
extern "C" char** environ;
inline char** environment() { return environ; }
#endif

using SystemName = ::utsname;
inline int system_name(SystemName* into) { return ::uname(into); }

// ---- other programs ----

using SpawnFiles = ::posix_spawn_file_actions_t;
using SpawnSettings = ::posix_spawnattr_t;
inline int begin_files(SpawnFiles* files) { return ::posix_spawn_file_actions_init(files); }
inline int end_files(SpawnFiles* files) { return ::posix_spawn_file_actions_destroy(files); }
inline int add_open(SpawnFiles* files, int file, const char* path, int flags, unsigned mode) {
  return ::posix_spawn_file_actions_addopen(files, file, path, flags, static_cast<::mode_t>(mode));
}
inline int add_duplicate(SpawnFiles* files, int from, int to) {
  return ::posix_spawn_file_actions_adddup2(files, from, to);
}
inline int begin_settings(SpawnSettings* settings) { return ::posix_spawnattr_init(settings); }
inline int end_settings(SpawnSettings* settings) { return ::posix_spawnattr_destroy(settings); }
inline int set_blocked_signals(SpawnSettings* settings, const ::sigset_t* set) {
  return ::posix_spawnattr_setsigmask(settings, set);
}
inline int set_default_signals(SpawnSettings* settings, const ::sigset_t* set) {
  return ::posix_spawnattr_setsigdefault(settings, set);
}
inline int set_group(SpawnSettings* settings, int group) { return ::posix_spawnattr_setpgroup(settings, group); }
inline int set_used(SpawnSettings* settings, short flags) { return ::posix_spawnattr_setflags(settings, flags); }
inline int spawn(int* process, const char* program, const SpawnFiles* files, const SpawnSettings* settings,
                 char* const arguments[], char* const variables[]) {
  ::pid_t begun = -1;
  const int error = ::posix_spawnp(&begun, program, files, settings, arguments, variables);
  *process = static_cast<int>(begun);
  return error;
}
inline int wait_for_process(int process, int* status, int options) {
  return static_cast<int>(::waitpid(static_cast<::pid_t>(process), status, options));
}

inline constexpr short uses_group = POSIX_SPAWN_SETPGROUP;
inline constexpr short uses_default_signals = POSIX_SPAWN_SETSIGDEF;
inline constexpr short uses_blocked_signals = POSIX_SPAWN_SETSIGMASK;
inline constexpr int if_ended = WNOHANG;

/// Decodes the `status` of wait_for_process().
inline bool has_exited(int status) { return WIFEXITED(status); }
inline int exit_code(int status) { return WEXITSTATUS(status); }
inline bool was_killed(int status) { return WIFSIGNALED(status); }
inline int killed_by(int status) { return WTERMSIG(status); }

// ---- libraries ----

inline void* load_library(const char* name, int how) { return ::dlopen(name, how); }
inline void* find_symbol(void* library, const char* name) { return ::dlsym(library, name); }
inline const char* library_error() { return ::dlerror(); }

inline constexpr int when_called = RTLD_LAZY | RTLD_LOCAL;

}  // namespace erm::detail::os::api
