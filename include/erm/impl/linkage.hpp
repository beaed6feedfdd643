// How ERM's bodies reach a program. Without ERM_COMPILED each file that includes a header compiles them (erm::erm). With
// it they are declarations, and one library, or one file that includes erm/implementation.hpp, compiles them
// (erm::compiled). A program that mixes both, or whose files disagree on a setting that changes what the declarations
// mean, does not link, and the symbol that the linker misses says why.
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

// ---- settings that change the declarations: named in the symbol ----

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

/// Json names its version and its settings (JSON_DIAGNOSTICS) in its namespace.
template <class Json, class ContainersOfThisFile, class StringsOfThisFile>
struct CompiledErmWith {
  static const char other_settings_than_this_file;
};

// ---- each file holds the compiled library to its word ----

#if defined(_MSC_VER)

#ifdef ERM_COMPILED
#pragma detect_mismatch("erm", "compiled")
#else
#pragma detect_mismatch("erm", "header-only")
#endif

#elif defined(ERM_COMPILED)

// A variable here, and one of each thread in a file without ERM_COMPILED: linkers refuse the two under one name.
extern __attribute__((visibility("hidden"))) char this_program_mixes_compiled_and_header_only_erm;

template <>
const char CompiledErmWith<nlohmann::json, Containers, Strings>::other_settings_than_this_file;  // in linkage.inl

namespace {
__attribute__((used)) const char* const erm_linkage[] = {
    &CompiledErmWith<nlohmann::json, Containers, Strings>::other_settings_than_this_file,
    &this_program_mixes_compiled_and_header_only_erm};
}

#else

__attribute__((used, visibility("hidden"))) inline thread_local char this_program_mixes_compiled_and_header_only_erm = 0;

#endif

}  // namespace erm::detail
