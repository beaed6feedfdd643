#include "erm/numbers_view.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "erm/value.hpp"
#include "thrown.hpp"

using erm::NumbersView;
using erm::NumberType;
using erm_test::error_of;

namespace {

struct MyTensor {
  std::vector<float> numbers;
};
struct Squares {
  int count;
};
/// Has data(), as a column of a matrix has, whose numbers lie apart.
struct Column {
  struct Iterator {
    using iterator_category = std::random_access_iterator_tag;
    using value_type = double;
    using difference_type = std::ptrdiff_t;
    using pointer = const double*;
    using reference = const double&;
    const double* at;
    reference operator*() const { return *at; }
    reference operator[](difference_type i) const { return at[2 * i]; }
    Iterator& operator++() { return at += 2, *this; }
    difference_type operator-(Iterator other) const { return (at - other.at) / 2; }
    bool operator!=(Iterator other) const { return at != other.at; }
  };
  const double* first;
  const double* data() const { return first; }
  std::size_t size() const { return 3; }
  Iterator begin() const { return {first}; }
  Iterator end() const { return {first + 6}; }
};

std::vector<double> values_of(const NumbersView& numbers) { return numbers.values(); }
using Values = std::vector<double>;

}  // namespace

template <>
struct erm::NumbersAdaptor<MyTensor> {
  static erm::NumbersView convert(const MyTensor& tensor) { return {tensor.numbers.data(), tensor.numbers.size()}; }
};
template <>
struct erm::NumbersAdaptor<Squares> {
  static std::vector<int> convert(const Squares& squares) {
    std::vector<int> list;
    for (int i = 0; i < squares.count; ++i) list.push_back(i * i);
    return list;
  }
};

TEST_CASE("A view of numbers is made from every container and array of numbers") {
  CHECK(values_of(std::vector<float>{0.5F, 2}) == Values{0.5, 2});
  CHECK(values_of(std::array<std::int64_t, 2>{{-1, 3}}) == Values{-1, 3});
  const unsigned short plain[] = {1, 65535};
  CHECK(values_of(plain) == Values{1, 65535});
  CHECK(values_of(std::vector<bool>{true, false}) == Values{1, 0});
  CHECK(values_of(std::deque<int>{4, 5, 6}) == Values{4, 5, 6});
  CHECK(values_of(std::list<double>{0.25}) == Values{0.25});
  CHECK(values_of(std::set<signed char>{3, -3}) == Values{-3, 3});
  CHECK(values_of(std::vector<long double>{1.5L}) == Values{1.5});
  CHECK(values_of(std::vector<double>()).empty());
  CHECK(values_of({plain, 1}) == Values{1});
  CHECK(NumbersView(std::vector<bool>{true}).type() == NumberType::boolean);
  CHECK_FALSE(std::is_convertible_v<std::string, NumbersView>);
  CHECK_FALSE(std::is_convertible_v<std::vector<std::string>, NumbersView>);
}

TEST_CASE("Numbers that lie next to each other are not copied") {
  const std::vector<float> numbers = {1, 2, 3};
  const NumbersView view = numbers;
  CHECK(view.data() == numbers.data());
  CHECK(view.type() == NumberType::float32);
  CHECK(view.size() == 3);
  CHECK(view.is_contiguous());
  CHECK(view.owner() == nullptr);
}

TEST_CASE("A container with data() whose numbers lie apart is read by its iterators") {
  const double grid[] = {1, -1, 2, -2, 3, -3};
  CHECK(values_of(Column{grid}) == Values{1, 2, 3});
}

TEST_CASE("A type of one's own becomes numbers with an adaptor that returns a view or a container") {
  const MyTensor tensor{{1, 2}};
  CHECK(NumbersView(tensor).data() == tensor.numbers.data());
  CHECK(values_of(tensor) == Values{1, 2});
  CHECK(values_of(Squares{4}) == Values{0, 1, 4, 9});
}

