// A shared library that is loaded at run time and need not exist.
#pragma once

#include <mutex>
#include <string>
#include <type_traits>

#include "erm/detail/os/api.hpp"
#if defined(__linux__)
#include "erm/detail/os/elf.hpp"
#endif

namespace erm::detail::os {

/// Held while ERM is inside the system's loader, and while a program with live runs forks: in a child that was forked
/// meanwhile the loader would stay locked, and the next call of it would never return (glibc 2.36). Never destroyed.
inline std::mutex& loader_mutex() {
  static std::mutex* const mutex = new std::mutex;
  return *mutex;
}

/// Never unloaded: the library may have started threads or installed handlers.
class Library {
 public:
  explicit Library(const std::string& name) {
#if defined(_WIN32)
    handle_ = api::LoadLibraryA(name.c_str());
    if (handle_ == nullptr) why_ = "there is no " + name;
#else
    if (is_static()) {
      why_ = "a statically linked program loads no libraries";
      return;
    }
    const std::lock_guard<std::mutex> lock(loader_mutex());
    handle_ = api::load_library(name.c_str(), api::when_called);
    if (handle_ != nullptr) return;
    const char* const error = api::library_error();
    why_ = error != nullptr ? error : "it cannot be loaded";
#endif
  }

  explicit operator bool() const noexcept { return handle_ != nullptr; }
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

  /// Sets `function` to the function with that name. Returns false, and sets null, if there is none.
  template <class Function>
  bool find(const char* name, Function*& function) const {
    static_assert(std::is_function_v<Function>);
#if defined(_WIN32)
    function = reinterpret_cast<Function*>(reinterpret_cast<void*>(api::GetProcAddress(handle_, name)));
#else
    function = reinterpret_cast<Function*>(api::find_symbol(handle_, name));
#endif
    return function != nullptr;
  }

 private:
#if defined(_WIN32)
  HINSTANCE__* handle_ = nullptr;
#else
  /// A static program has its own C library. Loading another library into it could crash it.
  static bool is_static() noexcept {
#if defined(__linux__)
    const auto* header = reinterpret_cast<const elf::Header*>(api::auxiliary(elf::headers_of_program));
    if (header == nullptr) return false;
    for (unsigned long count = api::auxiliary(elf::headers_count); count > 0; --count, ++header)
      if (header->type == elf::interpreter_part) return false;
    return true;
#else
    return false;
#endif
  }
  void* handle_ = nullptr;
#endif
  std::string why_;
};

}  // namespace erm::detail::os
