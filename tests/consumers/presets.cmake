# Each preset configures, in a folder of its own below WORK_DIR:  cmake -DSOURCE_DIR= -DWORK_DIR= -DCXX_COMPILER= -P presets.cmake
execute_process(COMMAND ${CMAKE_COMMAND} --list-presets WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE list
                RESULT_VARIABLE failed)
string(REGEX MATCHALL "\"[a-z]+\"" presets "${list}")
list(LENGTH presets count)
if(failed OR count LESS 5)
  message(FATAL_ERROR "cmake lists these presets:\n${list}")
endif()
foreach(preset IN LISTS presets)
  string(REPLACE "\"" "" preset ${preset})
  execute_process(COMMAND ${CMAKE_COMMAND} --preset ${preset} -B ${WORK_DIR}/${preset} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
                  WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "cmake --preset ${preset}\n${text}")
  endif()
endforeach()
