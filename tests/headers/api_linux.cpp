// What ERM declares of Linux by itself must be what the system's headers declare, which come before and after it.
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/elf.hpp"

#include <cstddef>
#include <type_traits>

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <linux/fs.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wignored-attributes"  // of the system's functions, as arguments of templates
#endif

namespace api = erm::detail::os::api;
namespace elf = erm::detail::os::elf;

// ---- functions that take no structure are declared alike, noexcept included ----

#define ALIKE(ours, theirs) static_assert(std::is_same_v<decltype(api::ours), decltype(::theirs)>)

ALIKE(open_file, open64);
ALIKE(close_file, close);
ALIKE(read_file, read);
ALIKE(write_file, write);
ALIKE(read_file_at, pread64);
ALIKE(write_file_at, pwrite64);
ALIKE(resize_file, ftruncate64);
ALIKE(sync_file, fsync);
ALIKE(set_mode, fchmod);
ALIKE(lock_file, flock);
#if !defined(_TIME_BITS)  // or it is another function
ALIKE(control_file, fcntl);
#endif
ALIKE(control_device, ioctl);
ALIKE(temporary_file, mkstemp64);
ALIKE(current_folder, getcwd);
ALIKE(make_pipe, pipe);
ALIKE(make_pipe_with, pipe2);
ALIKE(give_way, nice);
ALIKE(make_folder, mkdir);
ALIKE(duplicate_to, dup2);
ALIKE(open_terminal_master, posix_openpt);
ALIKE(unlock_terminal, unlockpt);
ALIKE(grant_terminal, grantpt);
ALIKE(terminal_name, ptsname_r);
ALIKE(fork_process, fork);
ALIKE(begin_session, setsid);
ALIKE(call_system, syscall);
ALIKE(control_process, prctl);
ALIKE(remove_file, unlink);
ALIKE(remove_folder, rmdir);
ALIKE(can_access, access);
ALIKE(can_access_in, faccessat);
ALIKE(read_link, readlink);
ALIKE(own_process, getpid);
ALIKE(own_user, geteuid);
ALIKE(host_name, gethostname);
ALIKE(setting, sysconf);
ALIKE(auxiliary, getauxval);
ALIKE(on_fork, pthread_atfork);
ALIKE(is_terminal, isatty);
ALIKE(process_environment, environ);
ALIKE(wait_for_process, waitpid);
ALIKE(load_library, dlopen);
ALIKE(library_error, dlerror);
ALIKE(find_symbol, dlsym);

/// For functions whose structures have names of ERM's own: as many parameters, of the same sizes, and noexcept alike.
template <class Ours, class Theirs>
struct AreAlike : std::false_type {};
template <class R, class... P, class S, class... Q, bool N>
struct AreAlike<R(P...) noexcept(N), S(Q...) noexcept(N)>
    : std::bool_constant<sizeof(R) == sizeof(S) && ((sizeof(P) == sizeof(Q)) && ...)> {};
#define SIMILAR(ours, theirs) static_assert(AreAlike<decltype(api::ours), decltype(::theirs)>::value)

SIMILAR(copy_range, copy_file_range);
SIMILAR(statx_of, statx);
SIMILAR(file_system_of, fstatfs64);
SIMILAR(open_names, fdopendir);
SIMILAR(next_name_of, readdir64);
SIMILAR(descriptor_of, dirfd);
SIMILAR(close_names, closedir);
SIMILAR(wait_for_files, poll);
SIMILAR(system_name, uname);
SIMILAR(begin_files, posix_spawn_file_actions_init);
SIMILAR(end_files, posix_spawn_file_actions_destroy);
SIMILAR(add_open, posix_spawn_file_actions_addopen);
SIMILAR(add_duplicate, posix_spawn_file_actions_adddup2);
SIMILAR(begin_settings, posix_spawnattr_init);
SIMILAR(end_settings, posix_spawnattr_destroy);
SIMILAR(set_blocked_signals, posix_spawnattr_setsigmask);
SIMILAR(set_default_signals, posix_spawnattr_setsigdefault);
SIMILAR(set_group, posix_spawnattr_setpgroup);
SIMILAR(set_used, posix_spawnattr_setflags);
SIMILAR(spawn, posix_spawnp);
static_assert(AreAlike<decltype(elf::visit_modules), decltype(::dl_iterate_phdr)>::value);

// ---- constants ----

