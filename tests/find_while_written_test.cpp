// Searches of several processes beside others that save, overwrite and log at full speed.
#include <cstddef>
#include <string>
#include <vector>

#include "catch.hpp"
#include "child_process.hpp"
#include "environment_variable.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "temporary_directory.hpp"

namespace find_while_written_test {

using erm_test::Child;

namespace {

void save(const std::string& registry, const std::string& id, int loss, const std::string& kind) {
  erm::RunOptions options;
  options.run_id = id;
  erm::ExperimentRun run("digits", options);
  run.log_param("kind", kind);
  run.log_metric("loss", loss, 1);
  run.log_text("hello", "note");
  erm::SaveOptions how;
  how.overwrite = true;
  how.durable = false;
  erm::save_run_to_registry(run, registry, how);
}

/// Overwrites a few runs again and again, and logs to one that is live.
void write(const std::string& registry, const std::string& name) {
  erm::LiveOptions live;
  live.variant_id = "live";
  live.run_id = name;
  erm::LiveRun logged(registry, "digits", live);
  for (int i = 0; i < 60; ++i) {
    for (int k = 0; k < 50; ++k) logged.log_metric("loss", 1000 + k, i * 50 + k);
    save(registry, name + "_" + std::to_string(i % 5), 1000 + i, "other");
  }
}

}  // namespace

TEST_CASE("Processes that search while others save and log meet no error, and miss no run", "[fork]") {
  const erm_test::TemporaryDirectory dir;
  const erm_test::EnvironmentVariable folder("ERM_CACHE", dir / "cache");
  const std::string registry = dir / "registry";
  constexpr int settled = 20;
  for (int i = 0; i < settled; ++i) save(registry, "settled_" + std::to_string(100 + i), i, "settled");
  std::vector<Child> writers, readers;
  for (const char* const name : {"a", "b", "c", "d"})
    writers.emplace_back([&, name](const Child::Tell&) { write(registry, name); });
  for (const bool with_cache : {false, true, true})
    readers.emplace_back([&, with_cache](const Child::Tell& tell) {
      for (int i = 0; i < 40; ++i) {
        erm::FindOptions options;
        options.filter = "params.kind = settled or loss >= 1000";
        options.order_by = "loss";
        options.limit = settled;
        options.cache = with_cache;
        options.on_broken = [&](const std::string&, const erm::Error& error) { throw error; };
        const std::vector<erm::ExperimentRun> found = erm::find_runs(registry, options);
        bool is_right = found.size() == settled;
        for (std::size_t k = 0; is_right && k < found.size(); ++k)
          is_right = found[k].run_id() == "settled_" + std::to_string(100 + k);
        if (!is_right) tell(i);
      }
    });
  for (std::vector<Child>* const all : {&writers, &readers})
    for (Child& child : *all) {
      CHECK(child.wait());
      CHECK(child.told().empty());
    }
}

}  // namespace find_while_written_test
