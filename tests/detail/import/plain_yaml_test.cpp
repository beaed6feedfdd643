#include "erm/detail/import/plain_yaml.hpp"

#include <map>
#include <string>

#include "catch.hpp"
#include "thrown.hpp"

namespace plain_yaml_test {

using erm::FormatError;
using erm::detail::PlainYaml;
using erm_test::thrown;

std::map<std::string, std::string> read(const std::string& text) { return PlainYaml(text, "'meta.yaml'").values(); }

TEST_CASE("The plain values of a run are read, and nulls are absent") {
  const auto values = read("artifact_uri: file:///home/me/mlruns/0/1/artifacts\nend_time: null\nentry_point_name: ''\n"
                           "experiment_id: '0'\nstatus: 3\ntags: []\nnothing:\nname: a - b\n");
  CHECK(values == std::map<std::string, std::string>{{"artifact_uri", "file:///home/me/mlruns/0/1/artifacts"},
                                                     {"entry_point_name", ""},
                                                     {"experiment_id", "0"},
                                                     {"status", "3"},
                                                     {"name", "a - b"}});
}

TEST_CASE("Quoted values are read, also over several lines") {
  // As PyYAML wrote them.
  const auto values = read("a: 'it''s: #1'\nb: \"tab\\there \\xE9 \\u4E2D \\U0001F600 \\\\ \\\"q\\\"\"\n"
                           "c: \"one two\\\n  \\ three\"\nd: 'line 1\n\n  line 2\n\n\n  line 4'\n'e: f': 1\ng: plain text that\n  goes on\n");
  CHECK(values.at("a") == "it's: #1");
  CHECK(values.at("b") == "tab\there \xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80 \\ \"q\"");
  CHECK(values.at("c") == "one two three");
  CHECK(values.at("d") == "line 1\nline 2\n\nline 4");
  CHECK(values.at("e: f") == "1");
  CHECK(values.at("g") == "plain text that goes on");
}

TEST_CASE("A map inside is read with both keys") {
  const auto values = read("source_id: 1\r\ntags:\r\n  mlflow.data.context: training\r\n  'x y': ''\r\nlast: 2\r\n");
  CHECK(values == std::map<std::string, std::string>{
                      {"source_id", "1"}, {"tags/mlflow.data.context", "training"}, {"tags/x y", ""}, {"last", "2"}});
}

TEST_CASE("What is no such map is refused, with its line") {
  CHECK(thrown<FormatError>([] { read("a: 1\nb\n"); }) == "'meta.yaml', line 2: it has no 'key: value'");
  CHECK(thrown<FormatError>([] { read("a: 'never\n\n"); }) ==
        "'meta.yaml', line 3: a quote is not closed; the file was cut off");
  CHECK(thrown<FormatError>([] { read("a: \"\\q\"\n"); }) == "'meta.yaml', line 1: it has an unknown escape");
  CHECK(thrown<FormatError>([] { read("a: &x 1\n"); }) == "'meta.yaml', line 1: its value is not a plain text");
  CHECK(thrown<FormatError>([] { read("a: |\n  text\n"); }) == "'meta.yaml', line 1: its value is not a plain text");
  CHECK(thrown<FormatError>([] { read("a:\n- 1\n"); }) == "'meta.yaml', line 2: it is a list, which is not read");
  CHECK(thrown<FormatError>([] { read("   a: 1\n"); }) ==
        "'meta.yaml', line 1: it is indented, and belongs to nothing above it");
  CHECK(thrown<FormatError>([] { read("a: 'x' y\n"); }) == "'meta.yaml', line 1: something follows the closing quote");
  CHECK(thrown<FormatError>([] { read("a: \xFF\n"); }) == "'meta.yaml' is not UTF-8");
  for (const char* const cut : {"\"", "'", "a: \"\\x", "a: \"\\", "a: '", ":", ": ", "'a'", "?", "  "}) {
    try {
      read(cut);
    } catch (const FormatError&) {
    }
  }
}

}  // namespace plain_yaml_test
