// What ERM throws: every failure is an erm::Error, and nothing else leaves a public function but
// std::bad_alloc. A message names the operation, what was given, what was found and what to do.
//
//   try {
//     erm::load_run_from_registry("erm-registry", "mnist");
//   } catch (const erm::NotFoundError& error) {
//     std::puts(error.what());
//   }
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace erm {

/// The base of all that ERM throws; thrown itself for a value that cannot be logged.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An id or filename that cannot be a place in a registry.
class InvalidIdError : public Error {
 public:
  using Error::Error;
};

/// A run is there already and `overwrite` was not asked for.
class RunExistsError : public Error {
 public:
  using Error::Error;
};

/// A file, a run or a registry that is not there.
class NotFoundError : public Error {
 public:
  using Error::Error;
};

/// A file, or a part of one, that is not what it should be; the message has its path and the line or key.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// The operating system or a store refused; `code()` is its reason.
class IoError : public Error {
 public:
  IoError(const std::string& message, std::error_code code) : Error(message), code_(code) {}

  /// "cannot <what was tried> '<path>': <the system's words>".
  static IoError failed_to(const std::string& operation, const std::string& path, std::error_code code) {
    return IoError("cannot " + operation + " '" + path + "': " + code.message(), code);
  }

  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }

 private:
  std::error_code code_;
};

}  // namespace erm
