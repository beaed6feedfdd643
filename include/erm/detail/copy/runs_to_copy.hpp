// Finds the runs to copy, and lists the files of many runs with few calls.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/copy_options.hpp"
#include "erm/detail/copy/run_copier.hpp"
#include "erm/detail/copy/run_to_copy.hpp"
#include "erm/detail/find/found_runs.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/copied_runs.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"
#include "erm/find.hpp"

namespace erm::detail {

/// The files of each run in a listing of a variant, by run id. A run inside another is a part of that.
inline std::map<std::string, std::vector<FoundFile>> files_of_runs(std::vector<FoundFile> all) {
  std::map<std::string, std::vector<FoundFile>> runs;
  const std::string ending = "/" + std::string(metadata_filename);
  for (const FoundFile& file : all) {
    if (!ends_with(file.path, ending)) continue;
    std::string run = file.path.substr(0, file.path.size() - ending.size());
    if (!run.empty() && !is_passing_file(run)) runs[std::move(run)];
  }
  const auto run_above = [&](const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (const auto run = runs.find(path.substr(0, slash)); run != runs.end()) return run;
    return runs.end();
  };
  for (auto run = runs.begin(); run != runs.end();)
    run = run_above(run->first) != runs.end() ? runs.erase(run) : std::next(run);
  for (FoundFile& file : all) {
    const auto run = run_above(file.path);
    if (run == runs.end()) continue;
    file.path.erase(0, run->first.size() + 1);
    run->second.push_back(std::move(file));
  }
  return runs;
}

class RunsToCopy {
 public:
  RunsToCopy(const CopySide& from, const CopyOptions& options, CopyReport& report)
      : from_(from), options_(options), report_(report), place_{*from.fs, from.uri, from.root} {}

  /// The runs that the options select, in the order of their ids. Tells the report what could not be read. Throws as
  /// copy_runs().
  [[nodiscard]] std::vector<CopyTask> find() {
    place_.expect_registry();
    for (const std::string& path : options_.runs) wanted_.insert(path);
    if (!options_.filter.empty() || options_.where)
      find_fitting();
    else if (!wanted_.empty())
      find_named();
    else
      for_each_variant([&](const std::string& experiment, const std::string& variant) { add_variant(experiment, variant); });
    for (const std::string& path : wanted_)
      throw NotFoundError("there is no run '" + path + "' in the registry '" + from_.uri + "'" +
                          (options_.filter.empty() && !options_.where ? "" : ", or it does not fit the filter"));
    list_files();
    return std::move(tasks_);
  }

 private:
  void find_fitting() {
    FindOptions find;
    find.filter = options_.filter;
    find.where = options_.where;
    find.experiment = options_.experiment;
    find.variant = options_.variant;
    find.on_warning = options_.on_warning;
    find.on_broken = [&](const std::string& uri, const Error& error) { report_.left_out.push_back({uri, error.what()}); };
    const bool takes_all = wanted_.empty();
    for_each_found(from_.uri, find, options_.from_fs, {}, [&](ExperimentRun&& run) {
      RunIds ids{run.experiment_id(), run.variant_id(), run.run_id()};
      if (takes_all || wanted_.erase(ids.folder({})) != 0) tasks_.push_back({std::move(ids)});
    });
  }

  /// Takes a path apart. An id may have several parts.
  void find_named() {
    const std::set<std::string> paths = wanted_;
    const auto add = [&](const std::string& experiment, const std::string& variant, const std::string& run) {
      if (run.empty() || !fits(experiment, variant)) return;
      const RunIds ids{experiment, variant, run};
      if (!from_.fs->are_files({metadata_path(ids.folder(from_.root))})) return;
      if (wanted_.erase(ids.folder({})) != 0) tasks_.push_back({ids});
    };
    bool has_others = false;
    for (const std::string& path : paths) {
      const std::size_t first = path.find('/'), second = first == std::string::npos ? first : path.find('/', first + 1);
      if (second == std::string::npos) continue;
      if (path.find('/', second + 1) == std::string::npos)
        add(path.substr(0, first), path.substr(first + 1, second - first - 1), path.substr(second + 1));
      else
        has_others = true;
    }
    if (has_others)
      for_each_variant([&](const std::string& experiment, const std::string& variant) {
        const std::string above = joined(experiment, variant) + "/";
        for (const std::string& path : paths)
          if (path.rfind(above, 0) == 0) add(experiment, variant, path.substr(above.size()));
      });
    std::sort(tasks_.begin(), tasks_.end(),
              [](const CopyTask& a, const CopyTask& b) { return a.ids.folder({}) < b.ids.folder({}); });
  }

