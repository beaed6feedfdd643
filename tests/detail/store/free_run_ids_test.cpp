#include <chrono>
#include <memory>
#include <string>

#include "catch.hpp"
#include "plain_file_system.hpp"

#include "erm/detail/store/free_run_ids.hpp"
#include "erm/experiment_run.hpp"
#include "erm/registry.hpp"

namespace erm_test::free_run_ids_test {

/// Counts how often it is asked what is there.
class CountingFileSystem final : public PlainFileSystem {
 public:
  erm::FileInfo info(const std::string& path) const override {
    ++count;
    return PlainFileSystem::info(path);
  }

  mutable int count = 0;
};

void write_run(erm::FileSystem& fs, const std::string& id) {
  fs.write("v/" + id + "/erm_metadata.json", "{}", erm::Durability::buffered);
}

TEST_CASE("The first free id is the generated one, and the next ones are numbered") {
  const PlainFileSystem fs;
  erm::detail::FreeRunIds ids(fs, "v", "r");
  CHECK(ids.next() == "r");
  CHECK(ids.next() == "r_002");
  CHECK(ids.next() == "r_003");
}

TEST_CASE("Any number of ids that runs have is passed over, and asked for a few times only") {
  for (const int taken : {1, 2, 3, 4, 5, 7, 8, 9, 100, 999, 1000, 1001}) {
    CAPTURE(taken);
    CountingFileSystem fs;
    const auto id = [](int number) {
      const std::string digits = std::to_string(number);
      return number == 1 ? std::string("r") : "r_" + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
    };
    for (int i = 1; i <= taken; ++i) write_run(fs, id(i));
    erm::detail::FreeRunIds ids(fs, "v", "r");
    CHECK(ids.next() == "r");
    CHECK(fs.count == 0);
    CHECK(ids.next() == id(taken + 1));
    CHECK(fs.count <= 21);
    CHECK(ids.next() == id(taken + 2));  // where another process was faster
  }
}

TEST_CASE("Where runs were deleted, the id of one of them or a new one comes") {
  PlainFileSystem fs;
  for (const char* const id : {"r", "r_002", "r_004", "r_005", "r_006"}) write_run(fs, id);
  erm::detail::FreeRunIds ids(fs, "v", "r");
  CHECK(ids.next() == "r");
  const std::string free = ids.next();
  CHECK((free == "r_003" || free == "r_007"));
}

TEST_CASE("Ids that other processes take meanwhile are passed over, too") {
  CountingFileSystem fs;
  const erm::FileSystem& looked_at = fs;
  erm::detail::FreeRunIds ids(looked_at, "v", "r");
  CHECK(ids.next() == "r");
  CHECK(ids.next() == "r_002");
  for (int i = 2; i <= 99; ++i) write_run(fs, "r_0" + std::string(i < 10 ? "0" : "") + std::to_string(i));
  fs.count = 0;
  CHECK(ids.next() == "r_100");
  CHECK(fs.count <= 15);
}

TEST_CASE("Hundreds of runs that begin in one second get ids of their own") {
  const auto fs = std::make_shared<PlainFileSystem>();
  erm::RunOptions options;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  erm::SaveOptions save;
  save.fs = fs;
  std::string last;
  for (int i = 0; i < 300; ++i) last = erm::save_run_to_registry(erm::ExperimentRun("e", options), "registry", save);
  CHECK(last == "registry/e/main/2026_11_23__07_30_21_300");
  CHECK(erm::list_runs("registry", "e", "main", fs).size() == 300);
}

}  // namespace erm_test::free_run_ids_test
