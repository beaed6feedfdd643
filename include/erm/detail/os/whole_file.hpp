// Reads a complete local file at once, or writes one atomically.
//
//   Bytes bytes = read_whole_file(open_regular_file("model.bin"));
//   write_whole_file("copy.bin", "save artifact 'model'", [&](os::File& file) { file.write(data, size); });
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/identity.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"
#include "erm/file_path.hpp"

namespace erm::detail {

/// Throws NotFoundError if the path does not exist, IoError for a folder or an unreadable file, and Error for a device,
/// a socket or a pipe.
inline os::File open_regular_file(const FilePath& path) {
  os::File file = os::open_to_read(path.str());
  if (file.info().kind != FileKind::file)
    throw Error("'" + file.path() + "' is a device, a socket or a pipe; only a regular file can be logged");
  return file;
}

inline std::vector<std::uint8_t> read_whole_file(const os::File& file) {
  std::vector<std::uint8_t> bytes(memory_size(file.info().size));
  // One more byte shows whether the file has grown. Files in /proc have the size 0, but have content.
  std::size_t done = file.read_at(0, bytes.data(), bytes.size());
  bytes.resize(done);
  std::uint8_t more[4096];
  while (const std::size_t got = file.read_at(done, more, sizeof more)) {
    const std::uint8_t* const begin = more;
    bytes.insert(bytes.end(), begin, begin + got);
    done += got;
  }
  return bytes;
}

/// A name that hardly any other file has, of this process or another: two callers never wait for each other. The file
/// is created only if it is new, so a name that someone else guesses does no harm.
inline std::string part_name() {
  static std::atomic<std::uint64_t> calls{0};
  std::uint64_t number = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  number ^= std::strtoull(os::process_number().c_str(), nullptr, 10) << 40;
  number ^= reinterpret_cast<std::uintptr_t>(&number) << 16;
  number += 0x9E3779B97F4A7C15U * ++calls;
  std::string name = ".erm_part-";
  for (int digit = 0; digit < 16; ++digit) {
    number ^= number >> 31;
    number *= 0xBF58476D1CE4E5B9U;
    name += "0123456789abcdef"[number >> 60];
  }
  return name;
}

/// Calls `write(file)` to write a new file, and replaces the file at `path` by it atomically. The new file has a name
/// of its own until then, ".erm_part-" and 16 hexadecimal digits in the same folder, which remains only if the process
/// is killed. Keeps the permissions of the file that it replaces; a link is replaced, and not followed. Throws
/// NotFoundError if the folder does not exist: "cannot <operation> to '<path>': ...".
template <class Write>
void write_whole_file(const FilePath& path, const std::string& operation, Write&& write) {
  const std::string target = path.str();
  const std::string folder = target.substr(0, target.rfind('/') + 1);
  os::File file;
  std::string part;
  for (os::Created created = os::Created::exists; created != os::Created::yes;) {
    part = folder + part_name();
    created = os::try_create_part(part, target, file);
    if (created == os::Created::folder_missing)
      throw NotFoundError("cannot " + operation + " to '" + target + "': its folder is not there; create it first");
  }
  try {
    os::prepare_to_replace(target, file);
    write(file);
    file.close();
    os::rename_file(part, target);
  } catch (...) {
    file = os::File();  // Windows removes no open file
    try {
      os::remove_file(part);
    } catch (const Error&) {
      // The caller gets the first error.
    }
    throw;
  }
}

}  // namespace erm::detail
