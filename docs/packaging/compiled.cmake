# erm_add_compiled(<name> <include folder> <libraries ...>)
#
# Adds a static library of ERM's bodies, which is built only if something links it. Each part of ERM is one file, so
# that several processors share the work. Its users get the definition ERM_COMPILED, which leaves only declarations in
# ERM's headers.

set(ERM_COMPILED_PARTS run store find live compare)
set(ERM_COMPILED_run
    linkage file_path value metric_history json_input param content artifact numbers_view image pixels_view figure
    series run_status run_logger experiment_run run_json console)
set(ERM_COMPILED_store file_system local_file_system memory_file_system named_claim registry)
set(ERM_COMPILED_find group_by find edit trash summary gate import export check copy)
set(ERM_COMPILED_live provenance live_run)
set(ERM_COMPILED_compare comparison compare compare_text notebook live_page)

# Writes a file only if its content changes, so that nothing is rebuilt needlessly.
function(erm_write_source file content)
  set(before "")
  if(EXISTS ${file})
    file(READ ${file} before)
  endif()
  if(NOT before STREQUAL content)
    file(WRITE ${file} "${content}")
  endif()
endfunction()

# Bodies have more sections than a small object file may have, and texts in UTF-8.
function(erm_compile_large_source target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /utf-8 /bigobj)
  elseif(MINGW)
    target_compile_options(${target} PRIVATE -Wa,-mbig-obj)
  endif()
endfunction()

function(erm_add_compiled name include)
  set(sources "")
  foreach(part IN LISTS ERM_COMPILED_PARTS)
    set(content "// Generated: bodies of ERM, compiled once.\n")
    foreach(body IN LISTS ERM_COMPILED_${part})
      string(APPEND content "#include \"erm/impl/${body}.inl\"\n")
    endforeach()
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}/${part}.cpp)
    erm_write_source(${source} "${content}")
    list(APPEND sources ${source})
  endforeach()
  add_library(${name} STATIC EXCLUDE_FROM_ALL ${sources})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${name} PUBLIC cxx_std_17)
  target_compile_definitions(${name} PUBLIC ERM_COMPILED)
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${include}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(${name} PUBLIC ${ARGN})
  erm_compile_large_source(${name})
endfunction()

# A source file that each program that links erm::s3 compiles. It contains the bodies for S3 if the program is compiled
# with ERM_COMPILED. Otherwise it is empty, because the header contains them.
function(erm_s3_source variable)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/erm_s3/s3.cpp)
  erm_write_source(${source} "// Generated.\n#ifdef ERM_COMPILED\n#include \"erm/impl/s3.inl\"\n#endif\n")
  set(${variable} ${source} PARENT_SCOPE)
endfunction()
