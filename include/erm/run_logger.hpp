// The log_ functions that every kind of run has: ExperimentRun keeps what it logs in memory, LiveRun writes it to disk.
// Each function copies its arguments; a file that changes later does not change the run.
//
//   run.log_params({{"lr", 0.1}, {"seed", 42u}, {"optimizer", "adam"}});
//   for (std::int64_t epoch = 0; epoch < 10; ++epoch) run.log_metric("loss", train(), epoch);
//   run.log_dict("per class", {{"cat", 0.91}, {"dog", 0.88}});
//   run.log_text("stopped early", "note");
//   run.log_artifact("model.pt", "model");
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/build_facts.hpp"
#include "erm/figure_adaptor.hpp"
#include "erm/file_path.hpp"
#include "erm/goal.hpp"
#include "erm/histogram_options.hpp"
#include "erm/image_view.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/json_fwd.hpp"
#include "erm/json_input.hpp"
#include "erm/metric_history.hpp"
#include "erm/numbers_view.hpp"
#include "erm/param.hpp"
#include "erm/pixels_view.hpp"
#include "erm/provenance_options.hpp"
#include "erm/step.hpp"
#include "erm/value.hpp"
#include "erm/value_adaptor.hpp"

namespace erm {

class Figure;
class Table;

namespace detail {

struct FigureContent;
struct RunRecord;

/// A reference to a function that is called at once, so it need not outlive the call.
template <class Record>
class RecordFunction {
 public:
  template <class Function>
  RecordFunction(const Function& function)  // NOLINT(google-explicit-constructor)
      : function_(&function), call_([](const void* self, Record& record) {
          (*static_cast<const Function*>(self))(record);
        }) {}
  void operator()(Record& record) const { call_(function_, record); }

 private:
  const void* function_;
  void (*call_)(const void*, Record&);
};
/// What log_image takes besides pixels.
template <class T>
inline constexpr bool is_image_file = std::is_convertible_v<const T&, FilePath> || std::is_same_v<T, Bytes>;

using RecordChange = RecordFunction<RunRecord>;
using RecordVisit = RecordFunction<const RunRecord>;

}  // namespace detail

/// The argument of `log_metrics` in braces: {{"loss", 0.1}, {"accuracy", 0.9}}.
using NamedValues = std::initializer_list<std::pair<std::string_view, Value>>;

/// The base class of ExperimentRun and LiveRun, which decide where to store the log. Keys and names are any text.
/// Artifact ids and filenames must be valid on a file system; other text throws InvalidIdError.
class RunLogger {
 public:
  /// A feature that the model uses. A feature that was logged before keeps its position.
  void log_feature(std::string_view feature);
  template <class Features = std::initializer_list<std::string_view>>
  void log_features(const Features& features) {
    for (const auto& feature : features) log_feature(feature);
  }

  /// Replaces the param of that key.
  void log_param(std::string_view key, Value value);
  /// The same for what configurations hold: see Param. An empty std::optional removes the param; a map or a struct
  /// gives several, with dotted names.
  template <class T, std::enable_if_t<!detail::is_json_leaf<T>, int> = 0>
  void log_param(std::string_view key, const T& source) {
    set_param(std::string(key), Param(source));
  }
  void log_params(std::initializer_list<NamedParam> params);
  /// The same for a whole configuration: a map, a struct that has a ParamsOf or a to_json (see Param), or a Json
  /// object.
  template <class T>
  void log_params(const T& config) {
    if constexpr (detail::is_named_range<T> && !detail::has_params_of<T>) {
      for (const auto& [key, value] : config) log_param(key, value);
    } else if constexpr (std::is_same_v<T, NamedParams>) {
      for (const NamedParam& param : config) set_param(param.key, param.value);
    } else if constexpr (detail::has_params_of<T> || detail::is_json<T> || detail::becomes_json<T, Json>) {
      set_params(Param(config));
    } else {
      static_assert(
          detail::has_params_of<T>,
          "erm: this type is no configuration yet. Specialise erm::ParamsOf<T> with a static params(const T&) that "
          "returns erm::NamedParams, such as {{\"lr\", config.lr}}; or give it a to_json "
          "(NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE) and include erm/json.hpp");
    }
  }

