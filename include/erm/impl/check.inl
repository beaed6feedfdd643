// The bodies of erm/check.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "erm/check.hpp"
#include "erm/detail/check/registry_check.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"

namespace erm {

ERM_INLINE std::string_view to_text(CheckKind kind) {
  static constexpr std::string_view names[] = {
      "missing_marker", "damaged_marker",  "misplaced",      "other_ids",    "damaged_metadata", "missing_metadata",
      "later_version",  "missing_file",    "wrong_size",     "wrong_hash",   "damaged_file",     "torn_file",
      "unlisted_file",  "killed_run",      "abandoned_claim", "temporary_file", "half_deleted",  "damaged_trash",
      "link",           "not_a_file",      "unreadable",     "in_use"};
  return names[static_cast<std::size_t>(kind)];
}

ERM_INLINE std::string_view to_text(CheckSeverity severity) {
  return severity == CheckSeverity::error ? "error" : severity == CheckSeverity::warning ? "warning" : "notice";
}

ERM_INLINE std::string_view to_text(CheckRepair repair) {
  switch (repair) {
    case CheckRepair::by_hand:
      break;
    case CheckRepair::possible:
      return "possible";
    case CheckRepair::done:
      return "done";
    case CheckRepair::refused:
      return "refused";
  }
  return "by_hand";
}

ERM_INLINE CheckReport check_registry(const std::string& registry_uri, const CheckOptions& options,
                                      std::shared_ptr<FileSystem> fs) {
  const Location registry = detail::locate(registry_uri, fs);
  detail::CheckWork work(registry.fs, detail::without_end_slash(registry.path), options);
  const auto fail = [&] {
    throw NotFoundError("there is no registry at '" + registry_uri + "'; check the path, or save a run to it first");
  };
  const FileKind kind = work.fs->info(work.root).kind;
  if (work.fs->has_folders() && kind != FileKind::folder && kind != FileKind::link) fail();
  CheckReport report;
  detail::RegistryCheck checker(work, report);
  if (options.runs.empty()) {
    checker.all();
    if (!checker.has_found_registry()) fail();
  } else {
    checker.some(options.runs);
  }
  std::map<std::string, CheckSeverity> worst;
  for (const CheckProblem& problem : report.problems) {
    CheckSeverity& of_run = worst.emplace(problem.run, problem.severity).first->second;
    of_run = (std::min)(of_run, problem.severity);
  }
  std::stable_sort(report.problems.begin(), report.problems.end(), [&](const CheckProblem& a, const CheckProblem& b) {
    const CheckSeverity of_a = worst[a.run], of_b = worst[b.run];
    return std::tie(of_a, a.run, a.severity, a.path) < std::tie(of_b, b.run, b.severity, b.path);
  });
  return report;
}

}  // namespace erm
