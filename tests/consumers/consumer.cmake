# The program of each consumer: two files with different flags, which use ERM_TARGET.
set(ERM_TARGET erm::erm CACHE STRING "erm::erm or erm::compiled")

add_executable(consumer ../consumer.cpp ../second_file.cpp)
if(NOT MSVC)
  set_source_files_properties(../second_file.cpp PROPERTIES COMPILE_OPTIONS "-O1;-DNDEBUG")
endif()
target_link_libraries(consumer PRIVATE ${ERM_TARGET})
erm_record_build(consumer)
if(ERM_TARGET STREQUAL "erm::compiled" OR ERM_EXPECT_COMPILED)
  target_compile_definitions(consumer PRIVATE EXPECT_COMPILED)
endif()
