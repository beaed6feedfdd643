# erm_add_command(<name>)
#
# Adds erm::command: the command for the terminal, compiled once. It is built only if something links it. Needs
# CLI11::CLI11 and erm_compiled.
function(erm_add_command name)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}/command.cpp)
  erm_write_source(${source} "// Generated: the body of erm::command.\n#include \"erm/impl/command.inl\"\n")
  add_library(${name} STATIC EXCLUDE_FROM_ALL ${source})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${name} PUBLIC erm::compiled PRIVATE $<BUILD_INTERFACE:CLI11::CLI11>)
  erm_compile_large_source(${name})
endfunction()
