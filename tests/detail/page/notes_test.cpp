#include "erm/detail/page/notes.hpp"

#include <string>
#include <string_view>

#include "catch.hpp"

namespace notes_test {

namespace {

std::string html_of(std::string_view markdown) {
  std::string out;
  erm::detail::append_markdown(out, markdown);
  return out;
}

}  // namespace

TEST_CASE("Markdown has paragraphs, headings, lists, quotes, rules and code blocks") {
  CHECK(html_of("") == "");
  CHECK(html_of("\n \n") == "");
  CHECK(html_of("one\ntwo\n\nthree") == "<p>one\ntwo</p><p>three</p>");
  CHECK(html_of("one\r\ntwo\r\n") == "<p>one\ntwo</p>");
  CHECK(html_of("# Why\ntext") == "<p><strong>Why</strong></p><p>text</p>");
  CHECK(html_of("#no heading") == "<p>#no heading</p>");
  CHECK(html_of("- a\n- b\n  goes on\n\ntext") == "<ul><li>a<li>b\ngoes on</ul><p>text</p>");
  CHECK(html_of("3. a\n4) b") == "<ol start=3><li>a<li>b</ol>");
  CHECK(html_of("- a\n1. b") == "<ul><li>a</ul><ol start=1><li>b</ol>");
  CHECK(html_of("text\n- a") == "<p>text</p><ul><li>a</ul>");
  CHECK(html_of("> said\n> so") == "<blockquote>said\nso</blockquote>");
  CHECK(html_of("a\n\n---\n\nb") == "<p>a</p><hr><p>b</p>");
  CHECK(html_of("```cpp\nint x = *p;\n  **no**\n```\nafter") ==
        "<pre tabindex=0>\nint x = *p;\n  **no**\n</pre><p>after</p>");
  CHECK(html_of("~~~\nnot ended") == "<pre tabindex=0>\nnot ended\n</pre>");
}

TEST_CASE("A line of Markdown may have emphasis, code, and links, which are shown by their texts") {
  CHECK(html_of("**a** and *b*, __c__ and _d_") ==
        "<p><strong>a</strong> and <em>b</em>, <strong>c</strong> and <em>d</em></p>");
  CHECK(html_of("**a *b* c**") == "<p><strong>a <em>b</em> c</strong></p>");
  CHECK(html_of("lr * 2 * 3, a ** b, snake_case_name, x*") == "<p>lr * 2 * 3, a ** b, snake_case_name, x*</p>");
  CHECK(html_of("`a*b*` and ``x`y``") == "<p><code>a*b*</code> and <code>x`y</code></p>");
  CHECK(html_of("a ` b") == "<p>a ` b</p>");
  CHECK(html_of("\\*not\\* \\a") == "<p>*not* \\a</p>");
  CHECK(html_of("see [the *log*](https://x.y/?a=1&b=2).") == "<p>see the <em>log</em> (https://x.y/?a=1&amp;b=2).</p>");
  CHECK(html_of("![curve](x.png) and [1]") == "<p>!curve (x.png) and [1]</p>");
}

TEST_CASE("HTML in a note is shown as text") {
  CHECK(html_of("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
  CHECK(html_of("[x](javascript:alert(1))") == "<p>x (javascript:alert(1))</p>");
  CHECK(html_of("`</code><b>`") == "<p><code>&lt;/code&gt;&lt;b&gt;</code></p>");
  CHECK(html_of("```\n</pre><script>\n```") == "<pre tabindex=0>\n&lt;/pre&gt;&lt;script&gt;\n</pre>");
  CHECK(html_of("# \"'&<") == "<p><strong>&quot;&#39;&amp;&lt;</strong></p>");
  CHECK(html_of(std::string_view("a\0b", 3)) ==
        "<p>a\xEF\xBF\xBD"
        "b</p>");
}

TEST_CASE("Every open tag is closed, whatever the marks") {
  const std::string_view marks[] = {"*", "**", "_",   "__", "`",  "```", "[", "](",
                                    ")", "- ", "1. ", "> ", "\n", "\\",  "x", " "};
  unsigned state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525 + 1013904223;
      text += marks[(state >> 16) % 16];
    }
    const std::string html = html_of(text);
    CAPTURE(text, html);
    int depth = 0;
    for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
      const std::string_view tag = std::string_view(html).substr(at, html.find('>', at) - at + 1);
      if (tag == "<li>" || tag == "<hr>") continue;
      depth += tag[1] == '/' ? -1 : 1;
      REQUIRE(depth >= 0);
    }
    REQUIRE(depth == 0);
  }
}

TEST_CASE("The time for a long note of unclosed marks grows linearly") {
  // Were it the square of the size, these would take longer than the test may.
  for (const std::string_view mark : {"*a ", "**a ", "_a ", "[a ", "`` ` ", "[](", "a* *a ", "**a*", "- *"}) {
    std::string text;
    while (text.size() < 500000) text += mark;
    CAPTURE(mark);
    CHECK(html_of(text).size() >= text.size());
  }
}

}  // namespace notes_test
