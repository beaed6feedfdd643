// The bodies of erm/run_logger.hpp, except those that need a Json (run_json.inl), an erm::Figure (figure.inl) or
// provenance (provenance.inl).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/json_input_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/figure/content.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/media_types.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"
#include "erm/image.hpp"
#include "erm/run_logger.hpp"
#include "erm/table.hpp"

namespace erm {

namespace detail {

/// Whether the last part of `name` has an extension: "notes.md", but not ".profile" or "notes".
inline bool has_ending(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < name.size();
}

inline ArtifactType image_type_or_throw(const Bytes& image, const std::string& artifact_id) {
  if (const std::optional<ArtifactType> type = image_type_of(image)) return *type;
  throw FormatError("image '" + artifact_id + "' begins as neither PNG nor JPEG (" + std::to_string(image.size()) +
                    " bytes); log pixels as an ImageView, or the file with log_artifact");
}

/// The last part of a path, as UTF-8.
inline std::string own_filename(const FilePath& path) {
  const std::string text = path.str();
  return text.substr(text.rfind('/') + 1);
}

/// Throws Error if `path` is content that was passed where a path belongs: no file has that path, and no person would
/// give a file such a name.
inline void refuse_content_as_path(const FilePath& path, const char* operation) {
  constexpr std::size_t longest_path = 4096;
  const std::string text = path.str();
  bool is_odd = text.size() > longest_path || !is_utf8(text);
  for (const char c : text) is_odd = is_odd || static_cast<unsigned char>(c) < 0x20;
  if (!is_odd) return;
  try {
    // The system reads a path only up to its first zero byte.
    if (text.find('\0') == std::string::npos && os::info(text).kind != FileKind::missing) return;
  } catch (const Error&) {
    // Such as a name that is too long.
  }
  throw Error(std::string(operation) + " was given a path of " + std::to_string(text.size()) + " bytes, " +
              shown(text) + ", which no file has and which looks like the content of one; pass content in a text as " +
              "erm::to_bytes(text)");
}

/// Whether `name` ends as a filename does: in a dot, a letter, and at most four more letters and digits.
inline bool ends_as_filename(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot < 2 || name.size() - dot > 6) return false;
  for (std::size_t i = dot + 1; i < name.size(); ++i) {
    const char c = name[i];
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && (i == dot + 1 || c < '0' || c > '9')) return false;
  }
  return true;
}

/// Whether a text contains a blank, a tab or a line break.
inline bool has_white_space(std::string_view text) { return text.find_first_of(" \t\n\r") != std::string_view::npos; }

inline bool leads_to_file(const std::string& link) {
  try {
    return os::open_to_read(link).info().kind == FileKind::file;
  } catch (const Error&) {
    return false;
  }
}

/// Adds the paths of the regular files below `folder`, each under `prefix` and its path in it. Links to files count,
/// links to folders are not followed; folders that may not be opened throw, as does one that is not there.
inline void add_files_below(const std::string& folder, const std::string& prefix,
                            std::map<std::string, std::string>& files) {
  os::Folder names(folder);
  if (!names) {
    static_cast<void>(os::open_to_read(folder));  // throws if nothing exists there
    throw IoError::failed_to("list the folder", folder, std::make_error_code(std::errc::not_a_directory));
  }
  std::vector<std::string> folders;
  for (FolderEntry entry; names.next(entry);) {
    std::string path = folder + "/" + entry.name;
    if (entry.kind == FileKind::file || (entry.kind == FileKind::link && leads_to_file(path)))
      files[prefix + entry.name] = std::move(path);
    else if (entry.kind == FileKind::folder)
      folders.push_back(std::move(entry.name));
  }
  for (const std::string& name : folders) add_files_below(folder + "/" + name, prefix + name + "/", files);
}

inline const char* name_of_kind(const JsonInput& json) {
  switch (json.kind()) {
    case JsonInput::Kind::array:
      return "a JSON array";
    case JsonInput::Kind::null:
      return "null";
    case JsonInput::Kind::value:
      return json.value().is_text() ? "string" : json.value().is_bool() ? "boolean" : "number";
    default:
      return "binary";
  }
}

/// Throws Error if `json` is nested deeper than JsonInput::max_depth, or contains what JSON text cannot represent.
/// `what` names it in the message.
inline void check_json_input(const JsonInput& json, const std::string& what) {
  if (json.kind() == JsonInput::Kind::too_deep) {
    throw Error(what + " nests deeper than " + std::to_string(JsonInput::max_depth) +
                " levels; flatten it, or log it as text or an artifact");
  }
  if (json.kind() == JsonInput::Kind::no_text)
    throw Error(what + " holds binary or discarded JSON, which has no text; log it with log_artifact");
  for (const JsonInput& part : json.items()) check_json_input(part, what);
}

}  // namespace detail

