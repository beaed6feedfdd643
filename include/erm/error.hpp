// The exceptions of ERM. Every failure is an erm::Error; apart from std::bad_alloc, public functions throw nothing
// else. A message names the operation, its input, what was found, and what to do.
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

/// The base class of all exceptions of ERM. Thrown itself for a value that cannot be logged.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An id or filename that a registry cannot store.
class InvalidIdError : public Error {
 public:
  using Error::Error;
};

/// The run exists already, and `overwrite` was not set.
class RunExistsError : public Error {
 public:
  using Error::Error;
};

/// A file, a run or a registry that does not exist.
class NotFoundError : public Error {
 public:
  using Error::Error;
};

/// A file, or a part of one, with unexpected content. The message has its path and the line or key.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// The operating system or a store refused an operation; `code()` is the reason.
class IoError : public Error {
 public:
  IoError(const std::string& message, std::error_code code) : Error(message), code_(code) {}

  /// "cannot <operation> '<path>': <the system's message>".
  static IoError failed_to(const std::string& operation, const std::string& path, std::error_code code) {
    return IoError("cannot " + operation + " '" + path + "': " + code.message(), code);
  }

  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }

 private:
  std::error_code code_;
};

}  // namespace erm
