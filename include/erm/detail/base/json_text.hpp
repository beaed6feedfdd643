// JSON as it is stored: what a caller gives is checked and made fit for it, and JSON text is written piece by piece.
// base/json_reader.hpp reads it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// JSON that nests deeper could be written, and then neither the Python package nor ERM could read it.
inline constexpr int max_json_depth = 100;

/// Throws Error where `json` nests deeper than max_json_depth, or holds a value that JSON text cannot express. `what`
/// names the JSON in the message.
inline void check_json(const Json& json, const std::string& what, int depth = 0) {
  if (depth > max_json_depth) {
    throw Error(what + " nests deeper than " + std::to_string(max_json_depth) +
                " levels; flatten it, or log it as text or an artifact");
  }
  if (json.is_binary() || json.is_discarded()) {
    throw Error(what + " holds binary or discarded JSON, which has no text; log it with log_artifact");
  }
  if (json.is_structured())
    for (const Json& part : json) check_json(part, what, depth + 1);
}

/// A copy of `json`, which check_json has passed, with U+FFFD for each byte of its texts and keys that is not UTF-8.
inline Json with_valid_text(const Json& json) {
  if (json.is_string()) return Json(repaired_utf8(json.get_ref<const std::string&>()));
  if (!json.is_structured()) return json;
  Json out = json.is_object() ? Json::object() : Json::array();
  if (json.is_object()) {
    for (auto part = json.begin(); part != json.end(); ++part) out[repaired_utf8(part.key())] = with_valid_text(*part);
  } else {
    for (const Json& part : json) out.push_back(with_valid_text(part));
  }
  return out;
}

/// A checked copy of `object` to be stored as the dict `name`; null becomes an empty dict.
inline Json dict_of(const Json& object, const std::string& name) {
  if (object.is_null()) return Json::object();
  if (!object.is_object()) {
    throw Error("dict '" + name + "' was given " + (object.is_array() ? "a JSON array" : object.type_name()) +
                ", and a dict is a JSON object; give {{\"name\", value}, ...}");
  }
  check_json(object, "dict '" + name + "'");
  return with_valid_text(object);
}

/// Appends `text`, which is UTF-8, as a JSON string.
inline void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += "\\u00";
        out += "0123456789abcdef"[c >> 4];
        out += "0123456789abcdef"[c & 15];
    }
  }
  out += text.substr(plain);
  out += '"';
}

/// Appends the finite `number` so that it is read back as a floating-point number: 1.0, not 1.
inline void append_json_floating(std::string& out, double number) {
  const std::size_t begin = out.size();
  append_floating(out, number);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

}  // namespace erm::detail
