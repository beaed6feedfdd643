#include "erm/detail/store/run_life.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "catch.hpp"
#include "plain_file_system.hpp"
#include "thrown.hpp"

namespace run_life_test {

using erm::RunStatus;
using erm::detail::is_dead;
using erm::detail::OwnerFate;
using erm::detail::OwnerWatch;
using erm::detail::Refusal;
using erm::detail::RunRecord;
using erm::detail::Seconds;
using erm_test::contains;
using erm_test::thrown;

namespace {

/// A store that tells when it received a file.
class StoreWithClock final : public erm_test::PlainFileSystem {
 public:
  [[nodiscard]] std::optional<double> age(const std::string& /*path*/) const override {
    ++asked;
    return seconds;
  }
  std::optional<double> seconds;
  mutable int asked = 0;
};

/// A run of another machine that wrote its last heartbeat so many seconds ago by its own clock.
RunRecord run_elsewhere(double seconds_ago) {
  RunRecord record;
  record.status = RunStatus::running;
  record.owner = "node7\n42\n00000000-0000-0000-0000-000000000000 1\nnamespace pid:[1]\n";
  record.heartbeat_seconds = 15;
  record.heartbeat_utc =
      erm::detail::now_utc() - std::chrono::milliseconds(static_cast<std::int64_t>(seconds_ago * 1000));
  return record;
}

constexpr double day = 86400;

}  // namespace

TEST_CASE("A clock that is a day off neither kills a run nor keeps it running for ever") {
  StoreWithClock fs;
  struct Case {
    double by_owner;                 // seconds since the last heartbeat
    std::optional<double> by_store;  // nothing where the store has no clock
    bool dead;
  };
  for (const Case& each :
       {Case{10, 10, false}, Case{59, 59, false}, Case{61, 61, true},
        // The clock of the owner is a day slow, and the run lives; then it is dead.
        Case{day, 10, false}, Case{day, 61, true},
        // It is a day fast.
        Case{-day, 10, false}, Case{-day, 61, true},
        // The store keeps no times, and so each file is of 1970.
        Case{10, 50 * 365 * day, false}, Case{61, 50 * 365 * day, true},
        // The clock of the reader is a day slow or fast against both.
        Case{-day, -day, false},
        // The store tells nothing.
        Case{10, std::nullopt, false}, Case{61, std::nullopt, true}, Case{-day, std::nullopt, false}}) {
    INFO(each.by_owner << " " << each.by_store.value_or(-1));
    fs.seconds = each.by_store;
    CHECK(is_dead(fs, "x", run_elsewhere(each.by_owner)) == each.dead);
    OwnerWatch watch(fs, "x");
    CHECK((watch.look(run_elsewhere(each.by_owner)).fate == OwnerFate::gone) == each.dead);
  }
}

TEST_CASE("A store is only asked for the age of a run whose owner looks silent and cannot be seen") {
  StoreWithClock fs;
  fs.seconds = 10;
  CHECK_FALSE(is_dead(fs, "x", run_elsewhere(10)));
  RunRecord here = run_elsewhere(100);
  here.owner = erm::detail::Owner::this_process().text();
  CHECK_FALSE(is_dead(fs, "x", here));
  CHECK(fs.asked == 0);
  CHECK_FALSE(is_dead(fs, "x", run_elsewhere(100)));
  CHECK(fs.asked == 1);
}

TEST_CASE("Whoever wants a run is told who has it, and when it will be free") {
  StoreWithClock fs;
  fs.seconds = 20;
  const Refusal refusal = {"cannot take the run"};
  RunRecord record = run_elsewhere(day);
  const std::string heard = erm::detail::time_text(*record.heartbeat_utc);
  CHECK(thrown<erm::RunExistsError>([&] { erm::detail::refuse_if_alive(fs, "x", record, refusal); }) ==
        "cannot take the run: the process 42 on node7 has it open, last heard of at " + heard +
            "; it is on another machine or in another container, so only its heartbeats tell whether it still runs; "
            "the run is free in 40 seconds unless one comes: try again then; end that process, or take another id");
  record.owner = erm::detail::Owner::this_process().text();
  CHECK(thrown<erm::RunExistsError>([&] { erm::detail::refuse_if_alive(fs, "x", record, refusal); }) ==
        "cannot take the run: the process " + erm::detail::os::process_number() + " on " +
            erm::detail::os::host_name() + " has it open, last heard of at " + heard +
            "; end that process, or take another id");
  record.status = RunStatus::finished;
  erm::detail::refuse_if_alive(fs, "x", record, refusal);
}

TEST_CASE("A heartbeat that moves proves life, whatever the clocks say") {
  StoreWithClock fs;  // stands for a store without a clock, and an owner whose clock is a day fast
  OwnerWatch watch(fs, "x");
  RunRecord record = run_elsewhere(-day);
  CHECK(watch.look(record).fate == OwnerFate::unknown);
  CHECK(watch.look(record).fate == OwnerFate::unknown);
  *record.heartbeat_utc += std::chrono::seconds(15);
  CHECK(watch.look(record).fate == OwnerFate::alive);
  record.status = RunStatus::finished;
  CHECK(watch.look(record).fate == OwnerFate::gone);
}

TEST_CASE("A wait of four heartbeats suffices for a run that shows no life, and ends with the first heartbeat") {
  StoreWithClock fs;
  RunRecord record = run_elsewhere(-day);  // so that the clocks tell nothing
  record.heartbeat_seconds = 1;
  const Refusal refusal = {"cannot take the run"};
  const auto read = [&] { return record; };
  const auto begin = std::chrono::steady_clock::now();
  OwnerWatch watch = erm::detail::wait_for_owner(fs, "x", Seconds(4), refusal, read);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::seconds(4));
  watch.expect_free(record, refusal);  // it need not wait again

  record.heartbeat_seconds = 1000;
  int looks = 0;
  const std::string refused = thrown<erm::RunExistsError>([&] {
    erm::detail::wait_for_owner(fs, "x", Seconds(86400), refusal, [&] {
      if (++looks == 3) *record.heartbeat_utc += std::chrono::seconds(1);
      return record;
    });
  });
  CHECK(looks == 3);
  CHECK(contains(refused, "the process 42 on node7 has it open"));
  CHECK_FALSE(contains(refused, "seconds"));
  CHECK(
      contains(thrown<erm::RunExistsError>([&] { erm::detail::wait_for_owner(fs, "x", Seconds(0.1), refusal, read); }),
               "seconds unless one comes"));
}

}  // namespace run_life_test
