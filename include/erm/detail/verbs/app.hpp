// The command: reads the arguments, lets a verb do its work, and turns what it throws into messages and exit codes.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "erm/detail/base/near_names.hpp"
#include "erm/detail/command/exit_code.hpp"
#include "erm/detail/command/output.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/command/terminal.hpp"
#include "erm/detail/run/names_instead.hpp"
#include "erm/detail/verbs/all_verbs.hpp"
#include "erm/error.hpp"
#include "erm/version.hpp"

namespace erm::detail::command {

class App {
 public:
  explicit App(std::vector<std::string> arguments)
      : arguments_(std::move(arguments)), program_(arguments_.empty() ? "erm" : program_name(arguments_.front())) {
    app_.description("Lists, compares, exports and gates the runs of a registry.");
    app_.name(program_);
    add_common_options(app_);
    app_.set_version_flag("--version", std::string("erm ") + version);
    app_.footer("Runs are named by " + std::string(how_to_name_runs) +
                ".\nThe registry: --registry, else ERM_REGISTRY, else a folder erm-registry here or above." +
                "\nExit codes: 0 yes, 1 the answer is no, 2 wrong arguments, 3 not found, 4 cannot.");
    app_.require_subcommand(0, 1);
    for (const VerbEntry& entry : all_verbs) {
      CLI::App* const app = app_.add_subcommand(entry.name, entry.summary);
      std::unique_ptr<Verb> verb = entry.make();
      verb->declare(*app);
      add_common_options(*app);
      verbs_[app] = std::move(verb);
    }
  }

  ExitCode run() {
    Session session(program_, common_);
    try {
      const ExitCode code = parse_and_run(session);
      session.out.flush();
      return code;
    } catch (const ReaderHasLeft&) {
      return ExitCode::yes;
    } catch (const UsageError& error) {
      return failed(session, error.what(), ExitCode::usage);
    } catch (const NotFoundError& error) {
      return failed(session, error.what(), ExitCode::not_found);
    } catch (const Error& error) {
      return failed(session, error.what(), ExitCode::cannot);
    } catch (const std::bad_alloc&) {
      return failed(session, "there is not enough memory", ExitCode::cannot);
    }
  }

 private:
  static std::string program_name(const std::string& path) {
    const std::size_t slash = path.find_last_of("/\\");
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    return name.empty() ? "erm" : name;
  }

  void add_common_options(CLI::App& app) {
    app.add_option("-r,--registry", common_.registry, "The registry: a folder or a URI")->group("Common options");
    const std::map<std::string, ColorChoice> choices = {
        {"auto", ColorChoice::automatic}, {"always", ColorChoice::always}, {"never", ColorChoice::never}};
    add_choice(app, "--color", common_.color, choices, "auto, always or never")->group("Common options");
    app.add_flag("--no-cache", common_.no_cache, "Read every run, and keep nothing for later searches")
        ->group("Common options");
  }

  ExitCode parse_and_run(Session& session) {
    try {
      expect_a_verb();
      std::vector<std::string> reversed(arguments_.rbegin(), arguments_.rend());
      if (!reversed.empty()) reversed.pop_back();
      app_.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
      session.out.write(help());
      return ExitCode::yes;
    } catch (const CLI::CallForVersion& version_asked) {
      session.out.line(version_asked.what());
      return ExitCode::yes;
    } catch (const CLI::ParseError& error) {
      throw UsageError(error.what() + option_instead(error) + "; " + program_ + chosen_name() + " --help tells the options");
    }
    session.out.set_color(common_.color);
    if (chosen() != nullptr) return verbs_.at(chosen())->run(session);
    session.out.write(help());
    return ExitCode::usage;
  }

  /// Throws UsageError if the first argument that is no option is no verb.
  void expect_a_verb() const {
    for (std::size_t i = 1; i < arguments_.size(); ++i) {
      const std::string& argument = arguments_[i];
      if (argument == "-r" || argument == "--registry" || argument == "--color") {
        ++i;
        continue;
      }
      if (!argument.empty() && argument.front() == '-') continue;
      std::vector<std::string> names;
      for (const VerbEntry& entry : all_verbs) {
        if (argument == entry.name) return;
        names.emplace_back(entry.name);
      }
      const std::vector<std::string> instead = near_names(argument, names);
      throw UsageError("there is no verb " + shown(argument) +
                       (instead.empty() ? "; " + program_ + " --help lists all" : names_instead(argument, names)));
    }
  }

  [[nodiscard]] const CLI::App* chosen() const {
    const std::vector<CLI::App*> chosen = app_.get_subcommands();
    return chosen.empty() ? nullptr : chosen.front();
  }
  [[nodiscard]] std::string chosen_name() const { return chosen() == nullptr ? "" : " " + chosen()->get_name(); }
  /// That of the chosen verb, with the whole name in its usage.
  [[nodiscard]] std::string help() const { return app_.help(); }

  /// For an option that does not exist: those with similar names.
  [[nodiscard]] std::string option_instead(const CLI::ParseError& error) const {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError)) return {};
    const CLI::App* const app = chosen() == nullptr ? &app_ : chosen();
    std::vector<std::string> names;
    for (const CLI::Option* const option : app->get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& argument : arguments_) {
      if (argument.rfind("--", 0) != 0) continue;
      const std::string asked = argument.substr(0, argument.find('='));
      if (std::find(names.begin(), names.end(), asked) != names.end()) continue;
      const std::vector<std::string> instead = near_names(asked, names, 1);
      if (!instead.empty()) return "; did you mean " + instead.front() + "?";
    }
    return {};
  }

  /// What has been written so far still reaches stdout, before the message.
  static ExitCode failed(Session& session, const std::string& message, ExitCode code) {
    try {
      session.out.flush();
    } catch (const ReaderHasLeft&) {
      // The message goes to stderr.
    } catch (const Error& error) {
      session.warn(error.what());
    }
    session.warn_lines(message);
    return code;
  }

  std::vector<std::string> arguments_;
  std::string program_;
  CommonOptions common_;
  CLI::App app_;
  std::map<const CLI::App*, std::unique_ptr<Verb>> verbs_;
};

}  // namespace erm::detail::command
