// What of the runs' provenance makes them hard to compare, in words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/provenance_rows.hpp"
#include "erm/group_by.hpp"

namespace erm::detail {

struct ComparisonWarning {
  enum class Kind : std::uint8_t {
    different_code,        // commits differ, or what was not committed
    uncommitted_code,      // built from changes that no commit holds
    unknown_code,          // of some runs a commit is recorded, of others not
    different_build_type,  // Debug beside Release
    different_compiler,
    different_flags,  // or definitions, optimisation, C++ standard
    different_input   // one name, other content
  };
  Kind kind = Kind::different_code;
  std::string text;  // one line, which names the runs
};

/// What is compared of one run's provenance.
struct ProvenanceFacts {
  bool is_recorded = false;
  bool is_code_of_build = false;  // else as git had it when the run began
  std::string commit, why_no_commit;
  bool is_dirty = false;
  std::string changes;    // the hash of what was not committed; "?" where it was not recorded
  std::string_view diff;  // into the run's provenance
  std::string build_type, compiler, optimisation;
  bool has_flags = false;
  std::vector<std::string> flags;
  std::vector<std::string> inputs, contents;  // names, each with the kind of its hash, and the hashes
};

template <class J>
ProvenanceFacts provenance_facts(const J& provenance) {
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
  const J* const dirty = entry_at(provenance, {"code", "dirty"});
  facts.is_dirty = !facts.diff.empty() || !facts.changes.empty() ||
                   (dirty != nullptr && dirty->is_boolean() && dirty->template get<bool>());
  if (facts.changes.empty() && !facts.diff.empty())
    facts.changes = sha256_of(facts.diff);
  else if (facts.changes.empty() && facts.is_dirty)
    facts.changes = "?";
  facts.build_type = text("build", "build_type");
  facts.compiler = text("build", "compiler");
  facts.optimisation = text("build", "optimisation");
  const J* const flags = entry_at(provenance, {"build", "flags"});
  facts.has_flags = flags != nullptr && is_list_of_texts(*flags);
  const auto add_list = [&](const J* list, const char* prefix) {
    if (list == nullptr || !is_list_of_texts(*list)) return;
    for (const J& part : *list) facts.flags.push_back(prefix + part.template get_ref<const std::string&>());
  };
  if (facts.has_flags) {
    add_list(flags, "");
    add_list(entry_at(provenance, {"build", "definitions"}), "-D");
  }
  if (const J* const inputs = entry_at(provenance, {"inputs"}); inputs != nullptr && inputs->is_object()) {
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

/// Writes the warnings, those about all runs before those about some.
class ProvenanceWarnings {
 public:
  ProvenanceWarnings(const std::vector<ProvenanceFacts>& facts, const std::vector<std::string>& names,
                     std::size_t baseline)
      : facts_(facts), names_(names), baseline_(baseline) {}

  std::vector<ComparisonWarning> write() {
    using Kind = ComparisonWarning::Kind;
    const Parts commits = parts([](const ProvenanceFacts& run) { return run.commit; });
    if (commits.size() > 1)
      add(Kind::different_code, different_code() + beside(commits, 10) + ".");
    else if (commits.size() == 1)
      add_changes(commits[0].name);
    add_dirty();
    if (!commits.empty()) add_unknown();
    const Parts types = parts([](const ProvenanceFacts& run) { return run.build_type; });
    if (types.size() > 1) {
      std::string text;
      for (std::size_t i = 0; i < types.size() && i < most; ++i)
        (text += i == 0 ? "" : " beside ") += first_bytes(types[i].name, 40);
      add(Kind::different_build_type, text + ": " + beside(types, 40) + ".");
    }
    const Parts compilers = parts([](const ProvenanceFacts& run) { return run.compiler; });
    if (compilers.size() > 1) add(Kind::different_compiler, "Different compilers: " + beside(compilers, 60) + ".");
    add_flags();
    add_inputs();
    return std::move(warnings_);
  }

 private:
  static constexpr std::size_t most = 4;  // runs, or groups of them, that are named
  /// Runs that have a text in common, which is their name.
  using Parts = std::vector<GroupOfRuns>;

  void add(ComparisonWarning::Kind kind, std::string text) { warnings_.push_back({kind, std::move(text)}); }

  static GroupOfRuns& part_of(Parts& parts, const std::string& text) {
    for (GroupOfRuns& part : parts)
      if (part.name == text) return part;
    parts.push_back({text, {}});
    return parts.back();
  }
  /// The runs by the text that `text_of` gives of each, those of the baseline first, those without one left out.
  template <class TextOf>
  [[nodiscard]] Parts parts(const TextOf& text_of) const {
    Parts found;
    if (const std::string text = text_of(facts_[baseline_]); !text.empty()) part_of(found, text);
    for (std::size_t run = 0; run < facts_.size(); ++run)
      if (const std::string text = text_of(facts_[run]); !text.empty()) part_of(found, text).runs.push_back(run);
    return found;
  }

  [[nodiscard]] std::string listed(const std::vector<std::size_t>& runs) const {
    const std::size_t named = runs.size() == most + 1 ? runs.size() : std::min(runs.size(), most);
    std::string text;
    for (std::size_t i = 0; i < named; ++i) {
      text += i == 0 ? "" : i + 1 == runs.size() ? " and " : ", ";
      text += first_bytes(names_[runs[i]], 60);
    }
    if (runs.size() > named) text += " and " + std::to_string(runs.size() - named) + " more";
    return text;
  }
  /// "Debug (a, b) beside Release (c)", of each part so many bytes.
  [[nodiscard]] std::string beside(const Parts& parts, std::size_t most_bytes) const {
    std::string text;
    for (std::size_t i = 0; i < parts.size() && i < most; ++i) {
      (text += i == 0 ? "" : " beside ") += first_bytes(parts[i].name, most_bytes);
      text += " (" + listed(parts[i].runs) + ")";
    }
    if (parts.size() > most) text += " and " + std::to_string(parts.size() - most) + " more";
    return text;
  }

  [[nodiscard]] std::string different_code() const {
    for (const ProvenanceFacts& run : facts_)
      if (!run.commit.empty() && !run.is_code_of_build)
        return "Different code (not that of the build, but of the work tree when the run began): ";
    return "Built from different code: ";
  }

  void add_changes(const std::string& commit) {
    const Parts changes = parts([&](const ProvenanceFacts& run) {
      return run.commit.empty() ? std::string() : !run.is_dirty ? std::string("none") : run.changes;
    });
    if (changes.size() < 2) return;
    add(ComparisonWarning::Kind::different_code,
        different_code() + "commit " + std::string(first_bytes(commit, 10)) +
            " with different changes that are not committed: " + beside(changes, 10) + ".");
  }

  void add_dirty() {
    std::vector<std::size_t> dirty, unknown;
    for (std::size_t run = 0; run < facts_.size(); ++run) {
      if (!facts_[run].is_dirty) continue;
      dirty.push_back(run);
      if (facts_[run].diff.empty()) unknown.push_back(run);
    }
    if (dirty.empty()) return;
    std::string text = "Dirty work tree: no commit holds the code of " + listed(dirty);
    if (!unknown.empty())
      text += unknown.size() == dirty.size() ? ", and its changes are not recorded"
                                             : ", and the changes of " + listed(unknown) + " are not recorded";
    add(ComparisonWarning::Kind::uncommitted_code, text + ".");
  }

  void add_unknown() {
    std::vector<std::size_t> unknown;
    std::string why;
    for (std::size_t run = 0; run < facts_.size(); ++run) {
      if (!facts_[run].commit.empty()) continue;
      unknown.push_back(run);
      if (why.empty()) why = first_bytes(facts_[run].why_no_commit, 200);
    }
    if (unknown.empty()) return;
    add(ComparisonWarning::Kind::unknown_code,
        "Unknown code: no commit is recorded of " + listed(unknown) + (why.empty() ? "." : " (" + why + ")."));
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
    for (std::size_t i = 0; i < differences.size() && i < most; ++i) {
      const auto& [difference, runs] = differences[i];
      text += (i == 0 ? "" : "; ") + listed(runs) + (runs.size() == 1 ? " has " : " have ") + difference;
    }
    if (differences.size() > most) text += "; and " + std::to_string(differences.size() - most) + " more";
    if (!text.empty()) {
      add(ComparisonWarning::Kind::different_flags, "Different flags than " + listed({compared}) + ": " + text + ".");
      return;
    }
    // The compiler's macros tell this much.
    const Parts kinds = parts([](const ProvenanceFacts& run) { return run.optimisation; });
    if (kinds.size() > 1)
      add(ComparisonWarning::Kind::different_flags, "Different optimisation: " + beside(kinds, 40) + ".");
  }

  /// "-O0 -g, not -O3"
  static std::string difference(const std::vector<std::string>& flags, const std::vector<std::string>& compared) {
    const auto without = [](const std::vector<std::string>& from, const std::vector<std::string>& what) {
      std::string text;
      for (const std::string& flag : from) {
        bool is_known = false;
        for (const std::string& known : what) is_known = is_known || known == flag;
        if (is_known) continue;
        if (text.size() > 160) return text + " \xE2\x80\xA6";
        text += (text.empty() ? "" : " ") + std::string(first_bytes(flag, 160));
      }
      return text;
    };
    const std::string more = without(flags, compared), less = without(compared, flags);
    if (more.empty() && less.empty()) return "them in another order or number";
    return more + (more.empty() ? "not " : less.empty() ? "" : ", not ") + less;
  }

  void add_inputs() {
    std::map<std::string, std::size_t> names;
    for (const ProvenanceFacts& run : facts_)
      for (const std::string& name : run.inputs) names.emplace(name, 0);
    std::size_t differing = 0;
    for (const auto& [name, unused] : names) {
      const Parts contents = parts([&wanted = name](const ProvenanceFacts& run) {
        for (std::size_t i = 0; i < run.inputs.size(); ++i)
          if (run.inputs[i] == wanted) return run.contents[i];
        return std::string();
      });
      if (contents.size() < 2 || ++differing > most) continue;
      add(ComparisonWarning::Kind::different_input,
          "Different input '" + std::string(first_bytes(std::string_view(name).substr(0, name.rfind(path_mark)), 60)) +
              "' (" + name.substr(name.rfind(path_mark) + 1) + "): " + beside(contents, 10) + ".");
    }
    if (differing > most)
      add(ComparisonWarning::Kind::different_input, std::to_string(differing - most) + " more inputs differ.");
  }

  const std::vector<ProvenanceFacts>& facts_;
  const std::vector<std::string>& names_;
  std::size_t baseline_;
  std::vector<ComparisonWarning> warnings_;
};

}  // namespace erm::detail
