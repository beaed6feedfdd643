// What a user may get wrong, each time an error of its own type that says what to do; nothing is written, nothing lost.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace bad_input_test {

using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

struct BadName {
  std::string name;
  std::string shown;  // as the message has it
  std::string fault;
};

const std::string long_part(256, 'x');

const std::vector<BadName> bad_names = {
    {"", "''", "is empty; give it a name"},
    {".", "'.'", "has '.' or '..' as a part; give a name that stays where it is"},
    {"..", "'..'", "has '.' or '..' as a part; give a name that stays where it is"},
    {"/etc/passwd", "'/etc/passwd'", "is an absolute path; give one that is relative"},
    {"C:", "'C:'", "is an absolute path; give one that is relative"},
    {"C:/temp", "'C:/temp'", "is an absolute path; give one that is relative"},
    {"a//b", "'a//b'", "has an empty part; leave out the extra '/'"},
    {"a/", "'a/'", "has an empty part; leave out the extra '/'"},
    {"a/./b", "'a/./b'", "has '.' or '..' as a part; give a name that stays where it is"},
    {"../a", "'../a'", "has '.' or '..' as a part; give a name that stays where it is"},
    {"a/..", "'a/..'", "has '.' or '..' as a part; give a name that stays where it is"},
    {"a\\b", "'a\\b'", "has a backslash; separate parts by '/'"},
    {"a\nb", "'a?b'", "has a control character; leave it out"},
    {"a\x7F", "'a?'", "has a control character; leave it out"},
    {"a\xC2\x85", "'a\xC2\x85'", "has a control character; leave it out"},
    {std::string("a\0b", 3), "'a?b'", "has a control character; leave it out"},
    {"a\xFF", "'a\xEF\xBF\xBD'", "is not UTF-8; encode it so"},
    {"\xED\xA0\x80", "'\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD'", "is not UTF-8; encode it so"},
    {long_part, "'" + long_part.substr(0, 80) + "...'", "has a part of 256 bytes; 255 are allowed"},
    {"a/" + long_part, "'a/" + long_part.substr(0, 78) + "...'", "has a part of 256 bytes; 255 are allowed"},
    {"erm_metadata.json", "'erm_metadata.json'", "uses a name that is kept for ERM's own files; choose another"},
    {"a/ERM_Metadata.json", "'a/ERM_Metadata.json'", "uses a name that is kept for ERM's own files; choose another"},
    {".erm_tmp", "'.erm_tmp'", "uses a name that is kept for ERM's own files; choose another"},
    {"a/.erm_variant.json/b", "'a/.erm_variant.json/b'",
     "uses a name that is kept for ERM's own files; choose another"},
    {".ERM_x", "'.ERM_x'", "uses a name that is kept for ERM's own files; choose another"},
};

std::string refusal(const std::string& what, const BadName& bad) {
  return "the " + what + " " + bad.shown + " " + bad.fault;
}

erm::RunOptions with_run_id(std::string run_id) {
  erm::RunOptions options;
  options.run_id = std::move(run_id);
  return options;
}

/// A registry with the run e/main/r in it.
struct Registry {
  TemporaryDirectory dir;
  std::string uri = dir / "registry";
  std::string run_uri;

  Registry() {
    erm::ExperimentRun run("e", with_run_id("r"));
    run.log_param("lr", 0.1);
    run.log_metric("loss", 0.5, 1);
    run.log_text("hello", "note");
    run_uri = erm::save_run_to_registry(run, uri);
  }
  [[nodiscard]] std::filesystem::path metadata() const { return run_uri + "/erm_metadata.json"; }
};

std::string load_error(const Registry& registry) {
  return thrown<erm::FormatError>([&] { (void)erm::load_run_from_path(registry.run_uri); });
}

}  // namespace

TEST_CASE("The constructor of a run refuses an id that no registry can store") {
  for (const BadName& bad : bad_names) {
    CAPTURE(bad.shown);
    CHECK(thrown<erm::InvalidIdError>([&] { erm::ExperimentRun run(bad.name); }) == refusal("experiment id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { erm::ExperimentRun run("e", bad.name); }) == refusal("variant id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { erm::ExperimentRun run("e", with_run_id(bad.name)); }) ==
          refusal("run id", bad));
  }
}

