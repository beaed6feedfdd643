# Runs a command in WORK_DIR, and returns what it printed. Ends the test if the command fails.
function(run output)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR} RESULT_VARIABLE failed OUTPUT_VARIABLE text
                  ERROR_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    message(FATAL_ERROR "${ARGN}\n${text}")
  endif()
  set(${output} "${text}" PARENT_SCOPE)
endfunction()
