#include "erm/detail/run/process_identity.hpp"

#include <memory>
#include <string>

#include "catch.hpp"
#include "plain_file_system.hpp"

#if !defined(_WIN32)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace owner_test {

using erm::detail::Owner;
using erm::detail::OwnerFate;

TEST_CASE("An owner's text reads back, and this process exists") {
  const Owner me = Owner::this_process();
  CHECK_FALSE(me.host.empty());
  const Owner same = Owner::of(me.text());
  CHECK(same.host == me.host);
  CHECK(same.process == me.process);
  CHECK(same.started == me.started);
  CHECK(same.space == me.space);
  CHECK(same.fate() == OwnerFate::alive);
  CHECK_FALSE(same.is_gone());
}

TEST_CASE("A process of another machine, or an unknown process, is never regarded as gone") {
  Owner other = Owner::this_process();
  other.started = "00000000-0000-0000-0000-000000000000 1";
  other.process = "999999999";
  CHECK_FALSE(other.is_gone());
  for (const std::string text : {"", "\n", "host", "\n\n\n\n"}) CHECK_FALSE(Owner::of(text).is_gone());
}

#if defined(__linux__)

TEST_CASE("A process that ended is gone, even if another process has its number now") {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  Owner owner = Owner::this_process();
  owner.process = std::to_string(child);
  ::waitpid(child, nullptr, 0);
  CHECK(owner.is_gone());
  owner.host = "renamed meanwhile";
  CHECK(owner.is_gone());
  Owner reused = Owner::this_process();
  CHECK_FALSE(reused.started.empty());
  reused.started += "0";
  CHECK(reused.is_gone());
}

TEST_CASE("In a custom store, a claim of a dead process can be claimed again") {
  erm_test::PlainFileSystem fs;
  Owner owner = Owner::this_process();
  owner.started += "0";
  fs.create(".erm_tmp/run", owner.text(), erm::Durability::buffered);
  const auto claim = fs.claim(".erm_tmp/run");
  REQUIRE(claim);
  CHECK(claim->was_abandoned());
  CHECK_FALSE(fs.claim(".erm_tmp/run"));
}

#endif

}  // namespace owner_test