  /// Each value of a configuration file, nested values under dotted names ("optimizer.lr"). A list and an empty object
  /// become their JSON text, null becomes "null". Throws Error unless `config` is an object.
  void log_params_json(const JsonInput& config);

  /// Replaces the metric of that key. Its history does not change.
  void log_metric(std::string_view key, Value value);
  void log_metrics(NamedValues metrics);
  template <class Map>
  void log_metrics(const Map& metrics) {
    for (const auto& [key, value] : metrics) log_metric(key, value);
  }

  /// Adds a point to the metric's history and sets the metric to its value. Steps may repeat and decrease; a float is
  /// stored as its shortest decimal. The default time is now; pass one to import an old log, for example.
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  void log_metric(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time = {}) {
    accept_point(key, static_cast<double>(value), std::is_same_v<Number, float>, step, time);
  }
  /// The same for a step of any integer type (erm/step.hpp). Throws Error for one above 2^63 - 1.
  template <class Number, class Step, std::enable_if_t<std::is_arithmetic_v<Number> && detail::is_step<Step>, int> = 0>
  void log_metric(std::string_view key, Number value, Step step, std::optional<TimePoint> time = {}) {
    log_metric(key, value, detail::step_of(step), time);
  }
  /// The same for a number that has a ValueAdaptor, such as a tensor of one number. Throws Error for text.
  template <class T, class Step = std::int64_t,
            std::enable_if_t<detail::has_value_adaptor<T> && detail::is_step<Step>, int> = 0>
  void log_metric(std::string_view key, const T& value, Step step, std::optional<TimePoint> time = {}) {
    log_value(key, Value(value), detail::step_of(step), time);
  }
  /// Adds a point to each metric. If one of them is text, throws Error and logs none.
  void log_metrics(NamedValues metrics, std::int64_t step);
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_metrics(NamedValues metrics, Step step) {
    log_metrics(metrics, detail::step_of(step));
  }
  template <class Map>
  void log_metrics(const Map& metrics, std::int64_t step) {
    for (const auto& [key, value] : metrics) expect_number(key, Value(value), step);
    for (const auto& [key, value] : metrics) log_point(key, Value(value), step);
  }
  template <class Map, class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_metrics(const Map& metrics, Step step) {
    log_metrics(metrics, detail::step_of(step));
  }

  /// Merges a JSON object into the dict with that name, and replaces entries that exist. Null is an empty object.
  /// Throws Error for other JSON, or if it is nested deeper than 100 levels.
  void log_dict(std::string_view name, const JsonInput& object);

  /// A text artifact. Its filename is "<artifact_id>.txt" unless the id has an extension. Throws InvalidIdError if the
  /// id has blanks but does not end as a filename, and the text has none: they were probably passed in the wrong order.
  void log_text(std::string_view utf8, std::string artifact_id);

  /// One text of a series: at each step another, which run.series(artifact_id) reads. The last one logged at a step
  /// replaces those before.
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_text(std::string_view utf8, std::string artifact_id, Step step) {
    log_text_at(utf8, std::move(artifact_id), detail::step_of(step));
  }

  /// A PNG or JPEG file, recognised by its first bytes. The filename is that of the path, or comes from the id. Throws
  /// FormatError for any other file.
  void log_image(const FilePath& path, std::string artifact_id, std::optional<std::string> filename = {});
  void log_image(Bytes image, std::string artifact_id, std::optional<std::string> filename = {});
  /// Pixels, as a PNG.
  void log_image(const ImageView& pixels, std::string artifact_id);
  /// The same for an erm::PixelsView, and for any type that has an ImageAdaptor. See ImageOptions. Throws Error like
  /// encode_png.
  template <class T, std::enable_if_t<detail::is_pixels<T>, int> = 0>
  void log_image(const T& pixels, std::string artifact_id, const ImageOptions& options = {}) {
    if (!ignores_all()) log_image(detail::picture_of(pixels, options), std::move(artifact_id));
  }
  template <class T, std::enable_if_t<!detail::is_pixels<T> && !detail::is_image_file<T>, int> = 0>
  void log_image(const T&, const std::string&, const ImageOptions& = {}) {
    static_assert(detail::has_image_adaptor<T>,
                  "erm: this type is no image yet. Include erm/opencv.hpp, erm/torch.hpp or erm/eigen.hpp, or specialise "
                  "erm::ImageAdaptor<T> with a static convert(const T&) that returns an erm::ImageView, an "
                  "erm::PixelsView or the erm::Bytes of a PNG or JPEG file");
  }

