// What a drawing of a plotly figure leaves out. Each part is named once, on the figure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

class PlotlyLeftOut {
 public:
  /// `part` is a noun with what it belongs to: "marker.pattern of 'train'".
  void add(std::string part) {
    part = repaired_utf8(std::string_view(part).substr(0, 80));
    if (std::find(parts_.begin(), parts_.end(), part) != parts_.end()) return;
    if (parts_.size() < 12)
      parts_.push_back(std::move(part));
    else
      ++more_;
  }
  [[nodiscard]] bool empty() const { return parts_.empty(); }
  [[nodiscard]] const std::vector<std::string>& parts() const { return parts_; }

  /// "Not drawn: a, b and 3 more"; empty where nothing is left out.
  [[nodiscard]] std::string sentence() const {
    if (parts_.empty()) return {};
    std::string text = "Not drawn: ";
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (i > 0) text += i + 1 == parts_.size() && more_ == 0 ? " and " : ", ";
      text += parts_[i];
    }
    if (more_ > 0) text += " and " + std::to_string(more_) + " more";
    return text;
  }

 private:
  std::vector<std::string> parts_;
  std::size_t more_ = 0;
};

}  // namespace erm::detail
