// For the error about a name that does not exist: the names that were probably meant.
//
//   near_names("learning_rat", {"learning_rate", "seed"})      // {"learning_rate"}
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
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
  // Three rows of the usual table: the one before the last, the last, and this one.
  const std::size_t width = b.size() + 1;
  const std::unique_ptr<std::size_t[]> rows(new std::size_t[3 * width]());
  std::size_t* before_last = rows.get();
  std::size_t* last = before_last + width;
  std::size_t* row = last + width;
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      std::size_t least = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      if (last[j] + 1 < least) least = last[j] + 1;
      if (row[j - 1] + 1 < least) least = row[j - 1] + 1;
      const bool are_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (are_swapped && before_last[j - 2] + 1 < least) least = before_last[j - 2] + 1;
      row[j] = least;
    }
    std::size_t* const reused = before_last;
    before_last = last;
    last = row;
    row = reused;
  }
  return last[b.size()];
}

/// How far `name` is from `asked`, or `too_far`. A name that contains the other is further than one with wrong letters.
inline constexpr std::size_t too_far = ~std::size_t{0};
inline std::size_t distance_of_names(const std::string& asked, const std::string& name) {
  const std::size_t edits = edits_between(asked, name);
  const std::size_t shorter = asked.size() < name.size() ? asked.size() : name.size();
  const std::size_t longer = asked.size() + name.size() - shorter;
  if (edits <= longer / 3) return edits;
  const bool contains = name.find(asked) != std::string::npos || asked.find(name) != std::string::npos;
  return shorter >= 2 && contains ? 1000 + edits : too_far;
}

/// At most `most` of the names, the nearest first: those that differ from `asked` by a few letters, or of which one
/// contains the other.
inline std::vector<std::string> near_names(std::string_view asked, const std::vector<std::string>& names,
                                           std::size_t most = 3) {
  constexpr std::size_t longest = 128;  // the work grows with the product of both lengths
  const std::string wanted = loose_name(asked.substr(0, longest));
  const std::unique_ptr<std::size_t[]> distances(new std::size_t[names.size()]);
  for (std::size_t i = 0; i < names.size(); ++i)
    distances[i] = distance_of_names(wanted, loose_name(std::string_view(names[i]).substr(0, longest)));
  std::vector<std::string> nearest_names;
  while (nearest_names.size() < most) {
    std::size_t nearest = 0;
    for (std::size_t i = 1; i < names.size(); ++i)
      if (distances[i] < distances[nearest]) nearest = i;
    if (names.empty() || distances[nearest] == too_far) break;
    nearest_names.push_back(names[nearest]);
    distances[nearest] = too_far;
  }
  return nearest_names;
}

/// "; near: learning_rate", or an empty text.
inline std::string near_names_text(std::string_view asked, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& one : near_names(asked, names)) text += (text.empty() ? "; near: " : ", ") + one;
  return text;
}

}  // namespace erm::detail
