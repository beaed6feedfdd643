// Where the reading of traces notes what a drawing leaves out. Each part is named once, on the figure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

class PlotlyLeftOut {
 public:
  explicit PlotlyLeftOut(std::vector<std::string>& parts) : parts_(&parts) {}
  /// `part` is a noun: "the connectors of a waterfall".
  void add(std::string_view part) {
    std::string text = repaired_utf8(part.substr(0, 80));
    if (std::find(parts_->begin(), parts_->end(), text) == parts_->end()) parts_->push_back(std::move(text));
  }

 private:
  std::vector<std::string>* parts_;
};

}  // namespace erm::detail
