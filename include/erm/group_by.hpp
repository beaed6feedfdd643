// What runs are grouped by: the groups that they were given, their variants, or anything else that a filter can ask
// for.
//
//   run.set_group("seed sweep 3");
//   erm::summarize(runs, "group");                              // erm/summary.hpp
//
//   erm::CompareOptions options;
//   options.group_by = {"params.optimizer", "variant"};         // erm/compare_options.hpp
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/experiment_run.hpp"

namespace erm {

namespace detail {

/// Runs that have in common what they are grouped by.
struct GroupOfRuns {
  std::string name;               // what it is, as a person reads it; "(none)" for what the runs lack
  std::vector<std::size_t> runs;  // indexes, in their order
};

template <class Run>
std::vector<GroupOfRuns> group_runs(const std::vector<const Run*>& runs, const std::vector<std::string>& fields);

}  // namespace detail

/// Fields as a filter has them, "group", "variant", "params.optimizer", {"params.lr", "variant"}; without any, all runs
/// are one group. Made of fields by templates, so that who names none does not pay, when it is compiled, for what reads
/// them.
class GroupBy {
 public:
  GroupBy() = default;
  template <class Run = ExperimentRun>
  GroupBy(std::vector<std::string> fields)  // NOLINT(google-explicit-constructor)
      : fields_(std::move(fields)), group_(&detail::group_runs<Run>) {}
  template <class Run = ExperimentRun>
  GroupBy(std::initializer_list<std::string> fields) : fields_(fields), group_(&detail::group_runs<Run>) {}
  template <class Text, std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int> = 0>
  GroupBy(const Text& field)  // NOLINT(google-explicit-constructor)
      : fields_({std::string(std::string_view(field))}), group_(&detail::group_runs<ExperimentRun>) {}
  [[nodiscard]] const std::vector<std::string>& fields() const noexcept { return fields_; }

  /// The groups by their values, numbers as numbers, "(none)" last. Throws Error for a field that is none.
  [[nodiscard]] std::vector<detail::GroupOfRuns> groups_of(const std::vector<const ExperimentRun*>& runs) const {
    return group_ == nullptr ? std::vector<detail::GroupOfRuns>() : group_(runs, fields_);
  }

 private:
  std::vector<std::string> fields_;
  std::vector<detail::GroupOfRuns> (*group_)(const std::vector<const ExperimentRun*>&,
                                             const std::vector<std::string>&) = nullptr;
};

}  // namespace erm

#include "erm/detail/find/run_groups.hpp"
