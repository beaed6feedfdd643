// How runs are grouped: by the group set with set_group, by variant, or by any other field of a filter.
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
#include <vector>

#include "erm/impl/linkage.hpp"

namespace erm {

class ExperimentRun;

/// Runs with the same values in the fields by which they are grouped.
struct GroupOfRuns {
  std::string name;               // the values in readable form; "(none)" for a value that the runs lack
  std::vector<std::size_t> runs;  // indexes, in ascending order
};

/// The fields to group by, written as in a filter (erm/find.hpp): "group", "variant", "params.optimizer",
/// {"params.lr", "variant"}. Without fields all runs are one group.
class GroupBy {
 public:
  GroupBy() = default;
  GroupBy(std::vector<std::string> fields);            // NOLINT(google-explicit-constructor)
  GroupBy(std::initializer_list<std::string> fields);  // NOLINT(google-explicit-constructor)
  template <class Text, std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int> = 0>
  GroupBy(const Text& field)  // NOLINT(google-explicit-constructor)
      : fields_(1, std::string(std::string_view(field))) {}

  [[nodiscard]] const std::vector<std::string>& fields() const noexcept { return fields_; }

  /// The groups sorted by their values: numbers as numbers, "(none)" last. Throws Error for text that is not a field.
  [[nodiscard]] std::vector<GroupOfRuns> groups_of(const std::vector<const ExperimentRun*>& runs) const;

 private:
  std::vector<std::string> fields_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/group_by.inl"
#endif
