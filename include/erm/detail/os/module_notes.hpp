// The notes that a compiler, a linker or erm_record_build() left in a program or a shared library. An ELF note consists
// of the length of its name, the length of its text, its type, and both texts, each padded with zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace erm::detail {

/// A program or a shared library in this process.
struct Module {
  std::string path;                  // empty if the system does not tell
  std::string build_id;              // hexadecimal; empty if the linker wrote none
  std::vector<std::string> records;  // what erm_record_build() left; provenance/build_text.hpp reads it
  bool is_program = false;
  bool has_caller = false;  // it contains the code that asks
};

inline std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

/// Reads the notes that are known here. `notes` is aligned to 4 or 8 bytes. A linker may have put zeros between notes.
inline void take_notes(Module& module, std::string_view notes, std::size_t alignment) {
  constexpr std::uint32_t gnu_build_id = 3;
  constexpr std::uint32_t erm_record = 1;
  const auto filled = [&](std::size_t size) { return (size + alignment - 1) / alignment * alignment; };
  while (notes.size() > 12) {
    std::uint32_t head[3];  // lengths of the name and the text, then the type
    std::memcpy(head, notes.data(), sizeof head);
    if (head[0] == 0) {  // zeros between notes
      notes.remove_prefix(4);
      continue;
    }
    // The text begins after the head and the name, which are padded together.
    const std::size_t text_at = filled(12 + std::size_t{head[0]});
    if (text_at > notes.size() || head[1] > notes.size() - text_at) return;
    const std::string_view name = notes.substr(12, head[0]);
    const std::string_view text = notes.substr(text_at, head[1]);
    if (name == std::string_view("GNU\0", 4) && head[2] == gnu_build_id) module.build_id = hex_of(text);
    if (name == std::string_view("ERM\0", 4) && head[2] == erm_record) module.records.emplace_back(text);
    const std::size_t end = text_at + filled(head[1]);
    notes.remove_prefix(end < notes.size() ? end : notes.size());
  }
}

}  // namespace erm::detail
