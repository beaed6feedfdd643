// A JsonInput as JSON text.
#pragma once

#include <string>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/json_input.hpp"

namespace erm::detail {

inline void append_json(std::string& out, const JsonInput& json) {
  const Value& value = json.value();
  switch (json.kind()) {
    case JsonInput::Kind::value:
      if (value.is_text()) {
        append_json_string(out, value.get<std::string>());
      } else if (value.kind() != Value::Kind::floating) {
        out += value.str();
      } else if (const auto number = value.get<double>(); is_finite(number)) {
        append_json_floating(out, number);
      } else {
        out += "null";
      }
      return;
    case JsonInput::Kind::array:
    case JsonInput::Kind::object: {
      const bool is_object = json.kind() == JsonInput::Kind::object;
      out += is_object ? '{' : '[';
      const char* separator = "";
      for (const JsonInput& item : json.items()) {
        out += separator;
        separator = ",";
        if (is_object) {
          append_json_string(out, item.key());
          out += ':';
        }
        append_json(out, item);
      }
      out += is_object ? '}' : ']';
      return;
    }
    default:
      out += "null";
  }
}

inline std::string json_text_of(const JsonInput& json) {
  std::string out;
  append_json(out, json);
  return out;
}

}  // namespace erm::detail
