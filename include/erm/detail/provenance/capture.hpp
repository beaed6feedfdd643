// Collects the provenance of a run from the process, its machine, its build and its code.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/build_facts.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/identity.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/detail/provenance/batch_job.hpp"
#include "erm/detail/provenance/build_record.hpp"
#include "erm/detail/provenance/compiler_facts.hpp"
#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/gpus.hpp"
#include "erm/detail/provenance/loaded_objects.hpp"
#include "erm/detail/provenance/os_facts.hpp"
#include "erm/detail/provenance/secrets.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/json.hpp"
#include "erm/provenance_options.hpp"
#include "erm/version.hpp"

namespace erm::detail {

/// Where to find facts about the system. Tests have other places.
struct SystemPlaces {
  SystemFiles files = SystemFiles();
  std::string nvml = nvml_name;
};

/// What the program may change or unload at any time. Constructed in the program's own thread.
struct ProcessState {
  ProcessState(const ProvenanceOptions& options, const BuildFacts& build_facts) : facts(build_facts) {
    os::take_machine_variables(environment);
    take_job_variables(environment);
    for (const std::string_view name : kept_variables) environment.take(std::string(name));
    for (const std::string& name : options.environment)
      if (!names_a_secret(name)) environment.take(name);
    if (options.code) {
      surroundings = Surroundings::now();
    } else {
      std::error_code error;
      surroundings.working_directory = std::filesystem::current_path(error);
    }
  }

  TimePoint time = now_utc();
  CompilerFacts facts;
  Environment environment;
  Surroundings surroundings;
};

/// The command line in the form that is stored.
inline Json kept_arguments(const std::vector<std::string>& arguments, const std::vector<std::string>& secrets,
                           Json& missing) {
  constexpr std::size_t most = 1000;
  Json kept = Json::array();
  std::size_t repaired = 0;
  for (const std::string& argument : masked_arguments(arguments, secrets)) {
    if (kept.size() == most) {
      miss(missing, "program.arguments", "only the first 1000 of " + std::to_string(arguments.size()) + " are kept");
      break;
    }
    if (!is_utf8(argument)) ++repaired;
    kept.push_back(repaired_utf8(argument));
  }
  if (repaired > 0)
    miss(missing, "program.arguments", std::to_string(repaired) + " are not UTF-8; U+FFFD stands for each such byte");
  return kept;
}

/// Masks the secrets in all texts of `json`. Treats the elements of a list as arguments.
inline void mask_texts(Json& json) {
  if (json.is_string()) {
    json = masked_text(json.get_ref<const std::string&>());
  } else if (json.is_array()) {
    std::vector<std::string> texts;
    for (const Json& part : json)
      if (part.is_string()) texts.push_back(part.get<std::string>());
    if (texts.size() == json.size()) {
      json = json_texts(masked_arguments(texts));
    } else {
      for (Json& part : json) mask_texts(part);
    }
  } else if (json.is_object()) {
    for (Json& part : json) mask_texts(part);
  }
}

class Capture {
 public:
  /// Everything that the options ask for, in about a second at most. Throws only std::bad_alloc.
  static Json of(const ProcessState& process, const ProvenanceOptions& options, const SystemPlaces& places = {}) {
    Capture capture(process, options, places);
    std::optional<Nvml> nvml;
    // First, because it is slow and works in a thread of its own.
    if (options.gpus) capture.guarded("machine.gpus", [&] { nvml.emplace(places.nvml); });
    const auto begin = std::chrono::steady_clock::now();
    capture.all_["captured_utc"] = time_text(process.time);
    capture.all_["erm_version"] = std::string(version);
    capture.program();
    capture.section("build", [&](Json& missing) { return build_section(missing, process.facts); });
    if (options.code) capture.code();
    capture.section("job", [&](Json&) { return job_section(process.environment, places.files); });
    capture.section("environment", [&](Json& missing) {
      return environment_section(process.environment, options.environment, missing);
    });
    capture.machine(nvml ? &*nvml : nullptr, begin + std::chrono::seconds(1));
    if (!capture.missing_.empty()) capture.all_["missing"] = std::move(capture.missing_);
    return std::move(capture.all_);
  }

 private:
  Capture(const ProcessState& process, const ProvenanceOptions& options, const SystemPlaces& places)
      : process_(process), options_(options), places_(places) {}

  /// The system may refuse any query: then the field is missing, with the reason.
  template <class Work>
  void guarded(const std::string& field, Work&& work) {
    try {
      work();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      miss(missing_, field, error.what());
    }
  }
  template <class Make>
  void section(const char* name, Make&& make) {
    guarded(name, [&] {
      Json made = make(missing_);
      if (made.empty()) return;
      mask_texts(made);
      all_[name] = std::move(made);
    });
  }

  void program() {
    section("program", [&](Json& missing) {
      Json program = Json::object();
      if (std::string path = os::executable_path(places_.files, missing); !path.empty())
        program["executable"] = kept_text(path);
      if (options_.arguments) {
        const std::vector<std::string> arguments = os::process_arguments(places_.files, missing);
        if (!arguments.empty()) program["arguments"] = kept_arguments(arguments, options_.secret_arguments, missing);
      }
      if (const std::filesystem::path& here = process_.surroundings.working_directory; !here.empty())
        program["working_directory"] = kept_text(os::utf8_path(here));
      else
        miss(missing, "program.working_directory", "it was removed, or may not be looked at");
      if (const auto pid = leading_number(os::process_number())) program["pid"] = *pid;
      if (options_.libraries) add_loaded_objects(program, missing);
      return program;
    });
  }

  void code() {
    guarded("code", [&] {
      Json code = code_section(missing_, process_.facts.place, process_.surroundings);
      if (code.empty()) return;
      if (!options_.diff) {
        code.erase("diff");
      } else if (const auto diff = code.find("diff"); diff != code.end() && diff->is_string()) {
        // Code contains many names that look like those of secrets, so mask only what has the form of a token.
        const std::string& text = diff->get_ref<const std::string&>();
        std::string masked = without_tokens(text);
        if (masked != text) {
          miss(missing_, "code.diff", "what looks like a token in it is masked");
          *diff = std::move(masked);
        }
      }
      if (const auto remote = code.find("remote"); remote != code.end()) mask_texts(*remote);
      all_["code"] = std::move(code);
    });
  }

  void machine(const Nvml* nvml, std::chrono::steady_clock::time_point deadline) {
    if (!options_.machine && nvml == nullptr) return;
    section("machine", [&](Json& missing) {
      Json machine = Json::object();
      if (options_.machine) {
        machine["host"] = kept_text(os::host_name());
        os::add_machine(machine, places_.files, process_.environment, missing);
      }
      if (nvml != nullptr) {
        const auto left = deadline - std::chrono::steady_clock::now();
        add_gpus(machine, places_.files, *nvml,
                 (std::max)(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(left)),
                 missing);
      }
      return machine;
    });
  }

  const ProcessState& process_;
  const ProvenanceOptions& options_;
  const SystemPlaces& places_;
  Json all_ = Json::object();
  Json missing_ = Json::object();
};

}  // namespace erm::detail
