// The path of a file, as a parameter: accepts everything from which std::filesystem::path can be made.
//
//   run.log_artifact("model.bin", "model");                              // text in the system's encoding
//   run.log_artifact(std::filesystem::path("out") / "model.bin", "model");
//   run.log_artifact(L"model.bin", "model");                             // wide, UTF-16 and UTF-32 text
//   for (const auto& entry : std::filesystem::directory_iterator("out"))
//     run.log_artifact(entry, entry.path().stem().string());
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "erm/impl/linkage.hpp"

namespace erm {

class FilePath;

namespace detail {

template <class T, class Text>
inline constexpr bool is_path_text = std::is_convertible_v<const T&, Text>;

/// std::filesystem::path, or a similar class.
template <class T, class = void>
inline constexpr bool is_path = false;
template <class T>
inline constexpr bool is_path<T, std::void_t<decltype(std::declval<const T&>().native()),
                                             decltype(std::declval<const T&>().lexically_normal())>> = true;

/// std::filesystem::directory_entry.
template <class T, class = void>
inline constexpr bool is_folder_entry = false;
template <class T>
inline constexpr bool is_folder_entry<T, std::enable_if_t<is_path<std::decay_t<decltype(
                                             std::declval<const T&>().path())>>>> = true;

#ifdef __cpp_char8_t
template <class T>
inline constexpr bool is_utf8_path_text = is_path_text<T, std::u8string_view>;
#else
template <class T>
inline constexpr bool is_utf8_path_text = false;
#endif

template <class T>
inline constexpr bool is_path_source =
    !std::is_same_v<T, FilePath> && !std::is_same_v<T, std::nullptr_t> &&
    (is_path<T> || is_folder_entry<T> || is_path_text<T, std::string_view> || is_path_text<T, std::wstring_view> ||
     is_path_text<T, std::u16string_view> || is_path_text<T, std::u32string_view> || is_utf8_path_text<T>);

}  // namespace detail

/// Lets the headers of ERM do without `<filesystem>`, which takes longer to compile than all of them.
class FilePath {
 public:
#ifdef _WIN32
  using Native = std::wstring;
#else
  using Native = std::string;
#endif

  FilePath() = default;

  /// Text (narrow text is in the system's encoding, char8_t is UTF-8), a path, or a directory entry.
  template <class T, std::enable_if_t<detail::is_path_source<T>, int> = 0>
  FilePath(const T& path) {  // NOLINT(google-explicit-constructor)
    if constexpr (detail::is_path<T>)
      native_ = path.native();
    else if constexpr (detail::is_folder_entry<T>)
      native_ = path.path().native();
    else if constexpr (detail::is_path_text<T, std::string_view>)
      assign(std::string_view(path));
    else if constexpr (detail::is_path_text<T, std::wstring_view>)
      assign(std::wstring_view(path));
    else if constexpr (detail::is_path_text<T, std::u16string_view>)
      assign(std::u16string_view(path));
    else if constexpr (detail::is_path_text<T, std::u32string_view>)
      assign(std::u32string_view(path));
#ifdef __cpp_char8_t
    else
      assign_utf8(std::u8string_view(path).data(), std::u8string_view(path).size());
#endif
  }
  FilePath(std::nullptr_t) = delete;
  /// The path for a UTF-8 text, independent of the system's encoding.
  [[nodiscard]] static FilePath from_utf8(std::string_view path) {
    FilePath it;
    it.assign_utf8(path.data(), path.size());
    return it;
  }

  /// In the system's encoding: bytes on POSIX, UTF-16 on Windows.
  [[nodiscard]] const Native& native() const noexcept { return native_; }
  [[nodiscard]] bool empty() const noexcept { return native_.empty(); }
  /// UTF-8, with '/' between its parts. Throws Error on Windows if the path has half of a pair of surrogates.
  [[nodiscard]] std::string str() const;

  friend bool operator==(const FilePath& a, const FilePath& b) noexcept { return a.native_ == b.native_; }
  friend bool operator!=(const FilePath& a, const FilePath& b) noexcept { return !(a == b); }

 private:
  void assign(std::string_view text);
  void assign(std::wstring_view text);
  void assign(std::u16string_view text);
  void assign(std::u32string_view text);
  void assign_utf8(const void* text, std::size_t size);

  Native native_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/file_path.inl"
#endif
