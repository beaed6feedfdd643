#include "erm/artifact.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if defined(__linux__)
#include <fstream>
#include <sys/stat.h>
#endif

namespace artifact_test {

using erm::Artifact;
using erm::ArtifactType;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

TEST_CASE("An artifact in memory has the content, name and type it was given") {
  const Artifact artifact("id", "folder/model.bin", ArtifactType::binary, erm::to_bytes(std::string("a\0b", 3)));
  CHECK(artifact.id() == "id");
  CHECK(artifact.filename() == "folder/model.bin");
  CHECK(artifact.type() == ArtifactType::binary);
  CHECK(artifact.size() == 3);
  CHECK(artifact.bytes() == erm::Bytes{'a', 0, 'b'});
  CHECK(erm::to_text(artifact.bytes()) == std::string("a\0b", 3));
  CHECK_FALSE(artifact.sha256());
  const Artifact copy = artifact;
  CHECK(copy.content() == artifact.content());
}

TEST_CASE("The filename's extension decides the type and the media type") {
  erm::ExperimentRun run("e");
  const auto logged = [&](const std::string& filename) -> const Artifact& {
    run.log_artifact(erm::to_bytes("x"), "a", filename);
    return run.artifacts().at("a");
  };
  const std::vector<std::pair<std::string, ArtifactType>> types = {
      {"a.png", ArtifactType::png},   {"A.PNG", ArtifactType::png},     {"a.jpg", ArtifactType::jpg},
      {"a.jpeg", ArtifactType::jpg},  {"a.html", ArtifactType::html},   {"a.plotly.json", ArtifactType::plotly_json},
      {"a.json", ArtifactType::binary}, {"png", ArtifactType::binary},  {"a.png/b", ArtifactType::binary},
  };
  for (const auto& [filename, type] : types) {
    CAPTURE(filename);
    CHECK(logged(filename).type() == type);
  }
  CHECK(logged("a.txt").media_type() == "text/plain");
  CHECK(logged("a.CSV").media_type() == "text/csv");
  CHECK(logged("a.json").media_type() == "application/json");
  CHECK(logged("a.png").media_type() == "image/png");
  CHECK(logged("a").media_type() == "application/octet-stream");
  run.log_artifact(erm::to_bytes("x"), "b", "report", ArtifactType::html);
  CHECK(run.artifacts().at("b").media_type() == "text/html");
}

TEST_CASE("Content is written to a file completely or not at all") {
  TemporaryDirectory dir;
  const Artifact artifact("id", "f", ArtifactType::binary, erm::Bytes((std::size_t{3} << 20) + 7, 42));
  artifact.save_to(dir / "copy");
  CHECK(file_text(dir / "copy") == std::string((std::size_t{3} << 20) + 7, 42));
  const Artifact empty("id", "f", ArtifactType::binary, erm::Bytes{});
  empty.save_to(dir / "copy");
  CHECK(file_text(dir / "copy").empty());
  const std::string missing = dir / "none/copy";
  CHECK(thrown<erm::NotFoundError>([&] { artifact.save_to(missing); }) ==
        "cannot save artifact 'id' to '" + missing + "': its folder is not there; create it first");
  std::filesystem::create_directory(dir / "folder");
  const std::string folder = dir / "folder";
  CHECK(thrown<erm::IoError>([&] { artifact.save_to(folder); }) ==
        "cannot write to '" + folder + "': Is a directory");
  CHECK(file_tree(dir.path()).size() == 2);
}

TEST_CASE("An artifact with the longest possible filename can be saved under it") {
  TemporaryDirectory dir;
  const std::string name(255, 'x');
  const Artifact artifact("id", name, ArtifactType::binary, erm::to_bytes("hello"));
  artifact.save_to(dir / name);
  CHECK(file_text(dir / name) == "hello");
  CHECK(file_tree(dir.path()).size() == 1);
}

TEST_CASE("The content of a file is its content at the moment it was logged") {
  TemporaryDirectory dir;
  write_file(dir / "model.bin", "first");
  erm::ExperimentRun run("e");
  run.log_artifact(dir / "model.bin", "model");
  write_file(dir / "model.bin", "second, longer");
  CHECK(erm::to_text(run.artifacts().at("model").bytes()) == "first");
  std::filesystem::remove(dir / "model.bin");
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  CHECK(file_text(uri + "/artifacts/model.bin") == "first");
}

#if defined(__linux__)

namespace {

/// The most memory that this process ever had, in bytes, since it was last asked to forget.
std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0) return std::stoul(line.substr(6)) * 1024;
  return 0;
}
bool forget_peak() { return static_cast<bool>(std::ofstream("/proc/self/clear_refs") << 5 << std::flush); }

}  // namespace

TEST_CASE("A file above 64 MiB is logged, saved, loaded and written without being held in memory") {
  TemporaryDirectory dir;
  const std::string path = dir / "large.bin";
  constexpr std::uint64_t size = (std::uint64_t{65} << 20) + 3;
  {
    std::ofstream file(path, std::ios::binary);
    std::string megabyte(std::size_t{1} << 20, '\0');
    for (std::size_t i = 0; i < megabyte.size(); ++i) megabyte[i] = static_cast<char>(i * 7 % 253);
    for (int i = 0; i < 65; ++i) file << megabyte;
    file << "end";
  }
  if (!forget_peak()) WARN("the peak of memory cannot be reset here; that of the whole process is looked at");
  const std::size_t before = peak_memory();
  erm::ExperimentRun run("e");
  run.log_artifact(path, "large");
  write_file(path, "changed");
  CHECK(run.artifacts().at("large").size() == size);
  erm::SaveOptions options;
  options.durable = false;
  const std::string uri = erm::save_run_to_registry(run, dir / "registry", options);
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(loaded.artifacts().at("large").size() == size);
  loaded.artifacts().at("large").save_to(dir / "copy");
  const std::size_t grown = peak_memory() - before;
  INFO("peak of memory grew by " << grown << " bytes");
  CHECK(grown < (std::size_t{16} << 20));
  CHECK(std::filesystem::file_size(dir / "copy") == size);
  CHECK(file_text(dir / "copy").substr(size - 4) == std::string(1, static_cast<char>(((1 << 20) - 1) * 7 % 253)) + "end");
}

TEST_CASE("Logging a pipe does not wait for its writer") {
  TemporaryDirectory dir;
  const std::string pipe = dir / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  erm::ExperimentRun run("e");
  CHECK(thrown<erm::Error>([&] { run.log_artifact(pipe, "a"); }) ==
        "'" + pipe + "' is a device, a socket or a pipe; only a regular file can be logged");
}

TEST_CASE("A file that reports no size can be logged") {
  erm::ExperimentRun run("e");
  run.log_artifact("/proc/self/status", "status");
  CHECK(run.artifacts().at("status").size() > 100);
}

#endif

}  // namespace artifact_test
