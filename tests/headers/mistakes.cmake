# Compiles mistakes.cpp once for each of its cases:
#   cmake "-DCOMPILER=g++;-std=c++17;-Iinclude;..." -DSOURCE=mistakes.cpp -P mistakes.cmake

function(compile case result)
  execute_process(COMMAND ${COMPILER} -DERM_COMPILED -DCASE=${case} -fsyntax-only ${SOURCE}
                  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
  set(${result} ${code} PARENT_SCOPE)
  set(said "${said}" PARENT_SCOPE)
endfunction()

compile(0 code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "case 0 of ${SOURCE} does not compile:\n${said}")
endif()

file(STRINGS ${SOURCE} lines REGEX "// CASE [0-9]+: ")
list(LENGTH lines count)
if(count LESS 8)
  message(FATAL_ERROR "${SOURCE} has ${count} cases, which are too few to be all")
endif()
foreach(line IN LISTS lines)
  string(REGEX REPLACE ".*// CASE ([0-9]+): .*" "\\1" case "${line}")
  string(REGEX REPLACE ".*// CASE [0-9]+: " "" message "${line}")
  compile(${case} code)
  if(code EQUAL 0)
    message(FATAL_ERROR "case ${case} of ${SOURCE} compiles")
  endif()
  string(FIND "${said}" "${message}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "case ${case} of ${SOURCE} does not say '${message}':\n${said}")
  endif()
endforeach()
