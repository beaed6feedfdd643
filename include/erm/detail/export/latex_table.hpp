// A table in LaTeX, with booktabs and the S columns of siunitx. A mean and its deviation are two columns, so that the
// points of both are aligned and both can be bold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/export/shown_table.hpp"

namespace erm::detail {

/// What pdflatex has for a character beyond Latin letters, or an empty text.
inline std::string_view latex_symbol(std::uint32_t code) {
  static constexpr std::string_view greek[] = {
      "\\alpha",   "\\beta", "\\gamma",  "\\delta", "\\varepsilon", "\\zeta", "\\eta", "\\theta", "\\iota",
      "\\kappa",   "\\lambda", "\\mu",   "\\nu",    "\\xi",         "o",      "\\pi",  "\\rho",   "\\varsigma",
      "\\sigma",   "\\tau",  "\\upsilon", "\\varphi", "\\chi",      "\\psi",  "\\omega"};
  if (code >= 0x3B1 && code <= 0x3C9) return greek[code - 0x3B1];
  switch (code) {
    case 0xB0: return "^\\circ";
    case 0xB1: return "\\pm";
    case 0xB2: return "^2";
    case 0xB3: return "^3";
    case 0xB5: return "\\mu";
    case 0xB7: return "\\cdot";
    case 0xD7: return "\\times";
    case 0x393: return "\\Gamma";
    case 0x394: case 0x2206: return "\\Delta";
    case 0x398: return "\\Theta";
    case 0x39B: return "\\Lambda";
    case 0x3A3: return "\\Sigma";
    case 0x3A6: return "\\Phi";
    case 0x3A9: return "\\Omega";
    case 0x2190: return "\\leftarrow";
    case 0x2191: return "\\uparrow";
    case 0x2192: return "\\rightarrow";
    case 0x2193: return "\\downarrow";
    case 0x2212: return "-";
    case 0x221A: return "\\surd";
    case 0x221E: return "\\infty";
    case 0x2248: return "\\approx";
    case 0x2260: return "\\neq";
    case 0x2264: return "\\leq";
    case 0x2265: return "\\geq";
    default: return {};
  }
}

/// Whether pdflatex shows a character of Latin-1 and Latin Extended-A without further packages. It knows the others of
/// these blocks, but its default fonts do not have them.
inline bool is_latex_letter(std::uint32_t code) {
  if (code < 0xBF || code > 0x17E || code == 0xD0 || code == 0xDE || code == 0xF0 || code == 0xFE) return false;
  if (code <= 0xFF) return true;
  static constexpr std::uint32_t known[] = {0x102, 0x103, 0x106, 0x107, 0x10C, 0x10D, 0x10E, 0x10F, 0x11A, 0x11B, 0x11E,
                                            0x11F, 0x130, 0x131, 0x141, 0x142, 0x143, 0x144, 0x147, 0x148, 0x150, 0x151,
                                            0x152, 0x153, 0x158, 0x159, 0x15A, 0x15B, 0x15E, 0x15F, 0x160, 0x161, 0x164,
                                            0x165, 0x16E, 0x16F, 0x170, 0x171, 0x178, 0x179, 0x17A, 0x17B, 0x17C, 0x17D,
                                            0x17E};
  return std::find(std::begin(known), std::end(known), code) != std::end(known);
}

/// `text` so that LaTeX shows it. A character that pdflatex does not know is there its code, and itself in LuaLaTeX and
/// XeLaTeX.
inline std::string latex_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = (std::max)(std::size_t{1}, utf8_sequence_length(text.substr(i)));
    const std::string_view bytes = text.substr(i, length);
    i += length;
    const char c = bytes[0];
    if (length > 1) {
      const std::uint32_t code = code_point(bytes);
      const std::string_view symbol = latex_symbol(code);
      if (!symbol.empty())
        out += fmt::format("\\ensuremath{{{}}}", symbol);
      else if (is_latex_letter(code))
        out += bytes;
      else if (code == 0xA0)
        out += '~';
      else if (code == 0x2013 || code == 0x2014)
        out += code == 0x2013 ? "{--}" : "{---}";
      else
        out += fmt::format("{{\\ifdefined\\Umathchar {}\\else\\texttt{{U+{:04X}}}\\fi}}", bytes, code);
    } else if (std::string_view("{}$&#%_").find(c) != std::string_view::npos) {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += ' ';
    } else {
      switch (c) {
        case '\\': out += "\\textbackslash{}"; break;
        case '~': out += "\\textasciitilde{}"; break;
        case '^': out += "\\textasciicircum{}"; break;
        case '<': out += "\\textless{}"; break;
        case '>': out += "\\textgreater{}"; break;
        case '|': out += "\\textbar{}"; break;
        case '"': out += "{\\char34}"; break;
        // Could be arguments of the line end before them.
        case '[': out += "{[}"; break;
        case '*': out += "{*}"; break;
        // Two of them would become one sign.
        case '-': case '`': case '\'': case ',':
          out += !out.empty() && out.back() == c ? std::string("{") + c + '}' : std::string(1, c);
          break;
        default: out += c;
      }
    }
  }
  return out;
}

