// A verb of the command, as in `erm list`.
//
//   class CountVerb final : public Verb {
//     void declare(CLI::App& app) override { app.add_option("filter", filter_, "Which runs"); }
//     ExitCode run(Session& session) override { ... session.out.line("12"); return ExitCode::yes; }
//     std::string filter_;
//   };
// A new verb gets a line in verbs.hpp.
#pragma once

#include <charconv>
#include <cstddef>
#include <map>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "erm/detail/command/exit_code.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/run/id_rules.hpp"

namespace erm::detail::command {

class Verb {
 public:
  virtual ~Verb() = default;
  /// Adds its arguments and options.
  virtual void declare(CLI::App& app) = 0;
  /// Does its work, after its arguments have been read. Throws erm::Error; a UsageError for arguments that do not fit.
  virtual ExitCode run(Session& session) = 0;
};

/// An option whose values are words.
template <class T, class Into>
CLI::Option* add_choice(CLI::App& app, const std::string& names, Into& into, const std::map<std::string, T>& choices,
                        const std::string& description) {
  const std::string name = names.substr(names.find("--"));
  const auto read = [&into, choices, name](const std::string& word) {
    const auto found = choices.find(word);
    if (found == choices.end()) {
      std::string all;
      for (const auto& [choice, value] : choices) all += (all.empty() ? "" : ", ") + choice;
      throw CLI::ValidationError(name, shown(word) + " is none of " + all);
    }
    into = found->second;
  };
  return app.add_option_function<std::string>(names, read, description)->type_name("WORD");
}

/// The option -n of a verb.
inline void add_limit_option(CLI::App& app, std::size_t& limit, const std::string& description) {
  const auto read = [&limit](const std::string& text) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit == 0)
      throw CLI::ValidationError("--limit", shown(text) + " is no number of runs: give 1 or more");
  };
  app.add_option_function<std::string>("-n,--limit", read, description)->type_name("UINT");
}

/// The option --json of a verb.
inline void add_json_option(CLI::App& app, bool& json) {
  app.add_flag("--json", json, "Write JSON, for programs (docs/command.md)");
}

}  // namespace erm::detail::command
