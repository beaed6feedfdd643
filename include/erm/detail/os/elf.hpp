// The declarations of <elf.h> and <link.h> that ERM needs. Those headers would define hundreds of macros in every file
// that includes ERM. A file may include both, in any order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace erm::detail::os::elf {

struct Header32 {
  std::uint32_t type, offset, virtual_address, physical_address, file_size, memory_size, flags, alignment;
};
struct Header64 {
  std::uint32_t type, flags;
  std::uint64_t offset, virtual_address, physical_address, file_size, memory_size, alignment;
};
template <std::size_t PointerSize>
struct HeaderOf {
  using type = Header64;
};
template <>
struct HeaderOf<4> {
  using type = Header32;
};
/// A segment of a program or a library: ElfW(Phdr).
using Header = HeaderOf<sizeof(void*)>::type;

inline constexpr std::uint32_t loaded_part = 1;       // PT_LOAD
inline constexpr std::uint32_t interpreter_part = 3;  // PT_INTERP
inline constexpr std::uint32_t note_part = 4;         // PT_NOTE

// Entries of the kernel's auxiliary vector: AT_PHDR, AT_PHNUM, AT_EXECFN.
inline constexpr unsigned long headers_of_program = 3;
inline constexpr unsigned long headers_count = 5;
inline constexpr unsigned long called_as = 31;

/// The beginning of dl_phdr_info: the members that every system has.
struct Info {
  std::uintptr_t base;
  const char* name;
  const Header* headers;
  std::uint16_t count;
};

/// Calls `visit` with an Info for the program and then for each library, until it returns a number other than 0.
int visit_modules(int (*visit)(void* found, std::size_t size, void* data), void* data) __asm__("dl_iterate_phdr");

}  // namespace erm::detail::os::elf
