// What is logged as JSON, made fit to be stored. Templates throughout: who logs no JSON does not pay
// for the parts of nlohmann/json that walk it.
#pragma once

#include <string>
#include <type_traits>

#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// Deeper JSON would be written and then fail in the Python package's reader and in ours.
inline constexpr int max_json_depth = 100;

/// Throws Error where `json` nests deeper than max_json_depth, or holds what no JSON text can. `what` names it.
template <class J>
void check_json(const J& json, const std::string& what, int depth = 0) {
  if (depth > max_json_depth) {
    throw Error(what + " nests deeper than " + std::to_string(max_json_depth) +
                " levels; flatten it, or log it as text or an artifact");
  }
  if (json.is_binary() || json.is_discarded()) {
    throw Error(what + " holds binary or discarded JSON, which has no text; log it with log_artifact");
  }
  if (json.is_structured())
    for (const J& part : json) check_json(part, what, depth + 1);
}

/// A copy of checked `json` whose texts and keys are UTF-8, what is not replaced by U+FFFD.
template <class J>
J with_valid_text(const J& json) {
  if (json.is_string()) return J(repaired_utf8(json.template get_ref<const std::string&>()));
  if (!json.is_structured()) return json;
  J out = json.is_object() ? J::object() : J::array();
  if (json.is_object()) {
    for (auto part = json.begin(); part != json.end(); ++part) out[repaired_utf8(part.key())] = with_valid_text(*part);
  } else {
    for (const J& part : json) out.push_back(with_valid_text(part));
  }
  return out;
}

/// `object` checked and copied for the dict of that name; null is an empty one.
template <class J>
J dict_of(const J& object, const std::string& name) {
  if (object.is_null()) return J::object();
  if (!object.is_object()) {
    throw Error("dict '" + name + "' was given " + (object.is_array() ? "a JSON array" : object.type_name()) +
                ", and a dict is a JSON object; give {{\"name\", value}, ...}");
  }
  check_json(object, "dict '" + name + "'");
  return with_valid_text(object);
}

}  // namespace erm::detail
