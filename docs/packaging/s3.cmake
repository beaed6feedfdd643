# Adds the target erm::s3 if libcurl and libcrypto are installed.
set(ERM_S3 "AUTO" CACHE STRING "erm::s3, for object storage: AUTO (if libcurl and OpenSSL are found), ON or OFF")
set_property(CACHE ERM_S3 PROPERTY STRINGS AUTO ON OFF)

if(NOT ERM_S3 STREQUAL "OFF")
  find_package(CURL 7.66 QUIET)
  find_package(OpenSSL 1.1 QUIET COMPONENTS Crypto)
  if(TARGET CURL::libcurl AND TARGET OpenSSL::Crypto)
    add_library(erm_s3 INTERFACE)
    add_library(erm::s3 ALIAS erm_s3)
    target_link_libraries(erm_s3 INTERFACE erm CURL::libcurl OpenSSL::Crypto)
    erm_s3_source(source)
    target_sources(erm_s3 INTERFACE ${source})
    # A project that adds this one with add_subdirectory links them, too.
    foreach(dependency CURL::libcurl OpenSSL::Crypto)
      get_target_property(aliased ${dependency} ALIASED_TARGET)
      get_target_property(imported ${dependency} IMPORTED)
      if(imported AND NOT aliased)
        set_target_properties(${dependency} PROPERTIES IMPORTED_GLOBAL TRUE)
      endif()
    endforeach()
  elseif(ERM_S3 STREQUAL "AUTO")
    message(STATUS "ERM: no target erm::s3, because libcurl 7.66 or OpenSSL 1.1 is not installed")
  else()
    message(FATAL_ERROR "erm::s3 needs libcurl 7.66 and OpenSSL 1.1 or later, but find_package cannot find them. "
                        "Install them (apt install libcurl4-openssl-dev libssl-dev, brew install curl openssl, vcpkg "
                        "install curl openssl), pass their location with -DCMAKE_PREFIX_PATH=, or set ERM_S3 to AUTO.")
  endif()
endif()
