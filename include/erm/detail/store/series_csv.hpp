// series/<writer>.csv, what a writer logged over its steps beside points: RFC 4180 text, to which a live run appends.
//
//   id,step,unix_ms,file,size,type,media_type,name
//   sample,1200,1763883021123,files/9f86d0...a08.png,5120,png,image/png,sample.png
//   per class,,1763883021123,tables/per class.csv,,table,text/csv,per class.csv
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/csv.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/error.hpp"

namespace erm::detail {

inline constexpr std::string_view series_header = "id,step,unix_ms,file,size,type,media_type,name\n";

struct SeriesLine {
  std::string id;
  std::optional<std::int64_t> step;  // none for a table
  std::int64_t milliseconds = 0;
  std::string file;  // below series/: "files/<sha256>.png", or "tables/per class.csv"
  std::optional<std::uint64_t> size;
  ArtifactType type = ArtifactType::binary;
  std::string media_type;
  std::string name;  // the filename as it was logged

  [[nodiscard]] bool is_table() const { return !step; }
  /// Of the content of a file that is no table.
  [[nodiscard]] std::string sha256() const { return file.substr(std::string_view("files/").size(), 64); }
};

/// "files/<sha256>.png": equal content is stored once.
inline std::string series_file(const std::string& sha256, const std::string& filename) {
  const std::size_t dot = filename.rfind('.');
  std::string ending = dot == std::string::npos ? std::string() : ascii_lower(filename.substr(dot));
  if (ending.size() > 9 || ending.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.") != std::string::npos)
    ending.clear();
  return "files/" + sha256 + ending;
}

inline void append_series_line(std::string& out, const SeriesLine& line) {
  const auto field = [&](std::string_view text) {
    append_csv_field(out, text);
    out += ',';
  };
  field(line.id);
  field(line.step ? std::to_string(*line.step) : std::string());
  field(std::to_string(line.milliseconds));
  field(line.file);
  field(line.size ? std::to_string(*line.size) : std::string());
  field(line.is_table() ? "table" : name_of(line.type));
  field(line.media_type);
  append_csv_field(out, line.name);
  out += '\n';
}

inline bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Returns false if the fields are no line of the file.
inline bool read_series_fields(std::vector<CsvField>& fields, SeriesLine& line) {
  if (fields.size() != 8) return false;
  const auto number = [](const std::string& text, auto& into) {
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, into);
    return error == std::errc() && at == end;
  };
  line.id = std::move(fields[0].text);
  line.step.reset();
  if (!fields[1].text.empty() && !number(fields[1].text, line.step.emplace())) return false;
  if (!number(fields[2].text, line.milliseconds)) return false;
  if (line.milliseconds < first_day * 86400000 || line.milliseconds >= (last_day + 1) * 86400000) return false;
  line.file = std::move(fields[3].text);
  line.size.reset();
  if (!fields[4].text.empty() && !number(fields[4].text, line.size.emplace())) return false;
  line.media_type = std::move(fields[6].text);
  line.name = std::move(fields[7].text);
  if (!fault_of_name(line.id).empty() || !fault_of_name(line.file).empty() || !fault_of_name(line.name).empty())
    return false;
  if (line.is_table()) return fields[5].text == "table" && line.file.rfind("tables/", 0) == 0;
  if (line.file.rfind("files/", 0) != 0 || !is_sha256(line.sha256()) || line.file.find('/', 6) != std::string::npos)
    return false;
  for (const auto& [type, name] : artifact_type_names) {
    if (name != fields[5].text) continue;
    line.type = type;
    return true;
  }
  return false;
}

/// Calls `use(line, offset)` for each line of a file, where `offset` is the byte at which it begins. Returns how many
/// bytes hold whole lines: a last line without a line end was cut off by a crash. Throws FormatError, which names
/// `path` and the line, for any other line that is none.
template <class Use>
std::size_t read_series_csv(std::string_view text, const std::string& path, Use&& use) {
  std::size_t at = 0;
  SeriesLine line;
  std::vector<CsvField> fields;
  for (std::size_t number = 1;; ++number) {
    // No field holds a line end, so none hides in quotes.
    const std::size_t end = text.find('\n', at);
    const std::string_view whole = text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
    const auto fail = [&](const char* what) {
      throw FormatError("series file '" + path + "', line " + std::to_string(number) + ": " + what +
                        "; mend or remove the line");
    };
    if (end == std::string_view::npos) {
      if (number == 1 && whole != series_header.substr(0, whole.size()))
        fail("the header is not that of a series file");
      return at;
    }
    std::string_view rest = whole;
    if (number == 1) {
      if (whole != series_header && whole != std::string(series_header.substr(0, series_header.size() - 1)) + "\r\n")
        fail("the header is not 'id,step,unix_ms,file,size,type,media_type,name'");
    } else {
      if (!read_csv_record(rest, fields) || !rest.empty() || !read_series_fields(fields, line))
        fail("it is not id,step,unix_ms,file,size,type,media_type,name");
      use(line, at);
    }
    at = end + 1;
  }
}

}  // namespace erm::detail