/// The table-format of an S column.
class LatexNumberFormat {
 public:
  /// Whether the text is a number for siunitx: NaN and the infinities are not.
  static bool is_number(std::string_view text) {
    const std::size_t first = text.empty() || text[0] != '-' ? 0 : 1;
    return text.size() > first && text[first] >= '0' && text[first] <= '9';
  }
  void add(std::string_view text) {
    if (!is_number(text)) return;
    if (text[0] == '-') {
      is_negative_ = true;
      text.remove_prefix(1);
    }
    const std::size_t e = text.find('e');
    if (e != std::string_view::npos) {
      std::string_view exponent = text.substr(e + 1);
      if (exponent[0] == '-') {
        has_negative_exponent_ = true;
        exponent.remove_prefix(1);
      }
      exponent_ = (std::max)(exponent_, exponent.size());
    }
    text = text.substr(0, e);
    const std::size_t point = text.find('.');
    whole_ = (std::max)(whole_, text.substr(0, point).size());
    if (point != std::string_view::npos) decimals_ = (std::max)(decimals_, text.size() - point - 1);
  }
  [[nodiscard]] std::string column() const {
    std::string format = is_negative_ ? "-" : "";
    format += std::to_string(whole_);
    if (decimals_ > 0) format += '.' + std::to_string(decimals_);
    if (exponent_ > 0) (format += has_negative_exponent_ ? "e-" : "e") += std::to_string(exponent_);
    return "S[table-format=" + format + ",detect-weight]";
  }

 private:
  bool is_negative_ = false, has_negative_exponent_ = false;
  std::size_t whole_ = 1, decimals_ = 0, exponent_ = 0;
};

inline std::string latex_cell(const ShownCell& cell, const ShownColumn& column) {
  const std::string weight = cell.is_best ? "\\bfseries " : "";
  std::string text = "--";
  bool is_number = false;
  if (cell.kind != ShownCell::Kind::missing) {
    is_number = column.is_numeric && LatexNumberFormat::is_number(cell.text);
    text = is_number || !column.is_numeric ? weight : "";
    text += is_number ? cell.text : latex_text(cell.text);
  }
  if (!column.is_numeric) return text;
  if (!column.has_deviations) return is_number ? text : '{' + text + '}';
  if (is_number && !cell.deviation.empty()) return text + " & " + weight + cell.deviation;
  return "\\multicolumn{2}{c}{" + text + '}';
}

inline std::string latex_table(const std::vector<ShownColumn>& columns, const std::string& caption,
                               const std::string& label) {
  std::string out, indent;
  const bool floats = !caption.empty() || !label.empty();
  if (floats) {
    out += "\\begin{table}\n  \\centering\n";
    if (!caption.empty()) out += "  \\caption{" + latex_text(caption) + "}\n";
    if (!label.empty()) out += "  \\label{" + label + "}\n";
    indent = "  ";
  }
  out += indent + "\\begin{tabular}{";
  for (const ShownColumn& column : columns) {
    if (!column.is_numeric) {
      out += 'l';
      continue;
    }
    LatexNumberFormat numbers, deviations;
    for (const ShownCell& cell : column.cells) {
      numbers.add(cell.text);
      deviations.add(cell.deviation);
    }
    out += numbers.column();
    if (column.has_deviations) out += "@{\\,$\\pm$\\,}" + deviations.column();
  }
  out += "}\n" + indent + "  \\toprule\n" + indent + "  ";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string title = latex_text(columns[i].title);
    out += (i > 0 ? " & " : "") + (columns[i].has_deviations ? "\\multicolumn{2}{c}{" + title + '}'
                                   : columns[i].is_numeric  ? '{' + title + '}'
                                                            : title);
  }
  out += " \\\\\n" + indent + "  \\midrule\n";
  const std::size_t rows = columns.empty() ? 0 : columns.front().cells.size();
  for (std::size_t row = 0; row < rows; ++row) {
    out += indent + "  ";
    for (std::size_t i = 0; i < columns.size(); ++i)
      out += (i > 0 ? " & " : "") + latex_cell(columns[i].cells[row], columns[i]);
    out += " \\\\\n";
  }
  out += indent + "  \\bottomrule\n" + indent + "\\end{tabular}\n";
  if (floats) out += "\\end{table}\n";
  return out;
}

}  // namespace erm::detail
