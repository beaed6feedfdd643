// The program `erm`: see, compare, export and gate runs without writing C++.
#include <erm/command.hpp>

int main(int argc, char** argv) { return erm::command(argc, argv); }
