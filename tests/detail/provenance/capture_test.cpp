#include "erm/detail/provenance/capture.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "catch.hpp"
#include "erm/detail/run/provenance_merge.hpp"
#include "system_tree.hpp"
#include "temporary_directory.hpp"

namespace capture_test {

namespace {

using erm::Json;
using erm::detail::Capture;
using erm::detail::ProcessState;
using erm_test::SystemTree;

/// What does not have to be looked for on this machine.
erm::ProvenanceOptions quick_options() {
  erm::ProvenanceOptions options;
  options.code = options.libraries = options.gpus = false;
  return options;
}

Json captured(const erm::ProvenanceOptions& options, const SystemTree& tree) {
  return Capture::of(ProcessState(options, erm::detail::build_facts_of_this_file()), options, {tree.files(), "no-nvml.so"});
}

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("A capture describes this process with the same values as the system") {
  const Variable threads("OMP_NUM_THREADS", "8");
  erm::ProvenanceOptions options;
  options.code = false;
  const Json all = Capture::of(ProcessState(options, erm::detail::build_facts_of_this_file()), options);
  CHECK(erm::detail::parse_time(all.at("captured_utc").get<std::string>()));
  CHECK(all.at("erm_version") == erm::version);
  const Json& program = all.at("program");
  CHECK(program.at("executable") == std::filesystem::read_symlink("/proc/self/exe").string());
  CHECK(program.at("working_directory") == std::filesystem::current_path().string());
  CHECK(program.at("pid") == ::getpid());
  CHECK(program.at("arguments").is_array());
  CHECK(program.at("libraries").is_array());
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  CHECK(all.at("machine").at("host") == host);
  CHECK(all.at("environment").at("OMP_NUM_THREADS") == "8");
  CHECK(all.at("build").contains("compiler"));
  CHECK_FALSE(all.contains("job"));
  CHECK_FALSE(all.contains("code"));
}

TEST_CASE("Only variables of the list and those in the options are recorded, and no secrets in them") {
  const Variable mode("MY_MODE", "fast"), token("MY_TOKEN", "abc"), other("MY_OTHER", "x"), empty("MY_EMPTY", ""),
      proxy("MY_PROXY", "http://me:pw@proxy");
  erm::ProvenanceOptions options = quick_options();
  options.environment = {"MY_MODE", "MY_TOKEN", "MY_EMPTY", "MY_NONE", "MY_PROXY", "", "A=B"};
  const SystemTree nothing = {};
  const Json all = captured(options, nothing);
  const Json& environment = all.at("environment");
  CHECK(environment.at("MY_MODE") == "fast");
  CHECK(environment.at("MY_PROXY") == "http://***@proxy");
  CHECK_FALSE(environment.contains("MY_OTHER"));
  CHECK_FALSE(environment.contains("MY_EMPTY"));
  CHECK_FALSE(environment.contains("PATH"));
  CHECK(all.at("missing").at("environment.MY_TOKEN") == "secrets go by such names, and a run keeps none");
  CHECK(all.dump().find("abc") == std::string::npos);
}

TEST_CASE("Each option omits what it names") {
  const SystemTree tree = {{"/proc/self/cmdline", std::string("a\0b\0", 4)}};
  erm::ProvenanceOptions options = quick_options();
  CHECK(captured(options, tree).at("program").at("arguments") == Json({"a", "b"}));
  options.arguments = options.machine = false;
  const Json all = captured(options, tree);
  CHECK_FALSE(all.at("program").contains("arguments"));
  CHECK_FALSE(all.at("program").contains("libraries"));
  CHECK_FALSE(all.contains("machine"));
  CHECK_FALSE(all.contains("code"));
  for (const auto& [field, why] : all.at("missing").items()) CHECK(field.substr(0, 8) != "machine.");
  options.gpus = true;
  CHECK(captured(options, tree).at("missing").contains("machine.gpus"));
}

TEST_CASE("Arguments are masked, converted to UTF-8, and limited in length") {
  erm::ProvenanceOptions options = quick_options();
  options.secret_arguments = {"-p"};
  const SystemTree tree = {{"/proc/self/cmdline", std::string("t\0--token=abc\0-p\0x\0\xff\0", 21)}};
  const Json all = captured(options, tree);
  CHECK(all.at("program").at("arguments") == Json({"t", "--token=***", "-p", "***", "\xEF\xBF\xBD"}));
  CHECK(all.at("missing").at("program.arguments") == "1 are not UTF-8; U+FFFD stands for each such byte");

  Json missing = Json::object();
  CHECK(erm::detail::kept_arguments(std::vector<std::string>(2000, "x"), {}, missing).size() == 1000);
  CHECK(missing.at("program.arguments") == "only the first 1000 of 2000 are kept");
}

TEST_CASE("On a system without any facts a capture gives reasons, and is valid text") {
  const SystemTree nothing = {};
  erm::ProvenanceOptions options;
  options.code = false;
  const Json all = captured(options, nothing);
  CHECK(all.at("program").at("pid") == ::getpid());
  CHECK_FALSE(all.at("program").contains("arguments"));
  const Json& missing = all.at("missing");
  for (const char* const field :
       {"program.arguments", "program.executable", "machine.cpu", "machine.memory_bytes", "machine.gpus"})
    CHECK(missing.contains(field));
  CHECK_NOTHROW(all.dump());
}

TEST_CASE("A removed working directory is reported as missing") {
  const std::filesystem::path before = std::filesystem::current_path();
  {
    const erm_test::TemporaryDirectory gone;
    std::filesystem::create_directory(gone.path() / "sub");
    std::filesystem::current_path(gone.path() / "sub");
    std::filesystem::remove(gone.path() / "sub");
    const SystemTree nothing = {};
    const Json all = captured(quick_options(), nothing);
    CHECK_FALSE(all.at("program").contains("working_directory"));
    CHECK(all.at("missing").at("program.working_directory") == "it was removed, or may not be looked at");
    std::filesystem::current_path(before);
  }
}

TEST_CASE("A capture does not wait for an NVML that hangs") {
  ::setenv("ERM_FAKE_NVML_FAULT", "hang", 1);
  erm::ProvenanceOptions options = quick_options();
  options.gpus = true;
  const SystemTree nothing = {};
  const Json all = Capture::of(ProcessState(options, erm::detail::build_facts_of_this_file()), options,
                               {nothing.files(), ERM_FAKE_NVML});
  CHECK(all.at("missing").at("machine.gpus") == "NVML does not answer, and there is no /sys/class/drm");
  ::unsetenv("ERM_FAKE_NVML_FAULT");
}

TEST_CASE("Texts of a build are masked, lists as arguments") {
  Json build = {{"definitions", {"API_KEY=abc", "NDEBUG"}},
                {"flags", {"-O3", "-DTOKEN=abc", "--password", "x"}},
                {"remote", "https://me:pw@host/x.git"},
                {"libraries", {{{"name", "fmt"}, {"version", "9"}}}},
                {"n", 1}};
  erm::detail::mask_texts(build);
  CHECK(build == Json({{"definitions", {"API_KEY=***", "NDEBUG"}},
                       {"flags", {"-O3", "-DTOKEN=***", "--password", "***"}},
                       {"remote", "https://***@host/x.git"},
                       {"libraries", {{{"name", "fmt"}, {"version", "9"}}}},
                       {"n", 1}}));
}

TEST_CASE("A capture replaces the previous one, and keeps what was logged") {
  Json provenance = {
      {"captured_utc", "1"}, {"job", {{"id", "7"}}}, {"seeds", {{"seed", 1}}}, {"of_a_later_version", 5}};
  erm::detail::put_capture(provenance, {{"captured_utc", "2"}, {"program", {{"pid", 2}}}}, false);
  CHECK(provenance ==
        Json({{"captured_utc", "2"}, {"program", {{"pid", 2}}}, {"seeds", {{"seed", 1}}}, {"of_a_later_version", 5}}));
}

TEST_CASE("A process that continues a run keeps what was different in the earlier processes") {
  Json provenance = {{"captured_utc", "1"},
                     {"program", {{"pid", 1}, {"executable", "/x"}}},
                     {"code", {{"commit", "aa"}}},
                     {"job", {{"id", "7"}}}};
  const Json second = {
      {"captured_utc", "2"}, {"program", {{"pid", 2}, {"executable", "/x"}}}, {"code", {{"commit", "aa"}}}};
  erm::detail::put_capture(provenance, second, true);
  erm::detail::put_capture(
      provenance,
      {{"captured_utc", "3"}, {"program", {{"pid", 3}, {"executable", "/x"}}}, {"code", {{"commit", "bb"}}}}, true);
  CHECK(provenance.at("captured_utc") == "3");
  CHECK(provenance.at("earlier") ==
        Json({{{"captured_utc", "1"}, {"program", {{"pid", 1}}}, {"job", {{"id", "7"}}}},
              {{"captured_utc", "2"}, {"program", {{"pid", 2}}}, {"code", {{"commit", "aa"}}}}}));
  Json first = Json::object();
  erm::detail::put_capture(first, second, true);
  CHECK(first == second);
}

}  // namespace capture_test
