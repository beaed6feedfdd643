// What could not be done of some work, while the rest was.
//
//   Failures failures;
//   for (const RunIds& run : runs) failures.going_on(path_of(run), [&] { delete_run(run); });
//   failures.throw_if_any("cannot delete all of 'registry/digits': this is left: ");
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <system_error>

#include "erm/error.hpp"

namespace erm::detail {

class Failures {
 public:
  /// Does the work. Keeps its error, which belongs to `path`.
  template <class Work>
  void going_on(const std::string& path, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (!first_) first_ = std::current_exception();
      tell(path, error.what());
    }
  }
  void add(const std::string& path, const std::string& reason,
           std::error_code code = std::make_error_code(std::errc::io_error)) {
    if (!first_) first_ = std::make_exception_ptr(IoError(reason, code));
    tell(path, reason);
  }
  /// Throws an error of the first one's type that names the first few, and counts the others.
  void throw_if_any(const std::string& what) const {
    if (!first_) return;
    const std::string others = count_ > most_told ? "; and " + std::to_string(count_ - most_told) + " more" : "";
    const std::string text = what + text_ + others;
    try {
      std::rethrow_exception(first_);
    } catch (const IoError& error) {
      throw IoError(text, error.code());
    } catch (const RunExistsError&) {
      throw RunExistsError(text);
    } catch (const FormatError&) {
      throw FormatError(text);
    } catch (const Error&) {
      throw Error(text);
    }
  }

 private:
  static constexpr std::size_t most_told = 10;  // a full disk fails for each of a million runs

  void tell(const std::string& path, const std::string& reason) {
    if (++count_ <= most_told) text_ += (text_.empty() ? "'" : "; '") + path + "': " + reason;
  }

  std::exception_ptr first_;
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace erm::detail