ERM_INLINE RunLogger::~RunLogger() = default;

ERM_INLINE void RunLogger::log_feature(std::string_view feature) {
  change_record([&](detail::RunRecord& record) { detail::add_feature(record, feature); });
}

ERM_INLINE void RunLogger::log_param(std::string_view key, Value value) {
  change_record([&](detail::RunRecord& record) {
    const std::string name = detail::repaired_utf8(key);
    record.param_units.erase(name);
    record.params[name] = std::move(value);
  });
}

ERM_INLINE void RunLogger::log_metric(std::string_view key, Value value) { accept_metric(key, std::move(value)); }

ERM_INLINE void RunLogger::log_params(std::initializer_list<NamedParam> params) {
  for (const NamedParam& param : params) set_param(param.key, param.value);
}

ERM_INLINE void RunLogger::log_metrics(NamedValues metrics) {
  for (const auto& [key, value] : metrics) log_metric(key, value);
}

ERM_INLINE void RunLogger::log_metrics(NamedValues metrics, std::int64_t step) {
  for (const auto& [key, value] : metrics) expect_number(key, value, step);
  for (const auto& [key, value] : metrics) log_point(key, value, step);
}

ERM_INLINE void RunLogger::expect_number(std::string_view key, const Value& value, std::int64_t step) {
  if (!value.is_text()) return;
  throw Error("metric " + detail::shown(key) + " was given the text " + detail::shown(value.str()) + " at step " +
              std::to_string(step) + ", and a point is a number; log it without a step, or as a number");
}

ERM_INLINE void RunLogger::log_point(std::string_view key, const Value& value, std::int64_t step) {
  accept_point(key, value.is_bool() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>(), false, step, {});
}

ERM_INLINE void RunLogger::log_value(std::string_view key, const Value& value, std::int64_t step,
                                     std::optional<TimePoint> time) {
  expect_number(key, value, step);
  accept_point(key, value.is_bool() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>(), false, step, time);
}

ERM_INLINE void RunLogger::log_params_json(const JsonInput& config) {
  if (config.kind() != JsonInput::Kind::object && config.kind() != JsonInput::Kind::too_deep) {
    throw Error("log_params_json was given " + std::string(detail::name_of_kind(config)) +
                ", and a configuration is a JSON object; name its values");
  }
  detail::check_json_input(config, "the configuration");
  if (!config.items().empty()) set_params(Param(config));
}

/// Sets the param, or each of its parts under a dotted name; or removes it.
ERM_INLINE void RunLogger::set_param(const std::string& key, const Param& param) {
  if (param.kind() == Param::Kind::parts) {
    for (const NamedParam& part : param.parts()) set_param(key + "." + part.key, part.value);
    return;
  }
  change_record([&](detail::RunRecord& record) {
    const std::string name = detail::repaired_utf8(key);
    record.param_units.erase(name);
    if (param.kind() == Param::Kind::nothing) {
      record.params.erase(name);
      return;
    }
    record.params[name] = param.value();
    if (!param.unit().empty()) record.param_units[name] = param.unit();
  });
}

ERM_INLINE void RunLogger::set_params(const Param& config) {
  if (config.kind() != Param::Kind::parts) {
    throw Error("log_params was given " + detail::shown(config.value().str()) +
                ", and a configuration has names; log a single value as log_param(name, value)");
  }
  for (const NamedParam& param : config.parts()) set_param(param.key, param.value);
}

ERM_INLINE void RunLogger::log_dict(std::string_view name, const JsonInput& object) {
  const std::string valid_name = detail::repaired_utf8(name);
  const auto add = [&](const JsonInput& checked) {
    change_record([&](detail::RunRecord& record) { record.add_dict(valid_name, checked); });
  };
  if (object.kind() == JsonInput::Kind::null) return add(std::initializer_list<JsonInput>());
  detail::check_json_input(object, "dict '" + valid_name + "'");
  if (object.kind() != JsonInput::Kind::object) {
    throw Error("dict '" + valid_name + "' was given " + detail::name_of_kind(object) +
                ", and a dict is a JSON object; give {{\"name\", value}, ...}");
  }
  add(object);
}

