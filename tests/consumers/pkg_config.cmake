# Compiles a program with the flags that pkg-config gives for the erm.pc below PREFIX, and runs it:
#   cmake -DPREFIX= -DPROGRAM=train.cpp -DWORK_DIR= -DCXX_COMPILER= -DPKG_CONFIG= -DVERSION= -P pkg_config.cmake
file(GLOB_RECURSE found ${PREFIX}/*/erm.pc)
if(NOT found)
  message(FATAL_ERROR "there is no erm.pc below ${PREFIX}")
endif()
get_filename_component(folder "${found}" DIRECTORY)
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
set(ENV{PKG_CONFIG_PATH} "${folder}:$ENV{PKG_CONFIG_PATH}")

include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

run(version ${PKG_CONFIG} --modversion erm)
if(NOT version STREQUAL VERSION)
  message(FATAL_ERROR "erm.pc says that it is ${version}, not ${VERSION}")
endif()
run(flags ${PKG_CONFIG} --cflags --libs erm)
separate_arguments(flags UNIX_COMMAND "${flags}")
run(ignored ${CXX_COMPILER} -std=c++17 ${PROGRAM} ${flags} -o train)
run(ignored ${WORK_DIR}/train)
if(NOT EXISTS ${WORK_DIR}/erm-registry)
  message(FATAL_ERROR "the program saved no run")
endif()
