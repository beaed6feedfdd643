// Walks through a registry and its trash, and checks the runs that it finds on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/check/claim_look.hpp"
#include "erm/detail/check/markers.hpp"
#include "erm/detail/check/place_check.hpp"
#include "erm/detail/check/repairs.hpp"
#include "erm/detail/check/run_check.hpp"
#include "erm/detail/check/store_tree.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/store/trash_store.hpp"
#include "erm/error.hpp"

namespace erm::detail {

class RegistryCheck : private PlaceCheck {
 public:
  RegistryCheck(CheckWork& work, CheckReport& report)
      : PlaceCheck(work), report_(report), markers_(work) {}

  /// The whole registry.
  void all() {
    tree_.emplace(fs_, work_.root);
    walk("", {}, tree_->entries(""));
    check_pending();
    if (report_.runs == 0 && !markers_.has_any()) return;  // no registry, as the caller tells
    markers_.tell_missing();
    take_findings_of_markers();
    check_trash();
    take_findings_of_markers();
  }

  [[nodiscard]] bool has_found_registry() const { return report_.runs > 0 || markers_.has_any(); }

  /// Some runs.
  void some(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      check_name("path of a run", path);
      if (!fs_.are_files({metadata_path(work_.place_of(path))}))
        throw NotFoundError("there is no run '" + path + "' in the registry '" + work_.root +
                            "'; give its path as in digits/main/2026_11_23__07_30_21");
      look_at_claim(folder_of(path) == "." ? "" : folder_of(path), last_part(path));
      add_run(path, {});
    }
    check_pending();
    take_findings();
  }

 private:
  struct Pending {
    std::string path;
    MarkedAbove above;
    std::string entry;  // of the trash; otherwise empty
    RunCheck::Outcome outcome = {};
    bool is_read = false;
  };

  // ---- the walk ----

  [[nodiscard]] static bool is_file(const TreeEntries& entries, std::string_view name) {
    const auto found = entries.find(std::string(name));
    return found != entries.end() && found->second.kind == FileKind::file;
  }

  void walk(const std::string& path, MarkedAbove above, const TreeEntries& entries) {
    work_.tick();
    const bool is_run = is_file(entries, metadata_filename), has_experiment = is_file(entries, experiment_marker),
               has_variant = is_file(entries, variant_marker), has_registry = is_file(entries, registry_marker);
    if (int{is_run} + int{has_experiment} + int{has_variant} + int{has_registry} > 1)
      add(CheckKind::misplaced, CheckSeverity::warning, is_run ? path : "", path,
          "one folder is two of a registry, an experiment, a variant and a run", "move one of them elsewhere");
    if (path.empty() && !has_registry && (is_run || has_experiment || has_variant))
      throw Error("cannot check the registry '" + work_.root + "': the folder is " +
                  (is_run ? "a run" : has_experiment ? "an experiment" : "a variant") +
                  "; give the path of the registry itself");
    if (!path.empty() && has_registry) {
      add(CheckKind::misplaced, CheckSeverity::warning, "", joined(path, std::string(registry_marker)),
          "a registry lies inside the registry, and is not checked with it", "check it by itself, or move it elsewhere");
      return;
    }
    if (has_registry) markers_.read_registry_marker();
    tell_links_of_markers(path, entries);
    if (has_experiment) {
      if (above.experiment)
        add(CheckKind::misplaced, CheckSeverity::warning, "", joined(path, std::string(experiment_marker)),
            "an experiment lies inside the experiment " + shown(*above.experiment), "move its folder elsewhere");
      markers_.read_experiment_marker(path);
      above = {path, std::nullopt};
    }
    if (has_variant) {
      if (above.variant)
        add(CheckKind::misplaced, CheckSeverity::warning, "", joined(path, std::string(variant_marker)),
            "a variant lies inside the variant " + shown(*above.variant), "move its folder elsewhere");
      else if (!above.experiment || *above.experiment != path)
        markers_.read_variant_marker(path, above.experiment);
      above.variant = path;
    }
    if (is_run) return add_run(path, above);
    for (const auto& [name, entry] : entries) look_at_entry(path, above, name, entry, entries);
  }

  void tell_links_of_markers(const std::string& path, const TreeEntries& entries) {
    for (const std::string_view name : {registry_marker, experiment_marker, variant_marker, metadata_filename}) {
      const auto found = entries.find(std::string(name));
      if (found == entries.end() || found->second.kind == FileKind::file) continue;
      add(found->second.kind == FileKind::link ? CheckKind::link : CheckKind::not_a_file, CheckSeverity::error,
          name == metadata_filename ? path : "", joined(path, found->first),
          found->second.kind == FileKind::link ? "is a symbolic link, and ERM follows none there" : "is no file",
          "put the file itself there");
    }
  }