  /// One image of a series, as with log_text.
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_image(const FilePath& path, std::string artifact_id, Step step) {
    log_image_at(path, std::move(artifact_id), detail::step_of(step));
  }
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_image(Bytes image, std::string artifact_id, Step step) {
    log_image_at(std::move(image), std::move(artifact_id), detail::step_of(step));
  }
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_image(const ImageView& pixels, std::string artifact_id, Step step) {
    log_image_at(pixels, std::move(artifact_id), detail::step_of(step));
  }
  template <class T, class Step,
            std::enable_if_t<detail::is_pixels<T> && !std::is_same_v<T, ImageView> && detail::is_step<Step>, int> = 0>
  void log_image(const T& pixels, std::string artifact_id, Step step, const ImageOptions& options = {}) {
    if (!ignores_all()) log_image_at(detail::picture_of(pixels, options), std::move(artifact_id), detail::step_of(step));
  }

  /// A plotly figure, or SVG in a JSON text.
  void log_figure(const Json& figure, std::string artifact_id);
  /// An erm::Figure, SVG text, the Bytes of a PNG or JPEG file, or a figure of any type that has a FigureAdaptor.
  template <class T>
  void log_figure(const T& figure, std::string artifact_id) {
    log_any_figure(figure, std::move(artifact_id), {});
  }
  /// One figure of a series, as with log_text.
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_figure(const Json& figure, std::string artifact_id, Step step) {
    log_json_figure(figure, std::move(artifact_id), detail::step_of(step));
  }
  template <class T, class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_figure(const T& figure, std::string artifact_id, Step step) {
    log_any_figure(figure, std::move(artifact_id), detail::step_of(step));
  }

  /// The distribution of values at a step, of which the run keeps how many lie in each bin: weights, gradients, errors.
  /// `values` is what a NumbersView takes, or any other range of numbers; floats and doubles that lie in a row are not
  /// copied. NaN and the infinities are counted apart. The last one logged at a step replaces those before; what several writers of
  /// a run logged at one step is added up. Read by run.histogram(name). Throws Error for options that are no bins, or
  /// other ones than at the first step.
  template <class Values = std::initializer_list<double>, class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void log_histogram(std::string_view name, const Values& values, Step step, const HistogramOptions& options = {}) {
    const std::int64_t at = detail::step_of(step);
    if constexpr (std::is_constructible_v<NumbersView, const Values&>) {
      accept_histogram(name, NumbersView(values), at, options);
    } else {
      std::vector<double> copy;
      for (const auto& value : values) copy.push_back(static_cast<double>(value));
      accept_histogram(name, NumbersView(copy), at, options);
    }
  }

  /// A table: named columns, and rows of values that keep their types. Replaces the table of that name. Read by
  /// run.table(name); on disk a CSV file. Throws Error if a row has more or fewer values than there are columns or two
  /// columns have one name, and InvalidIdError for a name that cannot be a file's.
  void log_table(std::string_view name, std::vector<std::string> columns, std::vector<std::vector<Value>> rows);

  /// A file. Its extension decides the type unless you pass one. Throws NotFoundError if `path` does not exist and
  /// IoError if it is a folder (see log_artifacts). Content in a text is no path: pass to_bytes(text).
  void log_artifact(const FilePath& path, std::string artifact_id, std::optional<std::string> filename = {},
                    std::optional<ArtifactType> type = {});
  void log_artifact(Bytes content, std::string artifact_id, std::string filename,
                    std::optional<ArtifactType> type = {});

  /// Each file below `folder`, as "<prefix>/<path below the folder>". Links to folders are not followed.
  void log_artifacts(const FilePath& folder, const std::string& artifact_id_prefix);

