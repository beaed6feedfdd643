// Counts how often each class was predicted as each class.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/stored_number.hpp"
#include "erm/detail/figure/data.hpp"
#include "erm/error.hpp"
#include "erm/value.hpp"

namespace erm::detail {

struct Confusion {
  std::vector<std::string> classes;
  std::vector<std::vector<double>> counts;  // [actual][predicted]
};

inline constexpr std::size_t max_confusion_classes = 1000;

inline void check_class_count(std::size_t count) {
  if (count <= max_confusion_classes) return;
  throw Error("confusion_matrix: there are " + std::to_string(count) + " classes, and a figure has room for " +
              std::to_string(max_confusion_classes) + "; give whole numbers from 0 on, or text, as labels");
}

/// Each label as a whole number. If there are labels, the greatest is below `limit`.
inline std::vector<std::size_t> class_numbers(const char* name, const std::vector<double>& labels, std::size_t limit) {
  std::vector<std::size_t> numbers;
  for (const double number : labels) {
    const bool whole = is_finite(number) && number >= 0 && std::floor(number) == number;
    if (!whole || (limit > 0 && number >= static_cast<double>(limit))) {
      std::string text;
      append_floating(text, number);
      throw Error("confusion_matrix: " + std::string(name) + " label " + std::to_string(numbers.size()) + " is " +
                  text + ", and a label is a whole number from 0 on" +
                  (limit > 0 ? ", one of " + std::to_string(limit) + " classes" : ""));
    }
    // Larger than any class, and valid for a 32-bit size_t.
    numbers.push_back(number < 4e9 ? static_cast<std::size_t>(number) : std::size_t{4000000000U});
  }
  return numbers;
}

/// Each label as its index in `classes`.
inline std::vector<std::size_t> class_numbers(const char* name, const std::vector<std::string>& labels,
                                              const std::vector<std::string>& classes) {
  std::vector<std::size_t> numbers;
  std::vector<std::pair<std::string_view, std::size_t>> sorted;
  for (std::size_t i = 0; i < classes.size(); ++i) sorted.emplace_back(classes[i], i);
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& text : labels) {
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), text,
                                        [](const auto& entry, const std::string& key) { return entry.first < key; });
    if (found == sorted.end() || found->first != text) {
      throw Error("confusion_matrix: " + std::string(name) + " label " + std::to_string(numbers.size()) + " is '" +
                  text + "', which is none of the " + std::to_string(classes.size()) + " class names");
    }
    numbers.push_back(found->second);
  }
  return numbers;
}

inline void check_distinct(std::vector<std::string> class_names) {
  std::sort(class_names.begin(), class_names.end());
  const auto twice = std::adjacent_find(class_names.begin(), class_names.end());
  if (twice != class_names.end())
    throw Error("confusion_matrix: two classes are named '" + *twice + "'; each needs a name of its own");
}

/// Counts the pairs of labels. `classes` may be empty if the labels are numbers.
inline Confusion count_class_numbers(const std::vector<std::size_t>& is, const std::vector<std::size_t>& said,
                                     std::vector<std::string> classes) {
  check_same_size("confusion_matrix", "actual", is.size(), "predicted", said.size());
  if (is.empty()) throw Error("confusion_matrix: there are no labels");
  if (classes.empty()) {
    const std::size_t greatest =
        (std::max)(*std::max_element(is.begin(), is.end()), *std::max_element(said.begin(), said.end()));
    check_class_count(greatest + 1);
    for (std::size_t i = 0; i <= greatest; ++i) classes.push_back(std::to_string(i));
  }
  check_class_count(classes.size());
  Confusion confusion;
  confusion.counts.assign(classes.size(), std::vector<double>(classes.size()));
  for (std::size_t i = 0; i < is.size(); ++i) ++confusion.counts[is[i]][said[i]];
  confusion.classes = std::move(classes);
  return confusion;
}

inline Confusion count_confusion(const std::vector<double>& actual, const std::vector<double>& predicted,
                                 const std::vector<std::string>& class_names) {
  check_distinct(class_names);
  const std::vector<std::size_t> is = class_numbers("actual", actual, class_names.size());
  return count_class_numbers(is, class_numbers("predicted", predicted, class_names.size()), class_names);
}

inline Confusion count_confusion(const std::vector<std::string>& actual, const std::vector<std::string>& predicted,
                                 const std::vector<std::string>& class_names) {
  check_distinct(class_names);
  std::vector<std::string> classes = class_names;
  if (classes.empty()) {
    classes = actual;
    classes.insert(classes.end(), predicted.begin(), predicted.end());
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  }
  const std::vector<std::size_t> is = class_numbers("actual", actual, classes);
  return count_class_numbers(is, class_numbers("predicted", predicted, classes), classes);
}

/// Checks a matrix that the caller counted.
inline Confusion counted_confusion(const std::vector<std::vector<Value>>& counts, std::vector<std::string> classes) {
  Confusion confusion;
  check_distinct(classes);
  if (counts.empty()) throw Error("confusion_matrix: there are no counts");
  check_class_count(counts.size());
  confusion.counts.resize(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i].size() != counts.size()) {
      throw Error("confusion_matrix: row " + std::to_string(i) + " has " + std::to_string(counts[i].size()) +
                  " counts and there are " + std::to_string(counts.size()) +
                  " rows; counts[actual][predicted] has a row and a column for each class");
    }
    for (std::size_t k = 0; k < counts.size(); ++k) {
      const double number = counts[i][k].get<double>();
      if (!is_finite(number) || number < 0) {
        throw Error("confusion_matrix: counts[" + std::to_string(i) + "][" + std::to_string(k) + "] is " +
                    counts[i][k].str() + ", and a count is a number from 0 on");
      }
      confusion.counts[i].push_back(number);
    }
  }
  if (classes.empty())
    for (std::size_t i = 0; i < counts.size(); ++i) classes.push_back(std::to_string(i));
  if (classes.size() != counts.size()) {
    throw Error("confusion_matrix: there are " + std::to_string(classes.size()) + " class names and counts of " +
                std::to_string(counts.size()) + " classes; each class needs one name");
  }
  confusion.classes = std::move(classes);
  return confusion;
}

}  // namespace erm::detail
