// The bodies of os/modules.hpp for Linux, the BSDs and macOS.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/os/module_notes.hpp"
#include "erm/detail/os/modules.hpp"

#if defined(__APPLE__)

#include <mach-o/dyld.h>
#include <mach-o/getsect.h>
#include <mach-o/loader.h>

namespace erm::detail::os {

inline std::vector<Module> loaded_modules(const void* caller) {
  std::vector<Module> modules;
  for (std::uint32_t i = 0; i < ::_dyld_image_count(); ++i) {
    const auto* const header = reinterpret_cast<const mach_header_64*>(::_dyld_get_image_header(i));
    const char* const name = ::_dyld_get_image_name(i);
    if (header == nullptr || header->magic != MH_MAGIC_64) continue;
    Module module;
    module.path = name != nullptr ? name : "";
    module.is_program = header->filetype == MH_EXECUTE;
    unsigned long size = 0;
    const auto* const code = ::getsegmentdata(header, "__TEXT", &size);
    const auto at = reinterpret_cast<std::uintptr_t>(caller), begin = reinterpret_cast<std::uintptr_t>(code);
    module.has_caller = at >= begin && at - begin < size;
    const auto* command = reinterpret_cast<const char*>(header + 1);
    for (std::uint32_t left = header->ncmds; left > 0; --left) {
      load_command head;
      std::memcpy(&head, command, sizeof head);
      if (head.cmd == LC_UUID) module.build_id = hex_of({command + sizeof head, 16});
      command += head.cmdsize;
    }
    const auto* const notes = ::getsectiondata(header, "__DATA", "__erm_record", &size);
    if (notes != nullptr) take_notes(module, {reinterpret_cast<const char*>(notes), size}, 4);
    modules.push_back(std::move(module));
  }
  return modules;
}

inline std::string program_path() {
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (size == 0 || ::_NSGetExecutablePath(path.data(), &size) != 0) return {};
  return path.c_str();
}

inline std::string program_content() { return program_path(); }

}  // namespace erm::detail::os

#else

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/elf.hpp"
#include "erm/detail/os/library.hpp"

namespace erm::detail::os {

namespace elf {

struct Search {
  std::vector<Module> modules;
  std::uintptr_t caller = 0;
  bool out_of_memory = false;
};

/// Whether all of `part` is in the memory of the module.
inline bool is_loaded(const Info& info, const Header& part) {
  for (std::uint16_t i = 0; i < info.count; ++i) {
    const Header& other = info.headers[i];
    if (other.type != loaded_part || part.virtual_address < other.virtual_address) continue;
    const auto from = part.virtual_address - other.virtual_address;
    if (from <= other.file_size && part.file_size <= other.file_size - from) return true;
  }
  return false;
}

/// No module is unloaded during this call. The loader is written in C: no exception may pass through it.
inline int visit(void* found, std::size_t, void* data) noexcept {
  auto& search = *static_cast<Search*>(data);
  try {
    const Info& info = *static_cast<const Info*>(found);
    Module module;
    module.path = info.name != nullptr ? info.name : "";
    module.is_program = search.modules.empty();  // the loader lists it first
    for (std::uint16_t i = 0; i < info.count; ++i) {
      const Header& part = info.headers[i];
      const std::uintptr_t begin = info.base + static_cast<std::uintptr_t>(part.virtual_address);
      const auto size = static_cast<std::size_t>(part.file_size);
      if (part.type == loaded_part && search.caller >= begin && search.caller - begin < size) module.has_caller = true;
      if (part.type == note_part && is_loaded(info, part))
        take_notes(module, {reinterpret_cast<const char*>(begin), size}, part.alignment == 8 ? 8 : 4);
    }
    search.modules.push_back(std::move(module));
  } catch (...) {
    search.out_of_memory = true;
    return 1;
  }
  return 0;
}

}  // namespace elf

inline std::vector<Module> loaded_modules(const void* caller) {
  elf::Search search;
  search.caller = reinterpret_cast<std::uintptr_t>(caller);
  {
    const std::lock_guard<std::mutex> lock(loader_mutex());
    elf::visit_modules(elf::visit, &search);
  }
  if (search.out_of_memory) throw std::bad_alloc();
  return std::move(search.modules);
}

inline std::string program_path() {
#if defined(__linux__) || defined(__CYGWIN__)
  constexpr const char* link = "/proc/self/exe";
#elif defined(__NetBSD__)
  constexpr const char* link = "/proc/curproc/exe";
#else
  constexpr const char* link = "/proc/curproc/file";
#endif
  std::array<char, 4096> target{};
  const auto size = api::read_link(link, target.data(), target.size());
  if (size > 0) {
    std::string path(target.data(), static_cast<std::size_t>(size));
    constexpr std::string_view mark = " (deleted)";
    if (path.size() > mark.size() && std::string_view(path).substr(path.size() - mark.size()) == mark &&
        api::can_access(path.c_str(), api::to_exist) != 0)
      path.resize(path.size() - mark.size());
    return path;
  }
#if defined(__linux__)
  // Without /proc. The kernel has the name by which the program was called, perhaps relative to an unknown folder.
  const unsigned long called = api::auxiliary(elf::called_as);
  if (called != 0 && *reinterpret_cast<const char*>(called) == '/') return reinterpret_cast<const char*>(called);
#endif
  return {};
}

inline std::string program_content() {
#if defined(__linux__)
  if (api::can_access("/proc/self/exe", api::to_read) == 0) return "/proc/self/exe";
#endif
  return program_path();
}

}  // namespace erm::detail::os

#endif
