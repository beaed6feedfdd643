# For the tests of the pages: quickstart.sh builds for speed, which would take minutes here. So its Release build neither
# optimises nor compiles ERM again.
if(CMAKE_BINARY_DIR MATCHES "/quickstart$")
  set(CMAKE_CXX_FLAGS_RELEASE "" CACHE STRING "")
  set(ERM_COMPILED ON CACHE BOOL "")
endif()
