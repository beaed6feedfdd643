#include "erm/version.hpp"
