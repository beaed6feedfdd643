// os/api.hpp for Linux with the GNU C library: declares its functions, structures and constants under ERM's own names.
// The system's headers would define their macros (BLOCK_SIZE, O_CREAT, major, st_mtime ...) in every file that includes
// ERM, and slow down its compilation. Only the symbols are shared, so a file may include both, in any order. Pointers
// to structures are void*, and text next to them is const void*, so that link-time optimisation finds no types that
// differ. tests/headers/api_linux.cpp checks all of it against the headers.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>

namespace erm::detail::os::api {

// ---- files: those with 64 in the name are the same on 32-bit systems ----

using Offset = std::int64_t;

int open_file(const char* path, int flags, ...) __asm__("open64");
int close_file(int file) __asm__("close");
std::ptrdiff_t read_file(int file, void* into, std::size_t size) __asm__("read");
std::ptrdiff_t write_file(int file, const void* data, std::size_t size) __asm__("write");
std::ptrdiff_t read_file_at(int file, void* into, std::size_t size, Offset offset) __asm__("pread64");
std::ptrdiff_t write_file_at(int file, const void* data, std::size_t size, Offset offset) __asm__("pwrite64");
int resize_file(int file, Offset size) noexcept __asm__("ftruncate64");
int sync_file(int file) __asm__("fsync");
int set_mode(int file, unsigned mode) noexcept __asm__("fchmod");
int lock_file(int file, int how) noexcept __asm__("flock");
int control_file(int file, int command, ...) __asm__("fcntl");
int control_device(int file, unsigned long command, ...) noexcept __asm__("ioctl");
std::ptrdiff_t copy_range(int from, Offset* from_offset, int to, Offset* to_offset, std::size_t size,
                          unsigned flags) __asm__("copy_file_range");
int temporary_file(char* pattern) __asm__("mkstemp64");
char* current_folder(char* into, std::size_t size) noexcept __asm__("getcwd");
int make_pipe(int* ends) noexcept __asm__("pipe");
int make_pipe_with(int* ends, int flags) noexcept __asm__("pipe2");

inline constexpr int read_only = 0;
inline constexpr int read_and_write = 2;
inline constexpr int create = 0100;
inline constexpr int new_only = 0200;
inline constexpr int or_truncate = 01000;
inline constexpr int at_end = 02000;  // O_APPEND
inline constexpr int without_waiting = 04000;
inline constexpr int not_inherited = 02000000;
#if defined(__aarch64__) || defined(__arm__) || defined(__powerpc__)
inline constexpr int only_folder = 040000;
inline constexpr int not_link = 0100000;
#else
inline constexpr int only_folder = 0200000;
inline constexpr int not_link = 0400000;
#endif
inline constexpr int without_name = 020000000 | only_folder;  // O_TMPFILE

inline constexpr int locked_alone = 2;    // LOCK_EX
inline constexpr int or_not_at_all = 4;   // LOCK_NB
inline constexpr int set_inherited = 2;   // F_SETFD
inline constexpr int closed_on_exec = 1;  // FD_CLOEXEC
inline constexpr int set_flags = 4;       // F_SETFL
inline constexpr int duplicate = 1030;    // F_DUPFD_CLOEXEC

int duplicate_to(int file, int number) noexcept __asm__("dup2");
inline constexpr int get_flags = 3;         // F_GETFL
inline constexpr int set_pipe_size = 1031;  // F_SETPIPE_SZ

// ---- pseudo-terminals ----

/// termios
struct TerminalSettings {
  alignas(16) unsigned char bytes[128];
};
/// winsize
struct TerminalSize {
  unsigned short rows, columns, width, height;
};
int open_terminal_master(int flags) __asm__("posix_openpt");
int unlock_terminal(int master) noexcept __asm__("unlockpt");
int grant_terminal(int master) noexcept __asm__("grantpt");
int terminal_name(int master, char* into, std::size_t size) noexcept __asm__("ptsname_r");
int terminal_settings(int file, void* settings) noexcept __asm__("tcgetattr");
int set_terminal_settings(int file, int when, const void* settings) noexcept __asm__("tcsetattr");

inline constexpr int not_controlling = 0400;  // O_NOCTTY
#if defined(__powerpc__)
inline constexpr unsigned long get_size = 0x40087468, set_size = 0x80087467;  // TIOCGWINSZ, TIOCSWINSZ
#else
inline constexpr unsigned long get_size = 0x5413, set_size = 0x5414;
#endif

/// What is written to the terminal comes out of its master as it is, and nothing is echoed. Clears OPOST and ECHO.
inline void pass_unchanged(TerminalSettings& settings) noexcept {
  auto* const flags = reinterpret_cast<std::uint32_t*>(settings.bytes);  // input, output, control, local
  flags[1] &= ~std::uint32_t{1};
  flags[3] &= ~std::uint32_t{8};
}
/// What is typed is read at once, and not shown. Clears ICANON and ECHO.
inline void read_keys_at_once(TerminalSettings& settings) noexcept {
#if defined(__powerpc__)
  constexpr std::uint32_t lines = 0x100;
#else
  constexpr std::uint32_t lines = 2;
#endif
  auto* const flags = reinterpret_cast<std::uint32_t*>(settings.bytes);
  flags[3] &= ~(lines | 8U);
}
inline bool size_of_terminal(int file, TerminalSize& size) noexcept { return control_device(file, get_size, &size) == 0; }
inline void resize_terminal(int file, TerminalSize size) noexcept { control_device(file, set_size, &size); }

#if defined(__powerpc__)
inline constexpr unsigned long clone_content = 0x80049409;  // FICLONE
#else
inline constexpr unsigned long clone_content = 0x40049409;
#endif

/// Makes the file `to` share the blocks of `from`. Returns whether that worked.
inline bool share_blocks(int from, int to) noexcept { return control_device(to, clone_content, from) == 0; }

// ---- names ----

using Names = void;  // DIR

/// dirent64
struct Name {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short size;
  unsigned char d_type;
  char d_name[256];
};

int make_folder(const char* path, unsigned mode) noexcept __asm__("mkdir");
int remove_file(const char* path) noexcept __asm__("unlink");
int remove_folder(const char* path) noexcept __asm__("rmdir");
int can_access(const char* path, int how) noexcept __asm__("access");
int can_access_in(int folder, const char* path, int how, int flags) noexcept __asm__("faccessat");
std::ptrdiff_t read_link(const char* __restrict path, char* __restrict into, std::size_t size) noexcept
    __asm__("readlink");
Names* open_names(int folder) __asm__("fdopendir");
void* next_name_of(Names* names) __asm__("readdir64");
int descriptor_of(Names* names) noexcept __asm__("dirfd");
int close_names(Names* names) __asm__("closedir");

inline Name* next_name(Names* names) { return static_cast<Name*>(next_name_of(names)); }

inline constexpr int to_exist = 0;  // F_OK
inline constexpr int to_read = 4;   // R_OK
inline constexpr unsigned char type_folder = 4;
inline constexpr unsigned char type_file = 8;
inline constexpr unsigned char type_link = 10;

// ---- what is at a path ----

inline constexpr unsigned mode_kind = 0170000;  // S_IFMT
inline constexpr unsigned mode_file = 0100000;
inline constexpr unsigned mode_folder = 0040000;
inline constexpr unsigned mode_link = 0120000;

/// statx_timestamp
struct StatxTime {
  std::int64_t seconds;
  std::uint32_t nanoseconds;
  std::int32_t reserved;
};

/// The same on every processor, unlike struct stat.
struct Statx {
  std::uint32_t mask, block_size;
  std::uint64_t attributes;
  std::uint32_t links, user, group;
  std::uint16_t mode, reserved;
  std::uint64_t inode, size, blocks, known_attributes;
  StatxTime accessed, born, changed, modified;
  std::uint32_t special_major, special_minor, device_major, device_minor;
  std::uint64_t more[14];
};

int statx_of(int folder, const void* __restrict path, int flags, unsigned mask, void* __restrict facts) noexcept
    __asm__("statx");

inline constexpr int working_folder = -100;      // AT_FDCWD
inline constexpr int links_themselves = 0x100;   // AT_SYMLINK_NOFOLLOW
inline constexpr int folder_itself = 0x1000;     // AT_EMPTY_PATH
inline constexpr int not_from_a_cache = 0x2000;  // AT_STATX_FORCE_SYNC
inline constexpr unsigned basic_facts = 0x07FF;  // STATX_BASIC_STATS

#if (defined(__x86_64__) && defined(__LP64__)) || (defined(__aarch64__) && defined(__LP64__))
#define ERM_DETAIL_OS_HAS_STAT 1
/// struct stat64, in 64-bit words.
struct Stat {
  std::uint64_t words[18];
};
int stat_of(int folder, const void* __restrict path, void* __restrict facts, int flags) noexcept __asm__("fstatat64");
#if defined(__x86_64__)
inline constexpr int mode_word = 3;
inline constexpr int links_word = 2, links_shift = 0, owner_shift = 32;
#else
inline constexpr int mode_word = 2;
inline constexpr int links_word = 2, links_shift = 32, owner_shift = 0;
#endif
inline constexpr int size_word = 6;
inline constexpr int modified_word = 11, changed_word = 13;
#else
#define ERM_DETAIL_OS_HAS_STAT 0
#endif

inline bool look_at(int folder, const char* path, int flags, FileFacts& facts) noexcept {
  Statx found = {};
  if (statx_of(folder, path, flags, basic_facts, &found) == 0) {
    facts.mode = found.mode;
    facts.size = found.size;
    facts.device = std::uint64_t{found.device_major} << 32 | found.device_minor;
    facts.inode = found.inode;
    facts.links = found.links;
    facts.owner = found.user;
    facts.modified_seconds = found.modified.seconds;
    facts.modified_nanoseconds = found.modified.nanoseconds;
    facts.changed_seconds = found.changed.seconds;
    facts.changed_nanoseconds = found.changed.nanoseconds;
    return true;
  }
#if ERM_DETAIL_OS_HAS_STAT
  // The C library emulates statx() if the kernel lacks it (ENOSYS). A container may forbid it with EPERM.
  Stat older = {};
  if (errno != EPERM || stat_of(folder, path, &older, flags & ~not_from_a_cache) != 0) return false;
  facts.mode = static_cast<unsigned>(older.words[mode_word] & 0xFFFFFFFF);
  facts.size = older.words[size_word];
  facts.device = older.words[0];
  facts.inode = older.words[1];
  facts.links = older.words[links_word] >> links_shift;
  facts.owner = static_cast<unsigned>(older.words[3] >> owner_shift);
  facts.modified_seconds = static_cast<std::int64_t>(older.words[modified_word]);
  facts.modified_nanoseconds = static_cast<std::int64_t>(older.words[modified_word + 1]);
  facts.changed_seconds = static_cast<std::int64_t>(older.words[changed_word]);
  facts.changed_nanoseconds = static_cast<std::int64_t>(older.words[changed_word + 1]);
  return true;
#else
  return false;
#endif
}
#undef ERM_DETAIL_OS_HAS_STAT

inline bool look_through_links(const char* path, FileFacts& facts) noexcept {
  return look_at(working_folder, path, 0, facts);
}
/// Does not follow links.
inline bool look_at(const char* path, FileFacts& facts) noexcept {
  return look_at(working_folder, path, links_themselves, facts);
}
inline bool look_at(int file, FileFacts& facts) noexcept { return look_at(file, "", folder_itself, facts); }
/// A network file system asks its server. Elsewhere the same as look_at().
inline bool look_at_now(int file, FileFacts& facts) noexcept {
  return look_at(file, "", folder_itself | not_from_a_cache, facts);
}
inline bool look_at(int folder, const char* path, FileFacts& facts) noexcept {
  return look_at(folder, path, links_themselves, facts);
}
/// Follows links.
inline bool look_behind_links(int folder, const char* path, FileFacts& facts) noexcept {
  return look_at(folder, path, 0, facts);
}

// ---- the file system of a file ----

int file_system_of(int file, void* facts) noexcept __asm__("fstatfs64");

/// The type of a file's system; 0 if it is unknown.
inline std::uint32_t file_system_type(int file) noexcept {
  std::uint64_t facts[32] = {};  // struct statfs64, which begins with the type: a long, on some processors an int
  if (file_system_of(file, facts) != 0) return 0;
  const auto* const begin = reinterpret_cast<const unsigned char*>(facts);
#if defined(__s390__)
  using Type = unsigned;
#else
  using Type = unsigned long;
#endif
  Type type = 0;
  for (std::size_t i = 0; i < sizeof type; ++i) reinterpret_cast<unsigned char*>(&type)[i] = begin[i];
  return static_cast<std::uint32_t>(type & 0xFFFFFFFF);
}

/// Whether the file's system is known to be of this machine alone, and to keep the time of the last change of a file.
inline bool tells_changes(int file) noexcept {
  switch (file_system_type(file)) {
    case 0x0000EF53:  // ext2, ext3, ext4
    case 0x58465342:  // xfs
    case 0x9123683E:  // btrfs
    case 0x01021994:  // tmpfs
    case 0x794C7630:  // overlay
    case 0x2FC12FC1:  // zfs
    case 0xF2F52010:  // f2fs
    case 0xCA451A4E:  // bcachefs
      return true;
    default:
      return false;
  }
}

/// Whether the file's system is known to be a disk, or the memory, of this machine alone, or known to lock files for all
/// machines that mount it.
inline bool is_of_this_machine(int file) noexcept {
  switch (file_system_type(file)) {
    case 0x0000EF53:  // ext2, ext3, ext4
    case 0x58465342:  // xfs
    case 0x9123683E:  // btrfs
    case 0x01021994:  // tmpfs
    case 0x858458F6:  // ramfs
    case 0x794C7630:  // overlay
    case 0x2FC12FC1:  // zfs
    case 0xF2F52010:  // f2fs
    case 0xCA451A4E:  // bcachefs
    case 0x00004D44:  // vfat
    case 0x2011BAB0:  // exfat
    case 0x7366746E:  // ntfs3
    case 0x5346544E:  // ntfs
    case 0x3153464A:  // jfs
    case 0x52654973:  // reiserfs
    case 0x00003434:  // nilfs
    case 0x24051905:  // ubifs
    case 0x000072B6:  // jffs2
    case 0x0000482B:  // hfsplus
    case 0x15013346:  // udf
    case 0x00C36400:  // ceph: its servers keep the locks
    case 0x01161970:  // gfs2: the same
    case 0x7461636F:  // ocfs2: the same
      return true;
    default:
      return false;
  }
}

// ---- processes ----

/// pollfd
struct Waiting {
  int file;
  short events, found;
};

int wait_for_files(void* files, unsigned long count, int milliseconds) __asm__("poll");
int own_process() noexcept __asm__("getpid");
unsigned own_user() noexcept __asm__("geteuid");
int host_name(char* into, std::size_t size) noexcept __asm__("gethostname");
long setting(int number) noexcept __asm__("sysconf");
unsigned long auxiliary(unsigned long number) noexcept __asm__("getauxval");
int give_way(int by) noexcept __asm__("nice");  // on Linux, of one thread
int on_fork(void (*prepare)(), void (*parent)(), void (*child)()) noexcept __asm__("pthread_atfork");
int is_terminal(int file) noexcept __asm__("isatty");
extern char** process_environment __asm__("environ");

int fork_process() noexcept __asm__("fork");
int begin_session() noexcept __asm__("setsid");
[[noreturn]] void end_process(int code) noexcept __asm__("_exit");
long call_system(long number, ...) noexcept __asm__("syscall");
int control_process(int what, ...) noexcept __asm__("prctl");

#if defined(__x86_64__)
inline constexpr long clone_number = 56;
#elif defined(__aarch64__) || defined(__riscv) || defined(__loongarch__)
inline constexpr long clone_number = 220;
#else
inline constexpr long clone_number = 120;
#endif
/// fork() for a process of one thread, without the hooks of pthread_atfork().
inline int fork_without_hooks() noexcept {
#if defined(__s390__)
  return static_cast<int>(call_system(clone_number, 0L, 17L, 0L, 0L, 0L));
#else
  return static_cast<int>(call_system(clone_number, 17L, 0L, 0L, 0L, 0L));
#endif
}
/// The name that ps and killall know.
inline void name_process(const char* name) noexcept { control_process(15, name, 0L, 0L, 0L); }  // PR_SET_NAME
/// Closes the descriptors from `first` to `last`.
inline void close_files(int first, int last) noexcept {
  if (call_system(436, static_cast<long>(first), static_cast<long>(last), 0L) == 0) return;  // close_range()
  const long most = setting(4);                                                             // _SC_OPEN_MAX
  for (int file = first; file <= last && file < (most < 0 || most > 65536 ? 65536 : most); ++file) close_file(file);
}

inline constexpr short can_read = 1;          // POLLIN
inline constexpr short can_write = 4;         // POLLOUT
inline constexpr int processors_online = 84;  // _SC_NPROCESSORS_ONLN

inline char** environment() noexcept { return process_environment; }

/// utsname
struct SystemName {
  char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};
int system_name(void* into) noexcept __asm__("uname");

// ---- other programs ----

/// posix_spawn_file_actions_t
struct SpawnFiles {
  alignas(16) unsigned char bytes[128];
};
/// posix_spawnattr_t
struct SpawnSettings {
  alignas(16) unsigned char bytes[512];
};
int begin_files(void* files) noexcept __asm__("posix_spawn_file_actions_init");
int end_files(void* files) noexcept __asm__("posix_spawn_file_actions_destroy");
int add_open(void* __restrict files, int file, const void* __restrict path, int flags, unsigned mode) noexcept
    __asm__("posix_spawn_file_actions_addopen");
int add_duplicate(void* files, int from, int to) noexcept __asm__("posix_spawn_file_actions_adddup2");
int begin_settings(void* settings) noexcept __asm__("posix_spawnattr_init");
int end_settings(void* settings) noexcept __asm__("posix_spawnattr_destroy");
int set_blocked_signals(void* __restrict settings, const void* __restrict set) noexcept
    __asm__("posix_spawnattr_setsigmask");
int set_default_signals(void* __restrict settings, const void* __restrict set) noexcept
    __asm__("posix_spawnattr_setsigdefault");
int set_group(void* settings, int group) noexcept __asm__("posix_spawnattr_setpgroup");
int set_used(void* settings, short flags) noexcept __asm__("posix_spawnattr_setflags");
int spawn(int* process, const void* program, const void* files, const void* settings, const void* arguments,
          const void* variables) __asm__("posix_spawnp");
int wait_for_process(int process, int* status, int options) __asm__("waitpid");

inline constexpr short uses_group = 2;            // POSIX_SPAWN_SETPGROUP
inline constexpr short uses_default_signals = 4;  // POSIX_SPAWN_SETSIGDEF
inline constexpr short uses_blocked_signals = 8;  // POSIX_SPAWN_SETSIGMASK
inline constexpr int if_ended = 1;                // WNOHANG

/// Decodes the `status` of wait_for_process().
constexpr bool has_exited(int status) { return (status & 0x7F) == 0; }
constexpr int exit_code(int status) { return status >> 8 & 0xFF; }
constexpr bool was_killed(int status) { return (status & 0x7F) != 0 && (status & 0x7F) != 0x7F; }
constexpr int killed_by(int status) { return status & 0x7F; }

// ---- libraries ----

void* load_library(const char* name, int how) noexcept __asm__("dlopen");
void* find_symbol(void* __restrict library, const char* __restrict name) noexcept __asm__("dlsym");
char* library_error() noexcept __asm__("dlerror");

inline constexpr int when_called = 1;  // RTLD_LAZY | RTLD_LOCAL

}  // namespace erm::detail::os::api
