#include "erm/value.hpp"

#include "catch.hpp"

TEST_CASE("a default value is the empty text") { CHECK(erm::Value().str().empty()); }
