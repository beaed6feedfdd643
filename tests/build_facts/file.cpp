// One of two files of a program that are compiled differently: begins runs, which must record how this file was
// compiled.
//   FILE_NAME   the name of its function
#include <cstdio>
#include <string>
#include <vector>

#include "erm/json.hpp"
#include "erm/live_run.hpp"
#include "erm/provenance.hpp"
#include "erm/registry.hpp"

bool FILE_NAME();

namespace {

#ifdef __OPTIMIZE__
const std::string optimisation = "on";
#else
const std::string optimisation = "off";
#endif

/// Internal linkage, or the linker would keep that of one file.
std::vector<std::string> definitions() {
  return {
#ifdef NDEBUG
      "NDEBUG",
#endif
#ifdef _GLIBCXX_DEBUG
      "_GLIBCXX_DEBUG",
#endif
#ifdef _GLIBCXX_ASSERTIONS
      "_GLIBCXX_ASSERTIONS",
#endif
  };
}

bool is_of_this_file(const erm::ExperimentRun& run, const char* what) {
  const erm::Json& build = run.provenance().at("build");
  const bool is_right = build.at("optimisation") == optimisation && build.at("definitions") == definitions();
  if (!is_right)
    std::printf("%s of the file with optimisation %s says %s\n", what, optimisation.c_str(), build.dump().c_str());
  return is_right;
}

/// Without what is slow and not asked for here.
erm::ProvenanceOptions build_only() {
  erm::ProvenanceOptions options;
  options.gpus = options.code = options.machine = options.libraries = false;
  return options;
}

}  // namespace

bool FILE_NAME() {
  const std::string registry = "memory://" + optimisation;
  erm::LiveOptions options;
  options.provenance_options = build_only();
  erm::LiveRun live(registry, "live", options);
  live.finish();
  erm::ExperimentRun run("run");
  run.capture_provenance(build_only());
  const bool live_is_right = is_of_this_file(erm::load_run_from_path(live.uri()), "A live run");
  return is_of_this_file(run, "A run") && live_is_right;
}
