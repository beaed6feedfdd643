# Runs PROGRAM with ARGUMENTS in a WORK_DIR that is empty before, and compares what it prints with the file EXPECTED.
# Run ids, times, the directory and the widths of columns may differ; with MASK_NUMBERS also numbers that have a
# fraction, if they stay on their side of 0.9. FILES are what must be there afterwards, each as a glob.
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
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
  string(REGEX REPLACE "${two}${two}-${two}-${two}[ T]${two}:${two}:${two}([.][0-9]+)?" "<time>" text "${text}")
  if(MASK_NUMBERS)
    string(REGEX REPLACE "0[.]9[0-9]*" "<above>" text "${text}")
    string(REGEX REPLACE "[0-9]+[.][0-9]+(e[-+]?[0-9]+)?" "<number>" text "${text}")
  endif()
  string(REGEX REPLACE "--+" "--" text "${text}")
  string(REGEX REPLACE " +" " " text "${text}")
  string(REGEX REPLACE " \n" "\n" text "${text}")
  string(REPLACE "\n≠ run <run>" "\n run <run>" text "${text}")  # saved in the same second or not
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
