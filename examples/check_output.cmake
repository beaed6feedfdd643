# Runs PROGRAM with ARGUMENTS in a WORK_DIR that is empty before, and compares what it prints with the file EXPECTED.
# The times that run ids are made of may differ, and WORK_DIR is "<directory>" there; with MASK_NUMBERS numbers with a
# fraction may differ too, if they stay on their side of 0.9. FILES are globs of what must be there afterwards. With
# CRASHES_FIRST the program runs with those arguments before, and must crash.
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
if(CRASHES_FIRST)
  execute_process(COMMAND ${PROGRAM} ${CRASHES_FIRST} WORKING_DIRECTORY ${WORK_DIR} RESULT_VARIABLE result
                  OUTPUT_VARIABLE printed ERROR_VARIABLE errors)
  if(result STREQUAL "0")
    message(FATAL_ERROR "${PROGRAM} ${CRASHES_FIRST} did not crash:\n${printed}${errors}")
  endif()
endif()
execute_process(COMMAND ${PROGRAM} ${ARGUMENTS} WORKING_DIRECTORY ${WORK_DIR} RESULT_VARIABLE result
                OUTPUT_VARIABLE printed ERROR_VARIABLE errors)
if(NOT result STREQUAL "0")
  message(FATAL_ERROR "${PROGRAM} ended with ${result}:\n${printed}${errors}")
endif()

function(normalise variable)
  set(text "${${variable}}")
  string(REPLACE "\r\n" "\n" text "${text}")
  string(REPLACE "${WORK_DIR}" "<directory>" text "${text}")
  set(two "[0-9][0-9]")
  string(REGEX REPLACE "${two}${two}_${two}_${two}__${two}_${two}_${two}(_[0-9]+)?" "<run>" text "${text}")
  if(MASK_NUMBERS)
    string(REGEX REPLACE "0[.]9[0-9]*" "<above>" text "${text}")
    string(REGEX REPLACE "[0-9]+[.][0-9]+(e[-+]?[0-9]+)?" "<number>" text "${text}")
  endif()
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

file(READ ${EXPECTED} expected)
set(raw "${printed}")
normalise(printed)
normalise(expected)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM} printed\n${raw}\nand ${EXPECTED} expects, where both are normalised:\n${expected}\n"
                      "and not\n${printed}")
endif()
foreach(pattern IN LISTS FILES)
  file(GLOB found ${WORK_DIR}/${pattern})
  if(NOT found)
    message(FATAL_ERROR "${PROGRAM} left no ${pattern} in ${WORK_DIR}")
  endif()
endforeach()
