// The version of ERM, kept here alone: CMake, the vcpkg port and the documentation take it from this line.
//
//   std::printf("ERM %s\n", erm::version);
#pragma once

namespace erm {

/// "major.minor.patch", as semver.org has it.
inline constexpr char version[] = "0.1.0";

}  // namespace erm
