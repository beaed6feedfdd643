# What no header of ERM does, for all who include it would have to live with it.
#   cmake -DINCLUDE_DIR=<absolute> -DPREPROCESSOR=<command that prints the macros of a file>
#         -DHAS_S3=<whether s3.hpp has what it includes> -P rules.cmake

file(GLOB_RECURSE headers RELATIVE ${INCLUDE_DIR} ${INCLUDE_DIR}/*.hpp ${INCLUDE_DIR}/*.inl ${INCLUDE_DIR}/*.h)
if(NOT headers)
  message(FATAL_ERROR "${INCLUDE_DIR} has no headers")
endif()

set(broken "")
set(macros "")
foreach(header IN LISTS headers)
  file(READ ${INCLUDE_DIR}/${header} text)
  string(REGEX MATCHALL "#[ ]*define[ ]+[A-Za-z0-9_]+" definitions "${text}")
  list(APPEND macros ${definitions})
  if(header MATCHES "\\.h$")
    continue()  # vendored, as its authors wrote it
  endif()
  foreach(slow iostream regex future)
    if(text MATCHES "#[ ]*include[ ]*<${slow}>")
      string(APPEND broken "\n${header} includes <${slow}>, which is slow to compile")
    endif()
  endforeach()
  if(text MATCHES "using[ ]+namespace")
    string(APPEND broken "\n${header} has 'using namespace', which changes what names mean in the user's file")
  endif()
  if(text MATCHES "\nnamespace" AND NOT text MATCHES "\n#pragma once\n")
    string(APPEND broken "\n${header} has no '#pragma once'")
  endif()
  if(NOT text MATCHES "^// ")
    string(APPEND broken "\n${header} does not begin with a comment that says what it holds")
  endif()
endforeach()

# What the preprocessor tells.

cmake_policy(SET CMP0057 NEW)  # if(... IN_LIST ...)
set(allowed ERM_INLINE)

# The names of the macros that are there after a file.
function(macros_after file names)
  execute_process(COMMAND ${PREPROCESSOR} ${file} OUTPUT_VARIABLE all ERROR_VARIABLE why RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${PREPROCESSOR} ${file} failed:\n${why}")
  endif()
  string(REGEX MATCHALL "#define [A-Za-z0-9_]+" found "${all}")
  list(TRANSFORM found REPLACE "#define " "")
  list(REMOVE_DUPLICATES found)
  set(${names} "${found}" PARENT_SCOPE)
endfunction()

function(write_file_that_includes name)
  set(text "")
  foreach(header IN LISTS ARGN)
    string(APPEND text "#include \"${header}\"\n")
  endforeach()
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name} "${text}")
endfunction()

if(PREPROCESSOR)
  set(public ${headers})
  list(FILTER public INCLUDE REGEX "^erm/[a-z_0-9]+\\.hpp$")
  if(NOT HAS_S3)
    list(REMOVE_ITEM public erm/s3.hpp)
  endif()
  list(REMOVE_ITEM public erm/implementation.hpp)  # for one file of a program that is compiled with ERM_COMPILED

  # No macro that a header of ERM defines is left when it has been included.
  write_file_that_includes(every_header.cpp ${public})
  macros_after(${CMAKE_CURRENT_BINARY_DIR}/every_header.cpp left)
  list(TRANSFORM macros REPLACE "#[ ]*define[ ]+" "")
  list(REMOVE_DUPLICATES macros)
  foreach(macro IN LISTS macros)
    if(macro IN_LIST left AND NOT macro IN_LIST allowed)
      string(APPEND broken "\nthe macro ${macro} is left behind in the user's file")
    endif()
  endforeach()

  # Nor does a header of the system come with ERM, which its macros would show. s3.hpp needs those of curl and OpenSSL.
  set(public_without_s3 ${public})
  list(REMOVE_ITEM public_without_s3 erm/s3.hpp)
  macros_after(${CMAKE_CURRENT_LIST_DIR}/standard_library.hpp standard)
  if("__GLIBC__" IN_LIST standard)  # elsewhere see os/api_posix.hpp
    foreach(header IN LISTS public_without_s3)
      write_file_that_includes(one_header.cpp ${header})
      macros_after(${CMAKE_CURRENT_BINARY_DIR}/one_header.cpp seen)
      list(REMOVE_ITEM seen ${standard} ${allowed})
      # What those headers undefine again in the end, and json_fwd.hpp alone does not.
      list(FILTER seen EXCLUDE REGEX "^(_GLIBCXX|_LIBCPP|__need_|JSON_)")
      list(LENGTH seen count)
      if(count GREATER 0)
        list(SUBLIST seen 0 10 first)
        string(APPEND broken "\n${header} brings ${count} macros beside those of the standard library, as: ${first}")
      endif()
    endforeach()
  endif()

  # No name in ERM is a macro of other libraries that were included before it, compiled or header-only.
  set(others "")
  if(HAS_S3)
    set(others curl/curl.h openssl/evp.h openssl/hmac.h)
  endif()
  list(APPEND others ${CMAKE_CURRENT_LIST_DIR}/names_of_others.hpp)
  write_file_that_includes(names_of_others.cpp ${others} ${public})
  write_file_that_includes(names_of_others_compiled.cpp ${others} ${public} erm/implementation.hpp)
  list(REMOVE_ITEM PREPROCESSOR -dM)
  foreach(way "names_of_others.cpp" "-DERM_COMPILED;names_of_others_compiled.cpp")
    execute_process(COMMAND ${PREPROCESSOR} ${way} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} OUTPUT_QUIET
                    ERROR_VARIABLE why RESULT_VARIABLE failed)
    if(failed)
      string(REGEX MATCHALL "[^\n]*error:[^\n]*" errors "${why}")
      list(REMOVE_DUPLICATES errors)
      list(JOIN errors "\n" errors)
      string(APPEND broken "\n${errors}")
    endif()
  endforeach()
endif()

if(broken)
  message(FATAL_ERROR "${broken}")
endif()
