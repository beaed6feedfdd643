#include "erm/json.hpp"
#include "erm/provenance.hpp"

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <unistd.h>

#include "catch.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "locale_guard.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace provenance_test {

namespace {

using erm::ExperimentRun;
using erm::InputHash;
using erm::Json;
using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

constexpr const char* sha256_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_CASE("A run has no provenance until it is captured, and a registry returns it unchanged") {
  const TemporaryDirectory dir;
  ExperimentRun run("digits");
  CHECK(run.provenance() == Json::object());
  erm::ProvenanceOptions options;
  options.code = false;
  run.capture_provenance(options);
  run.log_seed(42);
  CHECK(run.provenance().at("program").at("pid") == ::getpid());
  const ExperimentRun again = erm::load_run_from_path(erm::save_run_to_registry(run, dir / "registry"));
  CHECK(again.provenance() == run.provenance());
}

TEST_CASE("A run without provenance has none in its metadata") {
  const TemporaryDirectory dir;
  const std::string uri = erm::save_run_to_registry(ExperimentRun("digits"), dir / "registry");
  CHECK_FALSE(contains(erm_test::file_text(uri + "/erm_metadata.json"), "provenance"));
  CHECK(erm::load_run_from_path(uri).provenance() == Json::object());
}

TEST_CASE("A provenance that is not an object is refused, and keys of later versions are kept") {
  const TemporaryDirectory dir;
  ExperimentRun run("digits");
  run.log_seed(1);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const std::string file = uri + "/erm_metadata.json", text = erm_test::file_text(file);
  const std::string provenance = R"("provenance": {"seeds":{"seed":1}})";
  REQUIRE(contains(text, provenance));
  const auto write = [&](const std::string& other) {
    std::string changed = text;
    write_file(file, changed.replace(text.find(provenance), provenance.size(), other));
  };
  write(R"("provenance": {"seeds":{"seed":1},"later":[1,{"a":null}]})");
  ExperimentRun later = erm::load_run_from_path(uri);
  later.log_seed("second", 2);
  CHECK(erm::load_run_from_path(erm::save_run_to_registry(later, dir / "other")).provenance() ==
        Json({{"seeds", {{"seed", 1}, {"second", 2}}}, {"later", {1, {{"a", nullptr}}}}}));
  write(R"("provenance": [])");
  CHECK(contains(thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path(uri)); }),
                 "erm/provenance is an array, where an object belongs"));
}

TEST_CASE("Each copy of a run has its own provenance") {
  ExperimentRun run("digits");
  run.log_seed(1);
  ExperimentRun copy = run;
  copy.log_seed(2);
  CHECK(run.provenance().at("seeds").at("seed") == 1);
  CHECK(copy.provenance().at("seeds").at("seed") == 2);
}

TEST_CASE("Seeds of any integer type keep their value") {
  ExperimentRun run("digits");
  run.log_seed(18446744073709551615U);
  run.log_seed("shuffle", -1);
  run.log_seed("a\xff", std::uint8_t{7});
  CHECK(run.provenance().at("seeds") == Json({{"seed", 18446744073709551615U}, {"shuffle", -1}, {"a\xEF\xBF\xBD", 7}}));
}

TEST_CASE("A random engine continues from its logged state") {
  const TemporaryDirectory dir;
  std::mt19937 random(42);
  random.discard(1000);
  ExperimentRun run("digits");
  run.log_rng("shuffle", random);
  const auto next = random();
  const ExperimentRun again = erm::load_run_from_path(erm::save_run_to_registry(run, dir / "registry"));
  std::mt19937 restored;
  CHECK(again.restore_rng("shuffle", restored));
  CHECK(restored() == next);
  CHECK(restored == random);

  std::mt19937_64 wide(7);
  std::minstd_rand small(7);
  run.log_rng("wide", wide);
  run.log_rng("small", small);
  std::mt19937_64 wide_restored;
  std::minstd_rand small_restored;
  CHECK(run.restore_rng("wide", wide_restored));
  CHECK(run.restore_rng("small", small_restored));
  CHECK(wide_restored == wide);
  CHECK(small_restored == small);
}

TEST_CASE("An engine of another type is refused, and one that was not logged does not change") {
  ExperimentRun run("digits");
  std::mt19937 random(1);
  run.log_rng("shuffle", random);
  std::mt19937_64 other(5);
  const std::mt19937_64 before = other;
  CHECK(contains(thrown<erm::FormatError>([&] { run.restore_rng("shuffle", other); }),
                 "cannot restore the random engine 'shuffle': its state, '"));
  std::minstd_rand small(5);
  CHECK(contains(thrown<erm::FormatError>([&] { run.restore_rng("shuffle", small); }), "is not one of this type"));
  CHECK_FALSE(run.restore_rng("none", other));
  CHECK(other == before);
  CHECK_FALSE(ExperimentRun("x").restore_rng("shuffle", random));
}

