// Compares runs side by side on one HTML page that needs only a browser: no server and no network. Everything on the
// page can be read without scripts, too.
//
//   std::vector<erm::ExperimentRun> runs = {erm::load_run_from_registry("erm-registry", "digits", "softmax"),
//                                           erm::load_run_from_registry("erm-registry", "digits", "mlp")};
//   erm::write_comparison("comparison.html", runs);
//
//   erm::CompareOptions options;
//   options.goals = {{"loss", erm::Goal::minimize}};
//   std::string html = erm::compare_runs(runs, options);
#pragma once

#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_path.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

namespace detail {

[[nodiscard]] std::string page_of_runs(std::initializer_list<const ExperimentRun*> runs);

}  // namespace detail

/// The page as text. The same input gives the same text. If an artifact cannot be read, the page shows a notice
/// instead. Throws Error if options.baseline is not the index of a run or options.group_by names an unknown field, and
/// NotFoundError or IoError if options.plotly_js cannot be read.
[[nodiscard]] std::string compare_runs(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {});

/// The same for runs that are not in a vector: compare_runs(yesterday, today).
template <class... Runs, std::enable_if_t<(std::is_convertible_v<const Runs&, const ExperimentRun&> && ...), int> = 0>
[[nodiscard]] std::string compare_runs(const ExperimentRun& first, const Runs&... more) {
  return detail::page_of_runs({&first, &more...});
}

/// Writes the page to a file, without holding the complete page in memory. Either the complete file is written, or the
/// old one stays, however many processes write it at once. The file that it replaces gives it its permissions. A link
/// is replaced by the file, and not followed. Throws like compare_runs, NotFoundError if the folder of `path` does not
/// exist, Error for a device or a pipe, and IoError if the file cannot be written.
void write_comparison(const FilePath& path, const std::vector<ExperimentRun>& runs, const CompareOptions& options = {});

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/compare.inl"
#endif
