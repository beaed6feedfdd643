// What a check finds outside of runs, and how it is told: claims, and what is left in the trash.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/check/claim_look.hpp"
#include "erm/detail/check/repairs.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/trash_entries.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class PlaceCheck {
 protected:
  explicit PlaceCheck(CheckWork& work) : work_(work), fs_(*work.fs) {}

  CheckFinding& add(CheckKind kind, CheckSeverity severity, const std::string& run, const std::string& path,
                    std::string what, std::string advice) {
    CheckFinding finding;
    finding.problem = {kind, severity, run, path, std::move(what), std::move(advice), {}};
    return findings_.emplace_back(std::move(finding));
  }

  void look_at_claim(const std::string& parent, const std::string& name, bool is_of_trash = false) {
    const std::string path = joined(joined(parent, claims_folder), name), place = work_.place_of(path);
    ClaimState state = ClaimState::free;
    try {
      state = state_of_claim(fs_, place);
    } catch (const IoError& error) {
      add(CheckKind::unreadable, CheckSeverity::error, "", path, error.what(), "mend what refuses, and check again");
    }
    if (state == ClaimState::free || state == ClaimState::held) return;
    const bool is_part = ends_with(name, unclaiming) || name.find(".part") != std::string::npos;
    const bool is_run = !is_part && !is_of_trash;
    std::string what = "the process that held it died";
    if (state == ClaimState::unclear)
      what = "its holder is on another machine or in another container, and showed no life for an hour";
    CheckFinding& finding =
        add(is_part ? CheckKind::temporary_file : CheckKind::abandoned_claim, CheckSeverity::warning,
            is_run ? joined(parent, name) : "", path, is_part ? "a process that died while it wrote has left it" : what,
            is_run ? "the next save to that folder removes what the process left, and so does repair"
                   : "repair removes it");
    finding.repair = [&work = work_, place, is_run] {
      return is_run ? end_claim_on_run(work, place) : end_claim(work, place);
    };
  }

  [[nodiscard]] bool has_content_now(const TrashEntries& entries, const std::string& name) const {
    return fs_.are_files({joined(entries.run_of(name), deleted_filename(name))}) || fs_.are_files({entries.marker_of(name)});
  }

  void tell_leftover(const TrashEntries& entries, const std::string& name) {
    const std::string claim = joined(joined(entries.folder(), claims_folder), name);
    if (readable_state_of_claim(fs_, claim) == ClaimState::held || has_content_now(entries, name)) return;
    const std::string folder = entries.path_of(name);
    if (fs_.has_folders() && fs_.info(folder).kind == FileKind::missing) return;
    const std::vector<std::string> files = fs_.files_below(folder);
    if (files.empty() && !fs_.has_folders()) return;
    const bool is_bare = holds_only_entry(files);
    CheckFinding& finding =
        add(CheckKind::temporary_file, CheckSeverity::warning, "", joined(".erm_trash", name),
            "an interrupted deletion or restoration has left it, and it holds no run",
            is_bare ? "repair removes it" : "look whether you need the files in this folder, and remove it alone");
    if (is_bare) finding.repair = [this, entries, name] { return remove_leftover(entries, name); };
  }

  [[nodiscard]] static bool holds_only_entry(const std::vector<std::string>& files) {
    return files.empty() || (files.size() == 1 && files.front() == "entry.json");
  }

  [[nodiscard]] std::string remove_leftover(const TrashEntries& entries, const std::string& name) const {
    const auto held = entries.hold(name);
    if (!held) return held_by_another;
    const std::string folder = entries.path_of(name), entry = joined(folder, "entry.json");
    if (!holds_only_entry(fs_.files_below(folder))) return "it changed meanwhile; check again";
    if (fs_.are_files({entry}) && entries.is_on_its_way(TrashEntry::read(view(fs_.read_bounded(entry)), entry, name)))
      return "it changed meanwhile; check again";
    entries.remove(name);
    return {};
  }

  CheckWork& work_;
  FileSystem& fs_;
  std::vector<CheckFinding> findings_;
};

}  // namespace erm::detail
