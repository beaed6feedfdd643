// A curve in bounded memory, made from points as they come. Few points are all kept. Of many, each of at most so many
// ranges of steps keeps the first, the least, the greatest and the last, so that a plot of the curve looks the same.
//
//   ThinnedCurve curve(1024);
//   curve.add({0, time, 0.9});
//   curve.least()->step;           // exact, however many points there were
//   curve.history().points();      // at most 4 * 1024 of them
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/error.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

/// What one writer logged of a metric. Of the points at one step only the last counts, as in MetricHistory.
class ThinnedPart {
 public:
  /// Keeps all points while there are at most 4 * `buckets`.
  void add(const MetricPoint& point, std::size_t buckets) {
    if (!is_thinned_) {
      whole_.append(point);
      if (whole_.size() <= 4 * buckets) return;
      is_thinned_ = true;
      const MetricHistory all = std::exchange(whole_, {});
      for (const MetricPoint& one : all.points()) put(one, buckets);
      return;
    }
    put(point, buckets);
  }

  [[nodiscard]] bool empty() const noexcept { return !is_thinned_ && whole_.empty(); }
  [[nodiscard]] bool is_thinned() const noexcept { return is_thinned_; }
  [[nodiscard]] const MetricPoint& last() const { return is_thinned_ ? last_ : whole_.last(); }

  /// Calls visit(point) for what is kept, in the order in which it was logged.
  template <class Visit>
  void visit(Visit&& visit) const {
    if (!is_thinned_) {
      for (const MetricPoint& point : whole_.points()) visit(point);
      return;
    }
    if (pass_ == 0) {
      for (const Bucket& bucket : buckets_) bucket.visit(visit);
      return;
    }
    for (const Kept& one : in_order()) visit(one.point);
  }
  /// The first point with the least value, or with the greatest.
  [[nodiscard]] std::optional<MetricPoint> least() const {
    return is_thinned_ ? best([](double a, double b) { return a < b; }) : (whole_.min)();
  }
  [[nodiscard]] std::optional<MetricPoint> greatest() const {
    return is_thinned_ ? best([](double a, double b) { return a > b; }) : (whole_.max)();
  }

 private:
  /// The points in one range of steps that one pass over the steps logged. A program that goes on from an earlier step
  /// begins another pass.
  struct Bucket {
    std::int64_t key = 0;  // step >> shift_
    std::uint32_t pass = 0;
    bool has_number = false;  // whether there are a least and a greatest
    bool has_older = false;
    MetricPoint first, least, greatest;  // without `last`, which a point at the same step may still replace
    MetricPoint last;

    void settle() {
      if (is_nan(last.value)) return;
      if (!has_number || last.value < least.value) least = last;
      if (!has_number || last.value > greatest.value) greatest = last;
      has_number = true;
    }
    /// Adds what the same pass logged next.
    void append(const Bucket& next) {
      settle();
      if (next.has_number) {
        if (!has_number || next.least.value < least.value) least = next.least;
        if (!has_number || next.greatest.value > greatest.value) greatest = next.greatest;
        has_number = true;
      }
      last = next.last;
    }
    /// By step, each once.
    template <class Visit>
    void visit(Visit&& visit) const {
      visit(first);
      Bucket settled = *this;
      settled.settle();
      if (settled.has_number) {
        const MetricPoint* low = &settled.least;
        const MetricPoint* high = &settled.greatest;
        if (low->step > high->step) std::swap(low, high);
        if (low->step != first.step && low->step != last.step) visit(*low);
        if (high->step != low->step && high->step != first.step && high->step != last.step) visit(*high);
      }
      if (last.step != first.step) visit(last);
    }
  };
  struct Kept {
    std::uint32_t pass;
    MetricPoint point;
    friend bool operator<(const Kept& a, const Kept& b) {
      return a.pass != b.pass ? a.pass < b.pass : a.point.step < b.point.step;
    }
  };

