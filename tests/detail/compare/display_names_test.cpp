#include "erm/detail/compare/display_names.hpp"

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"

namespace display_names_test {

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Short names are their own labels") {
  CHECK(erm::detail::run_labels({}).empty());
  CHECK(erm::detail::run_labels({"a", "run-1"}) == Names{"a", "run-1"});
  CHECK(erm::detail::run_labels({std::string(40, 'x')}) == Names{std::string(40, 'x')});
}

TEST_CASE("Long names that differ at their end keep the end") {
  const std::string same = "resnet50-imagenet-lr3e-4-wd0.05-bs1024-mixup0.8-warmup20-epochs300-";
  CHECK(erm::detail::run_labels({same + "seed1", same + "seed2", "a"}) ==
        Names{"resnet50-image\xE2\x80\xA6warmup20-epochs300-seed1", "resnet50-image\xE2\x80\xA6warmup20-epochs300-seed2", "a"});
}

TEST_CASE("Long names that differ in their middle keep that part") {
  const std::string begin = "experiment-with-a-long-name/of-many-words/", end = "/and-the-same-long-end-of-all-of-them";
  const Names labels = erm::detail::run_labels({begin + "adam" + end, begin + "sgd" + end});
  CHECK(labels[0].find("adam") != std::string::npos);
  CHECK(labels[1].find("sgd") != std::string::npos);
}

TEST_CASE("Labels stay apart, and cut no character in two") {
  Names names;
  for (int i = 0; i < 30; ++i) {
    std::string name;
    for (int k = 0; k < 30; ++k) name += k == i ? "\xE7\xBB\xBF" : "\xE5\x9F\xBA";
    names.push_back(name + name);
  }
  const Names labels = erm::detail::run_labels(names);
  CHECK(std::set<std::string>(labels.begin(), labels.end()).size() == names.size());
  for (const std::string& label : labels) CHECK(label.size() % 3 == 0);
}

}  // namespace display_names_test
