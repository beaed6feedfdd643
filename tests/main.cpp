// Catch2 2.13 keeps main, and all that is slow to compile, behind this macro; Catch2 3 brings its own.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
