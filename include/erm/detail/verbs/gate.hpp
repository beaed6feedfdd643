// The verb `gate`: whether a candidate is worse than a baseline, for CI.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/command/run_json.hpp"
#include "erm/detail/command/verb.hpp"
#include "erm/detail/verbs/best.hpp"
#include "erm/gate.hpp"

namespace erm::detail::command {

class GateVerb final : public Verb {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--baseline", baseline_, "The runs to compare with: a filter")->required();
    app.add_option("--candidate", candidate_, "The runs to judge: a filter")->required();
    app.add_option("-m,--metric", options_.metrics, "A metric to test; without any, those with a goal");
    add_choice(app, "-g,--goal", goal_, goal_names(),
               "min or max, for the metrics that are named; without it, by the runs' goals");
    app.add_option("--max-regression", bound_, "How much worse a metric may be, as 2% or 0.02 of the baseline's median");
    app.add_option("--significance", options_.significance, "The greatest p that counts as a difference");
    app.add_flag("--markdown", markdown_, "Write Markdown, for a pull request or the summary of a CI job");
    scope_.declare(app);
    add_json_option(app, json_);
  }

  ExitCode run(Session& session) override {
    options_.max_regression = bound();
    if (!(options_.significance > 0 && options_.significance < 1))
      throw UsageError("--significance lies between 0 and 1");
    if (goal_ && options_.metrics.empty()) throw UsageError("--goal needs the metrics that it is for: --metric");
    if (goal_)
      for (const std::string& metric : options_.metrics) options_.goals[metric] = *goal_;
    FindOptions baseline, candidate;
    baseline.filter = baseline_;
    candidate.filter = candidate_;
    const GateResult result = gate(session.find(baseline, scope_), session.find(candidate, scope_), options_);
    if (json_)
      write_json(session.out, json_of(result));
    else
      session.out.write(markdown_ ? to_markdown(result) : to_text(result));
    return static_cast<ExitCode>(result.exit_code());
  }

 private:
  [[nodiscard]] double bound() const {
    std::string text = bound_;
    const bool is_percent = !text.empty() && text.back() == '%';
    if (is_percent) text.pop_back();
    while (!text.empty() && text.back() == ' ') text.pop_back();
    const std::optional<double> number = parse_number(text);
    if (!number || !(*number >= 0) || !is_finite(*number))
      throw UsageError("cannot read --max-regression " + shown(bound_) + ": give a share of at least 0, as 2% or 0.02");
    return is_percent ? *number / 100 : *number;
  }

  static const char* text_of(GateVerdict verdict) {
    return verdict == GateVerdict::pass ? "pass" : verdict == GateVerdict::regression ? "regression" : "cannot tell";
  }

  static Json json_of(const GateResult& result) {
    Json json = json_document("erm.gate/1");
    json["verdict"] = text_of(result.verdict);
    json["reason"] = result.reason;
    json["max_regression"] = result.max_regression;
    json["metrics"] = Json::array();
    for (const GatedMetric& metric : result.metrics) {
      Json one;
      one["name"] = metric.name;
      one["goal"] = metric.goal == Goal::minimize ? "minimize" : "maximize";
      one["verdict"] = text_of(metric.verdict);
      one["reason"] = metric.reason;
      one["baseline"] = json_of(metric.baseline);
      one["candidate"] = json_of(metric.candidate);
      one["p"] = metric.test.corrected_p;
      one["change"] = json_of(metric.change);
      one["shift"] = json_of(metric.shift);
      json["metrics"].push_back(std::move(one));
    }
    return json;
  }
  static Json json_of(const MetricSummary& summary) {
    Json json;
    json["n"] = summary.n;
    json["mean"] = command::json_of(summary.mean);
    json["deviation"] = command::json_of(summary.deviation);
    return json;
  }
  static Json json_of(const MetricShift& shift) {
    Json json;
    json["estimate"] = command::json_of(shift.estimate);
    json["low"] = command::json_of(shift.low);
    json["high"] = command::json_of(shift.high);
    return json;
  }

  std::string baseline_, candidate_, bound_ = "0";
  std::optional<Goal> goal_;
  GateOptions options_;
  bool markdown_ = false, json_ = false;
  Scope scope_;
};

}  // namespace erm::detail::command
