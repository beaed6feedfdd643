// Something that is killed at each of its steps: a process that is to do it is killed before its first change to the
// disk, the next one before its second, until one comes to its end.
//
//   at_each_step([](Step& step) {
//     const TemporaryDirectory dir;
//     save(dir / "registry", "r", step.fs());
//     step.does([&](const auto& fs) { erm::delete_run(dir / "registry", "e", "main", "r", fs); });
//     ...                               // what is there now, and what becomes of it
//   });
#pragma once

#include <functional>
#include <memory>

#include "catch.hpp"
#include "child_process.hpp"
#include "stopping_file_system.hpp"

namespace erm_test {

class Step {
 public:
  Step(StoppingFileSystem::Moves moves, int last) : moves_(moves), last_(last) {}

  /// The store as it is for whoever lives.
  [[nodiscard]] std::shared_ptr<erm::FileSystem> fs() const {
    return std::make_shared<StoppingFileSystem>(moves_, 1 << 30);
  }
  /// Does it in a process of its own. `work(fs)` may throw nothing.
  void does(const std::function<void(const std::shared_ptr<erm::FileSystem>&)>& work) {
    Child child([&](const Child::Tell&) { work(std::make_shared<StoppingFileSystem>(moves_, last_)); });
    was_killed_ = !child.wait();
    if (was_killed_) REQUIRE(child.signal() == SIGKILL);
  }
  [[nodiscard]] bool was_killed() const { return was_killed_; }

 private:
  StoppingFileSystem::Moves moves_;
  int last_;
  bool was_killed_ = false;
};

/// On a disk that renames, and on a store that can only copy and remove.
template <class Test>
void at_each_step(Test&& test) {
  using Moves = StoppingFileSystem::Moves;
  for (const Moves moves : {Moves::renaming, Moves::copying}) {
    for (int last = 1;; ++last) {
      INFO((moves == Moves::renaming ? "renaming" : "copying") << ", killed at " << last);
      Step step(moves, last);
      test(step);
      if (step.was_killed()) continue;
      CHECK(last > 6);
      break;
    }
  }
}

}  // namespace erm_test
