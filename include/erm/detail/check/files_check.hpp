// The files of one run while it is checked, and what is found of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/check/claim_look.hpp"
#include "erm/detail/check/contents.hpp"
#include "erm/detail/check/repairs.hpp"
#include "erm/detail/check/store_tree.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/store/trash_entries.hpp"
#include "erm/error.hpp"

namespace erm::detail {

struct RunOutcome {
  std::vector<CheckFinding> findings;
  std::optional<RunIds> ids;  // in the metadata
  std::optional<TimePoint> timestamp_utc;
  std::size_t artifacts = 0;
  std::uint64_t bytes = 0;
  bool is_gone = false;  // it was removed meanwhile
};

class FilesCheck {
 protected:
  using Severity = CheckSeverity;

  FilesCheck(CheckWork& work, std::string path, std::string metadata)
      : work_(work),
        fs_(*work.fs),
        path_(std::move(path)),
        folder_(work.place_of(path_)),
        metadata_(std::move(metadata)) {}

  CheckFinding& add(CheckKind kind, Severity severity, const std::string& inside, std::string what, std::string advice) {
    CheckFinding finding;
    finding.problem = {kind, severity, path_, joined(path_, inside), std::move(what), std::move(advice), {}};
    return out_.findings.emplace_back(std::move(finding));
  }
  void add_damaged_metadata(const std::string& inside, const std::string& what) {
    add(CheckKind::damaged_metadata, Severity::error, inside, what,
        "put back a copy of the file, or mend it, or remove the run");
  }

  [[nodiscard]] bool is_in_trash() const { return metadata_ != metadata_filename; }
  /// Behind a link, which may lead anywhere, nothing is changed.
  [[nodiscard]] bool is_behind_link() const { return fs_.has_folders() && fs_.info(folder_).kind == FileKind::link; }

  [[nodiscard]] bool has(CheckKind kind) const {
    return std::any_of(out_.findings.begin(), out_.findings.end(),
                       [&](const CheckFinding& finding) { return finding.problem.kind == kind; });
  }

  [[nodiscard]] static bool is_in_folder(const std::string& file, std::string_view folder) {
    return file.size() > folder.size() && file[folder.size()] == '/' && file.compare(0, folder.size(), folder) == 0 &&
           file.find('/', folder.size() + 1) == std::string::npos;
  }

  /// The size of a file that the metadata name, or nothing if it is not there, which is told.
  std::optional<std::uint64_t> size_of(const std::string& file, const std::string& what, Severity severity,
                                       const std::string& advice) {
    known_.insert(file);
    const auto found = files_.find(file);
    if (found == files_.end()) {
      if (const std::string link = link_above(file); !link.empty()) {
        add_link(link);
        return std::nullopt;
      }
      add(CheckKind::missing_file, severity, file, "is missing: " + what, advice);
      return std::nullopt;
    }
    if (found->second.kind == FileKind::link) {
      add_link(file);
      return std::nullopt;
    }
    if (found->second.kind != FileKind::file) {
      add_not_a_file(file);
      return std::nullopt;
    }
    if (!found->second.size) found->second.size = fs_.info(joined(folder_, file)).size;
    return *found->second.size;
  }

  [[nodiscard]] std::string link_above(const std::string& file) const {
    for (std::size_t slash = file.find('/'); slash != std::string::npos; slash = file.find('/', slash + 1)) {
      const auto found = files_.find(file.substr(0, slash));
      if (found != files_.end() && found->second.kind == FileKind::link) return found->first;
    }
    return {};
  }
  void add_link(const std::string& file) {
    known_.insert(file);
    for (const CheckFinding& finding : out_.findings)
      if (finding.problem.kind == CheckKind::link && finding.problem.path == joined(path_, file)) return;
    add(CheckKind::link, Severity::error, file, "is a symbolic link, and ERM follows none in a run's folder",
        "put the file or folder itself there");
  }
  void add_unreadable(const std::string& file, const Error& error) {
    add(CheckKind::unreadable, Severity::error, file, error.what(), "mend what refuses, and check again");
  }
  void add_not_a_file(const std::string& file) {
    known_.insert(file);
    add(CheckKind::not_a_file, Severity::error, file, "is a device, a pipe or a socket", "remove it");
  }

  /// Compares a file that never changes with what is known of it.
  void check_content(const std::string& file, std::uint64_t size, std::optional<std::uint64_t> right_size,
                     const std::string& right_hash) {
    if (right_size && *right_size != size) {
      add(CheckKind::wrong_size, Severity::error, file,
          "has " + std::to_string(size) + " bytes and had " + std::to_string(*right_size) + " when it was written",
          "put back a copy of the file, or remove the run");
      return;
    }
    if (!work_.options.hashes || right_hash.empty()) return;
    if (work_.hash_of(joined(folder_, file), size) != right_hash)
      add(CheckKind::wrong_hash, Severity::error, file, "has another content than when it was written (its SHA-256 differs)",
          "put back a copy of the file, or remove the run");
  }

  /// Tells of what is wrong with a file to which a live run appends.
  void tell(const std::string& file, const ContentFault& fault, bool is_listed, const std::string& advice) {
    if (fault.what.empty()) return;
    if (!fault.is_torn) {
      add(CheckKind::damaged_file, Severity::error, file, fault.what, advice);
      return;
    }
    if (is_alive_) return;  // its process is about to write the rest
    if (is_listed) {
      add(CheckKind::torn_file, Severity::error, file, fault.what + ": it was whole when the run was saved",
          "put back a copy of the file, or leave it: what is before can be read");
      return;
    }
    CheckFinding& finding = add(CheckKind::torn_file, Severity::warning, file, fault.what,
                                "leave it: what is before can be read, and a process that resumes the run cuts it off");
    if (fault.may_be_cut && !is_in_trash() && !is_behind_link())
      finding.repair = [&work = work_, folder = folder_, file] { return cut_torn_end(work, folder, file); };
  }

  /// Calls `read()`, and returns whether it could. Tells if the system refuses.
  template <class Read>
  bool read_file(const std::string& file, const Read& read) {
    try {
      read();
      return true;
    } catch (const NotFoundError&) {
      add(CheckKind::missing_file, Severity::error, file, "is missing: it was removed during the check", "check again");
    } catch (const IoError& error) {
      add_unreadable(file, error);
    }
    return false;
  }

  /// A file among the claims in a run's folder: the part of a file that was being written.
  void add_temporary(const std::string& file) {
    const std::string place = joined(folder_, file);
    ClaimState state = ClaimState::free;
    read_file(file, [&] { state = state_of_claim(fs_, place); });
    if (state != ClaimState::dead && state != ClaimState::unclear) return;
    CheckFinding& finding = add(CheckKind::temporary_file, Severity::warning, file,
                                "a process that died while it wrote has left it", "remove it");
    if (!is_behind_link()) finding.repair = [&work = work_, place] { return end_claim(work, place); };
  }

  CheckWork& work_;
  const FileSystem& fs_;
  std::string path_, folder_, metadata_;
  RunOutcome out_;
  TreeEntries files_;            // below the folder
  std::set<std::string> known_;  // those of which enough is said
  bool is_alive_ = false;
};

}  // namespace erm::detail
