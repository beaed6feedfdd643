// The bodies of erm/edit.hpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/metadata_writer.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_edits.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/edit.hpp"

namespace erm {

namespace detail {

/// A run's record with the changes made so far, and the changes separately.
class EditedRun {
 public:
  explicit EditedRun(RunRecord& record) : record_(record) {}
  EditedRun(const EditedRun&) = delete;
  EditedRun& operator=(const EditedRun&) = delete;

  [[nodiscard]] RunRecord& record() noexcept { return record_; }
  [[nodiscard]] RunEdits& changes() noexcept { return changes_; }

  void let(const std::function<void(RunEdit&)>& edit) {
    RunEdit run(*this);
    edit(run);
  }
  void change(RunEdits changes) {
    changes.apply_to(record_);
    changes_.add(std::move(changes));
  }

 private:
  RunRecord& record_;
  RunEdits changes_;
};

/// Throws FormatError if a run of a registry is behind a link, which could lead to anyone's folder. Whoever gives a path
/// outside a registry may give a link.
inline void refuse_linked_run(const FileSystem& fs, const std::string& folder) {
  if (!fs.has_folders() || fs.info(folder).kind != FileKind::link) return;
  for (std::string above = folder_of(folder); above != folder_of(above); above = folder_of(above))
    if (fs.are_files({joined(above, std::string(variant_marker))}))
      throw FormatError("cannot edit the run '" + folder +
                        "': it is a symbolic link, which may lead out of the registry; edit the run that it leads to");
}

inline void edit_run_in(FileSystem& fs, const std::string& folder, const std::function<void(RunEdit&)>& edit) {
  // Throws if there is no run. Checked first, because the claim creates folders.
  static_cast<void>(metadata_bytes(fs, folder));
  refuse_linked_run(fs, folder);
  const std::unique_ptr<Claim> claim = claim_run(fs, folder, "edit");
  MetadataFile metadata = read_metadata(fs, folder);
  const bool lie_beside = metadata.record.edits_lie_beside;
  apply_edits_beside(fs, folder, metadata.record);

  EditedRun run(metadata.record);
  run.let(edit);
  if (run.changes().empty()) return;
  if (lie_beside) {
    RunEdits edits = read_edits(fs, folder);
    edits.add(std::move(run.changes()));
    const std::string text = text_of(edits);
    refuse_oversized(fs, "edit the run '" + folder + "'", text.size());
    fs.write(edits_path(folder), text, Durability::durable);
    return;
  }
  // The new metadata have "erm", so readers would count files that the Python package left behind: list none.
  if (!metadata.written_by_erm) metadata.history_files.emplace();
  const std::string text = MetadataWriter::text(metadata.record, metadata.record.run_id, metadata.artifacts,
                                                metadata.history_files, metadata.record.finished_utc,
                                                metadata.series_files);
  refuse_oversized(fs, "edit the run '" + folder + "'", text.size());
  claim->commit(metadata_path(folder), text, Durability::durable);
}

}  // namespace detail

ERM_INLINE const std::map<std::string, std::string>& RunEdit::tags() const noexcept { return run_.record().tags; }
ERM_INLINE const std::string& RunEdit::note() const noexcept { return run_.record().note; }
ERM_INLINE const std::string& RunEdit::group() const noexcept { return run_.record().group; }

ERM_INLINE void RunEdit::set_tag(std::string_view name, const Value& value) {
  detail::set_tag(run_.record().tags, name, value.str());
  run_.change({{{detail::repaired_utf8(name), value.str()}}, {}, {}, {}});
}
ERM_INLINE void RunEdit::remove_tag(std::string_view name) {
  run_.change({{{detail::repaired_utf8(name), {}}}, {}, {}, {}});
}
ERM_INLINE void RunEdit::set_note(std::string_view markdown) {
  run_.change({{}, detail::repaired_utf8(markdown), {}, {}});
}
ERM_INLINE void RunEdit::set_group(std::string_view group) { run_.change({{}, {}, detail::repaired_utf8(group), {}}); }

ERM_INLINE void edit_run(const std::string& run_uri, const std::function<void(RunEdit&)>& edit,
                         std::shared_ptr<FileSystem> fs) {
  const Location place = detail::locate(run_uri, fs);
  detail::edit_run_in(*place.fs, detail::without_end_slash(place.path), edit);
}

}  // namespace erm
