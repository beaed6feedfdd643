// The verb `check`: whether a registry is whole.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "erm/check.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/command/progress.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/error.hpp"

namespace erm::detail::command {

/// "1,204"
inline std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

/// "1,204 runs", "1 run"
inline std::string count_text(std::uint64_t number, const std::string& what) {
  return with_commas(number) + " " + what + (number == 1 ? "" : "s");
}

class CheckVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("runs", runs_, "The runs to check; without any and without -e and -v, the whole registry and its trash");
    app.add_flag("--repair", options_.repair, "Repair what can be repaired without any loss");
    app.add_flag("--no-hashes", no_hashes_, "Compare the sizes of artifacts, and read none of them");
    scope_.declare(app);
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    options_.hashes = !no_hashes_;
    if (runs_.empty() && !(scope_.experiment.empty() && scope_.variant.empty())) take_runs_of_scope(session);
    RunNames names(session, scope_);
    for (const RunPlace& place : names.places(runs_)) options_.runs.push_back(names.path_in_registry(place, "give --registry URI"));
    const auto began = std::chrono::steady_clock::now();
    const CheckReport report = checked(session.registry());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (json_)
      write_json(session.out, json_of(report));
    else
      write(session.out, report, took.count());
    return report.is_sound() ? ExitCode::yes : ExitCode::no;
  }

 private:
  /// Takes all runs of the experiment and the variant. Without any, the options would mean the whole registry.
  void take_runs_of_scope(Session& session) {
    session.expect_scope(scope_);
    session.each_variant(scope_, [&](const auto& experiment, const auto& variant, const auto& run_ids) {
      for (const std::string& run : run_ids)
        options_.runs.push_back(joined(joined(experiment, variant), run));
    });
    if (options_.runs.empty())
      throw NotFoundError("there are no runs in " + shown(joined(scope_.experiment, scope_.variant)) + " of the registry '" +
                          session.registry() + "'; without --experiment and --variant, all of it is checked");
  }

  CheckReport checked(const std::string& registry) {
    Progress progress;
    Interrupts interrupts;
    const auto began = std::chrono::steady_clock::now();
    options_.on_progress = [&](const CheckProgress& done) {
      progress.show([&] {
        const std::chrono::duration<double> so_far = std::chrono::steady_clock::now() - began;
        std::string line = count_text(done.runs, "run") + ", " + count_text(done.artifacts, "artifact");
        if (done.bytes > 0 && so_far.count() > 0)
          line += ", " + readable_size(done.bytes) + " hashed, " +
                  readable_size(static_cast<std::uint64_t>(static_cast<double>(done.bytes) / so_far.count())) + "/s";
        return line;
      });
      if (interrupts.asked_to_stop())
        throw Error("the check was stopped after " + count_text(done.runs, "run") + "; nothing was left half done");
    };
    return check_registry(registry, options_);
  }

  [[nodiscard]] static std::string_view style_of(const CheckProblem& problem) {
    if (problem.repair == CheckRepair::done) return Style::green;
    if (problem.severity == CheckSeverity::notice) return Style::dim;
    return problem.severity == CheckSeverity::error ? Style::red : Style::yellow;
  }

  /// Writes words in lines that fit the terminal, with `indent` blanks before each but the first.
  static void write_wrapped(Output& out, std::string line, std::size_t width, std::string_view text, std::size_t indent) {
    const std::string plain = plain_text(text);
    bool is_empty = true;  // the line has only what leads it
    for (std::size_t at = 0; at < plain.size();) {
      const std::size_t end = (std::min)(plain.find(' ', at), plain.size());
      const TerminalText word = fitted_to_terminal(std::string_view(plain).substr(at, end - at), std::string_view::npos);
      if (!is_empty && width + 1 + word.width > out.width()) {
        out.line(line);
        line.assign(indent, ' ');
        width = indent;
        is_empty = true;
      }
      if (!is_empty) line += ' ';
      line += word.text;
      width += word.width + (is_empty ? 0 : 1);
      is_empty = false;
      at = end + 1;
    }
    out.line(line);
  }

  static void write_problem(Output& out, const CheckProblem& problem) {
    constexpr std::size_t indent = 11;
    const std::string word = problem.repair == CheckRepair::done ? "repaired" : std::string(to_text(problem.severity));
    std::string lead = "  " + out.styled(word, style_of(problem));
    lead.append(indent - 2 - word.size(), ' ');
    std::string path = problem.path;
    if (!problem.run.empty() && path.rfind(problem.run + "/", 0) == 0) path.erase(0, problem.run.size() + 1);
    if (path == problem.run) path.clear();
    write_wrapped(out, lead, indent, (path.empty() ? "" : path + ": ") + problem.what, indent);
    if (problem.repair != CheckRepair::done)
      write_wrapped(out, std::string(indent, ' '), indent, problem.advice, indent);
  }

  void write(Output& out, const CheckReport& report, double seconds) const {
    std::size_t problems = 0, repaired = 0, possible = 0, notices = 0;
    const std::string* run = nullptr;
    for (const CheckProblem& problem : report.problems) {
      if (problem.repair == CheckRepair::done)
        ++repaired;
      else if (problem.severity == CheckSeverity::notice)
        ++notices;
      else
        ++problems;
      if (problem.repair == CheckRepair::possible) ++possible;
      if (run == nullptr || *run != problem.run) {
        if (run != nullptr) out.line();
        out.line(plain_text(problem.run.empty() ? "registry" : problem.run), Style::bold);
      }
      run = &problem.run;
      write_problem(out, problem);
    }
    if (run != nullptr) out.line();
    std::string line = count_text(report.runs, "run") + ", " + count_text(report.artifacts, "artifact") + " (" +
                       readable_size(report.bytes) + ") checked";
    if (is_terminal(1)) {
      char time[32];
      std::snprintf(time, sizeof time, " in %.1f s", seconds);
      line += time;
    }
    line += ": " + (problems == 0 ? "no problems" : count_text(problems, "problem"));
    if (repaired > 0) line += ", " + with_commas(repaired) + " repaired";
    if (notices > 0) line += ", " + count_text(notices, "notice");
    out.line(line);
    if (possible > 0) out.line(with_commas(possible) + " can be repaired without any loss: --repair");
  }

  [[nodiscard]] Json json_of(const CheckReport& report) const {
    Json json = json_document("erm.check/1");
    json["sound"] = report.is_sound();
    json["hashes"] = options_.hashes;
    json["runs"] = report.runs;
    json["artifacts"] = report.artifacts;
    json["bytes"] = report.bytes;
    json["problems"] = Json::array();
    for (const CheckProblem& problem : report.problems) {
      Json one;
      one["kind"] = std::string(to_text(problem.kind));
      one["severity"] = std::string(to_text(problem.severity));
      one["run"] = problem.run;
      one["path"] = problem.path;
      one["what"] = problem.what;
      one["advice"] = problem.advice;
      one["repair"] = std::string(to_text(problem.repair));
      json["problems"].push_back(std::move(one));
    }
    return json;
  }

  std::vector<std::string> runs_;
  CheckOptions options_;
  bool no_hashes_ = false, json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
