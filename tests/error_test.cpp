#include "erm/error.hpp"

#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>

#include "catch.hpp"

namespace error_test {

TEST_CASE("Every error of ERM is an erm::Error, which is a std::runtime_error") {
  STATIC_REQUIRE(std::is_base_of_v<std::runtime_error, erm::Error>);
  STATIC_REQUIRE(std::is_base_of_v<erm::Error, erm::InvalidIdError>);
  STATIC_REQUIRE(std::is_base_of_v<erm::Error, erm::RunExistsError>);
  STATIC_REQUIRE(std::is_base_of_v<erm::Error, erm::NotFoundError>);
  STATIC_REQUIRE(std::is_base_of_v<erm::Error, erm::FormatError>);
  STATIC_REQUIRE(std::is_base_of_v<erm::Error, erm::IoError>);
}

TEST_CASE("No type of error is caught as another") {
  STATIC_REQUIRE_FALSE(std::is_base_of_v<erm::IoError, erm::NotFoundError>);
  STATIC_REQUIRE_FALSE(std::is_base_of_v<erm::InvalidIdError, erm::FormatError>);
  CHECK_THROWS_AS(throw erm::NotFoundError("gone"), erm::NotFoundError);
  CHECK_THROWS_AS(throw erm::NotFoundError("gone"), erm::Error);
}

TEST_CASE("An error keeps its message after the original text is gone") {
  std::string message = "the registry 'r' has no run 'best'";
  const erm::NotFoundError error(message);
  message = "changed";
  CHECK(error.what() == std::string("the registry 'r' has no run 'best'"));
}

TEST_CASE("An IoError has the system's code, and its message the operation, the path and the system's message") {
  const std::error_code code = std::make_error_code(std::errc::no_space_on_device);
  const erm::IoError error = erm::IoError::failed_to("write", "registry/run/loss.csv", code);
  CHECK(error.code() == std::errc::no_space_on_device);
  CHECK(error.what() == "cannot write 'registry/run/loss.csv': " + code.message());
  CHECK(erm::IoError("in words of one's own", code).what() == std::string("in words of one's own"));
}

TEST_CASE("An error can be copied and thrown again") {
  const erm::IoError original =
      erm::IoError::failed_to("read", "a", std::make_error_code(std::errc::permission_denied));
  const erm::IoError copy = original;
  CHECK(copy.what() == std::string(original.what()));
  CHECK(copy.code() == std::errc::permission_denied);
}

}  // namespace error_test
