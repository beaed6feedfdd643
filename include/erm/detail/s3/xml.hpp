// Reads the XML of S3's answers: elements, text and entities. Skips everything else.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/s3/signature.hpp"

namespace erm::detail::s3 {

inline std::string unescaped_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t amp = text.find('&');
    out += text.substr(0, amp);
    if (amp == std::string_view::npos) break;
    text.remove_prefix(amp);
    // No entity is longer; without the limit a text of many '&' would be searched to its end for each.
    const std::size_t end = text.substr(0, 12).find(';');
    const std::string_view name = text.substr(1, end == std::string_view::npos ? 0 : end - 1);
    struct Entity {
      std::string_view name;
      char character;
    };
    static constexpr Entity known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    std::size_t used = 0;
    for (const auto& [entity, c] : known) {
      if (name != entity) continue;
      out += c;
      used = end + 1;
    }
    if (used == 0 && name.size() > 1 && name[0] == '#') {
      const bool is_hex = name[1] == 'x';
      const std::string_view digits = name.substr(is_hex ? 2 : 1);
      std::uint32_t code = 0;
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hex ? 16 : 10);
      if (read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && code < 0x110000) {
        append_utf8(out, code);
        used = end + 1;
      }
    }
    if (used == 0) {
      out += '&';
      used = 1;
    }
    text.remove_prefix(used);
  }
  return out;
}

inline std::string escaped_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        // An XML reader may change other white space to a space.
        if (static_cast<unsigned char>(c) < 0x20)
          out += "&#" + std::to_string(static_cast<int>(c)) + ";";
        else
          out += c;
    }
  }
  return out;
}

/// Iterates over the elements of one level of a document.
class XmlElements {
 public:
  explicit XmlElements(std::string_view inside) : rest_(inside) {}

  /// Moves to the next element of this level. Returns false if there is none or the document ends inside it.
  bool next() {
    for (;;) {
      const std::size_t open = rest_.find('<');
      if (open == std::string_view::npos || open + 1 >= rest_.size()) return false;
      rest_.remove_prefix(open + 1);
      const std::size_t close = rest_.find('>');
      if (close == std::string_view::npos) return false;
      std::string_view tag = rest_.substr(0, close);
      rest_.remove_prefix(close + 1);
      if (tag.empty() || tag[0] == '?' || tag[0] == '!') continue;
      if (tag[0] == '/') return false;
      const bool is_empty = tag.back() == '/';
      name_ = tag.substr(0, tag.find_first_of(" \t\r\n/"));
      inside_ = {};
      return is_empty || read_content();
    }
  }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::string_view raw() const noexcept { return inside_; }
  [[nodiscard]] std::string text() const { return unescaped_xml(inside_); }
  [[nodiscard]] XmlElements inside() const { return XmlElements(inside_); }

 private:
  /// Sets inside_ to the text before this element's closing tag, and moves past the tag. In S3's answers no element
  /// contains another with the same name.
  bool read_content() {
    std::size_t at = 0;
    for (;;) {
      at = rest_.find("</", at);
      if (at == std::string_view::npos) return false;
      const std::string_view tag = rest_.substr(at + 2);
      if (tag.size() > name_.size() && tag.substr(0, name_.size()) == name_ &&
          (tag[name_.size()] == '>' || tag[name_.size()] == ' ')) {
        inside_ = rest_.substr(0, at);
        const std::size_t close = rest_.find('>', at);
        if (close == std::string_view::npos) return false;
        rest_.remove_prefix(close + 1);
        return true;
      }
      at += 2;
    }
  }

  std::string_view rest_;
  std::string_view name_;
  std::string_view inside_;
};

/// The text of the first element with that name directly inside the root of a document. Empty if there is none.
inline std::string xml_text(std::string_view document, std::string_view name) {
  XmlElements root(document);
  if (!root.next()) return {};
  for (XmlElements element = root.inside(); element.next();)
    if (element.name() == name) return element.text();
  return {};
}

/// Whether the root element of a document is closed. It is not if the answer was cut off.
inline bool is_whole_xml(std::string_view document) { return XmlElements(document).next(); }

inline std::string_view xml_root(std::string_view document) {
  XmlElements root(document);
  return root.next() ? root.name() : std::string_view();
}

/// "a%20b+c" becomes "a b c": listings with encoding-type=url write keys that way.
inline std::string url_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace erm::detail::s3
