// Groups runs by fields of a filter.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/find/filter_lexer.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/run_order.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// Throws Error if the text is not a field that runs can be grouped by.
inline RunField field_to_group_by(std::string_view text) {
  FilterLexer lexer(text, "the field to group by");
  const FilterToken token = lexer.next();
  std::optional<RunField> field = token.kind == FilterToken::Kind::word ? run_field(token.parts) : std::nullopt;
  if (!field) lexer.expected("a field (" + std::string(run_field_names) + ")", token);
  if (field->is_list()) lexer.fail("'" + std::string(text) + "' is a list, by which runs are not grouped", token.at);
  const FilterToken rest = lexer.next();
  if (rest.kind != FilterToken::Kind::end) lexer.expected("the end", rest);
  return std::move(*field);
}

using GroupKey = std::vector<std::optional<Value>>;

/// Orders keys by their values as place_of() does; a missing value comes last.
struct GroupKeyLess {
  bool operator()(const GroupKey& a, const GroupKey& b) const {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!a[i] || !b[i]) {
        if (a[i].has_value() != b[i].has_value()) return a[i].has_value();
        continue;
      }
      if (const int order = place_of(*a[i], *b[i]); order != 0) return order < 0;
    }
    return false;
  }
};

/// The runs of one group: their indexes, and the text of the value in each field, if the runs have one.
struct KeyedGroup {
  std::string name;
  std::vector<std::optional<std::string>> values;
  std::vector<std::size_t> runs;
};

inline std::vector<KeyedGroup> keyed_groups(const std::vector<const RunRecord*>& runs,
                                            const std::vector<std::string>& field_texts) {
  std::vector<RunField> fields;
  for (const std::string& field : field_texts) fields.push_back(field_to_group_by(field));
  std::map<GroupKey, std::vector<std::size_t>, GroupKeyLess> found;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    GroupKey key;
    Value scratch;
    for (const RunField& field : fields) {
      const Value* const value = field.value_of(*runs[i], scratch);
      key.push_back(value ? std::optional(*value) : std::nullopt);
    }
    found[std::move(key)].push_back(i);
  }
  std::vector<KeyedGroup> groups;
  for (auto& [key, indexes] : found) {
    KeyedGroup one;
    for (std::size_t i = 0; i < key.size(); ++i) {
      const std::optional<Value>& value = key[i];
      std::optional<std::string> text;
      if (value && fields[i].kind == RunField::Kind::time)
        text = time_text(TimePoint(std::chrono::microseconds(value->get<std::int64_t>())));
      else if (value)
        text = value->str();
      one.name += (i == 0 ? "" : ", ") + text.value_or("(none)");
      one.values.push_back(std::move(text));
    }
    one.runs = std::move(indexes);
    groups.push_back(std::move(one));
  }
  return groups;
}

}  // namespace erm::detail
