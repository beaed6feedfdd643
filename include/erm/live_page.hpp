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

#include <memory>

#include "erm/file_path.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/live_observer.hpp"
#include "erm/live_page_options.hpp"

namespace erm {

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
