// The text of what a call throws, where it is of exactly that type; else a text that says what happened instead.
//
//   CHECK(thrown<erm::NotFoundError>([&] { erm::list_experiments("nowhere"); }) == "there is no registry at ...");
#pragma once

#include <exception>
#include <string>
#include <typeinfo>

#include "erm/error.hpp"

namespace erm_test {

template <class Error, class Call>
std::string thrown(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    if (typeid(error) == typeid(Error)) return error.what();
    return std::string("threw another type: ") + typeid(error).name() + ": " + error.what();
  }
  return "threw nothing";
}

/// The same of any error of ERM's.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const erm::Error& error) {
    return error.what();
  }
  return "threw nothing";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace erm_test
