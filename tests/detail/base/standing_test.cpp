#include "erm/detail/base/standing.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "catch.hpp"

namespace standing_test {

using erm::RunStatus;
using erm::detail::not_ranked_text;
using erm::detail::Standing;
using erm::detail::standing_of;

TEST_CASE("A run is ranked if it did not fail, was not killed, and ended with a finite number") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(standing_of(RunStatus::finished, 0.0) == Standing::ranked);
  CHECK(standing_of(RunStatus::running, -1e308) == Standing::ranked);
  CHECK(standing_of(RunStatus::finished, inf) == Standing::diverged);
  CHECK(standing_of(RunStatus::finished, -inf) == Standing::diverged);
  CHECK(standing_of(RunStatus::running, std::nan("")) == Standing::diverged);
  CHECK(standing_of(RunStatus::finished, std::nullopt) == Standing::missing);
  for (const std::optional<double> last : {std::optional<double>(), std::optional<double>(0.1), std::optional<double>(inf)}) {
    CHECK(standing_of(RunStatus::failed, last) == Standing::failed);
    CHECK(standing_of(RunStatus::killed, last) == Standing::killed);
  }
}

TEST_CASE("Runs that are not ranked are counted by reason") {
  CHECK(not_ranked_text({7, 0, 0, 0, 0}).empty());
  CHECK(not_ranked_text({0, 1, 0, 0, 0}) == "1 without a value");
  CHECK(not_ranked_text({3, 1, 2, 30, 4}) == "4 killed, 30 failed, 2 diverged, 1 without a value");
}

}  // namespace standing_test
