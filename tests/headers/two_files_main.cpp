#include <cstdio>

#include "erm/erm.hpp"

const char* other_version();

int main() {
  if (other_version() == erm::version) return 0;
  std::puts("erm::version is another variable in another file");
  return 1;
}
