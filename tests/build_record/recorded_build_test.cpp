// A project that is built as a user builds it: what its programs say of themselves against what git, CMake and the
// compiler say.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "environment_variable.hpp"
#include "erm/json.hpp"
#include "file_tree.hpp"
#include "git_repository.hpp"
#include "thrown.hpp"

namespace recorded_build_test {

namespace {

namespace fs = std::filesystem;
using erm_test::contains;
using erm_test::EnvironmentVariable;
using erm_test::file_text;
using erm_test::GitRepository;
using erm_test::output_of;
using erm_test::quoted;
using erm_test::write_file;
using Texts = std::vector<std::string>;

/// A copy of the project in a repository. Always at the same place, for a compiler's cache.
class Project {
 public:
  explicit Project(const std::string& name)
      : folder_(clean(std::string(ERM_WORK_DIR) + "/" + name)), repository_(folder_) {
    for (const char* const file : {"CMakeLists.txt", "main.cpp", "model.cpp"})
      fs::copy_file(fs::path(ERM_PROJECT) / file, fs::path(folder_) / file);
    write_file(folder_ + "/.gitignore", "build*/\n");
    repository_.commit_all("first");
  }

  [[nodiscard]] const GitRepository& repository() const { return repository_; }
  [[nodiscard]] std::string operator/(const std::string& path) const { return folder_ + "/" + path; }
  void configure(const std::string& generator, const std::string& options) const {
    output_of("cmake -S " + quoted(folder_) + " -B " + quoted(folder_ + "/build") + " -G " + quoted(generator) +
              " -DCMAKE_CXX_COMPILER=" ERM_CXX_COMPILER " -DCMAKE_CXX_COMPILER_LAUNCHER=" ERM_LAUNCHER
              " -DERM_RECORD_BUILD=" ERM_RECORD_BUILD " -DERM_PRINTER=" ERM_PRINTER " -DERM_FMT=" ERM_FMT " " +
              options + " 2>&1");
  }
  /// What was said of it.
  std::string build(const std::string& options = "") const {
    return output_of("cmake --build " + quoted(folder_ + "/build") + " " + options + " 2>&1");
  }
  [[nodiscard]] erm::Json run(const std::string& program) const {
    return erm::Json::parse(output_of("cd / && " + quoted(folder_ + "/build/" + program)));
  }
  /// When each object and binary was written.
  [[nodiscard]] std::map<std::string, fs::file_time_type> times() const {
    std::map<std::string, fs::file_time_type> times;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/build")) {
      const std::string name = entry.path().filename().string();
      const bool is_program =
          entry.is_regular_file() && (entry.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
      if (is_program || entry.path().extension() == ".o" || entry.path().extension() == ".a")
        times[entry.path().string()] = entry.last_write_time();
    }
    return times;
  }
  /// The compiler's arguments for main.cpp of a program, as CMake wrote them down.
  [[nodiscard]] Texts arguments(const std::string& program) const {
    for (const erm::Json& entry : erm::Json::parse(file_text(folder_ + "/build/compile_commands.json"))) {
      const auto command = entry["command"].get<std::string>();
      if (!contains(command, program + ".dir/main.cpp")) continue;
      // The shell knows what its words are.
      std::istringstream lines(output_of("for word in " + command + "; do printf '%s\\n' \"$word\"; done"));
      Texts words;
      for (std::string word; std::getline(lines, word);) words.push_back(word);
      return words;
    }
    return {};
  }

