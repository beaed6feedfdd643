#include "erm/detail/page/style_elements.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "erm/detail/page/policy.hpp"

namespace style_elements_test {

namespace {

using Texts = std::vector<std::string>;

Texts styles(std::string_view html) {
  Texts found;
  erm::detail::StyleElements(html).each([&](std::string_view content) { found.emplace_back(content); });
  return found;
}

std::string repeated(std::string_view part, std::size_t size) {
  std::string text;
  while (text.size() < size) text += part;
  return text;
}

}  // namespace

TEST_CASE("The style elements of an HTML text are found as a parser finds them") {
  CHECK(styles("<style>p{}</style><p>x</p><STYLE type=\"a>b\" x='>' y=z>q{}</Style >") == Texts{"p{}", "q{}"});
  CHECK(styles("<style\n>a</style/>b</style>") == Texts{"a"});
  CHECK(styles("<!-- <style>x</style> --><style>y</style>") == Texts{"y"});
  CHECK(styles("<!--><style>a</style><!---><style>b</style><!-- --!><style>c</style>") == Texts{"a", "b", "c"});
  CHECK(styles("<!--!><style>a</style>") == Texts{});
  CHECK(styles("<script>'<style>x</style>'</script><title><style></title><style>y</style>") == Texts{"y"});
  CHECK(styles("<p title='<style>'><style>y</style>") == Texts{"y"});
  CHECK(styles("<p a = \"<style>\"><style>y</style>") == Texts{"y"});
  CHECK(styles("<styles>x</styles><my-style>z</my-style>") == Texts{});
  CHECK(styles("<style><style>x</style>") == Texts{"<style>x"});
  CHECK(styles("<style></stylex></style>") == Texts{"</stylex>"});
  CHECK(styles("<svg><style/><style>x</style></svg><style/>y</style>") == Texts{"x", "y"});
  CHECK(styles("<?php <style>?><!doctype html></ <style>><style>x</style>") == Texts{"x"});
  CHECK(styles("< style>x</style><") == Texts{});
  for (const char* const open : {"<style>x", "<style", "<style a='", "<!-- <style>x</style>", "<p a='<style>x</style>",
                                 "</", "<!", "<!--", "<!--!", "<style a=", "<style>x</", "<style>x</style"})
    CHECK(styles(open).size() <= 1);  // it ends with the text
}

TEST_CASE("The work for style elements grows with the text and not with its square") {
  // What is hashed, which was each rest of the text that began with the tag: four times as much for twice the text.
  for (const char* const part : {"<style>", "<style></style", "<style><!--", "<style a='>"}) {
    std::size_t hashed[2] = {0, 0}, elements[2] = {0, 0};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string html = repeated(part, 50000 * (i + 1)) + "</style>";
      erm::detail::StyleElements(html).each([&](std::string_view content) {
        hashed[i] += content.size();
        ++elements[i];
      });
      CHECK(hashed[i] <= html.size());
    }
    CHECK(elements[0] <= 1);
    CHECK(elements[1] <= 1);
  }
  std::set<std::string> hashes;
  erm::detail::add_style_hashes(hashes, repeated("<style>", 56000) + "</style>");
  CHECK(hashes.size() == 1);
}

TEST_CASE("A style is hashed with the line ends of a parser") {
  std::set<std::string> hashes;
  for (const char* const html : {"<style>a\nb</style>", "<style>a\r\nb</style>", "<style>a\rb</style>"})
    erm::detail::add_style_hashes(hashes, html);
  CHECK(hashes.size() == 1);
}

}  // namespace style_elements_test
