// The bodies of erm/compare.hpp.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "erm/compare.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/page.hpp"

namespace erm {

namespace detail {

inline std::string page_of(const Comparison& comparison, const CompareOptions& options) {
  PageOutput page;
  append_page(page, comparison, options);
  return std::move(page.text);
}

ERM_INLINE std::string page_of_runs(std::initializer_list<const ExperimentRun*> runs) {
  return page_of(Comparison(std::vector<const ExperimentRun*>(runs)), {});
}

}  // namespace detail

ERM_INLINE std::string compare_runs(const std::vector<ExperimentRun>& runs, const CompareOptions& options) {
  return detail::page_of(Comparison(runs, options), options);
}

ERM_INLINE void write_comparison(const FilePath& path, const std::vector<ExperimentRun>& runs,
                                 const CompareOptions& options) {
  const Comparison comparison(runs, options);
  detail::write_whole_file(path, "write the comparison", [&](detail::os::File& file) {
    detail::PageOutput page(&file);
    detail::append_page(page, comparison, options);
  });
}

}  // namespace erm
