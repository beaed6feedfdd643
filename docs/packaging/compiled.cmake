# erm_add_compiled(<name> <include folder> <libraries ...>)
#
# A static library of ERM's bodies, built only when something links it: a file a part of ERM, so that several processors
# share the work. Its users are given ERM_COMPILED, which makes ERM's headers declarations.

set(ERM_COMPILED_PARTS run store find live compare)
set(ERM_COMPILED_run
    linkage file_path value metric_history json_input content artifact image figure run_status run_logger experiment_run
    run_json)
set(ERM_COMPILED_store file_system local_file_system memory_file_system registry)
set(ERM_COMPILED_find group_by find edit trash summary)
set(ERM_COMPILED_live provenance live_run)
set(ERM_COMPILED_compare comparison compare compare_text notebook)

# Leaves a file alone that is as it should be: else what was built from it would be built again.
function(erm_write_source file content)
  set(before "")
  if(EXISTS ${file})
    file(READ ${file} before)
  endif()
  if(NOT before STREQUAL content)
    file(WRITE ${file} "${content}")
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
  if(MSVC)
    target_compile_options(${name} PRIVATE /utf-8 /bigobj)
  elseif(MINGW)
    target_compile_options(${name} PRIVATE -Wa,-mbig-obj)
  endif()
endfunction()

# A file that each program of erm::s3 compiles: it holds S3's bodies in a program that is compiled with ERM_COMPILED, and
# nothing in any other, which has them from the header.
function(erm_s3_source variable)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/erm_s3/s3.cpp)
  erm_write_source(${source} "// Generated.\n#ifdef ERM_COMPILED\n#include \"erm/impl/s3.inl\"\n#endif\n")
  set(${variable} ${source} PARENT_SCOPE)
endfunction()
