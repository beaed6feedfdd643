// What a file's compiler says about itself, for programs without a record from erm_record_build().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "erm/build_facts.hpp"

namespace erm::detail {

/// The standard for a value of __cplusplus: "17". Values in between come from compilers that implement a draft.
inline std::string standard_of(long version) {
  if (version > 202302L) return "26";
  if (version > 202002L) return "23";
  if (version > 201703L) return "20";
  return version > 201402L ? "17" : version > 201103L ? "14" : "11";
}

/// Copies the texts of BuildFacts, because those of a shared library are gone when it is unloaded.
struct CompilerFacts {
  explicit CompilerFacts(const BuildFacts& facts)
      : compiler(facts.compiler),
        cxx_standard(standard_of(facts.cxx_standard)),
        optimisation(facts.optimisation),
        definitions(parts(facts.definitions)),
        enabled(parts(facts.enabled)),
        place(facts.place) {}

  std::string compiler, cxx_standard, optimisation;
  std::vector<std::string> definitions, enabled;
  const void* place;

 private:
  /// Splits ";NDEBUG;_DEBUG" into "NDEBUG" and "_DEBUG".
  static std::vector<std::string> parts(std::string_view text) {
    std::vector<std::string> found;
    while (!text.empty()) {
      text.remove_prefix(1);
      found.emplace_back(text.substr(0, text.find(';')));
      text.remove_prefix(found.back().size());
    }
    return found;
  }
};

}  // namespace erm::detail
