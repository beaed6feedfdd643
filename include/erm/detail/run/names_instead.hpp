// The end of an error about a name that does not exist.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/near_names.hpp"
#include "erm/detail/run/id_rules.hpp"

namespace erm::detail {

/// "; its nearest are 'lr'" or "; it has 'lr', 'seed'".
inline std::string names_instead(std::string_view asked, const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  const auto listed = [](const std::vector<std::string>& some, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + shown(some[i]);
    return text;
  };
  if (names.empty()) return "; it has none";
  const std::vector<std::string> nearest = near_names(asked, names);
  if (!nearest.empty()) return "; its nearest are " + listed(nearest, nearest.size());
  if (names.size() <= most) return "; it has " + listed(names, names.size());
  return "; it has " + listed(names, most) + " and " + std::to_string(names.size() - most) + " more";
}

}  // namespace erm::detail
