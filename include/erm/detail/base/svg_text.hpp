// SVG texts as programs write them, made into what a browser shows as a picture: UTF-8, with the namespaces it needs.
//
//   is_svg("<?xml version='1.0'?><svg/>");          // true
//   standalone_svg("<svg><rect/></svg>");           // "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>"
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// The first tag of an XML text: where it begins, its name with its prefix, and its attributes.
struct XmlRoot {
  std::size_t begin = std::string_view::npos;  // of its '<'
  std::string_view prefix, name, attributes;
};

/// The root may follow a byte order mark, blanks, comments, processing instructions and a document type.
inline XmlRoot xml_root(std::string_view text) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t at = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  const auto skip_to = [&](std::string_view end) {
    at = text.find(end, at);
    if (at != none) at += end.size();
    return at != none;
  };
  for (;;) {
    at = text.find_first_not_of(" \t\r\n", at);
    if (at == none) return {};
    if (text.substr(at, 4) == "<!--") {
      if (!skip_to("-->")) return {};
    } else if (text.substr(at, 2) == "<?") {
      if (!skip_to("?>")) return {};
    } else if (text.substr(at, 9) == "<!DOCTYPE") {
      const std::size_t subset = text.find('[', at), end = text.find('>', at);
      if (subset < end && !skip_to("]")) return {};
      if (!skip_to(">")) return {};
    } else {
      break;
    }
  }
  if (text[at] != '<') return {};
  XmlRoot root;
  root.begin = at;
  const std::size_t name_end = (std::min)(text.find_first_of(" \t\r\n/>", at + 1), text.size());
  root.name = text.substr(at + 1, name_end - at - 1);
  if (const std::size_t colon = root.name.find(':'); colon != none) {
    root.prefix = root.name.substr(0, colon);
    root.name.remove_prefix(colon + 1);
  }
  // A quoted value may hold a '>'.
  std::size_t end = name_end;
  for (char quote = '\0'; end < text.size() && (quote != '\0' || text[end] != '>'); ++end) {
    if (quote == text[end])
      quote = '\0';
    else if (quote == '\0' && (text[end] == '"' || text[end] == '\''))
      quote = text[end];
  }
  root.attributes = text.substr(name_end, end - name_end);
  return root;
}

/// Whether `text` is an XML document whose root is <svg>.
inline bool is_svg(std::string_view text) { return xml_root(text).name == "svg"; }

/// Whether a tag's attributes have one of this name.
inline bool has_attribute(std::string_view attributes, std::string_view name) {
  for (std::size_t at = attributes.find(name); at != std::string_view::npos; at = attributes.find(name, at + 1)) {
    const std::size_t behind = attributes.find_first_not_of(" \t\r\n", at + name.size());
    const bool begins = at > 0 && std::string_view(" \t\r\n").find(attributes[at - 1]) != std::string_view::npos;
    if (begins && behind != std::string_view::npos && attributes[behind] == '=') return true;
  }
  return false;
}

/// The encoding that an XML declaration names, in lower case, and where its name stands; empty without one.
struct XmlEncoding {
  std::string name;
  std::size_t begin = 0, size = 0;
};

inline XmlEncoding xml_encoding(std::string_view text) {
  const std::size_t first = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  if (text.substr(first, 5) != "<?xml") return {};
  const std::string_view declaration = text.substr(0, text.find("?>"));
  const std::size_t at = declaration.find("encoding", first);
  if (at == std::string_view::npos) return {};
  const std::size_t open = declaration.find_first_of("\"'", at);
  if (open == std::string_view::npos) return {};
  const std::size_t close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) return {};
  return {ascii_lower(declaration.substr(open + 1, close - open - 1)), open + 1, close - open - 1};
}

