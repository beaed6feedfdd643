// The options of a live page. Every field has a default.
//
//   erm::LivePageOptions page;
//   page.interval = std::chrono::seconds(30);
//   page.beside = {"@best:val/loss"};
//   options.observers = {erm::live_page("progress.html", page)};
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "erm/compare_options.hpp"

namespace erm {

struct LivePageOptions {
  /// How often the page is written while points come, at least 100 ms. It is written less often if that takes more than a
  /// hundredth of a processor, and three times less often while nothing comes.
  std::chrono::milliseconds interval = std::chrono::seconds(10);
  /// The runs to show beside it, in this order: each is the URI of a run, or means runs of the same experiment: "@latest",
  /// "@best:METRIC" (by its goal, or the one that its name suggests), "@min:METRIC", "@max:METRIC", or a filter as in
  /// erm/find.hpp. Looked up when the run begins; what names no run then is left out, and the page says so.
  std::vector<std::string> beside = {};
  /// At most so many runs of one filter, the newest of them.
  std::size_t max_beside = 20;
  /// How the page is made. A title of its own is a good idea: "Comparison of 3 runs" is what it has without.
  CompareOptions comparison = {};
  /// Called on the thread of the page when it cannot be written, or a run cannot be read: once, until it works again. If
  /// empty, the run's LiveOptions::on_error is called.
  std::function<void(const std::string& message)> on_error = {};
};

}  // namespace erm
