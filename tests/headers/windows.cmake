# Compiles ERM for Windows with MinGW-w64, without linking.
#   cmake -DCOMPILER=<x86_64-w64-mingw32-g++> -DSOURCE=<file> -DINCLUDES=<folders> -DFOLDER=<to work in> -P windows.cmake

# The system's include folder has nlohmann's and fmt's headers, and a C library that is not that of Windows.
file(MAKE_DIRECTORY ${FOLDER})
foreach(library nlohmann/json.hpp fmt/format.h)
  get_filename_component(name ${library} DIRECTORY)
  find_path(${name}_FOLDER ${library} PATHS ${INCLUDES} /usr/include /usr/local/include NO_DEFAULT_PATH)
  if(NOT ${name}_FOLDER)
    message(FATAL_ERROR "${library} is in none of: ${INCLUDES}")
  endif()
  file(CREATE_LINK ${${name}_FOLDER}/${name} ${FOLDER}/${name} SYMBOLIC)
endforeach()

get_filename_component(include ${CMAKE_CURRENT_LIST_DIR}/../../include ABSOLUTE)
file(WRITE ${FOLDER}/threads.cpp "#include <thread>\nstd::thread thread;\n")
execute_process(COMMAND ${COMPILER} -std=c++17 -fsyntax-only ${FOLDER}/threads.cpp RESULT_VARIABLE failed ERROR_QUIET)
if(failed)
  message("skipped: the C++ library of ${COMPILER} has no threads; there is one in g++-mingw-w64-x86-64-posix")
  return()
endif()
execute_process(COMMAND ${COMPILER} -std=c++17 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
                        -I${include} -isystem ${FOLDER} ${SOURCE}
                RESULT_VARIABLE failed ERROR_VARIABLE why)
if(failed)
  message(FATAL_ERROR "${why}")
endif()
