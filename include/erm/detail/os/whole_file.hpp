// A local file that is whole, or as it was before.
//
//   write_whole_file("copy.bin", "save artifact 'model'", [&](os::File& file) { file.write(data, size); });
#pragma once

#include <string>

#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_path.hpp"

namespace erm::detail {

/// Lets `write(file)` write what then replaces the file at `path` in one step. Throws NotFoundError where its folder is
/// not there, "cannot <operation> to '<path>': ...".
template <class Write>
void write_whole_file(const FilePath& path, const std::string& operation, Write&& write) {
  const std::string target = path.str();
  const std::size_t name = target.rfind('/') + 1;
  // A name has at most 255 bytes.
  const std::string unfinished = (target.size() - name > 240 ? target.substr(0, name) : target) + ".erm_part";
  os::File file;
  if (os::try_create(unfinished, os::Create::or_truncate, file) != os::Created::yes)
    throw NotFoundError("cannot " + operation + " to '" + target + "': its folder is not there; create it first");
  try {
    write(file);
    file.close();
    os::rename_file(unfinished, target);
  } catch (...) {
    os::remove_file(unfinished);
    throw;
  }
}

}  // namespace erm::detail
