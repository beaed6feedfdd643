// The vendored PNG encoder, as functions of erm::detail::stb. It is independent of a program's own stb_image_write.h:
// no setting or macro passes from one copy to the other.
#pragma once

#if defined(__GNUC__)
#pragma GCC system_header
#elif defined(_MSC_VER)
#pragma warning(push, 0)
#endif

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cstddef>
#include <new>

namespace erm::detail::stb {

// The encoder does not check its growing buffers for null. Memory that it holds at that moment leaks.
inline void* allocate(std::size_t size) {
  void* const memory = malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

inline void* reallocate(void* memory, std::size_t size) {
  void* const moved = realloc(memory, size);
  if (moved == nullptr) throw std::bad_alloc();
  return moved;
}

inline void release(void* memory) noexcept { free(memory); }

}  // namespace erm::detail::stb

#pragma push_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma push_macro("STBIWDEF")
#pragma push_macro("STBIW_ASSERT")
#pragma push_macro("STBIW_CRC32")
#pragma push_macro("STBIW_FREE")
#pragma push_macro("STBIW_MALLOC")
#pragma push_macro("STBIW_MEMMOVE")
#pragma push_macro("STBIW_REALLOC")
#pragma push_macro("STBIW_REALLOC_SIZED")
#pragma push_macro("STBIW_WINDOWS_UTF8")
#pragma push_macro("STBIW_ZLIB_COMPRESS")
#pragma push_macro("STBI_WRITE_NO_STDIO")
#pragma push_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma push_macro("STB_IMAGE_WRITE_STATIC")
#pragma push_macro("_CRT_NONSTDC_NO_DEPRECATE")
#pragma push_macro("_CRT_SECURE_NO_WARNINGS")
#include "erm/detail/figure/stb_undef.hpp"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBIWDEF static inline
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(x) ((void)0)
#define STBIW_MALLOC(size) ::erm::detail::stb::allocate(size)
#define STBIW_REALLOC(memory, size) ::erm::detail::stb::reallocate(memory, size)
#define STBIW_FREE(memory) ::erm::detail::stb::release(memory)

namespace erm::detail::stb {

// Without optimisation GCC emits each static function that is not inline, called or not.
static inline void* stbiw__sbgrowf(void**, int, int);
static inline unsigned char* stbiw__zlib_flushf(unsigned char*, unsigned int*, int*);
static inline int stbiw__zlib_bitrev(int, int);
static inline unsigned int stbiw__zlib_countm(unsigned char*, unsigned char*, int);
static inline unsigned int stbiw__zhash(unsigned char*);
static inline unsigned int stbiw__crc32(unsigned char*, int);
static inline void stbiw__wpcrc(unsigned char**, int);
static inline unsigned char stbiw__paeth(int, int, int);
static inline void stbiw__encode_png_line(unsigned char*, int, int, int, int, int, int, signed char*);
static inline void stbiw__jpg_DCT(float*, float*, float*, float*, float*, float*, float*, float*);
static inline void stbiw__jpg_calcBits(int, unsigned short*);

#include "erm/detail/figure/stb_image_write-1.16.h"
}  // namespace erm::detail::stb

#include "erm/detail/figure/stb_undef.hpp"
#pragma pop_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma pop_macro("STBIWDEF")
#pragma pop_macro("STBIW_ASSERT")
#pragma pop_macro("STBIW_CRC32")
#pragma pop_macro("STBIW_FREE")
#pragma pop_macro("STBIW_MALLOC")
#pragma pop_macro("STBIW_MEMMOVE")
#pragma pop_macro("STBIW_REALLOC")
#pragma pop_macro("STBIW_REALLOC_SIZED")
#pragma pop_macro("STBIW_WINDOWS_UTF8")
#pragma pop_macro("STBIW_ZLIB_COMPRESS")
#pragma pop_macro("STBI_WRITE_NO_STDIO")
#pragma pop_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_WRITE_STATIC")
#pragma pop_macro("_CRT_NONSTDC_NO_DEPRECATE")
#pragma pop_macro("_CRT_SECURE_NO_WARNINGS")

#if defined(_MSC_VER) && !defined(__GNUC__)
#pragma warning(pop)
#endif
