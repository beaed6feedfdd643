// Reads one run of MLflow's file store: meta.yaml, and a file for each metric, param and tag.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/import/importer.hpp"
#include "erm/detail/import/mended.hpp"
#include "erm/detail/import/plain_yaml.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/media_types.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

using LeaveOut = std::function<void(std::string)>;

inline std::string local_text(const FileSystem& files, const std::string& path) {
  const Bytes bytes = files.read(path);
  return std::string(view(bytes));
}

/// The points of a metric: lines "<ms> <value> <step>"; the oldest versions wrote no step.
inline MetricHistory mlflow_points(std::string_view text, const std::string& path, const LeaveOut& leave_out) {
  std::vector<MetricPoint> points;
  points.reserve(text.size() / 24 + 1);
  std::size_t line_number = 0, bad = 0, first_bad = 0;
  bool is_cut_off = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    is_cut_off = end == std::string_view::npos;
    text.remove_prefix(is_cut_off ? text.size() : end + 1);
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    std::string_view fields[5];
    std::size_t count = 0;
    for (std::string_view rest = line;; ++count) {
      const std::size_t blank = rest.find(' ');
      if (count < 5) fields[count] = rest.substr(0, blank);
      if (blank == std::string_view::npos) break;
      rest.remove_prefix(blank + 1);
    }
    ++count;
    const std::optional<std::int64_t> ms = whole_number(fields[0]);
    const std::optional<std::int64_t> step = count > 2 ? whole_number(fields[2]) : std::int64_t{0};
    const std::optional<double> value = parse_number(fields[1]);
    const std::optional<TimePoint> time = ms ? time_of_ms(*ms) : std::nullopt;
    // Models have two more fields: the data set. A line without an end may lack digits.
    if (is_cut_off || (count != 2 && count != 3 && count != 5) || !step || !value || !time) {
      if (bad++ == 0) first_bad = line_number;
      continue;
    }
    points.push_back({*step, *time, *value});
  }
  if (bad == 1 && is_cut_off && first_bad == line_number)
    leave_out("the last line of '" + path + "' was left out: it has no line end, so it may be cut off");
  else if (bad > 0)
    leave_out(std::to_string(bad) + (bad == 1 ? " line of '" : " lines of '") + path + "' " +
              (bad == 1 ? "was" : "were") + " left out, the first in line " + std::to_string(first_bad) +
              ": it is not 'milliseconds value step'");
  return MetricHistory(std::move(points));
}

/// The value that MLflow shows: of the greatest step the latest, and of those the greatest.
inline double mlflow_last(const MetricHistory& history) {
  const auto before = [](const MetricPoint& a, const MetricPoint& b) {
    if (a.step != b.step) return a.step < b.step;
    return a.time != b.time ? a.time < b.time : a.value < b.value;
  };
  return std::max_element(history.points().begin(), history.points().end(), before)->value;
}

class MlflowRun {
 public:
  MlflowRun(const FileSystem& files, std::string folder, const LeaveOut& leave_out)
      : files_(files), folder_(std::move(folder)), leave_out_(leave_out) {}

  /// Throws FormatError if meta.yaml is damaged or says nothing of a run.
  SourceRun read(const std::string& experiment_name) {
    const std::string path = joined(folder_, "meta.yaml");
    const std::string text = local_text(files_, path);
    digest_.add(text);
    const PlainYaml meta(text, "the data of a run, '" + path + "'");
    std::string run_id = meta.text("run_id");
    if (run_id.empty()) run_id = meta.text("run_uuid");
    if (run_id.empty()) throw FormatError("'" + path + "' names no run: it has neither run_id nor run_uuid");
    RunRecord& record = run_.record;
    run_.from = "mlflow";
    run_.key = run_id;
    run_.is_deleted = meta.text("lifecycle_stage") == "deleted";
    set_id(record, record.experiment_id, experiment_name, "mlflow.experiment", "mlflow");
    record.variant_id = "main";
    set_id(record, record.run_id, run_id, "mlflow.run_id", "run");
    std::map<std::string, std::string>& named = record.tags;
    read_tags(named);
    if (!meta.text("run_name").empty()) named.emplace("mlflow.runName", meta.text("run_name"));
    if (!meta.text("user_id").empty()) named.emplace("mlflow.user", meta.text("user_id"));
    read_times_and_status(meta, path);
    read_params();
    read_metrics();
    read_inputs();
    sort_tags();
    artifact_uri_ = meta.text("artifact_uri");
    return std::move(run_);
  }

