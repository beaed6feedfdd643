// The bodies of erm/provenance.hpp, and the functions of RunLogger that record provenance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/detail/provenance/capture.hpp"
#include "erm/detail/provenance/input_facts.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/provenance_merge.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/stored_content.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"
#include "erm/provenance.hpp"
#include "erm/registry.hpp"
#include "erm/run_logger.hpp"

namespace erm {

namespace detail {

/// A change that stores a named value in a section of the provenance.
inline std::function<void(RunRecord&)> setting(const char* section, std::string_view name, Json value) {
  return [section, name = repaired_utf8(name), value = std::move(value)](RunRecord& record) {
    Json& all = record.own_provenance()[section];
    if (!all.is_object()) all = Json::object();
    all[name] = value;
  };
}

/// Searches a registry for the artifact with the content of a file.
class MakerSearch {
 public:
  MakerSearch(const std::string& registry_uri, const FilePath& file, std::shared_ptr<FileSystem> fs)
      : uri_(registry_uri), given_fs_(std::move(fs)), place_(locate(registry_uri, given_fs_)), file_(file) {}

  std::optional<ExperimentRun> run() {
    for (const std::string& experiment : list_experiments(uri_, given_fs_)) {
      going_on([&] {
        for (const std::string& variant : list_variants(uri_, experiment, given_fs_))
          going_on([&] { visit_variant(experiment, variant); });
      });
    }
    if (best_) return load_run_from_registry(uri_, best_->experiment, best_->variant, best_->run, given_fs_);
    // No run was found, but it may be one that cannot be read.
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
  }

 private:
  struct Found {
    TimePoint time;
    std::string experiment, variant, run;
    bool operator<(const Found& other) const {
      return std::tie(time, experiment, variant, run) <
             std::tie(other.time, other.experiment, other.variant, other.run);
    }
  };

