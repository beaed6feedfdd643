// All verbs of the command, in the order of its help.
#pragma once

#include <memory>

#include "erm/detail/command/best.hpp"
#include "erm/detail/command/export.hpp"
#include "erm/detail/command/find.hpp"
#include "erm/detail/command/list.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/command/which.hpp"

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
    {"best", "The best runs by a metric", &make_verb<BestVerb>},
    {"export", "Runs or histories as CSV, JSON Lines, Markdown or LaTeX", &make_verb<ExportVerb>},
    {"which", "The run that made a file", &make_verb<WhichVerb>},
};

}  // namespace erm::detail::command
