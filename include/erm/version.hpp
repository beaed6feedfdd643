// The version of ERM, defined only here: CMake, the vcpkg port and the documentation read it from this line.
//
//   std::printf("ERM %s\n", erm::version);
#pragma once

namespace erm {

/// "major.minor.patch", see semver.org.
inline constexpr char version[] = "0.2.0";

}  // namespace erm
