// The layout of a registry: which folder is the registry, an experiment, a variant or a run, and which of them may lie
// in which. Marker files tell them apart.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

inline constexpr std::string_view registry_marker = ".erm_registry.json";
inline constexpr std::string_view experiment_marker = ".erm_experiment.json";
inline constexpr std::string_view variant_marker = ".erm_variant.json";

/// The text of a marker file: {"variant_id": "main", "created_timestamp_utc": "..."}. That of a registry has no id.
inline std::string marker_text(std::string_view id_key, const std::string& id, const std::string& time) {
  std::string text = "{";
  if (!id_key.empty()) {
    append_json_string(text, id_key);
    append_json_string(text += ": ", id);
    text += ", ";
  }
  append_json_string(text += "\"created_timestamp_utc\": ", time);
  return text + "}";
}

/// The store and path for a URI. If the caller passed a store, the URI is a path in it. A relative path of this machine
/// becomes absolute here, because the program may change its current folder while it uses the path.
inline Location locate(const std::string& uri, const std::shared_ptr<FileSystem>& fs) {
  if (!fs) return open_file_system(uri);
  if (!fs->is_local() || uri.empty()) return {fs, without_scheme(uri)};
  if (ascii_lower(scheme_of(uri)) == "file") return {fs, path_of_file_uri(uri)};
  const std::string path = without_scheme(uri);
  refuse_home_sign(path, uri);
  return {fs, os::absolute_path(os::generic_path(path))};
}

/// The URI of a place for users. A relative path in it is absolute, too.
inline std::string lasting_uri(const std::string& uri, const Location& place) {
  return place.fs->is_local() && scheme_of(uri).empty() ? place.path : uri;
}

inline std::string without_end_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

/// The parents of an id: "a" and "a/b" for "a/b/c".
inline std::vector<std::string> parts_above(const std::string& id) {
  std::vector<std::string> above;
  for (std::size_t slash = id.find('/'); slash != std::string::npos; slash = id.find('/', slash + 1))
    above.push_back(id.substr(0, slash));
  return above;
}

