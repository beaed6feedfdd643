// Whether one registry can be copied to the place of another.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "erm/detail/copy/copied_run_files.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"
#include "erm/file_path.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// The path of a registry without links and "..", so that two paths of one folder are equal.
inline std::string real_root(const CopySide& side) {
  if (!side.fs->is_local()) return normal_path(side.root);
  std::error_code error;
  const std::filesystem::path real =
      std::filesystem::weakly_canonical(as_path(FilePath::from_utf8(side.root)), error);
  return without_end_slash(error ? side.root : os::utf8_path(real));
}

/// Whether a folder of this machine is another or lies in it, as the system says: a bind mount shows one folder at two
/// paths. Follows no links. False where the system does not tell.
inline bool is_in_folder(const std::string& inner, const std::string& outer) {
  const auto state_of = [](const std::string& path) {
    try {
      return os::file_state(path);
    } catch (const Error&) {
      return os::FileState();  // this user may not look at it
    }
  };
  const os::FileState wanted = state_of(outer);
  if (wanted.kind != FileKind::folder || wanted.inode == 0) return false;
  for (std::filesystem::path at = as_path(FilePath::from_utf8(inner));; at = at.parent_path()) {
    if (state_of(os::utf8_path(at)).is_same_file(wanted)) return true;
    if (!at.has_relative_path()) return false;
  }
}

/// Throws IoError if the target cannot be a folder: it would be the fault of each run.
inline void expect_folder(const CopySide& to) {
  if (!to.fs->has_folders()) return;
  const FileKind kind = to.fs->info(to.root).kind;
  if (kind == FileKind::file || kind == FileKind::other)
    throw IoError::failed_to("copy runs to", to.root, std::make_error_code(std::errc::not_a_directory));
}

/// Throws Error if one of the registries is the other or lies in it.
inline void refuse_same_place(const CopySide& from, const CopySide& to) {
  const bool are_local = from.fs->is_local() && to.fs->is_local();
  if (from.fs != to.fs && !are_local) return;
  const std::string a = real_root(from), b = real_root(to);
  const auto lies_in = [&](const std::string& inner, const std::string& outer) {
    return outer.empty() || inner == outer || inner.rfind(outer.back() == '/' ? outer : outer + "/", 0) == 0 ||
           (are_local && is_in_folder(inner, outer));
  };
  const bool a_in_b = lies_in(a, b), b_in_a = lies_in(b, a);
  const std::string cannot = "cannot copy the registry '" + from.uri + "' to '" + to.uri + "': ";
  if (a_in_b && b_in_a) throw Error(cannot + "they are the same; give another target");
  if (a_in_b || b_in_a) throw Error(cannot + "one lies in the other; give a target beside it");
}

}  // namespace erm::detail
