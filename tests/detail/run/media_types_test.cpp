#include "erm/detail/run/media_types.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "erm/registry.hpp"
#include "media_samples.hpp"
#include "temporary_directory.hpp"

using namespace erm::detail;

namespace {

std::string_view of_text(std::string_view text) { return media_type_of_bytes(erm::to_bytes(text)); }

}  // namespace

TEST_CASE("The names of what trainers write have media types") {
  const std::pair<const char*, const char*> known[] = {
      {"a.webp", "image/webp"},
      {"a.AVIF", "image/avif"},
      {"a.gif", "image/gif"},
      {"a.bmp", "image/bmp"},
      {"a.npy", "application/x-npy"},
      {"a.npz", "application/x-npz"},
      {"a.safetensors", "application/x-safetensors"},
      {"a.onnx", "application/x-onnx"},
      {"a.gguf", "application/x-gguf"},
      {"a.parquet", "application/vnd.apache.parquet"},
      {"a.wav", "audio/wav"},
      {"a.mp3", "audio/mpeg"},
      {"a.flac", "audio/flac"},
      {"a.mp4", "video/mp4"},
      {"a.webm", "video/webm"},
      {"train.py", "text/x-python"},
      {"eda.ipynb", "application/x-ipynb+json"},
      {"a.jsonl", "application/jsonl"},
      {"a.md", "text/markdown"},
      {"a.yaml", "text/yaml"},
      {"a.toml", "application/toml"},
      {"model", "application/octet-stream"},
  };
  for (const auto& [name, media_type] : known) CHECK(media_type_of_name(name) == media_type);
}

TEST_CASE("The first bytes of a file tell its media type") {
  using media::from_base64;
  CHECK(media_type_of_bytes(from_base64(media::gif)) == "image/gif");
  CHECK(media_type_of_bytes(from_base64(media::bmp)) == "image/bmp");
  CHECK(media_type_of_bytes(from_base64(media::webp)) == "image/webp");
  CHECK(media_type_of_bytes(from_base64(media::avif)) == "image/avif");
  CHECK(media_type_of_bytes(from_base64(media::wav)) == "audio/wav");
  CHECK(media_type_of_bytes(from_base64(media::webm)) == "video/webm");
  CHECK(media_type_of_bytes(from_base64(media::mp4)) == "video/mp4");
  CHECK(of_text("\x89PNG\r\n\x1A\n") == "image/png");
  CHECK(of_text("\xFF\xD8\xFF\xE0") == "image/jpeg");
  CHECK(of_text("OggS") == "audio/ogg");
  CHECK(of_text("fLaC") == "audio/flac");
  CHECK(of_text("ID3\x04") == "audio/mpeg");
  CHECK(of_text("\x93NUMPY\x01") == "application/x-npy");
  CHECK(of_text("GGUF\x03") == "application/x-gguf");
  CHECK(of_text("PAR1") == "application/vnd.apache.parquet");
  CHECK(of_text("%PDF-1.7") == "application/pdf");
}

TEST_CASE("First bytes that begin like a format, and text, tell nothing") {
  for (const char* text : {"", "B", "BM", "BM and then some text", "RIFF", "RIFFsizeAVI ", "GIF88a", "ftyp", "Ogg",
                           "# A report", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<!doctype html>", "PK\x03\x04"})
    CHECK(of_text(text).empty());
  CHECK(media_type_of_bytes(nullptr, 0).empty());
}

TEST_CASE("A file without a known name is known by its bytes, and the type of its artifact stays binary") {
  erm::ExperimentRun run("media");
  run.log_artifact(media::from_base64(media::wav), "clip", "clip");
  run.log_artifact(media::from_base64(media::gif), "named", "named.npy");
  run.log_artifact(erm::to_bytes("RIFF"), "unknown", "unknown");
  run.log_text("lr = 0.1", "settings.toml");
  run.log_text("print(1)", "train.py");
  CHECK(run.artifact("clip").media_type() == "audio/wav");
  CHECK(run.artifact("named").media_type() == "application/x-npy");
  CHECK(run.artifact("unknown").media_type() == "application/octet-stream");
  CHECK(run.artifact("settings.toml").media_type() == "application/toml");
  CHECK(run.artifact("train.py").media_type() == "text/x-python");
  const erm_test::TemporaryDirectory folder;
  erm::save_run_to_path(run, folder.path().string() + "/run");
  const erm::ExperimentRun loaded = erm::load_run_from_path(folder.path().string() + "/run");
  CHECK(loaded.artifact("clip").media_type() == "audio/wav");
  CHECK(loaded.artifact("clip").type() == erm::ArtifactType::binary);
}