ERM_INLINE void RunLogger::log_text(std::string_view utf8, std::string artifact_id) {
  log_text_at(utf8, std::move(artifact_id), {});
}

ERM_INLINE void RunLogger::log_text_at(std::string_view utf8, std::string artifact_id,
                                       std::optional<std::int64_t> step) {
  detail::check_name("artifact id", artifact_id);
  const bool are_swapped = !utf8.empty() && !detail::has_white_space(utf8) && detail::has_white_space(artifact_id) &&
                           !detail::ends_as_filename(artifact_id);
  if (are_swapped) {
    throw InvalidIdError("log_text was given the artifact id " + detail::shown(artifact_id) +
                         ", which has blanks, and the text " + detail::shown(utf8) +
                         ", which has none; the order is log_text(text, artifact_id)");
  }
  std::string filename = detail::has_ending(artifact_id) ? artifact_id : artifact_id + ".txt";
  const std::string guessed = detail::media_type_of(ArtifactType::binary, filename);
  add_artifact_at(Artifact(std::move(artifact_id), std::move(filename), ArtifactType::binary,
                           std::make_shared<const detail::BytesContent>(to_bytes(detail::repaired_utf8(utf8))),
                           detail::is_text_media_type(guessed) ? guessed : "text/plain"),
                  step);
}

ERM_INLINE void RunLogger::log_image(const FilePath& path, std::string artifact_id,
                                     std::optional<std::string> filename) {
  if (ignores_all()) return;
  detail::refuse_content_as_path(path, "log_image");
  Bytes image = detail::read_whole_file(detail::open_regular_file(path));
  log_image(std::move(image), std::move(artifact_id), filename ? std::move(filename) : detail::own_filename(path));
}

ERM_INLINE void RunLogger::log_image(Bytes image, std::string artifact_id, std::optional<std::string> filename) {
  log_image_content(std::move(image), std::move(artifact_id), std::move(filename), {});
}

ERM_INLINE void RunLogger::log_image_content(Bytes image, std::string artifact_id, std::optional<std::string> filename,
                                             std::optional<std::int64_t> step) {
  const ArtifactType type = detail::image_type_or_throw(image, artifact_id);
  if (!filename) {
    const std::string lower = detail::ascii_lower(artifact_id);
    filename = type == ArtifactType::jpg && detail::ends_with(lower, ".jpeg")
                   ? artifact_id
                   : detail::filename_for(artifact_id, type == ArtifactType::png ? ".png" : ".jpg");
  }
  add_artifact_at(Artifact(std::move(artifact_id), std::move(*filename), type, std::move(image)), step);
}

ERM_INLINE void RunLogger::log_image(const ImageView& pixels, std::string artifact_id) {
  std::string filename = detail::filename_for(artifact_id, ".png");
  log_artifact(encode_png(pixels), std::move(artifact_id), std::move(filename), ArtifactType::png);
}

ERM_INLINE void RunLogger::log_image_at(const FilePath& path, std::string artifact_id, std::int64_t step) {
  if (ignores_all()) return;
  detail::refuse_content_as_path(path, "log_image");
  Bytes image = detail::read_whole_file(detail::open_regular_file(path));
  log_image_content(std::move(image), std::move(artifact_id), detail::own_filename(path), step);
}

ERM_INLINE void RunLogger::log_image_at(Bytes image, std::string artifact_id, std::int64_t step) {
  log_image_content(std::move(image), std::move(artifact_id), {}, step);
}

ERM_INLINE void RunLogger::log_image_at(const ImageView& pixels, std::string artifact_id, std::int64_t step) {
  std::string filename = detail::filename_for(artifact_id, ".png");
  log_image_content(encode_png(pixels), std::move(artifact_id), std::move(filename), step);
}

ERM_INLINE void RunLogger::log_figure_content(detail::FigureContent content, std::string artifact_id,
                                              std::optional<std::int64_t> step) {
  std::string filename = detail::filename_for(artifact_id, content.filename_ending);
  add_artifact_at(Artifact(std::move(artifact_id), std::move(filename), content.type, std::move(content.bytes)), step);
}

ERM_INLINE void RunLogger::log_picture(const Bytes& picture, std::string artifact_id,
                                       std::optional<std::int64_t> step) {
  log_figure_content(detail::image_content(picture), std::move(artifact_id), step);
}

ERM_INLINE void RunLogger::log_svg(std::string_view text, bool is_null, std::string artifact_id,
                                   std::optional<std::int64_t> step) {
  if (is_null) throw Error("cannot log a figure: its SVG text is a null pointer");
  log_figure_content(detail::svg_content(text), std::move(artifact_id), step);
}