TEST_CASE("An engine's state does not depend on the locale") {
  ExperimentRun run("digits");
  std::mt19937 random(1);
  run.log_rng("plain", random);
  const erm_test::CommaLocale locale;
  run.log_rng("localised", random);
  CHECK(run.provenance().at("rngs").at("plain") == run.provenance().at("rngs").at("localised"));
  std::mt19937 restored;
  CHECK(run.restore_rng("plain", restored));
  CHECK(restored == random);
}

TEST_CASE("An input is recorded by its path, size and SHA-256, and not copied") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "train.csv", "abc");
  ExperimentRun run("digits");
  run.log_input("train set", dir / "./train.csv");
  CHECK(run.provenance().at("inputs").at("train set") ==
        Json({{"path", dir / "train.csv"}, {"size", 3}, {"sha256", sha256_of_abc}}));
  CHECK(run.artifacts().empty());
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  CHECK(erm_test::file_tree(uri).size() == 1);
  write_file(dir.path() / "train.csv", "abcd");
  CHECK(run.provenance().at("inputs").at("train set").at("size") == 3);
  run.log_input("train set", dir / "train.csv");
  CHECK(run.provenance().at("inputs").at("train set").at("size") == 4);
}

TEST_CASE("A large input has a fingerprint that says what it covers") {
  const TemporaryDirectory dir;
  const std::string path = dir / "large.bin";
  write_file(path, "begin");
  constexpr std::uint64_t large = (std::uint64_t{256} << 20) + 1;
  std::filesystem::resize_file(path, large);  // a hole
  ExperimentRun run("digits");
  const auto facts = [&](InputHash hash = InputHash::automatic) {
    run.log_input("x", path, hash);
    return run.provenance().at("inputs").at("x");
  };
  const Json first = facts();
  CHECK(first.at("size") == large);
  CHECK_FALSE(first.contains("sha256"));
  CHECK(first.at("of") == "its size, and 64 pieces of 64 KiB of its content");
  CHECK(facts() == first);
  // The first and the last byte count, and so does the size.
  write_file(dir.path() / "other.bin", "Begin");
  std::filesystem::resize_file(dir.path() / "other.bin", large);
  run.log_input("other", dir / "other.bin");
  CHECK(run.provenance().at("inputs").at("other").at("fingerprint") != first.at("fingerprint"));
  {
    erm::detail::os::File file = erm::detail::os::open_to_write(path);
    file.write_at(large - 1, "x", 1);
  }
  const Json changed = facts();
  CHECK(changed.at("fingerprint") != first.at("fingerprint"));
  std::filesystem::resize_file(path, large + 1);
  CHECK(facts().at("fingerprint") != changed.at("fingerprint"));
}

TEST_CASE("The options decide how much of an input is hashed") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "small", "abc");
  ExperimentRun run("digits");
  run.log_input("quick", dir / "small", InputHash::fingerprint);
  run.log_input("whole", dir / "small", InputHash::whole);
  CHECK(run.provenance().at("inputs").at("quick").contains("fingerprint"));
  CHECK(run.provenance().at("inputs").at("whole").at("sha256") == sha256_of_abc);
  write_file(dir.path() / "empty", "");
  run.log_input("empty", dir / "empty", InputHash::fingerprint);
  CHECK(run.provenance().at("inputs").at("empty").at("size") == 0);
}

TEST_CASE("A folder is identified by its files' names and contents") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "data/a.txt", "abc");
  write_file(dir.path() / "data/sub/b.txt", "");
  std::filesystem::create_symlink(dir.path() / "data", dir.path() / "data/sub/loop");
  ExperimentRun run("digits");
  const auto facts = [&](InputHash hash = InputHash::automatic) {
    run.log_input("x", dir / "data", hash);
    return run.provenance().at("inputs").at("x");
  };
  const Json first = facts();
  CHECK(first.at("files") == 2);
  CHECK(first.at("size") == 3);
  CHECK(first.at("of") == "the list of its files' names and SHA-256");
  // What "sha256sum a.txt sub/b.txt | sha256sum" gives in that folder.
  CHECK(first.at("sha256") == "7fa174ec633d9dd026791655bcede544783962588e3b79ef7ff0b3347b298d1d");
  const Json names = facts(InputHash::fingerprint);
  CHECK(names.at("of") == "the list of its files' names and sizes");
  write_file(dir.path() / "data/a.txt", "abd");
  CHECK(facts().at("sha256") != first.at("sha256"));
  CHECK(facts(InputHash::fingerprint) == names);
  std::filesystem::rename(dir.path() / "data/a.txt", dir.path() / "data/c.txt");
  CHECK(facts(InputHash::fingerprint) != names);
}

TEST_CASE("A missing input is an error, and a URL is recorded without its secrets") {
  const TemporaryDirectory dir;
  ExperimentRun run("digits");
  CHECK(contains(thrown<erm::NotFoundError>([&] { run.log_input("x", dir / "none"); }), "cannot open '"));
  CHECK(run.provenance() == Json::object());
  run.log_input("remote", "https://me:pw@host/train.csv?sig=abc");
  CHECK(run.provenance().at("inputs").at("remote") ==
        Json({{"path", "https://***@host/train.csv?sig=***"},
              {"note", "no file of this machine: neither its size nor its content was looked at"}}));
}