/// The character that a byte from 0x80 on is in an 8-bit encoding; 0 if the encoding is unknown.
inline std::uint32_t character_of_byte(std::uint8_t byte, std::string_view encoding) {
  if (encoding == "iso-8859-1" || encoding == "latin1" || encoding == "iso_8859-1") return byte;
  if (encoding == "iso-8859-15" || encoding == "latin-9") {
    switch (byte) {
      case 0xA4: return 0x20AC;
      case 0xA6: return 0x160;
      case 0xA8: return 0x161;
      case 0xB4: return 0x17D;
      case 0xB8: return 0x17E;
      case 0xBC: return 0x152;
      case 0xBD: return 0x153;
      case 0xBE: return 0x178;
      default: return byte;
    }
  }
  if (encoding != "windows-1252" && encoding != "cp1252") return 0;
  constexpr std::uint16_t of_0x80[] = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                       0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                       0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
  return byte < 0xA0 ? of_0x80[byte - 0x80] : byte;
}

inline std::string utf8_of_utf16(std::string_view text, bool is_big_endian) {
  std::string out;
  const auto unit = [&](std::size_t at) {
    const auto a = static_cast<std::uint8_t>(text[at]), b = static_cast<std::uint8_t>(text[at + 1]);
    return static_cast<std::uint32_t>(is_big_endian ? a << 8 | b : b << 8 | a);
  };
  for (std::size_t at = 2; at + 1 < text.size(); at += 2) {  // behind the mark
    std::uint32_t code = unit(at);
    if (code >= 0xD800 && code < 0xDC00 && at + 3 < text.size() && unit(at + 2) >= 0xDC00 && unit(at + 2) < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
      at += 2;
    } else if (code >= 0xD800 && code < 0xE000) {
      code = 0xFFFD;
    }
    append_utf8(out, code);
  }
  return out;
}

/// The SVG in UTF-8, its declaration saying so. Bytes that are no UTF-8 become U+FFFD where nothing else is declared.
/// Throws Error if another encoding is declared than those of Latin letters and UTF-16.
inline std::string utf8_svg(std::string_view text) {
  std::string out;
  if (text.substr(0, 2) == "\xFE\xFF" || text.substr(0, 2) == "\xFF\xFE")
    out = utf8_of_utf16(text, text[0] == '\xFE');
  const XmlEncoding encoding = xml_encoding(out.empty() ? text : out);
  const bool is_utf8_already = encoding.name.empty() || encoding.name == "utf-8" || encoding.name == "utf8" ||
                               encoding.name == "us-ascii" || encoding.name == "ascii";
  if (out.empty() && is_utf8_already) return repaired_utf8(text);
  if (out.empty()) {
    if (character_of_byte(0xFF, encoding.name) == 0) {
      throw Error("cannot read an SVG text: it declares the encoding \"" + repaired_utf8(encoding.name) +
                  "\", and ERM reads UTF-8, UTF-16, ISO-8859-1, ISO-8859-15 and windows-1252; write it as UTF-8");
    }
    for (const char c : text) {
      const auto byte = static_cast<std::uint8_t>(c);
      if (byte < 0x80)
        out += c;
      else
        append_utf8(out, character_of_byte(byte, encoding.name));
    }
  }
  // What is declared is ASCII, so it stands where it stood.
  if (encoding.size > 0) out.replace(encoding.begin, encoding.size, "UTF-8");
  return out;
}

/// The SVG as a file of its own: in UTF-8, and with the namespaces that HTML does without and a picture cannot. Throws
/// Error for an encoding that cannot be read.
inline std::string standalone_svg(std::string_view text) {
  std::string out = utf8_svg(text);
  const XmlRoot root = xml_root(out);
  if (root.name != "svg") return out;
  std::string missing;
  const auto require = [&](const std::string& attribute, std::string_view uri) {
    if (!has_attribute(root.attributes, attribute)) (((missing += ' ') += attribute) += "=\"") += std::string(uri) + '"';
  };
  require(root.prefix.empty() ? "xmlns" : "xmlns:" + std::string(root.prefix), "http://www.w3.org/2000/svg");
  if (out.find("xlink:") != std::string::npos && out.find("xmlns:xlink") == std::string::npos)
    require("xmlns:xlink", "http://www.w3.org/1999/xlink");
  out.insert(static_cast<std::size_t>(root.attributes.data() - out.data()), missing);
  return out;
}

}  // namespace erm::detail
