// Checks a registry: whether everything that its metadata name is there and as it was written, and what else lies there.
//
//   const erm::CheckReport report = erm::check_registry("erm-registry");
//   for (const erm::CheckProblem& problem : report.problems)
//     std::printf("%s: %s; %s\n", problem.path.c_str(), problem.what.c_str(), problem.advice.c_str());
//   return report.is_sound() ? 0 : 1;
#pragma once

#include <memory>
#include <string>

#include "erm/check_report.hpp"
#include "erm/file_system.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

/// Reads everything and changes nothing, unless it may repair. A damaged run ends no check, and of a run that a process
/// writes, only what holds all the time is expected. Of a folder, memory is needed for a few hundred runs at a time; of
/// object storage, for the names of all objects. Throws NotFoundError if there is no registry or no such run, Error if
/// the folder is a part of a registry, and IoError if the registry's own folder cannot be read.
[[nodiscard]] CheckReport check_registry(const std::string& registry_uri, const CheckOptions& options = {},
                                         std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/check.inl"
#endif