  [[nodiscard]] const std::string& artifact_uri() const noexcept { return artifact_uri_; }
  /// After everything else was read.
  [[nodiscard]] std::string digest() { return digest_.hex(); }

  /// Adds the files below a folder as artifacts "<prefix><path>".
  void add_artifacts(RunRecord& record, const std::string& folder, const std::string& prefix) {
    std::vector<std::string> names;
    collect(folder, "", names);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const std::string path = joined(folder, name);
      try {
        auto content = std::make_shared<const LateFile>(path);
        digest_.add(prefix + name);
        digest_.add(std::to_string(content->size()) + " " + std::to_string(os::time_modified(path).value_or(0)));
        const std::string id = mended_id(prefix + name, "artifact");
        if (record.artifacts.count(id) > 0) {
          leave_out_("the artifact '" + path + "' was left out: its name becomes that of another, '" + id + "'");
          continue;
        }
        const ArtifactType type = artifact_type_of(id);
        record.artifacts.emplace(id, Artifact(id, id, type, std::move(content), media_type_of(type, id)));
      } catch (const Error& error) {
        leave_out_("the artifact '" + path + "' was left out: " + error.what());
      }
    }
  }

 private:
  /// A file that is opened when it is read, so that a run may have more of them than a process may open.
  class LateFile final : public Content {
   public:
    explicit LateFile(std::string path) : path_(std::move(path)), size_(FileInPlace(FilePath::from_utf8(path_)).size()) {}
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
      return FileInPlace(FilePath::from_utf8(path_)).read_at(offset, into, size);
    }

   private:
    std::string path_;
    std::uint64_t size_;
  };

  void collect(const std::string& folder, const std::string& below, std::vector<std::string>& names) {
    std::vector<FolderEntry> entries;
    try {
      entries = files_.list(joined(folder, below));
    } catch (const Error& error) {
      leave_out_("the folder '" + joined(folder, below) + "' was left out: " + error.what());
      return;
    }
    for (const FolderEntry& entry : entries) {
      const std::string name = joined(below, entry.name);
      if (entry.kind == FileKind::folder)
        collect(folder, name, names);
      else if (entry.kind == FileKind::file)
        names.push_back(name);
      else
        leave_out_("'" + joined(folder, name) + "' was left out: it is " +
                   (entry.kind == FileKind::link ? "a symbolic link" : "no file"));
    }
  }

  /// Calls visit(name, text, path) for each file below a folder of the run.
  template <class Visit>
  void each_file(const std::string& part, const Visit& visit) {
    std::vector<std::string> names;
    const std::string folder = joined(folder_, part);
    if (files_.info(folder).kind != FileKind::folder) return;
    collect(folder, "", names);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const std::string path = joined(folder, name);
      try {
        const std::string text = local_text(files_, path);
        digest_.add(part + "/" + name);
        digest_.add(text);
        visit(repaired_utf8(name), text, path);
      } catch (const Error& error) {
        leave_out_("'" + path + "' was left out: " + error.what());
      }
    }
  }

  void read_tags(std::map<std::string, std::string>& tags) {
    each_file("tags", [&](const std::string& name, const std::string& text, const std::string&) {
      tags[name] = repaired_utf8(text);
    });
  }

  void read_params() {
    each_file("params", [&](const std::string& name, const std::string& text, const std::string&) {
      run_.record.params.emplace(name, typed_value(text));
    });
  }

  void read_metrics() {
    each_file("metrics", [&](const std::string& name, const std::string& text, const std::string& path) {
      MetricHistory history = mlflow_points(text, path, leave_out_);
      if (history.empty()) {
        if (text.empty()) leave_out_("the metric '" + path + "' was left out: it is empty");
        return;
      }
      run_.record.metrics.emplace(name, mlflow_last(history));
      run_.record.history.emplace(name, std::move(history));
    });
  }

  void read_times_and_status(const PlainYaml& meta, const std::string& path) {
    const auto time = [&](const char* key) -> std::optional<TimePoint> {
      const std::string text = meta.text(key);
      if (text.empty()) return std::nullopt;
      const std::optional<std::int64_t> ms = whole_number(text);
      const std::optional<TimePoint> at = ms ? time_of_ms(*ms) : std::nullopt;
      if (!at) leave_out_("the " + std::string(key) + " of '" + path + "' was left out: '" + text + "' is no time");
      return at;
    };
    RunRecord& record = run_.record;
    record.timestamp_utc = time("start_time").value_or(TimePoint());
    record.finished_utc = time("end_time");
    // Numbers since version 0.9, words in the ones before.
    static constexpr std::pair<const char*, const char*> words[] = {
        {"1", "RUNNING"}, {"2", "SCHEDULED"}, {"3", "FINISHED"}, {"4", "FAILED"}, {"5", "KILLED"}};
    std::string status = meta.text("status");
    for (const auto& [number, word] : words)
      if (status == number) status = word;
    if (status == "FAILED") {
      record.status = RunStatus::failed;
      record.failure = "MLflow says that it failed";
    } else if (status != "FINISHED") {
      // No process of ERM has it open, so that it is shown as killed: until it is finished, and imported again.
      record.status = RunStatus::running;
      record.tags["mlflow.status"] = status.empty() ? "RUNNING" : status;
    }
    if (record.status != RunStatus::running && !record.finished_utc) {
      record.finished_utc = record.timestamp_utc;
      for (const auto& [name, history] : record.history)
        for (const MetricPoint& point : history.points()) record.finished_utc = (std::max)(*record.finished_utc, point.time);
    }
  }

  void read_inputs() {
    const std::string folder = joined(folder_, "inputs");
    if (files_.info(folder).kind != FileKind::folder) return;
    for (const FolderEntry& entry : files_.list(folder)) {
      if (entry.kind != FileKind::folder) continue;
      const std::string path = joined(joined(folder, entry.name), "meta.yaml");
      try {
        const PlainYaml input(local_text(files_, path), "the input '" + path + "'");
        const std::string id = input.text("source_id");
        if (input.text("source_type") != "DATASET" || !fault_of_name(id).empty()) continue;
        const std::string data = joined(joined(joined(folder_of(folder_), "datasets"), id), "meta.yaml");
        const std::string text = local_text(files_, data);
        digest_.add(text);
        const PlainYaml set(text, "the data set '" + data + "'");
        std::string name = set.text("name").empty() ? id : set.text("name");
        Json facts = Json::object();
        for (const char* const key : {"digest", "source", "source_type", "schema", "profile"})
          if (!set.text(key).empty()) facts[std::string(key) == "source" ? "path" : key] = set.text(key);
        for (const auto& [key, value] : input.values())
          if (key.rfind("tags/", 0) == 0) facts[key.substr(5)] = value;
        Json& inputs = run_.record.own_provenance()["inputs"];
        if (inputs.is_object() && inputs.contains(name)) name += " (" + id + ")";
        inputs[name] = std::move(facts);
      } catch (const Error& error) {
        leave_out_("the input '" + path + "' was left out: " + error.what());
      }
    }
  }

  /// The note, the group and the provenance are what MLflow keeps as tags; its long ones become a dict.
  void sort_tags() {
    RunRecord& record = run_.record;
    Json& provenance = record.own_provenance();
    Json long_ones = Json::object();
    for (auto tag = record.tags.begin(); tag != record.tags.end();) {
      const auto& [name, value] = *tag;
      bool stays = true;
      if (name == "mlflow.note.content") {
        record.note = value;
        stays = false;
      } else if (name == "mlflow.parentRunId") {
        record.group = value;
      } else if (name == "mlflow.source.git.commit") {
        provenance["code"]["commit"] = value;
      } else if (name == "mlflow.source.git.branch") {
        provenance["code"]["branch"] = value;
      } else if (name == "mlflow.source.name") {
        provenance["program"]["executable"] = value;
      } else if (name == "mlflow.user") {
        provenance["machine"]["user"] = value;
      } else if (name.rfind("mlflow.", 0) == 0 && value.size() > 100) {
        long_ones[name] = value;
        stays = false;
      }
      tag = stays ? std::next(tag) : record.tags.erase(tag);
    }
    if (!long_ones.empty()) record.own_dicts()["mlflow"] = std::move(long_ones);
  }

  const FileSystem& files_;
  std::string folder_;
  const LeaveOut& leave_out_;
  SourceRun run_;
  SourceDigest digest_;
  std::string artifact_uri_;
};

}  // namespace erm::detail
