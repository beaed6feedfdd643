// The log_* interface that every kind of run has: ExperimentRun keeps what is logged in memory, LiveRun
// puts it on disk. Each call takes what it is given at that moment; a file that changes later does not
// change the run.
//
//   run.log_params({{"lr", 0.1}, {"seed", 42u}, {"optimizer", "adam"}});
//   for (std::int64_t epoch = 0; epoch < 10; ++epoch) run.log_metric("loss", train(), epoch);
//   run.log_dict("per class", {{"cat", 0.91}, {"dog", 0.88}});
//   run.log_text("stopped early", "note");
//   run.log_artifact("model.pt", "model");
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/os/file_content.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/figure.hpp"
#include "erm/goal.hpp"
#include "erm/image.hpp"
#include "erm/json.hpp"
#include "erm/metric_history.hpp"
#include "erm/value.hpp"

namespace erm {

struct ProvenanceOptions;
enum class InputHash;

namespace detail {
template <class Run>
struct ProvenanceCalls;  // is defined in erm/provenance.hpp: include it
}

/// What `log_params` and `log_metrics` take in braces: {{"lr", 0.1}, {"optimizer", "adam"}}.
using NamedValues = std::initializer_list<std::pair<std::string_view, Value>>;

/// The base of ExperimentRun and LiveRun, which say as `Run` where what is logged goes. Keys and names are any
/// text; artifact ids and filenames are what a file system can hold, else InvalidIdError.
template <class Run>
class RunLogger {
 public:
  /// A feature that the model saw; one that is there already stays where it is.
  void log_feature(std::string_view feature) { run().take_feature(feature); }
  template <class Features = std::initializer_list<std::string_view>>
  void log_features(const Features& features);

  /// Replaces the param of that key.
  void log_param(std::string_view key, Value value) { run().take_param(key, std::move(value)); }
  void log_params(NamedValues params);
  /// The same of any map: std::map<std::string, Value>, std::unordered_map<std::string, double>, ...
  template <class Map>
  void log_params(const Map& params);

  /// Each value of a configuration file, nested ones under dotted names ("optimizer.lr"). A list and an empty
  /// object are kept as their JSON text, null as "null". Throws Error unless `config` is an object.
  void log_params_json(const Json& config) { log_config(config, {}); }

  /// Replaces the metric of that key; its history stays as it is.
  void log_metric(std::string_view key, Value value) { run().take_metric(key, std::move(value)); }
  void log_metrics(NamedValues metrics);
  template <class Map>
  void log_metrics(const Map& metrics);

  /// Adds a point to the metric's history and makes it the metric. Steps may repeat and go back; a float is
  /// kept as its shortest decimal. The time is now, unless it is given (of an old log, say).
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  void log_metric(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time = {});
  /// A point of each metric. Throws Error for a text, and then logs none of them.
  void log_metrics(NamedValues metrics, std::int64_t step);
  template <class Map>
  void log_metrics(const Map& metrics, std::int64_t step);

  /// Merges a JSON object into the dict of that name: an entry that is there is replaced. Null is an empty
  /// object. Throws Error for other JSON and for one nested deeper than 100 levels.
  void log_dict(std::string_view name, const Json& object);

  /// A text artifact, "<artifact_id>.txt" unless the id has an ending of its own.
  void log_text(std::string_view utf8, std::string artifact_id);

  /// A PNG or JPEG, told by its first bytes; the filename is the path's own, or made from the id. Throws
  /// FormatError for any other file.
  void log_image(const std::filesystem::path& path, std::string artifact_id, std::optional<std::string> filename = {});
  void log_image(Bytes image, std::string artifact_id, std::optional<std::string> filename = {});
  /// Pixels, as a PNG.
  void log_image(const ImageView& pixels, std::string artifact_id);

  /// A plotly figure, or JSON text that is SVG.
  void log_figure(const Json& figure, std::string artifact_id) { log_figure_as(figure, std::move(artifact_id)); }
  /// An erm::Figure, SVG text, or a figure of any type that has a FigureAdaptor.
  template <class Figure>
  void log_figure(const Figure& figure, std::string artifact_id) {
    log_figure_as(figure, std::move(artifact_id));
  }

