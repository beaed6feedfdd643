// The command `erm` for the terminal: lists, finds, shows, compares, exports and gates runs. The program `erm` is this
// function; a program of your own can offer it, too. Link the CMake target erm::command, which needs CLI11.
//
//   int main(int argc, char** argv) {
//     if (argc > 1 && std::string_view(argv[1]) == "runs") return erm::command(argc - 1, argv + 1);
//     return train(argc, argv);                                      // ./train runs best val/loss
//   }
#pragma once

#include "erm/impl/linkage.hpp"

namespace erm {

/// Does what the arguments say (docs/command.md), and returns the exit code: 0; 1 if the answer is no; 2 for wrong
/// arguments; 3 if something does not exist; 4 if the system, a store or a damaged file prevents it. Results go to
/// stdout and messages to stderr. `argv[0]` is the name by which messages call the program. Throws nothing. For one
/// thread at a time: while it works, SIGPIPE is ignored, and verbs that work long handle SIGINT and SIGTERM.
int command(int argc, const char* const* argv) noexcept;

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/command.inl"
#endif