  void look_at_entry(const std::string& path, const MarkedAbove& above, const std::string& name, const TreeEntry& entry,
                     const TreeEntries& entries) {
    const std::string inner = joined(path, name);
    if (name == claims_folder) {
      if (entry.kind == FileKind::folder) look_at_claims(path);
      if (entry.kind == FileKind::link)
        add(CheckKind::link, CheckSeverity::error, "", inner, "is a symbolic link, and ERM follows none there", "remove it");
      return;
    }
    if (name.rfind(reserved_prefix, 0) == 0) {
      const bool is_known = name == registry_marker || name == experiment_marker || name == variant_marker ||
                            name == ".erm_keep" || name.rfind(".erm_probe_", 0) == 0 ||
                            name.rfind(".erm_bid_", 0) == 0 || (path.empty() && name == ".erm_trash");
      if (!is_known && !is_of_deleted(name))
        add(CheckKind::unlisted_file, CheckSeverity::notice, "", inner,
            "is none of the files that this version of ERM knows", "leave it: ERM neither reads nor removes it");
      return;
    }
    if (entry.kind != FileKind::folder && entry.kind != FileKind::link) return;
    TreeEntries inside;
    try {
      if (entry.kind == FileKind::link) return look_at_link(inner, above);
      inside = tree_->entries(inner);
    } catch (const IoError& error) {
      if (name != "lost+found")
        add(CheckKind::unreadable, CheckSeverity::error, "", inner, error.what(), "mend what refuses, and check again");
      return;
    }
    if (may_be_run_without_metadata(inner, above, inside))
      return tell_run_without_metadata(inner, inside, above, path, entries);
    walk(inner, above, inside);
  }

  /// Follows a link where list and find do: if it leads to just what they look for there. Of each kind, one link above is
  /// enough, so that there are no cycles.
  void look_at_link(const std::string& path, const MarkedAbove& above) {
    const std::string_view wanted =
        above.variant ? metadata_filename : above.experiment ? variant_marker : experiment_marker;
    if (followed_.count(wanted) == 0 && leads_to(path, wanted)) {
      const TreeEntries inside = tree_->entries(path);
      if (wanted == metadata_filename)
        add(CheckKind::link, CheckSeverity::warning, path, path,
            "the run's folder is a symbolic link: the run can be read and not changed", "put the folder itself there");
      followed_.insert(wanted);
      walk(path, above, inside);
      followed_.erase(wanted);
      return;
    }
    for (const std::string_view name : {registry_marker, experiment_marker, variant_marker, metadata_filename})
      if (leads_to(path, name))
        return static_cast<void>(add(CheckKind::link, CheckSeverity::notice, "", path,
                                     "is a symbolic link to a part of a registry, and no run is found through it here",
                                     "leave it if it is a shortcut; otherwise put the folder itself there"));
  }

  [[nodiscard]] bool leads_to(const std::string& path, std::string_view name) const {
    return fs_.are_files({joined(work_.place_of(path), std::string(name))});
  }

  static bool is_of_deleted(const std::string& name) {
    return name.rfind(deleted_prefix, 0) == 0 && ends_with(name, ".json");
  }

  /// Whether a folder has the parts of a run, and no run is in it or below it.
  [[nodiscard]] bool may_be_run_without_metadata(const std::string& path, const MarkedAbove& above,
                                                 const TreeEntries& inside) const {
    const auto has_folder = [&](const char* name) {
      const auto found = inside.find(name);
      return found != inside.end() && found->second.kind == FileKind::folder;
    };
    if (inside.count(std::string(metadata_filename)) != 0 || is_file(inside, experiment_marker) ||
        is_file(inside, variant_marker))
      return false;
    const bool has_deleted =
        std::any_of(inside.begin(), inside.end(), [](const auto& one) { return is_of_deleted(one.first); });
    if (!has_deleted && !has_folder("artifacts") && !has_folder("history") && !has_folder("series") &&
        !has_folder("console"))
      return false;
    if (!above.variant && std::count(path.begin(), path.end(), '/') < 2) return false;
    return has_deleted || tree_->has_none_below(path, metadata_filename);
  }

