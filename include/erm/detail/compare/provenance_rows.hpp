// The provenance of runs as rows of a comparison, whatever parts it has.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison_data.hpp"
#include "erm/detail/base/json_dump.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/json.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// The entry at the path `keys`; null where there is none.
inline const Json* entry_at(const Json& json, std::initializer_list<const char*> keys) {
  const Json* at = &json;
  for (const char* const key : keys) {
    if (!at->is_object()) return nullptr;
    const auto entry = at->find(std::string(key));
    if (entry == at->end()) return nullptr;
    at = &*entry;
  }
  return at;
}

/// The text at the path `keys`; empty where there is none.
inline std::string_view text_at(const Json& json, std::initializer_list<const char*> keys) {
  const Json* const entry = entry_at(json, keys);
  if (entry == nullptr || !entry->is_string()) return {};
  return entry->get_ref<const std::string&>();
}

inline bool is_list_of_objects(const Json& json) {
  if (!json.is_array()) return false;
  for (const Json& part : json)
    if (!part.is_object()) return false;
  return true;
}

inline bool is_list_of_texts(const Json& json) {
  if (!json.is_array()) return false;
  for (const Json& part : json)
    if (!part.is_string()) return false;
  return true;
}

/// The words of a command as a person types them: words with blanks or quotes stand in quotes.
inline std::string command_text(const Json& words) {
  std::string text;
  for (const Json& part : words) {
    const std::string& word = part.get_ref<const std::string&>();
    const bool is_quoted = word.empty() || word.find_first_of(" \t\n\"'") != std::string::npos;
    if (!text.empty()) text += ' ';
    text += is_quoted ? "'" + word + "'" : word;
  }
  return text;
}

/// Shows a long text by its SHA-256, its size and its beginning.
inline void fill_long_text(ComparisonCell& cell, std::string_view text, TextArena& texts) {
  constexpr std::size_t longest = 1000, begin = 60;
  cell.kind = ComparisonCell::Kind::text;
  if (text.size() <= longest) {
    cell.text = texts.keep(text);
    return;
  }
  std::string shown =
      "SHA-256 " + sha256_of(text).substr(0, 12) + "\xE2\x80\xA6 of " + std::to_string(text.size()) + " bytes: ";
  shown += first_bytes(text, begin);
  shown += "\xE2\x80\xA6";
  cell.text = texts.keep(shown);
}

/// Collects the provenance of all runs.
class ProvenanceRows {
 public:
  ProvenanceRows(std::size_t runs, TextArena& texts) : runs_(runs), texts_(texts) {}

  void add(std::size_t run, const Json& provenance) {
    run_ = run;
    for (auto part = provenance.begin(); part != provenance.end(); ++part) add_value(key_of(part.key()), *part);
    const std::string_view diff = text_at(provenance, {"code", "diff"});
    if (!diff.empty() && text_at(provenance, {"code", "diff_sha256"}).empty())
      fill_long_text(cell_at(key_of("code") + path_mark + "diff_sha256"), sha256_of(diff), texts_);
  }

  /// All rows, compared to the baseline. Once, after the last add().
  [[nodiscard]] std::vector<ComparisonRow> rows(std::size_t baseline) {
    std::vector<ComparisonRow> out;
    for (const auto& [key, index] : index_of_) {
      ComparisonRow& row = rows_[index];
      finish_row(row, baseline);
      if (!row.differs && is_detail(key)) continue;
      std::string shown = key.substr(1);
      std::replace(shown.begin(), shown.end(), path_mark, '.');
      row.name = texts_.keep(shown);
      out.push_back(std::move(row));
    }
    return out;
  }

 private:
  /// The part behind a letter for its place: rows are sorted by it, so that they come in the order in which people ask
  /// for them. An unknown part, of a later version, comes before "missing".
  static std::string key_of(const std::string& part) {
    static constexpr std::array<std::string_view, 11> order = {"erm_version", "captured_utc", "code",       "build",
                                                               "program",     "inputs",       "seeds",      "rngs",
                                                               "job",         "machine",      "environment"};
    char place = 'a';
    for (const std::string_view known : order) {
      if (known == part) break;
      ++place;
    }
    return (part == "missing" ? 'z' : place) + part;
  }
  static bool begins_with(std::string_view text, std::string_view begin) {
    return text.substr(0, begin.size()) == begin;
  }
  /// Whether the row is one of many libraries or processor features, which are shown only where they differ.
  static bool is_detail(std::string_view key) {
    key.remove_prefix(1);
    return begins_with(key, "program\x1Flibraries\x1F") || begins_with(key,
                                                                       "machine\x1F"
                                                                       "cpu_features\x1F");
  }

  ComparisonCell& cell_at(const std::string& key) {
    const auto [place, is_new] = index_of_.emplace(key, rows_.size());
    if (is_new) {
      rows_.emplace_back();
      rows_.back().cells.resize(runs_);
      const std::string_view path = std::string_view(key).substr(1);
      rows_.back().is_incidental = path == "captured_utc" || path == "program\x1Fpid" || path == "build\x1Ftime_utc";
    }
    return rows_[place->second].cells[run_];
  }

  void add_value(const std::string& key, const Json& value) {
    const std::string_view path = std::string_view(key).substr(1);
    if (path ==
        "code\x1F"
        "diff")
      return;  // the page shows it below the table
    if (value.is_object() && !value.empty()) {
      for (auto entry = value.begin(); entry != value.end(); ++entry) add_value(key + path_mark + entry.key(), *entry);
    } else if (value.is_string()) {
      fill_long_text(cell_at(key), value.get_ref<const std::string&>(), texts_);
    } else if (path ==
                   "machine\x1F"
                   "cpu_features" &&
               is_list_of_texts(value)) {
      fill_cell(cell_at(key), Value(value.size()), texts_);
      for (const Json& feature : value) fill_yes(cell_at(key + path_mark + feature.get_ref<const std::string&>()));
    } else if (is_list_of_texts(value)) {
      fill_long_text(cell_at(key), command_text(value), texts_);
    } else if (is_list_of_objects(value)) {
      fill_cell(cell_at(key), Value(value.size()), texts_);
      add_named(key, value);
    } else if (value.is_structured()) {
      fill_long_text(cell_at(key), json_dump(value), texts_);
    } else {
      fill_json_cell(cell_at(key), value, texts_);
    }
  }

  /// A list of objects: the entries of each stand under its name, or the name of its file.
  void add_named(const std::string& key, const Json& list) {
    std::map<std::string, std::size_t> seen;
    for (const Json& part : list) {
      std::string name(text_at(part, {"name"}));
      if (name.empty()) {
        const std::string_view path = text_at(part, {"path"});
        name = path.substr(path.find_last_of("/\\") + 1);
      }
      if (const std::size_t before = seen[name]++; before > 0) name += " (" + std::to_string(before + 1) + ")";
      fill_yes(cell_at(key + path_mark + name));
      for (auto entry = part.begin(); entry != part.end(); ++entry)
        if (entry.key() != "name") add_value(key + path_mark + name + path_mark + entry.key(), *entry);
    }
  }

  std::size_t runs_, run_ = 0;
  TextArena& texts_;
  std::vector<ComparisonRow> rows_;
  std::map<std::string, std::size_t> index_of_;  // by key_of() of the part and the path in it
};

}  // namespace erm::detail
