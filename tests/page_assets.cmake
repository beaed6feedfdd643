# Writes include/erm/detail/page/assets.hpp: the style and the scripts of web/, made small by esbuild. The modules of the
# page's script are joined in the order of modules.txt, and in one function.
#   cmake -P tests/page_assets.cmake                        once `npm ci` has been run in tests/browser
#   cmake -DHEADER=other.hpp -P tests/page_assets.cmake     to another file
#   cmake -DSCRIPT=page.js -P tests/page_assets.cmake       only the joined script, as it was written

get_filename_component(web ${CMAKE_CURRENT_LIST_DIR}/../include/erm/detail/page/web ABSOLUTE)
set(esbuild ${CMAKE_CURRENT_LIST_DIR}/browser/node_modules/.bin/esbuild)
set(piece_size 12000)  # MSVC takes literals of up to 16,380 bytes
if(NOT HEADER)
  set(HEADER ${web}/../assets.hpp)
endif()

file(STRINGS ${web}/modules.txt modules)
set(script "\"use strict\";\n(() => {\n")
foreach(module IN LISTS modules)
  file(READ ${web}/${module} text)
  string(APPEND script "${text}\n")
endforeach()
string(APPEND script "})();\n")
if(SCRIPT)
  file(WRITE "${SCRIPT}" "${script}")
  return()
endif()
if(NOT EXISTS ${esbuild})
  message(FATAL_ERROR "There is no ${esbuild}, which makes the page's files small; run `npm ci` in tests/browser.")
endif()

# A text in pieces, in ASCII: a page within an attribute of another page (notebook_html) must stay what its hash is of.
# Taken byte by byte: a list would lose its semicolons, and CMake its brackets.
function(add_asset name kind text)
  string(RANDOM LENGTH 12 unique)
  set(before ${HEADER}.${unique}.${kind})
  file(WRITE ${before} "${text}")
  execute_process(COMMAND ${esbuild} ${before} --minify --target=es2022 --charset=ascii --legal-comments=none
                          --log-level=warning --outfile=${before}.min.${kind} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "esbuild cannot read the page's ${name}.")
  endif()
  file(READ ${before}.min.${kind} small)
  file(REMOVE ${before} ${before}.min.${kind})
  if(small MATCHES "\\)page\"")
    message(FATAL_ERROR "The page's ${name} holds the end of the raw literal that it is put into.")
  endif()
  string(SHA256 hash "${small}")
  string(LENGTH "${small}" length)
  set(pieces "")
  set(begin 0)
  while(begin LESS length)
    string(SUBSTRING "${small}" ${begin} ${piece_size} piece)
    string(APPEND pieces "    R\"page(${piece})page\"sv,\n")
    math(EXPR begin "${begin} + ${piece_size}")
  endwhile()
  string(APPEND content "
inline constexpr std::string_view page_${name}[] = {
${pieces}};
inline constexpr std::string_view page_${name}_sha256 = \"${hash}\";
")
  set(content "${content}" PARENT_SCOPE)
endfunction()

file(READ ${web}/page.css style)
file(READ ${web}/frame.js frame)
file(READ ${web}/live.css live_style)
file(READ ${web}/live.js live_script)
string(SHA256 sources "${style}${script}${frame}${live_style}${live_script}")
set(content "// The style and the scripts of the comparison page: the files of web/, made small. tests/page_assets.cmake makes this
// header from them; change those, and run it again.
#pragma once

#include <string_view>

namespace erm::detail {

// A literal with its length: the compiler need not count its characters.
using std::string_view_literals::operator\"\"sv;

/// Of what this header was made from: page.css, the joined script, frame.js, live.css and live.js.
inline constexpr std::string_view page_sources_sha256 = \"${sources}\";
")
add_asset(style css "${style}")
add_asset(script js "${script}")
add_asset(frame js "${frame}")
add_asset(live_style css "${live_style}")
add_asset(live_script js "${live_script}")
string(APPEND content "
}  // namespace erm::detail
")
file(WRITE ${HEADER} "${content}")