static_assert(api::read_only == O_RDONLY && api::read_and_write == O_RDWR);
static_assert(api::create == O_CREAT && api::new_only == O_EXCL);
static_assert(api::or_truncate == O_TRUNC && api::at_end == O_APPEND);
static_assert(api::without_waiting == O_NONBLOCK && api::not_inherited == O_CLOEXEC);
static_assert(api::only_folder == O_DIRECTORY && api::not_link == O_NOFOLLOW && api::without_name == O_TMPFILE);
static_assert(api::locked_alone == LOCK_EX && api::or_not_at_all == LOCK_NB);
static_assert(api::set_inherited == F_SETFD && api::closed_on_exec == FD_CLOEXEC && api::set_flags == F_SETFL);
static_assert(api::duplicate == F_DUPFD_CLOEXEC && api::clone_content == FICLONE);
static_assert(api::to_exist == F_OK && api::to_read == R_OK);
static_assert(api::type_folder == DT_DIR && api::type_file == DT_REG && api::type_link == DT_LNK);
static_assert(api::mode_kind == S_IFMT && api::mode_file == S_IFREG);
static_assert(api::mode_folder == S_IFDIR && api::mode_link == S_IFLNK);
static_assert(api::working_folder == AT_FDCWD && api::links_themselves == AT_SYMLINK_NOFOLLOW);
static_assert(api::folder_itself == AT_EMPTY_PATH && api::basic_facts == STATX_BASIC_STATS);
static_assert(api::not_from_a_cache == AT_STATX_FORCE_SYNC);
static_assert(api::can_read == POLLIN && api::processors_online == _SC_NPROCESSORS_ONLN);
static_assert(api::uses_group == POSIX_SPAWN_SETPGROUP && api::uses_default_signals == POSIX_SPAWN_SETSIGDEF);
static_assert(api::uses_blocked_signals == POSIX_SPAWN_SETSIGMASK && api::if_ended == WNOHANG);
static_assert(api::when_called == (RTLD_LAZY | RTLD_LOCAL));
static_assert(elf::loaded_part == PT_LOAD && elf::interpreter_part == PT_INTERP && elf::note_part == PT_NOTE);
static_assert(elf::headers_of_program == AT_PHDR && elf::headers_count == AT_PHNUM && elf::called_as == AT_EXECFN);

constexpr bool tells_of(int status) {
  return api::has_exited(status) == WIFEXITED(status) && api::exit_code(status) == WEXITSTATUS(status) &&
         api::was_killed(status) == WIFSIGNALED(status) && api::killed_by(status) == WTERMSIG(status);
}
static_assert(tells_of(0) && tells_of(1 << 8) && tells_of(255 << 8));  // exited
static_assert(tells_of(9) && tells_of(11 | 0x80));                     // killed, with a core dumped
static_assert(tells_of(19 << 8 | 0x7F) && tells_of(0xFFFF));           // stopped, continued

// ---- structures ----

#define SAME_PLACE(ours, field, theirs, their_field)                      \
  static_assert(offsetof(ours, field) == offsetof(theirs, their_field) && \
                sizeof(ours::field) == sizeof(theirs::their_field))

using TheirName = ::dirent64;
static_assert(sizeof(api::Name) == sizeof(TheirName) && alignof(api::Name) == alignof(TheirName));
SAME_PLACE(api::Name, d_type, TheirName, d_type);
SAME_PLACE(api::Name, d_name, TheirName, d_name);

// is_of_this_machine() reads the type at the beginning.
static_assert(sizeof(struct ::statfs64) <= 32 * sizeof(std::uint64_t));
static_assert(offsetof(struct ::statfs64, f_type) == 0);
static_assert(sizeof(::statfs64::f_type) == sizeof(unsigned long) || sizeof(::statfs64::f_type) == sizeof(unsigned));

using TheirStatx = struct ::statx;
static_assert(sizeof(api::Statx) == sizeof(TheirStatx) && alignof(api::Statx) == alignof(TheirStatx));
SAME_PLACE(api::Statx, links, TheirStatx, stx_nlink);
SAME_PLACE(api::Statx, mode, TheirStatx, stx_mode);
SAME_PLACE(api::Statx, size, TheirStatx, stx_size);
SAME_PLACE(api::Statx, inode, TheirStatx, stx_ino);
SAME_PLACE(api::Statx, device_major, TheirStatx, stx_dev_major);
SAME_PLACE(api::Statx, device_minor, TheirStatx, stx_dev_minor);
SAME_PLACE(api::Statx, modified, TheirStatx, stx_mtime);
SAME_PLACE(api::Statx, changed, TheirStatx, stx_ctime);
using TheirStatxTime = ::statx_timestamp;
SAME_PLACE(api::StatxTime, seconds, TheirStatxTime, tv_sec);
SAME_PLACE(api::StatxTime, nanoseconds, TheirStatxTime, tv_nsec);

