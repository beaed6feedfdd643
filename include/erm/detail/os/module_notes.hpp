// Notes that a compiler, a linker or erm_record_build() left in a program or a shared library. A note is, as ELF
// has it: the length of its name, the length of its text, its type, then both, each filled up with zeros.
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
  std::string path;                  // empty where the system does not tell
  std::string build_id;              // hexadecimal; empty where the linker wrote none
  std::vector<std::string> records;  // what erm_record_build() left, as provenance/build_text.hpp reads it
  bool is_program = false;
  bool has_caller = false;  // the code that asks is in it
};

inline std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

/// Takes what this knows from `notes`, which begin where notes do, and are aligned to 4 or 8 bytes. A linker may have
/// put zeros between them.
inline void take_notes(Module& module, std::string_view notes, std::size_t alignment) {
  constexpr std::uint32_t gnu_build_id = 3;
  constexpr std::uint32_t erm_record = 1;
  const auto filled = [&](std::size_t size) { return (size + alignment - 1) / alignment * alignment; };
  while (notes.size() > 12) {
    std::uint32_t head[3];  // of the name, of the text, the type
    std::memcpy(head, notes.data(), sizeof head);
    if (head[0] == 0) {  // a note has a name
      notes.remove_prefix(4);
      continue;
    }
    // The text begins where the head and the name end, filled up together.
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
