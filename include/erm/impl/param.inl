// The bodies of erm/param.hpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/json_input_text.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/param.hpp"

namespace erm {

namespace detail {

inline void append_json(std::string& out, const Param& param) {
  switch (param.kind()) {
    case Param::Kind::value:
      return append_json(out, JsonInput(param.value()));
    case Param::Kind::list:
      out += param.value().str();
      return;
    case Param::Kind::parts: {
      out += '{';
      for (const NamedParam& part : param.parts()) {
        if (part.value.kind() == Param::Kind::nothing) continue;
        if (out.back() != '{') out += ',';
        append_json_string(out, repaired_utf8(part.key));
        out += ':';
        append_json(out, part.value);
      }
      out += '}';
      return;
    }
    case Param::Kind::nothing:
      out += "null";
  }
}

}  // namespace detail

ERM_INLINE Param::Param(const JsonInput& json) {
  if (json.kind() == JsonInput::Kind::value) {
    value_ = json.value();
  } else if (json.kind() == JsonInput::Kind::object && !json.items().empty()) {
    kind_ = Kind::parts;
    for (const JsonInput& entry : json.items()) add_part(entry.key(), Param(entry));
  } else {
    kind_ = Kind::list;
    value_ = detail::json_text_of(json);
  }
}

ERM_INLINE void Param::add_part(std::string_view key, Param value) { parts_.emplace_back(key, std::move(value)); }

ERM_INLINE void Param::begin_list() { list_ = "["; }

ERM_INLINE void Param::add_item(const Param& item) {
  if (list_.size() > 1) list_ += ',';
  detail::append_json(list_, item);
}

ERM_INLINE void Param::end_list() {
  kind_ = Kind::list;
  value_ = list_ + "]";
  list_.clear();
}

}  // namespace erm
