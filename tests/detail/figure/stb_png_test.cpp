#include "erm/detail/figure/stb_png.hpp"

// A program's own copy of the encoder after ERM's, with what a program may expect of it.
#ifdef STB_IMAGE_WRITE_IMPLEMENTATION
#error "a macro of ERM's copy is still there"
#endif
#ifdef INCLUDE_STB_IMAGE_WRITE_H
#error "the guard of ERM's copy is still there"
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "erm/detail/figure/stb_image_write-1.16.h"
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <cstdint>
#include <vector>

#include "catch.hpp"

TEST_CASE("A program's own copy of the encoder, included afterwards, is complete and works next to ERM's") {
  const std::vector<std::uint8_t> pixels(12 * 10, 3);
  int own_size = 0, size = 0;
  unsigned char* own = stbi_write_png_to_mem(pixels.data(), 0, 10, 12, 1, &own_size);
  unsigned char* ours = erm::detail::stb::stbi_write_png_to_mem(pixels.data(), 0, 10, 12, 1, &size);
  CHECK(std::vector<unsigned char>(own, own + own_size) == std::vector<unsigned char>(ours, ours + size));
  free(own);
  erm::detail::stb::release(ours);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ERM_TEST_ADDRESS_SANITIZER
#endif
#endif
#if !defined(__SANITIZE_ADDRESS__) && !defined(ERM_TEST_ADDRESS_SANITIZER)  // it ends a program that asks for so much
TEST_CASE("If memory runs out the encoder throws instead of using a null pointer") {
  // volatile: else the compiler warns of what it knows to be too much
  volatile std::size_t too_much = static_cast<std::size_t>(-1) / 2;
  CHECK_THROWS_AS(erm::detail::stb::allocate(too_much), std::bad_alloc);
  void* some = erm::detail::stb::allocate(8);
  CHECK_THROWS_AS(erm::detail::stb::reallocate(some, too_much), std::bad_alloc);
  erm::detail::stb::release(some);
}
#endif
