// What every verb works with: its output, the options that all have, and the registry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/command/exit_code.hpp"
#include "erm/detail/command/output.hpp"
#include "erm/detail/command/terminal.hpp"
#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/find/run_order.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/names_instead.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"

namespace erm::detail::command {

inline constexpr const char* default_registry_name = "erm-registry";

/// The options that every verb has.
struct CommonOptions {
  std::string registry;
  ColorChoice color = ColorChoice::automatic;
  bool no_cache = false;  // see FindOptions::cache
};

/// A part of the registry.
struct Scope {
  std::string experiment, variant;

  void declare(CLI::App& app) {
    app.add_option("-e,--experiment", experiment, "Only runs of this experiment");
    app.add_option("-v,--variant", variant, "Only runs of this variant");
  }
};

class Session {
 public:
  Session(std::string program, CommonOptions& common) : program_(std::move(program)), common_(common) {}

  Output out;

  /// The name by which the command was called.
  [[nodiscard]] const std::string& program() const noexcept { return program_; }
  [[nodiscard]] const CommonOptions& common() const noexcept { return common_; }

  /// The URI of the registry: --registry, ERM_REGISTRY, or the registry here or in a folder above. Throws NotFoundError
  /// if there is none.
  const std::string& registry() {
    if (registry_.empty()) {
      const std::string found = found_registry();
      expect_known_scheme(found);
      registry_ = found;
    }
    return registry_;
  }

  /// Throws UsageError for a URI of a kind that this program does not know.
  static void expect_known_scheme(const std::string& uri) {
    try {
      static_cast<void>(open_file_system(uri));
    } catch (const IoError&) {
      throw;
    } catch (const NotFoundError&) {
      throw;
    } catch (const Error& error) {
      throw UsageError(error.what());
    }
  }

  /// The same for a verb that makes the registry if there is none: then it is erm-registry here.
  const std::string& registry_to_make() {
    try {
      return registry();
    } catch (const NotFoundError&) {
      return registry_ = default_registry_name;
    }
  }

  /// A line on stderr.
  void warn(std::string_view text) {
    std::fprintf(stderr, "%s: %s\n", program_.c_str(), plain_text(text).c_str());
  }

  /// The same for a message of several lines, as that of a filter with a caret under its fault.
  void warn_lines(std::string_view text) {
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = (std::min)(text.find('\n', start), text.size());
      const std::string line = plain_text(text.substr(start, end - start));
      if (start == 0)
        warn(line);
      else
        std::fprintf(stderr, "%s\n", line.c_str());
      start = end + 1;
    }
  }

  /// Throws UsageError for a filter or an order that cannot be parsed.
  static void expect_parsable(const std::string& filter, const std::string& order_by = {}) {
    try {
      read_filter(filter);
      RunOrder order(order_by);
    } catch (const Error& error) {
      throw UsageError(error.what());
    }
  }

  /// Throws NotFoundError if the experiment or the variant does not exist.
  void expect_scope(const Scope& scope) {
    if (scope.experiment.empty() && scope.variant.empty()) return;
    if (!scope.experiment.empty()) expect_one_of("experiment", scope.experiment, list_experiments(registry()));
    if (scope.variant.empty()) return;
    std::vector<std::string> experiments(1, scope.experiment), variants;
    if (scope.experiment.empty()) experiments = list_experiments(registry());
    for (const std::string& experiment : experiments) {
      try {
        for (std::string& variant : list_variants(registry(), experiment)) variants.push_back(std::move(variant));
      } catch (const InvalidIdError&) {
        // Another program made that folder.
      }
    }
    expect_one_of("variant", scope.variant, variants);
  }

  void warn_of_left_out(const std::string& run_uri, const Error& error) {
    warn("left out the run '" + run_uri + "': " + error.what());
  }

  /// The options for a part of the registry. What cannot be read is told on stderr, unless a caller has said otherwise.
  /// Throws as expect_parsable and expect_scope.
  FindOptions find_options(FindOptions options, const Scope& scope) {
    expect_parsable(options.filter, options.order_by);
    expect_scope(scope);
    options.experiment = scope.experiment;
    options.variant = scope.variant;
    options.cache = !common_.no_cache;
    if (!options.on_warning) options.on_warning = [this](const std::string& text) { warn(text); };
    if (!options.on_broken)
      options.on_broken = [this](const std::string& uri, const Error& error) { warn_of_left_out(uri, error); };
    return options;
  }

  /// The runs that the options select.
  std::vector<ExperimentRun> find(FindOptions options, const Scope& scope) {
    return find_runs(registry(), find_options(std::move(options), scope));
  }

  /// The run that load_run_from_registry() loads of the `run_ids` of a variant. That opens every run whose id was chosen;
  /// the cache knows when most of them began.
  ExperimentRun latest_run(const std::string& experiment, const std::string& variant,
                           const std::vector<std::string>& run_ids) {
    const bool may_open_many = std::any_of(run_ids.begin(), run_ids.end(),
                                           [](const std::string& id) { return !time_of_generated_id(id); });
    if (may_open_many && !common_.no_cache) {
      bool is_all_read = true;
      FindOptions options;
      options.order_by = "time desc, run desc";
      options.limit = 1;
      options.experiment = experiment;
      options.variant = variant;
      options.cache = true;
      options.on_broken = [&](const std::string&, const Error&) { is_all_read = false; };
      options.on_warning = [&](const std::string&) { is_all_read = false; };
      std::vector<ExperimentRun> found = find_runs(registry(), options);
      if (is_all_read && !found.empty()) return std::move(found.front());
    }
    return load_run_from_registry(registry(), experiment, variant);
  }

  /// Calls visit(experiment, variant, run_ids) with each variant of a part of the registry, and warn(text) for each folder
  /// that cannot be read.
  template <class Visit>
  void each_variant(const Scope& scope, const Visit& visit, const RunScan::Warn& warn) {
    const RunScan scan(open_file_system(registry()), registry(), scope.experiment, scope.variant);
    for (const RunScan::VariantIds& one : scan.ids(warn)) visit(one.experiment_id, one.variant_id, one.run_ids);
  }
  /// The same with the warnings on stderr.
  template <class Visit>
  void each_variant(const Scope& scope, const Visit& visit) {
    each_variant(scope, visit, [this](const std::string& text) { this->warn(text); });
  }

 private:
  void expect_one_of(const char* what, const std::string& name, const std::vector<std::string>& names) {
    for (const std::string& one : names)
      if (one == name) return;
    throw NotFoundError("there is no " + std::string(what) + " " + shown(name) + " in the registry '" + registry() +
                        "'" + names_instead(name, names));
  }

  [[nodiscard]] std::string found_registry() const {
    if (!common_.registry.empty()) return common_.registry;
    if (const auto uri = environment("ERM_REGISTRY")) return *uri;
    const std::string here = os::absolute_path(".");
    for (std::string folder = here;;) {
      const std::string below = joined(folder, default_registry_name);
      if (os::info(joined(below, std::string(registry_marker))).kind == FileKind::file) return below;
      if (os::info(joined(folder, std::string(registry_marker))).kind == FileKind::file) return folder;
      const std::size_t slash = folder.rfind('/');
      if (slash == std::string::npos || folder.size() == slash + 1) break;
      folder.resize(slash == 0 || folder[slash - 1] == ':' ? slash + 1 : slash);
    }
    throw NotFoundError("there is no registry: neither '" + here + "' nor a folder above has '" + default_registry_name +
                        "'; give --registry URI, or set ERM_REGISTRY");
  }

  std::string program_;
  CommonOptions& common_;
  std::string registry_;
};

}  // namespace erm::detail::command
