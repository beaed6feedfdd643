// The runs that a live page shows beside its own: URIs, @latest, @best:METRIC, or a filter.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/find.hpp"
#include "erm/goal.hpp"

namespace erm::detail {

class RunsBeside {
 public:
  /// Throws Error for a sign or a filter that cannot be understood.
  RunsBeside(std::vector<std::string> names, std::size_t most) : names_(std::move(names)), most_(most) {
    for (const std::string& name : names_) {
      if (is_sign(name))
        static_cast<void>(sign_of(name));
      else if (!is_uri(name))
        static_cast<void>(read_filter(name));
    }
  }

  /// A filter has an operator or a blank, where it has a slash: "val/loss < 0.4".
  static bool is_uri(const std::string& name) {
    return name.find('/') != std::string::npos && name.find_first_of(" <>=!@") == std::string::npos;
  }
  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }

  /// The URIs of the runs of an experiment, except the one of `run_uri`. Adds to `notes` what names none.
  [[nodiscard]] std::vector<std::string> uris(const std::string& registry_uri, const std::string& experiment,
                                              const std::string& run_uri, const std::shared_ptr<FileSystem>& fs,
                                              std::vector<std::string>& notes) const {
    std::vector<std::string> all;
    for (const std::string& name : names_) {
      try {
        for (std::string& uri : uris_of(name, registry_uri, experiment, run_uri, fs))
          if (uri != run_uri && std::find(all.begin(), all.end(), uri) == all.end()) all.push_back(std::move(uri));
      } catch (const Error& error) {
        notes.push_back("No run for " + shown(name) + ": " + error.what());
      }
    }
    return all;
  }

 private:
  struct Sign {
    std::string metric;  // empty: the latest
    std::optional<Goal> goal;
  };

  static bool is_sign(const std::string& name) { return !name.empty() && name.front() == '@'; }
  static Sign sign_of(const std::string& name) {
    if (name == "@latest") return {};
    for (const auto& [sign, goal] : {std::pair<std::string_view, std::optional<Goal>>{"@best:", std::nullopt},
                                     {"@min:", Goal::minimize},
                                     {"@max:", Goal::maximize}})
      if (name.rfind(sign, 0) == 0 && name.size() > sign.size()) return {name.substr(sign.size()), goal};
    throw Error("cannot show " + shown(name) + " beside the run: after '@' there are @latest, @best:METRIC, @min:METRIC and @max:METRIC");
  }

  [[nodiscard]] std::vector<std::string> uris_of(const std::string& name, const std::string& registry_uri,
                                                 const std::string& experiment, const std::string& run_uri,
                                                 const std::shared_ptr<FileSystem>& fs) const {
    if (is_uri(name)) return {name};
    const auto uri_of = [&](const ExperimentRun& run) {
      return uri_below(registry_uri, joined(joined(run.experiment_id(), run.variant_id()), run.run_id()));
    };
    FindOptions options;
    options.experiment = experiment;
    options.threads = 1;
    options.on_broken = [](const std::string&, const Error&) {};
    options.on_warning = [](const std::string&) {};
    options.where = [&](const ExperimentRun& run) { return uri_of(run) != run_uri; };
    if (is_sign(name)) {
      const Sign sign = sign_of(name);
      if (!sign.metric.empty()) return {uri_of(best(sign, registry_uri, options, fs))};
      options.limit = 1;
    } else {
      options.filter = name;
      options.limit = most_;
    }
    std::vector<std::string> uris;
    for (const ExperimentRun& run : find_runs(registry_uri, options, fs)) uris.push_back(uri_of(run));
    if (uris.empty()) throw NotFoundError("there is none in experiment " + shown(experiment) + " yet");
    return uris;
  }

  static ExperimentRun best(const Sign& sign, const std::string& registry_uri, const FindOptions& options,
                            const std::shared_ptr<FileSystem>& fs) {
    if (sign.goal) return best_run(registry_uri, sign.metric, *sign.goal, options, fs);
    try {
      return best_run(registry_uri, sign.metric, options, fs);
    } catch (const NotFoundError&) {
      throw;
    } catch (const Error&) {
      const std::optional<Goal> guessed = guessed_goal(sign.metric);
      if (!guessed) throw;
      return best_run(registry_uri, sign.metric, *guessed, options, fs);
    }
  }

  std::vector<std::string> names_;
  std::size_t most_;
};

}  // namespace erm::detail
