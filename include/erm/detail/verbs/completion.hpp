// The verb `completion`: a script with which a shell completes verbs and options.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/command/verb.hpp"

namespace erm::detail::command {

/// Text between single quotes for bash, zsh and fish; the texts are our own and have none of '\n' and '\\'.
inline std::string quoted_for_shell(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

struct CompletedOption {
  std::string name, description;  // with its dashes
};

inline std::vector<CompletedOption> completed_options(const CLI::App& app) {
  std::vector<CompletedOption> options;
  for (const CLI::Option* const option : app.get_options())
    for (const std::string& name : option->get_lnames()) options.push_back({"--" + name, option->get_description()});
  return options;
}

class CompletionVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app_ = &app;
    add_choice(app, "--shell", shell_, shells(), "bash, zsh or fish")->required();
  }

  ExitCode run(Session& session) override {
    switch (shell_) {
      case Shell::bash:
        write_bash(session, {});
        break;
      case Shell::zsh:
        write_bash(session, "autoload -U +X bashcompinit && bashcompinit\n");
        break;
      case Shell::fish:
        write_fish(session);
        break;
    }
    return ExitCode::yes;
  }

 private:
  enum class Shell { bash, zsh, fish };

  static const std::map<std::string, Shell>& shells() {
    static const std::map<std::string, Shell> all = {
        {"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};
    return all;
  }

  [[nodiscard]] std::vector<const CLI::App*> verbs() const {
    return std::as_const(*app_->get_parent()).get_subcommands([](const CLI::App*) { return true; });
  }

  /// Files are completed where no word fits. zsh runs the same by its bashcompinit.
  void write_bash(Session& session, std::string_view before) const {
    std::string text(before);
    text += "_erm_complete() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\n  case \"${COMP_WORDS[1]}\" in\n";
    std::string names;
    for (const CLI::App* const verb : verbs()) {
      names += (names.empty() ? "" : " ") + verb->get_name();
      std::string options;
      for (const CompletedOption& option : completed_options(*verb)) options += (options.empty() ? "" : " ") + option.name;
      text += "    " + verb->get_name() + ") words=" + quoted_for_shell(options) + " ;;\n";
    }
    text += "  esac\n  if [ \"$COMP_CWORD\" -eq 1 ]; then words=" + quoted_for_shell(names) + "; fi\n";
    text += "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n";
    text += "complete -o default -F _erm_complete " + quoted_for_shell(session.program()) + "\n";
    session.out.write(text);
  }

  void write_fish(Session& session) const {
    const std::string complete = "complete -c " + quoted_for_shell(session.program());
    std::string text;
    for (const CLI::App* const verb : verbs()) {
      text += complete + " -n __fish_use_subcommand -a " + verb->get_name() + " -d " +
              quoted_for_shell(verb->get_description()) + "\n";
      for (const CompletedOption& option : completed_options(*verb))
        text += complete + " -n '__fish_seen_subcommand_from " + verb->get_name() + "' -l " + option.name.substr(2) +
                " -d " + quoted_for_shell(option.description) + "\n";
    }
    session.out.write(text);
  }

  CLI::App* app_ = nullptr;
  Shell shell_ = Shell::bash;
};

}  // namespace erm::detail::command