  [[nodiscard]] bool fits(const std::string& experiment, const std::string& variant) const {
    return (options_.experiment.empty() || options_.experiment == experiment) &&
           (options_.variant.empty() || options_.variant == variant);
  }

  void for_each_variant(const std::function<void(const std::string& experiment, const std::string& variant)>& visit) {
    std::vector<PassedOver> passed_over;
    std::vector<std::string> experiments = {options_.experiment};
    if (options_.experiment.empty())
      experiments = marked_or_copied_ids(*from_.fs, from_.root, false, &passed_over);
    else
      place_.expect_experiment(options_.experiment);
    bool has_variant = false;
    for (const std::string& experiment : experiments) {
      try {
        for (const std::string& variant :
             marked_or_copied_ids(*from_.fs, joined(from_.root, experiment), true, &passed_over)) {
          if (!fits(experiment, variant)) continue;
          has_variant = true;
          visit(experiment, variant);
        }
      } catch (const NotFoundError&) {
        if (!options_.experiment.empty()) throw;  // else it was deleted since it was listed
      } catch (const IoError& error) {
        passed_over.push_back({joined(from_.root, experiment), error.what()});
      }
    }
    pass_over(passed_over);
    if (has_variant || options_.variant.empty()) return;
    throw NotFoundError("there is no variant '" + options_.variant + "' " +
                        (options_.experiment.empty() ? "of any experiment" : "of experiment '" + options_.experiment + "'") +
                        " in the registry '" + from_.uri + "'; list_variants tells which there are");
  }

  void pass_over(const std::vector<PassedOver>& passed_over) {
    for (const PassedOver& one : passed_over) report_.left_out.push_back({one.path, one.reason});
  }

  void add_variant(const std::string& experiment, const std::string& variant) {
    const std::string folder = joined(joined(from_.root, experiment), variant);
    if (from_.fs->has_folders()) {
      std::vector<PassedOver> passed_over;
      for (std::string& run : sorted_ids(*from_.fs, folder, metadata_filename, &passed_over))
        tasks_.push_back({{experiment, variant, std::move(run)}});
      return pass_over(passed_over);
    }
    for (auto& [run, files] : files_of_runs(from_.fs->find_files(folder)))
      tasks_.push_back({{experiment, variant, run}, std::move(files)});
  }

  /// In an object store one listing tells the files of a thousand runs. Few runs are listed one by one, when they are
  /// copied.
  void list_files() {
    constexpr std::size_t few = 16;
    for (std::size_t first = 0, end = 0; first < tasks_.size(); first = end) {
      const RunIds ids = tasks_[first].ids;
      for (end = first; end < tasks_.size() && tasks_[end].ids.experiment_id == ids.experiment_id &&
                        tasks_[end].ids.variant_id == ids.variant_id;)
        ++end;
      if (end - first <= few || from_.fs->has_folders() || tasks_[first].source_files) continue;
      auto runs = files_of_runs(from_.fs->find_files(joined(joined(from_.root, ids.experiment_id), ids.variant_id)));
      for (std::size_t i = first; i < end; ++i)
        if (const auto found = runs.find(tasks_[i].ids.run_id); found != runs.end())
          tasks_[i].source_files = std::move(found->second);
    }
  }

  const CopySide& from_;
  const CopyOptions& options_;
  CopyReport& report_;
  VariantPlace place_;
  std::set<std::string> wanted_;  // the named runs that were not found yet
  std::vector<CopyTask> tasks_;
};

/// Lists the files that the target has of many runs, as RunsToCopy does for the source. A run without any has an empty
/// list.
inline void list_target_files(const CopySide& to, std::vector<CopyTask>& tasks) {
  constexpr std::size_t few = 16;
  if (to.fs->has_folders()) return;
  for (std::size_t first = 0, end = 0; first < tasks.size(); first = end) {
    const RunIds ids = tasks[first].ids;
    for (end = first; end < tasks.size() && tasks[end].ids.experiment_id == ids.experiment_id &&
                      tasks[end].ids.variant_id == ids.variant_id;)
      ++end;
    if (end - first <= few) continue;
    std::map<std::string, std::size_t> by_run;
    for (std::size_t i = first; i < end; ++i) {
      by_run[tasks[i].ids.run_id] = i;
      tasks[i].target_files.emplace();
    }
    for (FoundFile& file : to.fs->find_files(joined(joined(to.root, ids.experiment_id), ids.variant_id))) {
      for (std::size_t slash = file.path.find('/'); slash != std::string::npos; slash = file.path.find('/', slash + 1)) {
        const auto run = by_run.find(file.path.substr(0, slash));
        if (run == by_run.end()) continue;
        file.path.erase(0, slash + 1);
        tasks[run->second].target_files->push_back(std::move(file));
        break;
      }
    }
  }
}

}  // namespace erm::detail
