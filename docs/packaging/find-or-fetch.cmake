# erm_find_or_fetch(<name> <version> TARGET <target> HINT <how to install it> URL <archive> SHA256 <its hash>)
#
# Uses the parent project's target if there is one, otherwise the package that find_package finds, otherwise the release
# in the archive. With ERM_FETCH_DEPENDENCIES=ON it does not call find_package, with OFF it fetches nothing. A macro, so
# that it sets <name>_FOUND and <name>_VERSION for the caller.
macro(erm_find_or_fetch name version)
  cmake_parse_arguments(ERM_DEPENDENCY "" "TARGET;HINT;URL;SHA256" "" ${ARGN})
  if(NOT TARGET ${ERM_DEPENDENCY_TARGET} AND NOT ERM_FETCH_DEPENDENCIES STREQUAL "ON")
    find_package(${name} ${version} CONFIG QUIET)
  endif()
  if(NOT TARGET ${ERM_DEPENDENCY_TARGET})
    if(ERM_FETCH_DEPENDENCIES STREQUAL "OFF")
      message(FATAL_ERROR "ERM needs ${name} ${version} or later, but find_package cannot find it. Install it "
                          "(${ERM_DEPENDENCY_HINT}), pass its location with -DCMAKE_PREFIX_PATH=, or let ERM fetch it "
                          "with -DERM_FETCH_DEPENDENCIES=AUTO.")
    endif()
    erm_fetch(${name} ${version})
  endif()
endmacro()

function(erm_fetch name version)
  string(TOUPPER ${name} upper_name)
  get_filename_component(archive ${ERM_DEPENDENCY_URL} NAME)
  set(archive ${PROJECT_BINARY_DIR}/_deps/${archive})
  # Not downloaded by FetchContent, whose error says neither what was needed nor what to do.
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper_name} AND NOT EXISTS ${archive})
    message(STATUS "ERM: fetching ${ERM_DEPENDENCY_URL}, because ${name} ${version} or later is not installed")
    file(DOWNLOAD ${ERM_DEPENDENCY_URL} ${archive}.part STATUS status INACTIVITY_TIMEOUT 60)
    list(GET status 0 failed)
    if(failed)
      list(GET status 1 reason)
      message(FATAL_ERROR "ERM needs ${name} ${version} or later. find_package cannot find it, and fetching "
                          "${ERM_DEPENDENCY_URL} failed: ${reason}. Install it (${ERM_DEPENDENCY_HINT}), pass its "
                          "location with -DCMAKE_PREFIX_PATH=, or the folder of its sources with "
                          "-DFETCHCONTENT_SOURCE_DIR_${upper_name}=.")
    endif()
    file(RENAME ${archive}.part ${archive})
  endif()
  include(FetchContent)
  FetchContent_Declare(${name} URL ${archive} URL_HASH SHA256=${ERM_DEPENDENCY_SHA256})
  FetchContent_MakeAvailable(${name})
endfunction()