TEST_CASE("Transposed, sliced, reversed and repeated grids are read in the order of their indices") {
  const std::int16_t grid[] = {0, 1, 2, 3, 4, 5};  // 2 x 3
  const auto view = [&](const std::int16_t* first, std::vector<NumbersView::Dimension> dimensions) {
    return NumbersView(first, NumberType::int16, std::move(dimensions));
  };
  CHECK(values_of(view(grid, {{2, 6}, {3, 2}})) == Values{0, 1, 2, 3, 4, 5});
  CHECK(values_of(view(grid, {{3, 2}, {2, 6}})) == Values{0, 3, 1, 4, 2, 5});  // transposed
  CHECK(values_of(view(grid, {{2, 6}, {2, 4}})) == Values{0, 2, 3, 5});        // every other column
  CHECK(values_of(view(grid + 5, {{6, -2}})) == Values{5, 4, 3, 2, 1, 0});
  CHECK(values_of(view(grid + 1, {{2, 0}, {2, 2}})) == Values{1, 2, 1, 2});  // expanded
  CHECK(values_of(view(grid + 3, {})) == Values{3});                         // of no dimension: one number
  CHECK(values_of(view(grid, {{1, 99}, {1, -99}, {2, 6}})) == Values{0, 3});
  CHECK(view(grid, {{2, 6}, {3, 2}}).is_contiguous());
  CHECK(view(grid, {{2, 6}, {1, 99}, {3, 2}}).is_contiguous());
  CHECK_FALSE(view(grid, {{3, 2}, {2, 6}}).is_contiguous());
  CHECK_FALSE(view(grid, {{2, 0}, {2, 2}}).is_contiguous());
}

TEST_CASE("A part of a view is read from any number on") {
  std::vector<int> numbers;
  for (int i = 0; i < 24; ++i) numbers.push_back(i);
  // 2 x 3 x 4, the last two dimensions exchanged: 2 x 4 x 3
  const NumbersView view(numbers.data(), NumberType::int32, {{2, 48}, {4, 4}, {3, 16}});
  const Values all = view.values();
  for (std::size_t first = 0; first <= 24; ++first)
    for (std::size_t count = 0; count <= 24 - first; ++count) {
      Values part(count);
      view.read(first, count, part.data());
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
      REQUIRE(part == Values(begin, begin + static_cast<std::ptrdiff_t>(count)));
    }
  double none = 0;
  CHECK(error_of([&] { view.read(24, 1, &none); }) == "cannot read 1 numbers from the index 24 on: the view has 24");
  CHECK(error_of([&] { view.read(1, (std::numeric_limits<std::size_t>::max)(), &none); }) ==
        "cannot read 18446744073709551615 numbers from the index 1 on: the view has 24");
}

TEST_CASE("The order in memory of a transposed grid needs no jumps") {
  const float grid[] = {0, 1, 2, 3, 4, 5};
  const NumbersView transposed(grid, NumberType::float32, {{3, 4}, {2, 12}});
  CHECK(transposed.in_memory_order().is_contiguous());
  CHECK(transposed.in_memory_order().values() == Values{0, 1, 2, 3, 4, 5});
}

TEST_CASE("An owner keeps the numbers of a view alive") {
  auto numbers = std::make_shared<const std::vector<double>>(Values{7, 8});
  const std::weak_ptr<const std::vector<double>> watched = numbers;
  {
    const NumbersView view(numbers->data(), NumberType::float64, {{2, 8}}, numbers);
    numbers.reset();
    CHECK(view.in_memory_order().values() == Values{7, 8});
  }
  CHECK(watched.expired());
}

TEST_CASE("Views of no numbers are empty, and impossible ones are told") {
  CHECK(NumbersView().empty());
  CHECK(NumbersView(nullptr, NumberType::int8, {{3, 1}, {0, 1}}).values().empty());
  CHECK(NumbersView(nullptr, NumberType::int8, {{3, 1}, {0, 1}}).is_contiguous());
  CHECK(error_of([] {
          NumbersView(nullptr, NumberType::int8, {{3, 1}, {2, 1}});
        }) == "a view of 6 numbers was given a null pointer");
  const char number = 0;
  const std::size_t half = std::size_t{1} << 32;
  CHECK(error_of([&] {
          NumbersView(&number, NumberType::int8, {{half, 1}, {half, 1}});
        }) ==
        "a view of numbers has 2 dimensions whose sizes multiply to more than any memory holds; check their order");
}

TEST_CASE("One number is a value of its type") {
  const std::uint64_t large = 18446744073709551615U;
  const float third = 0.1F;
  const bool yes = true;
  const std::uint16_t half = 0x3C00;
  CHECK(erm::detail::value_of({&large, 1}, "x").str() == "18446744073709551615");
  CHECK(erm::detail::value_of({&third, 1}, "x").str() == "0.1");
  CHECK(erm::detail::value_of({&yes, 1}, "x").is_bool());
  CHECK(erm::detail::value_of(NumbersView(&half, NumberType::float16, {}), "x").str() == "1");
  CHECK(error_of([] {
          static_cast<void>(erm::detail::value_of(std::vector<int>{1, 2}, "a matrix"));
        }) ==
        "a matrix of 2 numbers is no single value; log its numbers with log_histogram or log_figure, or a sum or a "
        "mean of them");
}
