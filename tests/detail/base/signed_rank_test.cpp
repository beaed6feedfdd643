#include "erm/detail/base/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "catch.hpp"

namespace signed_rank_test {

using erm::detail::holm;
using erm::detail::signed_rank;
using erm::detail::SignedRank;

namespace {

bool near(double a, double b, double distance = 1e-9) { return std::abs(a - b) <= distance; }

/// The p value by trying all signs, with ties as mean ranks.
double p_by_hand(const std::vector<double>& ranks, double w) {
  double sum = 0;
  for (const double rank : ranks) sum += rank;
  const double extreme = (std::min)(w, sum - w);
  std::size_t as_far = 0;
  const std::size_t all = std::size_t{1} << ranks.size();
  for (std::size_t signs = 0; signs < all; ++signs) {
    double of_these = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) of_these += (signs >> i & 1) != 0 ? ranks[i] : 0;
    as_far += of_these <= extreme ? 1U : 0U;
  }
  return (std::min)(1.0, 2 * static_cast<double>(as_far) / static_cast<double>(all));
}

}  // namespace

TEST_CASE("The signed-rank test gives what R's wilcox.test documents") {
  // Hollander and Wolfe 1973, p. 29: V = 40, p = 0.01953 one-sided.
  const std::vector<double> before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector<double> after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  std::vector<double> differences;
  for (std::size_t i = 0; i < before.size(); ++i) differences.push_back(before[i] - after[i]);
  const SignedRank test = signed_rank(differences);
  CHECK(test.w == 40);
  CHECK(test.is_exact);
  CHECK(near(test.p, 0.0390625));
}

TEST_CASE("Ties share their mean rank and differences of 0 are left out, and p stays exact") {
  const SignedRank test = signed_rank({1, 2, 2, -2, 3, 0, -1, 4});
  CHECK(test.w == 1.5 + 4 + 4 + 6 + 7);
  CHECK(test.is_exact);
  CHECK(near(test.p, p_by_hand({1.5, 1.5, 4, 4, 4, 6, 7}, test.w)));
  CHECK(near(signed_rank({1, 1, 1, 1, -1}).p, p_by_hand({3, 3, 3, 3, 3}, 12)));
}

TEST_CASE("Six pairs are the fewest that can tell a difference") {
  CHECK(signed_rank({1, 2, 3, 4, 5}).p == 0.0625);
  CHECK(signed_rank({1, 2, 3, 4, 5, 6}).p == 0.03125);
  CHECK(signed_rank({-1, -2, -3, -4, -5, -6}).p == 0.03125);
  CHECK(signed_rank({}).p == 1);
  CHECK(signed_rank({0, 0}).p == 1);
}

TEST_CASE("Of many pairs p is by the normal distribution, as R 4.2 gives it") {
  std::vector<double> differences;
  for (int i = 0; i < 60; ++i) differences.push_back(std::sin(i * 1.7) * 3 + 0.4 - std::cos(i * 2.3) * 3);
  const SignedRank test = signed_rank(differences);
  CHECK(test.w == 990);
  CHECK_FALSE(test.is_exact);
  CHECK(near(test.p, 0.58339021, 1e-8));
}

TEST_CASE("Holm's correction gives what R's p.adjust gives, in the order of the tests") {
  const std::vector<double> corrected = holm({0.01, 0.04, 0.03, 0.005});
  REQUIRE(corrected.size() == 4);
  CHECK(near(corrected[0], 0.03));
  CHECK(near(corrected[1], 0.06));
  CHECK(near(corrected[2], 0.06));
  CHECK(near(corrected[3], 0.02));
  CHECK(holm({0.3}) == std::vector<double>{0.3});
  CHECK(holm({0.6, 0.7}) == std::vector<double>{1, 1});
  CHECK(holm({}).empty());
}

}  // namespace signed_rank_test
