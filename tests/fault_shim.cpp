// The functions of fault_shim.hpp.
#include "fault_shim.hpp"

#if defined(__linux__) && defined(__GLIBC__) && defined(__LP64__) && !defined(ERM_TEST_SANITIZED)

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <set>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

namespace erm_test::faults {

namespace {

// What calls do is looked up beside a plan that another thread may end, so nothing here is ever destroyed.
std::atomic<bool> is_armed{false};
std::atomic<int> calls{0};
std::atomic<bool> was_hit{false};
std::mutex mutex;
Plan& plan = *new Plan;
std::string& hit_call = *new std::string;
std::set<std::string>& written = *new std::set<std::string>;

constexpr int max_files = 4096;
std::atomic<bool> is_ours[max_files];

bool lies_below(const char* path) {
  return path != nullptr && std::strncmp(path, plan.below.c_str(), plan.below.size()) == 0;
}
bool is_our_file(int file) { return file >= 0 && file < max_files && is_ours[file]; }

std::string path_of(int file) {
  char path[4096];
  const auto size = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : "a file";
}

void note_written(const char* path) {
  const std::lock_guard<std::mutex> lock(mutex);
  written.insert(path);
}

enum class Verdict { does, fails, does_half, does_and_fails };

/// Counts a call.
Verdict judge(const char* name, const std::string& path, bool takes_space, bool writes = false) {
  if ((plan.only_space && !takes_space) || (plan.way == Way::short_once && !writes)) return Verdict::does;
  const std::lock_guard<std::mutex> lock(mutex);
  const int number = ++calls;
  if (number < plan.at) return Verdict::does;
  const bool is_first = number == plan.at;
  const auto hit = [&] {
    if (!was_hit) hit_call = std::string(name) + " of '" + path + "'";
    was_hit = true;
  };
  switch (plan.way) {
    case Way::once:
      if (is_first) hit();
      return is_first ? Verdict::fails : Verdict::does;
    case Way::afterwards:
      if (is_first) hit();
      return is_first ? Verdict::does_and_fails : Verdict::does;
    case Way::short_once:
      if (number > plan.at + 1) return Verdict::does;
      hit();
      return is_first ? Verdict::does_half : Verdict::fails;
    case Way::full:
      hit();
      return is_first && writes ? Verdict::does_half : Verdict::fails;
    case Way::broken:
      hit();
      return Verdict::fails;
    case Way::killed:
      if (is_first) ::raise(SIGKILL);
  }
  return Verdict::does;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// What a call returns.
template <class Result, class Do>
Result judged(Verdict verdict, Do&& call) {
  if (verdict == Verdict::fails) {
    errno = plan.error;
    return Result{-1};
  }
  const Result result = call();
  if (verdict == Verdict::does_and_fails && result >= 0) {
    errno = plan.error;
    return Result{-1};
  }
  return result;
}

}  // namespace

bool are_possible() { return true; }

void arm(const Plan& wanted) {
  plan = wanted;
  calls = 0;
  was_hit = false;
  hit_call.clear();
  written.clear();
  is_armed = true;
}

Report disarm() {
  is_armed = false;
  return {calls, was_hit, hit_call, written};
}

}  // namespace erm_test::faults

using namespace erm_test::faults;

// Named by labels, since the headers declare some of them with attributes of their own.
#define ERM_REAL(name) static auto* const next = real<decltype(shim_##name)>(#name)

int shim_open64(const char* path, int flags, ...) __asm__("open64");
int shim_close(int file) __asm__("close");
std::ptrdiff_t shim_write(int file, const void* data, std::size_t size) __asm__("write");
std::ptrdiff_t shim_pwrite64(int file, const void* data, std::size_t size, std::int64_t offset) __asm__("pwrite64");
std::ptrdiff_t shim_pread64(int file, void* into, std::size_t size, std::int64_t offset) __asm__("pread64");
std::ptrdiff_t shim_copy_file_range(int from, std::int64_t* from_at, int to, std::int64_t* to_at, std::size_t size,
                                    unsigned flags) __asm__("copy_file_range");
int shim_ftruncate64(int file, std::int64_t size) __asm__("ftruncate64");
int shim_fsync(int file) __asm__("fsync");
int shim_rename(const char* from, const char* to) __asm__("rename");
int shim_link(const char* from, const char* to) __asm__("link");
int shim_mkdir(const char* path, unsigned mode) __asm__("mkdir");
int shim_unlink(const char* path) __asm__("unlink");
int shim_rmdir(const char* path) __asm__("rmdir");
int shim_unlinkat(int folder, const char* path, int flags) __asm__("unlinkat");
int shim_fchmod(int file, unsigned mode) __asm__("fchmod");
int shim_statx(int folder, const char* path, int flags, unsigned mask, void* facts) __asm__("statx");
int shim_faccessat(int folder, const char* path, int how, int flags) __asm__("faccessat");

int shim_open64(const char* path, int flags, ...) {
  ERM_REAL(open64);
  unsigned mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, unsigned);
    va_end(more);
  }
  if (!is_armed || !lies_below(path)) return next(path, flags, mode);
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  if (creates || (flags & O_ACCMODE) != O_RDONLY) note_written(path);
  // An error after the work would leave the file open.
  Verdict verdict = judge("open", path, creates);
  if (verdict == Verdict::does_and_fails || verdict == Verdict::does_half) verdict = Verdict::fails;
  const int file = judged<int>(verdict, [&] { return next(path, flags, mode); });
  if (file >= 0 && file < max_files) is_ours[file] = true;
  return file;
}

