// Calls to the operating system that fail, or kill the process, when a test wants it: fault_shim.cpp defines the C
// library's functions again, in the test program, and the linker takes those. It stands for a disk that breaks, fills
// up or goes away at that very call.
//
//   faults::arm({dir.path().string(), 3, EIO, faults::Way::once});
//   ...                                        // the third call about a file below dir fails with EIO
//   const faults::Report report = faults::disarm();
//   CHECK(report.was_hit);                     // report.call: "fsync of '/tmp/.../erm_metadata.json'"
#pragma once

#include <set>
#include <string>

namespace erm_test::faults {

enum class Way {
  once,        // one call fails, and does nothing
  afterwards,  // one call does its work, and reports an error all the same, as network mounts may
  short_once,  // one write writes half of its bytes, and the next one fails
  full,        // from there on nothing can be written or created; the first write writes half of its bytes
  broken,      // from there on every call fails
  killed,      // the process is killed instead of the call
};

struct Plan {
  std::string below;  // the calls about files below this folder count
  int at = 1;         // which of them fails, counted from 1
  int error = 0;      // a value of errno
  Way way = Way::once;
  bool only_space = false;  // only calls that need space on the disk count
};

struct Report {
  int calls = 0;  // that counted
  bool was_hit = false;
  std::string call;
  std::set<std::string> written;  // the paths that were opened for writing, created, or renamed to
};

/// False where the program has no shim: with a sanitizer, which defines these functions itself, or off Linux.
bool are_possible();
void arm(const Plan& plan);
Report disarm();

}  // namespace erm_test::faults
