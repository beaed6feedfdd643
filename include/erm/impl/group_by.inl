// The bodies of erm/group_by.hpp.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/find/run_groups.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/experiment_run.hpp"
#include "erm/group_by.hpp"

namespace erm {

ERM_INLINE GroupBy::GroupBy(std::vector<std::string> fields) : fields_(std::move(fields)) {}
ERM_INLINE GroupBy::GroupBy(std::initializer_list<std::string> fields) : fields_(fields) {}

ERM_INLINE std::vector<GroupOfRuns> GroupBy::groups_of(const std::vector<const ExperimentRun*>& runs) const {
  std::vector<const detail::RunRecord*> records;
  records.reserve(runs.size());
  for (const ExperimentRun* run : runs) records.push_back(&detail::RunAccess::record(*run));
  std::vector<GroupOfRuns> groups;
  for (detail::KeyedGroup& one : detail::keyed_groups(records, fields_))
    groups.push_back({std::move(one.name), std::move(one.runs)});
  return groups;
}

}  // namespace erm
