// Tests and benchmarks of Catch2 that are logged as they run: one run, with the names that import_catch2 gives, and the
// provenance of this process.
//
//   #define CATCH_CONFIG_MAIN                       // Catch2 2; with Catch2 3 include <catch2/catch_all.hpp>
//   #include <catch2/catch.hpp>
//   #include <erm/catch2.hpp>
//
//   using erm::Catch2Listener;                      // logs to the registry that the variable ERM_REGISTRY names
//   CATCH_REGISTER_LISTENER(Catch2Listener)
//
// Needs Catch2 2.9 or later, or 3, and is empty without it. Includes nothing of it: the user's file does, before; of
// Catch2 2 that is the file that defines CATCH_CONFIG_MAIN, CATCH_CONFIG_RUNNER or CATCH_CONFIG_EXTERNAL_INTERFACES.
#pragma once

#include "erm/import.hpp"

#if defined(CATCH_CONFIG_EXTERNAL_INTERFACES) || defined(CATCH_REPORTER_EVENT_LISTENER_HPP_INCLUDED)

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "erm/experiment_run.hpp"
#include "erm/json.hpp"
#include "erm/provenance.hpp"

namespace erm {

namespace detail {
#ifdef CATCH_REPORTER_EVENT_LISTENER_HPP_INCLUDED
using Catch2Base = Catch::EventListenerBase;
#else
using Catch2Base = Catch::TestEventListenerBase;
#endif

/// What import_catch2 reads of a report.
class Catch2Xml {
 public:
  using Attributes = std::initializer_list<std::pair<const char*, Value>>;

  void begin(const std::string& name, std::uint64_t seed) {
    text_.clear();
    open("Catch2TestRun", {{"name", name}, {"rng-seed", seed}});
  }
  void begin_section(const std::string& name) { open("Section", {{"name", name}}); }
  void end_section() { text_ += "</Section>"; }
  void begin_benchmark(const std::string& name, Attributes facts) {
    open("BenchmarkResults", {{"name", name}});
    text_.pop_back();
    add_attributes(facts);
    text_ += '>';
  }
  void end_benchmark() { text_ += "</BenchmarkResults>"; }
  void add(const char* element, Attributes attributes) {
    open(element, attributes);
    text_.insert(text_.size() - 1, 1, '/');
  }
  [[nodiscard]] std::string take() { return std::exchange(text_, std::string()) + "</Catch2TestRun>"; }

 private:
  void open(const char* element, Attributes attributes) {
    (text_ += '<') += element;
    add_attributes(attributes);
    text_ += '>';
  }
  void add_attributes(Attributes attributes) {
    for (const auto& [name, value] : attributes) {
      ((text_ += ' ') += name) += "=\"";
      for (const char c : value.str()) {
        if (c == '"' || c == '&' || c == '<' || c == '>' || static_cast<unsigned char>(c) < ' ')
          text_ += "&#" + std::to_string(static_cast<int>(c)) + ";";
        else
          text_ += c;
      }
      text_ += '"';
    }
  }

  std::string text_;
};

}  // namespace detail

/// Saves a run when all tests have run. Derive from it to say where, or to set options. Does nothing if registry_uri()
/// is empty, as it is by default without the variable ERM_REGISTRY. If the run cannot be saved, a line on stderr says
/// so: the tests' result stays what it is.
class Catch2Listener : public detail::Catch2Base {
 public:
  using detail::Catch2Base::Catch2Base;

  [[nodiscard]] virtual std::string registry_uri() const {
    const char* const variable = std::getenv("ERM_REGISTRY");
    return variable != nullptr ? variable : "";
  }
  [[nodiscard]] virtual ImportOptions options() const { return {}; }

  void testRunStarting(const Catch::TestRunInfo& info) override {
    detail::Catch2Base::testRunStarting(info);
    began_ = std::chrono::time_point_cast<TimePoint::duration>(std::chrono::system_clock::now());
    xml_.begin(std::string(info.name), m_config->rngSeed());
  }
  void sectionStarting(const Catch::SectionInfo& info) override {  // the first of a test case is the test case
    detail::Catch2Base::sectionStarting(info);
    xml_.begin_section(std::string(info.name));
  }
  void sectionEnded(const Catch::SectionStats& stats) override {
    xml_.end_section();
    detail::Catch2Base::sectionEnded(stats);
  }
#if defined(CATCH_CONFIG_ENABLE_BENCHMARKING) || defined(CATCH_REPORTER_EVENT_LISTENER_HPP_INCLUDED)
  void benchmarkEnded(const Catch::BenchmarkStats<>& stats) override {
    detail::Catch2Base::benchmarkEnded(stats);
    const auto& info = stats.info;
    xml_.begin_benchmark(info.name, {{"samples", static_cast<double>(info.samples)},
                                     {"resamples", static_cast<double>(info.resamples)},
                                     {"iterations", static_cast<double>(info.iterations)},
                                     {"clockResolution", info.clockResolution},
                                     {"estimatedDuration", info.estimatedDuration}});
    for (const auto& [part, estimate] :
         {std::pair("mean", &stats.mean), std::pair("standardDeviation", &stats.standardDeviation)})
      xml_.add(part, {{"value", estimate->point.count()},
                      {"lowerBound", estimate->lower_bound.count()},
                      {"upperBound", estimate->upper_bound.count()}});
    xml_.add("outliers", {{"lowMild", stats.outliers.low_mild},
                          {"lowSevere", stats.outliers.low_severe},
                          {"highMild", stats.outliers.high_mild},
                          {"highSevere", stats.outliers.high_severe}});
    xml_.end_benchmark();
  }
#endif
  void testRunEnded(const Catch::TestRunStats& stats) override {
    for (const auto& [name, counts] : {std::pair("OverallResults", &stats.totals.assertions),
                                       std::pair("OverallResultsCases", &stats.totals.testCases)})
      xml_.add(name, {{"successes", static_cast<std::int64_t>(counts->passed)},
                      {"failures", static_cast<std::int64_t>(counts->failed)},
                      {"expectedFailures", static_cast<std::int64_t>(counts->failedButOk)}});
    save();
    detail::Catch2Base::testRunEnded(stats);
  }

 private:
  void save() {
    try {
      const std::string uri = registry_uri();
      if (uri.empty()) return;
      ExperimentRun here("tests");
      here.capture_provenance();
      const ImportResult result = detail::import_tests_of_process(xml_.take(), "the tests of this process", began_, uri,
                                                                  options(), here.provenance());
      for (const std::string& sentence : result.left_out) std::fprintf(stderr, "%s\n", sentence.c_str());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the tests were not logged: %s\n", error.what());
    }
  }

  detail::Catch2Xml xml_;
  TimePoint began_;
};

}  // namespace erm

#endif