 private:
  static std::string clean(const std::string& folder) {
    fs::remove_all(folder);
    return folder;
  }
  std::string folder_;
  GitRepository repository_;
};

/// The words of a command that are recorded as flags: no names of files, definitions or standards.
Texts flags_of(const Texts& words) {
  Texts flags;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-o" || words[i] == "-c")
      ++i;
    else if (words[i][0] == '-' && words[i].rfind("-D", 0) != 0 && words[i].rfind("-std=", 0) != 0)
      flags.push_back(words[i]);
  }
  return flags;
}

/// Sorted, each once, with "***" for the secret of the project.
Texts definitions_of(const Texts& words) {
  Texts definitions;
  for (const std::string& word : words)
    if (word.rfind("-D", 0) == 0)
      definitions.push_back(word == "-DAPI_TOKEN=s3cret" ? "API_TOKEN=***" : word.substr(2));
  std::sort(definitions.begin(), definitions.end());
  definitions.erase(std::unique(definitions.begin(), definitions.end()), definitions.end());
  return definitions;
}

Texts sorted(Texts texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string compiler() {
  const std::string version = output_of(
      "printf '#ifdef __clang__\\nClang __clang_major__ . __clang_minor__ . "
      "__clang_patchlevel__\\n#else\\nGNU __GNUC__ . __GNUC_MINOR__ . "
      "__GNUC_PATCHLEVEL__\\n#endif\\n' | '" ERM_CXX_COMPILER "' -E -P -x c++ -");
  std::string text;
  for (const char c : version.substr(version.find_first_of("CG")))
    if (c != ' ' && c != '\n') text += c;
  return text.insert(text.find_first_of("0123456789"), " ");
}

}  // namespace

TEST_CASE("A program knows how and from which code it was built, and each build updates that") {
  const Project project("a project");
  const GitRepository& repository = project.repository();
  project.configure(ERM_GENERATOR, "-DCMAKE_BUILD_TYPE=Release");
  project.build();

  erm::Json said = project.run("train");
  erm::Json build = said["build"];
  const Texts words = project.arguments("train");
  CHECK(build["from"] == "erm_record_build");
  CHECK(build["target"] == "train");
  CHECK(build["compiler"] == compiler());
  CHECK(build["build_type"] == "Release");
  CHECK(build["cxx_standard"] == "20");
  CHECK(std::find(words.begin(), words.end(), "-std=c++20") != words.end());
  CHECK(build["flags"] == flags_of(words));
  CHECK(build["flags"].size() == 11);
  CHECK(build["optimisation"] == "-O3");
  CHECK(sorted(build["definitions"].get<Texts>()) == definitions_of(words));
  CHECK(contains(build["definitions"].dump(), "TITLE=\\\"a title\\\""));
  CHECK(build["libraries"][0] == erm::Json({{"name", "model"}, {"version", "2.5.1"}}));
  CHECK(build["libraries"][1] == erm::Json({{"name", "printer"}, {"version", "7.1"}}));
  CHECK(build["time_utc"].get<std::string>().size() == 19);
  CHECK(said["code"] ==
        erm::Json(
            {{"as_of", "build"}, {"commit", repository.git("rev-parse HEAD")}, {"branch", "main"}, {"dirty", false}}));
  CHECK_FALSE(contains(said.dump(), "s3cret"));

  // The static library in it says for itself how it was built.
  REQUIRE(build["other_targets"].size() == 1);
  CHECK(build["other_targets"][0]["target"] == "model");
  CHECK(contains(build["other_targets"][0]["definitions"].dump(), "MODEL=1"));
  CHECK(contains(build["other_targets"][0]["flags"].dump(), "-flto") == contains(compiler(), "GNU"));
  CHECK(build["other_targets"][0]["commit"] == repository.git("rev-parse HEAD"));

  // Programs without a record have that of the library in them, or of one that is loaded; else the compiler's macros.
  CHECK(project.run("with_model")["build"]["target"] == "model");
  CHECK(project.run("with_metrics")["build"]["target"] == "metrics");
  const erm::Json plain = project.run("plain");
  CHECK(plain["build"]["from"] == "the compiler's macros");
  CHECK(plain["code"]["as_of"] == "run");
  CHECK(plain["code"]["found_from"] == "the program's folder");
  CHECK(plain["code"]["commit"] == repository.git("rev-parse HEAD"));

  // Nothing changed: nothing is compiled or linked.
  const auto before = project.times();
  CHECK(before.size() > 10);
  project.build();
  CHECK(project.times() == before);

  // An edit of a file that no target has; of one that is compiled; a commit.
  write_file(project / "README", "read me\n");
  repository.git("add README");
  project.build();
  CHECK(project.run("train")["code"]["diff"] == repository.diff());
  write_file(project / "model.cpp", file_text(project / "model.cpp") + "// edited \xFC\n");
  project.build();
  said = project.run("train");
  CHECK(said["code"]["dirty"] == true);
  CHECK(contains(said["code"]["diff"].get<std::string>(), "+// edited \xEF\xBF\xBD\n"));
  CHECK(said["build"]["other_targets"][0]["diff_sha256"] == said["code"]["diff_sha256"]);
  repository.commit_all("second");
  project.build();
  said = project.run("train");
  CHECK(said["code"]["commit"] == repository.git("rev-parse HEAD"));
  CHECK(said["code"]["dirty"] == false);
  CHECK_FALSE(said["code"].contains("diff"));

  // A diff beyond MAX_DIFF_BYTES of this target; that of another may be longer.
  write_file(project / "README", std::string(4000, 'x') + "\n");
  project.build();
  said = project.run("train");
  CHECK_FALSE(said["code"].contains("diff"));
  CHECK(said["code"]["diff_bytes"] == repository.diff().size());
  CHECK(said["missing"]["code.diff"] == "it is longer than MAX_DIFF_BYTES of erm_record_build, 4000");
  CHECK(project.run("with_model")["code"]["diff"] == repository.diff());

  // What was cleaned away comes again.
  project.build("--target clean");
  project.build();
  CHECK(project.run("train")["code"] == said["code"]);
}

TEST_CASE("With SOURCE_DATE_EPOCH, builds of the same state are identical byte by byte") {
  const Project project("the same");
  const auto built = [&] {
    fs::remove_all(project / "build");
    project.configure(ERM_GENERATOR, "-DCMAKE_BUILD_TYPE=Release");
    project.build("--target train");
    return file_text(project / "build/train");
  };
  const std::string timed = built();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // the recorded time is of seconds
  CHECK(built() != timed);
  const EnvironmentVariable epoch("SOURCE_DATE_EPOCH", "1700000000");
  const std::string first = built();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  CHECK(built() == first);
  const erm::Json said = project.run("train");
  CHECK_FALSE(said["build"].contains("time_utc"));
  CHECK(contains(said["missing"]["build.time_utc"].get<std::string>(), "SOURCE_DATE_EPOCH"));
}

TEST_CASE("Each generator records the build, and rebuilds only what changed") {
  for (const std::string generator : {"Unix Makefiles", "Ninja", "Ninja Multi-Config"}) {
    const std::string program_of_it = generator == "Unix Makefiles" ? "make" : "ninja";
    if (output_of("command -v " + program_of_it + " || true").empty()) {
      WARN("there is no program for " + generator);
      continue;
    }
    CAPTURE(generator);
    const Project project(generator);
    const bool has_many = contains(generator, "Multi");
    project.configure(generator, has_many ? "" : "-DCMAKE_BUILD_TYPE=Debug");
    const std::string options = has_many ? "--config Debug --target train" : "--target train";
    const std::string program = has_many ? "Debug/train" : "train";
    project.build(options);
    CHECK(project.run(program)["build"]["build_type"] == "Debug");
    CHECK(contains(project.run(program)["build"]["flags"].dump(), "-g1"));
    CHECK_FALSE(contains(project.run(program)["build"]["definitions"].dump(), "RELEASED"));
    if (has_many) {
      project.build("--config Release --target train");
      CHECK(project.run("Release/train")["build"]["build_type"] == "Release");
      CHECK(contains(project.run("Release/train")["build"]["definitions"].dump(), "RELEASED"));
      CHECK(project.run("Release/train")["build"]["optimisation"] == "-O3");
    }
    const auto before = project.times();
    project.build(options);
    CHECK(project.times() == before);
    write_file(project / "main.cpp", file_text(project / "main.cpp") + "// edited\n");
    project.build(options);
    CHECK(project.run(program)["code"]["diff"] == project.repository().diff());
  }
}

TEST_CASE("erm_record_build reports invalid arguments") {
  const Project project("wrong");
  const auto error_of = [&](const std::string& call) {
    write_file(project / "CMakeLists.txt",
               "cmake_minimum_required(VERSION 3.16)\nproject(wrong CXX)\n"
               "include(${ERM_RECORD_BUILD})\nadd_executable(train main.cpp model.cpp)\n"
               "add_library(headers INTERFACE)\n" +
                   call + "\n");
    const std::string text = erm_test::thrown<std::runtime_error>([&] { project.configure(ERM_GENERATOR, ""); });
    std::string out;  // CMake wraps lines
    for (const char c : text)
      if (std::isspace(static_cast<unsigned char>(c)) == 0 || (!out.empty() && out.back() != ' '))
        out += std::isspace(static_cast<unsigned char>(c)) != 0 ? ' ' : c;
    return out;
  };
  CHECK(contains(error_of("erm_record_build(tain)"), "erm_record_build was given 'tain', which is no target"));
  CHECK(contains(error_of("erm_record_build(train QUIET)"), "was given 'QUIET', which it does not know"));
  CHECK(contains(error_of("erm_record_build(train MAX_DIFF_BYTES 1k)"), "give a number of bytes"));
  CHECK(contains(error_of("erm_record_build(headers)"), "this build compiles nothing for it"));
  CHECK(contains(error_of("erm_record_build(train)\nerm_record_build(train)"),
                 "erm_record_build(train) is called twice"));
}

}  // namespace recorded_build_test
