# Writes include/erm/detail/page/assets.hpp, which holds page.css, frame.js and the modules of the page's script, in the
# order of modules.txt and in one function, as they are.
#   cmake -P tests/page_assets.cmake
#   cmake -DSCRIPT=page.js -P tests/page_assets.cmake     only the joined script, as a file

get_filename_component(detail ${CMAKE_CURRENT_LIST_DIR}/../include/erm/detail ABSOLUTE)
set(piece_size 12000)  # MSVC takes literals of up to 16,380 bytes

# The modules' text. A list would lose its semicolons.
file(STRINGS ${detail}/page/web/modules.txt modules)
set(script "\"use strict\";\n(() => {\n")
foreach(module IN LISTS modules)
  file(READ ${detail}/page/web/${module} text)
  string(APPEND script "${text}\n")
endforeach()
string(APPEND script "})();\n")
if(SCRIPT)
  file(WRITE "${SCRIPT}" "${script}")
  return()
endif()

function(add_asset name file text)
  string(SHA256 hash "${text}")
  if(text MATCHES "\\)page\"")
    message(FATAL_ERROR "${file} holds the end of the raw literal that it is put into.")
  endif()
  string(LENGTH "${text}" length)
  set(pieces "")
  set(begin 0)
  while(begin LESS length)
    string(SUBSTRING "${text}" ${begin} ${piece_size} piece)
    string(APPEND pieces "    R\"page(${piece})page\"sv,\n")
    math(EXPR begin "${begin} + ${piece_size}")
  endwhile()
  string(APPEND content "
// web/${file}
inline constexpr std::string_view page_${name}[] = {
${pieces}};
inline constexpr std::string_view page_${name}_sha256 = \"${hash}\";
")
  set(content "${content}" PARENT_SCOPE)
endfunction()

set(content "// The style and the scripts of the comparison page: exactly the files of web/, from which tests/page_assets.cmake
// makes this header. Change those, and run it again.
#pragma once

#include <string_view>

namespace erm::detail {

// A literal with its length: the compiler need not count its characters.
using std::string_view_literals::operator\"\"sv;
")
file(READ ${detail}/page/web/page.css style)
file(READ ${detail}/page/web/frame.js frame)
add_asset(style page.css "${style}")
add_asset(script modules.txt "${script}")
add_asset(frame frame.js "${frame}")
string(APPEND content "
}  // namespace erm::detail
")
file(WRITE ${detail}/page/assets.hpp "${content}")
