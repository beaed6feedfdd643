// A page that keeps up with a run while it trains: a file that is open on the second screen all day. No server.
//
//   erm::LiveOptions options;
//   erm::LivePageOptions page;
//   page.beside = {"@best:val/loss", "@latest"};        // compare it with these as it goes
//   options.observers = {erm::live_page("progress.html", page)};
//   erm::LiveRun run("erm-registry", "mnist", options);
//
// The page is the one of erm/compare.hpp. It says how old it is, and the browser loads it again while it is looked at; what
// the reader chose, typed and scrolled to stays. When the run ends, it says so; when the run is killed, it says that
// there are no news.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/file_path.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/live_observer.hpp"

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

/// An observer for LiveOptions::observers that keeps the page at `path` up to date, in a thread of its own that gives way to
/// others. Several runs of a program, one after the other or at once, come on one page; processes that share a run
/// (LiveOptions::writer) leave the page to "main". Each version replaces the one before atomically. A page that cannot be
/// written is reported and tried again, and is never a failure of the run. The end of the run waits for the last version,
/// at most for ten seconds. Throws Error for options that could never work: an unreadable plotly_js, an unknown field in
/// group_by, an unknown sign in `beside`.
[[nodiscard]] std::shared_ptr<LiveObserver> live_page(const FilePath& path, LivePageOptions options = {});

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/live_page.inl"
#endif
