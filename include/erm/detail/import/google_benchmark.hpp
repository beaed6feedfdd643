// Reads the JSON of Google Benchmark: its context, and a row for each repetition and each statistic.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/import/importer.hpp"
#include "erm/detail/import/mended.hpp"
#include "erm/detail/run/paths.hpp"

namespace erm::detail {

/// Google Benchmark writes counters that are no numbers as NaN and Infinity, which JSON does not have. Makes texts of
/// them.
inline std::string with_quoted_non_finite(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\' && i + 1 < json.size()) {
      out += c;
      out += json[++i];
      continue;
    }
    if (c == '"') in_text = !in_text;
    bool replaced = false;
    for (const std::string_view word : {"NaN", "-NaN", "Infinity", "-Infinity"}) {
      if (in_text || json.substr(i, word.size()) != word) continue;
      (out += '"').append(word == "-NaN" ? std::string_view("NaN") : word) += '"';
      i += word.size() - 1;
      replaced = true;
      break;
    }
    if (!replaced) out += c;
  }
  return out;
}

class GoogleBenchmarkFile {
 public:
  GoogleBenchmarkFile(std::string_view text, std::string path, Importer& importer)
      : path_(std::move(path)), importer_(importer), hash_(sha256_of(text)) {
    const std::string quoted = with_quoted_non_finite(text);
    JsonReader reader(quoted, "the benchmarks '" + path_ + "'");
    Json json;
    if (reader.kind() == JsonReader::Kind::object) {
      json = reader.any();
      reader.end();
    }
    const auto rows = json.is_object() ? json.find("benchmarks") : json.end();
    if (!json.is_object() || rows == json.end() || !rows->is_array() || !json.contains("context"))
      throw FormatError("cannot import '" + path_ + "': it is no JSON of Google Benchmark, which has \"context\" and " +
                        "\"benchmarks\"; write it with --benchmark_out=" + last_part(path_) +
                        " --benchmark_out_format=json");
    context_ = json["context"].is_object() ? json["context"] : Json::object();
    for (const Json& row : *rows)
      if (row.is_object() && !is_statistic(row) && !is_error(row)) repeated_.insert(name_of(row));
    for (const Json& row : *rows)
      if (row.is_object()) read(row);
    for (const auto& [name, why] : errors_)
      importer_.leave_out("the benchmark '" + name + "' in '" + path_ + "' was left out: " + why);
  }

  void import(bool run_per_repetition) {
    if (repetitions_.empty()) {
      importer_.leave_out("'" + path_ + "' has no results");
      return;
    }
    if (!run_per_repetition) {
      SourceRun one = run_of("");
      for (std::size_t i = 0; i < repetitions_.size(); ++i)
        for (const auto& [name, value] : repetitions_[i])
          one.record.history[name].append({static_cast<std::int64_t>(i), one.record.timestamp_utc, value});
      for (const auto& [name, history] : one.record.history) {
        std::vector<double> values;
        for (const MetricPoint& point : history.points()) values.push_back(point.value);
        one.record.metrics.emplace(name, median(values));
      }
      set_goals(one.record);
      importer_.add(std::move(one), "'" + path_ + "'");
      importer_.show(1, 1);
      return;
    }
    for (std::size_t i = 0; i < repetitions_.size(); ++i) {
      std::string number = std::to_string(i + 1);
      while (number.size() < std::to_string(repetitions_.size()).size()) number.insert(0, 1, '0');
      SourceRun run = run_of(repetitions_.size() > 1 ? "_r" + number : std::string());
      for (const auto& [name, value] : repetitions_[i]) run.record.metrics.emplace(name, value);
      if (repetitions_.size() > 1) run.record.params["repetition"] = i + 1;
      set_goals(run.record);
      importer_.add(std::move(run), "the repetition " + std::to_string(i + 1) + " of '" + path_ + "'");
      importer_.show(i + 1, repetitions_.size());
    }
  }

