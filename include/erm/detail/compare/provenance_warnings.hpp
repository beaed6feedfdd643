// Warnings about runs whose provenance makes them hard to compare.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison_data.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/compare/provenance_rows.hpp"
#include "erm/group_by.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// What the warnings compare of one run's provenance.
struct ProvenanceFacts {
  bool is_recorded = false;
  bool is_code_of_build = false;  // else the code is that of the work tree when the run began
  std::string commit, why_no_commit;
  bool is_dirty = false;
  std::string changes;    // the SHA-256 of the changes that were not committed; "?" where it was not recorded
  std::string_view diff;  // into the run's provenance
  std::string build_type, compiler, optimisation;
  bool has_flags = false;
  std::vector<std::string> flags;
  std::vector<std::string> inputs, contents;  // names, each with the kind of its hash, and the hashes
};

inline ProvenanceFacts provenance_facts(const Json& provenance) {
  ProvenanceFacts facts;
  facts.is_recorded = provenance.is_object() && !provenance.empty();
  if (!facts.is_recorded) return facts;
  const auto text = [&](const char* part, const char* key) { return text_at(provenance, {part, key}); };
  facts.commit = text("code", "commit");
  facts.why_no_commit = text("missing", facts.commit.empty() ? "code" : "");
  if (facts.why_no_commit.empty()) facts.why_no_commit = text("missing", "code.commit");
  facts.is_code_of_build = text("code", "as_of") == "build";
  facts.diff = text("code", "diff");
  facts.changes = text("code", "diff_sha256");
  const Json* const dirty = entry_at(provenance, {"code", "dirty"});
  facts.is_dirty =
      !facts.diff.empty() || !facts.changes.empty() || (dirty != nullptr && dirty->is_boolean() && dirty->get<bool>());
  if (facts.changes.empty() && !facts.diff.empty())
    facts.changes = sha256_of(facts.diff);
  else if (facts.changes.empty() && facts.is_dirty)
    facts.changes = "?";
  facts.build_type = text("build", "build_type");
  facts.compiler = text("build", "compiler");
  facts.optimisation = text("build", "optimisation");
  const Json* const flags = entry_at(provenance, {"build", "flags"});
  facts.has_flags = flags != nullptr && is_list_of_texts(*flags);
  const auto add_list = [&](const Json* list, const char* prefix) {
    if (list == nullptr || !is_list_of_texts(*list)) return;
    for (const Json& part : *list) facts.flags.push_back(prefix + part.get_ref<const std::string&>());
  };
  if (facts.has_flags) {
    add_list(flags, "");
    add_list(entry_at(provenance, {"build", "definitions"}), "-D");
  }
  if (const Json* const inputs = entry_at(provenance, {"inputs"}); inputs != nullptr && inputs->is_object()) {
    for (auto input = inputs->begin(); input != inputs->end(); ++input) {
      for (const char* const hash : {"sha256", "fingerprint"}) {
        const std::string_view known = text_at(*input, {hash});
        if (known.empty()) continue;
        facts.inputs.push_back(input.key() + path_mark + hash);
        facts.contents.emplace_back(known);
      }
    }
  }
  return facts;
}

/// Writes the warnings: about code first, then about builds, then about inputs.
class ProvenanceWarnings {
 public:
  ProvenanceWarnings(const std::vector<ProvenanceFacts>& facts, const std::vector<std::string>& names,
                     std::size_t baseline)
      : facts_(facts), names_(names), baseline_(baseline), texts_(facts.size()) {}

  std::vector<ComparisonWarning> write() {
    using Kind = ComparisonWarning::Kind;
    const Parts commits = parts_by(&ProvenanceFacts::commit);
    if (commits.size() > 1)
      add(Kind::different_code, {different_code(), beside(commits, 10), "."});
    else if (commits.size() == 1)
      add_changes(commits[0].name);
    add_dirty();
    if (!commits.empty()) add_unknown();
    const Parts types = parts_by(&ProvenanceFacts::build_type);
    std::string kinds;
    for (std::size_t i = 0; i < types.size() && i < most; ++i)
      (kinds += i == 0 ? "" : " beside ") += first_bytes(types[i].name, 40);
    if (types.size() > 1) add(Kind::different_build_type, {kinds, ": ", beside(types, 40), "."});
    const Parts compilers = parts_by(&ProvenanceFacts::compiler);
    if (compilers.size() > 1) add(Kind::different_compiler, {"Different compilers: ", beside(compilers, 60), "."});
    add_flags();
    add_inputs();
    return std::move(warnings_);
  }

