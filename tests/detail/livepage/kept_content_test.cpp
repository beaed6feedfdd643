#include "erm/detail/livepage/kept_content.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "catch.hpp"
#include "erm/artifact.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/run/series_data.hpp"
#include "erm/error.hpp"
#include "thrown.hpp"

namespace kept_content_test {

using erm::Artifact;
using erm::detail::KeptContents;
using erm::detail::SeriesData;

namespace {

/// Counts how often it was read from its beginning, and cannot be read while it is locked.
class CountedContent final : public erm::Content {
 public:
  explicit CountedContent(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] std::uint64_t size() const override { return text_.size(); }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    if (is_locked) throw erm::IoError("the content is locked", std::error_code());
    if (offset == 0) ++reads;
    const std::string part = text_.substr(static_cast<std::size_t>(offset), size);
    std::copy(part.begin(), part.end(), into);
    return part.size();
  }

  mutable int reads = 0;
  bool is_locked = false;

 private:
  std::string text_;
};

class Listed final : public erm::detail::UnreadSeries {
 public:
  [[nodiscard]] const SeriesData& read() const override { return data; }
  SeriesData data;
};

struct Store {
  std::map<std::int64_t, std::shared_ptr<CountedContent>> contents;

  void put(std::int64_t step, const std::string& text) { contents[step] = std::make_shared<CountedContent>(text); }
  /// As the run's lists give them when they are read again.
  [[nodiscard]] std::shared_ptr<Listed> list() const {
    auto listed = std::make_shared<Listed>();
    for (const auto& [step, content] : contents) {
      std::string text(static_cast<std::size_t>(content->size()), ' ');
      content->read_at(0, reinterpret_cast<std::uint8_t*>(text.data()), text.size());
      content->reads = 0;
      listed->data.series["sample"].put(step,
                                        Artifact("sample", "sample.txt", erm::ArtifactType::binary, content,
                                                 "text/plain", erm::detail::sha256_of(text)),
                                        {});
    }
    return listed;
  }
};

std::string text_at(const erm::detail::UnreadSeries& series, std::int64_t step) {
  return erm::to_text(series.read().series.at("sample").at_step(step).bytes());
}

std::shared_ptr<const erm::detail::UnreadSeries> of_next_version(
    KeptContents& contents, const std::shared_ptr<const erm::detail::UnreadSeries>& series) {
  contents.begin_version();
  return contents.kept(series);
}

}  // namespace

TEST_CASE("An artifact that each version of a page shows is read once, until one does not show it") {
  const auto content = std::make_shared<CountedContent>("words");
  const Artifact artifact("note", "note.txt", erm::ArtifactType::binary, content, "text/plain",
                          erm::detail::sha256_of("words"));
  KeptContents contents;
  for (int version = 0; version < 3; ++version) {
    contents.begin_version();
    CHECK(erm::to_text(contents.kept(artifact).bytes()) == "words");
  }
  CHECK(content->reads == 1);
  contents.begin_version();
  static_cast<void>(contents.kept(artifact));
  contents.begin_version();
  CHECK(erm::to_text(contents.kept(artifact).bytes()) == "words");
  CHECK(content->reads == 2);

  const Artifact without_hash("note", "note.txt", erm::ArtifactType::binary, content, "text/plain");
  for (int version = 0; version < 2; ++version) {
    contents.begin_version();
    CHECK(erm::to_text(contents.kept(without_hash).bytes()) == "words");
  }
  CHECK(content->reads == 4);
}

TEST_CASE("The entries of a series that a page shows are read once, also when the series has grown") {
  Store store;
  for (const std::int64_t step : {1, 2, 3}) store.put(step, "words of step " + std::to_string(step));
  KeptContents contents;
  const auto first = of_next_version(contents, store.list());
  for (int i = 0; i < 3; ++i) CHECK(text_at(*first, 2) == "words of step 2");
  CHECK(store.contents[2]->reads == 1);
  CHECK(store.contents[1]->reads == 0);

  store.put(4, "the last words");
  const auto list = store.list();
  const auto second = of_next_version(contents, list);
  CHECK(second->read().series.at("sample").size() == 4);
  CHECK(text_at(*second, 2) == "words of step 2");
  CHECK(text_at(*second, 4) == "the last words");
  CHECK(store.contents[2]->reads == 0);
  CHECK(store.contents[4]->reads == 1);
  CHECK(of_next_version(contents, list) == second);  // nothing new
  CHECK(text_at(*second, 4) == "the last words");
  CHECK(store.contents[4]->reads == 1);
}

TEST_CASE("What a version of a page did not ask for is forgotten, and what is large is not kept") {
  Store store;
  store.put(1, "words");
  store.put(2, std::string((std::size_t{1} << 20) + 1, 'x'));
  KeptContents contents;
  CHECK(text_at(*of_next_version(contents, store.list()), 1) == "words");
  static_cast<void>(of_next_version(contents, store.list()));
  const auto third = of_next_version(contents, store.list());
  CHECK(text_at(*third, 1) == "words");
  CHECK(store.contents[1]->reads == 1);
  for (int i = 0; i < 2; ++i) CHECK(text_at(*third, 2).size() == (std::size_t{1} << 20) + 1);
  CHECK(store.contents[2]->reads == 2);
  CHECK(of_next_version(contents, nullptr) == nullptr);
}

TEST_CASE("An entry of a series that cannot be read says so, and is asked for again") {
  Store store;
  store.put(1, "words");
  KeptContents contents;
  const auto list = store.list();
  store.contents[1]->is_locked = true;
  const auto kept = of_next_version(contents, list);
  CHECK(erm_test::error_of([&] { text_at(*kept, 1); }) == "the content is locked");
  store.contents[1]->is_locked = false;
  CHECK(text_at(*kept, 1) == "words");
}

}  // namespace kept_content_test
