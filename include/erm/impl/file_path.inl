// The bodies of erm/file_path.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"
#include "erm/file_path.hpp"
#ifdef _WIN32
#include <system_error>

#include "erm/detail/os/path.hpp"
#include "erm/error.hpp"
#endif

namespace erm {

namespace detail {

/// UTF-16 or UTF-32, depending on the size of a unit, to UTF-8. A lone surrogate becomes U+FFFD. std::filesystem::path
/// throws for one, and depends on the locale where its own text is not UTF-16.
template <class Unit>
std::string utf8_of(std::basic_string_view<Unit> text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto code = static_cast<std::uint32_t>(text[i]);
    if (code >= 0xD800 && code < 0xDC00 && sizeof(Unit) == 2 && i + 1 < text.size()) {
      const auto next = static_cast<std::uint32_t>(text[i + 1]);
      if (next >= 0xDC00 && next < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (next - 0xDC00);
        ++i;
      }
    }
    append_utf8(out, code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0xFFFD : code);
  }
  return out;
}

}  // namespace detail

#ifdef _WIN32

ERM_INLINE std::string FilePath::str() const {
  try {
    const auto utf8 = detail::as_path(*this).generic_u8string();
    return std::string(utf8.begin(), utf8.end());
  } catch (const std::system_error&) {
    throw Error("the path '" + detail::utf8_of(std::wstring_view(native_)) +
                "' is no text: where U+FFFD stands it has half of a pair of surrogates; rename the file or folder");
  }
}
ERM_INLINE void FilePath::assign(std::string_view text) { native_ = std::filesystem::path(text).native(); }
ERM_INLINE void FilePath::assign(std::wstring_view text) { native_ = text; }
ERM_INLINE void FilePath::assign(std::u16string_view text) {
  const std::string utf8 = detail::utf8_of(text);
  assign_utf8(utf8.data(), utf8.size());
}
ERM_INLINE void FilePath::assign(std::u32string_view text) {
  const std::string utf8 = detail::utf8_of(text);
  assign_utf8(utf8.data(), utf8.size());
}

#else

ERM_INLINE std::string FilePath::str() const { return native_; }
ERM_INLINE void FilePath::assign(std::string_view text) { native_ = text; }
ERM_INLINE void FilePath::assign(std::wstring_view text) { native_ = detail::utf8_of(text); }
ERM_INLINE void FilePath::assign(std::u16string_view text) { native_ = detail::utf8_of(text); }
ERM_INLINE void FilePath::assign(std::u32string_view text) { native_ = detail::utf8_of(text); }

#endif

ERM_INLINE void FilePath::assign_utf8(const void* text, std::size_t size) {
  const std::string_view utf8(static_cast<const char*>(text), size);
#ifdef _WIN32
  native_ = std::filesystem::u8path(utf8.begin(), utf8.end()).native();
#else
  native_ = utf8;
#endif
}

}  // namespace erm
