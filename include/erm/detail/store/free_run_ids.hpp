// Ids for runs that begin in one second: the generated id, then the same with a number, `2026_11_23__07_30_21_002`.
//
//   FreeRunIds ids(fs, variant_folder, "2026_11_23__07_30_21");
//   while (!begin(ids.next())) {}        // creates the run's folder, or finds that another has it
#pragma once

#include <string>
#include <utility>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Ids in order, mostly without those that runs have. A short program that runs again and again, or a thousand processes of
/// a cluster, take hundreds a second: so the end of the taken ones is looked for in growing steps and by halving. An id
/// that another process is just taking looks free.
class FreeRunIds {
 public:
  FreeRunIds(const FileSystem& fs, std::string variant_folder, std::string generated)
      : fs_(fs), variant_folder_(std::move(variant_folder)), generated_(std::move(generated)) {}

  /// The next id that may be free. The first is the generated one; whoever creates its folder knows.
  [[nodiscard]] std::string next() {
    if (number_ >= 1) skip_taken();
    return id(++number_);
  }

 private:
  [[nodiscard]] std::string id(int number) const {
    std::string id = generated_;
    if (number > 1) append_padded(id += '_', number, 3);
    return id;
  }
  [[nodiscard]] bool is_taken(int number) const {
    return fs_.are_files({metadata_path(joined(variant_folder_, id(number)))});
  }
  /// The last id was taken. Goes to the last before one that is free; there may be other free ones below that.
  void skip_taken() {
    int free = number_ + 1;
    for (int step = 1; is_taken(free); step *= 2, free = number_ + step) number_ = free;
    while (free - number_ > 1) {
      const int middle = number_ + (free - number_) / 2;
      (is_taken(middle) ? number_ : free) = middle;
    }
  }

  const FileSystem& fs_;
  std::string variant_folder_, generated_;
  int number_ = 0;
};

}  // namespace erm::detail
