#include "erm/detail/base/json_reader.hpp"

#include <limits>
#include <random>
#include <string>

#include "catch.hpp"
#include "erm/detail/base/json_text.hpp"
#include "thrown.hpp"

namespace json_reader_test {

using erm::Json;
using erm::detail::parse_json;
using erm_test::contains;
using erm_test::thrown;

namespace {

Json parsed(const std::string& text) { return parse_json(text, "the text"); }

}  // namespace

TEST_CASE("The reader agrees with nlohmann's parser on valid JSON") {
  for (const std::string text :
       {"{}", "[]", " [ ] ", "null", "true", "false", "0", "-0", "-1", "18446744073709551615", "-9223372036854775808",
        "0.5", "-1e-7", "1E+22", "5e-324", "\"\"", "\"a\"", R"("\"\\\/\b\f\n\r\t\u0041\u00fc\u20ac\ud83d\ude00")",
        "\"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\"", R"({"a": [1, {"b": null}], "": {}, "a/b": [[], [[]]]})",
        "\t\r\n {\"a\" :\n1 , \"b\":2}\n"}) {
    CAPTURE(text);
    const Json json = parsed(text);
    CHECK(json == Json::parse(text));
    CHECK(json.type() == Json::parse(text).type());
  }
  CHECK(parsed("18446744073709551616").is_number_float());
  CHECK(parsed(R"({"a": 1, "a": 2})") == Json({{"a", 2}}));
}

TEST_CASE("Invalid JSON is refused with line and column") {
  for (const std::string text :
       {"{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1,}", "{a:1}", "{'a':1}", "{1:2}", "01", "+1", ".5", "1.",
        "1e", "-", "--1", "nul", "nulll", "True", "NaN", "Infinity", "\"", "\"\\\"", R"("\x")", R"("\u12")", R"("\u12g4")",
        "\"\n\"", "\"\x01\"", "1 2", "[] []", "// comment\n1", "\xFF", "\"\xC3\"", "]", "}", ",", ":"}) {
    CAPTURE(text);
    CHECK_FALSE(Json::accept(text));
    CHECK(contains(thrown<erm::FormatError>([&] { parsed(text); }), "the text is not JSON at line "));
  }
  CHECK(thrown<erm::FormatError>([] { parsed("{\"a\": 1,\n  \"b\": nope}"); }) ==
        "the text is not JSON at line 2, column 9; it was damaged, or is another file");
  CHECK(thrown<erm::FormatError>([] { parsed("[1,\n2"); }) ==
        "the text is not JSON at line 2, column 2: it ends too early; it was damaged, or is another file");
  CHECK(thrown<erm::FormatError>([] { parsed(""); }) ==
        "the text is empty; its writer was cut off, or the disk was full");
}

TEST_CASE("After any change of a byte the reader throws FormatError or agrees with nlohmann's parser") {
  const std::string good = R"({"a": [1, -2.5e3, true, null, "x\u00e9\n"], "b": {"c": {}, "d": "\ud83d\ude00"}})";
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    const std::size_t changes = 1 + random() % 3;
    for (std::size_t k = 0; k < changes; ++k) {
      const std::size_t at = random() % text.size();
      if (random() % 4 == 0)
        text.erase(at, 1 + random() % 3);
      else
        text[at] = random() % 2 == 0 ? static_cast<char>(random() % 256) : "{}[],:\"\\0-e.tfn"[random() % 15];
    }
    bool read = true;
    Json json;
    try {
      json = parsed(text);
    } catch (const erm::FormatError&) {
      read = false;
    }
    // Lone surrogates are read here, and numbers beyond a double's range.
    const bool lenient = contains(text, "\\ud") || contains(text, "e") || contains(text, "E");
    CAPTURE(text);
    if (Json::accept(text)) {
      REQUIRE(read);
      REQUIRE(json == Json::parse(text));
    } else {
      REQUIRE((!read || lenient));
    }
  }
}

TEST_CASE("The maximum depth is one level more than that of a dict") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(parsed(nested(101)).is_array());
  const std::string text =
      "the text nests deeper than 100 levels, which ERM never writes; it was damaged, or written by something else";
  CHECK(thrown<erm::FormatError>([&] { parsed(nested(102)); }) == text);
  CHECK(thrown<erm::FormatError>([&] { parsed(nested(200000)); }) == text);
}

TEST_CASE("Texts and numbers are written so that they read back") {
  for (const std::string& text : {std::string(), std::string("\0\x01\x1F\x7F\"\\/\b\f\n\r\t", 12),
                                  std::string("\xC3\xBC \xF0\x9F\x98\x80 \xE2\x80\xA8")}) {
    std::string out;
    erm::detail::append_json_string(out, text);
    CHECK(Json::parse(out).get<std::string>() == text);
    CHECK(parsed(out).get<std::string>() == text);
  }
  for (const double number : {0.0, -0.0, 1.0, 0.1, 1e22, 1e-7, 123456789.0, 5e-324, std::numeric_limits<double>::max()}) {
    std::string out;
    erm::detail::append_json_floating(out, number);
    CAPTURE(out);
    CHECK(Json::parse(out).is_number_float());
    CHECK(Json::parse(out).get<double>() == number);
    CHECK(parsed(out).is_number_float());
    CHECK(parsed(out).get<double>() == number);
  }
}

TEST_CASE("Skipping a value checks it like reading it") {
  for (const std::string text : {R"({"a": [1, -2.5e3, "x\"\u00e9\\y", true, null, {}], "b\n": {"c": []}})", R"("")",
                                 "[]", "7", "null", "[ ]", R"("\ud83d\ude00\/")", "{ \"a\" : { } }"}) {
    const std::string padded = text + "  ";
    erm::detail::JsonReader reader(padded, "it");
    CHECK(reader.passed_over() == text);
    reader.end();
    CHECK_NOTHROW(erm::detail::parse_json(text, "it"));
  }
  std::string deep;
  for (int i = 0; i < 102; ++i) deep += "[";
  for (const std::string& text :
       {std::string("{"), std::string("{\"a\"}"), std::string("{\"a\":}"), std::string("[1,]"), std::string("\"a"),
        std::string("\"\\x\""), std::string("\"\\u12g4\""), std::string("\"\\"), std::string("\"a\nb\""),
        std::string("nul"), std::string("01x"), std::string("-"), std::string("{1: 2}"), deep}) {
    const auto read = [&](auto&& take) {
      return erm_test::thrown<erm::FormatError>([&] {
        erm::detail::JsonReader reader(text, "it");
        take(reader);
        reader.end();
      });
    };
    const std::string refused = read([](erm::detail::JsonReader& reader) { reader.passed_over(); });
    CHECK(refused == read([](erm::detail::JsonReader& reader) { static_cast<void>(reader.any()); }));
    CHECK(refused.substr(0, 3) == "it ");
  }
}

}  // namespace json_reader_test
