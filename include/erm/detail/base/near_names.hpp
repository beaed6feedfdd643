// For the error about a name that does not exist: the names that were probably meant.
//
//   near_names("learning_rat", {"learning_rate", "seed"})      // {"learning_rate"}
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace erm::detail {

/// A name as it is compared: letters in lower case, and '_' for '-', '.', '/', ' ' and ':'.
inline std::string loose_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (c == '-' || c == '.' || c == '/' || c == ' ' || c == ':') c = '_';
  }
  return out;
}

/// How many bytes must be inserted, removed, replaced or swapped with their neighbour to get from `a` to `b`.
inline std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = (std::min)({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = (std::min)(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

/// At most `most` of the names, the nearest first: those that differ from `asked` by a few letters, or of which one
/// contains the other.
inline std::vector<std::string> near_names(std::string_view asked, const std::vector<std::string>& names,
                                           std::size_t most = 3) {
  constexpr std::size_t longest = 128;  // the work grows with the product of both lengths
  const std::string wanted = loose_name(asked.substr(0, longest));
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& name : names) {
    const std::string loose = loose_name(std::string_view(name).substr(0, longest));
    const std::size_t shorter = (std::min)(wanted.size(), loose.size());
    const bool contains =
        shorter >= 2 && (loose.find(wanted) != std::string::npos || wanted.find(loose) != std::string::npos);
    const std::size_t edits = edits_between(wanted, loose);
    if (edits <= (std::max)(wanted.size(), loose.size()) / 3)
      found.emplace_back(edits, name);
    else if (contains)
      found.emplace_back(longest + edits, name);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> near;
  for (std::size_t i = 0; i < (std::min)(most, found.size()); ++i) near.push_back(std::move(found[i].second));
  return near;
}

}  // namespace erm::detail
