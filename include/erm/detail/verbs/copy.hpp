// The verb `copy`: brings runs of the registry to another one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/copy.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/command/progress.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"

namespace erm::detail::command {

class CopyVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("target", target_, "The registry to copy to; it is created if there is none")->required();
    app.add_option("runs", runs_, std::string("The runs to copy, all without it: ") + how_to_name_runs);
    scope_.declare(app);
    app.add_flag("--overwrite", options_.overwrite,
                 "Move a run of the target that has the same ids and differs to its trash, and copy the new one");
    app.add_flag("--live", options_.live_runs, "Copy also runs that are still being written, as they are now");
    app.add_flag("--dry-run", options_.dry_run, "Compare both registries and write nothing");
    app.add_flag("--no-hashes", no_hashes_, "Compare sizes, and compute no SHA-256");
    app.add_flag("--no-sync", no_sync_, "Do not wait until the disk has each run");
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    const std::string& source = session.registry();
    Session::expect_known_scheme(target_);
    session.expect_scope(scope_);
    options_.experiment = scope_.experiment;
    options_.variant = scope_.variant;
    options_.verify = !no_hashes_;
    options_.durable = !no_sync_;
    options_.on_warning = [&](const std::string& text) { session.warn(text); };
    RunNames names(session, scope_);
    for (const RunPlace& place : names.places(runs_))
      options_.runs.push_back(names.path_in_registry(place, "give its own one: --registry URI"));
    try {
      const CopyReport report = copied(source);
      write(session, report);
      return report.left_out.empty() ? ExitCode::yes : ExitCode::no;  // a name or filter that fits nothing has thrown
    } catch (const CopyError& error) {
      write(session, error.report());
      throw;
    }
  }

 private:
  CopyReport copied(const std::string& source) {
    Progress progress;
    Interrupts interrupts;
    const auto begin = std::chrono::steady_clock::now();
    options_.on_progress = [&](const CopyProgress& now) {
      progress.show([&] {
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        const auto rate = static_cast<std::uint64_t>(static_cast<double>(now.bytes) / (taken.count() + 0.001));
        return std::to_string(now.runs_done) + " of " + std::to_string(now.runs) + " runs, " + readable_size(now.bytes) +
               ", " + readable_size(rate) + "/s";
      });
      if (interrupts.asked_to_stop() && now.runs_done < now.runs)
        throw Error("the copy was stopped after " + std::to_string(now.runs_done) + " of " + std::to_string(now.runs) +
                    " runs, which are whole; the same command goes on");
    };
    return copy_runs(source, target_, options_);
  }

  void write(Session& session, const CopyReport& report) const {
    if (json_) {
      Json json = json_document("erm.copy/1");
      json["dry_run"] = options_.dry_run;
      json["copied"] = report.copied;
      json["there_already"] = report.there_already;
      json["left_out"] = Json::array();
      for (const auto& [uri, reason] : report.left_out) json["left_out"].push_back({{"uri", uri}, {"reason", reason}});
      json["bytes"] = report.bytes;
      return write_json(session.out, json);
    }
    for (const auto& [uri, reason] : report.left_out) session.warn("left out '" + uri + "': " + reason);
    const std::size_t copied = report.copied.size(), left_out = report.left_out.size();
    session.out.line(counted(copied, "run") + (options_.dry_run ? " would be copied (" : " copied (") + readable_size(report.bytes) + "), " +
                     std::to_string(report.there_already.size()) + " there already" +
                     (left_out == 0 ? "" : ", " + std::to_string(left_out) + " left out"));
  }

  std::string target_;
  std::vector<std::string> runs_;
  Scope scope_;
  CopyOptions options_;
  bool no_hashes_ = false, no_sync_ = false, json_ = false;
};

}  // namespace erm::detail::command