int shim_close(int file) {
  ERM_REAL(close);
  const bool ours = is_our_file(file);
  if (ours) is_ours[file] = false;
  if (!is_armed || !ours) return next(file);
  const Verdict verdict = judge("close", path_of(file), true);
  next(file);  // Linux closes it also where it reports an error
  return judged<int>(verdict, [] { return 0; });
}

std::ptrdiff_t shim_write(int file, const void* data, std::size_t size) {
  ERM_REAL(write);
  if (!is_armed || !is_our_file(file)) return next(file, data, size);
  const Verdict verdict = judge("write", path_of(file), true, true);
  return judged<std::ptrdiff_t>(verdict,
                                [&] { return next(file, data, verdict == Verdict::does_half ? size / 2 : size); });
}

std::ptrdiff_t shim_pwrite64(int file, const void* data, std::size_t size, std::int64_t offset) {
  ERM_REAL(pwrite64);
  if (!is_armed || !is_our_file(file)) return next(file, data, size, offset);
  const Verdict verdict = judge("pwrite", path_of(file), true, true);
  return judged<std::ptrdiff_t>(
      verdict, [&] { return next(file, data, verdict == Verdict::does_half ? size / 2 : size, offset); });
}

std::ptrdiff_t shim_pread64(int file, void* into, std::size_t size, std::int64_t offset) {
  ERM_REAL(pread64);
  if (!is_armed || !is_our_file(file)) return next(file, into, size, offset);
  return judged<std::ptrdiff_t>(judge("pread", path_of(file), false), [&] { return next(file, into, size, offset); });
}

std::ptrdiff_t shim_copy_file_range(int from, std::int64_t* from_at, int to, std::int64_t* to_at, std::size_t size,
                                    unsigned flags) {
  ERM_REAL(copy_file_range);
  if (!is_armed || !is_our_file(to)) return next(from, from_at, to, to_at, size, flags);
  const Verdict verdict = judge("copy_file_range", path_of(to), true, true);
  return judged<std::ptrdiff_t>(verdict, [&] {
    return next(from, from_at, to, to_at, verdict == Verdict::does_half ? std::size_t{1000} : size, flags);
  });
}

int shim_ftruncate64(int file, std::int64_t size) {
  ERM_REAL(ftruncate64);
  if (!is_armed || !is_our_file(file)) return next(file, size);
  return judged<int>(judge("ftruncate", path_of(file), true), [&] { return next(file, size); });
}

int shim_fsync(int file) {
  ERM_REAL(fsync);
  if (!is_armed || !is_our_file(file)) return next(file);
  return judged<int>(judge("fsync", path_of(file), true), [] { return 0; });  // waiting for the disk shows nothing here
}

int shim_rename(const char* from, const char* to) {
  ERM_REAL(rename);
  if (!is_armed || !(lies_below(from) || lies_below(to))) return next(from, to);
  note_written(to);
  return judged<int>(judge("rename", from, true), [&] { return next(from, to); });
}

int shim_link(const char* from, const char* to) {
  ERM_REAL(link);
  if (!is_armed || !lies_below(to)) return next(from, to);
  return judged<int>(judge("link", to, true), [&] { return next(from, to); });
}

int shim_mkdir(const char* path, unsigned mode) {
  ERM_REAL(mkdir);
  if (!is_armed || !lies_below(path)) return next(path, mode);
  note_written(path);
  return judged<int>(judge("mkdir", path, true), [&] { return next(path, mode); });
}

int shim_unlink(const char* path) {
  ERM_REAL(unlink);
  if (!is_armed || !lies_below(path)) return next(path);
  return judged<int>(judge("unlink", path, false), [&] { return next(path); });
}

int shim_rmdir(const char* path) {
  ERM_REAL(rmdir);
  if (!is_armed || !lies_below(path)) return next(path);
  return judged<int>(judge("rmdir", path, false), [&] { return next(path); });
}

int shim_unlinkat(int folder, const char* path, int flags) {  // of std::filesystem::remove_all
  ERM_REAL(unlinkat);
  if (!is_armed) return next(folder, path, flags);
  return judged<int>(judge("unlinkat", path, false), [&] { return next(folder, path, flags); });
}

int shim_fchmod(int file, unsigned mode) {
  ERM_REAL(fchmod);
  if (!is_armed || !is_our_file(file)) return next(file, mode);
  return judged<int>(judge("fchmod", path_of(file), false), [&] { return next(file, mode); });
}

int shim_statx(int folder, const char* path, int flags, unsigned mask, void* facts) {
  ERM_REAL(statx);
  if (!is_armed || !(lies_below(path) || (*path == '\0' && is_our_file(folder))))
    return next(folder, path, flags, mask, facts);
  return judged<int>(judge("statx", *path == '\0' ? path_of(folder) : path, false),
                     [&] { return next(folder, path, flags, mask, facts); });
}

int shim_faccessat(int folder, const char* path, int how, int flags) {
  ERM_REAL(faccessat);
  if (!is_armed || !is_our_file(folder)) return next(folder, path, how, flags);
  return judged<int>(judge("faccessat", path_of(folder) + "/" + path, false),
                     [&] { return next(folder, path, how, flags); });
}

#else

namespace erm_test::faults {

bool are_possible() { return false; }
void arm(const Plan&) {}
Report disarm() { return {}; }

}  // namespace erm_test::faults

#endif
