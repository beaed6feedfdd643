// The adaptors for Eigen, with the real library. Included before Eigen: the header needs nothing of it.
#include "erm/eigen.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "decode_png.hpp"
#include "erm/experiment_run.hpp"
#include "erm/figure.hpp"
#include "erm/json.hpp"
#include "thrown.hpp"

using erm_test::error_of;

namespace {

using Values = std::vector<double>;
using Levels = std::vector<std::uint8_t>;

Values values_of(const erm::NumbersView& numbers) { return numbers.values(); }

template <class Matrix>
Matrix counted(int rows, int columns) {  // 0 1 2 / 3 4 5
  Matrix matrix(rows, columns);
  for (int i = 0; i < rows; ++i)
    for (int k = 0; k < columns; ++k) matrix(i, k) = static_cast<typename Matrix::Scalar>(columns * i + k);
  return matrix;
}

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

TEST_CASE("Eigen's matrices of either order are numbers row by row") {
  const auto columns = counted<Eigen::MatrixXf>(2, 3);
  const auto rows = counted<RowMajor>(2, 3);
  CHECK(values_of(columns) == Values{0, 1, 2, 3, 4, 5});
  CHECK(values_of(rows) == Values{0, 1, 2, 3, 4, 5});
  CHECK(erm::NumbersView(rows).is_contiguous());
  CHECK_FALSE(erm::NumbersView(columns).is_contiguous());
  CHECK(erm::NumbersView(columns).in_memory_order().is_contiguous());
  CHECK(erm::NumbersView(columns).data() == columns.data());
  CHECK(values_of(columns.transpose()) == Values{0, 3, 1, 4, 2, 5});
}

TEST_CASE("Eigen's vectors, columns, rows, blocks, diagonals, maps and references are read where they lie") {
  const auto matrix = counted<Eigen::MatrixXd>(3, 4);
  CHECK(values_of(matrix.row(1)) == Values{4, 5, 6, 7});
  CHECK(values_of(matrix.col(1)) == Values{1, 5, 9});
  CHECK(values_of(matrix.block(1, 1, 2, 2)) == Values{5, 6, 9, 10});
  CHECK(values_of(matrix.diagonal()) == Values{0, 5, 10});
  CHECK(values_of(matrix.col(0).reverse()) == Values{8, 4, 0});
  CHECK(values_of(Eigen::Vector3i(7, 8, 9)) == Values{7, 8, 9});
  CHECK(values_of(Eigen::ArrayXXf::Constant(1, 2, 0.5F)) == Values{0.5, 0.5});
  const double numbers[] = {1, 2, 3, 4, 5, 6};
  CHECK(values_of(Eigen::Map<const Eigen::VectorXd, 0, Eigen::InnerStride<2>>(numbers, 3)) == Values{1, 3, 5});
  const Eigen::Ref<const Eigen::MatrixXd> part = matrix.topRows(1);
  CHECK(values_of(part) == Values{0, 1, 2, 3});
  CHECK(erm::NumbersView(matrix.col(1)).dimensions().size() == 1);
  CHECK(erm::NumbersView(matrix).dimensions().size() == 2);
  CHECK(values_of(Eigen::MatrixXf(0, 5)).empty());
  CHECK(values_of(Eigen::VectorXf()).empty());
}

TEST_CASE("Eigen's expressions are evaluated, and live as long as their numbers are used") {
  const auto matrix = counted<Eigen::MatrixXf>(2, 2);
  const erm::NumbersView product = matrix * matrix, sum = matrix + matrix, greater = (matrix.array() > 1.0F);
  CHECK(values_of(product) == Values{2, 3, 6, 11});
  CHECK(values_of(sum) == Values{0, 2, 4, 6});
  CHECK(values_of(greater) == Values{0, 0, 1, 1});
  CHECK(greater.type() == erm::NumberType::boolean);
}

TEST_CASE("Eigen's half and bfloat16 are exact") {
  const Eigen::Matrix<Eigen::half, 1, 2> halves(Eigen::half(0.1F), Eigen::half(-65504.0F));
  CHECK(values_of(halves) == Values{static_cast<double>(static_cast<float>(halves[0])), -65504});
#if EIGEN_VERSION_AT_LEAST(3, 4, 0)
  const Eigen::Matrix<Eigen::bfloat16, 2, 1> wide(Eigen::bfloat16(3.0F), Eigen::bfloat16(1e30F));
  CHECK(values_of(wide) == Values{3, static_cast<double>(static_cast<float>(wide[1]))});
#endif
}

TEST_CASE("A product of 1 x 1 in Eigen is one value, and a larger matrix is told") {
  erm::ExperimentRun run("eigen");
  const Eigen::Vector3f a(1, 2, 3);
  const Eigen::VectorXd b = Eigen::VectorXd::Ones(2);
  run.log_metric("dot", a.transpose() * a, 4U);
  run.log_param("dynamic", b.transpose() * b);
  run.log_param("matrix", Eigen::MatrixXi::Constant(1, 1, 7));
  CHECK(run.curve("dot").last().value == 14);
  CHECK(run.param("dynamic") == erm::Value(2));
  CHECK(run.param("matrix").kind() == erm::Value::Kind::signed_integer);
  CHECK(error_of([&] { run.log_param("matrix", Eigen::MatrixXi::Identity(2, 3)); }) ==
        "a matrix of 2 x 3 numbers is no single value; log its numbers with log_histogram or log_figure, or a sum or a "
        "mean of them");
}

TEST_CASE("Eigen's vectors stay lists in a dict") {
  erm::ExperimentRun run("eigen");
  run.log_dict("dict", {{"mean", Eigen::VectorXd::Ones(2).eval()}});
  CHECK(run.dicts().at("dict").dump() == R"({"mean":[1.0,1.0]})");
}

TEST_CASE("Eigen's matrices are grey images, also parts of them and expressions") {
  erm::ExperimentRun run("eigen");
  const auto pixels = [&](const char* id) { return decode_png(run.artifact(id).bytes()); };
  Eigen::MatrixXf heat(2, 3);
  heat << -1, 0, 1, 2, std::nanf(""), -2;
  run.log_image(heat, "heat", {-1, 1});
  CHECK(pixels("heat").pixels == Levels{0, 128, 255, 255, 0, 0});
  CHECK(pixels("heat").rows == 2);
  run.log_image(heat.leftCols(2).transpose(), "part", {-1, 1});
  CHECK(pixels("part").pixels == Levels{0, 255, 128, 0});
  run.log_image(heat.row(0) * 0.5F, "row", {-1, 1});
  CHECK(pixels("row").columns == 3);
  CHECK(pixels("row").pixels == Levels{64, 128, 191});
  run.log_image(heat.col(0), "column", {-1, 1});
  CHECK(pixels("column").rows == 2);
  Eigen::Matrix<std::uint8_t, 2, 2> bytes;
  bytes << 1, 2, 3, 4;
  run.log_image(bytes, "bytes");
  CHECK(pixels("bytes").pixels == Levels{1, 2, 3, 4});
  CHECK(error_of([&] { run.log_image(Eigen::MatrixXf(0, 3), "none"); }) ==
        "cannot encode an image of 0 rows x 3 columns x 1 channels: it has no pixels");
}

TEST_CASE("Figures are made from Eigen's vectors and matrices") {
  Eigen::Matrix2i counts;
  counts << 3, 1, 0, 5;
  const Eigen::VectorXf y = Eigen::VectorXf::LinSpaced(3, 0, 1);
  const auto trace = [](const erm::Figure& figure) { return figure.json().at("data").at(0); };
  CHECK(trace(erm::confusion_matrix(counts, {"cat", "dog"}))["z"].dump() == "[[3,1],[0,5]]");
  CHECK(trace(erm::Figure().line(Eigen::VectorXi::LinSpaced(3, 1, 3), y))["y"].dump() == "[0.0,0.5,1.0]");
  CHECK(trace(erm::Figure().heatmap(counts.transpose()))["z"].dump() == "[[3,0],[1,5]]");
}

TEST_CASE("docs/tensors.md: matrices of Eigen") {
  erm::ExperimentRun run("eigen");
  const Eigen::MatrixXf heat = Eigen::MatrixXf::Constant(2, 3, 0.5F);
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(3, 0, 2), y = x;

  run.log_image(heat, "heat", {-1, 1});                            // a matrix is a grey image
  run.log_figure(erm::Figure().heatmap(heat), "heat map");         // or a figure with its numbers
  run.log_figure(erm::Figure().line(x, y.array().exp()), "curve");
  run.log_metric("error", y.transpose() * y, 1);                   // 1 x 1

  CHECK(decode_png(run.artifact("heat").bytes()).pixels.at(0) == 191);
  CHECK(erm::to_text(run.artifact("heat map").bytes()).find("[0.5,0.5,0.5]") != std::string::npos);
  CHECK(run.curve("error").last().value == 5);
}
