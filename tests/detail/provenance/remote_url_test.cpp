#include "erm/detail/provenance/remote_url.hpp"

#include <string>

#include "catch.hpp"
#include "remote_urls.hpp"

namespace remote_url_test {

TEST_CASE("A remote is kept without what opens it") {
  for (const auto& [given, kept] : erm_test::remote_urls) {
    CAPTURE(given);
    CHECK(erm::detail::remote_without_credentials(given) == kept);
  }
}

}  // namespace remote_url_test
