// A table that a run logged: named columns, and rows of values that keep their types.
//
//   const erm::Table& scores = run.table("per class");
//   for (std::size_t row = 0; row < scores.size(); ++row)
//     std::printf("%s: %g\n", scores.at(row, "class").str().c_str(), scores.at(row, "f1").get<double>());
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/impl/linkage.hpp"
#include "erm/value.hpp"

namespace erm {

class Table {
 public:
  Table() = default;
  /// Throws Error if a row has more or fewer values than there are columns, or two columns have one name.
  Table(std::vector<std::string> columns, std::vector<std::vector<Value>> rows);

  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  [[nodiscard]] const std::vector<std::vector<Value>>& rows() const noexcept { return rows_; }
  /// The number of rows.
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  /// The value of a row, counted from 0, in a column. Throws NotFoundError if there is no such row or column.
  [[nodiscard]] const Value& at(std::size_t row, std::string_view column) const;
  /// Each value of a column, from the first row to the last. Throws NotFoundError if there is no such column.
  [[nodiscard]] std::vector<Value> column(std::string_view column) const;

  friend bool operator==(const Table& a, const Table& b) noexcept {
    return a.columns_ == b.columns_ && a.rows_ == b.rows_;
  }
  friend bool operator!=(const Table& a, const Table& b) noexcept { return !(a == b); }

 private:
  [[nodiscard]] std::size_t index_of(std::string_view column) const;

  std::vector<std::string> columns_;
  std::vector<std::vector<Value>> rows_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/series.inl"
#endif
