// The bodies of the calls of RunLogger that record where a run came from.
#pragma once

#include <filesystem>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "erm/detail/provenance/capture.hpp"
#include "erm/detail/provenance/input_facts.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/provenance_merge.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"
#include "erm/provenance_options.hpp"

namespace erm::detail {

template <class Run>
struct ProvenanceCalls {
  static void capture(Run& run, const ProvenanceOptions& options) {
    if (run.ignores_all()) return;
    run.await_capture();
    Json captured = Capture::of(ProcessState(options, build_facts_of_this_file()), options);
    run.change_record([&](RunRecord& record) { put_capture(record.own_provenance(), std::move(captured), false); });
  }

  static void log_input(Run& run, std::string_view name, const std::filesystem::path& path, InputHash hash) {
    if (run.ignores_all()) return;
    put(run, "inputs", name, input_facts(path, hash));
  }

  template <class Integer>
  static void log_seed(Run& run, std::string_view name, Integer seed) {
    if (!run.ignores_all()) put(run, "seeds", name, Json(seed));
  }

  template <class Engine>
  static void log_rng(Run& run, std::string_view name, const Engine& engine) {
    if (run.ignores_all()) return;
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << engine;
    put(run, "rngs", name, Json(text.str()));
  }

  template <class Engine>
  static bool restore_rng(const Run& run, std::string_view name, Engine& engine) {
    if (run.ignores_all()) return false;
    std::string state;
    bool is_there = false;
    run.look_at_record([&](const RunRecord& record) {
      const Json& provenance = record.provenance();
      const auto rngs = provenance.find("rngs");
      if (rngs == provenance.end() || !rngs->is_object()) return;
      const auto found = rngs->find(repaired_utf8(name));
      if (found == rngs->end() || !found->is_string()) return;
      state = found->template get<std::string>();
      is_there = true;
    });
    if (!is_there) return false;
    std::istringstream text(state);
    text.imbue(std::locale::classic());
    Engine restored = engine;
    text >> restored;
    if (text.fail() || !(text >> std::ws).eof()) {
      throw FormatError(
          "cannot restore the random engine " + shown(name) + ": its state, " + shown(state) +
          ", is not one of this type; give the type that it was logged of, built with the same standard " + "library");
    }
    engine = std::move(restored);
    return true;
  }

 private:
  static void put(Run& run, const char* section, std::string_view name, Json value) {
    run.change_record([&](RunRecord& record) {
      Json& all = record.own_provenance()[section];
      if (!all.is_object()) all = Json::object();
      all[repaired_utf8(name)] = std::move(value);
    });
  }
};

}  // namespace erm::detail