  void put(const MetricPoint& point, std::size_t buckets) {
    const std::int64_t key = point.step >> shift_;
    if (here_ < buckets_.size() && buckets_[here_].key == key && point.step >= last_.step) {
      Bucket& bucket = buckets_[here_];
      if (point.step != bucket.last.step)
        bucket.settle();
      else if (point.step == bucket.first.step)
        bucket.first = point;
      bucket.last = point;
      if (bucket.has_older) forget_older(bucket, point.step);
      last_ = point;
      return;
    }
    if (!buckets_.empty() && point.step < last_.step) ++pass_;
    last_ = point;
    begin_bucket(key, point);
    while (buckets_.size() > buckets) coarsen(buckets);
  }

  void begin_bucket(std::int64_t key, const MetricPoint& point) {
    auto place = buckets_.end();
    if (!buckets_.empty() && key <= buckets_.back().key)
      place = std::lower_bound(buckets_.begin(), buckets_.end(), key,
                               [](const Bucket& bucket, std::int64_t wanted) { return bucket.key < wanted; });
    here_ = static_cast<std::size_t>(place - buckets_.begin());
    if (place == buckets_.end() || place->key != key) {
      place = buckets_.insert(place, Bucket());
      place->key = key;
    } else {
      keep_as_older(*place, *place);
      *place = Bucket();
      place->key = key;
      place->has_older = true;
    }
    place->pass = pass_;
    place->first = place->last = point;
    if (place->has_older) forget_older(*place, point.step);
  }

  /// Adds the points of `from` to those of earlier passes that `bucket` has.
  void keep_as_older(const Bucket& bucket, const Bucket& from) {
    std::vector<Kept>& older = older_[bucket.key];
    from.visit([&](const MetricPoint& point) { older.push_back({from.pass, point}); });
    reduce(older);
  }
  static void reduce(std::vector<Kept>& older) {
    constexpr std::size_t enough = 8;
    std::sort(older.begin(), older.end());
    if (older.size() <= enough) return;
    std::vector<Kept> few = {older.front()};
    const Kept *least = nullptr, *greatest = nullptr;
    for (const Kept& one : older) {
      if (is_nan(one.point.value)) continue;
      if (least == nullptr || one.point.value < least->point.value) least = &one;
      if (greatest == nullptr || one.point.value > greatest->point.value) greatest = &one;
    }
    if (least > greatest) std::swap(least, greatest);
    for (const Kept* one : {least, greatest})
      if (one != nullptr && one != &older.front() && one != &older.back() && few.back().point != one->point)
        few.push_back(*one);
    few.push_back(older.back());
    older = std::move(few);
  }
  /// A point at the step counts in place of an earlier one.
  void forget_older(const Bucket& bucket, std::int64_t step) {
    std::vector<Kept>& older = older_[bucket.key];
    older.erase(std::remove_if(older.begin(), older.end(), [&](const Kept& one) { return one.point.step == step; }),
                older.end());
  }

  /// Makes the ranges wider, until there are fewer of them.
  void coarsen(std::size_t buckets) {
    int wider = 1;
    for (;; ++wider) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < buckets_.size(); ++i)
        count += i == 0 || buckets_[i].key >> wider != buckets_[i - 1].key >> wider;
      if (count <= (std::max)(buckets * 3 / 4, std::size_t{2}) || shift_ + wider >= 63) break;
    }
    shift_ += wider;
    const std::int64_t last_key = last_.step >> shift_;
    std::vector<Bucket> fewer;
    fewer.reserve(buckets + 1);
    std::map<std::int64_t, std::vector<Kept>> older;
    older.swap(older_);
    for (Bucket& bucket : buckets_) {
      const std::int64_t fine_key = bucket.key;
      bucket.key >>= wider;
      const bool had_older = std::exchange(bucket.has_older, false);
      if (fewer.empty() || fewer.back().key != bucket.key) {
        fewer.push_back(bucket);
      } else if (fewer.back().pass == bucket.pass) {
        fewer.back().append(bucket);
      } else if (fewer.back().pass > bucket.pass) {
        keep_as_older(fewer.back(), bucket);
        fewer.back().has_older = true;
      } else {
        keep_as_older(bucket, fewer.back());
        bucket.has_older = true;
        fewer.back() = bucket;
      }
      if (!had_older) continue;
      std::vector<Kept>& here = older_[bucket.key];
      here.insert(here.end(), older[fine_key].begin(), older[fine_key].end());
      reduce(here);
      fewer.back().has_older = true;
    }
    buckets_ = std::move(fewer);
    for (here_ = 0; here_ < buckets_.size() && buckets_[here_].key != last_key;) ++here_;
  }

  [[nodiscard]] std::vector<Kept> in_order() const {
    std::vector<Kept> all;
    all.reserve(4 * buckets_.size());
    for (const Bucket& bucket : buckets_)
      bucket.visit([&](const MetricPoint& point) { all.push_back({bucket.pass, point}); });
    for (const auto& [key, older] : older_) all.insert(all.end(), older.begin(), older.end());
    std::stable_sort(all.begin(), all.end());
    return all;
  }
  template <class Better>
  [[nodiscard]] std::optional<MetricPoint> best(const Better& better) const {
    std::optional<MetricPoint> found;
    visit([&](const MetricPoint& point) {
      if (!is_nan(point.value) && (!found || better(point.value, found->value))) found = point;
    });
    return found;
  }

  bool is_thinned_ = false;
  MetricHistory whole_;  // until then
  int shift_ = 0;
  std::vector<Bucket> buckets_;  // by key
  std::size_t here_ = 0;         // of the last point
  std::uint32_t pass_ = 0;
  MetricPoint last_;
  std::map<std::int64_t, std::vector<Kept>> older_;  // by the key of the bucket
};

