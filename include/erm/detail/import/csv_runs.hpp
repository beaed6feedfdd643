// Reads runs from a CSV file: a row for each run, or for each point.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/csv.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/import/importer.hpp"
#include "erm/detail/import/mended.hpp"
#include "erm/detail/run/names_instead.hpp"
#include "erm/detail/run/paths.hpp"

namespace erm::detail {

/// Of a comma, a semicolon and a tab the one that the line of names has most of, outside quotes.
inline char separator_of(std::string_view names) {
  std::size_t commas = 0, semicolons = 0, tabs = 0;
  bool is_quoted = false;
  for (const char c : names) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    commas += c == ',' ? 1U : 0U;
    semicolons += c == ';' ? 1U : 0U;
    tabs += c == '\t' ? 1U : 0U;
  }
  if (tabs > commas && tabs >= semicolons) return '\t';
  return semicolons > commas ? ';' : ',';
}

class CsvRuns {
 public:
  CsvRuns(std::string_view text, std::string path, TimePoint time, const CsvImportOptions& options, Importer& importer)
      : path_(std::move(path)), file_time_(time), options_(options), importer_(importer), text_(text) {
    if (!is_utf8(text_)) throw FormatError("cannot import '" + path_ + "': it is not UTF-8");
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
    std::vector<CsvField> fields;
    if (text_.empty()) throw FormatError("cannot import '" + path_ + "': it is empty");
    separator_ = options_.separator != '\0' ? options_.separator : separator_of(text_.substr(0, text_.find('\n')));
    if (!read_csv_record(text_, fields, separator_))
      throw FormatError("cannot import '" + path_ + "', line 1: a quote stands where none belongs, or is not closed");
    for (CsvField& field : fields) {
      line_ += static_cast<std::size_t>(std::count(field.text.begin(), field.text.end(), '\n'));
      names_.push_back(std::move(field.text));
    }
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (std::find(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(i), names_[i]) !=
          names_.begin() + static_cast<std::ptrdiff_t>(i))
        throw FormatError("cannot import '" + path_ + "': two columns are called '" + names_[i] + "'");
    find_columns();
  }

  void import() {
    std::size_t line = line_;
    std::vector<CsvField> fields;
    while (!text_.empty()) {
      const std::string_view before = text_;
      if (!read_csv_record(text_, fields, separator_)) {
        importer_.leave_out("'" + path_ + "' was left out from line " + std::to_string(line + 1) +
                            " on: a quote stands where none belongs, or is not closed");
        break;
      }
      const std::string_view record = before.substr(0, before.size() - text_.size());
      const std::size_t here = ++line;
      line += static_cast<std::size_t>(std::count(record.begin(), record.end(), '\n')) - (record.back() == '\n' ? 1 : 0);
      if (fields.size() == 1 && fields[0].text.empty() && names_.size() > 1) continue;
      if (fields.size() != names_.size()) {
        importer_.leave_out(place(here) + " was left out: it has " + std::to_string(fields.size()) + " cells, and the file " +
                            std::to_string(names_.size()) + " columns");
        continue;
      }
      take(fields, record, here);
    }
    std::size_t done = 0;
    for (SourceRun& run : runs_) {
      finish(run, done);
      importer_.add(std::move(run), "the run '" + names_of_runs_[done] + "' of '" + path_ + "'");
      importer_.show(++done, runs_.size());
    }
  }

 private:
  [[nodiscard]] std::string place(std::size_t line) const { return "line " + std::to_string(line) + " of '" + path_ + "'"; }