  /// Keeps the first error: what cannot be read hides nothing.
  template <class Work>
  void going_on(const Work& work) {
    try {
      work();
    } catch (const NotFoundError&) {
      // It was deleted since it was listed.
    } catch (const Error&) {
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void visit_variant(const std::string& experiment, const std::string& variant) {
    const std::vector<std::string> runs = list_runs(uri_, experiment, variant, given_fs_);
    const std::string root = joined(joined(without_end_slash(place_.path), experiment), variant);
    constexpr std::size_t at_once = 128;  // their metadata are held in memory
    for (std::size_t first = 0; first < runs.size(); first += at_once) {
      std::vector<std::string> folders;
      for (std::size_t i = first; i < (std::min)(first + at_once, runs.size()); ++i)
        folders.push_back(joined(root, runs[i]));
      const std::vector<Bytes> texts = metadata_that_is_there(folders);
      for (std::size_t i = 0; i < folders.size(); ++i) {
        if (texts[i].empty() || cannot_be_it(view(texts[i]))) continue;
        try {
          visit_run(folders[i], view(texts[i]), {{}, experiment, variant, runs[first + i]});
        } catch (const Error&) {
          if (!failure_) failure_ = std::current_exception();
        }
      }
    }
  }

  /// The metadata of each folder; empty for a run that was removed meanwhile or cannot be read.
  std::vector<Bytes> metadata_that_is_there(const std::vector<std::string>& folders) {
    try {
      return metadata_bytes_of(*place_.fs, folders);
    } catch (const Error&) {
      std::vector<Bytes> texts(folders.size());
      for (std::size_t i = 0; i < folders.size(); ++i)
        going_on([&] { texts[i] = metadata_bytes(*place_.fs, folders[i]); });
      return texts;
    }
  }

  /// Whether the run can be excluded without parsing its metadata: ERM writes the size of each artifact. Other writers
  /// of a run that has not ended may have more artifacts.
  [[nodiscard]] bool cannot_be_it(std::string_view text) const {
    if (text.find("\n\"erm\": {\"layout\": 1") == std::string_view::npos) return false;
    return text.find("\"status\": \"running\"") == std::string_view::npos &&
           text.find(size_text_) == std::string_view::npos;
  }

  void visit_run(const std::string& folder, std::string_view text, Found run) {
    MetadataFile metadata = MetadataReader::read(text, metadata_path(folder));
    run.time = metadata.record.timestamp_utc;
    if (best_ && !(run < *best_)) return;
    if (metadata.record.status == RunStatus::running)
      for (MetadataFile& writer : read_other_writers(*place_.fs, folder))
        for (StoredArtifact& artifact : writer.artifacts) metadata.artifacts.push_back(std::move(artifact));
    const auto is_it = [&](const StoredArtifact& artifact) { return has_content(folder, artifact); };
    if (std::any_of(metadata.artifacts.begin(), metadata.artifacts.end(), is_it)) best_ = std::move(run);
  }

  [[nodiscard]] bool has_content(const std::string& folder, const StoredArtifact& artifact) {
    if (artifact.size && *artifact.size != file_.size()) return false;
    if (artifact.sha256) return *artifact.sha256 == sha256();
    const StoredContent content(place_.fs, folder, artifact.stored_filename, artifact.size);
    return content.size() == file_.size() && sha256_of(content) == sha256();
  }

  const std::string& sha256() {
    if (sha256_.empty()) sha256_ = sha256_of(file_);
    return sha256_;
  }

  const std::string& uri_;
  std::shared_ptr<FileSystem> given_fs_;
  Location place_;
  FileInPlace file_;
  std::string size_text_ = "\"size\": " + std::to_string(file_.size());
  std::string sha256_;
  std::optional<Found> best_;
  std::exception_ptr failure_;
};

}  // namespace detail

ERM_INLINE std::optional<ExperimentRun> run_that_made(const std::string& registry_uri, const FilePath& file,
                                                      std::shared_ptr<FileSystem> fs) {
  return detail::MakerSearch(registry_uri, file, std::move(fs)).run();
}

ERM_INLINE void RunLogger::capture_provenance(const ProvenanceOptions& options, const BuildFacts& built) {
  if (ignores_all()) return;
  await_capture();
  Json captured = detail::Capture::of(detail::ProcessState(options, built), options);
  change_record(
      [&](detail::RunRecord& record) { detail::put_capture(record.own_provenance(), std::move(captured), false); });
}

ERM_INLINE void RunLogger::log_input(std::string_view name, const FilePath& path, InputHash hash) {
  if (!ignores_all()) change_record(detail::setting("inputs", name, detail::input_facts(detail::as_path(path), hash)));
}

ERM_INLINE void RunLogger::log_seed_value(std::string_view name, const Value& seed) {
  if (!ignores_all()) change_record(detail::setting("seeds", name, Json(JsonInput(seed))));
}

ERM_INLINE void RunLogger::log_rng_state(std::string_view name, const std::string& state) {
  if (!ignores_all()) change_record(detail::setting("rngs", name, Json(state)));
}

ERM_INLINE std::optional<std::string> RunLogger::rng_state(std::string_view name) const {
  std::optional<std::string> state;
  if (ignores_all()) return state;
  visit_record([&](const detail::RunRecord& record) {
    const Json& provenance = record.provenance();
    const auto rngs = provenance.find("rngs");
    if (rngs == provenance.end() || !rngs->is_object()) return;
    const auto found = rngs->find(detail::repaired_utf8(name));
    if (found != rngs->end() && found->is_string()) state = found->get<std::string>();
  });
  return state;
}

ERM_INLINE void RunLogger::throw_wrong_rng(std::string_view name, const std::string& state) {
  throw FormatError("cannot restore the random engine " + detail::shown(name) + ": its state, " + detail::shown(state) +
                    ", is not one of this type; give the type that it was logged of, built with the same standard " +
                    "library");
}

}  // namespace erm
