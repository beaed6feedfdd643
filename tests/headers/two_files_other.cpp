#include "erm/erm.hpp"

const char* other_version();

const char* other_version() { return erm::version; }
