#include "erm/detail/base/xml.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

namespace xml_test {

using namespace erm::detail;

TEST_CASE("An error's code and message are read, with their entities") {
  const std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchKey</Code>"
      "<Message>a &lt;b&gt; &amp;amp; &#x1F600;&#10;</Message><Empty/></Error>";
  CHECK(xml_root_name(text) == "Error");
  CHECK(xml_text(text, "Code") == "NoSuchKey");
  CHECK(xml_text(text, "Message") == "a <b> &amp; \xF0\x9F\x98\x80\n");
  CHECK(xml_text(text, "Empty").empty());
  CHECK(xml_text(text, "Absent").empty());
}

TEST_CASE("The elements of a listing are read level by level") {
  const std::string text =
      "<ListBucketResult xmlns=\"x\"><Prefix>p/</Prefix><Contents><Key>p/a</Key><Owner><ID>1</ID></Owner></Contents>"
      "<Contents><Key>p/b</Key></Contents><CommonPrefixes><Prefix>p/c/</Prefix></CommonPrefixes></ListBucketResult>";
  std::vector<std::string> names, keys;
  XmlElements root(text);
  REQUIRE(root.next());
  for (XmlElements element = root.inside(); element.next();) {
    names.emplace_back(element.name());
    for (XmlElements part = element.inside(); part.next();)
      keys.push_back(std::string(part.name()) + "=" + part.text());
  }
  CHECK(names == std::vector<std::string>{"Prefix", "Contents", "Contents", "CommonPrefixes"});
  CHECK(keys == std::vector<std::string>{"Key=p/a", "Owner=<ID>1</ID>", "Key=p/b", "Prefix=p/c/"});
}

TEST_CASE("A truncated document is not closed, wherever it was cut") {
  const std::string text = "<?xml version=\"1.0\"?><A><B>text</B><C/></A>";
  CHECK(is_whole_xml(text));
  for (std::size_t size = 0; size < text.size(); ++size) CHECK_FALSE(is_whole_xml(text.substr(0, size)));
}

TEST_CASE("Text that is not XML has no elements") {
  CHECK_FALSE(is_whole_xml("502 Bad Gateway"));
  CHECK(xml_root_name("").empty());
  CHECK(xml_text("<", "Code").empty());
  CHECK(xml_text("<html><body>busy</body></html>", "Code").empty());
  CHECK(unescaped_xml("a & b &unknown; &#xZZ; &") == "a & b &unknown; &#xZZ; &");
  CHECK(unescaped_xml("&#x110000;") == "&#x110000;");
}

TEST_CASE("A text of millions of ampersands is read in one pass") {
  // Searched to its end for each, it would take hours.
  const std::string text(3'000'000, '&');
  CHECK(unescaped_xml(text) == text);
  CHECK(unescaped_xml("&#x0010FFFF;") == "\xF4\x8F\xBF\xBF");
}

TEST_CASE("An XML reader gets back the key in a delete request") {
  CHECK(escaped_xml("a<b>&\r\n") == "a&lt;b&gt;&amp;&#13;&#10;");
  CHECK(unescaped_xml(escaped_xml("a<b>&\r\n")) == "a<b>&\r\n");
}

TEST_CASE("Attributes are read, with what belongs to no tag in their quotes") {
  XmlElements root("<A one='1 > 0' two = \"a &lt;&amp;&quot;\"\n three=\"\"><!-- <B> > --><B name='/'/><![CDATA[</A>]]></A>");
  REQUIRE(root.next());
  CHECK(root.name() == "A");
  CHECK(root.attribute("one") == "1 > 0");
  CHECK(root.attribute("two") == "a <&\"");
  CHECK(root.attribute("three") == "");
  CHECK_FALSE(root.attribute("four"));
  XmlElements inside = root.inside();
  REQUIRE(inside.next());
  CHECK(inside.name() == "B");
  CHECK(inside.attribute("name") == "/");
  CHECK_FALSE(inside.next());
}

TEST_CASE("An element may hold another of its name") {
  XmlElements root("<Section name='a'><Section name='b'><Section/></Section><Last/></Section>");
  REQUIRE(root.next());
  XmlElements inside = root.inside();
  REQUIRE(inside.next());
  CHECK(inside.attribute("name") == "b");
  REQUIRE(inside.next());
  CHECK(inside.name() == "Last");
}

TEST_CASE("Tags that do not match, and attributes without quotes, are no XML that is read") {
  CHECK_FALSE(is_whole_xml("<A></B>"));
  XmlElements root("<A b=1 c d='x'/>");
  REQUIRE(root.next());
  CHECK_FALSE(root.attribute("b"));
}

}  // namespace xml_test
