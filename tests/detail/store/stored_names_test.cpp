#include "erm/detail/store/stored_names.hpp"

#include <set>
#include <string>

#include "catch.hpp"
#include "erm/detail/run/id_rules.hpp"

namespace stored_names_test {

using erm::detail::case_folded;
using erm::detail::StoredNames;

TEST_CASE("A free name is used unchanged, and a taken one gets a number before its extensions") {
  StoredNames names;
  CHECK(names.choose("model.tar.gz") == "model.tar.gz");
  CHECK(names.choose("model.tar.gz") == "model-2.tar.gz");
  CHECK(names.choose("Model.TAR.gz") == "Model-3.TAR.gz");
  CHECK(names.choose("x/model.tar.gz") == "x/model.tar.gz");
  CHECK(names.choose(".hidden") == ".hidden");
  CHECK(names.choose(".hidden") == ".hidden-2");
  CHECK(names.choose("model-2.tar.gz") == "model-2-2.tar.gz");
}

TEST_CASE("A file never replaces a folder, nor a folder a file") {
  StoredNames names;
  CHECK(names.choose("a") == "a");
  CHECK(names.choose("a/b") == "a-2/b");
  CHECK(names.choose("A/c") == "A-2/c");
  CHECK(names.choose("a-2") == "a-2-2");
  CHECK(names.choose("x/y/z") == "x/y/z");
  CHECK(names.choose("x") == "x-2");
  CHECK(names.choose("X/Y") == "X/Y-2");
}

TEST_CASE("The part that gives a file's type stays at its end") {
  StoredNames names("later");
  CHECK(names.choose("lr0.001_epoch10.png") == "lr0.001_epoch10-later.png");
  CHECK(names.choose("resnet.layer4.conv2.weight.grad.histogram.csv") == "resnet.layer4.conv2.weight.grad.histogram-later.csv");
  CHECK(names.choose("loss.plotly.json") == "loss-later.plotly.json");
  CHECK(names.choose("model.v2.bin") == "model.v2-later.bin");
  CHECK(names.choose("a.b/c") == "a.b/c-later");
  CHECK(names.choose("a..gz") == "a.-later.gz");
  CHECK(names.choose("a." + std::string(40, 'x')) == "a." + std::string(40, 'x') + "-later");
  CHECK(names.choose(".tar.gz") == ".tar-later.gz");
}

TEST_CASE("Every name contains the mark, before its extensions") {
  StoredNames names("later");
  CHECK(names.take("a"));
  CHECK(names.choose("model.tar.gz") == "model-later.tar.gz");
  CHECK(names.choose("model.tar.gz") == "model-later-2.tar.gz");
  CHECK(names.choose("x/model") == "x/model-later");
  CHECK(names.choose("a/b") == "a-2/b-later");
  CHECK(names.choose(".hidden") == ".hidden-later");
  CHECK(names.choose(std::string(255, 'q')) == std::string(249, 'q') + "-later");
}

TEST_CASE("Characters that Python's look-up treats as a pattern are replaced") {
  StoredNames names;
  CHECK(names.choose("a?b") == "a_b");
  CHECK(names.choose("a*b") == "a_b-2");
  CHECK(names.choose("[x]/y::z") == "_x_/y__z");
  CHECK(names.choose("a:b") == "a:b");
  CHECK(names.choose(":::") == "__:");
}

TEST_CASE("Every name can be stored, however long similar names are") {
  StoredNames names;
  std::set<std::string> seen;
  std::string umlauts;
  for (int i = 0; i < 127; ++i) umlauts += "\xC3\xBC";
  for (const std::string& part : {std::string(255, 'q'), std::string(250, 'q') + ".tar", "." + std::string(254, 'q'),
                                  "a." + std::string(253, 'q'), umlauts}) {
    for (int i = 0; i < 30; ++i) {
      for (const std::string& name : {part, part + "/" + part}) {
        const std::string stored = names.choose(name);
        CAPTURE(name, stored);
        CHECK(erm::detail::fault_of_name(stored) == "");
        CHECK(seen.insert(case_folded(stored)).second);
      }
    }
  }
}

TEST_CASE("Case is ignored for letters whose two cases have the same number of bytes") {
  CHECK(case_folded("AbC-1") == "abc-1");
  CHECK(case_folded("\xC3\x9C\xC3\x97\xC3\x9F") == "\xC3\xBC\xC3\x97\xC3\x9F");  // U+00D7 and U+00DF have no case
  CHECK(case_folded("\xCE\xA9\xD0\x96\xD0\x81") == "\xCF\x89\xD0\xB6\xD1\x91");
  CHECK(case_folded("\xE2\x82\xAC\xF0\x9F\x98\x80") == "\xE2\x82\xAC\xF0\x9F\x98\x80");
}

}  // namespace stored_names_test
