// A variable of the environment during a test.
//
//   const erm_test::EnvironmentVariable folder("ERM_CACHE", dir / "cache");
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <string>
#include <utility>

namespace erm_test {

/// An environment variable, of this process and what it begins, until the end of the scope.
class EnvironmentVariable {
 public:
  EnvironmentVariable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* const before = std::getenv(name_.c_str())) before_ = before, was_set_ = true;
    set(value.c_str());
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;
  ~EnvironmentVariable() {
    if (was_set_)
      set(before_.c_str());
    else
      set(nullptr);
  }

 private:
  /// Null removes it.
  void set(const char* value) {
#if defined(_WIN32)
    ::_putenv_s(name_.c_str(), value == nullptr ? "" : value);
#else
    if (value == nullptr)
      ::unsetenv(name_.c_str());
    else
      ::setenv(name_.c_str(), value, 1);
#endif
  }

  std::string name_, before_;
  bool was_set_ = false;
};

}  // namespace erm_test