#if (defined(__x86_64__) || defined(__aarch64__)) && defined(__LP64__)
using TheirStat = struct ::stat64;
static_assert(sizeof(api::Stat) >= sizeof(TheirStat) && alignof(api::Stat) >= alignof(TheirStat));
static_assert(offsetof(TheirStat, st_dev) == 0 && offsetof(TheirStat, st_ino) == 8 && sizeof(TheirStat::st_dev) == 8);
static_assert(offsetof(TheirStat, st_mode) == 8 * api::mode_word && sizeof(TheirStat::st_mode) == 4);
static_assert(offsetof(TheirStat, st_nlink) == 8 * api::links_word + api::links_shift / 8);
static_assert(offsetof(TheirStat, st_size) == 8 * api::size_word && sizeof(TheirStat::st_size) == 8);
static_assert(offsetof(TheirStat, st_mtim) == 8 * api::modified_word && sizeof(TheirStat::st_mtim) == 16);
static_assert(offsetof(TheirStat, st_ctim) == 8 * api::changed_word && sizeof(TheirStat::st_ctim) == 16);
SIMILAR(stat_of, fstatat64);
#endif

static_assert(sizeof(api::TerminalSettings) >= sizeof(::termios));
static_assert(offsetof(::termios, c_oflag) == 4 && offsetof(::termios, c_lflag) == 12 && OPOST == 1 && ECHO == 8);
static_assert(sizeof(api::TerminalSize) == sizeof(::winsize));
SAME_PLACE(api::TerminalSize, rows, ::winsize, ws_row);
SAME_PLACE(api::TerminalSize, columns, ::winsize, ws_col);
static_assert(api::get_size == TIOCGWINSZ && api::set_size == TIOCSWINSZ && api::not_controlling == O_NOCTTY);
static_assert(api::get_flags == F_GETFL && api::set_pipe_size == 1031 && api::can_write == POLLOUT);
static_assert(api::clone_number == SYS_clone && PR_SET_NAME == 15 && _SC_OPEN_MAX == 4);
static_assert(sizeof(api::Waiting) == sizeof(::pollfd));
SAME_PLACE(api::Waiting, file, ::pollfd, fd);
SAME_PLACE(api::Waiting, events, ::pollfd, events);
SAME_PLACE(api::Waiting, found, ::pollfd, revents);

static_assert(sizeof(api::SystemName) == sizeof(::utsname));
SAME_PLACE(api::SystemName, sysname, ::utsname, sysname);
SAME_PLACE(api::SystemName, release, ::utsname, release);
SAME_PLACE(api::SystemName, machine, ::utsname, machine);

static_assert(sizeof(api::SpawnFiles) >= sizeof(::posix_spawn_file_actions_t));
static_assert(alignof(api::SpawnFiles) >= alignof(::posix_spawn_file_actions_t));
static_assert(sizeof(api::SpawnSettings) >= sizeof(::posix_spawnattr_t));
static_assert(alignof(api::SpawnSettings) >= alignof(::posix_spawnattr_t));

using TheirHeader = ElfW(Phdr);
static_assert(sizeof(elf::Header) == sizeof(TheirHeader));
SAME_PLACE(elf::Header, type, TheirHeader, p_type);
SAME_PLACE(elf::Header, virtual_address, TheirHeader, p_vaddr);
SAME_PLACE(elf::Header, file_size, TheirHeader, p_filesz);
SAME_PLACE(elf::Header, alignment, TheirHeader, p_align);
SAME_PLACE(elf::Info, base, ::dl_phdr_info, dlpi_addr);
SAME_PLACE(elf::Info, name, ::dl_phdr_info, dlpi_name);
SAME_PLACE(elf::Info, headers, ::dl_phdr_info, dlpi_phdr);
SAME_PLACE(elf::Info, count, ::dl_phdr_info, dlpi_phnum);
