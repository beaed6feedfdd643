// Copies runs from one registry to another: between folders, memory and object storage, byte for byte.
//
//   erm::CopyOptions options;
//   options.filter = "tags.keep";                            // without it: all runs
//   const erm::CopyReport report = erm::copy_runs("erm-registry", "s3://team-bucket/experiments", options);
//   std::printf("%zu copied, %zu there already\n", report.copied.size(), report.there_already.size());
//   for (const auto& [uri, reason] : report.left_out) std::printf("%s: %s\n", uri.c_str(), reason.c_str());
#pragma once

#include <string>

#include "erm/copy_options.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

// All files of a run are copied as they are, and so are the marker files of new experiments and variants; the trash is
// not. A run appears in the target when all of it is there. A copy that was interrupted may be repeated, and copies only
// what is missing: a killed process even leaves the files of the run at which it was, and the next copy keeps them if
// they are whole. Other files that lie where a run belongs are never replaced.

/// Copies the runs of one registry that the options select to another registry, which is created if it does not exist.
/// A run that cannot be copied is left out and named, and hides no other: one that cannot be read, that is damaged, has
/// links in its folder, is another run than the one of these ids in the target, or belongs where the target has other
/// files and no run. Throws CopyError if the target fails; NotFoundError if the source, or an experiment, a variant or a
/// run in the options, does not exist; and Error if the filter cannot be parsed, or if one of the registries is the
/// other or lies in it.
CopyReport copy_runs(const std::string& from_registry_uri, const std::string& to_registry_uri,
                     const CopyOptions& options = {});

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/copy.inl"
#endif
