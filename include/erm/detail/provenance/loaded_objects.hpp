// The files of the running program: its own build id or hash, and the loaded shared libraries.
//
//   Json program, missing;
//   add_loaded_objects(program, missing);   // {"build_id": "3b1f...", "libraries": [{"path": "/lib/...", ...}]}
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/modules.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// A larger program without a build id is not hashed: that would delay its run.
inline constexpr std::uint64_t max_hashed_program = std::uint64_t{64} << 20;

/// The SHA-256 of the file, or the reason why there is none.
inline std::string hash_of_program(const std::string& path, std::string& why) {
  if (path.empty()) {
    why = "the system does not tell where the program's file is";
    return {};
  }
  try {
    const os::File file = os::open_to_read(path);
    if (file.info().size > max_hashed_program) {
      why = "the program has no build id, and its file is larger than 64 MiB; link it with -Wl,--build-id";
      return {};
    }
    std::uint64_t size = 0;
    return sha256_of_all(file, std::size_t{1} << 18, size);
  } catch (const Error& error) {
    why = repaired_utf8(error.what());
    return {};
  }
}

/// Adds "build_id" (or without one "sha256") and "libraries" to `program`. If one of them is unknown, adds the reason
/// to `missing`.
inline void add_loaded_objects(Json& program, Json& missing) {
  Json libraries = Json::array();
  for (const Module& module : os::loaded_modules(nullptr)) {
    if (module.is_program) {
      if (!module.build_id.empty()) program["build_id"] = module.build_id;
      continue;
    }
    // An object that is not a file, such as the kernel's linux-vdso.so.1, has no folder.
    if (module.path.find_first_of("/\\") == std::string::npos) continue;
    Json library = Json::object();
    library["path"] = repaired_utf8(module.path);
    if (!module.build_id.empty()) library["build_id"] = module.build_id;
    libraries.push_back(std::move(library));
  }
  program["libraries"] = std::move(libraries);
  if (program.contains("build_id")) return;
  std::string why;
  const std::string hash = hash_of_program(os::program_content(), why);
  if (!hash.empty())
    program["sha256"] = hash;
  else
    missing["program.sha256"] = why;
}

}  // namespace erm::detail
