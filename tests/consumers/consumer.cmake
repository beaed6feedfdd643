# The second file of the consumer has flags of its own. ERM_TARGET is what it links: erm::erm or erm::compiled.
set(ERM_TARGET erm::erm CACHE STRING "erm::erm or erm::compiled")

if(NOT MSVC)
  set_source_files_properties(../second_file.cpp PROPERTIES COMPILE_OPTIONS "-O1;-DNDEBUG")
endif()
target_link_libraries(consumer PRIVATE ${ERM_TARGET})
if(ERM_TARGET STREQUAL "erm::compiled" OR ERM_EXPECT_COMPILED)
  target_compile_definitions(consumer PRIVATE EXPECT_COMPILED)
endif()