// ---- which run made a file ----

namespace {

std::string save(const TemporaryDirectory& dir, const std::string& experiment, const std::string& variant,
                 const std::string& run_id, const std::string& content, const char* time = "2026-01-01T00:00:00") {
  erm::RunOptions options;
  options.variant_id = variant;
  options.run_id = run_id;
  options.timestamp_utc = *erm::detail::parse_time(time);
  ExperimentRun run(experiment, options);
  run.log_artifact(erm::to_bytes(content), "model", "model.bin");
  run.log_artifact(erm::to_bytes("note of " + run_id), "note", "note.txt");
  return erm::save_run_to_registry(run, dir / "registry");
}

}  // namespace

TEST_CASE("The run that made a file is found by the file's content, in all experiments and variants") {
  const TemporaryDirectory dir;
  save(dir, "digits", "main", "a", "weights of a");
  save(dir, "digits", "wide", "b", "weights of b");
  save(dir, "team/ranking", "v/1", "c", "weights of c");
  for (const std::string run : {"a", "b", "c"}) {
    write_file(dir.path() / "somewhere/else.dat", "weights of " + run);
    const auto found = erm::run_that_made(dir / "registry", dir / "somewhere/else.dat");
    REQUIRE(found);
    CHECK(found->run_id() == run);
    CHECK(found->artifacts().at("note").size() == 9);
  }
  CHECK(erm::run_that_made(dir / "registry", dir / "somewhere/else.dat")->variant_id() == "v/1");
  write_file(dir.path() / "unknown", "weights of d");  // of the same size
  CHECK_FALSE(erm::run_that_made(dir / "registry", dir / "unknown"));
  write_file(dir.path() / "unknown", "weights");
  CHECK_FALSE(erm::run_that_made(dir / "registry", dir / "unknown"));
}

TEST_CASE("If several runs have a file, the earliest made it") {
  const TemporaryDirectory dir;
  save(dir, "digits", "main", "a", "same", "2026-01-03T00:00:00");
  save(dir, "digits", "main", "b", "same", "2026-01-01T00:00:00");
  save(dir, "other", "main", "c", "same", "2026-01-02T00:00:00");
  write_file(dir.path() / "model", "same");
  CHECK(erm::run_that_made(dir / "registry", dir / "model")->run_id() == "b");
}

TEST_CASE("A run that reads a file did not make it") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "train", "abc");
  ExperimentRun run("digits");
  run.log_input("train set", dir / "train");
  erm::save_run_to_registry(run, dir / "registry");
  CHECK_FALSE(erm::run_that_made(dir / "registry", dir / "train"));
}

TEST_CASE("Runs that the Python package wrote are compared by content") {
  const TemporaryDirectory dir;
  std::filesystem::copy(ERM_TEST_DATA "/python-registry", dir.path() / "registry",
                        std::filesystem::copy_options::recursive);
  const auto folder = dir.path() / "registry/house prices/main";
  std::string run_id;
  for (const auto& run : std::filesystem::directory_iterator(folder))
    if (run.is_directory()) run_id = run.path().filename().string();
  std::filesystem::copy_file(folder / run_id / "artifacts/notes.txt", dir.path() / "notes");
  const auto found = erm::run_that_made(dir / "registry", dir / "notes");
  REQUIRE(found);
  CHECK(found->experiment_id() == "house prices");
}

TEST_CASE("A search opens no artifact of a run with hashes") {
  const TemporaryDirectory dir;
  const std::string uri = save(dir, "digits", "main", "a", "weights");
  write_file(dir.path() / "model", "weights");
  std::filesystem::remove_all(uri + "/artifacts");
  CHECK(erm::run_that_made(dir / "registry", dir / "model")->run_id() == "a");
}

TEST_CASE("A damaged run does not hide another, and is reported if no run is found") {
  const TemporaryDirectory dir;
  const std::string damaged = save(dir, "digits", "main", "a", "weights");
  save(dir, "digits", "main", "b", "weights");
  write_file(dir.path() / "model", "weights");
  write_file(damaged + "/erm_metadata.json", "{");
  CHECK(erm::run_that_made(dir / "registry", dir / "model")->run_id() == "b");
  write_file(dir.path() / "model", "unknown");
  CHECK(contains(
      thrown<erm::FormatError>([&] { static_cast<void>(erm::run_that_made(dir / "registry", dir / "model")); }),
      "digits/main/a/erm_metadata.json"));
}

TEST_CASE("An error of a search names what is missing") {
  const TemporaryDirectory dir;
  save(dir, "digits", "main", "a", "weights");
  const auto search = [&](const std::string& registry, const std::string& file) {
    return thrown<erm::NotFoundError>([&] { static_cast<void>(erm::run_that_made(dir / registry, dir / file)); });
  };
  CHECK(contains(search("registry", "none"), "none': "));
  write_file(dir.path() / "model", "weights");
  CHECK(contains(search("nowhere", "model"), "there is no registry at"));
}

}  // namespace provenance_test
