# Writes include/erm/detail/page/assets.hpp, which holds page.css, page.js and frame.js as they are.
#   cmake -P tests/page_assets.cmake

get_filename_component(detail ${CMAKE_CURRENT_LIST_DIR}/../include/erm/detail ABSOLUTE)
set(piece_size 12000)  # MSVC takes literals of up to 16,380 bytes

# Reads a file byte by byte as it is: a list would lose its semicolons, and CMake its brackets.
function(add_asset name file)
  file(READ ${detail}/page/web/${file} text)
  file(SHA256 ${detail}/page/web/${file} hash)
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

set(content "// The style and the scripts of the comparison page: exactly web/page.css, web/page.js and web/frame.js, from which
// tests/page_assets.cmake makes this header. Change those, and run it again.
#pragma once

#include <string_view>

namespace erm::detail {

// A literal with its length: the compiler need not count its characters.
using std::string_view_literals::operator\"\"sv;
")
add_asset(style page.css)
add_asset(script page.js)
add_asset(frame frame.js)
string(APPEND content "
}  // namespace erm::detail
")
file(WRITE ${detail}/page/assets.hpp "${content}")
