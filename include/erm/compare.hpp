// Runs side by side on one HTML page that needs nothing but a browser: no server, no network, no script to be read.
//
//   std::vector<erm::ExperimentRun> runs = {erm::load_run_from_registry("erm-registry", "digits", "softmax"),
//                                           erm::load_run_from_registry("erm-registry", "digits", "mlp")};
//   erm::write_comparison("comparison.html", runs);
//
//   erm::CompareOptions options;
//   options.goals = {{"loss", erm::Goal::minimize}};
//   std::string html = erm::compare_runs(runs, options);
#pragma once

#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/page/page.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/experiment_run.hpp"

namespace erm {

/// The page as text, the same for the same input. An artifact that cannot be read is a notice on it. Throws Error for
/// a baseline that is no run.
[[nodiscard]] std::string compare_runs(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {});
/// The same of runs that are not in one vector: compare_runs(yesterday, today).
template <class... Runs, std::enable_if_t<(std::is_convertible_v<const Runs&, const ExperimentRun&> && ...), int> = 0>
[[nodiscard]] std::string compare_runs(const ExperimentRun& first, const Runs&... more);

/// Writes the page to a file piece by piece; the file is whole or as it was before. Throws as compare_runs,
/// NotFoundError where the folder of `path` is not there, and IoError where the file cannot be written.
void write_comparison(const std::filesystem::path& path, const std::vector<ExperimentRun>& runs,
                      const CompareOptions& options = {});

// ---- bodies ----

inline std::string compare_runs(const std::vector<ExperimentRun>& runs, const CompareOptions& options) {
  detail::PageOutput page;
  detail::append_page(page, Comparison(runs, options), options);
  return std::move(page.text);
}

template <class... Runs, std::enable_if_t<(std::is_convertible_v<const Runs&, const ExperimentRun&> && ...), int>>
std::string compare_runs(const ExperimentRun& first, const Runs&... more) {
  detail::PageOutput page;
  detail::append_page(page, Comparison(std::vector<const ExperimentRun*>{&first, &more...}), {});
  return std::move(page.text);
}

inline void write_comparison(const std::filesystem::path& path, const std::vector<ExperimentRun>& runs,
                             const CompareOptions& options) {
  const Comparison comparison(runs, options);
  detail::write_whole_file(path, "write the comparison", [&](detail::os::File& file) {
    detail::PageOutput page(&file);
    detail::append_page(page, comparison, options);
  });
}

}  // namespace erm
