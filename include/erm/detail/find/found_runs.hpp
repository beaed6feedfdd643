// The runs that FindOptions select, one after the other.
#pragma once

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Calls `accept` with each run that the options select, in the order of their ids. A run for which it throws Error,
/// and which it then does not move, counts as one that cannot be read: `accept` may read its history. Warns of names in
/// the filter, and in the `fields` of the order, that no run has; with `known` runs, which are passed over, only if
/// `is_whole`: none is known. `Options` are FindOptions, whose header includes this one.
template <class Options>
void for_each_found(const std::string& registry_uri, const Options& options, const std::shared_ptr<FileSystem>& fs,
                    std::vector<RunField> fields, const std::function<void(ExperimentRun&&)>& accept,
                    KnownRuns* known = nullptr, bool is_whole = true) {
  RunFilter filter = read_filter(options.filter);
  for (RunField& field : filter.needed_fields()) fields.push_back(std::move(field));
  AskedNames asked(fields);
  filter.watch(&asked);
  const auto warn = [&](const std::string& warning) {
    if (options.on_warning)
      options.on_warning(warning);
    else
      std::fprintf(stderr, "erm: %s\n", warning.c_str());
  };
  RunScan scan(locate(registry_uri, fs), registry_uri, options.experiment, options.variant);
  scan.compare_with(known);
  const unsigned processors = (std::max)(std::thread::hardware_concurrency(), 1U);
  const auto refuse = [&](const std::string& run_uri, const Error& error) {
    if (options.on_broken)
      options.on_broken(run_uri, error);
    else
      std::fprintf(stderr, "erm: left out the run '%s': %s\n", run_uri.c_str(), error.what());
  };
  scan.each(
      filter, options.threads != 0 ? options.threads : (std::min)(processors, 4U),
      [&](RunRecord&& record) {
        ExperimentRun run = RunAccess::make(std::move(record));
        if (options.where && !options.where(run)) return;
        try {
          accept(std::move(run));
        } catch (const Error& error) {
          refuse(uri_below(registry_uri, joined(joined(run.experiment_id(), run.variant_id()), run.run_id())), error);
        }
      },
      refuse, warn);
  if (!is_whole) return;
  for (const std::string& warning : asked.warnings()) warn(warning);
}

}  // namespace erm::detail
