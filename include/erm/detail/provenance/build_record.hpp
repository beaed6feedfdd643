// How the program was built, and from which code: the record of erm_record_build(target) if there is one, otherwise the
// compiler's macros, and git at run time.
//
//   const CompilerFacts facts(build_facts_of_this_file());
//   Json missing = Json::object();
//   build_section(missing, facts);        // {"from": "erm_record_build", "compiler": "GNU 12.2.0", "flags": ["-O3"],
//   ...} code_section(missing, facts.place);   // {"as_of": "build", "commit": "5d1c...", "dirty": true, "diff": "diff
//   ...", ...}
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/modules.hpp"
#include "erm/detail/provenance/build_text.hpp"
#include "erm/detail/provenance/compiler_facts.hpp"
#include "erm/detail/provenance/git_state.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// The total time that a run waits for git.
inline constexpr std::chrono::milliseconds git_limit{700};

/// The "build" section of a provenance. For each unknown fact adds a key such as "build.flags" and the reason to
/// `missing`.
inline Json build_section(Json& missing, const CompilerFacts& facts);

/// The "code" section of a provenance. For unknown facts adds "code" or keys such as "code.branch" to `missing`.
/// `place` is an address in the program or library that the run belongs to.
inline Json code_section(Json& missing, const void* place, const Surroundings& surroundings = Surroundings::now());

/// The records of this process, the most relevant first: that of the executable, then of the library that contains
/// `place`, then of a library linked into the program, then of any other loaded library.
inline std::vector<std::string> build_records(const void* place) {
  std::vector<std::vector<std::string>> ranked(8);
  for (Module& module : os::loaded_modules(place)) {
    for (std::string& record : module.records) {
      const std::string_view type = BuildText(record)["target_type"];
      const bool is_whole = type == "executable" || type == "shared library" || type == "module library";
      const std::size_t rank = module.is_program && is_whole ? 0 : module.has_caller ? 2 : module.is_program ? 4 : 6;
      ranked[rank + (is_whole ? 0 : 1)].push_back(std::move(record));
    }
  }
  std::vector<std::string> records;
  for (std::vector<std::string>& of_rank : ranked)
    for (std::string& record : of_rank) records.push_back(std::move(record));
  return records;
}

