#include "erm/detail/base/statistics.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

#include "catch.hpp"

namespace statistics_test {

using erm::detail::mann_whitney;
using erm::detail::student_t_quantile;

namespace {

bool near(double a, double b, double within) { return std::abs(a - b) <= within; }

double mann_whitney_at_most(std::size_t u, std::size_t m, std::size_t n) {
  erm::detail::MannWhitneyTable table;
  erm::detail::fill_table(table, m, n);
  return table.at_most.at(u);
}

}  // namespace

TEST_CASE("Student's quantiles match the printed tables") {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, columns 0.90, 0.975 and 0.995.
  struct Row {
    std::size_t freedom;
    double at_90, at_975, at_995;
  };
  for (const Row& row : {Row{1, 3.078, 12.706, 63.657}, Row{2, 1.886, 4.303, 9.925}, Row{3, 1.638, 3.182, 5.841},
                         Row{4, 1.533, 2.776, 4.604}, Row{5, 1.476, 2.571, 4.032}, Row{9, 1.383, 2.262, 3.250},
                         Row{10, 1.372, 2.228, 3.169}, Row{30, 1.310, 2.042, 2.750}, Row{100, 1.290, 1.984, 2.626}}) {
    CAPTURE(row.freedom);
    CHECK(near(student_t_quantile(0.90, row.freedom), row.at_90, 0.0005));
    CHECK(near(student_t_quantile(0.975, row.freedom), row.at_975, 0.0005));
    CHECK(near(student_t_quantile(0.995, row.freedom), row.at_995, 0.0005));
  }
  CHECK(near(student_t_quantile(0.975, 100000000), 1.95996, 0.00001));
}

TEST_CASE("The critical values of Mann and Whitney's U match the printed tables") {
  // The greatest U that is significant at 0.05, two-sided (Mann and Whitney 1947, as in any textbook's table).
  struct Row {
    std::size_t m, n, critical;
  };
  for (const Row& row :
       {Row{4, 4, 0}, Row{3, 5, 0}, Row{5, 5, 2}, Row{5, 8, 6}, Row{6, 6, 5}, Row{7, 7, 8}, Row{8, 8, 13},
        Row{8, 10, 17}, Row{10, 10, 23}, Row{12, 15, 49}, Row{15, 15, 64}, Row{20, 20, 127}}) {
    CAPTURE(row.m, row.n);
    CHECK(2 * mann_whitney_at_most(row.critical, row.m, row.n) <= 0.05);
    CHECK(2 * mann_whitney_at_most(row.critical + 1, row.m, row.n) > 0.05);
    CHECK(near(mann_whitney_at_most(row.m * row.n, row.m, row.n), 1, 1e-12));
  }
  // Of the 20 ways to arrange 3 and 3 one has U = 0, one 1, two 2 and three 3.
  CHECK(near(mann_whitney_at_most(0, 3, 3), 0.05, 1e-15));
  CHECK(near(mann_whitney_at_most(2, 3, 3), 0.2, 1e-15));
  CHECK(near(mann_whitney_at_most(3, 3, 3), 0.35, 1e-15));
}

TEST_CASE("The U test counts pairs, and is symmetric") {
  const std::vector<double> a = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
  const std::vector<double> b = {1.15, 0.88, 0.90, 0.74, 1.21};
  // Hollander and Wolfe 1973, p. 69, with which R documents wilcox.test: W = 35, p = 0.1272 one-sided.
  const erm::detail::MannWhitney test = mann_whitney(a, b);
  CHECK(test.u == 35);
  CHECK(test.is_exact);
  CHECK(near(test.p, 0.2544, 0.0001));
  CHECK(mann_whitney(b, a).u == 15);
  CHECK(near(mann_whitney(b, a).p, test.p, 1e-15));
  CHECK(near(mann_whitney({1, 2, 3}, {4, 5, 6}).p, 0.1, 1e-15));
  CHECK(mann_whitney({1}, {2}).p == 1);
}

TEST_CASE("A cached table gives the same results as a new one, for samples of any size") {
  erm::detail::MannWhitneyTable table;
  const std::vector<double> a = {1, 2, 3, 9}, b = {4, 5, 6}, c = {0, 7};
  CHECK(mann_whitney(a, b, &table).p == mann_whitney(a, b).p);
  CHECK(mann_whitney(a, c, &table).p == mann_whitney(a, c).p);
  CHECK(mann_whitney(c, a, &table).p == mann_whitney(c, a).p);
  CHECK(mann_whitney(a, b, &table).p == mann_whitney(a, b).p);
}

TEST_CASE("With ties the U test is approximate, and p is 1 for equal samples") {
  const erm::detail::MannWhitney test = mann_whitney({1, 2, 2, 3, 5}, {2, 4, 6, 7, 8});
  CHECK_FALSE(test.is_exact);
  CHECK(test.u == 4);
  // z = (12.5 - 4 - 0.5) / sqrt(25 / 12 * (11 - 24 / 90)) = 1.6917
  CHECK(near(test.p, 0.0907, 0.0001));
  CHECK(mann_whitney({1, 1}, {1, 1, 1}).p == 1);
  CHECK(mann_whitney({1, 1}, {1, 1, 1}).u == 3);
  std::vector<double> low, high;
  for (int i = 0; i < 60; ++i) {
    low.push_back(i);
    high.push_back(100 + i);
  }
  CHECK_FALSE(mann_whitney(low, high).is_exact);
  CHECK(mann_whitney(low, high).p < 1e-10);
  const double infinite = INFINITY;
  CHECK(mann_whitney({infinite, infinite}, {-infinite, 0}).u == 4);
}

}  // namespace statistics_test