  /// Sets a tag, with or without a value; replaces the tag of that name. Throws Error for an empty name.
  void set_tag(std::string_view name, const Value& value = {});
  /// A note for human readers, as Markdown. Replaces the note.
  void set_note(std::string_view markdown);
  /// The group that the run belongs to, such as a sweep over seeds. erm/summary.hpp summarizes the runs of each group.
  void set_group(std::string_view group);
  /// Goes back to a checkpoint: the points of all metrics that were logged so far at `step` and later do not count any
  /// more, and each metric has the value of its last point that counts. They stay in the run's files, and
  /// ExperimentRun::history(true) has them. Does not reach the metrics "system/..." of LiveOptions::system_metrics, whose
  /// steps are seconds. `step` is of any integer type. A LiveRun writes what was logged before, and then throws like
  /// flush() if it could not go back; its writer "main" reaches what the files of all writers have at that moment.
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void rewind(Step step) {
    accept_rewind(std::nullopt, detail::step_of(step));
  }
  /// The same for one metric: for those that count steps in another unit.
  template <class Step, std::enable_if_t<detail::is_step<Step>, int> = 0>
  void rewind(std::string_view metric, Step step) {
    accept_rewind(metric, detail::step_of(step));
  }

  /// Which values of a metric are better. Saved with the run.
  void set_goal(std::string_view metric, Goal goal);
  /// Plots the metrics that match a pattern over another metric: define_axis("val/*", "epoch"). '*' stands for any
  /// text. The x of a point is the last value of `axis_metric` at its step, or before it. Of several patterns that
  /// match a metric the longest counts. Throws Error for an empty name.
  void define_axis(std::string_view metric_pattern, std::string_view axis_metric);

  // ---- provenance: callers include erm/provenance.hpp ----

  /// Records the program, its machine, its build and its code, in about a second at most. The provenance lists what is
  /// unknown; no exception is thrown for it. A LiveRun calls this automatically (LiveOptions::provenance). Omit
  /// `built`: the default describes the calling file.
  void capture_provenance(const ProvenanceOptions& options = {},
                          const BuildFacts& built = detail::build_facts_of_this_file());

  /// An input of the run: a file, or a folder with everything in it. Records path, size and SHA-256, or a fingerprint
  /// if it is large; copies nothing. Replaces the input of that name. Throws NotFoundError if the path does not
  /// exist. If it is a URL, records only the text.
  void log_input(std::string_view name, const FilePath& path, InputHash hash = InputHash::automatic);

  /// The seed of the run, or of a part of it. Replaces the seed of that name.
  template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  void log_seed(Integer seed) {
    log_seed_value("seed", Value(seed));
  }
  template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  void log_seed(std::string_view name, Integer seed) {
    log_seed_value(name, Value(seed));
  }

  /// The state of a random engine: std::mt19937, or any other with stream operators. Replaces the state of that name.
  template <class Engine>
  void log_rng(std::string_view name, const Engine& engine);
  /// Restores the state with that name to the engine. Returns false, and does not change the engine, if there is none.
  /// Throws FormatError if the state is from another type of engine or from another standard library.
  template <class Engine>
  bool restore_rng(std::string_view name, Engine& engine) const;

 protected:
  RunLogger() = default;
  ERM_INLINE virtual ~RunLogger();
  RunLogger(const RunLogger&) = default;
  RunLogger(RunLogger&&) noexcept = default;
  RunLogger& operator=(const RunLogger&) = default;
  RunLogger& operator=(RunLogger&&) noexcept = default;

 protected:
  /// Logs an artifact unchanged.
  void add_artifact(Artifact artifact);

 private:
  // The differences between the kinds of runs. Everything else changes the record, which each kind stores.

