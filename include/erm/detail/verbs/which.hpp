// The verb `which`: the run that made a file.
#pragma once

#include <optional>
#include <string>

#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/provenance.hpp"

namespace erm::detail::command {

class WhichVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", file_, "A file that a run may have logged, whatever its name is now")->required();
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    const std::optional<ExperimentRun> maker = run_that_made(session.registry(), file_);
    if (json_) {
      Json json = json_document("erm.which/1");
      json["run"] = nullptr;
      if (maker) json["run"] = json_of(*maker, uri_of_run(session.registry(), *maker));
      write_json(session.out, json);
    } else if (maker) {
      session.out.line(plain_text(uri_of_run(session.registry(), *maker)));
    } else {
      session.warn("no run of the registry '" + session.registry() + "' logged a file with this content");
    }
    return maker ? ExitCode::yes : ExitCode::no;
  }

 private:
  std::string file_;
  bool json_ = false;
};

}  // namespace erm::detail::command
