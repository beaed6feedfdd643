// Points as lines of history/<writer>.csv. Most points of a program come in groups of one step and one
// millisecond, whose text is made once; the rest of the cost is the shortest text of a double.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/base/number_text.hpp"

namespace erm::detail {

class PointWriter {
 public:
  /// Appends "field,step,milliseconds,value\n" to text().
  template <class Float>
  void add(std::string_view field, std::int64_t step, std::int64_t milliseconds, Float value) {
    constexpr std::size_t numbers = 24 + 24 + 32;
    if (text_.size() - size_ < field.size() + numbers) text_.resize(2 * text_.size() + field.size() + numbers);
    char* at = text_.data() + size_;
    std::memcpy(at, field.data(), field.size());
    at += field.size();
    if (step != step_ || step_text_.size == 0) {
      step_ = step;
      step_text_.set(step);
    }
    at = step_text_.put(at);
    if (milliseconds != milliseconds_ || time_text_.size == 0) {
      milliseconds_ = milliseconds;
      time_text_.set(milliseconds);
    }
    at = time_text_.put(at);
    *at++ = ',';
    at = put_floating(at, value);
    *at++ = '\n';
    size_ = static_cast<std::size_t>(at - text_.data());
  }

  void add_header() {
    text_.resize(size_);
    text_ += history_header;
    size_ = text_.size();
  }

  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  void clear() { size_ = 0; }

 private:
  /// ",1200"
  struct IntegerText {
    char text[24];
    std::size_t size = 0;
    void set(std::int64_t number) {
      text[0] = ',';
      size = static_cast<std::size_t>(std::to_chars(text + 1, text + sizeof text, number).ptr - text);
    }
    char* put(char* at) const {
      std::memcpy(at, text, sizeof text);  // a fixed size is one move; what is too much is written over
      return at + size;
    }
  };

  std::string text_;
  std::size_t size_ = 0;
  std::int64_t step_ = 0;
  IntegerText step_text_;
  std::int64_t milliseconds_ = 0;
  IntegerText time_text_;
};

}  // namespace erm::detail
