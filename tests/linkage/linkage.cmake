# Links small programs whose files agree, and some whose files do not.
#   cmake -DCOMPILER=<c++> -DCOMPILER_ID=<GNU or Clang> -DINCLUDES=<folders> -DFOLDER=<to work in> -P linkage.cmake

file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
set(includes ${INCLUDES})
list(TRANSFORM includes PREPEND -I)

file(WRITE ${FOLDER}/main.cpp "#include <erm/value.hpp>\nint other();\nint main() { return other(); }\n")
file(WRITE ${FOLDER}/other.cpp
     "#include <erm/value.hpp>\nint other();\nint other() { return erm::Value(\"x\").is_text() ? 0 : 1; }\n")
# What of erm/implementation.hpp these files need.
file(WRITE ${FOLDER}/bodies.cpp "#include <erm/impl/linkage.inl>\n#include <erm/impl/value.inl>\n")

function(compile object source)
  execute_process(COMMAND ${COMPILER} -std=c++17 ${includes} ${ARGN} -c ${source}.cpp -o ${object}.o
                  WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed ERROR_VARIABLE why)
  if(failed)
    message(FATAL_ERROR "${source}.cpp ${ARGN} does not compile:\n${why}")
  endif()
endfunction()

compile(main_header_only main)
compile(other_header_only other)
compile(main main -DERM_COMPILED)
compile(other other -DERM_COMPILED)
compile(bodies bodies -DERM_COMPILED)
# A library, as CMake's erm::compiled is: the linker takes from it only what it misses.
execute_process(COMMAND ar rc liberm.a bodies.o WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "ar cannot make the library of the bodies")
endif()

function(expect_link name pattern)
  execute_process(COMMAND ${COMPILER} ${ARGN} -o ${name} WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed
                  OUTPUT_VARIABLE why ERROR_VARIABLE why)
  if(pattern STREQUAL "")
    if(failed)
      message(FATAL_ERROR "${name} does not link:\n${why}")
    endif()
    execute_process(COMMAND ./${name} WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "${name} fails: ${failed}")
    endif()
  elseif(NOT failed)
    message(FATAL_ERROR "${name} links, though its files disagree")
  elseif(NOT why MATCHES "${pattern}")
    message(FATAL_ERROR "${name} does not link, and nothing matches '${pattern}':\n${why}")
  endif()
endfunction()

expect_link(all_header_only "" main_header_only.o other_header_only.o)
expect_link(all_compiled "" main.o other.o liberm.a)
expect_link(mixed_files "this_program_mixes_compiled_and_header_only_erm" main_header_only.o other.o liberm.a)
expect_link(mixed_files_turned_round "this_program_mixes_compiled_and_header_only_erm" main.o other_header_only.o liberm.a)

compile(other_debug other -DERM_COMPILED -D_GLIBCXX_DEBUG)
compile(other_diagnostics other -DERM_COMPILED -DJSON_DIAGNOSTICS=1)
compile(other_old_strings other -DERM_COMPILED -D_GLIBCXX_USE_CXX11_ABI=0)
expect_link(json_with_other_settings "json_abi_diag[a-z0-9_]*::basic_json.*other_settings_than_this_file" main.o
            other_diagnostics.o liberm.a)
execute_process(COMMAND ${COMPILER} -std=c++17 -E -dM -x c++ ${FOLDER}/main.cpp ${includes} OUTPUT_VARIABLE macros
                ERROR_QUIET)
if(macros MATCHES "__GLIBCXX__")  # libstdc++
  expect_link(debug_containers "ContainersOfDebugMode.*other_settings_than_this_file" main.o other_debug.o liberm.a)
  expect_link(old_strings "StringsOfOldAbi.*other_settings_than_this_file" main.o other_old_strings.o liberm.a)
endif()

# Without exceptions ERM would have no way to report a failure.
execute_process(COMMAND ${COMPILER} -std=c++17 -fno-exceptions ${includes} -fsyntax-only other.cpp
                WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed ERROR_VARIABLE why)
if(NOT failed OR NOT why MATCHES "compile without -fno-exceptions")
  message(FATAL_ERROR "-fno-exceptions is not refused with a reason:\n${why}")
endif()
