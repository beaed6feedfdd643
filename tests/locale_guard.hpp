// A locale whose decimal point is a comma, for the scope: C's and C++'s alike.
#pragma once

#include <clocale>
#include <locale>
#include <stdexcept>
#include <string>

#include "catch.hpp"

namespace erm_test {

class CommaLocale {
 public:
  CommaLocale() : before_(std::locale()), c_before_(std::setlocale(LC_ALL, nullptr)) {
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de-DE"}) {
      try {
        std::locale::global(std::locale(name));
        active_ = std::localeconv()->decimal_point == std::string(",");
        if (active_) return;
      } catch (const std::runtime_error&) {
        continue;  // not installed: the next one
      }
    }
    WARN("no locale with a decimal comma is installed (package 'locales'): what depends on it is not checked");
  }
  ~CommaLocale() {
    std::locale::global(before_);
    std::setlocale(LC_ALL, c_before_.c_str());
  }
  CommaLocale(const CommaLocale&) = delete;
  CommaLocale& operator=(const CommaLocale&) = delete;

  [[nodiscard]] bool active() const noexcept { return active_; }

 private:
  std::locale before_;
  std::string c_before_;
  bool active_ = false;
};

}  // namespace erm_test
