#include "erm/detail/base/seed_pairs.hpp"

#include <vector>

#include "catch.hpp"

namespace seed_pairs_test {

using erm::detail::seed_name_rank;
using erm::detail::seed_pairs;
using erm::detail::SeedPairs;

TEST_CASE("Runs with the same seed make a pair, by their mean where a group repeats a seed") {
  const SeedPairs pairs = seed_pairs({{"1", 4}, {"2", 8}, {"2", 10}, {"7", 1}}, {{"2", 5}, {"1", 1}, {"", 3}, {"9", 3}});
  CHECK(pairs.differences == std::vector<double>{3, 4});
  CHECK(pairs.unpaired == 3);
  CHECK(seed_pairs({}, {{"1", 1}}).differences.empty());
}

TEST_CASE("A seed is told by its name") {
  CHECK(seed_name_rank("seed") == 2);
  for (const char* const name : {"random_seed", "train.seed", "data/seed", "model.init_seed", "random_state", "rng-seed"})
    CHECK(seed_name_rank(name) == 1);
  for (const char* const name : {"", "seeds", "seeding", "poppyseed", "seed.kind", "optimizer"}) CHECK(seed_name_rank(name) == 0);
}

}  // namespace seed_pairs_test
