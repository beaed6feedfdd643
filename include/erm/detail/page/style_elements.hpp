// Finds the style elements of an HTML text, in one pass over it.
//
//   StyleElements("<style>p{}</style><!-- <style> -->").each([](std::string_view content) { ... });  // "p{}"
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace erm::detail {

/// Reads tags, comments and text as an HTML parser does, and looks at no byte twice. What is open at the end of the
/// text ends there.
class StyleElements {
 public:
  explicit StyleElements(std::string_view html) : html_(html) {}

  /// Calls `visit` with the content of each style element.
  template <class Visit>
  void each(Visit&& visit) {
    while ((at_ = find('<', at_)) < html_.size()) {
      const char next = ahead(1);
      if (next == '!' && ahead(2) == '-' && ahead(3) == '-')
        skip_comment();
      else if (next == '!' || next == '?' || (next == '/' && !is_letter(ahead(2))))
        at_ = find('>', at_);
      else if (next == '/')
        end_tag();
      else if (is_letter(next))
        start_tag(visit);
      else
        ++at_;
    }
  }

 private:
  static bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
  static bool ends_name(char c) noexcept { return is_space(c) || c == '/' || c == '>'; }
  static bool is_name(std::string_view name, std::string_view lower) noexcept {
    if (name.size() != lower.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i)
      if (!is_letter(name[i]) || (name[i] | 0x20) != lower[i]) return false;
    return true;
  }

  template <class Visit>
  void start_tag(Visit&& visit) {
    const std::string_view name = name_at(at_ + 1);
    at_ += 1 + name.size();
    const bool ends_itself = skip_attributes();
    if (is_name(name, "svg") || is_name(name, "math")) {
      if (!ends_itself) ++foreign_;
      return;
    }
    if (ends_itself && foreign_ > 0) return;  // elsewhere the '/' has no effect
    // The content of these is text, whatever it looks like.
    static constexpr std::string_view of_text[] = {"style",  "script",  "title",    "textarea",
                                                   "iframe", "noembed", "noframes", "xmp"};
    for (const std::string_view known : of_text) {
      if (!is_name(name, known)) continue;
      const std::size_t begin = at_;
      skip_text(known);
      if (known == "style") visit(html_.substr(begin, at_ - begin));
    }
  }

  void end_tag() {
    const std::string_view name = name_at(at_ + 2);
    at_ += 2 + name.size();
    skip_attributes();
    if (foreign_ > 0 && (is_name(name, "svg") || is_name(name, "math"))) --foreign_;
  }

  [[nodiscard]] char ahead(std::size_t distance) const noexcept {
    return at_ + distance < html_.size() ? html_[at_ + distance] : '\0';
  }
  [[nodiscard]] std::size_t find(char c, std::size_t from) const noexcept {
    const std::size_t found = html_.find(c, from);
    return found == std::string_view::npos ? html_.size() : found;
  }
  [[nodiscard]] std::string_view name_at(std::size_t begin) const noexcept {
    std::size_t end = begin;
    while (end < html_.size() && !ends_name(html_[end])) ++end;
    return html_.substr(begin, end - begin);
  }
  void skip_spaces() noexcept {
    while (at_ < html_.size() && is_space(html_[at_])) ++at_;
  }

  /// From "<!--" to behind "-->" or "--!>"; "<!-->" and "<!--->" are whole comments.
  void skip_comment() noexcept {
    at_ += 4;
    const std::size_t begin = at_;
    if (ahead(0) == '>' || (ahead(0) == '-' && ahead(1) == '>')) return;
    for (at_ = find('>', at_); at_ < html_.size(); at_ = find('>', at_ + 1)) {
      const std::string_view content = html_.substr(begin, at_ - begin);
      const bool has_mark = !content.empty() && content.back() == '!';
      const std::size_t end = content.size() - (has_mark ? 1U : 0U);
      if (end >= 2 && content[end - 1] == '-' && content[end - 2] == '-') return;
    }
  }

  /// To behind the '>' of a tag, which is another than that of a quoted value. Returns whether a '/' precedes it.
  bool skip_attributes() noexcept {
    bool is_after_slash = false;
    while (at_ < html_.size()) {
      const char c = html_[at_++];
      if (c == '>') return is_after_slash;
      is_after_slash = c == '/';
      if (is_space(c) || c == '/') continue;
      while (at_ < html_.size() && !ends_name(html_[at_]) && html_[at_] != '=') ++at_;
      skip_spaces();
      if (ahead(0) != '=') continue;
      ++at_;
      skip_spaces();
      const char quote = ahead(0);
      if (quote == '"' || quote == '\'') {
        at_ = find(quote, at_ + 1);
        if (at_ < html_.size()) ++at_;
      } else {
        while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>') ++at_;
      }
    }
    return false;
  }

  /// To the end tag of the element.
  void skip_text(std::string_view name) noexcept {
    for (at_ = find('<', at_); at_ < html_.size(); at_ = find('<', at_ + 1))
      if (ahead(1) == '/' && is_name(html_.substr((std::min)(at_ + 2, html_.size()), name.size()), name) &&
          ends_name(ahead(2 + name.size())))
        return;
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::size_t foreign_ = 0;  // how many svg and math elements are open
};

}  // namespace erm::detail
