// The verb `show`: all that a run holds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/console.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/command/fitted_table.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/shown_run.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/terminal/sparkline.hpp"
#include "erm/detail/verbs/curve.hpp"
#include "erm/histogram.hpp"
#include "erm/json.hpp"
#include "erm/series.hpp"
#include "erm/table.hpp"

namespace erm::detail::command {

class ShowVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("run", run_, "The run; without it, the latest");
    app.add_option("--curves", curves_, "How many curves are drawn")->check(CLI::Range(0, 1000));
    scope_.declare(app);
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    RunNames names(session, scope_);
    const RunPlace place = names.one_place(run_);
    const ExperimentRun run = load_run_from_path(place.uri);
    if (json_) {
      write_json(session.out, whole_json(run, place.uri));
      return ExitCode::yes;
    }
    Output& out = session.out;
    write_head(out, run, place);
    write_params(out, run);
    write_metrics(out, run);
    write_dicts(out, run);
    write_artifacts(out, run);
    write_names(out, "Series", run.series_names());
    write_names(out, "Histograms", run.histogram_names());
    write_names(out, "Tables", run.table_names());
    write_provenance(out, run);
    write_console(out, run);
    write_curves(out, run);
    return ExitCode::yes;
  }

 private:
  // ---- for a person ----

  static void write_field(Output& out, std::string_view name, std::string_view text,
                          std::string_view style = Style::plain) {
    if (text.empty()) return;
    constexpr std::size_t name_width = 12;
    const std::size_t room = out.has_width() && out.width() > name_width + 8 ? out.width() - name_width
                                                                              : std::string_view::npos;
    std::string padded(name);
    padded.resize((std::max)(name_width, padded.size() + 1), ' ');
    out.line(out.styled(padded, Style::dim) + out.styled(plain_text(text, room), style));
  }
  static void write_title(Output& out, std::string_view title) {
    out.line();
    out.line(title, Style::bold);
  }

  static void write_head(Output& out, const ExperimentRun& run, const RunPlace& place) {
    out.line(plain_text(run.run_id()), Style::bold);
    write_field(out, "experiment", run.experiment_id());
    write_field(out, "variant", run.variant_id());
    write_field(out, "status", status_text(run.status()), status_style(run.status()));
    write_field(out, "failure", run.failure(), Style::red);
    write_field(out, "started", minute_text(run.timestamp_utc()) + " UTC");
    write_field(out, "time", duration_text(run));
    write_field(out, "group", run.group());
    std::string tags;
    for (const auto& [name, value] : run.tags())
      tags += (tags.empty() ? "" : ", ") + name + (value.empty() ? "" : "=" + value);
    write_field(out, "tags", tags);
    std::string features;
    for (const std::string& feature : run.features()) features += (features.empty() ? "" : ", ") + feature;
    write_field(out, "features", features);
    for (std::size_t begin = 0; begin < run.note().size();) {
      const std::size_t end = (std::min)(run.note().find('\n', begin), run.note().size());
      write_field(out, begin == 0 ? "note" : "", run.note().substr(begin, end - begin));
      begin = end + 1;
    }
    write_field(out, "uri", place.uri);
  }

  static void write_params(Output& out, const ExperimentRun& run) {
    if (run.params().empty()) return;
    write_title(out, "Params");
    FittedTable table(out);
    const std::size_t name = table.add_column("", FittedTable::never_leaves);
    const std::size_t value = table.add_column("", FittedTable::never_leaves);
    for (const auto& [key, given] : run.params()) {
      table.begin_row();
      table.set(name, "  " + key);
      table.set(value, given.str());
    }
    table.write_rows_alone();
  }

  static void write_metrics(Output& out, const ExperimentRun& run) {
    if (run.metrics().empty()) return;
    out.line();
    FittedTable table(out);
    const std::size_t name = table.add_column("Metrics", FittedTable::never_leaves);
    const std::size_t last = table.add_column("last", FittedTable::never_leaves, FittedTable::Align::right);
    const std::size_t best = table.add_column("best", 1, FittedTable::Align::right);
    const std::size_t at = table.add_column("at step", 2, FittedTable::Align::right);
    const std::size_t points = table.add_column("points", 4, FittedTable::Align::right);
    const std::size_t curve = table.add_column("", 3);
    const Sparkline sparkline(24, environment_is_utf8());
    for (const auto& [key, value] : run.metrics()) {
      const auto goal = run.goals().find(key);
      const bool has_goal = goal != run.goals().end();
      table.begin_row();
      table.set(name, "  " + key + (!has_goal ? "" : goal->second == Goal::minimize ? " (min)" : " (max)"));
      table.set(last, value_text(value));
      const auto history = run.history().find(key);
      if (history == run.history().end()) continue;
      const std::vector<MetricPoint>& all = history->second.points();
      table.set(points, std::to_string(all.size()));
      table.set(curve, sparkline.text(all.size(), [&](std::size_t i) { return all[i].value; }));
      if (!has_goal) continue;
      const auto found = goal->second == Goal::minimize ? (history->second.min)() : (history->second.max)();
      if (!found) continue;
      table.set(best, value_text(found->value), Style::green);
      table.set(at, std::to_string(found->step));
    }
    table.write_rows();
  }

  static void write_dicts(Output& out, const ExperimentRun& run) {
    for (const auto& [name, dict] : run.dicts()) {
      write_title(out, plain_text("Dict: " + name));
      const std::string text = dict.dump(2, ' ', false, Json::error_handler_t::replace);
      for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = (std::min)(text.find('\n', begin), text.size());
        out.line(plain_text("  " + text.substr(begin, end - begin), out.width()));
        begin = end + 1;
      }
    }
  }

  static void write_artifacts(Output& out, const ExperimentRun& run) {
    if (run.artifacts().empty()) return;
    write_title(out, "Artifacts");
    FittedTable table(out);
    const std::size_t id = table.add_column("", FittedTable::never_leaves);
    const std::size_t size = table.add_column("", 1, FittedTable::Align::right);
    const std::size_t file = table.add_column("", 2);
    for (const auto& [key, artifact] : run.artifacts()) {
      table.begin_row();
      table.set(id, "  " + key);
      table.set(size, readable_size(artifact.size()));
      table.set(file, artifact.filename());
    }
    table.write_rows_alone();
  }

  static void write_names(Output& out, std::string_view title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    write_title(out, title);
    for (const std::string& name : names) out.line(plain_text("  " + name, out.width()));
  }

  static void write_provenance(Output& out, const ExperimentRun& run) {
    const Json& all = run.provenance();
    if (all.empty()) return;
    write_title(out, "Provenance");
    FittedTable table(out);
    const std::size_t name = table.add_column("", FittedTable::never_leaves);
    const std::size_t value = table.add_column("", FittedTable::never_leaves);
    const auto add = [&](const std::string& key, const Json& json) {
      if (json.is_object() || json.is_array() || json.is_null()) return;
      const std::string text = json.is_string() ? json.get<std::string>() : json.dump();
      if (text.empty() || text.find('\n') != std::string::npos) return;
      table.begin_row();
      table.set(name, "  " + key);
      table.set(value, text);
    };
    for (const auto& [key, part] : all.items()) {
      add(key, part);
      if (!part.is_object()) continue;
      for (const auto& [inner, entry] : part.items()) add(key + "." + inner, entry);
    }
    table.write_rows_alone();
  }

  static void write_console(Output& out, const ExperimentRun& run) {
    constexpr std::size_t most = 10;
    const Console console = run.console();
    const std::vector<ConsoleLine>& lines = console.lines();
    if (lines.empty()) return;
    write_title(out, "Console");
    for (std::size_t i = lines.size() - (std::min)(lines.size(), most); i < lines.size(); ++i)
      out.line(plain_text("  " + lines[i].text, out.width()));
  }

  /// Those with a goal first.
  void write_curves(Output& out, const ExperimentRun& run) const {
    std::vector<std::string> names;
    for (const bool with_goal : {true, false})
      for (const auto& [name, history] : run.history())
        if ((run.goals().count(name) != 0) == with_goal && history.size() > 1) names.push_back(name);
    for (std::size_t i = 0; i < (std::min)(names.size(), curves_); ++i) {
      PlotCurve curve;
      curve.name = names[i];
      curve.points = plot_points(run, run.history().at(names[i]), CurveAxis::step);
      curve.gap = usual_gap(curve.points);
      PlotOptions options;
      options.width = 0;
      options.height = 10;
      write_title(out, plain_text(names[i]));
      write_plot(out, {curve}, options);
    }
    if (names.size() > curves_)
      out.line("(" + std::to_string(names.size() - curves_) +
                   (names.size() - curves_ == 1 ? " curve more" : " curves more") + ": --curves, or the verb curve)",
               Style::dim);
  }

  // ---- for a program ----

  static Json whole_json(const ExperimentRun& run, const std::string& uri) {
    Json json = json_of(run, uri);
    json["schema"] = "erm.show/1";
    json["dicts"] = Json::object();
    for (const auto& [name, dict] : run.dicts()) json["dicts"][name] = dict;
    json["provenance"] = run.provenance();
    json["artifacts"] = Json::array();
    for (const auto& [id, artifact] : run.artifacts()) {
      Json one;
      one["id"] = id;
      one["filename"] = artifact.filename();
      one["size"] = artifact.size();
      json["artifacts"].push_back(std::move(one));
    }
    json["histories"] = Json::object();
    for (const auto& [name, history] : run.history()) {
      Json points = Json::array();
      for (const MetricPoint& point : history.points()) {
        Json one = Json::array();
        one.push_back(point.step);
        one.push_back(time_text(point.time));
        one.push_back(command::json_of(point.value));
        points.push_back(std::move(one));
      }
      json["histories"][name] = std::move(points);
    }
    json["series"] = run.series_names();
    json["histograms"] = run.histogram_names();
    json["tables"] = run.table_names();
    return json;
  }

  std::string run_ = "@latest";
  std::size_t curves_ = 2;
  bool json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