  /// Whether nothing is stored, so that no file needs to be read.
  [[nodiscard]] virtual bool ignores_all() const = 0;
  virtual void change_record(const detail::RecordChange& change) = 0;
  virtual void visit_record(const detail::RecordVisit& visit) const = 0;
  virtual void accept_metric(std::string_view key, Value value) = 0;
  virtual void accept_point(std::string_view key, double value, bool was_float, std::int64_t step,
                            std::optional<TimePoint> time) = 0;
  /// `metric` is nothing for all.
  virtual void accept_rewind(std::optional<std::string_view> metric, std::int64_t step) = 0;
  /// Whether artifacts go to store_artifact() and store_file(). Otherwise they become part of the record.
  [[nodiscard]] virtual bool stores_artifacts() const = 0;
  virtual void store_artifact(const Artifact& artifact) = 0;
  virtual void store_file(const FilePath& path, const std::string& artifact_id, const std::string& filename,
                          ArtifactType type) = 0;
  virtual void accept_artifact_at(std::int64_t step, Artifact artifact) = 0;
  virtual void accept_histogram(std::string_view name, const NumbersView& values, std::int64_t step,
                                const HistogramOptions& options) = 0;
  virtual void accept_table(const std::string& name, Table table) = 0;
  /// Waits until a live run's automatic capture of provenance is done.
  virtual void await_capture() = 0;

  template <class T>
  void log_any_figure(const T& figure, std::string artifact_id, std::optional<std::int64_t> step) {
    if constexpr (detail::has_figure_adaptor<T>) {
      const auto converted = FigureAdaptor<T>::convert(figure);
      static_assert(!detail::has_figure_adaptor<std::decay_t<decltype(converted)>>,
                    "erm: a FigureAdaptor converts to a type without one");
      log_any_figure(converted, std::move(artifact_id), step);
    } else if constexpr (std::is_same_v<T, Figure>) {
      log_erm_figure(figure, std::move(artifact_id), step);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      log_picture(figure, std::move(artifact_id), step);
    } else if constexpr (std::is_same_v<T, Json>) {
      log_json_figure(figure, std::move(artifact_id), step);
    } else if constexpr (detail::is_json<T>) {
      log_json_figure(Json(figure), std::move(artifact_id), step);  // such as nlohmann::ordered_json
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      if constexpr (std::is_pointer_v<T>)
        log_svg(figure == nullptr ? std::string_view() : std::string_view(figure), figure == nullptr,
                std::move(artifact_id), step);
      else
        log_svg(figure, false, std::move(artifact_id), step);
    } else {
      static_assert(detail::has_figure_adaptor<T>,
                    "erm: this type is no figure yet. Specialise erm::FigureAdaptor<T> with a static "
                    "convert(const T&) that returns erm::Json (plotly), text (SVG), erm::Bytes (PNG or JPEG) "
                    "or an erm::Figure");
    }
  }

  /// As one of a series if there is a step.
  void add_artifact_at(Artifact artifact, std::optional<std::int64_t> step);
  void log_text_at(std::string_view utf8, std::string artifact_id, std::optional<std::int64_t> step);
  void log_image_at(const FilePath& path, std::string artifact_id, std::int64_t step);
  void log_image_at(Bytes image, std::string artifact_id, std::int64_t step);
  void log_image_at(const ImageView& pixels, std::string artifact_id, std::int64_t step);
  void log_image_content(Bytes image, std::string artifact_id, std::optional<std::string> filename,
                         std::optional<std::int64_t> step);
  void log_figure_content(detail::FigureContent content, std::string artifact_id, std::optional<std::int64_t> step);
  void log_json_figure(const Json& figure, std::string artifact_id, std::optional<std::int64_t> step);
  void log_erm_figure(const Figure& figure, std::string artifact_id, std::optional<std::int64_t> step);
  void log_picture(const Bytes& picture, std::string artifact_id, std::optional<std::int64_t> step);
  void log_svg(std::string_view text, bool is_null, std::string artifact_id, std::optional<std::int64_t> step);
  void log_value(std::string_view key, const Value& value, std::int64_t step, std::optional<TimePoint> time);
  static void expect_number(std::string_view key, const Value& value, std::int64_t step);
  void log_point(std::string_view key, const Value& value, std::int64_t step);
  void set_param(const std::string& key, const Param& param);
  void set_params(const Param& config);
  void log_seed_value(std::string_view name, const Value& seed);
  void log_rng_state(std::string_view name, const std::string& state);
  [[nodiscard]] std::optional<std::string> rng_state(std::string_view name) const;
  [[noreturn]] static void throw_wrong_rng(std::string_view name, const std::string& state);
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/run_logger.inl"
#endif
