// Reads the XML of Catch2, versions 2 and 3: results of benchmarks and counts of tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/xml.hpp"
#include "erm/detail/import/importer.hpp"
#include "erm/detail/import/mended.hpp"
#include "erm/detail/run/paths.hpp"

namespace erm::detail {

class Catch2Report {
 public:
  Catch2Report(std::string_view text, std::string path, TimePoint time, Importer& importer)
      : path_(std::move(path)), importer_(importer) {
    XmlElements root(text);
    if (!root.next() || (root.name() != "Catch" && root.name() != "Catch2TestRun"))
      throw FormatError("cannot import '" + path_ + "': " +
                        (text.find("<Catch") == std::string_view::npos
                             ? "it is no XML of Catch2; write it with --reporter xml --out " + last_part(path_)
                             : std::string("its XML does not end; the tests crashed, or the file was cut off")));
    RunRecord& record = run_.record;
    const std::string hash = sha256_of(text);
    std::string name = root.attribute("name").value_or("");
    if (name.empty()) name = last_part(path_);
    set_id(record, record.experiment_id, name, "imported.experiment", "tests");
    record.variant_id = "main";
    record.run_id = "catch2_" + hash.substr(0, 16);
    record.timestamp_utc = time;
    record.finished_utc = time;
    for (const auto& [attribute, param] : {std::pair("rng-seed", "rng_seed"), std::pair("filters", "filters")})
      if (const auto value = root.attribute(attribute)) record.params[param] = typed_value(*value);
    if (const auto version = root.attribute("catch2-version")) record.own_provenance()["build"]["catch2"] = *version;
    run_.from = "catch2";
    run_.key = hash;
    run_.digest = hash;
    read(root.inside(), "", 0);
    if (const auto failed = record.metrics.find("tests/failed");
        failed != record.metrics.end() && failed->second != Value(0)) {
      record.status = RunStatus::failed;
      record.failure = failed->second.str() + " of the tests failed";
    }
  }

  void import() {
    importer_.add(std::move(run_), "'" + path_ + "'");
    importer_.show(1, 1);
  }

 private:
  /// The elements of one level. `above` names the test case and the sections.
  void read(XmlElements elements, const std::string& above, int depth) {
    if (depth > 100) throw FormatError("cannot import '" + path_ + "': its sections lie more than 100 deep");
    while (elements.next()) {
      const std::string name = elements.attribute("name").value_or("");
      if (elements.name() == "Group") {
        read(elements.inside(), above, depth + 1);
      } else if (elements.name() == "TestCase" || elements.name() == "Section") {
        read(elements.inside(), above.empty() ? name : above + "/" + name, depth + 1);
      } else if (elements.name() == "BenchmarkResults") {
        read_benchmark(elements, (above.empty() ? "" : above + "/") + name);
      } else if (elements.name() == "Randomness") {
        if (const auto seed = elements.attribute("seed")) run_.record.params["rng_seed"] = typed_value(*seed);
      } else if (above.empty() && elements.name() == "OverallResults") {
        read_counts(elements, "assertions/");
      } else if (above.empty() && elements.name() == "OverallResultsCases") {
        read_counts(elements, "tests/");
      }
    }
  }

  void read_counts(const XmlElements& element, const std::string& prefix) {
    for (const auto& [attribute, metric] : {std::pair("successes", "passed"), std::pair("failures", "failed"),
                                            std::pair("expectedFailures", "expected_failures")})
      if (const auto count = whole_number(element.attribute(attribute).value_or("")))
        run_.record.metrics[prefix + metric] = *count;
  }

  void read_benchmark(const XmlElements& element, const std::string& name) {
    std::map<std::string, Value> metrics;
    std::string why = "it has no mean";
    for (XmlElements part = element.inside(); part.next();) {
      const auto take = [&](const char* attribute, const std::string& metric) {
        if (const auto number = parse_number(part.attribute(attribute).value_or(""))) metrics[metric] = *number;
      };
      if (part.name() == "mean") {
        take("value", name);
        take("lowerBound", name + "/low");
        take("upperBound", name + "/high");
      } else if (part.name() == "standardDeviation") {
        take("value", name + "/stddev");
      } else if (part.name() == "outliers") {
        std::int64_t outliers = 0;
        for (const char* const kind : {"lowMild", "lowSevere", "highMild", "highSevere"})
          outliers += whole_number(part.attribute(kind).value_or("")).value_or(0);
        metrics[name + "/outliers"] = outliers;
      } else if (part.name() == "failed") {
        why = "it failed: " + part.attribute("message").value_or("");
      }
    }
    if (metrics.count(name) == 0) {
      importer_.leave_out("the benchmark '" + name + "' in '" + path_ + "' was left out: " + why);
      return;
    }
    if (run_.record.metrics.count(name) > 0) {
      importer_.leave_out("the benchmark '" + name + "' in '" + path_ + "' was left out: another has its name");
      return;
    }
    Json facts = Json::object();
    for (const char* const key : {"samples", "resamples", "iterations", "clockResolution", "estimatedDuration"})
      if (const auto number = parse_number(element.attribute(key).value_or(""))) facts[key] = *number;
    if (!facts.empty()) run_.record.own_dicts()["benchmarks"][name] = std::move(facts);
    run_.record.metrics.insert(metrics.begin(), metrics.end());
    run_.record.goals[name] = Goal::minimize;
  }

  std::string path_;
  Importer& importer_;
  SourceRun run_;
};

}  // namespace erm::detail