  /// A file. Its type is told by its filename's ending unless given. Throws NotFoundError for a path that is
  /// not there and IoError for a folder (see log_artifacts).
  void log_artifact(const std::filesystem::path& path, std::string artifact_id,
                    std::optional<std::string> filename = {}, std::optional<ArtifactType> type = {});
  void log_artifact(Bytes content, std::string artifact_id, std::string filename,
                    std::optional<ArtifactType> type = {});

  /// Each file below `folder`, as "<prefix>/<path below the folder>". Links to folders are not followed.
  void log_artifacts(const std::filesystem::path& folder, const std::string& artifact_id_prefix);

  /// Marks the run, with a value or without: replaces the tag of that name. Throws Error for an empty name.
  void set_tag(std::string_view name, const Value& value = {}) { run().take_tag(name, value.str()); }
  /// What a person should know of the run, as Markdown; replaces the note.
  void set_note(std::string_view markdown) { run().take_note(markdown); }
  /// The set that the run belongs to, such as a sweep over seeds: erm/summary.hpp summarizes the runs of each.
  void set_group(std::string_view group) { run().take_group(group); }

  // ---- where the run came from: include erm/provenance.hpp for these ----

  /// Records the program, its machine, its build and its code, in at most about a second; what is not known is told
  /// in the provenance itself, and nothing is thrown for it. A LiveRun does so by itself (LiveOptions::provenance).
  template <class Options = ProvenanceOptions>
  void capture_provenance(const Options& options = {}) {
    detail::ProvenanceCalls<Run>::capture(run(), options);
  }

  /// A file, or a folder with all below it, that the run reads: path, size and SHA-256, or a fingerprint of what is
  /// large; nothing is copied. Replaces the input of that name. Throws NotFoundError for a path that is not there; of
  /// a URL the text is kept.
  template <class Hash = InputHash>
  void log_input(std::string_view name, const std::filesystem::path& path, Hash hash = Hash::automatic) {
    detail::ProvenanceCalls<Run>::log_input(run(), name, path, hash);
  }

  /// The seed of the run, or of a part of it; replaces the one of that name.
  template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  void log_seed(Integer seed) {
    log_seed("seed", seed);
  }
  template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  void log_seed(std::string_view name, Integer seed) {
    detail::ProvenanceCalls<Run>::log_seed(run(), name, seed);
  }

  /// The state of a random engine: std::mt19937, or any other that a stream takes; replaces the one of that name.
  template <class Engine>
  void log_rng(std::string_view name, const Engine& engine) {
    detail::ProvenanceCalls<Run>::log_rng(run(), name, engine);
  }
  /// Gives the engine the state of that name; false, and the engine as it was, where none was logged. Throws
  /// FormatError where the state is that of another type of engine, or of another standard library.
  template <class Engine>
  bool restore_rng(std::string_view name, Engine& engine) const {
    return detail::ProvenanceCalls<Run>::restore_rng(run(), name, engine);
  }

  /// What "best" means for a metric; kept with the run.
  void set_goal(std::string_view metric, Goal goal) { run().take_goal(metric, goal); }

 protected:
  RunLogger() = default;
  ~RunLogger() = default;
  RunLogger(const RunLogger&) = default;
  RunLogger(RunLogger&&) noexcept = default;
  RunLogger& operator=(const RunLogger&) = default;
  RunLogger& operator=(RunLogger&&) noexcept = default;