/// The ids below a folder, sorted: those of the folders that contain the marker file. Passes over folders that cannot
/// be read.
inline std::vector<std::string> sorted_ids(const FileSystem& fs, const std::string& folder, std::string_view marker,
                                           std::vector<PassedOver>* passed_over = nullptr) {
  std::vector<std::string> ids = fs.readable_folders_with(folder, std::string(marker), passed_over);
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// The contents of new marker files, where those of another registry are to stay as they are.
struct MarkerTexts {
  std::string experiment, variant;  // empty: a new one
};

struct RegistryLayout {
  FileSystem& fs;
  std::string root;

  /// Creates the registry, the experiment and the variant if they are missing. Throws InvalidIdError if one of them
  /// would lie inside another of its kind, or share a folder with something else.
  void make_variant(const std::string& experiment_id, const std::string& variant_id, Durability durability,
                    const MarkerTexts& texts = {}) const {
    const std::string experiment = joined(root, experiment_id);
    const std::string variant = joined(experiment, variant_id);
    if (fs.are_files({marker_path(variant, variant_marker), marker_path(experiment, experiment_marker),
                      marker_path(root, registry_marker)}))
      return;
    check_root();
    check_new("experiment", root, experiment_id, experiment_marker);
    check_new("variant", experiment, variant_id, variant_marker);
    mark(root, registry_marker, {}, {}, durability);
    mark(experiment, experiment_marker, "experiment_id", experiment_id, durability, texts.experiment);
    mark(variant, variant_marker, "variant_id", variant_id, durability, texts.variant);
  }

  /// The same for an experiment without a variant.
  void make_experiment(const std::string& experiment_id, Durability durability) const {
    check_root();
    check_new("experiment", root, experiment_id, experiment_marker);
    mark(root, registry_marker, {}, {}, durability);
    mark(joined(root, experiment_id), experiment_marker, "experiment_id", experiment_id, durability);
  }

  /// Throws Error if the root is part of another registry: then the path is most likely wrong.
  void check_root() const {
    if (has(root, registry_marker)) return;
    for (const auto& [marker, what] : {std::pair(experiment_marker, "an experiment"),
                                       std::pair(variant_marker, "a variant"), std::pair(metadata_filename, "a run")})
      if (has(root, marker))
        throw Error("cannot make a registry at '" + root + "': the folder is " + what +
                    " already; give the path of the registry itself");
  }

  /// Throws InvalidIdError if the run would lie inside another run or another variant.
  void check_run(const std::string& experiment_id, const std::string& variant_id, const std::string& run_id) const {
    if (run_id.find('/') == std::string::npos) return;
    const std::string variant = joined(joined(root, experiment_id), variant_id);
    for (const std::string& above : parts_above(run_id)) {
      if (has(joined(variant, above), metadata_filename)) refuse("run", run_id, "would lie inside the run", above);
      if (has(joined(variant, above), variant_marker)) refuse("run", run_id, "would lie inside the variant", above);
    }
  }

 private:
  static std::string marker_path(const std::string& folder, std::string_view marker) {
    return joined(folder, std::string(marker));
  }

  [[nodiscard]] bool has(const std::string& folder, std::string_view file) const {
    return fs.are_files({marker_path(folder, file)});
  }

  [[noreturn]] static void refuse(const char* what, const std::string& id, const std::string& fault,
                                  const std::string& other) {
    throw InvalidIdError("the " + std::string(what) + " id " + shown(id) + " cannot be used here: it " + fault + " '" +
                         other + "'; choose another id");
  }

  /// Throws InvalidIdError if an experiment or variant cannot be created there.
  void check_new(const char* what, const std::string& parent, const std::string& id, std::string_view marker) const {
    const std::string folder = joined(parent, id);
    if (has(folder, marker)) return;
    std::vector<std::string> places = parts_above(id);
    for (const std::string& above : places)
      if (has(joined(parent, above), marker)) refuse(what, id, std::string("would lie inside the ") + what, above);
    places.push_back(id);
    static constexpr std::pair<std::string_view, const char*> others[] = {
        {registry_marker, "a registry"},
        {experiment_marker, "an experiment"},
        {variant_marker, "a variant"},
        {metadata_filename, "a run"},
    };
    for (const std::string& place : places)
      for (const auto& [other_marker, other] : others)
        // Another process may have just created it.
        if ((place != id || other_marker != marker) && has(joined(parent, place), other_marker))
          refuse(what, id, std::string("needs a folder that is ") + other + " already:", joined(parent, place));
    if (fs.info(folder).kind == FileKind::missing) return;
    const std::vector<std::string> inside = sorted_ids(fs, folder, marker);
    if (!inside.empty()) refuse(what, id, std::string("would hold the ") + what, joined(id, inside.front()));
  }

  void mark(const std::string& folder, std::string_view marker, std::string_view id_key, const std::string& id,
            Durability durability, std::string text = {}) const {
    const std::string path = joined(folder, std::string(marker));
    if (has(folder, marker)) return;
    if (text.empty()) text = marker_text(id_key, id, time_text(now_utc()));
    fs.create(path, text, durability);  // false: another process has just created it
    if (durability == Durability::durable) fs.sync_folder(folder);
  }
};

/// Throws NotFoundError if the registry, the experiment or the variant does not exist. The message names the first that
/// is missing.
struct VariantPlace {
  const FileSystem& fs;
  const std::string& registry_uri;
  std::string root;

  void expect_registry() const {
    if (is_missing(root))
      throw NotFoundError("there is no registry at '" + registry_uri + "'; check the path, or save a run to it first");
  }
  void expect_experiment(const std::string& experiment_id) const {
    if (!is_missing(joined(root, experiment_id))) return;
    expect_registry();
    throw NotFoundError("there is no experiment '" + experiment_id + "' in the registry '" + registry_uri +
                        "'; list_experiments tells which there are");
  }
  void expect_variant(const std::string& experiment_id, const std::string& variant_id) const {
    if (!is_missing(joined(joined(root, experiment_id), variant_id))) return;
    expect_experiment(experiment_id);
    throw NotFoundError("there is no variant '" + variant_id + "' of experiment '" + experiment_id +
                        "' in the registry '" + registry_uri + "'; list_variants tells which there are");
  }

 private:
  [[nodiscard]] bool is_missing(const std::string& path) const {
    const FileKind kind = fs.info(path).kind;
    return kind != FileKind::folder && kind != FileKind::link;
  }
};

}  // namespace erm::detail