inline Json json_texts(const std::vector<std::string_view>& texts) {
  Json list = Json::array();
  for (const std::string_view text : texts) list.push_back(repaired_utf8(text));
  return list;
}
inline Json json_texts(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

inline Json build_of(const BuildText& text) {
  Json build = Json::object();
  build["from"] = std::string("erm_record_build");
  for (const auto& [name, value] : text.fields()) {
    if (name == "flags" || name == "definitions") {
      build[std::string(name)] = json_texts(text.list(name));
    } else if (name == "libraries") {
      Json libraries = Json::array();
      for (const std::string_view library : text.list(name)) {
        const std::size_t space = library.find(' ');
        Json entry = Json::object();
        entry["name"] = repaired_utf8(library.substr(0, space));
        if (space != std::string_view::npos) entry["version"] = repaired_utf8(library.substr(space + 1));
        libraries.push_back(std::move(entry));
      }
      build["libraries"] = std::move(libraries);
    } else if (name == "target" || name == "target_type" || name == "compiler" || name == "build_type" ||
               name == "optimisation" || name == "time_utc") {
      build[std::string(name)] = repaired_utf8(value);
    }
  }
  for (const char* const list : {"flags", "definitions", "libraries"})
    if (!build.contains(list)) build[list] = Json::array();
  if (text.standard() != 0) build["cxx_standard"] = standard_of(text.standard());
  return build;
}

/// The code section of a record. Empty if git was not available at build time.
inline Json code_of(const BuildText& text) {
  Json code = Json::object();
  if (text["dirty"].empty()) return code;
  code["as_of"] = std::string("build");
  for (const char* const name : {"commit", "branch", "tag", "remote", "diff", "diff_sha256"})
    if (!text[name].empty()) code[name] = repaired_utf8(text[name]);
  code["dirty"] = text["dirty"] == "true";
  if (!text["untracked"].empty()) code["untracked"] = json_texts(text.list("untracked"));
  if (!text["diff_bytes"].empty())
    code["diff_bytes"] = std::strtoull(std::string(text["diff_bytes"]).c_str(), nullptr, 10);
  return code;
}

/// The reasons in a record for facts that it lacks, for one section.
inline void take_missing(const BuildText& text, std::string_view section, Json& missing) {
  constexpr std::string_view prefix = "missing.";
  for (const auto& [name, value] : text.fields()) {
    if (name.substr(0, prefix.size()) != prefix) continue;
    const std::string_view key = name.substr(prefix.size());
    if (key.substr(0, key.find('.')) == section) missing[std::string(key)] = repaired_utf8(value);
  }
}

inline Json build_section(Json& missing, const CompilerFacts& facts) {
  const std::vector<std::string> records = build_records(facts.place);
  Json build = Json::object();
  if (records.empty()) {
    build["from"] = std::string("the compiler's macros");
    if (!facts.compiler.empty()) build["compiler"] = facts.compiler;
    build["cxx_standard"] = facts.cxx_standard;
    if (!facts.optimisation.empty()) build["optimisation"] = facts.optimisation;
    build["definitions"] = json_texts(facts.definitions);
    const std::string why = "the compiler's macros do not tell; erm_record_build(target) in CMake records it";
    for (const char* const key : {"build.build_type", "build.flags", "build.libraries", "build.time_utc"})
      missing[key] = why;
  } else {
    const BuildText text(records.front());
    build = build_of(text);
    take_missing(text, "build", missing);
    for (std::size_t i = 1; i < records.size(); ++i) {
      const BuildText other(records[i]);
      Json entry = build_of(other);
      entry.erase("from");
      const Json code = code_of(other);
      for (const char* const key : {"commit", "dirty", "diff_sha256"})
        if (code.contains(key)) entry[key] = code[key];
      build["other_targets"].push_back(std::move(entry));
    }
  }
  build["enabled"] = json_texts(facts.enabled);
  return build;
}

inline Json code_of(const GitState& git, Json& missing) {
  Json code = Json::object();
  for (const auto& [key, why] : git.missing) missing[key.empty() ? "code" : "code." + key] = repaired_utf8(why);
  if (git.missing.count("") != 0) return code;
  code["as_of"] = std::string("run");
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) code[key] = repaired_utf8(text);
  };
  add("work_tree", git.work_tree);
  add("found_from", git.found_from);
  add("commit", git.commit);
  add("branch", git.branch);
  add("tag", git.tag);
  add("remote", git.remote);
  add("note", git.note);
  add("diff", git.diff);
  add("diff_sha256", git.diff_sha256);
  if (git.diff_bytes > 0) code["diff_bytes"] = git.diff_bytes;
  if (git.knows_dirty) code["dirty"] = git.dirty;
  if (!git.untracked.empty()) {
    Json& list = code["untracked"] = Json::array();
    for (const std::string& path : git.untracked) list.push_back(repaired_utf8(path));
  }
  return code;
}

inline Json code_section(Json& missing, const void* place, const Surroundings& surroundings) {
  const std::vector<std::string> records = build_records(place);
  std::string why_no_build;
  if (!records.empty()) {
    const BuildText text(records.front());
    Json code = code_of(text);
    if (!code.empty()) {
      take_missing(text, "code", missing);
      return code;
    }
    why_no_build = repaired_utf8(text["missing.code"]);
  }
  GitState git;
  try {
    git = git_state(git_limit, surroundings);
  } catch (const Error& error) {
    git.missing[""] = error.what();
  }
  Json code = code_of(git, missing);
  if (!why_no_build.empty() && missing.contains("code"))
    missing["code"] = why_no_build + "; at run time: " + missing["code"].get<std::string>();
  return code;
}

}  // namespace erm::detail
