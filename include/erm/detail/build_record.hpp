// How the program was built, and from which code: what erm_record_build(target) put into it, else what the compiler's
// macros tell.
//
//   Json missing;
//   build_section(missing);   // {"compiler": "GNU 12.2.0", "cxx_standard": "17", ...}
//   code_section(missing);    // {"as_of": "build", "commit": "5d1c...", "dirty": true, ...}
#pragma once

#include <string>

#include "erm/detail/compiler_facts.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// The "build" of a provenance. What is not known is a key of `missing`, "build.flags", with the reason.
inline Json build_section(Json& missing) {
  const CompilerFacts facts = compiler_facts();
  Json build = Json::object();
  build["from"] = "the compiler's macros";
  if (!facts.compiler.empty()) build["compiler"] = facts.compiler;
  build["cxx_standard"] = facts.cxx_standard;
  if (!facts.optimisation.empty()) build["optimisation"] = facts.optimisation;
  build["definitions"] = facts.definitions;
  build["enabled"] = facts.enabled;
  for (const char* const key : {"build.build_type", "build.flags", "build.libraries", "build.time_utc"})
    missing[key] = "the compiler's macros do not tell; erm_record_build(target) in CMake records it";
  return build;
}

/// The "code" of a provenance. What is not known is a key of `missing`, "code" or "code.branch", with the reason.
inline Json code_section(Json& missing) {
  missing["code"] = "erm_record_build(target) in CMake records it";
  return Json::object();
}

}  // namespace erm::detail