  void tell_run_without_metadata(const std::string& path, const TreeEntries& inside, const MarkedAbove& above,
                                 const std::string& parent, const TreeEntries& siblings) {
    const std::string folder = work_.place_of(path);
    for (const auto& [name, entry] : inside)
      if (is_of_deleted(name)) return tell_half_deleted(path, name, above);
    const ClaimState claim = readable_state_of_claim(fs_, claim_path(folder));
    if (claim == ClaimState::held) return;                                    // it is being saved
    if (claim == ClaimState::dead || claim == ClaimState::unclear) {
      if (siblings.count(claims_folder) == 0) look_at_claim(parent, last_part(path));  // made since it was listed
      return;
    }
    if (fs_.are_files({metadata_path(folder)})) return add_run(path, above);  // it was saved meanwhile
    if (fs_.info(folder).kind == FileKind::missing) return;
    if (readable_state_of_claim(fs_, claim_path(folder)) == ClaimState::held) return;
    add(CheckKind::missing_metadata, CheckSeverity::error, path, path,
        "holds files of a run, and no erm_metadata.json: nothing finds them, and no run can be saved there",
        "put back its erm_metadata.json; or look whether you need the files, and move or remove the folder");
  }

  void tell_half_deleted(const std::string& path, const std::string& name, const MarkedAbove& above) {
    const RunIds ids = markers_.see_run(path, above, std::nullopt, std::nullopt);
    if (readable_state_of_claim(fs_, claim_path(work_.place_of(path))) == ClaimState::held) return;
    if (!fs_.are_files({joined(work_.place_of(path), name)})) return;  // the move has just ended
    CheckFinding& finding = add(CheckKind::half_deleted, CheckSeverity::warning, path, joined(path, name),
                                "the run's move to the trash, or back, was interrupted",
                                "repair moves the run to the trash, from which it can be restored");
    if (!ids.run_id.empty())
      finding.repair = [&work = work_, ids] {
        const RegistryLayout layout{*work.fs, work.root};
        return TrashStore(layout).finish(ids) ? "" : held_by_another;
      };
  }

  // ---- claims ----

  void look_at_claims(const std::string& parent) {
    try {
      for (const auto& [name, entry] : tree_->entries(joined(parent, claims_folder)))
        if (entry.kind == FileKind::file) look_at_claim(parent, name);
    } catch (const IoError& error) {
      add(CheckKind::unreadable, CheckSeverity::error, "", joined(parent, claims_folder), error.what(),
          "mend what refuses, and check again");
    }
  }

  // ---- the runs ----

  void add_run(const std::string& path, const MarkedAbove& above, const std::string& entry = {}) {
    pending_.push_back({path, above, entry});
    if (pending_.size() >= at_once) check_pending();
  }

  [[nodiscard]] std::size_t thread_count() const {
    const unsigned asked = work_.options.threads;
    if (asked != 0) return asked;
    return fs_.has_folders() || fs_.is_local() ? usual_threads() : 16;
  }

