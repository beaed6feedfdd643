// The bodies of erm/file_path.hpp.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "erm/detail/os/as_path.hpp"
#include "erm/file_path.hpp"

namespace erm {

ERM_INLINE std::string FilePath::str() const {
#ifdef _WIN32
  const auto utf8 = detail::as_path(*this).generic_u8string();
  return std::string(utf8.begin(), utf8.end());
#else
  return native_;
#endif
}

ERM_INLINE void FilePath::assign(std::string_view text) {
#ifdef _WIN32
  native_ = std::filesystem::path(text).native();
#else
  native_ = text;
#endif
}

ERM_INLINE void FilePath::assign(std::wstring_view text) { native_ = std::filesystem::path(text).native(); }
ERM_INLINE void FilePath::assign(std::u16string_view text) { native_ = std::filesystem::path(text).native(); }
ERM_INLINE void FilePath::assign(std::u32string_view text) { native_ = std::filesystem::path(text).native(); }

ERM_INLINE void FilePath::assign_utf8(const void* text, std::size_t size) {
  const std::string_view utf8(static_cast<const char*>(text), size);
#ifdef _WIN32
  native_ = std::filesystem::u8path(utf8.begin(), utf8.end()).native();
#else
  native_ = utf8;
#endif
}

}  // namespace erm
