// The metrics of LiveOptions::system_metrics are told from the program's own by their names.
#pragma once

#include <string_view>

namespace erm::detail {

inline bool is_system_metric(std::string_view name) { return name.substr(0, 7) == "system/"; }

}  // namespace erm::detail
