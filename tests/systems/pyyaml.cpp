// Prints the values that the importer reads from each YAML file of the command line: a line of JSON each.
#include <erm/erm.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "erm/detail/import/plain_yaml.hpp"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    erm::Json read;
    try {
      read = erm::detail::PlainYaml(text, argv[i]).values();
    } catch (const erm::Error& error) {
      read = error.what();
    }
    std::puts(read.dump().c_str());
  }
}
