// Tags, the note and the group of a run that is saved, or that is still being written, changed afterwards.
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
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/metadata_writer.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_edits.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/file_system.hpp"
#include "erm/value.hpp"

namespace erm {

namespace detail {
struct RunEditor;
}

/// What edit_run may change of a run, and how it stands.
class RunEdit {
 public:
  RunEdit(const RunEdit&) = delete;
  RunEdit& operator=(const RunEdit&) = delete;

  [[nodiscard]] const std::map<std::string, std::string>& tags() const noexcept { return record_.tags; }
  [[nodiscard]] const std::string& note() const noexcept { return record_.note; }
  [[nodiscard]] const std::string& group() const noexcept { return record_.group; }

  /// As of a run that logs: see RunLogger.
  void set_tag(std::string_view name, const Value& value = {});
  /// A tag that is not there is none to be removed.
  void remove_tag(std::string_view name);
  void set_note(std::string_view markdown);
  void set_group(std::string_view group);

 private:
  friend struct detail::RunEditor;
  explicit RunEdit(detail::RunRecord& record) : record_(record) {}
  void change(detail::RunEdits changes);

  detail::RunRecord& record_;
  detail::RunEdits changes_;
};

/// Calls `edit` with the run at `run_uri` and keeps what it changed; where it throws, nothing is changed. Readers see
/// all of the change or none, nothing of it is lost to another editor or to the process that writes the run, and it is
/// on the disk when this returns. Throws NotFoundError where there is no run, FormatError where it cannot be read, and
/// IoError where it cannot be written, or where another process holds it for ten seconds.
void edit_run(const std::string& run_uri, const std::function<void(RunEdit&)>& edit,
              std::shared_ptr<FileSystem> fs = nullptr);

// ---- bodies ----

inline void RunEdit::change(detail::RunEdits changes) {
  changes.apply_to(record_);
  changes_.add(std::move(changes));
}

inline void RunEdit::set_tag(std::string_view name, const Value& value) {
  detail::set_tag(record_.tags, name, value.str());
  change({{{detail::repaired_utf8(name), value.str()}}, {}, {}, {}});
}
inline void RunEdit::remove_tag(std::string_view name) { change({{{detail::repaired_utf8(name), {}}}, {}, {}, {}}); }
inline void RunEdit::set_note(std::string_view markdown) { change({{}, detail::repaired_utf8(markdown), {}, {}}); }
inline void RunEdit::set_group(std::string_view group) { change({{}, {}, detail::repaired_utf8(group), {}}); }

namespace detail {

struct RunEditor {
  static void edit(FileSystem& fs, const std::string& folder, const std::function<void(RunEdit&)>& edit) {
    // Before the claim, which would make the folders of a run that is not there.
    static_cast<void>(metadata_bytes(fs, folder));
    const std::unique_ptr<Claim> claim = claim_run(fs, folder, "edit");
    MetadataFile metadata = read_metadata(fs, folder);
    const bool lie_beside = metadata.record.edits_lie_beside;
    apply_edits_beside(fs, folder, metadata.record);

    RunEdit run(metadata.record);
    edit(run);
    if (run.changes_.empty()) return;
    if (lie_beside) {
      RunEdits edits = read_edits(fs, folder);
      edits.add(std::move(run.changes_));
      fs.write(edits_path(folder), text_of(edits), Durability::durable);
      return;
    }
    // With "erm" in its metadata, files would count that the Python package left of a run that it overwrote.
    if (!metadata.written_by_erm) metadata.history_files.emplace();
    claim->commit(metadata_path(folder),
                  MetadataWriter::text(metadata.record, metadata.record.run_id, metadata.artifacts,
                                       metadata.history_files, metadata.record.finished_utc),
                  Durability::durable);
  }
};

}  // namespace detail

inline void edit_run(const std::string& run_uri, const std::function<void(RunEdit&)>& edit,
                     std::shared_ptr<FileSystem> fs) {
  const Location place = detail::locate(run_uri, fs);
  detail::RunEditor::edit(*place.fs, detail::without_end_slash(place.path), edit);
}

}  // namespace erm
