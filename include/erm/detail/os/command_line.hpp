// Splits a Windows command line, which is one text for all arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace erm::detail {

/// The arguments, by the rules that Microsoft documents for programs in C and C++: blanks separate them, quotes keep
/// blanks ("" inside quotes is one quote), and a backslash is an ordinary character except before a quote.
inline std::vector<std::string> split_command_line(std::string_view line) {
  std::vector<std::string> arguments;
  std::size_t i = 0;
  const auto skip_blanks = [&] {
    while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
  };
  for (skip_blanks(); i < line.size(); skip_blanks()) {
    const bool is_program = arguments.empty();  // its name has no escapes
    std::string& argument = arguments.emplace_back();
    bool quoted = false;
    for (; i < line.size() && (quoted || (line[i] != ' ' && line[i] != '\t')); ++i) {
      std::size_t backslashes = 0;
      while (!is_program && i + backslashes < line.size() && line[i + backslashes] == '\\') ++backslashes;
      if (i + backslashes < line.size() && line[i + backslashes] == '"') {
        argument.append(backslashes / 2, '\\');
        i += backslashes;
        if (backslashes % 2 == 1) {
          argument += '"';
        } else if (quoted && !is_program && i + 1 < line.size() && line[i + 1] == '"') {
          argument += '"';
          ++i;
        } else {
          quoted = !quoted;
        }
      } else if (backslashes > 0) {
        argument.append(backslashes, '\\');
        i += backslashes - 1;
      } else {
        argument += line[i];
      }
    }
  }
  return arguments;
}

}  // namespace erm::detail
