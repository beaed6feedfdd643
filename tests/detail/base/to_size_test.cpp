#include "erm/detail/base/to_size.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "catch.hpp"
#include "thrown.hpp"

namespace to_size_test {

using erm_test::thrown;

TEST_CASE("What is too large for the memory of a process is an error, and never cut off") {
  constexpr std::uint64_t most = (std::numeric_limits<std::size_t>::max)() / 2;
  CHECK(erm::detail::memory_size(0) == 0);
  CHECK(erm::detail::memory_size(most) == most);
  CHECK(thrown<erm::Error>([] { static_cast<void>(erm::detail::memory_size(most + 1)); }) ==
        "cannot hold " + std::to_string(most + 1) +
            " bytes in the memory of this process; read them in parts, or save them to a file");
}

}  // namespace to_size_test
