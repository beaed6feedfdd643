// The verbs `tag` and `note`: what a person says of a run afterwards.
#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/edit.hpp"

namespace erm::detail::command {

class TagVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("run", run_, "The run, or a filter for several")->required();
    app.add_option("tags", tags_, "NAME or NAME=VALUE. Without any, the tags are listed");
    app.add_option("-d,--delete", removed_, "Remove the tag of this name");
    scope_.declare(app);
  }

  ExitCode run(Session& session) override {
    for (const RunPlace& place : RunNames(session, scope_).places(run_)) {
      edit_run(place.uri, [&](RunEdit& run) {
        for (const std::string& tag : tags_) {
          const std::size_t sign = tag.find('=');
          run.set_tag(tag.substr(0, sign), sign == std::string::npos ? std::string() : tag.substr(sign + 1));
        }
        for (const std::string& name : removed_) run.remove_tag(name);
        session.out.line(plain_text(place.path() + ":" + listed(run)));
      });
    }
    return ExitCode::yes;
  }

 private:
  static std::string listed(const RunEdit& run) {
    std::string text;
    for (const auto& [name, value] : run.tags()) text += " " + name + (value.empty() ? "" : "=" + value);
    return text.empty() ? " no tags" : text;
  }

  std::string run_;
  std::vector<std::string> tags_, removed_;
  Scope scope_;
};

class NoteVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("run", run_, "The run")->required();
    text_option_ = app.add_option("text", text_, "Markdown; '-' reads it from stdin. Without it, the note is shown");
    scope_.declare(app);
  }

  ExitCode run(Session& session) override {
    const RunPlace place = RunNames(session, scope_).one_place(run_);
    if (text_option_->count() == 0) {
      const std::string note = load_run_from_path(place.uri).note();
      for (std::size_t begin = 0; begin < note.size();) {
        const std::size_t end = (std::min)(note.find('\n', begin), note.size());
        session.out.line(plain_text(note.substr(begin, end - begin)));
        begin = end + 1;
      }
      return note.empty() ? ExitCode::no : ExitCode::yes;
    }
    if (text_ == "-") text_ = read_stdin();
    edit_run(place.uri, [&](RunEdit& run) { run.set_note(text_); });
    return ExitCode::yes;
  }

 private:
  static std::string read_stdin() {
    std::string text;
    char buffer[4096];
    for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) text.append(buffer, size);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

  std::string run_, text_;
  CLI::Option* text_option_ = nullptr;
  Scope scope_;
};

}  // namespace erm::detail::command
