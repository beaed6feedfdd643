#include "erm/detail/run/process_identity.hpp"

#include <memory>
#include <string>

#include "catch.hpp"
#include "plain_file_system.hpp"

#if !defined(_WIN32)
#include <csignal>

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

TEST_CASE("An owner of ERM 0.1, and one in another container, is not judged by its number") {
  const Owner me = Owner::this_process();
  Owner other = me;
  other.process = "999999999";
  CHECK(Owner::of(other.text()).fate() == OwnerFate::gone);
  CHECK(Owner::of(other.text() + "0123456789abcdef\nfedcba9876543210\n").fate() == OwnerFate::gone);
#if defined(__linux__)
  CHECK(Owner::of(other.host + "\n" + other.process + "\n" + other.started + "\n").fate() == OwnerFate::unknown);
  other.space = "pid:[1]";
  CHECK(Owner::of(other.text()).fate() == OwnerFate::unknown);
  other.process = me.process;
  CHECK(Owner::of(other.text()).fate() == OwnerFate::unknown);
#endif
}

TEST_CASE("A session that has ended is gone though its process runs") {
  Owner owner = Owner::this_process();
  {
    const erm::detail::Session session, other;
    CHECK(session.text() != other.text());
    owner.session = session.text();
    CHECK(Owner::of(owner.text()).session == session.text());
    CHECK(Owner::of(owner.text()).fate() == OwnerFate::alive);
  }
  CHECK(Owner::of(owner.text()).fate() == OwnerFate::gone);
  const erm::detail::Session later;  // has the place of the first in the list
  CHECK(Owner::of(owner.text()).fate() == OwnerFate::gone);
  owner.session = "1-" + later.text();  // of another module of this process
  CHECK(Owner::of(owner.text()).fate() == OwnerFate::alive);
}

#if defined(__linux__)

TEST_CASE("A process that was killed and not waited for is gone") {
  const pid_t child = ::fork();
  if (child == 0) ::pause();
  Owner owner = Owner::this_process();
  owner.process = std::to_string(child);
  const erm::detail::os::ProcessFiles files;
  owner.started = files.boot() + " " + files.facts_of(owner.process).start;
  CHECK(owner.fate() == OwnerFate::alive);
  ::kill(child, SIGKILL);
  siginfo_t ended = {};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);  // it stays a zombie
  CHECK(owner.fate() == OwnerFate::gone);
  ::waitpid(child, nullptr, 0);
  CHECK(owner.fate() == OwnerFate::gone);
}

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