 private:
  Run& run() { return static_cast<Run&>(*this); }
  const Run& run() const { return static_cast<const Run&>(*this); }
  void log_config(const Json& config, const std::string& prefix);
  template <class Map>
  void log_points(const Map& metrics, std::int64_t step);
  template <class Figure>
  void log_figure_as(const Figure& figure, std::string artifact_id);
  template <class Path>
  static std::string own_filename(const Path& path);
};

// ---- bodies ----

namespace detail {

/// `artifact_id` with `ending`, unless it ends so already.
inline std::string filename_for(const std::string& artifact_id, const std::string& ending) {
  return ends_with(ascii_lower(artifact_id), ending) ? artifact_id : artifact_id + ending;
}

/// Whether the last part of `name` has an ending: "notes.md", but not ".profile" or "notes".
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

}  // namespace detail

template <class Run>
template <class Features>
void RunLogger<Run>::log_features(const Features& features) {
  for (const auto& feature : features) log_feature(feature);
}

template <class Run>
void RunLogger<Run>::log_params(NamedValues params) {
  for (const auto& [key, value] : params) log_param(key, value);
}

template <class Run>
template <class Map>
void RunLogger<Run>::log_params(const Map& params) {
  for (const auto& [key, value] : params) log_param(key, value);
}

template <class Run>
void RunLogger<Run>::log_config(const Json& config, const std::string& prefix) {
  if (prefix.empty()) {
    if (!config.is_object()) {
      throw Error("log_params_json was given " +
                  std::string(config.is_array() ? "a JSON array" : config.type_name()) +
                  ", and a configuration is a JSON object; name its values");
    }
    detail::check_json(config, "the configuration");
  }
  for (auto entry = config.begin(); entry != config.end(); ++entry) {
    const std::string name = prefix + entry.key();
    const Json& value = *entry;
    if (value.is_object() && !value.empty())
      log_config(value, name + ".");
    else if (value.is_string())
      log_param(name, value.template get_ref<const std::string&>());
    else if (value.is_boolean())
      log_param(name, value.template get<bool>());
    else if (value.is_number_unsigned())
      log_param(name, value.template get<std::uint64_t>());
    else if (value.is_number_integer())
      log_param(name, value.template get<std::int64_t>());
    else if (value.is_number_float())
      log_param(name, value.template get<double>());
    else
      log_param(name, value.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
}

template <class Run>
void RunLogger<Run>::log_metrics(NamedValues metrics) {
  for (const auto& [key, value] : metrics) log_metric(key, value);
}

template <class Run>
template <class Map>
void RunLogger<Run>::log_metrics(const Map& metrics) {
  for (const auto& [key, value] : metrics) log_metric(key, value);
}

template <class Run>
template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int>>
void RunLogger<Run>::log_metric(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time) {
  if constexpr (std::is_same_v<Number, float>)
    run().take_point(key, value, step, time);
  else
    run().take_point(key, static_cast<double>(value), step, time);
}

template <class Run>
void RunLogger<Run>::log_metrics(NamedValues metrics, std::int64_t step) {
  log_points(metrics, step);
}

template <class Run>
template <class Map>
void RunLogger<Run>::log_metrics(const Map& metrics, std::int64_t step) {
  log_points(metrics, step);
}

template <class Run>
template <class Map>
void RunLogger<Run>::log_points(const Map& metrics, std::int64_t step) {
  for (const auto& [key, given] : metrics) {
    const Value value(given);
    if (value.is_text()) {
      throw Error("metric " + detail::shown(key) + " was given the text " + detail::shown(value.str()) + " at step " +
                  std::to_string(step) + ", and a point is a number; log it without a step, or as a number");
    }
  }
  for (const auto& [key, given] : metrics) {
    const Value value(given);
    log_metric(key, value.is_bool() ? (value.template get<bool>() ? 1.0 : 0.0) : value.template get<double>(), step);
  }
}

template <class Run>
void RunLogger<Run>::log_dict(std::string_view name, const Json& object) {
  run().take_dict(name, detail::dict_of(object, detail::repaired_utf8(name)));
}

template <class Run>
void RunLogger<Run>::log_text(std::string_view utf8, std::string artifact_id) {
  std::string filename = detail::has_ending(artifact_id) ? artifact_id : artifact_id + ".txt";
  const std::string guessed = detail::media_type_of(ArtifactType::binary, filename);
  run().take_artifact(
      Artifact(std::move(artifact_id), std::move(filename), ArtifactType::binary,
               std::make_shared<const detail::BytesContent>(to_bytes(detail::repaired_utf8(utf8))),
               guessed.rfind("text/", 0) == 0 || guessed == "application/json" ? guessed : "text/plain"));
}

template <class Run>
template <class Path>
std::string RunLogger<Run>::own_filename(const Path& path) {
  return detail::os::utf8_path(path.filename());
}

template <class Run>
void RunLogger<Run>::log_image(const std::filesystem::path& path, std::string artifact_id,
                               std::optional<std::string> filename) {
  if (run().ignores_all()) return;
  Bytes image = detail::read_whole_file(detail::open_regular_file(path));
  log_image(std::move(image), std::move(artifact_id), filename ? std::move(filename) : own_filename(path));
}

template <class Run>
void RunLogger<Run>::log_image(Bytes image, std::string artifact_id, std::optional<std::string> filename) {
  const ArtifactType type = detail::image_type_or_throw(image, artifact_id);
  if (!filename) {
    const std::string lower = detail::ascii_lower(artifact_id);
    filename = type == ArtifactType::jpg && detail::ends_with(lower, ".jpeg")
                   ? artifact_id
                   : detail::filename_for(artifact_id, type == ArtifactType::png ? ".png" : ".jpg");
  }
  log_artifact(std::move(image), std::move(artifact_id), std::move(*filename), type);
}

template <class Run>
void RunLogger<Run>::log_image(const ImageView& pixels, std::string artifact_id) {
  std::string filename = detail::filename_for(artifact_id, ".png");
  log_artifact(encode_png(pixels), std::move(artifact_id), std::move(filename), ArtifactType::png);
}

template <class Run>
template <class Figure>
void RunLogger<Run>::log_figure_as(const Figure& figure, std::string artifact_id) {
  auto content = detail::to_figure_content(figure);
  std::string filename = detail::filename_for(artifact_id, content.filename_ending);
  log_artifact(std::move(content.bytes), std::move(artifact_id), std::move(filename), content.type);
}

template <class Run>
void RunLogger<Run>::log_artifact(const std::filesystem::path& path, std::string artifact_id,
                                  std::optional<std::string> filename, std::optional<ArtifactType> type) {
  if (run().ignores_all()) return;
  std::string name = filename ? std::move(*filename) : own_filename(path);
  if (!filename && (name.empty() || name == "." || name == "..")) detail::open_regular_file(path);  // throws: a folder
  const ArtifactType its_type = type ? *type : detail::artifact_type_of(name);
  run().take_file(path, std::move(artifact_id), std::move(name), its_type);
}

template <class Run>
void RunLogger<Run>::log_artifact(Bytes content, std::string artifact_id, std::string filename,
                                  std::optional<ArtifactType> type) {
  const ArtifactType its_type = type ? *type : detail::artifact_type_of(filename);
  run().take_artifact(Artifact(std::move(artifact_id), std::move(filename), its_type, std::move(content)));
}

template <class Run>
void RunLogger<Run>::log_artifacts(const std::filesystem::path& folder, const std::string& artifact_id_prefix) {
  namespace fs = std::filesystem;
  if (run().ignores_all()) return;
  detail::check_name("artifact id prefix", artifact_id_prefix);
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    std::error_code unreadable;
    if (i->is_regular_file(unreadable)) files.push_back(i->path());
  }
  if (error) {
    const std::string path = detail::os::utf8_path(folder);
    if (error == std::errc::no_such_file_or_directory)
      throw NotFoundError("cannot log the files of '" + path + "': it is not there; check the path");
    throw IoError::failed_to("list the folder", path, error);
  }
  std::sort(files.begin(), files.end());
  const auto id_of = [&](const fs::path& file) {
    return artifact_id_prefix + "/" + detail::os::utf8_path(file.lexically_relative(folder));
  };
  for (const fs::path& file : files) detail::check_name("artifact id", id_of(file));  // all of them, or none
  for (const fs::path& file : files) log_artifact(file, id_of(file), id_of(file));
}

}  // namespace erm