/// For one thread at a time; a copy is independent.
class ThinnedCurve {
 public:
  explicit ThinnedCurve(std::size_t buckets = 1024) : buckets_((std::max)(buckets, fewest)) {}

  /// Steps may come in any order. `writer`: which of the writers of a run logged it, in the order of MetricHistory.
  void add(const MetricPoint& point, std::size_t writer = 0) {
    if (writer >= parts_.size()) {
      parts_.resize(writer + 1);
      set_room();
    }
    parts_[writer].add(point, buckets_of_part_);
    ++count_;
  }
  /// A writer comes before this one from now on.
  void insert_writer(std::size_t writer) {
    if (writer >= parts_.size()) return;
    parts_.insert(parts_.begin() + static_cast<std::ptrdiff_t>(writer), ThinnedPart());
    set_room();
  }
  void clear() {
    parts_.clear();
    count_ = 0;
    set_room();
  }

  /// How many points were added.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  /// Whether some points are not kept.
  [[nodiscard]] bool is_thinned() const noexcept {
    return std::any_of(parts_.begin(), parts_.end(), [](const ThinnedPart& part) { return part.is_thinned(); });
  }
  /// The last point of the last writer. Throws Error if there is no point.
  [[nodiscard]] const MetricPoint& last() const {
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
      if (!part->empty()) return part->last();
    throw Error("a curve without points has no last one; ask empty() before");
  }
  /// As min() and max() of the MetricHistory of all points.
  [[nodiscard]] std::optional<MetricPoint> least() const {
    std::optional<MetricPoint> found;
    for (const ThinnedPart& part : parts_)
      if (const auto here = part.least(); here && (!found || here->value < found->value)) found = here;
    return found;
  }
  [[nodiscard]] std::optional<MetricPoint> greatest() const {
    std::optional<MetricPoint> found;
    for (const ThinnedPart& part : parts_)
      if (const auto here = part.greatest(); here && (!found || here->value > found->value)) found = here;
    return found;
  }
  /// What is kept, in the order in which it was logged.
  [[nodiscard]] MetricHistory history() const {
    std::vector<MetricPoint> points;
    std::vector<std::size_t> writers;
    for (const ThinnedPart& part : parts_) {
      if (!points.empty() && !part.empty()) writers.push_back(points.size());
      part.visit([&](const MetricPoint& point) { points.push_back(point); });
    }
    return MetricHistory(std::move(points), std::move(writers));
  }

 private:
  /// The many writers of a large job share what eight have.
  void set_room() {
    constexpr std::size_t full = 8;
    buckets_of_part_ = parts_.size() <= full ? buckets_ : (std::max)(buckets_ * full / parts_.size(), fewest);
  }

  static constexpr std::size_t fewest = 2;  // one of the steps below 0, and one of the others

  std::size_t buckets_;
  std::size_t buckets_of_part_ = buckets_;
  std::vector<ThinnedPart> parts_;  // by writer
  std::uint64_t count_ = 0;
};

}  // namespace erm::detail
