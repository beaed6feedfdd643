// What ERM finds in the program that this is linked into. Compiled without a record, as a library of others is.
#include <cstdio>

#include "erm/detail/provenance/build_record.hpp"
#include "erm/detail/provenance/loaded_objects.hpp"

void print_record();

void print_record() {
  erm::Json all = {{"program", erm::Json::object()}, {"missing", erm::Json::object()}};
  const erm::detail::CompilerFacts facts(erm::detail::build_facts_of_this_file());
  all["build"] = erm::detail::build_section(all["missing"], facts);
  all["code"] = erm::detail::code_section(all["missing"], facts.place);
  erm::detail::add_loaded_objects(all["program"], all["missing"]);
  std::puts(all.dump().c_str());
}
