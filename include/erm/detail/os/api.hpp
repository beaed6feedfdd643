// The calls that ERM makes to the operating system. Windows has its own functions; for all other systems these files
// provide the same names, and the rest of os/ uses them.
#pragma once

#if defined(_WIN32)
#include "erm/detail/os/api_windows.hpp"
#else

#include <cstdint>
#include <utility>

namespace erm::detail::os::api {

/// What is at a path, as look_at() returns it.
struct FileFacts {
  unsigned mode = 0;
  std::uint64_t size = 0, device = 0, inode = 0;
  std::int64_t modified_seconds = 0, modified_nanoseconds = 0;
  std::int64_t changed_seconds = 0, changed_nanoseconds = 0;  // anything of it: its content, its names, its permissions
  std::uint64_t links = 1;  // the names of the file
  unsigned owner = 0;
};

}  // namespace erm::detail::os::api

// <utility> reveals which C library this is. Some processors number the shared constants differently, and glibc has
// statx() from 2.28.
#if defined(__linux__) && defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 28) &&                          \
    (defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__arm__) || defined(__powerpc__) || \
     defined(__s390__) || defined(__riscv) || defined(__loongarch__))
#include "erm/detail/os/api_linux.hpp"
#else
#include "erm/detail/os/api_posix.hpp"
#endif

namespace erm::detail::os::api {

/// A file descriptor, closed with the object.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close_file(number_);
  }

  explicit operator bool() const noexcept { return number_ >= 0; }
  [[nodiscard]] int get() const noexcept { return number_; }
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

}  // namespace erm::detail::os::api

#endif
