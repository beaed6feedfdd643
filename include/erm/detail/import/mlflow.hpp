// Walks through a folder of MLflow's file store: experiments, also the deleted ones in .trash, and their runs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/import/importer.hpp"
#include "erm/detail/import/mlflow_run.hpp"
#include "erm/detail/import/plain_yaml.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class MlflowTree {
 public:
  MlflowTree(std::string root, Importer& importer, const ImportOptions& options)
      : root_(std::move(root)), importer_(importer), options_(options), leave_out_([this](std::string sentence) {
          importer_.leave_out(std::move(sentence));
        }) {
    if (files_.info(joined(root_, ".")).kind != FileKind::folder)
      throw NotFoundError("cannot import from '" + root_ + "': there is no such folder");
    find_experiments(root_);
    find_experiments(joined(root_, ".trash"));
    if (experiments_ == 0)
      throw FormatError("cannot import from '" + root_ + "': it has no experiment of MLflow, which is a folder with a " +
                        "meta.yaml; give the folder that is called mlruns");
    for (const std::string& model : folders_in(joined(root_, "models")))
      importer_.leave_out("the registered model '" + joined(joined(root_, "models"), model) +
                          "' was left out: only runs are taken, with the models that they logged");
  }

  void import() {
    std::size_t done = 0;
    for (const Run& run : runs_) {
      import_run(run);
      importer_.show(++done, runs_.size());
    }
  }

 private:
  struct Run {
    std::string folder;
    std::string experiment;
    std::vector<std::pair<std::string, std::string>> models;  // the names and folders of the models that it logged
  };

  std::vector<std::string> folders_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const FolderEntry& entry : files_.list(folder))
      if (entry.kind == FileKind::folder) names.push_back(entry.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  void find_experiments(const std::string& parent) {
    if (files_.info(parent).kind == FileKind::missing) return;
    for (const std::string& name : folders_in(parent)) {
      const std::string folder = joined(parent, name);
      const std::string meta = joined(folder, "meta.yaml");
      if (name == ".trash" || name == "models" || files_.info(meta).kind != FileKind::file) continue;
      ++experiments_;
      try {
        const PlainYaml yaml(local_text(files_, meta), "the data of an experiment, '" + meta + "'");
        find_runs(folder, yaml.text("name").empty() ? name : yaml.text("name"));
      } catch (const Error& error) {
        importer_.leave_out("the name of an experiment was left out, and its folder's is used instead: " +
                            std::string(error.what()));
        find_runs(folder, name);
      }
    }
  }

  void find_runs(const std::string& folder, const std::string& experiment) {
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> models;  // by the run that logged them
    std::size_t without_run = 0;
    for (const std::string& id : folders_in(joined(folder, "models"))) {
      const std::string model = joined(joined(folder, "models"), id);
      try {
        const PlainYaml meta(local_text(files_, joined(model, "meta.yaml")), "the data of a model, '" + model + "'");
        if (const std::string run = meta.text("source_run_id"); !run.empty())
          models[run].emplace_back(id, model);
        else
          ++without_run;
      } catch (const Error& error) {
        importer_.leave_out("the model '" + model + "' was left out: " + error.what());
      }
    }
    if (without_run > 0)
      importer_.leave_out(std::to_string(without_run) + " models in '" + joined(folder, "models") +
                          "' were left out: they belong to no run");
    if (const std::size_t traces = folders_in(joined(folder, "traces")).size(); traces > 0)
      importer_.leave_out(std::to_string(traces) + " traces in '" + joined(folder, "traces") +
                          "' were left out: a registry has no traces");
    for (const std::string& name : folders_in(folder)) {
      if (name == "tags" || name == "datasets" || name == "traces" || name == "models") continue;
      const std::string run = joined(folder, name);
      if (files_.info(joined(run, "meta.yaml")).kind != FileKind::file) {
        // A folder of artifacts may lie here, too.
        if (files_.info(joined(run, "metrics")).kind == FileKind::folder ||
            files_.info(joined(run, "params")).kind == FileKind::folder)
          importer_.leave_out("the run '" + run + "' was left out: it has no meta.yaml");
        continue;
      }
      runs_.push_back({run, experiment, std::move(models[name])});
    }
  }

  void import_run(const Run& run) {
    SourceRun source;
    try {
      MlflowRun reader(files_, run.folder, leave_out_);
      source = reader.read(run.experiment);
      if (source.is_deleted && !options_.deleted_runs) return;
      add_artifacts(reader, source.record, run);
      source.digest = reader.digest();
    } catch (const Error& error) {
      importer_.leave_out("the run '" + run.folder + "' was left out: " + error.what());
      return;
    }
    importer_.add(std::move(source), "the run '" + run.folder + "'");
  }

  void add_artifacts(MlflowRun& reader, RunRecord& record, const Run& run) {
    const std::string beside = joined(run.folder, "artifacts");
    const bool has_own = files_.info(beside).kind == FileKind::folder && !files_.list(beside).empty();
    const std::string folder = has_own ? beside : folder_of_uri(reader.artifact_uri(), run);
    if (!folder.empty())
      reader.add_artifacts(record, folder, "");
    for (const auto& [id, model] : run.models) reader.add_artifacts(record, joined(model, "artifacts"), "models/" + id + "/");
  }

  /// Where the artifacts of a run are, if they are not in its folder. Empty if there are none.
  std::string folder_of_uri(const std::string& uri, const Run& run) {
    // Also of "mlflow-artifacts:/0/run"; one letter is a drive of Windows.
    const std::size_t colon = uri.find_first_of(":/\\");
    const bool has_scheme = colon != std::string::npos && colon > 1 && uri[colon] == ':';
    const std::string scheme = has_scheme ? ascii_lower(uri.substr(0, colon)) : std::string();
    std::string path;
    if (uri.empty()) return {};
    if (scheme == "file") {
      try {
        path = path_of_file_uri(uri);
      } catch (const Error&) {
        return {};
      }
    } else if (scheme.empty()) {
      path = uri[0] == '/' ? uri : joined(folder_of(root_), uri);
    } else if (scheme == "mlflow-artifacts") {
      // What `mlflow server` keeps by default, beside its mlruns.
      const std::size_t begin = uri.find_first_not_of('/', scheme.size() + 1);
      if (begin != std::string::npos && uri.find("..") == std::string::npos)
        path = joined(joined(folder_of(root_), "mlartifacts"), uri.substr(begin));
    }
    if (!path.empty() && files_.info(path).kind == FileKind::folder) return path;
    if (!scheme.empty() && scheme != "file")
      importer_.leave_out("the artifacts of '" + run.folder + "' were left out, if it has any: they are at '" + uri +
                          "'; download them to '" + joined(run.folder, "artifacts") + "' and import again");
    return {};
  }

  LocalFileSystem files_;
  std::string root_;
  Importer& importer_;
  const ImportOptions& options_;
  LeaveOut leave_out_;
  std::size_t experiments_ = 0;
  std::vector<Run> runs_;
};

}  // namespace erm::detail