ERM_INLINE void RunLogger::log_artifact(const FilePath& path, std::string artifact_id,
                                        std::optional<std::string> filename, std::optional<ArtifactType> type) {
  if (ignores_all()) return;
  detail::refuse_content_as_path(path, "log_artifact");
  std::string name = filename ? std::move(*filename) : detail::own_filename(path);
  if (!filename && (name.empty() || name == "." || name == "..")) detail::open_regular_file(path);  // throws: a folder
  const ArtifactType its_type = type ? *type : detail::artifact_type_of(name);
  // Check the names first: an invalid one should not cost the copy of a large file.
  detail::check_artifact_names(artifact_id, name);
  if (stores_artifacts()) return store_file(path, artifact_id, name, its_type);
  add_artifact(Artifact(std::move(artifact_id), std::move(name), its_type, detail::content_of_file(path)));
}

ERM_INLINE void RunLogger::log_artifact(Bytes content, std::string artifact_id, std::string filename,
                                        std::optional<ArtifactType> type) {
  const ArtifactType its_type = type ? *type : detail::artifact_type_of(filename);
  add_artifact(Artifact(std::move(artifact_id), std::move(filename), its_type, std::move(content)));
}

ERM_INLINE void RunLogger::log_artifacts(const FilePath& folder, const std::string& artifact_id_prefix) {
  if (ignores_all()) return;
  detail::check_name("artifact id prefix", artifact_id_prefix);
  const std::string root = folder.str();
  if (detail::os::info(root).kind == FileKind::missing)
    throw NotFoundError("cannot log the files of '" + root + "': it is not there; check the path");
  std::map<std::string, std::string> files;  // by artifact id
  detail::add_files_below(root, artifact_id_prefix + "/", files);
  for (const auto& [id, path] : files) detail::check_name("artifact id", id);  // all of them, or none
  for (const auto& [id, path] : files) log_artifact(FilePath::from_utf8(path), id, id);
}

ERM_INLINE void RunLogger::add_artifact(Artifact artifact) {
  detail::check_artifact_names(artifact.id(), artifact.filename());
  if (stores_artifacts()) return store_artifact(artifact);
  change_record([&](detail::RunRecord& record) {
    const std::string id = artifact.id();
    record.artifacts.insert_or_assign(id, std::move(artifact));
  });
}

ERM_INLINE void RunLogger::add_artifact_at(Artifact artifact, std::optional<std::int64_t> step) {
  if (!step) return add_artifact(std::move(artifact));
  detail::check_artifact_names(artifact.id(), artifact.filename());
  accept_artifact_at(*step, std::move(artifact));
}

ERM_INLINE void RunLogger::log_table(std::string_view name, std::vector<std::string> columns,
                                     std::vector<std::vector<Value>> rows) {
  std::string id(name);
  detail::check_name("table name", id);
  Table table;
  try {
    table = Table(std::move(columns), std::move(rows));
  } catch (const Error& error) {
    throw Error("table " + detail::shown(name) + ": " + error.what());
  }
  accept_table(id, std::move(table));
}

ERM_INLINE void RunLogger::set_tag(std::string_view name, const Value& value) {
  change_record([&](detail::RunRecord& record) { detail::set_tag(record.tags, name, value.str()); });
}
ERM_INLINE void RunLogger::set_note(std::string_view markdown) {
  change_record([&](detail::RunRecord& record) { record.note = detail::repaired_utf8(markdown); });
}
ERM_INLINE void RunLogger::set_group(std::string_view group) {
  change_record([&](detail::RunRecord& record) { record.group = detail::repaired_utf8(group); });
}
ERM_INLINE void RunLogger::define_axis(std::string_view metric_pattern, std::string_view axis_metric) {
  if (metric_pattern.empty() || axis_metric.empty())
    throw Error("define_axis was given an empty name; give the metrics and the metric that is their axis, as in "
                "define_axis(\"val/*\", \"epoch\")");
  change_record([&](detail::RunRecord& record) {
    record.axes[detail::repaired_utf8(metric_pattern)] = detail::repaired_utf8(axis_metric);
  });
}
ERM_INLINE void RunLogger::set_goal(std::string_view metric, Goal goal) {
  change_record([&](detail::RunRecord& record) { record.goals[detail::repaired_utf8(metric)] = goal; });
}

}  // namespace erm
