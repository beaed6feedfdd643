// Reads XML: elements, attributes, text and entities. Skips comments, declarations and processing instructions.
//
//   XmlElements root(document);
//   if (!root.next()) throw FormatError("no XML, or cut off");
//   for (XmlElements part = root.inside(); part.next();)
//     if (part.name() == "mean") mean = part.attribute("value");
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

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

/// What begins at a '<': a tag, or something to skip.
struct XmlMark {
  enum class Kind { open, empty, close, skipped, cut_off };
  Kind kind = Kind::cut_off;
  std::string_view inner;  // of a tag: its name and attributes
  std::size_t size = 0;    // with the angle brackets
};

/// Reads the mark at the front of `text`. A '>' in an attribute's quotes ends no tag.
inline XmlMark xml_mark(std::string_view text) {
  const auto up_to = [&](std::string_view end, std::size_t from) {
    const std::size_t at = text.find(end, from);
    return at == std::string_view::npos ? XmlMark{} : XmlMark{XmlMark::Kind::skipped, {}, at + end.size()};
  };
  if (text.substr(0, 4) == "<!--") return up_to("-->", 4);
  if (text.substr(0, 9) == "<![CDATA[") return up_to("]]>", 9);
  if (text.substr(0, 2) == "<?") return up_to("?>", 2);
  char quote = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      XmlMark mark{XmlMark::Kind::open, text.substr(1, i - 1), i + 1};
      if (mark.inner.empty() || mark.inner[0] == '!') {
        mark.kind = XmlMark::Kind::skipped;
      } else if (mark.inner[0] == '/') {
        mark.kind = XmlMark::Kind::close;
        mark.inner.remove_prefix(1);
      } else if (mark.inner.back() == '/') {
        mark.kind = XmlMark::Kind::empty;
        mark.inner.remove_suffix(1);
      }
      return mark;
    }
  }
  return {};
}

/// Iterates over the elements of one level of a document.
class XmlElements {
 public:
  explicit XmlElements(std::string_view inside) : rest_(inside) {}

  /// Moves to the next element of this level. Returns false if there is none or the document ends inside it.
  bool next() {
    for (;;) {
      const std::size_t open = rest_.find('<');
      if (open == std::string_view::npos) return false;
      rest_.remove_prefix(open);
      const XmlMark mark = xml_mark(rest_);
      if (mark.kind == XmlMark::Kind::cut_off || mark.kind == XmlMark::Kind::close) return false;
      rest_.remove_prefix(mark.size);
      if (mark.kind == XmlMark::Kind::skipped) continue;
      name_ = name_of(mark.inner);
      attributes_ = mark.inner.substr(name_.size());
      inside_ = rest_.substr(0, 0);
      return mark.kind == XmlMark::Kind::empty || read_content();
    }
  }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::string_view raw() const noexcept { return inside_; }
  [[nodiscard]] std::string text() const { return unescaped_xml(inside_); }
  [[nodiscard]] XmlElements inside() const { return XmlElements(inside_); }
  /// The value of an attribute, with its entities read.
  [[nodiscard]] std::optional<std::string> attribute(std::string_view wanted) const {
    std::string_view rest = attributes_;
    for (;;) {
      const std::size_t begin = rest.find_first_not_of(blanks);
      if (begin == std::string_view::npos) return std::nullopt;
      rest.remove_prefix(begin);
      const std::size_t equals = rest.find('=');
      if (equals == std::string_view::npos) return std::nullopt;
      const std::string_view key = rest.substr(0, rest.substr(0, equals).find_last_not_of(blanks) + 1);
      const std::size_t quote = rest.find_first_not_of(blanks, equals + 1);
      if (quote == std::string_view::npos || (rest[quote] != '"' && rest[quote] != '\'')) return std::nullopt;
      const std::size_t end = rest.find(rest[quote], quote + 1);
      if (end == std::string_view::npos) return std::nullopt;
      if (key == wanted) return unescaped_xml(rest.substr(quote + 1, end - quote - 1));
      rest.remove_prefix(end + 1);
    }
  }

 private:
  static constexpr std::string_view blanks = " \t\r\n";
  static std::string_view name_of(std::string_view tag) { return tag.substr(0, tag.find_first_of(blanks)); }

  /// Sets inside_ to the text before this element's closing tag, and moves past the tag.
  bool read_content() {
    std::size_t depth = 1;
    for (std::size_t at = rest_.find('<'); at != std::string_view::npos; at = rest_.find('<', at)) {
      const XmlMark mark = xml_mark(rest_.substr(at));
      if (mark.kind == XmlMark::Kind::cut_off) return false;
      if (mark.kind == XmlMark::Kind::open) ++depth;
      if (mark.kind == XmlMark::Kind::close && --depth == 0) {
        if (name_of(mark.inner) != name_) return false;
        inside_ = rest_.substr(0, at);
        rest_.remove_prefix(at + mark.size);
        return true;
      }
      at += mark.size;
    }
    return false;
  }

  std::string_view rest_;
  std::string_view name_;
  std::string_view attributes_;
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

inline std::string_view xml_root_name(std::string_view document) {
  XmlElements root(document);
  return root.next() ? root.name() : std::string_view();
}

}  // namespace erm::detail
