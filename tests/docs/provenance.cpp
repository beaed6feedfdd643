// The snippets of docs/provenance.md, and what each of them leaves in its run.
#include <erm/erm.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

void train_one_epoch(std::mt19937& random) { random.discard(100); }

/// With the files that the snippets speak of.
struct InputDirectory : erm_test::WorkingDirectory {
  InputDirectory() {
    std::filesystem::create_directory("images");
    for (const char* const file : {"digits.csv", "model.bin", "archive.bin", "images/a.png", "found-somewhere.bin"})
      std::ofstream(file) << "content";
  }
};

}  // namespace

TEST_CASE("docs/provenance.md: a live run that says where it came from, and the run that made a file") {
  const InputDirectory directory;
  const std::mt19937 random(42);
  {
    erm::LiveRun run("erm-registry", "digits");              // records the program, its machine, its build and its code
    run.log_input("train set", "digits.csv");                // path, size, SHA-256; nothing is copied
    run.log_seed(42);
    run.log_rng("shuffle", random);                          // a std::mt19937, as it is now
    run.log_artifact("model.bin", "model");                  // its SHA-256 is kept, too
    run.finish();
  }
  const erm::Json provenance = erm::load_run_from_registry("erm-registry", "digits").provenance();
  CHECK(provenance.at("inputs").at("train set").at("size") == 7);
  for (const char* const section : {"program", "machine", "build", "seeds", "rngs"}) CHECK(provenance.contains(section));

  if (std::optional<erm::ExperimentRun> maker = erm::run_that_made("erm-registry", "found-somewhere.bin"))
    std::printf("made by %s/%s/%s\n", maker->experiment_id().c_str(), maker->variant_id().c_str(), maker->run_id().c_str());
  CHECK(erm::run_that_made("erm-registry", "found-somewhere.bin")->experiment_id() == "digits");
}

TEST_CASE("docs/provenance.md: an ExperimentRun captures its process where it is told to") {
  const InputDirectory directory;
  erm::ExperimentRun run("digits", "baseline");
  run.capture_provenance();                                // erm/provenance.hpp, or erm.hpp with all the rest

  const erm::Json& where = run.provenance();
  std::printf("on %s\n", where.at("machine").at("host").get<std::string>().c_str());
  const erm::Json missing = where.value("missing", erm::Json::object());
  for (const auto& [field, why] : missing.items())
    std::printf("%s is not known: %s\n", field.c_str(), why.get<std::string>().c_str());
  CHECK(where.at("program").contains("pid"));
}

TEST_CASE("docs/provenance.md: what is kept out, and what is kept beside the default") {
  const InputDirectory directory;
  ::setenv("SOLVER_MODE", "fast", 1);
  {
    erm::LiveOptions options;
    options.provenance_options.environment = {"SOLVER_MODE"};       // beside the default ones
    options.provenance_options.secret_arguments = {"-p"};           // beside what looks like a secret
    options.provenance_options.gpus = false;                        // each costly part has a switch
    options.provenance = true;                                      // false: nothing is recorded
    erm::LiveRun run("erm-registry", "digits", options);
  }
  ::unsetenv("SOLVER_MODE");
  CHECK(erm::load_run_from_registry("erm-registry", "digits").provenance().at("environment").at("SOLVER_MODE") == "fast");
}

TEST_CASE("docs/provenance.md: inputs") {
  const InputDirectory directory;
  erm::ExperimentRun run("digits");
  run.log_input("train set", "digits.csv");
  run.log_input("images", "images");                              // a folder, with all below it
  run.log_input("archive", "archive.bin", erm::InputHash::fingerprint);
  run.log_input("remote", "s3://bucket/validation.csv");          // the text alone is kept
  const erm::Json& inputs = run.provenance().at("inputs");
  CHECK(inputs.at("train set").contains("sha256"));
  CHECK(inputs.at("images").at("files") == 1);
  CHECK(inputs.at("archive").contains("fingerprint"));
  CHECK(inputs.at("remote").at("path") == "s3://bucket/validation.csv");
}

TEST_CASE("docs/provenance.md: seeds, and engines that go on") {
  const InputDirectory directory;
  for (int job = 0; job < 2; ++job) {
    erm::LiveOptions options;
    options.run_id = "job-4711";
    options.resume = true;
    erm::LiveRun run("erm-registry", "digits", options);
    std::mt19937 random(42);
    if (!run.restore_rng("shuffle", random)) run.log_seed("shuffle", 42);   // false in the first job
    for (int epoch = 0; epoch < 10; ++epoch) {
      train_one_epoch(random);
      run.log_rng("shuffle", random);                               // a resumed job goes on from here
    }
  }
  std::mt19937 random, expected(42);
  expected.discard(2000);
  CHECK(erm::load_run_from_registry("erm-registry", "digits").restore_rng("shuffle", random));
  CHECK(random == expected);
}

TEST_CASE("docs/provenance.md: what the system was doing") {
  const InputDirectory directory;
  {
    erm::LiveOptions options;
    options.system_metrics = true;
    options.system_metrics_interval = std::chrono::seconds(10);     // the default
    erm::LiveRun run("erm-registry", "digits", options);
    run.flush();
  }
  CHECK(erm::load_run_from_registry("erm-registry", "digits").history().count("system/memory_bytes") == 1);
}