TEST_CASE("A run refuses to log an artifact whose id or filename no registry can store") {
  TemporaryDirectory dir;
  write_file(dir / "file.txt", "content");
  erm::ExperimentRun run("e");
  const erm::Bytes content = erm::to_bytes("x");
  for (const BadName& bad : bad_names) {
    CAPTURE(bad.shown);
    CHECK(thrown<erm::InvalidIdError>([&] { run.log_artifact(content, bad.name, "f"); }) == refusal("artifact id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { run.log_artifact(content, "id", bad.name); }) ==
          refusal("artifact filename", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { run.log_artifact(dir / "file.txt", bad.name); }) ==
          refusal("artifact id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { run.log_artifact(dir / "file.txt", "id", bad.name); }) ==
          refusal("artifact filename", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { run.log_text("text", bad.name); }) == refusal("artifact id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { run.log_artifacts(dir.path(), bad.name); }) ==
          refusal("artifact id prefix", bad));
    erm::RunOptions options;
    options.artifacts.emplace("id", erm::Artifact("id", bad.name, erm::ArtifactType::binary, content));
    CHECK(thrown<erm::InvalidIdError>([&] { erm::ExperimentRun other("e", options); }) ==
          refusal("artifact filename", bad));
  }
  CHECK(run.artifacts().empty());
}

TEST_CASE("Registry functions refuse an id that no registry can store") {
  const Registry registry;
  const FileTree before = file_tree(registry.dir.path());
  for (const BadName& bad : bad_names) {
    CAPTURE(bad.shown);
    CHECK(thrown<erm::InvalidIdError>([&] { (void)erm::load_run_from_registry(registry.uri, bad.name); }) ==
          refusal("experiment id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { (void)erm::load_run_from_registry(registry.uri, "e", bad.name); }) ==
          refusal("variant id", bad));
    CHECK(thrown<erm::InvalidIdError>(
              [&] { (void)erm::load_run_from_registry(registry.uri, "e", "main", bad.name); }) == refusal("run id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { (void)erm::list_variants(registry.uri, bad.name); }) ==
          refusal("experiment id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { (void)erm::list_runs(registry.uri, bad.name); }) ==
          refusal("experiment id", bad));
    CHECK(thrown<erm::InvalidIdError>([&] { (void)erm::list_runs(registry.uri, "e", bad.name); }) ==
          refusal("variant id", bad));
  }
  CHECK(file_tree(registry.dir.path()) == before);
}

TEST_CASE("Metadata with a name that no registry can store is not loaded") {
  Registry registry;
  const erm::Json good = erm::Json::parse(file_text(registry.metadata()));
  const std::string cannot = "cannot read the run '" + registry.metadata().string() + "': ";
  const std::string mend = "; mend the file, or remove its folder";
  for (const BadName& bad : bad_names) {
    CAPTURE(bad.shown);
    // JSON text is UTF-8; the name that is not cannot get this far.
    if (contains(bad.fault, "UTF-8") || bad.name.empty()) continue;
    for (const char* key : {"experiment_id", "variant_id", "run_id"}) {
      erm::Json metadata = good;
      metadata[key] = bad.name;
      write_file(registry.metadata(), metadata.dump());
      CHECK(load_error(registry) == cannot + key + " " + bad.shown + " " + bad.fault + mend);
    }
    for (const char* key : {"filename", "name"}) {
      erm::Json metadata = good;
      metadata["artifacts"]["note"][key] = bad.name;
      write_file(registry.metadata(), metadata.dump());
      CHECK(load_error(registry) == cannot + "artifacts/note/" + key + " " + bad.shown + " " + bad.fault + mend);
    }
    erm::Json metadata = good;
    metadata["artifacts"] = {{bad.name, {{"id", bad.name}, {"filename", "f"}, {"artifact_type", "binary"}}}};
    write_file(registry.metadata(), metadata.dump());
    CHECK(load_error(registry) == cannot + "the artifact id " + bad.shown + " " + bad.fault + mend);
  }
}

TEST_CASE("A run cannot be saved to a path whose name is reserved for ERM") {
  TemporaryDirectory dir;
  const erm::ExperimentRun run("e");
  const std::string place = dir / ".erm_trash";
  CHECK(thrown<erm::InvalidIdError>([&] { erm::save_run_to_path(run, place); }) ==
        "cannot save a run to '" + place + "': its name uses a name that is kept for ERM's own files; choose another");
  CHECK(thrown<erm::InvalidIdError>([&] { erm::save_run_to_path(run, "."); }) ==
        "cannot save a run to '.': its name has '.' or '..' as a part; give a name that stays where it is");
  CHECK(thrown<erm::InvalidIdError>([&] { erm::save_run_to_path(run, "/"); }) ==
        "cannot save a run to '/': its name has an empty part; leave out the extra '/'");
  CHECK(file_tree(dir.path()).empty());
}

TEST_CASE("A path that is missing, a folder or not a regular file is not logged") {
  TemporaryDirectory dir;
  std::filesystem::create_directory(dir / "folder");
  erm::ExperimentRun run("e");
  const std::string missing = dir / "missing.png";
  const std::string folder = dir / "folder";
  CHECK(thrown<erm::NotFoundError>([&] { run.log_artifact(missing, "a"); }) ==
        "cannot open '" + missing + "': No such file or directory; check the path");
  CHECK(thrown<erm::NotFoundError>([&] { run.log_image(missing, "a"); }) ==
        "cannot open '" + missing + "': No such file or directory; check the path");
  CHECK(thrown<erm::NotFoundError>([&] { run.log_artifacts(missing, "a"); }) ==
        "cannot log the files of '" + missing + "': it is not there; check the path");
  for (const std::string& path : {folder, folder + "/", dir / ".", dir / ".."}) {
    CAPTURE(path);
    CHECK(thrown<erm::IoError>([&] { run.log_artifact(path, "a"); }) ==
          "cannot read '" + path + "': Is a directory");
    CHECK(thrown<erm::IoError>([&] { run.log_image(path, "a"); }) == "cannot read '" + path + "': Is a directory");
  }
  write_file(dir / "file", "x");
  const std::string file = dir / "file";
  CHECK(thrown<erm::IoError>([&] { run.log_artifacts(file, "a"); }) ==
        "cannot list the folder '" + file + "': Not a directory");
  CHECK(thrown<erm::NotFoundError>([&] { run.log_artifact(file + "/x", "a"); }) ==
        "cannot open '" + file + "/x': Not a directory; check the path");
  CHECK(thrown<erm::Error>([&] { run.log_artifact("/dev/null", "a"); }) ==
        "'/dev/null' is a device, a socket or a pipe; only a regular file can be logged");
  CHECK(run.artifacts().empty());
}

TEST_CASE("An invalid image is refused") {
  TemporaryDirectory dir;
  write_file(dir / "no.png", "GIF89a");
  erm::ExperimentRun run("e");
  CHECK(thrown<erm::FormatError>([&] { run.log_image(dir / "no.png", "picture"); }) ==
        "image 'picture' begins as neither PNG nor JPEG (6 bytes); log pixels as an ImageView, or the file with "
        "log_artifact");
  CHECK(thrown<erm::FormatError>([&] { run.log_image(erm::Bytes{}, "picture"); }) ==
        "image 'picture' begins as neither PNG nor JPEG (0 bytes); log pixels as an ImageView, or the file with "
        "log_artifact");
  CHECK(run.artifacts().empty());
}

TEST_CASE("A dict that is not an object or is nested too deep is refused") {
  erm::ExperimentRun run("e");
  const std::string give = ", and a dict is a JSON object; give {{\"name\", value}, ...}";
  CHECK(thrown<erm::Error>([&] { run.log_dict("d", erm::Json::array({1, 2})); }) ==
        "dict 'd' was given a JSON array" + give);
  CHECK(thrown<erm::Error>([&] { run.log_dict("d", erm::Json("text")); }) == "dict 'd' was given string" + give);
  CHECK(thrown<erm::Error>([&] { run.log_dict("d", erm::Json(1)); }) == "dict 'd' was given number" + give);
  CHECK(thrown<erm::Error>([&] { run.log_dict("d", erm::Json(true)); }) == "dict 'd' was given boolean" + give);
  erm::Json deep = 1;
  for (int i = 0; i < 101; ++i) deep = erm::Json::object({{"k", std::move(deep)}});
  CHECK(thrown<erm::Error>([&] { run.log_dict("d", deep); }) ==
        "dict 'd' nests deeper than 100 levels; flatten it, or log it as text or an artifact");
  CHECK(thrown<erm::Error>([&] { run.log_dict("d", {{"k", erm::Json::binary({1, 2})}}); }) ==
        "dict 'd' holds binary or discarded JSON, which has no text; log it with log_artifact");
  CHECK(run.dicts().empty());
  erm::RunOptions options;
  options.dicts["d"] = 3;
  CHECK(thrown<erm::Error>([&] { erm::ExperimentRun other("e", options); }) == "dict 'd' was given number" + give);
  CHECK(thrown<erm::Error>([&] { run.log_params_json(erm::Json::array()); }) ==
        "log_params_json was given a JSON array, and a configuration is a JSON object; name its values");
}

TEST_CASE("A point that is text, or whose time is out of range, is refused") {
  erm::ExperimentRun run("e");
  const std::string years = "a time outside the years 1 to 9999 cannot be written; check the clock it is from";
  CHECK(thrown<erm::Error>([&] { run.log_metric("loss", 1.0, 1, erm::TimePoint::max()); }) == years);
  CHECK(thrown<erm::Error>([&] { run.log_metric("loss", 1.0, 1, erm::TimePoint::min()); }) == years);
  erm::RunOptions options;
  options.timestamp_utc = erm::TimePoint::max();
  CHECK(thrown<erm::Error>([&] { erm::ExperimentRun other("e", options); }) == years);
  CHECK(thrown<erm::Error>([&] { run.log_metrics({{"a", 1}, {"b", "high"}}, 3); }) ==
        "metric 'b' was given the text 'high' at step 3, and a point is a number; log it without a step, or as a number");
  CHECK(run.metrics().empty());
  CHECK(run.history().empty());
}

TEST_CASE("Artifacts given to the constructor have their own ids") {
  erm::RunOptions options;
  options.artifacts.emplace("key", erm::Artifact("id", "f", erm::ArtifactType::binary, erm::Bytes{}));
  CHECK(thrown<erm::Error>([&] { erm::ExperimentRun run("e", options); }) ==
        "RunOptions::artifacts holds artifact 'id' under the key 'key'; the key is the artifact's id");
}

TEST_CASE("Every function that takes a URI refuses one that cannot be opened") {
  const erm::ExperimentRun run("e");
  const std::vector<std::pair<std::string, std::string>> uris = {
      {"gs://bucket/x",
       "cannot open 'gs://bucket/x': the scheme 'gs' is unknown; use a plain path, file://, memory:// or s3://, or give "
       "a FileSystem of your own"},
      {"", "cannot open an empty path; give a folder, '.' for the current one"},
      {std::string("a\0b", 3), "cannot open a: the path has a NUL character in it"},
      {"file://relative/x",
       "cannot open 'file://relative/x': a file URI has an absolute path of this machine, as in file:///home/me/registry; "
       "a relative path needs no file://"},
      {"file:///a%4", "cannot open 'file:///a%4': '%' must be followed by two hexadecimal digits, not both 0"},
  };
  for (const auto& [uri, text] : uris) {
    CAPTURE(uri);
    const std::vector<std::function<void()>> calls = {
        [&, &uri = uri] { erm::save_run_to_path(run, uri); },
        [&, &uri = uri] { (void)erm::save_run_to_registry(run, uri); },
        [&, &uri = uri] { (void)erm::load_run_from_path(uri); },
        [&, &uri = uri] { (void)erm::load_run_from_registry(uri, "e"); },
        [&, &uri = uri] { (void)erm::list_experiments(uri); },
        [&, &uri = uri] { (void)erm::list_variants(uri, "e"); },
        [&, &uri = uri] { (void)erm::list_runs(uri, "e"); },
    };
    for (const auto& call : calls) CHECK(thrown<erm::Error>(call) == text);
  }
}

TEST_CASE("A missing registry, experiment, variant or run is an error, and is not created") {
  const Registry registry;
  const FileTree before = file_tree(registry.dir.path());
  const std::string none = registry.dir / "none";
  const std::string no_registry =
      "there is no registry at '" + none + "'; check the path, or save a run to it first";
  const std::string no_experiment = "there is no experiment 'x' in the registry '" + registry.uri +
                                    "'; list_experiments tells which there are";
  const std::string no_variant = "there is no variant 'x' of experiment 'e' in the registry '" + registry.uri +
                                 "'; list_variants tells which there are";
  using Missing = erm::NotFoundError;
  CHECK(thrown<Missing>([&] { (void)erm::list_experiments(none); }) == no_registry);
  CHECK(thrown<Missing>([&] { (void)erm::list_variants(none, "e"); }) == no_registry);
  CHECK(thrown<Missing>([&] { (void)erm::list_runs(none, "e"); }) == no_registry);
  CHECK(thrown<Missing>([&] { (void)erm::load_run_from_registry(none, "e"); }) == no_registry);
  CHECK(thrown<Missing>([&] { (void)erm::load_run_from_registry(none, "e", "main", "r"); }) == no_registry);
  CHECK(thrown<Missing>([&] { (void)erm::list_variants(registry.uri, "x"); }) == no_experiment);
  CHECK(thrown<Missing>([&] { (void)erm::list_runs(registry.uri, "x"); }) == no_experiment);
  CHECK(thrown<Missing>([&] { (void)erm::load_run_from_registry(registry.uri, "x"); }) == no_experiment);
  CHECK(thrown<Missing>([&] { (void)erm::list_runs(registry.uri, "e", "x"); }) == no_variant);
  CHECK(thrown<Missing>([&] { (void)erm::load_run_from_registry(registry.uri, "e", "x", "r"); }) == no_variant);
  CHECK(thrown<Missing>([&] { (void)erm::load_run_from_registry(registry.uri, "e", "main", "x"); }) ==
        "there is no run at '" + registry.uri + "/e/main/x': it has no erm_metadata.json; check the path, or list_runs");
  CHECK(thrown<Missing>([&] { (void)erm::load_run_from_path(none); }) ==
        "there is no run at '" + none + "': it has no erm_metadata.json; check the path, or list_runs");
  std::filesystem::create_directory(registry.uri + "/e/empty");
  CHECK(thrown<Missing>([&] { (void)erm::load_run_from_registry(registry.uri, "e", "empty"); }) ==
        "there is no run of variant 'empty' of experiment 'e' in the registry '" + registry.uri + "'; save one first");
  std::filesystem::remove(registry.uri + "/e/empty");
  CHECK(file_tree(registry.dir.path()) == before);
}

TEST_CASE("An existing run, or a folder with other files, does not change") {
  const Registry registry;
  write_file(registry.dir / "other/thesis.tex", "years of work");
  write_file(registry.dir / "file", "a file");
  write_file(registry.uri + "/e/main/q/notes.txt", "notes");
  const FileTree before = file_tree(registry.dir.path());
  const erm::ExperimentRun run("e", with_run_id("r"));
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  const std::string cannot = "cannot save the run 'r' to '";
  const std::string is_there = "': a run is there; choose another id or place, or set SaveOptions::overwrite";
  const std::string holds =
      "': the folder holds files and no run, and ERM replaces only runs; choose another id or place, or empty it";
  CHECK(thrown<erm::RunExistsError>([&] { (void)erm::save_run_to_registry(run, registry.uri); }) ==
        cannot + registry.run_uri + is_there);
  CHECK(thrown<erm::RunExistsError>([&] { erm::save_run_to_path(run, registry.run_uri + "/"); }) ==
        cannot + registry.run_uri + is_there);
  const std::string other = registry.dir / "other";
  CHECK(thrown<erm::RunExistsError>([&] { erm::save_run_to_path(run, other); }) == cannot + other + holds);
  CHECK(thrown<erm::RunExistsError>([&] { erm::save_run_to_path(run, other, overwrite); }) == cannot + other + holds);
  const erm::ExperimentRun q("e", with_run_id("q"));
  CHECK(thrown<erm::RunExistsError>([&] { (void)erm::save_run_to_registry(q, registry.uri, overwrite); }) ==
        "cannot save the run 'q' to '" + registry.uri + "/e/main/q" + holds);
  const std::string file = registry.dir / "file";
  CHECK(thrown<erm::IoError>([&] { erm::save_run_to_path(run, file, overwrite); }) ==
        "cannot save a run to '" + file + "': Not a directory");
  CHECK(file_tree(registry.dir.path()) == before);
}

TEST_CASE("A registry that is a file, or part of another registry, is refused") {
  const Registry registry;
  write_file(registry.dir / "file", "a file");
  const FileTree before = file_tree(registry.dir.path());
  const erm::ExperimentRun run("e2");
  const std::string file = registry.dir / "file";
  CHECK(contains(thrown<erm::NotFoundError>([&] { (void)erm::save_run_to_registry(run, file); }), "Not a directory"));
  CHECK(thrown<erm::NotFoundError>([&] { (void)erm::list_experiments(file); }) ==
        "there is no registry at '" + file + "'; check the path, or save a run to it first");
  for (const auto& [inside, what] : {std::pair<std::string, std::string>{"/e", "an experiment"},
                                     {"/e/main", "a variant"},
                                     {"/e/main/r", "a run"}}) {
    CHECK(thrown<erm::Error>([&, &inside = inside] { (void)erm::save_run_to_registry(run, registry.uri + inside); }) ==
          "cannot make a registry at '" + registry.uri + inside + "': the folder is " + what +
              " already; give the path of the registry itself");
  }
  CHECK(file_tree(registry.dir.path()) == before);
}

TEST_CASE("An experiment, variant or run is never created inside another of its kind") {
  TemporaryDirectory dir;
  const std::string uri = dir / "registry";
  const auto save = [&](const std::string& experiment, const std::string& variant, const std::string& run_id) {
    erm::RunOptions options = with_run_id(run_id);
    options.variant_id = variant;
    return erm::save_run_to_registry(erm::ExperimentRun(experiment, options), uri);
  };
  save("e", "v", "r");
  save("deep/e", "deep/v", "deep/r");
  save("e", "w/x", "r");
  const FileTree before = file_tree(dir.path());
  const auto refused = [&](const std::string& experiment, const std::string& variant, const std::string& run_id) {
    return thrown<erm::InvalidIdError>([&] { save(experiment, variant, run_id); });
  };
  const std::string choose = "; choose another id";
  CHECK(refused("e/sub", "v", "r") ==
        "the experiment id 'e/sub' cannot be used here: it would lie inside the experiment 'e'" + choose);
  CHECK(refused("deep", "v", "r") ==
        "the experiment id 'deep' cannot be used here: it would hold the experiment 'deep/e'" + choose);
  CHECK(refused("e", "v/sub", "r") ==
        "the variant id 'v/sub' cannot be used here: it would lie inside the variant 'v'" + choose);
  CHECK(refused("e", "w", "r") == "the variant id 'w' cannot be used here: it would hold the variant 'w/x'" + choose);
  CHECK(refused("e", "v", "r/sub") == "the run id 'r/sub' cannot be used here: it would lie inside the run 'r'" + choose);
  CHECK(refused("e", "v", "r/artifacts/sub") ==
        "the run id 'r/artifacts/sub' cannot be used here: it would lie inside the run 'r'" + choose);
  CHECK(refused("deep/e", "deep/v", "deep") ==
        "cannot save the run 'deep' to '" + uri + "/deep/e/deep/v/deep': it would hold the run 'r'; choose another id " +
            "or place");
  CHECK(file_tree(dir.path()) == before);
  const std::string inside = uri + "/e/v/r/artifacts/sub";
  CHECK(thrown<erm::InvalidIdError>([&] { erm::save_run_to_path(erm::ExperimentRun("e"), inside); }) ==
        "cannot save a run to '" + inside + "': it would lie inside the run '" + uri + "/e/v/r'; choose another place");
  CHECK(file_tree(dir.path()) == before);
}

TEST_CASE("Metadata that are empty, truncated, nested without end or not JSON give a format error with the position") {
  Registry registry;
  const std::string path = registry.metadata().string();
  const std::string good = file_text(path);
  const std::string what = "the run metadata '" + path + "'";
  write_file(path, "");
  CHECK(load_error(registry) == what + " is empty; its writer was cut off, or the disk was full");
  write_file(path, " \n");
  CHECK(load_error(registry) == what + " is empty; its writer was cut off, or the disk was full");
  write_file(path, "{\"timestamp_utc\": \"2026-11-23T07:30:21\",\n \"experiment_id\": yes}");
  CHECK(load_error(registry) == what + " is not JSON at line 2, column 19; it was damaged, or is another file");
  write_file(path, good + "{}");
  CHECK(contains(load_error(registry), what + " is not JSON at line "));
  write_file(path, "{\"experiment_id\": \"\xFF\"}");
  CHECK(load_error(registry) == what + " is not JSON at line 1, column 20; it was damaged, or is another file");
  const std::string too_deep =
      what + " nests deeper than 100 levels, which ERM never writes; it was damaged, or written by something else";
  for (const char* open : {"[", "{\"x\":"}) {
    std::string deep = "{\"later\": ";
    for (int i = 0; i < 200000; ++i) deep += open;
    write_file(path, deep);
    CHECK(load_error(registry) == too_deep);
  }
  erm::Json nested = erm::Json::parse(good);
  nested["dicts"] = {{"d", {{"k", std::string(200000, '[')}}}};
  nested["erm"]["types"]["/dicts/d/k"] = "json";
  write_file(path, nested.dump());
  CHECK(contains(load_error(registry), "/dicts/d/k nests deeper than 100 levels"));

  std::size_t last = good.find_last_of('}');
  for (std::size_t size = 1; size <= last; ++size) {
    write_file(path, good.substr(0, size));
    const std::string error = load_error(registry);
    INFO("cut off after " << size << " bytes: " << error);
    REQUIRE(contains(error, what + " is not JSON at line "));
    REQUIRE(contains(error, ": it ends too early; it was damaged, or is another file"));
  }
}

TEST_CASE("Metadata with wrong types or without ids give a format error with the key") {
  Registry registry;
  const erm::Json good = erm::Json::parse(file_text(registry.metadata()));
  struct Wrong {
    const char* pointer;
    erm::Json value;
    const char* text;
  };
  const std::string digits(63, '0');
  const std::vector<Wrong> wrongs = {
      {"", erm::Json::array(), "its content is an array, where an object belongs"},
      {"", "text", "its content is a string, where an object belongs"},
      {"", nullptr, "its content is null, where an object belongs"},
      {"/timestamp_utc", 5, "timestamp_utc is a number, where text belongs"},
      {"/timestamp_utc", "yesterday", "timestamp_utc is 'yesterday', not a time as in 2026-11-23T07:30:21.128931"},
      {"/timestamp_utc", "2026-02-30T00:00:00",
       "timestamp_utc is '2026-02-30T00:00:00', not a time as in 2026-11-23T07:30:21.128931"},
      {"/timestamp_utc", "2026-11-23T07:30:60",
       "timestamp_utc is '2026-11-23T07:30:60', not a time as in 2026-11-23T07:30:21.128931"},
      {"/timestamp_utc", "0000-01-01T00:00:00",
       "timestamp_utc is '0000-01-01T00:00:00', not a time as in 2026-11-23T07:30:21.128931"},
      {"/experiment_id", nullptr, "experiment_id is null, where text belongs"},
      {"/variant_id", 1, "variant_id is a number, where text belongs"},
      {"/run_id", erm::Json::object(), "run_id is an object, where text belongs"},
      {"/params", erm::Json::array(), "params is an array, where an object belongs"},
      {"/params/lr", nullptr, "params/lr is null, where text or a number belongs"},
      {"/params/lr", erm::Json::array({1}), "params/lr is an array, where text or a number belongs"},
      {"/metrics", "many", "metrics is a string, where an object belongs"},
      {"/metrics/loss", erm::Json::object(), "metrics/loss is an object, where text or a number belongs"},
      {"/dicts", 1, "dicts is a number, where an object belongs"},
      {"/dicts/d", erm::Json::array(), "dicts/d is an array, where an object belongs"},
      {"/artifacts", erm::Json::array(), "artifacts is an array, where an object belongs"},
      {"/artifacts/note", 1, "artifacts/note is a number, where an object belongs"},
      {"/artifacts/note/id", "other", "artifacts/note/id is not its key"},
      {"/artifacts/note/filename", 1, "artifacts/note/filename is a number, where text belongs"},
      {"/artifacts/note/artifact_type", "gif",
       "artifacts/note/artifact_type is 'gif', not png, jpg, plotly_json, html or binary"},
      {"/artifacts/note/artifact_type", nullptr, "artifacts/note/artifact_type is null, where text belongs"},
      {"/artifacts/note/media_type", 1, "artifacts/note/media_type is a number, where text belongs"},
      {"/artifacts/note/size", -1, "artifacts/note/size is -1, where a number of bytes belongs"},
      {"/artifacts/note/size", "5", "artifacts/note/size is a string, where a number of bytes belongs"},
      {"/artifacts/note/sha256", digits.c_str(), nullptr},
      {"/features", erm::Json::object(), "features is an object, where a list belongs"},
      {"/features", erm::Json::array({1}), "features is a number, where text belongs"},
      {"/erm", 1, "erm is a number, where an object belongs"},
      {"/erm/layout", "one", "erm/layout is a string, where a number belongs"},
      {"/erm/status", 1, "erm/status is a number, where text belongs"},
      {"/erm/finished_utc", "later", "erm/finished_utc is 'later', not a time as in 2026-11-23T07:30:21.128931"},
      {"/erm/goals", erm::Json::array(), "erm/goals is an array, where an object belongs"},
      {"/erm/goals/loss", "least", "erm/goals/loss is 'least', not minimize or maximize"},
      {"/erm/history", "main.csv", "erm/history is a string, where a list belongs"},
      {"/erm/history", erm::Json::array({"../../x.csv"}),
       "erm/history '../../x.csv' has '.' or '..' as a part; give a name that stays where it is"},
      {"/erm/history", erm::Json::array({"a/b.csv"}), "erm/history 'a/b.csv' has a folder; give a filename"},
      {"/erm/types", erm::Json::array(), "erm/types is an array, where an object belongs"},
      {"/erm/types/x", 1, "erm/types/x is a number, where text belongs"},
  };
  const std::string cannot = "cannot read the run '" + registry.metadata().string() + "': ";
  const std::string mend = "; mend the file, or remove its folder";
  for (const Wrong& wrong : wrongs) {
    CAPTURE(wrong.pointer, wrong.value.dump());
    erm::Json metadata = good;
    metadata[erm::Json::json_pointer(wrong.pointer)] = wrong.value;
    write_file(registry.metadata(), metadata.dump());
    const std::string text = wrong.text != nullptr ? wrong.text
                                                   : "artifacts/note/sha256 is '" + digits +
                                                         "', where 64 hexadecimal digits belong";
    CHECK(load_error(registry) == cannot + text + mend);
  }
  for (const char* key : {"timestamp_utc", "experiment_id", "variant_id", "run_id"}) {
    erm::Json metadata = good;
    metadata.erase(key);
    write_file(registry.metadata(), metadata.dump());
    CHECK(load_error(registry) == cannot + key + " is missing" + mend);
  }
  for (const char* key : {"filename", "artifact_type"}) {
    erm::Json metadata = good;
    metadata["artifacts"]["note"].erase(key);
    write_file(registry.metadata(), metadata.dump());
    CHECK(load_error(registry) == cannot + "artifacts/note/" + key + " is missing" + mend);
  }
  erm::Json metadata = good;
  metadata["params"]["flag"] = "perhaps";
  metadata["erm"]["types"]["/params/flag"] = "boolean";
  write_file(registry.metadata(), metadata.dump());
  CHECK(load_error(registry) == cannot + "/params/flag is the text 'perhaps', not true or false" + mend);
  metadata["erm"]["types"]["/params/flag"] = "number";
  write_file(registry.metadata(), metadata.dump());
  CHECK(load_error(registry) == cannot + "/params/flag is the text 'perhaps', which erm/types calls a number" + mend);
}

TEST_CASE("A run with a damaged history file gives a format error with the line") {
  Registry registry;
  const std::string path = registry.run_uri + "/history/main.csv";
  write_file(path, "metric,step,unix_ms,value\nloss,1,1763883021123,high\n");
  CHECK(load_error(registry) ==
        "history file '" + path + "', line 2: it is not metric,step,unix_ms,value; mend or remove the line");
  std::filesystem::remove(path);
  CHECK(thrown<erm::NotFoundError>([&] { (void)erm::load_run_from_path(registry.run_uri); }) ==
        "there is no history file '" + path + "'; check the run's folder");
}

TEST_CASE("An artifact path that leaves the run's folder is not followed") {
  namespace fs = std::filesystem;
  Registry registry;
  const std::string secret = registry.dir / "secret";
  write_file(secret + "/note.txt", "hello");
  const std::string artifacts = registry.run_uri + "/artifacts";
  const auto link_error = [&](const std::string& part) {
    return "cannot read the run '" + registry.metadata().string() + "': '" + part +
           "' is a symbolic link, which may lead out of the run's folder; put the file itself there";
  };
  SECTION("a link to a file") {
    fs::remove(artifacts + "/note.txt");
    fs::create_symlink(secret + "/note.txt", artifacts + "/note.txt");
    CHECK(load_error(registry) == link_error("artifacts/note.txt"));
  }
  SECTION("a link that leads nowhere") {
    fs::remove(artifacts + "/note.txt");
    fs::create_symlink("nowhere", artifacts + "/note.txt");
    CHECK(load_error(registry) == link_error("artifacts/note.txt"));
  }
  SECTION("a folder of artifacts that is a link") {
    fs::remove_all(artifacts);
    fs::create_directory_symlink(secret, artifacts);
    CHECK(load_error(registry) == link_error("artifacts"));
  }
  SECTION("a link to a folder below it") {
    fs::create_directory_symlink(secret, artifacts + "/sub");
    erm::Json metadata = erm::Json::parse(file_text(registry.metadata()));
    metadata["artifacts"]["note"]["filename"] = "sub/note.txt";
    write_file(registry.metadata(), metadata.dump());
    CHECK(load_error(registry) == link_error("artifacts/sub"));
  }
  CHECK(file_text(secret + "/note.txt") == "hello");
}

TEST_CASE("A link that was put into a run after it was loaded is not followed") {
  namespace fs = std::filesystem;
  Registry registry;
  const std::string secret = registry.dir / "secret";
  write_file(secret + "/note.txt", "HELLO");
  const std::string artifacts = registry.run_uri + "/artifacts";
  const erm::ExperimentRun run = erm::load_run_from_path(registry.run_uri);
  fs::remove(artifacts + "/note.txt");
  fs::create_symlink(secret + "/note.txt", artifacts + "/note.txt");
  const std::string error = thrown<erm::FormatError>([&] { (void)run.artifacts().at("note").bytes(); });
  CHECK(contains(error, "artifact 'note' (note.txt) does not hold what was saved: its SHA-256 is not "));
}

TEST_CASE("An overwrite does not follow links out of the run's folder") {
  namespace fs = std::filesystem;
  for (const std::string part : {"artifacts", "history"}) {
    Registry registry;
    const std::string secret = registry.dir / "secret";
    write_file(secret + "/thesis.tex", "years of work");
    fs::remove_all(registry.run_uri + "/" + part);
    fs::create_directory_symlink(secret, registry.run_uri + "/" + part);
    const FileTree before = file_tree(registry.dir.path());
    erm::SaveOptions options;
    options.overwrite = true;
    erm::ExperimentRun run("e", with_run_id("r"));
    run.log_text("new", "note");
    CHECK(thrown<erm::FormatError>([&] { (void)erm::save_run_to_registry(run, registry.uri, options); }) ==
          "cannot replace the run '" + registry.metadata().string() + "': '" + part +
              "' is a symbolic link, which may lead out of the run's folder; remove the link");
    CHECK(file_tree(registry.dir.path()) == before);
  }
  Registry registry;
  const std::string secret = registry.dir / "secret";
  write_file(secret + "/thesis.tex", "years of work");
  fs::create_directory_symlink(secret, registry.run_uri + "/artifacts/sub");
  erm::SaveOptions options;
  options.overwrite = true;
  erm::ExperimentRun run("e", with_run_id("r"));
  run.log_artifact(erm::to_bytes("new"), "a", "sub/thesis.tex");
  erm::save_run_to_registry(run, registry.uri, options);
  CHECK(file_text(secret + "/thesis.tex") == "years of work");
  CHECK(erm::to_text(erm::load_run_from_path(registry.run_uri).artifacts().at("a").bytes()) == "new");
  CHECK_FALSE(fs::exists(fs::symlink_status(registry.run_uri + "/artifacts/sub")));
}

TEST_CASE("A run that lost an artifact loads, and reading the artifact throws") {
  for (const std::string text : {"hello", ""}) {
    CAPTURE(text);
    TemporaryDirectory dir;
    erm::ExperimentRun run("e");
    run.log_text(text, "note");
    const std::string uri = erm::save_run_to_registry(run, dir / "registry");
    std::filesystem::remove(uri + "/artifacts/note.txt");
    const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
    const erm::Artifact& note = loaded.artifacts().at("note");
    CHECK(note.size() == text.size());
    const std::string lost =
        "cannot open '" + uri + "/artifacts/note.txt': No such file or directory; check the path";
    CHECK(thrown<erm::NotFoundError>([&] { (void)note.bytes(); }) == lost);
    CHECK(thrown<erm::NotFoundError>([&] { note.save_to(dir / "copy"); }) == lost);
    // Only the registry is there.
    CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), std::filesystem::directory_iterator()) == 1);
    CHECK(thrown<erm::NotFoundError>([&] { (void)erm::save_run_to_registry(loaded, dir / "elsewhere"); }) == lost);
    CHECK(erm::list_runs(dir / "elsewhere", "e").empty());
  }
}

TEST_CASE("Reading an artifact that differs from what was saved throws") {
  Registry registry;
  const erm::ExperimentRun run = erm::load_run_from_path(registry.run_uri);
  const erm::Artifact& note = run.artifacts().at("note");
  const std::string path = registry.run_uri + "/artifacts/note.txt";
  const std::string after = "; its file was changed, or its run overwritten, after the run was loaded";
  write_file(path, "hel");
  CHECK(thrown<erm::FormatError>([&] { (void)note.bytes(); }) ==
        "artifact 'note' (note.txt) does not hold what was saved: it ends after 3 of 5 bytes" + after);
  write_file(path, "HELLO");
  CHECK(thrown<erm::FormatError>([&] { note.save_to(registry.dir / "copy"); }) ==
        "artifact 'note' (note.txt) does not hold what was saved: its SHA-256 is not " + *note.sha256() + after);
  CHECK_FALSE(std::filesystem::exists(registry.dir / "copy"));

  erm::Json metadata = erm::Json::parse(file_text(registry.metadata()));
  metadata["artifacts"]["note"]["size"] = std::uint64_t{1} << 63;
  write_file(registry.metadata(), metadata.dump());
  const erm::ExperimentRun boasting = erm::load_run_from_path(registry.run_uri);
  CHECK(thrown<erm::FormatError>([&] { (void)boasting.artifacts().at("note").bytes(); }) ==
        "artifact 'note' (note.txt) does not hold what was saved: it ends after 5 of 9223372036854775808 bytes" + after);
}

}  // namespace bad_input_test
