// Puts the runs of a source into a registry: finds out which are there already, and saves those that are new or changed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/import/mended.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/import.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"

namespace erm::detail {

/// A run of a source.
struct SourceRun {
  RunRecord record;
  std::string from;    // "mlflow"
  std::string key;     // what the run is called there, for good
  std::string digest;  // changes if anything of the run does
  bool is_deleted = false;
};

class Importer {
 public:
  /// The objects of `captured` are added to the provenance of each run.
  Importer(const std::string& registry_uri, const ImportOptions& options, const Json& captured = {})
      : registry_uri_(registry_uri),
        options_(options),
        captured_(captured),
        registry_(locate(registry_uri, options.fs)),
        root_(without_end_slash(registry_.path)),
        lasting_uri_(lasting_uri(registry_uri, registry_)) {
    for (const std::optional<std::string>* const id : {&options.experiment, &options.variant})
      if (*id) check_name(id == &options.experiment ? "experiment id" : "variant id", **id);
    for (std::string& folder : registry_.fs->readable_folders_with(root_, std::string(metadata_filename), nullptr))
      there_.emplace(last_part(folder), std::move(folder));
  }

  [[nodiscard]] ImportResult& result() noexcept { return result_; }
  void leave_out(std::string sentence) { result_.left_out.push_back(std::move(sentence)); }
  void show(std::size_t done, std::size_t all) const {
    if (options_.on_progress) options_.on_progress(done, all);
  }

  /// Imports one run. `name` is how messages call it. Throws IoError if the registry cannot be written.
  void add(SourceRun source, const std::string& name) {
    RunRecord& record = source.record;
    if (options_.experiment) record.experiment_id = *options_.experiment;
    if (options_.variant) record.variant_id = *options_.variant;
    for (const auto& [tag, value] : options_.tags) set_tag(record.tags, tag, value);
    if (captured_.is_object()) add_captured(record.own_provenance());
    record.own_provenance()["imported"] = Json{{"from", source.from}, {"key", source.key}, {"digest", source.digest}};
    try {
      if (!update(source)) create(source, name);
    } catch (const IoError&) {
      throw;
    } catch (const Error& error) {
      leave_out(name + " was left out: " + error.what());
    }
  }

 private:
  struct Known {
    RunRecord record;
    std::string from, key, digest;
    [[nodiscard]] bool is(const SourceRun& source) const { return from == source.from && key == source.key; }
    [[nodiscard]] bool is_same(const SourceRun& source) const { return from == source.from && digest == source.digest; }
  };

  /// The run that is in a folder of the registry. Nothing if it cannot be read: then it is somebody's damaged run.
  [[nodiscard]] std::optional<Known> known(const std::string& folder) const {
    try {
      MetadataFile file = read_metadata(*registry_.fs, folder);
      apply_edits_beside(*registry_.fs, folder, file.record);
      Known it;
      it.record = std::move(file.record);
      const Json& provenance = it.record.provenance();
      const auto found = provenance.find("imported");
      if (found == provenance.end() || !found->is_object()) return it;
      it.from = text_of(*found, "from");
      it.key = text_of(*found, "key");
      it.digest = text_of(*found, "digest");
      return it;
    } catch (const FormatError&) {
      return std::nullopt;
    } catch (const NotFoundError&) {
      return std::nullopt;
    }
  }

  void add_captured(Json& provenance) const {
    for (auto entry = captured_.begin(); entry != captured_.end(); ++entry) {
      Json& there = provenance[entry.key()];
      if (there.is_object() && entry->is_object())
        there.update(*entry);
      else
        there = *entry;
    }
  }

  static std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  }

  [[nodiscard]] std::string uri_of(const std::string& folder) const { return uri_below(lasting_uri_, folder); }

