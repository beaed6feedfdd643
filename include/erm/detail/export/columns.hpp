// The columns of an export: fields of a run, and what stands above them.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/find/filter_lexer.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"

namespace erm::detail {

struct ExportedColumn {
  RunField field;
  std::string title;        // the whole field if the caller gave none
  bool has_title = false;  // from the caller

  /// Whether its values are numbers, also where a file has them as text, as those of the Python package.
  [[nodiscard]] bool is_metric() const { return field.kind == RunField::Kind::metric; }
};

/// Throws Error if the text is not a field.
inline RunField field_to_export(std::string_view text) {
  FilterLexer lexer(text, "the column to export");
  const FilterToken token = lexer.next();
  std::optional<RunField> field = token.kind == FilterToken::Kind::word ? any_run_field(token.parts) : std::nullopt;
  if (!field) lexer.expected("a field (" + std::string(any_run_field_names) + ")", token);
  const FilterToken rest = lexer.next();
  if (rest.kind != FilterToken::Kind::end) lexer.expected("the end", rest);
  return std::move(*field);
}

/// What the columns of an export without a choice depend on.
struct ExportedNames {
  std::set<std::string> params, metrics, tags;
  bool has_duration = false, has_features = false, has_group = false, has_note = false, has_failure = false;

  void look_at(const RunRecord& run) {
    add(params, run.params);
    add(metrics, run.metrics);
    add(tags, run.tags);
    has_duration = has_duration || duration_of(run).has_value();
    has_features = has_features || !run.features.empty();
    has_group = has_group || !run.group.empty();
    has_note = has_note || !run.note.empty();
    has_failure = has_failure || !run.failure.empty();
  }

  [[nodiscard]] std::vector<ExportedColumn> columns() const {
    using Kind = RunField::Kind;
    std::vector<ExportedColumn> all;
    const auto put = [&](Kind kind, const std::string& title, const std::string& name = {}) {
      RunField field;
      field.kind = kind;
      field.name = name;
      all.push_back({std::move(field), title});
    };
    put(Kind::experiment, "experiment");
    put(Kind::variant, "variant");
    put(Kind::run, "run");
    put(Kind::status, "status");
    put(Kind::time, "time");
    if (has_duration) put(Kind::duration, "duration");
    if (has_group) put(Kind::group, "group");
    if (has_features) put(Kind::features, "features");
    for (const std::string& name : params) put(Kind::param, "params." + name, name);
    for (const std::string& name : metrics) put(Kind::metric, "metrics." + name, name);
    for (const std::string& name : tags) put(Kind::tag, "tags." + name, name);
    if (has_note) put(Kind::note, "note");
    if (has_failure) put(Kind::failure, "failure");
    return all;
  }

 private:
  /// Most runs have the names of the runs before, and both are sorted: no name is searched for.
  template <class Map>
  static void add(std::set<std::string>& names, const Map& map) {
    auto at = names.begin();
    for (const auto& [name, value] : map) {
      while (at != names.end() && *at < name) ++at;
      if (at == names.end() || *at != name) at = names.insert(at, name);
    }
  }
};

/// Throws Error if two columns have the same title, so that nobody could tell them apart.
inline void refuse_same_titles(const std::vector<ExportedColumn>& columns) {
  std::set<std::string_view> titles;
  for (const ExportedColumn& column : columns) {
    if (column.title == "not_finite")
      throw Error("cannot export: a column is titled 'not_finite', which JSON Lines use themselves; give another title");
    if (!titles.insert(column.title).second)
      throw Error("cannot export: two columns are titled '" + column.title + "'; give one of them another title");
  }
}

/// Titles for a reader: without "params." and the like, where no other column then has the same.
inline void shorten_titles(std::vector<ExportedColumn>& columns) {
  std::vector<std::string> shorter;
  std::map<std::string, std::size_t> uses;
  for (const ExportedColumn& column : columns) {
    const std::size_t dot = column.title.find('.');
    const std::string_view kind = std::string_view(column.title).substr(0, dot);
    const bool has_kind = !column.has_title && dot != std::string::npos &&
                          (kind == "params" || kind == "metrics" || kind == "tags" || kind == "dicts");
    shorter.push_back(has_kind ? column.title.substr(dot + 1) : column.title);
    ++uses[shorter.back()];
  }
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (uses[shorter[i]] == 1) columns[i].title = std::move(shorter[i]);
}

}  // namespace erm::detail
