# Runs the vcpkg port with functions that do what vcpkg's do, and compares what it installs with PREFIX.
cmake_policy(SET CMP0057 NEW)  # if(... IN_LIST ...)

set(CURRENT_PORT_DIR ${PORT_DIR})
set(CURRENT_PACKAGES_DIR ${WORK_DIR}/packages)
set(PORT erm)
file(REMOVE_RECURSE ${WORK_DIR})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
endfunction()

function(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT_FEATURE_OPTIONS" "FEATURES")
  set(options "")
  while(arg_FEATURES)
    list(POP_FRONT arg_FEATURES feature option)
    if(feature IN_LIST FEATURES)
      list(APPEND options -D${option}=ON)
    else()
      list(APPEND options -D${option}=OFF)
    endif()
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} "${options}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${WORK_DIR}/build -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
      -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} ${FLAGS}
      -DCMAKE_PREFIX_PATH=${PREFIX} -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -DCMAKE_INSTALL_LIBDIR=lib
      ${arg_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${WORK_DIR}/build --target install)
endfunction()

function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "PACKAGE_NAME;CONFIG_PATH" "")
  file(COPY ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/ DESTINATION ${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME})
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH})
endfunction()

function(vcpkg_fixup_pkgconfig)  # vcpkg's makes the prefix relative, which it is
endfunction()

function(vcpkg_copy_tools)  # vcpkg's copies the libraries that a tool needs, too
  cmake_parse_arguments(PARSE_ARGV 0 arg "AUTO_CLEAN" "" "TOOL_NAMES")
  foreach(tool IN LISTS arg_TOOL_NAMES)
    file(COPY ${CURRENT_PACKAGES_DIR}/bin/${tool}${CMAKE_EXECUTABLE_SUFFIX} DESTINATION ${CURRENT_PACKAGES_DIR}/tools/${PORT})
    file(REMOVE ${CURRENT_PACKAGES_DIR}/bin/${tool}${CMAKE_EXECUTABLE_SUFFIX})
  endforeach()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  configure_file(${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright COPYONLY)
endfunction()

include(${PORT_DIR}/portfile.cmake)

# ---- the same headers, and what vcpkg wants beside them ----

file(GLOB_RECURSE expected RELATIVE ${PREFIX} ${PREFIX}/include/erm/*)
file(GLOB_RECURSE installed RELATIVE ${CURRENT_PACKAGES_DIR} ${CURRENT_PACKAGES_DIR}/*)
if(NOT expected)
  message(FATAL_ERROR "${PREFIX} has no headers of ERM")
endif()
list(APPEND expected share/erm/copyright share/erm/erm-config-version.cmake share/erm/erm-config.cmake
     share/erm/command.cmake share/erm/compiled.cmake share/erm/erm-targets.cmake share/erm/record-build-step.cmake share/erm/record-build.cmake share/erm/usage)
if("compiled" IN_LIST FEATURES)
  list(APPEND expected lib/liberm_compiled.a lib/pkgconfig/erm.pc share/erm/erm-targets-release.cmake)
endif()
if("command" IN_LIST FEATURES)
  list(APPEND expected tools/erm/erm${CMAKE_EXECUTABLE_SUFFIX})
  run(${CURRENT_PACKAGES_DIR}/tools/erm/erm --version)
endif()
list(SORT expected)
list(SORT installed)
if(NOT installed STREQUAL expected)
  string(REPLACE ";" "\n  " installed "${installed}")
  string(REPLACE ";" "\n  " expected "${expected}")
  message(FATAL_ERROR "the port installs\n  ${installed}\nand should install\n  ${expected}")
endif()