 private:
  static constexpr std::size_t most = 4;  // how many runs, or parts of them, a warning names
  /// The runs by a text that they have in common; the text is the name of the part.
  using Parts = std::vector<GroupOfRuns>;

  void add(ComparisonWarning::Kind kind, std::initializer_list<std::string_view> text) {
    warnings_.push_back({kind, joined(text)});
  }

  static GroupOfRuns& part_of(Parts& parts, const std::string& text) {
    for (GroupOfRuns& part : parts)
      if (part.name == text) return part;
    parts.push_back({text, {}});
    return parts.back();
  }
  /// The runs by their texts_, the baseline's part first, without the runs that have no text.
  [[nodiscard]] Parts parts() const {
    Parts found;
    if (!texts_[baseline_].empty()) part_of(found, texts_[baseline_]);
    for (std::size_t run = 0; run < texts_.size(); ++run)
      if (!texts_[run].empty()) part_of(found, texts_[run]).runs.push_back(run);
    return found;
  }
  [[nodiscard]] Parts parts_by(std::string ProvenanceFacts::*fact) {
    for (std::size_t run = 0; run < texts_.size(); ++run) texts_[run] = facts_[run].*fact;
    return parts();
  }

  static void add_more(std::string& text, std::size_t all, std::size_t named) {
    if (all > named) text += joined({" and ", std::to_string(all - named), " more"});
  }
  [[nodiscard]] std::string listed(const std::vector<std::size_t>& runs) const {
    const std::size_t named = runs.size() == most + 1 ? runs.size() : (std::min)(runs.size(), most);
    std::string text;
    for (std::size_t i = 0; i < named; ++i) {
      text += i == 0 ? "" : i + 1 == runs.size() ? " and " : ", ";
      text += first_bytes(names_[runs[i]], 60);
    }
    add_more(text, runs.size(), named);
    return text;
  }
  /// "Debug (a, b) beside Release (c)"; of a part's name at most `most_bytes`.
  [[nodiscard]] std::string beside(const Parts& parts, std::size_t most_bytes) const {
    std::string text;
    for (std::size_t i = 0; i < parts.size() && i < most; ++i)
      text +=
          joined({i == 0 ? "" : " beside ", first_bytes(parts[i].name, most_bytes), " (", listed(parts[i].runs), ")"});
    add_more(text, parts.size(), most);
    return text;
  }

  [[nodiscard]] std::string_view different_code() const {
    for (const ProvenanceFacts& run : facts_)
      if (!run.commit.empty() && !run.is_code_of_build)
        return "Different code (not that of the build, but of the work tree when the run began): ";
    return "Built from different code: ";
  }

  void add_changes(const std::string& commit) {
    for (std::size_t run = 0; run < texts_.size(); ++run)
      texts_[run] = facts_[run].commit.empty() ? "" : facts_[run].is_dirty ? facts_[run].changes : "none";
    const Parts changes = parts();
    if (changes.size() < 2) return;
    add(ComparisonWarning::Kind::different_code,
        {different_code(), "commit ", first_bytes(commit, 10),
         " with different changes that are not committed: ", beside(changes, 10), "."});
  }

  void add_dirty() {
    std::vector<std::size_t> dirty, unknown;
    for (std::size_t run = 0; run < facts_.size(); ++run) {
      if (!facts_[run].is_dirty) continue;
      dirty.push_back(run);
      if (facts_[run].diff.empty()) unknown.push_back(run);
    }
    if (dirty.empty()) return;
    const bool is_all = unknown.size() == dirty.size();
    const std::string of = is_all || unknown.empty() ? std::string() : listed(unknown);
    add(ComparisonWarning::Kind::uncommitted_code, {"Dirty work tree: no commit holds the code of ", listed(dirty),
                                                    is_all       ? ", and its changes are not recorded"
                                                    : of.empty() ? ""
                                                                 : ", and the changes of ",
                                                    of, of.empty() ? "." : " are not recorded."});
  }

