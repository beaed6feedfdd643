// Changes tags, the note and the group of a saved run, or of a run that a live process is still writing.
//
//   erm::edit_run("erm-registry/digits/main/2026_11_23__07_30_21", [](erm::RunEdit& run) {
//     run.set_tag("candidate");
//     run.remove_tag("failed");
//     run.set_note("Best of the seed sweep; *not* yet checked on the second data set.");
//   });
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "erm/file_system.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/value.hpp"

namespace erm {

namespace detail {
class EditedRun;
}

/// The part of a run that edit_run can change, in its current state.
class RunEdit {
 public:
  RunEdit(const RunEdit&) = delete;
  RunEdit& operator=(const RunEdit&) = delete;

  [[nodiscard]] const std::map<std::string, std::string>& tags() const noexcept;
  [[nodiscard]] const std::string& note() const noexcept;
  [[nodiscard]] const std::string& group() const noexcept;

  /// The same functions as those of a run that logs: see RunLogger.
  void set_tag(std::string_view name, const Value& value = {});
  /// Does nothing if the run does not have the tag.
  void remove_tag(std::string_view name);
  void set_note(std::string_view markdown);
  void set_group(std::string_view group);

 private:
  friend class detail::EditedRun;
  explicit RunEdit(detail::EditedRun& run) : run_(run) {}

  detail::EditedRun& run_;
};

/// Calls `edit` with the run at `run_uri` and saves its changes. If it throws, nothing changes. Readers see all of the
/// changes or none. Changes by other editors, or by the process that writes the run, are never lost. The changes are on
/// disk when this returns. Throws NotFoundError if there is no run, FormatError if it cannot be read, and IoError if it
/// cannot be written or another process holds it for ten seconds.
void edit_run(const std::string& run_uri, const std::function<void(RunEdit&)>& edit,
              std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/edit.inl"
#endif
