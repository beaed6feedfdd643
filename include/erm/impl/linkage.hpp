// How ERM's bodies get into a program. Without ERM_COMPILED each file that includes a header compiles the bodies
// (erm::erm). With it a header only declares them, and one library, or one file that includes erm/implementation.hpp,
// compiles them (erm::compiled). A program does not link if it mixes both, or if its files disagree on a setting that
// changes the declarations. The name of the symbol that the linker cannot find says why.
#pragma once

#include <nlohmann/json_fwd.hpp>

#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error "ERM reports every failure as an exception: compile without -fno-exceptions"
#endif

#ifdef ERM_COMPILED
#define ERM_INLINE
#else
#define ERM_INLINE inline
#endif

namespace erm::detail {

// ---- settings that change the declarations: part of the symbol's name ----

struct ContainersOfDebugMode;  // _GLIBCXX_DEBUG: other containers
struct PlainContainers;
struct StringsOfOldAbi;  // _GLIBCXX_USE_CXX11_ABI=0: another std::string
struct StringsOfCxx11Abi;

#ifdef _GLIBCXX_DEBUG
using Containers = ContainersOfDebugMode;
#else
using Containers = PlainContainers;
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI
using Strings = StringsOfOldAbi;
#else
using Strings = StringsOfCxx11Abi;
#endif

/// The namespace of Json contains its version and its settings (JSON_DIAGNOSTICS).
template <class Json, class ContainersOfThisFile, class StringsOfThisFile>
struct CompiledErmWith {
  static const char other_settings_than_this_file;
};

// ---- the symbols that each file requires or defines ----

#if defined(_MSC_VER)

#ifdef ERM_COMPILED
#pragma detect_mismatch("erm", "compiled")
#else
#pragma detect_mismatch("erm", "header-only")
#endif

#elif defined(ERM_COMPILED)

// An ordinary variable here, but thread_local in a file without ERM_COMPILED: linkers reject both under one name.
#ifndef _WIN32  // no library of Windows shows it to others
__attribute__((visibility("hidden")))
#endif
extern char this_program_mixes_compiled_and_header_only_erm;

template <>
const char CompiledErmWith<nlohmann::json, Containers, Strings>::other_settings_than_this_file;  // in linkage.inl

namespace {
__attribute__((used))
const char* const erm_linkage[] = {&CompiledErmWith<nlohmann::json, Containers, Strings>::other_settings_than_this_file,
                                   &this_program_mixes_compiled_and_header_only_erm};
}

#else

#ifndef _WIN32
__attribute__((visibility("hidden")))
#endif
__attribute__((used)) inline thread_local char this_program_mixes_compiled_and_header_only_erm = 0;

#endif

}  // namespace erm::detail
