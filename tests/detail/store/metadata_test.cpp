#include "erm/detail/store/metadata.hpp"

#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/store/metadata_reader.hpp"
#include "erm/detail/store/metadata_writer.hpp"
#include "erm/registry.hpp"
#include "thrown.hpp"

namespace metadata_test {

using erm::detail::pointer_part;
using erm::detail::pointer_parts;
using Parts = std::vector<std::string>;

TEST_CASE("A JSON pointer is split according to RFC 6901") {
  CHECK(pointer_part("a/b~c") == "a~1b~0c");
  CHECK(pointer_parts("/params/a~1b~0c") == Parts{"params", "a/b~c"});
  CHECK(pointer_parts("/dicts//") == Parts{"dicts", "", ""});
  CHECK(pointer_parts("/~01") == Parts{"~1"});
  CHECK(pointer_parts("").empty());
  CHECK(pointer_parts("params").empty());
  for (const std::string key : {"", "/", "~", "~0", "~1", "a/~1/b", "\"\n"})
    CHECK(pointer_parts("/" + pointer_part(key)) == Parts{key});
}

TEST_CASE("Types that point to nothing, or to something other than text, are kept and have no effect") {
  const std::string text =
      R"({"timestamp_utc": "2026-11-23T07:30:21", "experiment_id": "e", "variant_id": "main", "run_id": "r",
      "params": {"number": 1, "text": "true"}, "dicts": {"d": {"k": 2, "list": "[1]"}},
      "erm": {"types": {"/params/none": "boolean", "/params/number": "boolean", "/params/text": "color",
        "/params": "boolean", "/dicts/d": "json", "/dicts/d/k": "json", "/dicts/d/list": "json",
        "/dicts/d/list/1": "number", "/dicts/d/list/x": "number", "/dicts/none/k": "number", "no pointer": "number",
        "": "json"}}})";
  const auto fs = std::make_shared<erm::MemoryFileSystem>();
  fs->write("run/erm_metadata.json", text);
  const erm::ExperimentRun run = erm::load_run_from_path("run", fs);
  CHECK(run.params().at("number") == erm::Value(1));
  CHECK(run.params().at("text") == erm::Value("true"));
  CHECK(run.dicts().at("d") == erm::Json({{"k", 2}, {"list", {1}}}));
  erm::SaveOptions options;
  options.fs = fs;
  erm::save_run_to_path(run, "copy", options);
  const erm::Json types = erm::Json::parse(erm::to_text(fs->read("copy/erm_metadata.json")))["erm"]["types"];
  CHECK(types == erm::Json::parse(text)["erm"]["types"]);
}

TEST_CASE("Tags, a note and a group with a wrong type are errors that name the key") {
  const auto fault_of = [](const std::string& erm) {
    const auto fs = std::make_shared<erm::MemoryFileSystem>();
    fs->write("run/erm_metadata.json",
              R"({"timestamp_utc": "2026-11-23T07:30:21", "experiment_id": "e", "variant_id": "main", "run_id": "r",
              "erm": {)" + erm + "}}");
    return erm_test::thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path("run", fs)); });
  };
  const std::string cannot = "cannot read the run 'run/erm_metadata.json': ";
  const std::string mend = "; mend the file, or remove its folder";
  CHECK(fault_of(R"("tags": [])") == cannot + "erm/tags is an array, where an object belongs" + mend);
  CHECK(fault_of(R"("tags": {"a": 1})") == cannot + "erm/tags/a is a number, where text belongs" + mend);
  CHECK(fault_of(R"("note": null)") == cannot + "erm/note is null, where text belongs" + mend);
  CHECK(fault_of(R"("group": {})") == cannot + "erm/group is an object, where text belongs" + mend);
  CHECK(fault_of(R"("edits_lie_beside": 1)") ==
        cannot + "erm/edits_lie_beside is a number, where true or false belongs" + mend);
}

}  // namespace metadata_test