  /// Handles a run that was imported before. Returns false if it was not.
  bool update(SourceRun& source) {
    const auto [begin, end] = there_.equal_range(last_part(source.record.run_id));
    for (auto it = begin; it != end; ++it) {
      const std::string folder = joined(root_, it->second);
      std::optional<Known> run = known(folder);
      if (!run || !(run->is(source) || run->is_same(source))) continue;
      if (run->is_same(source)) {
        result_.unchanged.push_back(uri_of(it->second));
        return true;
      }
      RunRecord& record = source.record;
      record.experiment_id = run->record.experiment_id;
      record.variant_id = run->record.variant_id;
      record.run_id = run->record.run_id;
      record.tags.insert(run->record.tags.begin(), run->record.tags.end());  // those of the source win
      if (record.note.empty()) record.note = run->record.note;
      if (record.group.empty()) record.group = run->record.group;
      if (!options_.dry_run) {
        SaveOptions how = save_options();
        how.overwrite = true;
        save_run_to_path(RunAccess::make(std::move(record)), uri_below(registry_uri_, it->second), how);
        if (source.is_deleted) delete_run(uri_below(registry_uri_, it->second), options_.fs);
      }
      result_.updated.push_back(uri_of(it->second));
      return true;
    }
    return source.is_deleted && is_in_trash(source);
  }

  bool is_in_trash(const SourceRun& source) {
    if (!trash_) {
      trash_.emplace();
      try {
        for (const TrashedRun& run : list_trash(registry_uri_, options_.fs)) trash_->emplace(run.run_id, run);
      } catch (const NotFoundError&) {
        // A new registry has no trash.
      }
    }
    const auto found = trash_->find(source.record.run_id);
    if (found == trash_->end()) return false;
    result_.unchanged.push_back(
        uri_of(joined(joined(found->second.experiment_id, found->second.variant_id), found->second.run_id)));
    return true;
  }

  void create(SourceRun& source, const std::string& name) {
    RunRecord& record = source.record;
    const std::string folder = joined(joined(record.experiment_id, record.variant_id), record.run_id);
    const auto [begin, end] = there_.equal_range(last_part(record.run_id));
    if (std::any_of(begin, end, [&](const auto& known) { return known.second == folder; })) {
      leave_out(name + " was left out: the registry has another run '" + uri_of(folder) +
                "', which is not from there; choose another experiment or variant");
      return;
    }
    if (options_.dry_run) {
      there_.emplace(last_part(record.run_id), folder);
      result_.imported.push_back(uri_of(folder));
      return;
    }
    const ExperimentRun run = RunAccess::make(std::move(record));
    std::string uri;
    try {
      uri = save_run_to_registry(run, registry_uri_, save_options());
    } catch (const InvalidIdError&) {
      // The experiment would lie inside another, or hold it: "a" and "a/b" are two in other programs.
      if (run.experiment_id().find('/') == std::string::npos || options_.experiment) throw;
      RunRecord flat = RunAccess::record(run);
      flat.tags["imported.experiment"] = flat.experiment_id;
      flat.experiment_id = without_slashes(flat.experiment_id);
      uri = save_run_to_registry(RunAccess::make(std::move(flat)), registry_uri_, save_options());
    }
    if (source.is_deleted) delete_run(uri, options_.fs);
    else there_.emplace(last_part(run.run_id()), folder);
    result_.imported.push_back(std::move(uri));
  }

  [[nodiscard]] SaveOptions save_options() const {
    SaveOptions how;
    how.durable = options_.durable;
    how.fs = options_.fs;
    return how;
  }

  std::string registry_uri_;
  const ImportOptions& options_;
  Json captured_;
  Location registry_;
  std::string root_;
  std::string lasting_uri_;
  std::multimap<std::string, std::string> there_;  // the folders of runs below the root, by their last part
  std::optional<std::map<std::string, TrashedRun>> trash_;
  ImportResult result_;
};

/// The digest of texts, each with its length, so that none runs into the next.
class SourceDigest {
 public:
  void add(std::string_view text) {
    const std::string size = std::to_string(text.size()) + ":";
    hash_.update(size.data(), size.size());
    hash_.update(text.data(), text.size());
  }
  [[nodiscard]] std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

/// The id of a run that has none: mended, and visibly so.
inline void set_id(RunRecord& record, std::string& id, std::string_view wanted, const char* tag,
                   std::string_view instead) {
  id = mended_id(wanted, instead);
  if (id != wanted) record.tags[tag] = repaired_utf8(wanted);
}

/// A time in milliseconds since 1970, if it can be written.
inline std::optional<TimePoint> time_of_ms(std::int64_t ms) {
  if (ms < -62135596800000 || ms > 253402300799999) return std::nullopt;
  return TimePoint(std::chrono::milliseconds(ms));
}

}  // namespace erm::detail
