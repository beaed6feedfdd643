// Images, sound and video on the page.
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/compare.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/registry.hpp"
#include "media_samples.hpp"
#include "temporary_directory.hpp"

namespace {

bool has(const std::string& page, const std::string& part) { return page.find(part) != std::string::npos; }

/// The page of one run with one file.
std::string page_with(const erm::Bytes& content, const std::string& filename) {
  erm::RunOptions options;
  options.run_id = "a";
  erm::ExperimentRun run("media", options);
  run.log_artifact(content, "file", filename);
  erm::CompareOptions page;
  page.embed_files = true;
  return erm::compare_runs({run}, page);
}

}  // namespace

TEST_CASE("Images that browsers decode are shown on the page by the type that their bytes have") {
  using media::from_base64;
  const std::pair<const char*, const char*> images[] = {
      {media::gif, "gif"}, {media::bmp, "bmp"}, {media::webp, "webp"}, {media::avif, "avif"}};
  for (const auto& [sample, type] : images) {
    const std::string page = page_with(from_base64(sample), std::string("file.") + type);
    CHECK(has(page, std::string("alt=\"file of a\" src=\"data:image/") + type + ";base64," + std::string(sample, 8)));
    CHECK_FALSE(has(page, "media-src"));
  }
  CHECK(has(page_with(from_base64(media::gif), "file.webp"), "src=\"data:image/gif;base64,"));
}

TEST_CASE("Sound and video are played on the page, under a policy that allows only what the page holds") {
  using media::from_base64;
  const std::string wav = page_with(from_base64(media::wav), "file.wav");
  CHECK(has(wav, "<audio controls preload=metadata aria-label=\"file of a\" src=\"data:audio/wav;base64,UklGR"));
  CHECK(has(wav, "; media-src data:; img-src data: blob:; base-uri 'none'"));
  const std::string webm = page_with(from_base64(media::webm), "file.webm");
  CHECK(has(webm,
            "<video controls preload=metadata width=\"100%\" aria-label=\"file of a\" src=\"data:video/webm;base64,"));
  CHECK(has(page_with(from_base64(media::mp4), "file.mp4"), "src=\"data:video/mp4;base64,"));
  CHECK(has(page_with({0xFF, 0xFB, 0x90, 0x00}, "file.mp3"), "<audio controls preload=metadata"));
}

TEST_CASE("A file that is not what its name says is no image and no sound on the page") {
  const erm::Bytes html = erm::to_bytes("<script>alert(1)</script>");
  for (const char* name : {"file.webp", "file.gif", "file.bmp", "file.avif"}) {
    const std::string page = page_with(html, name);
    CHECK(has(page, "It is no image that a browser shows, whatever its name says."));
    CHECK_FALSE(has(page, "<img"));
  }
  for (const char* name : {"file.wav", "file.mp3", "file.mp4", "file.webm"}) {
    const std::string page = page_with(html, name);
    CHECK(has(page, "It is no sound or video that a browser plays, whatever its name says."));
    CHECK_FALSE(has(page, "src=\"data:audio"));
    CHECK_FALSE(has(page, "src=\"data:video"));
  }
}

TEST_CASE("Source, settings and lines of JSON are text on the page, and models and notebooks are downloads") {
  for (const char* name : {"train.py", "file.jsonl", "file.md", "file.yaml", "file.toml"})
    CHECK(has(page_with(erm::to_bytes("a < b\n"), name), "<pre tabindex=0>\na &lt; b\n</pre>"));
  for (const char* name : {"file.ipynb", "file.npy", "file.npz", "file.safetensors", "file.onnx", "file.gguf",
                           "file.parquet", "file.tiff"}) {
    const std::string page = page_with(erm::to_bytes("a < b\n"), name);
    CHECK(has(page, "href=\"data:application/octet-stream;base64,YSA8IGIK\" download=\"" + std::string(name) + "\""));
    CHECK_FALSE(has(page, "<pre tabindex=0>\na"));
  }
}

TEST_CASE("Files that no browser shows are not read unless they are asked for") {
  const erm_test::TemporaryDirectory dir;
  erm::RunOptions options;
  options.run_id = "a";
  erm::ExperimentRun run("media", options);
  run.log_artifact(erm::Bytes(3000, 7), "weights", "weights.bin");
  const std::string uri = erm::save_run_to_registry(run, dir.path().string());
  const erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  std::filesystem::remove(std::filesystem::path(uri) / "artifacts" / "weights.bin");
  const std::string page = erm::compare_runs({loaded});
  CHECK(has(page, "weights.bin, 2.9 KiB"));
  CHECK(has(page, "<dt>SHA-256<dd><code>" + erm::detail::sha256_of(std::string(3000, '\7')) + "</code>"));
  CHECK_FALSE(has(page, "It cannot be read"));
  erm::CompareOptions all;
  all.embed_files = true;
  CHECK(has(erm::compare_runs({loaded}, all), "It cannot be read"));
}

TEST_CASE("Sound above the page's limit is listed by name, and its policy allows none") {
  erm::CompareOptions options;
  options.max_artifact_size = 100;
  erm::ExperimentRun run("media");
  run.log_artifact(media::from_base64(media::wav), "file", "file.wav");
  const std::string page = erm::compare_runs({run}, options);
  CHECK(has(page, "Too large for this page"));
  CHECK_FALSE(has(page, "<audio"));
  CHECK_FALSE(has(page, "media-src"));
}
