// All verbs of the command, in the order of its help.
#pragma once

#include <memory>

#include "erm/detail/command/verb.hpp"
#include "erm/detail/verbs/best.hpp"
#include "erm/detail/verbs/check.hpp"
#include "erm/detail/verbs/compare.hpp"
#include "erm/detail/verbs/completion.hpp"
#include "erm/detail/verbs/copy.hpp"
#include "erm/detail/verbs/curve.hpp"
#include "erm/detail/verbs/edit.hpp"
#include "erm/detail/verbs/export.hpp"
#include "erm/detail/verbs/find.hpp"
#include "erm/detail/verbs/gate.hpp"
#include "erm/detail/verbs/import.hpp"
#include "erm/detail/verbs/list.hpp"
#include "erm/detail/verbs/show.hpp"
#include "erm/detail/verbs/trash.hpp"
#include "erm/detail/verbs/watch.hpp"
#include "erm/detail/verbs/which.hpp"

namespace erm::detail::command {

struct VerbEntry {
  const char* name;
  const char* summary;
  std::unique_ptr<Verb> (*make)();
};

template <class OneVerb>
std::unique_ptr<Verb> make_verb() {
  return std::make_unique<OneVerb>();
}

inline constexpr VerbEntry all_verbs[] = {
    {"list", "Experiments, or the runs of one of them, the newest first", &make_verb<ListVerb>},
    {"find", "The runs that a filter accepts", &make_verb<FindVerb>},
    {"show", "All that a run holds", &make_verb<ShowVerb>},
    {"best", "The best runs by a metric", &make_verb<BestVerb>},
    {"diff", "What differs between two runs", &make_verb<DiffVerb>},
    {"compare", "Runs side by side: a page, or a table in the terminal", &make_verb<CompareVerb>},
    {"curve", "A metric over its steps, drawn in the terminal or as CSV", &make_verb<CurveVerb>},
    {"watch", "Runs while they run, in the terminal", &make_verb<WatchVerb>},
    {"export", "Runs or histories as CSV, JSON Lines, Markdown or LaTeX", &make_verb<ExportVerb>},
    {"gate", "Whether a candidate is worse than a baseline, for CI", &make_verb<GateVerb>},
    {"tag", "Set, remove and list tags of runs", &make_verb<TagVerb>},
    {"note", "Show or set the note of a run", &make_verb<NoteVerb>},
    {"rm", "Move runs to the trash", &make_verb<RmVerb>},
    {"restore", "Bring runs back from the trash", &make_verb<RestoreVerb>},
    {"trash", "List the trash, or empty it", &make_verb<TrashVerb>},
    {"which", "The run that made a file", &make_verb<WhichVerb>},
    {"import", "Take the runs of MLflow, Google Benchmark, Catch2 or a CSV file", &make_verb<ImportVerb>},
    {"check", "Whether the registry is whole, and repairs that lose nothing", &make_verb<CheckVerb>},
    {"copy", "Bring runs to another registry: a folder or s3://", &make_verb<CopyVerb>},
    {"completion", "A script with which a shell completes verbs and options", &make_verb<CompletionVerb>},
};

}  // namespace erm::detail::command
