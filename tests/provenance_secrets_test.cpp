// Secrets that a program is given by its command line and its environment, and what of them a registry holds: nothing.
#include <string>
#include <vector>

#include <unistd.h>

#include "catch.hpp"
#include "child_process.hpp"
#include "erm/json.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

namespace provenance_secrets_test {

namespace {

/// Runs the probe with these arguments and this environment; whether it ended well.
bool run_probe(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  erm_test::Child child([&](const erm_test::Child::Tell&) {
    const auto pointers = [](const std::vector<std::string>& texts) {
      std::vector<char*> all;
      for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
      all.push_back(nullptr);
      return all;
    };
    ::execve(ERM_PROVENANCE_PROBE, pointers(arguments).data(), pointers(environment).data());
  });
  return child.wait();
}

}  // namespace

TEST_CASE("None of a dozen planted secrets is found anywhere in the registry") {
  const erm_test::TemporaryDirectory dir;
  const std::vector<std::string> secrets = {
      "planted-a1",            // an option with '='
      "planted-b2 c,d&e",      // an option, the value behind it
      "planted-c3",            // a dotted name of a configuration
      "planted-d4",            // a header
      "planted-e5",            // in a URL, the password
      "planted-f6",            // in a URL, the signature
      "AKIAPLANTED7EXAMPLE8",  // by its form alone
      "ghp_planted8planted8planted8",
      "planted-g9",   // behind an option that the user named
      "planted-h10",  // the same, attached
      "planted-i11",  // inside of JSON
      "planted-j12",  // the environment, asked for by name
      "planted-k13",  // the same
      "planted-l14",  // the same
      "planted-m15",  // inside of a variable's value
      "planted-n16",  // a variable that nobody asked for
      "planted-o17",  // inside of a text that is an option's value
  };
  REQUIRE(run_probe(
      {"train", "--token=" + secrets[0], "--db-password", secrets[1], "hub.api_key=" + secrets[2], "-H",
       "Authorization: Bearer " + secrets[3],
       "--data=https://me:" + secrets[4] + "@host/x?a=1&X-Amz-Signature=" + secrets[5], secrets[6],
       "--from=" + secrets[7], "-p", secrets[8], "-p" + secrets[9],
       R"(--config={"lr": 0.1, "secret": ")" + secrets[10] + R"("})",
       "--dsn2=host=h password=" + secrets[16] + " user=u", "--lr", "0.1"},
      {"ERM_PROBE_REGISTRY=" + dir / "registry", "HF_TOKEN=" + secrets[11], "AWS_SECRET_ACCESS_KEY=" + secrets[12],
       "DB_PASSWORD=" + secrets[13], "MY_PROXY=http://me:" + secrets[14] + "@proxy:3128", "UNASKED=" + secrets[15],
       "MY_MODE=fast", "MY_FLAGS=--token=" + secrets[0], "PATH=/usr/bin:/bin"}));

  const erm_test::FileTree tree = erm_test::file_tree(dir.path());
  for (const std::string& secret : secrets)
    for (const auto& [path, content] : tree)
      CHECK((content.find(secret) == std::string::npos ? secret : "in " + path + ": " + content) == secret);

  // All that is no secret is there.
  for (const char* const run_id : {"live", "saved"}) {
    const erm::Json provenance = erm::load_run_from_registry(dir / "registry", "probe", "main", run_id).provenance();
    CHECK(provenance.at("program").at("arguments") ==
          erm::Json({"train", "--token=***", "--db-password", "***", "hub.api_key=***", "-H", "Authorization:***",
                     "--data=https://***@host/x?a=1&X-Amz-Signature=***", "***", "--from=***", "-p", "***", "-p***",
                     R"(--config={"lr": 0.1, "secret": "***"})", "--dsn2=host=h password=*** user=u", "--lr", "0.1"}));
    CHECK(provenance.at("environment") ==
          erm::Json({{"MY_FLAGS", "--token=***"}, {"MY_MODE", "fast"}, {"MY_PROXY", "http://***@proxy:3128"}}));
    for (const char* const name : {"HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD"})
      CHECK(provenance.at("missing").contains(std::string("environment.") + name));
  }
}

TEST_CASE("A run stays readable if arguments are invalid UTF-8, empty or many") {
  const erm_test::TemporaryDirectory dir;
  std::vector<std::string> arguments = {"", "\xff\xfe", "", "a\nb", "\"\\"};
  arguments.resize(5000, "x");
  REQUIRE(run_probe(arguments, {"ERM_PROBE_REGISTRY=" + dir / "registry", "MY_PROXY=http://h/", "MY_MODE=\xff"}));
  const erm::Json provenance = erm::load_run_from_registry(dir / "registry", "probe", "main", "live").provenance();
  const erm::Json& kept = provenance.at("program").at("arguments");
  CHECK(kept.size() == 1000);
  CHECK(kept.at(0) == "");
  CHECK(kept.at(1) == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(kept.at(3) == "a\nb");
  CHECK(provenance.at("environment").at("MY_MODE") == "\xEF\xBF\xBD");
  CHECK(provenance.at("missing").contains("program.arguments"));
}

}  // namespace provenance_secrets_test
