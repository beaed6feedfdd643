#include "erm/detail/base/near_names.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

namespace near_names_test {

using erm::detail::near_names;
using Names = std::vector<std::string>;

TEST_CASE("A name with a wrong, missing, extra or swapped letter is near") {
  const Names names = {"learning_rate", "seed", "batch"};
  CHECK(near_names("learning_rat", names) == Names{"learning_rate"});
  CHECK(near_names("lerning_rate", names) == Names{"learning_rate"});
  CHECK(near_names("learnign_rate", names) == Names{"learning_rate"});
  CHECK(near_names("sead", names) == Names{"seed"});
  CHECK(near_names("dropout", names).empty());
}

TEST_CASE("Case and separators do not count, and come first") {
  CHECK(near_names("Train.Loss", {"train/loss2", "train/loss"}) == Names{"train/loss", "train/loss2"});
}

TEST_CASE("A name that contains the other is near, but further than one with a wrong letter") {
  CHECK(near_names("loss", {"train/loss", "val/loss", "lost"}) == Names{"lost", "val/loss", "train/loss"});
}

TEST_CASE("Short names are near only if they are the same but for case") {
  CHECK(near_names("lr", {"wd", "LR", "a", ""}) == Names{"LR"});
  CHECK(near_names("", {"a"}).empty());
}

TEST_CASE("At most three names are near, unless more are asked for") {
  const Names names = {"loss1", "loss2", "loss3", "loss4"};
  CHECK(near_names("loss", names).size() == 3);
  CHECK(near_names("loss", names, 9) == names);
}

TEST_CASE("Names of a megabyte are compared by their beginnings") {
  const std::string long_name(1 << 20, 'x');
  CHECK(near_names(long_name, {long_name + "y"}) == Names{long_name + "y"});
}

}  // namespace near_names_test
