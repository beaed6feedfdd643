// The bodies of os/modules.hpp for Windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/os/api_windows.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/module_notes.hpp"
#include "erm/detail/os/modules.hpp"

namespace erm::detail::os {

inline std::string path_of_module(HINSTANCE__* module) {
  std::wstring path(32768, L'\0');
  path.resize(api::GetModuleFileNameW(module, path.data(), static_cast<unsigned long>(path.size())));
  return path.empty() ? std::string() : utf8_path(std::filesystem::path(path));
}

/// An image in memory, in the PE format. Each address is an offset from the beginning of the image.
class Image {
 public:
  explicit Image(const void* begin) : begin_(static_cast<const char*>(begin)) {}

  template <class Number>
  [[nodiscard]] Number at(std::size_t offset) const {
    Number number;
    std::memcpy(&number, begin_ + offset, sizeof number);
    return number;
  }
  [[nodiscard]] std::string_view bytes(std::size_t offset, std::size_t size) const { return {begin_ + offset, size}; }
  /// The position of "PE\0\0", which the headers follow.
  [[nodiscard]] std::size_t header() const { return at<std::uint32_t>(60); }
  [[nodiscard]] std::size_t size() const { return at<std::uint32_t>(header() + 24 + 56); }

  /// The GUID and age of the debug information, hexadecimal. Empty if there is none.
  [[nodiscard]] std::string build_id() const {
    constexpr std::uint32_t code_view = 2;
    const std::size_t optional = header() + 24;
    const std::size_t directories = optional + (at<std::uint16_t>(optional) == 0x20B ? 112 : 96);
    if (at<std::uint32_t>(directories - 4) <= 6) return {};
    const std::size_t debug = at<std::uint32_t>(directories + 6 * 8);
    const std::size_t entries = at<std::uint32_t>(directories + 6 * 8 + 4) / 28;
    for (std::size_t i = 0; debug != 0 && i < entries; ++i) {
      const std::size_t entry = debug + 28 * i;
      const std::size_t data = at<std::uint32_t>(entry + 20);
      if (at<std::uint32_t>(entry + 12) == code_view && data != 0 && bytes(data, 4) == "RSDS")
        return hex_of(bytes(data + 4, 20));
    }
    return {};
  }
  /// The sections with that name, which has eight letters.
  template <class Use>
  void for_each_section(std::string_view name, Use use) const {
    const std::size_t first = header() + 24 + at<std::uint16_t>(header() + 20);
    for (std::size_t i = 0; i < at<std::uint16_t>(header() + 6); ++i) {
      const std::size_t section = first + 40 * i;
      if (bytes(section, 8) == name) use(bytes(at<std::uint32_t>(section + 12), at<std::uint32_t>(section + 8)));
    }
  }

 private:
  const char* begin_;
};

/// The modules of this process, the program first. `caller` is an address in the code that asks.
inline std::vector<Module> loaded_modules(const void* caller) {
  std::vector<HINSTANCE__*> handles(256);
  unsigned long needed = 0;
  for (;;) {
    const auto room = static_cast<unsigned long>(handles.size() * sizeof(HINSTANCE__*));
    if (api::K32EnumProcessModules(api::GetCurrentProcess(), handles.data(), room, &needed) == 0) needed = 0;
    if (needed <= room) break;
    handles.resize(needed / sizeof(HINSTANCE__*));
  }
  handles.resize(needed / sizeof(HINSTANCE__*));
  std::vector<Module> modules;
  for (HINSTANCE__* const handle : handles) {
    const Image image(reinterpret_cast<const void*>(handle));
    Module module;
    module.path = path_of_module(handle);
    module.build_id = image.build_id();
    module.is_program = handle == api::GetModuleHandleW(nullptr);
    const auto at = reinterpret_cast<std::uintptr_t>(caller), begin = reinterpret_cast<std::uintptr_t>(handle);
    module.has_caller = at >= begin && at - begin < image.size();
    image.for_each_section("ermrecrd", [&](std::string_view notes) { take_notes(module, notes, 4); });
    modules.push_back(std::move(module));
  }
  return modules;
}

inline std::string program_path() { return path_of_module(nullptr); }

inline std::string program_content() { return program_path(); }

}  // namespace erm::detail::os
