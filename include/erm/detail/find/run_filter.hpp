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
    FilterNode::Scratch scratch;
    return !root_ || root_->is_true(run, scratch);
  }
  [[nodiscard]] bool asks_for_artifacts() const noexcept { return asks_for_artifacts_; }

 private:
  std::unique_ptr<FilterNode> root_;
  bool asks_for_artifacts_ = false;
};

// ---- bodies ----

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
