// A filter as a tree of conditions. filter_parser.hpp builds it from text.
//
//   const RunFilter filter = read_filter("params.optimizer = \"adam\" and metrics.loss.min < 0.1");
//   filter.matches(record);
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/run_order.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// A field or a constant.
struct FilterOperand {
  std::optional<RunField> field = {};
  Value value = {};
};

struct FilterNode {
  enum class Test : std::uint8_t {
    both,
    either,
    no,  // these combine nodes
    equal,
    unequal,
    less,
    at_most,
    greater,
    at_least,
    contains,  // these take two operands
    one_of,    // compares the first with all that follow
    missing,
    not_a_number,
    itself  // these take one operand
  };
  struct Scratch {
    Value left, right;
  };

  Test test = Test::itself;
  std::vector<std::unique_ptr<FilterNode>> nodes = {};
  std::vector<FilterOperand> operands = {};

  /// A comparison with a value that the run lacks, or with NaN, is false.
  [[nodiscard]] bool is_true(const RunRecord& run, Scratch& scratch) const;
  /// Adds the fields without which a condition is never met, and those that may be missing. Under `not` it is the other
  /// way round.
  void add_fields(bool is_negated, std::vector<RunField>& needed, std::vector<RunField>& may_be_missing) const;
  void add_all_fields(std::vector<RunField>& fields) const {
    for (const auto& node : nodes) node->add_all_fields(fields);
    for (const FilterOperand& one : operands)
      if (one.field) fields.push_back(*one.field);
  }

 private:
  static bool compares(Test test, const Value& a, const Value& b);
};

class RunFilter {
 public:
  /// Accepts every run.
  RunFilter() = default;
  RunFilter(std::unique_ptr<FilterNode> root, bool asks_for_artifacts)
      : root_(std::move(root)), asks_for_artifacts_(asks_for_artifacts) {}

  [[nodiscard]] bool matches(const RunRecord& run) const {
    if (asked_ != nullptr) asked_->look_at(run);
    return accepts(run);
  }
  /// The same, but does not show the run to watch().
  [[nodiscard]] bool accepts(const RunRecord& run) const {
    FilterNode::Scratch scratch;
    return !root_ || root_->is_true(run, scratch);
  }
  /// Shows each run to `asked` from now on, whether or not the filter accepts it.
  void watch(AskedNames* asked) { asked_ = asked; }
  /// The fields that a run must have to be accepted by a condition of the filter, without those that another condition
  /// allows to be missing.
  [[nodiscard]] std::vector<RunField> needed_fields() const;
  /// All fields that it asks for.
  [[nodiscard]] std::vector<RunField> fields() const {
    std::vector<RunField> all;
    if (root_) root_->add_all_fields(all);
    return all;
  }
  [[nodiscard]] bool asks_for_artifacts() const noexcept { return asks_for_artifacts_; }

 private:
  std::unique_ptr<FilterNode> root_;
  bool asks_for_artifacts_ = false;
  AskedNames* asked_ = nullptr;
};

// ---- bodies ----

inline void FilterNode::add_fields(bool is_negated, std::vector<RunField>& needed,
                                   std::vector<RunField>& may_be_missing) const {
  for (const auto& node : nodes) node->add_fields(is_negated != (test == Test::no), needed, may_be_missing);
  if (test == Test::missing) {
    (is_negated ? needed : may_be_missing).push_back(*operands.front().field);
  } else if (!is_negated) {
    for (const FilterOperand& one : operands)
      if (one.field) needed.push_back(*one.field);
  }
}

inline std::vector<RunField> RunFilter::needed_fields() const {
  std::vector<RunField> needed, may_be_missing;
  if (root_) root_->add_fields(false, needed, may_be_missing);
  const auto is_excused = [&](const RunField& field) {
    return std::any_of(may_be_missing.begin(), may_be_missing.end(), [&](const RunField& one) {
      return one.kind == field.kind && one.name == field.name && one.path == field.path;
    });
  };
  needed.erase(std::remove_if(needed.begin(), needed.end(), is_excused), needed.end());
  return needed;
}

inline bool FilterNode::compares(Test test, const Value& a, const Value& b) {
  const ValueOrder order = order_of_values(a, b);
  switch (test) {
    case Test::equal:
      return order == ValueOrder::equal;
    case Test::unequal:
      return order != ValueOrder::equal && order != ValueOrder::unordered;
    case Test::less:
      return order == ValueOrder::less;
    case Test::at_most:
      return order == ValueOrder::less || order == ValueOrder::equal;
    case Test::greater:
      return order == ValueOrder::greater;
    default:
      return order == ValueOrder::greater || order == ValueOrder::equal;
  }
}

inline bool FilterNode::is_true(const RunRecord& run, Scratch& scratch) const {
  switch (test) {
    case Test::both:
      return std::all_of(nodes.begin(), nodes.end(), [&](const auto& node) { return node->is_true(run, scratch); });
    case Test::either:
      return std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) { return node->is_true(run, scratch); });
    case Test::no:
      return !nodes[0]->is_true(run, scratch);
    default:
      break;
  }
  const auto value_of = [&](const FilterOperand& one, Value& into) {
    return one.field ? one.field->value_of(run, into) : &one.value;
  };
  const FilterOperand& first = operands.front();
  if (test == Test::missing) return first.field->is_missing(run, scratch.left);
  if (test == Test::contains) return first.field->contains(run, operands[1].value.str(), scratch.left);
  const Value* const left = value_of(first, scratch.left);
  if (left == nullptr) return false;
  switch (test) {
    case Test::not_a_number: {
      const std::optional<double> number = left->number();
      return number && is_nan(*number);
    }
    case Test::one_of:
      for (std::size_t i = 1; i < operands.size(); ++i)
        if (compares(Test::equal, *left, operands[i].value)) return true;
      return false;
    case Test::itself: {
      if (first.field->kind == RunField::Kind::tag && left->str().empty()) return true;
      if (const std::optional<bool> yes = boolean_of(*left)) return *yes;
      const std::optional<double> number = left->number();
      return number ? *number != 0 && !is_nan(*number) : !left->str().empty();
    }
    default: {
      const Value* const right = value_of(operands[1], scratch.right);
      return right != nullptr && compares(test, *left, *right);
    }
  }
}

}  // namespace erm::detail