  void check_pending() {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = 0; (i = next.fetch_add(1)) < pending_.size();) {
        Pending& run = pending_[i];
        const StoreTree* const tree = tree_ ? &*tree_ : nullptr;
        run.outcome = run.entry.empty() ? RunCheck(work_, tree, run.path).outcome()
                                        : RunCheck(work_, tree, run.path, deleted_filename(run.entry)).outcome();
        ++work_.runs;
      }
    };
    std::exception_ptr error;
    std::vector<std::thread> helpers;
    std::atomic<std::size_t> busy{0};
    try {
      for (std::size_t i = 1; i < (std::min)(thread_count(), pending_.size()); ++i) {
        ++busy;
        helpers.emplace_back([&] {
          try {
            work();
          } catch (const CheckStopped&) {
            // The caller's exception is thrown.
          } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (!helper_error_) helper_error_ = std::current_exception();
            work_.is_stopped = true;
          }
          --busy;
        });
      }
    } catch (const std::system_error&) {
      --busy;  // no more threads are to be had
    }
    try {
      work();
      for (; busy > 0; std::this_thread::sleep_for(std::chrono::milliseconds(1))) work_.tick();
      work_.tick();
    } catch (...) {
      error = std::current_exception();
      work_.is_stopped = true;
    }
    for (std::thread& helper : helpers) helper.join();
    if (helper_error_) std::rethrow_exception(helper_error_);
    if (error) std::rethrow_exception(error);
    const std::vector<Pending> done = std::exchange(pending_, {});
    for (const Pending& run : done) take(run);
  }

  void take(const Pending& run) {
    if (run.outcome.is_gone) return;
    ++report_.runs;
    report_.artifacts += run.outcome.artifacts;
    report_.bytes += run.outcome.bytes;
    findings_.insert(findings_.end(), run.outcome.findings.begin(), run.outcome.findings.end());
    if (run.entry.empty() && work_.options.runs.empty()) {
      const RunIds ids = markers_.see_run(run.path, run.above, run.outcome.ids, run.outcome.timestamp_utc);
      if (ids.run_id.empty()) {
        add(CheckKind::misplaced, CheckSeverity::warning, run.path, run.path,
            "a run lies where no experiment and variant are above it, and nothing finds it",
            "move its folder to <registry>/<experiment>/<variant>/<run>");
      } else if (run.outcome.ids && !(*run.outcome.ids == ids)) {
        add(CheckKind::other_ids, CheckSeverity::notice, run.path, joined(run.path, std::string(metadata_filename)),
            "names the run " + shown(run.outcome.ids->folder("")) + ", and its place is another, which counts",
            "nothing is to be done if a folder was renamed on purpose");
      }
    }
    take_findings();
  }

  /// Those of markers wait until all runs were seen, which tell when their parts were made.
  void take_findings_of_markers() {
    for (CheckFinding& finding : markers_.take_findings()) findings_.push_back(std::move(finding));
    take_findings();
  }

  /// Repairs what was found, if that is asked for, and takes it into the report.
  void take_findings() {
    for (CheckFinding& finding : findings_) {
      CheckProblem& problem = finding.problem;
      if (finding.repair) problem.repair = CheckRepair::possible;
      if (finding.repair && work_.options.repair) {
        work_.tick();
        std::string hindrance;
        try {
          hindrance = finding.repair();
        } catch (const Error& error) {
          hindrance = error.what();
        }
        problem.repair = hindrance.empty() ? CheckRepair::done : CheckRepair::refused;
        if (!hindrance.empty()) problem.advice = std::move(hindrance);
      }
      report_.problems.push_back(std::move(problem));
    }
    findings_.clear();
  }

  // ---- the trash ----

  void check_trash() {
    const TrashEntries entries(fs_, work_.root);
    const std::string trash = ".erm_trash";
    const auto damage = [&](const std::string& name, const std::string& what, const std::string& advice) {
      add(CheckKind::damaged_trash, CheckSeverity::error, "", joined(trash, name), what, advice);
    };
    if (fs_.info(entries.folder()).kind == FileKind::missing) return;
    try {
      entries.expect_no_link();
      for (const auto& [name, entry] : tree_->entries(joined(trash, claims_folder)))
        if (entry.kind == FileKind::file) look_at_claim(trash, name, true);
      const auto nameless = [&](const std::string& name, bool has_content) {
        if (!has_content)
          tell_leftover(entries, name);
        else if (has_content_now(entries, name) && !fs_.are_files({joined(entries.path_of(name), "entry.json")}))
          damage(name, "has no entry.json, which says what was deleted", "put it back, or remove the folder");
      };
      const auto damaged = [&](const TrashDamage& one) {
        const std::string place = joined(entries.path_of(one.name), "entry.json");
        damage(one.name, one.code ? one.reason : fault_text(FormatError(one.reason), place),
               one.code ? "mend what refuses, and check again" : "mend its entry.json, or remove the folder");
      };
      for (const TrashEntries::Found& found : entries.find(nameless, damaged)) {
        if (found.is_whole && found.entry.is_run())
          add_run(joined(joined(trash, found.entry.name), "run"), {}, found.entry.name);
        else if (found.is_whole)
          markers_.read_marker_in_trash(joined(joined(trash, found.entry.name), "marker.json"), found.entry.ids);
        else if (!entries.is_on_its_way(found.entry))
          tell_leftover(entries, found.entry.name);
      }
    } catch (const NotFoundError&) {
      // It was emptied meanwhile.
    } catch (const FormatError&) {
      add(CheckKind::link, CheckSeverity::error, "", trash, "is a link or a file, and ERM follows no links there",
          "remove it");
    } catch (const IoError& error) {
      add(CheckKind::unreadable, CheckSeverity::error, "", trash, error.what(), "mend what refuses, and check again");
    }
    check_pending();
  }

  static constexpr std::size_t at_once = 256;

  CheckReport& report_;
  MarkerCheck markers_;
  std::optional<StoreTree> tree_;
  std::set<std::string_view> followed_;  // what the links lead to that the walk has followed to where it is
  std::vector<Pending> pending_;
  std::mutex mutex_;
  std::exception_ptr helper_error_;
};

}  // namespace erm::detail
