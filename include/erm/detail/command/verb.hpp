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
#include <optional>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/command/exit_code.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/value.hpp"

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

/// An option for the name of a file to write.
inline CLI::Option* add_output_option(CLI::App& app, const std::string& names, std::string& into,
                                      const std::string& description) {
  const std::string name = names.substr(names.find("--"));
  const auto read = [&into, name](const std::string& file) {
    if (file.empty()) throw CLI::ValidationError(name, "give the name of a file, not an empty one");
    into = file;
  };
  return app.add_option_function<std::string>(names, read, description)->type_name("FILE");
}

/// What the numbers of an option must be. CLI::Range lets NaN pass.
inline CLI::Validator number_from_to(double least, double most) {
  const std::string range = Value(least).str() + " to " + Value(most).str();
  const auto fault = [=](const std::string& text) {
    const std::optional<double> number = parse_number(text);
    const bool is_within = number && *number >= least && *number <= most;
    return is_within ? std::string() : "give a number from " + range + ", not " + shown(text);
  };
  return CLI::Validator(fault, "from " + range);
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
