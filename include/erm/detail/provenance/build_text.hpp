// Reads the text that erm_record_build(target) leaves in a binary, written by docs/packaging/record-build-step.cmake:
// four bytes, the value of __cplusplus, then fields. A field is a name, US, a value and RS; GS separates the elements
// of a list. The last field may be the diff, which has any bytes and no RS.
//
//   const BuildText text(record);
//   text["compiler"];         // "GNU 12.2.0"
//   text.list("flags");       // {"-O3", "-march=native"}
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace erm::detail {

/// Refers to a text that the caller keeps alive.
class BuildText {
 public:
  using Field = std::pair<std::string_view, std::string_view>;

  explicit BuildText(std::string_view text) {
    std::uint32_t standard = 0;
    if (text.size() < sizeof standard) return;
    std::memcpy(&standard, text.data(), sizeof standard);
    standard_ = static_cast<long>(standard);
    text.remove_prefix(sizeof standard);
    while (!text.empty()) {
      const std::size_t name_end = text.find('\x1F');
      if (name_end == std::string_view::npos) return;
      const std::string_view name = text.substr(0, name_end);
      text.remove_prefix(name_end + 1);
      const std::size_t end = name == "diff" ? std::string_view::npos : text.find('\x1E');
      fields_.emplace_back(name, text.substr(0, end));
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  /// The value of __cplusplus with which the target was compiled, or 0.
  [[nodiscard]] long standard() const { return standard_; }
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  /// Empty if there is no such field.
  [[nodiscard]] std::string_view operator[](std::string_view name) const {
    for (const Field& field : fields_)
      if (field.first == name) return field.second;
    return {};
  }
  [[nodiscard]] std::vector<std::string_view> list(std::string_view name) const {
    std::vector<std::string_view> parts;
    std::string_view value = (*this)[name];
    while (!value.empty()) {
      const std::size_t end = value.find('\x1D');
      if (end != 0) parts.push_back(value.substr(0, end));
      value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
    }
    return parts;
  }

 private:
  long standard_ = 0;
  std::vector<Field> fields_;
};

}  // namespace erm::detail