 private:
  static std::string text_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  }
  static std::optional<double> number_at(const Json& value) {
    if (value.is_number()) return value.get<double>();
    if (!value.is_string()) return std::nullopt;
    const std::string& text = value.get_ref<const std::string&>();
    return text == "NaN" || text == "Infinity" || text == "-Infinity" ? parse_number(text) : std::nullopt;
  }
  static bool is_true(const Json& row, const char* key) {
    const auto found = row.find(key);
    return found != row.end() && found->is_boolean() && found->get<bool>();
  }
  static bool is_error(const Json& row) {
    return is_true(row, "error_occurred") || is_true(row, "skipped") || !text_at(row, "skip_message").empty();
  }
  static std::string name_of(const Json& row) {
    const std::string name = text_at(row, "run_name");
    return name.empty() ? text_at(row, "name") : name;
  }
  static bool is_statistic(const Json& row) { return text_at(row, "run_type") == "aggregate"; }
  static double median(std::vector<double> values) {
    for (const double value : values)
      if (is_nan(value)) return value;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : values[middle - 1] / 2 + values[middle] / 2;
  }

  /// What one of `unit` is in nanoseconds.
  static double factor_of(const std::string& unit) {
    return unit == "us" ? 1e3 : unit == "ms" ? 1e6 : unit == "s" ? 1e9 : 1;
  }

  void read(const Json& row) {
    const std::string name = name_of(row);
    if (name.empty()) {
      errors_["without a name"] = "it has no name";
      return;
    }
    if (is_error(row)) {
      const std::string why = text_at(row, "error_message") + text_at(row, "skip_message");
      errors_[name] = why.empty() ? "it was skipped" : "it said: " + why;
      return;
    }
    if (const std::string label = text_at(row, "label"); !label.empty()) labels_[name] = label;
    const double factor = factor_of(text_at(row, "time_unit"));
    const std::string statistic = is_statistic(row) ? text_at(row, "aggregate_name") : std::string();
    if (statistic == "BigO") {
      complexity_[name]["big_o"] = text_at(row, "big_o");
      for (const char* const key : {"cpu_coefficient", "real_coefficient"})
        if (const auto found = row.find(key); found != row.end() && number_at(*found))
          complexity_[name][key] = *number_at(*found) * factor;
      return;
    }
    if (statistic == "RMS") {
      if (const auto rms = row.find("rms"); rms != row.end()) complexity_[name]["rms"] = *rms;
      return;
    }
    if (is_statistic(row) && repeated_.count(name) > 0) return;
    const std::size_t index = is_statistic(row) ? 0 : seen_[name]++;
    if (repetitions_.size() <= index) repetitions_.resize(index + 1);
    const std::string end = statistic.empty() || statistic == "mean" ? std::string() : "/" + statistic;
    const bool is_share = text_at(row, "aggregate_unit") == "percentage";
    static constexpr std::string_view own[] = {
        "name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index",
        "threads", "iterations", "time_unit", "label", "aggregate_name", "aggregate_unit", "error_occurred",
        "error_message", "skipped", "skip_message"};
    for (auto field = row.begin(); field != row.end(); ++field) {
      if (std::find(std::begin(own), std::end(own), std::string_view(field.key())) != std::end(own)) continue;
      const std::optional<double> number = number_at(*field);
      if (!number) continue;
      const bool is_time = field.key() == "real_time" || field.key() == "cpu_time";
      const std::string metric = name + "/" + field.key() + end;
      if (is_time && end.empty()) times_.push_back(metric);
      repetitions_[index][metric] = *number * (is_time && !is_share ? factor : 1);
    }
  }

  void set_goals(RunRecord& record) const {
    for (const std::string& metric : times_)
      if (record.metrics.count(metric) > 0) record.goals[metric] = Goal::minimize;
  }

  /// A run without its metrics. The same content gives the same ids, wherever the file lies.
  SourceRun run_of(const std::string& suffix) const {
    SourceRun run;
    RunRecord& record = run.record;
    const std::string executable = text_at(context_, "executable");
    std::string name = executable.substr(executable.find_last_of("/\\") + 1);
    if (name.empty()) name = last_part(path_);
    set_id(record, record.experiment_id, name, "imported.experiment", "benchmarks");
    record.variant_id = "main";
    const std::optional<TimePoint> date = parse_time(text_at(context_, "date"));
    const std::string mark = hash_.substr(0, 8);
    record.timestamp_utc = date.value_or(TimePoint());
    record.finished_utc = record.timestamp_utc;
    const std::string id = date ? generated_run_id(*date) + "_" + mark : "benchmark_" + mark;
    record.run_id = id + suffix;
    record.group = id;
    Json& provenance = record.own_provenance();
    if (!executable.empty()) provenance["program"]["executable"] = executable;
    const auto copy = [&](const char* from, const char* part, const char* key) {
      if (const auto found = context_.find(from); found != context_.end()) provenance[part][key] = *found;
    };
    copy("host_name", "machine", "host");
    copy("num_cpus", "machine", "cores");
    copy("mhz_per_cpu", "machine", "cpu_mhz");
    copy("cpu_scaling_enabled", "machine", "cpu_scaling_enabled");
    copy("caches", "machine", "caches");
    copy("load_avg", "machine", "load_average");
    copy("library_build_type", "build", "benchmark_library");
    Json rest = Json::object();
    for (auto field = context_.begin(); field != context_.end(); ++field) rest[field.key()] = *field;
    record.own_dicts()["context"] = std::move(rest);
    if (!labels_.empty()) record.own_dicts()["labels"] = labels_;
    if (!complexity_.empty()) record.own_dicts()["complexity"] = complexity_;
    if (!errors_.empty()) record.own_dicts()["errors"] = errors_;
    run.from = "google-benchmark";
    run.key = hash_ + suffix;
    run.digest = run.key;
    return run;
  }

  std::string path_;
  Importer& importer_;
  std::string hash_;
  Json context_;
  std::set<std::string> repeated_;  // the benchmarks that have rows of repetitions
  std::vector<std::map<std::string, double>> repetitions_;  // the metrics of each
  std::map<std::string, std::size_t> seen_;                 // how many repetitions a benchmark has so far
  std::vector<std::string> times_;
  std::map<std::string, std::string> labels_, errors_;
  Json complexity_ = Json::object();
};

}  // namespace erm::detail