  void add_unknown() {
    std::vector<std::size_t> unknown;
    std::string_view why;
    for (std::size_t run = 0; run < facts_.size(); ++run) {
      if (!facts_[run].commit.empty()) continue;
      unknown.push_back(run);
      if (why.empty()) why = first_bytes(facts_[run].why_no_commit, 200);
    }
    if (unknown.empty()) return;
    add(ComparisonWarning::Kind::unknown_code, {"Unknown code: no commit is recorded of ", listed(unknown),
                                                why.empty() ? "" : " (", why, why.empty() ? "." : ")."});
  }

  void add_flags() {
    std::size_t compared = baseline_;
    for (std::size_t run = 0; run < facts_.size() && !facts_[compared].has_flags; ++run)
      if (facts_[run].has_flags) compared = run;
    Parts differences;
    for (std::size_t run = 0; run < facts_.size(); ++run) {
      if (!facts_[run].has_flags || facts_[run].flags == facts_[compared].flags) continue;
      part_of(differences, difference(facts_[run].flags, facts_[compared].flags)).runs.push_back(run);
    }
    std::string text;
    for (std::size_t i = 0; i < differences.size() && i < most; ++i)
      text += joined({i == 0 ? "" : "; ", listed(differences[i].runs),
                      differences[i].runs.size() == 1 ? " has " : " have ", differences[i].name});
    add_more(text, differences.size(), most);
    if (!text.empty())
      return add(ComparisonWarning::Kind::different_flags,
                 {"Different flags than ", listed({compared}), ": ", text, "."});
    // Without recorded flags the optimisation, which the compiler's macros tell, is compared.
    const Parts kinds = parts_by(&ProvenanceFacts::optimisation);
    if (kinds.size() > 1)
      add(ComparisonWarning::Kind::different_flags, {"Different optimisation: ", beside(kinds, 40), "."});
  }

  /// The flags that are not among `others`; of many the first.
  static std::string without(const std::vector<std::string>& flags, const std::vector<std::string>& others) {
    std::map<std::string, std::size_t> known;
    for (const std::string& flag : others) known.emplace(flag, 0);
    std::string text;
    for (const std::string& flag : flags) {
      if (known.count(flag) != 0) continue;
      if (text.size() > 160) return text + " \xE2\x80\xA6";
      (text += text.empty() ? "" : " ") += first_bytes(flag, 160);
    }
    return text;
  }
  /// "-O0 -g, not -O3"
  static std::string difference(const std::vector<std::string>& flags, const std::vector<std::string>& compared) {
    const std::string more = without(flags, compared), less = without(compared, flags);
    if (more.empty() && less.empty()) return "them in another order or number";
    return joined({more, more.empty() ? "not " : less.empty() ? "" : ", not ", less});
  }

  void add_inputs() {
    std::map<std::string, std::size_t> index_of;
    for (const ProvenanceFacts& run : facts_)
      for (const std::string& name : run.inputs) index_of.emplace(name, index_of.size());
    // The hashes of all inputs of the first run, then of the second, and so on; empty where a run lacks the input.
    std::vector<std::string> contents(index_of.size() * facts_.size());
    for (std::size_t run = 0; run < facts_.size(); ++run)
      for (std::size_t i = 0; i < facts_[run].inputs.size(); ++i)
        contents[run * index_of.size() + index_of[facts_[run].inputs[i]]] = facts_[run].contents[i];
    std::size_t differing = 0;
    for (const auto& [name, index] : index_of) {
      for (std::size_t run = 0; run < texts_.size(); ++run) texts_[run] = contents[run * index_of.size() + index];
      const Parts found = parts();
      if (found.size() < 2 || ++differing > most) continue;
      const std::size_t end = name.rfind(path_mark);
      add(ComparisonWarning::Kind::different_input,
          {"Different input '", first_bytes(std::string_view(name).substr(0, end), 60), "' (",
           std::string_view(name).substr(end + 1), "): ", beside(found, 10), "."});
    }
    if (differing > most)
      add(ComparisonWarning::Kind::different_input, {std::to_string(differing - most), " more inputs differ."});
  }

  const std::vector<ProvenanceFacts>& facts_;
  const std::vector<std::string>& names_;
  std::size_t baseline_;
  std::vector<std::string> texts_;  // one for each run: what parts() groups by
  std::vector<ComparisonWarning> warnings_;
};

}  // namespace erm::detail
