// Which way a metric is better.
//
//   run.set_goal("loss", erm::Goal::minimize);
#pragma once

#include <cstdint>

namespace erm {

enum class Goal : std::uint8_t { minimize, maximize };

}  // namespace erm