  std::size_t find(const std::string& name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end())
      throw NotFoundError("cannot import '" + path_ + "': it has no column " + shown(name) + names_instead(name, names_));
    const auto column = static_cast<std::size_t>(found - names_.begin());
    if (is_used_[column])
      throw Error("cannot import '" + path_ + "': the column " + shown(name) + " is named for two things");
    is_used_[column] = true;
    return column;
  }
  void find_one(std::optional<std::size_t>& column, const std::string& name) {
    if (!name.empty()) column = find(name);
  }

  void find_columns() {
    is_used_.resize(names_.size());
    find_one(run_, options_.run_column);
    find_one(experiment_, options_.experiment_column);
    find_one(variant_, options_.variant_column);
    find_one(step_, options_.step_column);
    find_one(time_, options_.time_column);
    find_one(name_, options_.name_column);
    find_one(value_, options_.value_column);
    if (name_.has_value() != value_.has_value())
      throw Error("cannot import '" + path_ + "': name_column and value_column are given together, or not at all");
    if (name_ && !step_) throw Error("cannot import '" + path_ + "': name_column needs a step_column");
    for (const std::string& name : options_.metric_columns) metrics_.push_back(find(name));
    for (const std::string& name : options_.param_columns) params_.push_back(find(name));
    for (const std::string& name : options_.tag_columns) tags_.push_back(find(name));
    const bool are_metrics = step_ && !name_ && metrics_.empty();
    if (!step_ && metrics_.empty())
      throw Error("cannot import '" + path_ + "': say in metric_columns which of its columns are metrics: " + all_names());
    for (std::size_t i = 0; i < names_.size() && options_.take_other_columns; ++i)
      if (!is_used_[i]) (are_metrics ? metrics_ : params_).push_back(i);
  }

  [[nodiscard]] std::string all_names() const {
    std::string all;
    for (std::size_t i = 0; i < names_.size() && i < 20; ++i) all += (i == 0 ? "" : ", ") + shown(names_[i]);
    return all + (names_.size() > 20 ? ", ..." : "");
  }

  static std::optional<TimePoint> time_in(std::string_view text) {
    if (const auto time = parse_time(text)) return time;
    const auto number = parse_number(text);
    if (!number || !(*number > -1e15 && *number < 1e15)) return std::nullopt;
    const double ms = *number > 1e11 || *number < -1e11 ? *number : *number * 1000;
    return time_of_ms(static_cast<std::int64_t>(ms));
  }

  /// The run of a row; a new one if it has not been seen.
  SourceRun& run_of(const std::vector<CsvField>& fields, std::string_view record) {
    const std::string stem = last_part(path_).substr(0, last_part(path_).rfind('.'));
    std::string experiment = experiment_ ? fields[*experiment_].text : std::string();
    if (experiment.empty()) experiment = stem;
    std::string variant = variant_ ? fields[*variant_].text : std::string();
    if (variant.empty()) variant = "main";
    std::string id;
    if (run_) {
      id = fields[*run_].text;
    } else if (step_) {
      id = stem + "-" + sha256_of(path_).substr(0, 8);  // a file of that name elsewhere is another run
    } else {
      const std::string_view row = record.substr(0, record.find_last_not_of("\r\n") + 1);
      const std::string hash = sha256_of(row).substr(0, 16);
      const std::size_t same = ++equal_rows_[hash];
      id = "row-" + hash + (same > 1 ? "-" + std::to_string(same) : "");
    }
    const std::string key = experiment + '\n' + variant + '\n' + id;
    const auto [found, is_new] = index_.emplace(key, runs_.size());
    if (!is_new) return runs_[found->second];
    SourceRun& run = runs_.emplace_back();
    run.from = "csv";
    run.key = path_ + '\n' + key;
    set_id(run.record, run.record.experiment_id, experiment, "imported.experiment", "csv");
    set_id(run.record, run.record.variant_id, variant, "imported.variant", "main");
    set_id(run.record, run.record.run_id, id, "imported.run", "run");
    names_of_runs_.push_back(id);
    digests_.emplace_back();
    return run;
  }

  void take(const std::vector<CsvField>& fields, std::string_view row, std::size_t line) {
    if (run_ && fields[*run_].text.empty()) {
      importer_.leave_out(place(line) + " was left out: it names no run");
      return;
    }
    std::optional<std::int64_t> step;
    if (step_) {
      const std::string& text = fields[*step_].text;
      step = whole_number(text);
      if (const auto number = parse_number(text); !step && number && *number > -9e15 && *number < 9e15 &&
                                                  *number == static_cast<double>(static_cast<std::int64_t>(*number)))
        step = static_cast<std::int64_t>(*number);
      if (!step) {
        importer_.leave_out(place(line) + " was left out: its step " + shown(text) + " is no whole number");
        return;
      }
    }
    std::optional<TimePoint> time;
    if (time_ && !fields[*time_].text.empty()) {
      time = time_in(fields[*time_].text);
      if (!time) importer_.leave_out("the time " + shown(fields[*time_].text) + " in " + place(line) + " was left out: it is none");
    }
    SourceRun& run = run_of(fields, row);
    const auto index = static_cast<std::size_t>(&run - runs_.data());
    digests_[index].add(row);
    RunRecord& record = run.record;
    if (run_ && !step_ && !seen_rows_.emplace(index, line).second) {
      importer_.leave_out(place(line) + " was left out: line " + std::to_string(seen_rows_[index]) +
                          " has the same run; name a step_column if a row is a point");
      return;
    }
    if (time) {
      auto& begin = begins_[index];
      begin = begin ? (std::min)(*begin, *time) : *time;
      record.finished_utc = record.finished_utc ? (std::max)(*record.finished_utc, *time) : *time;
    }
    for (const std::size_t column : metrics_) metric(record, names_[column], fields[column].text, step, time, line);
    if (name_ && !fields[*name_].text.empty()) metric(record, fields[*name_].text, fields[*value_].text, step, time, line);
    for (const std::size_t column : params_) {
      const std::string& text = fields[column].text;
      if (text.empty()) continue;
      const auto [param, is_new] = record.params.emplace(names_[column], typed_value(text));
      if (!is_new && param->second != typed_value(text))
        importer_.leave_out("the param " + shown(names_[column]) + " in " + place(line) + " was left out: the run has another, " +
                            shown(param->second.str()));
    }
    for (const std::size_t column : tags_)
      if (!fields[column].text.empty() && !names_[column].empty()) record.tags[names_[column]] = fields[column].text;
  }

  void metric(RunRecord& record, const std::string& name, const std::string& text, std::optional<std::int64_t> step,
              std::optional<TimePoint> time, std::size_t line) {
    if (text.empty()) return;
    const std::optional<double> number = parse_number(text);
    if (!number) {
      importer_.leave_out("the metric " + shown(name) + " in " + place(line) + " was left out: " + shown(text) + " is no number");
      return;
    }
    const Value typed = typed_value(text);
    record.metrics[name] = typed.is_number() && !step ? typed : Value(*number);
    if (step) record.history[name].append({*step, time.value_or(file_time_), *number});
  }

  void finish(SourceRun& run, std::size_t index) {
    const auto begin = begins_.find(index);
    run.record.timestamp_utc = begin == begins_.end() || !begin->second ? file_time_ : *begin->second;
    if (!run.record.finished_utc) run.record.finished_utc = run.record.timestamp_utc;
    run.digest = digests_[index].hex();
  }

  std::string path_;
  TimePoint file_time_;
  const CsvImportOptions& options_;
  Importer& importer_;
  std::string_view text_;
  std::vector<std::string> names_;
  char separator_ = ',';
  std::size_t line_ = 1;  // the one that was read last
  std::vector<bool> is_used_;
  std::optional<std::size_t> run_, experiment_, variant_, step_, time_, name_, value_;
  std::vector<std::size_t> metrics_, params_, tags_;
  std::vector<SourceRun> runs_;
  std::vector<std::string> names_of_runs_;
  std::vector<SourceDigest> digests_;
  std::map<std::string, std::size_t> index_, equal_rows_;
  std::map<std::size_t, std::size_t> seen_rows_;
  std::map<std::size_t, std::optional<TimePoint>> begins_;
};

}  // namespace erm::detail
