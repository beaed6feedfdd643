// The runs of a part of the registry, the newest first, as they are read. If all ids are generated ones, which tell when
// a run began, the first of many are there at once.
//
//   NewestRuns newest(session, session.find_options(options, scope));
//   while (newest.more())
//     for (const ExperimentRun& run : newest.next()) table.add(run);
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/best_runs.hpp"
#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/experiment_run.hpp"
#include "erm/find.hpp"

namespace erm::detail::command {

class NewestRuns {
 public:
  struct Id {
    const std::string *experiment, *variant;
    std::string run;
    std::optional<TimePoint> time;  // of a generated id
  };

  /// Lists the ids. `options` come from Session::find_options().
  NewestRuns(Session& session, FindOptions options)
      : options_(std::move(options)),
        filter_(read_filter(options_.filter)),
        asked_(filter_.needed_fields()),
        registry_(open_file_system(session.registry())),
        scan_(registry_, session.registry(), options_.experiment, options_.variant),
        variants_(scan_.ids(options_.on_warning)) {
    filter_.watch(&asked_);
    // Few, so that their memory is used again; more if the runs of each variant would be too few for all threads, or if
    // every group costs a round of requests.
    if (registry_.fs->has_folders())
      most_at_once_ = (std::min)(most_at_once_, (std::max<std::size_t>)(512, 128 * usual_threads() * variants_.size()));
    for (RunScan::VariantIds& variant : variants_) {
      for (std::string& run : variant.run_ids) {
        const auto time = time_of_generated_id(run);
        is_order_known_ = is_order_known_ && time.has_value();
        ids_.push_back({&variant.experiment_id, &variant.variant_id, std::move(run), time});
      }
      variant.run_ids.clear();
    }
    if (is_order_known_)
      std::stable_sort(ids_.begin(), ids_.end(), [](const Id& a, const Id& b) { return a.time > b.time; });
    else
      at_once_ = ids_.size();
  }
  NewestRuns(const NewestRuns&) = delete;
  NewestRuns& operator=(const NewestRuns&) = delete;
  ~NewestRuns() = default;

  /// All, before the filter.
  [[nodiscard]] const std::vector<Id>& ids() const { return ids_; }
  [[nodiscard]] bool more() const { return next_ < ids_.size(); }

  /// Reads some more: few at first. Returns those that the filter accepts. After the last, warns of names in the filter
  /// that no run has.
  [[nodiscard]] std::vector<ExperimentRun> next() {
    const std::size_t begin = next_;
    next_ = (std::min)(ids_.size(), begin + at_once_);
    while (more() && ids_[next_].time == ids_[next_ - 1].time) ++next_;
    at_once_ = (std::min)(at_once_ * 8, most_at_once_);
    std::map<std::pair<const std::string*, const std::string*>, std::vector<std::string>> by_variant;
    for (std::size_t i = begin; i < next_; ++i)
      by_variant[{ids_[i].experiment, ids_[i].variant}].push_back(std::move(ids_[i].run));
    std::vector<ExperimentRun> runs;
    const unsigned threads = usual_threads();
    for (const auto& [variant, run_ids] : by_variant)
      scan_.each_of(
          *variant.first, *variant.second, run_ids, filter_, threads,
          [&](RunRecord&& record) { runs.push_back(RunAccess::make(std::move(record))); }, options_.on_broken);
    if (!std::is_sorted(runs.begin(), runs.end(), &comes_before)) std::stable_sort(runs.begin(), runs.end(), &comes_before);
    if (!more())
      for (const std::string& warning : asked_.warnings()) options_.on_warning(warning);
    return runs;
  }

 private:
  static bool comes_before(const ExperimentRun& a, const ExperimentRun& b) {
    return a.timestamp_utc() != b.timestamp_utc() ? a.timestamp_utc() > b.timestamp_utc() : ids_come_before(a, b);
  }

  FindOptions options_;
  RunFilter filter_;
  AskedNames asked_;
  Location registry_;
  RunScan scan_;
  std::vector<RunScan::VariantIds> variants_;
  std::vector<Id> ids_;
  bool is_order_known_ = true;
  std::size_t next_ = 0, at_once_ = 50, most_at_once_ = 4096;
};

}  // namespace erm::detail::command
