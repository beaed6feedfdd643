// Runs put into groups by the fields of a filter. Templates, so that who groups by none does not pay, when it is
// compiled.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/find/filter_lexer.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/find/value_order.hpp"
#include "erm/group_by.hpp"
#include "erm/value.hpp"

namespace erm::detail {

inline std::vector<const ExperimentRun*> pointers_to(const std::vector<ExperimentRun>& runs) {
  std::vector<const ExperimentRun*> pointers;
  pointers.reserve(runs.size());
  for (const ExperimentRun& run : runs) pointers.push_back(&run);
  return pointers;
}

template <class Text>
RunField field_to_group_by(const Text& text) {
  FilterLexer lexer(text, "the field to group by");
  const FilterToken token = lexer.next();
  std::optional<RunField> field = token.kind == FilterToken::Kind::word ? run_field(token.parts) : std::nullopt;
  if (!field) lexer.expected("a field (" + std::string(run_field_names) + ")", token);
  if (field->is_list()) lexer.fail("'" + text + "' is a list, by which runs are not grouped", token.at);
  const FilterToken rest = lexer.next();
  if (rest.kind != FilterToken::Kind::end) lexer.expected("the end", rest);
  return std::move(*field);
}

using GroupKey = std::vector<std::optional<Value>>;

/// What is missing comes last, and of other values numbers first.
template <class Key>
bool comes_before(const Key& a, const Key& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!a[i] || !b[i]) {
      if (a[i].has_value() != b[i].has_value()) return a[i].has_value();
      continue;
    }
    if (const int order = place_of(*a[i], *b[i]); order != 0) return order < 0;
  }
  return false;
}

/// A group, and for each field the text of what its runs have there.
struct KeyedGroup {
  GroupOfRuns group;
  std::vector<std::optional<std::string>> values;
};

template <class Run>
std::vector<KeyedGroup> keyed_groups(const std::vector<const Run*>& runs, const std::vector<std::string>& field_texts) {
  std::vector<RunField> fields;
  for (const std::string& field : field_texts) fields.push_back(field_to_group_by(field));
  using Before = bool (*)(const GroupKey&, const GroupKey&);
  std::map<GroupKey, std::vector<std::size_t>, Before> found(&comes_before<GroupKey>);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    GroupKey key;
    Value scratch;
    for (const RunField& field : fields) {
      const Value* const value = field.value_of(RunAccess::record(*runs[i]), scratch);
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
      one.group.name += (i == 0 ? "" : ", ") + text.value_or("(none)");
      one.values.push_back(std::move(text));
    }
    one.group.runs = std::move(indexes);
    groups.push_back(std::move(one));
  }
  return groups;
}

template <class Run>
std::vector<GroupOfRuns> group_runs(const std::vector<const Run*>& runs, const std::vector<std::string>& fields) {
  std::vector<GroupOfRuns> groups;
  for (KeyedGroup& one : keyed_groups(runs, fields)) groups.push_back(std::move(one.group));
  return groups;
}

}  // namespace erm::detail
