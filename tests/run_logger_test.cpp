#include "erm/run_logger.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/image.hpp"
#include "erm/experiment_run.hpp"
#include "erm/json.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace run_logger_test {

using erm::ArtifactType;
using erm::Value;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

std::string text_of(const erm::ExperimentRun& run, const std::string& id) {
  return erm::to_text(run.artifacts().at(id).bytes());
}

const std::string replacement = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("Logging something again replaces it") {
  erm::ExperimentRun run("e");
  run.log_param("lr", 0.1);
  run.log_param("lr", "high");
  CHECK(run.params() == std::map<std::string, Value>{{"lr", "high"}});
  run.log_metric("loss", 1.0, 1);
  run.log_metric("loss", 7);
  CHECK(run.metrics().at("loss") == Value(7));
  CHECK(run.history().at("loss").size() == 1);
  run.log_metric("loss", 0.5, 0);
  CHECK(run.metrics().at("loss") == Value(0.5));
  CHECK(run.history().at("loss").size() == 2);
  run.log_text("first", "note");
  run.log_artifact(erm::to_bytes("second"), "note", "other.bin");
  CHECK(run.artifacts().size() == 1);
  CHECK(run.artifacts().at("note").filename() == "other.bin");
  CHECK(text_of(run, "note") == "second");
  run.log_feature("a");
  run.log_features({"b", "a", "b"});
  run.log_features(std::vector<std::string>{"c"});
  CHECK(run.features() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("Many params and metrics are logged from braces and from any map") {
  erm::ExperimentRun run("e");
  run.log_params({{"lr", 0.1F}, {"seed", 42U}, {"optimizer", "adam"}, {"nesterov", true}});
  run.log_params(std::map<std::string, Value>{{"a", 1}});
  run.log_params(std::unordered_map<std::string, double>{{"b", 2.5}});
  CHECK(run.params().size() == 6);
  CHECK(run.params().at("lr").str() == "0.1");
  CHECK(run.params().at("seed").kind() == Value::Kind::unsigned_integer);
  run.log_metrics({{"rmse", 0.9}, {"grade", "A"}});
  run.log_metrics(std::map<std::string, float>{{"f", 0.1F}});
  CHECK(run.history().empty());
  CHECK(run.metrics().at("f").str() == "0.1");
  run.log_metrics({{"loss", 0.3F}, {"good", true}}, 5);
  run.log_metrics(std::map<std::string, float>{{"loss", 0.1F}}, 6);
  CHECK(run.history().at("loss").points()[0].value == 0.3);
  CHECK(run.history().at("loss").points()[1].value == 0.1);
  CHECK(run.history().at("loss").points()[1].step == 6);
  CHECK(run.history().at("good").last().value == 1);
}

TEST_CASE("A point has its step, its time to the millisecond, and its value") {
  erm::ExperimentRun run("e");
  const erm::TimePoint before = erm::detail::now_utc() - std::chrono::milliseconds(1);
  run.log_metric("loss", 0.1F, 3);
  run.log_metric("loss", 5, -3);
  run.log_metric("loss", std::numeric_limits<double>::quiet_NaN(), 3);
  run.log_metric("loss", 1.5, 4, erm::TimePoint(std::chrono::microseconds(1763883021123999)));
  run.log_metric("loss", 1.5, 5, erm::TimePoint(std::chrono::microseconds(-1)));
  const auto& points = run.history().at("loss").points();
  REQUIRE(points.size() == 5);
  CHECK(points[0].value == 0.1);
  CHECK(points[0].time >= before);
  CHECK(points[0].time.time_since_epoch().count() % 1000 == 0);
  CHECK(points[1].step == -3);
  CHECK(std::isnan(points[2].value));
  CHECK(points[3].time.time_since_epoch() == std::chrono::milliseconds(1763883021123));
  CHECK(points[4].time.time_since_epoch() == std::chrono::milliseconds(-1));
}

TEST_CASE("A dict is merged into the dict of the same name") {
  erm::ExperimentRun run("e");
  run.log_dict("d", nullptr);
  CHECK(run.dicts().at("d") == erm::Json::object());
  run.log_dict("d", {{"a", 1}, {"b", {{"x", 1}}}});
  run.log_dict("d", {{"b", {{"y", 2}}}, {"c", nullptr}});
  run.log_dict("d", nullptr);
  CHECK(run.dicts().at("d") == erm::Json({{"a", 1}, {"b", {{"y", 2}}}, {"c", nullptr}}));
}

TEST_CASE("A configuration's values are logged under dotted names") {
  erm::ExperimentRun run("e");
  run.log_params_json(erm::Json::parse(R"({"optimizer": {"name": "adam", "betas": [0.9, 0.999], "eps": 1e-8,
    "deep": {"yes": true}}, "seed": 18446744073709551615, "offset": -1, "none": null, "empty": {}, "": {"": 1}})"));
  const auto& params = run.params();
  CHECK(params.size() == 9);
  CHECK(params.at("optimizer.name") == Value("adam"));
  CHECK(params.at("optimizer.betas") == Value("[0.9,0.999]"));
  CHECK(params.at("optimizer.eps") == Value(1e-8));
  CHECK(params.at("optimizer.deep.yes") == Value(true));
  CHECK(params.at("seed") == Value(18446744073709551615U));
  CHECK(params.at("offset") == Value(-1));
  CHECK(params.at("none") == Value("null"));
  CHECK(params.at("empty") == Value("{}"));
  CHECK(params.at(".") == Value(1));
}

TEST_CASE("Invalid UTF-8 becomes U+FFFD when text is logged") {
  erm::ExperimentRun run("e");
  const std::string bad = "a\xFF";
  run.log_feature(bad);
  run.log_param(bad, bad);
  run.log_metric(bad, 1, 1);
  run.set_goal(bad, erm::Goal::maximize);
  run.log_dict(bad, {{bad, {bad, {{bad, bad}}}}});
  run.log_text(bad, "note");
  run.log_params_json({{bad + "2", bad}});
  const std::string good = "a" + replacement;
  CHECK(run.features() == std::vector<std::string>{good});
  CHECK(run.params().at(good) == Value(good));
  CHECK(run.params().at(good + "2") == Value(good));
  CHECK(run.metrics().count(good) == 1);
  CHECK(run.history().count(good) == 1);
  CHECK(run.goals().count(good) == 1);
  CHECK(run.dicts().at(good) == erm::Json({{good, {good, {{good, good}}}}}));
  CHECK(text_of(run, "note") == good);
}

TEST_CASE("A text is an artifact with the extension .txt, unless its id has one") {
  erm::ExperimentRun run("e");
  run.log_text("plain", "note");
  run.log_text("# title", "report.md");
  run.log_text("{}", "config.json");
  run.log_text("x", ".profile");
  run.log_text("x", "v1.2/log");
  run.log_text("x", "data.bin");
  const auto& artifacts = run.artifacts();
  CHECK(artifacts.at("note").filename() == "note.txt");
  CHECK(artifacts.at("note").type() == ArtifactType::binary);
  CHECK(artifacts.at("note").media_type() == "text/plain");
  CHECK(artifacts.at("report.md").filename() == "report.md");
  CHECK(artifacts.at("report.md").media_type() == "text/markdown");
  CHECK(artifacts.at("config.json").media_type() == "application/json");
  CHECK(artifacts.at(".profile").filename() == ".profile.txt");
  CHECK(artifacts.at("v1.2/log").filename() == "v1.2/log.txt");
  CHECK(artifacts.at("data.bin").media_type() == "text/plain");
}

TEST_CASE("An image is recognised by its bytes, and its name comes from the path or the id") {
  TemporaryDirectory dir;
  erm::ExperimentRun run("e");
  const erm::Bytes jpeg = {0xFF, 0xD8, 0xFF, 0xE0, 0};
  const std::uint8_t pixels[] = {1, 2, 3};
  const erm::Bytes png = erm::encode_png(erm::ImageView{pixels, 1, 1, 3});
  write_file(dir / "wrong.png", erm::to_text(jpeg));
  run.log_image(dir / "wrong.png", "from path");
  run.log_image(jpeg, "photo");
  run.log_image(jpeg, "photo.jpeg");
  run.log_image(png, "photo.jpg");
  run.log_image(png, "named", "folder/x.bin");
  run.log_image(erm::ImageView{pixels, 1, 1, 3}, "pixels");
  const auto& artifacts = run.artifacts();
  CHECK(artifacts.at("from path").type() == ArtifactType::jpg);
  CHECK(artifacts.at("from path").filename() == "wrong.png");
  CHECK(artifacts.at("photo").filename() == "photo.jpg");
  CHECK(artifacts.at("photo.jpeg").filename() == "photo.jpeg");
  CHECK(artifacts.at("photo.jpg").filename() == "photo.jpg.png");
  CHECK(artifacts.at("photo.jpg").type() == ArtifactType::png);
  CHECK(artifacts.at("named").filename() == "folder/x.bin");
  CHECK(artifacts.at("pixels").filename() == "pixels.png");
  CHECK(artifacts.at("pixels").bytes() == png);
}

TEST_CASE("Each file of a folder is logged under its path in the folder") {
  namespace fs = std::filesystem;
  TemporaryDirectory dir;
  write_file(dir / "plots/a.txt", "a");
  write_file(dir / "plots/late/b.html", "b");
  write_file(dir / "plots/late/.hidden", "c");
  write_file(dir / "elsewhere/secret", "s");
  fs::create_directory(dir / "plots/empty");
  fs::create_directory_symlink(dir / "elsewhere", dir / "plots/link");
  fs::create_symlink(dir / "elsewhere/secret", dir / "plots/file link");
  fs::create_symlink("nowhere", dir / "plots/broken");
  for (const std::string& folder : {dir / "plots", dir / "plots/", dir / "elsewhere/../plots/."}) {
    CAPTURE(folder);
    erm::ExperimentRun run("e");
    run.log_artifacts(folder, "my/plots");
    std::vector<std::string> ids;
    for (const auto& [id, artifact] : run.artifacts()) {
      ids.push_back(id);
      CHECK(artifact.filename() == id);
    }
    CHECK(ids == std::vector<std::string>{"my/plots/a.txt", "my/plots/file link", "my/plots/late/.hidden",
                                          "my/plots/late/b.html"});
    CHECK(run.artifacts().at("my/plots/late/b.html").type() == ArtifactType::html);
    CHECK(text_of(run, "my/plots/file link") == "s");
  }
  write_file(dir / "plots/z\\bad", "x");
  erm::ExperimentRun run("e");
  CHECK(thrown<erm::InvalidIdError>([&] { run.log_artifacts(dir / "plots", "p"); }) ==
        "the artifact id 'p/z\\bad' has a backslash; separate parts by '/'");
  CHECK(run.artifacts().empty());
}

TEST_CASE("A file is logged under its own name or the given one") {
  TemporaryDirectory dir;
  write_file(dir / "model.html", "x");
  erm::ExperimentRun run("e");
  run.log_artifact(dir / "model.html", "own");
  run.log_artifact(dir / "model.html", "given", "weights/model.bin");
  run.log_artifact(dir / "model.html", "typed", {}, ArtifactType::binary);
  CHECK(run.artifacts().at("own").filename() == "model.html");
  CHECK(run.artifacts().at("own").type() == ArtifactType::html);
  CHECK(run.artifacts().at("given").filename() == "weights/model.bin");
  CHECK(run.artifacts().at("given").type() == ArtifactType::binary);
  CHECK(run.artifacts().at("typed").filename() == "model.html");
  CHECK(run.artifacts().at("typed").type() == ArtifactType::binary);
}

TEST_CASE("A text and its artifact id in the wrong order are refused") {
  erm::ExperimentRun run("e");
  CHECK(thrown<erm::InvalidIdError>([&] { run.log_text("note", "The run was stopped by hand"); }) ==
        "log_text was given the artifact id 'The run was stopped by hand', which has blanks, and the text 'note', "
        "which has "
        "none; the order is log_text(text, artifact_id)");
  CHECK(run.artifacts().empty());
  run.log_text("The run was stopped by hand", "why it ended");
  run.log_text("", "an empty text");
  run.log_text("short", "id");
  run.log_text("short", "the id of a file.txt");
  CHECK(run.artifacts().size() == 4);
}

TEST_CASE("Content that is passed as a path is told to be content") {
  erm::ExperimentRun run("e");
  CHECK(thrown<erm::Error>([&] { run.log_artifact(std::string("a,b\n1,2\n"), "table", "t.csv"); }) ==
        "log_artifact was given a path of 8 bytes, 'a,b?1,2?', which no file has and which looks like the content of "
        "one; "
        "pass content in a text as erm::to_bytes(text)");
  const std::string png("\x89PNG\r\n\x1A\n\0\0", 10);
  CHECK(thrown<erm::Error>([&] { run.log_image(png, "picture"); }).find("log_image was given a path of 10 bytes") == 0);
  CHECK(thrown<erm::Error>([&] { run.log_artifact(std::string(5000, 'x'), "x"); }).find("erm::to_bytes(text)") !=
        std::string::npos);
  CHECK_THROWS_AS(run.log_artifact("missing.bin", "model"), erm::NotFoundError);
}

#ifndef _WIN32
TEST_CASE("A file whose name has a line break is a path") {
  const erm_test::TemporaryDirectory dir;
  const std::string path = (dir.path() / "two\nlines.txt").string();
  std::ofstream(path) << "hi";
  erm::ExperimentRun run("e");
  run.log_artifact(path, "model", "m.txt");
  CHECK(erm::to_text(run.artifact("model").bytes()) == "hi");
}
#endif

}  // namespace run_logger_test
