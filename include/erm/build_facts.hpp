// How the source file that begins a run was compiled. Each file that includes this header has its own facts, and a run
// that the file constructs records them. A program never needs to name them.
//
//   erm::LiveRun run("erm-registry", "mnist");      // records the facts of this file, as if this were written:
//   erm::LiveRun same("erm-registry", "mnist", {}, erm::detail::build_facts_of_this_file());
#pragma once

namespace erm {

/// Points to texts that live as long as the program or library into which the file is linked.
struct BuildFacts {
  const char* compiler;      // "GNU 12.2.0", with CMake's compiler names; empty for an unknown compiler
  long cxx_standard;         // the value of __cplusplus: 201703
  const char* optimisation;  // "on", "size" or "off"; empty if unknown
  const char* definitions;   // a ';' before each definition that changes what a library does: ";NDEBUG"
  const char* enabled;       // in the same form: ";AVX2;OpenMP 201511;fast-math;address sanitizer"
  const void* place;         // an address in the program or library into which the file is linked
};

namespace detail {

// Everything here has internal linkage, so that each file has its own copy. Otherwise the linker would keep the facts
// of one file for all files. A default argument calls the function in the file that omits the argument.

#define ERM_TEXT_OF(tokens) #tokens
#define ERM_TEXT(macro) ERM_TEXT_OF(macro)

static constexpr char place_of_this_file = 0;

#if defined(_MSC_FULL_VER) && !defined(__clang__)
/// One digit of _MSC_FULL_VER, which is 192930133 for 19.29.30133.
static constexpr char digit_of_msvc(long power) { return static_cast<char>('0' + _MSC_FULL_VER / power % 10); }
static constexpr char msvc_of_this_file[] = {'M',
                                             'S',
                                             'V',
                                             'C',
                                             ' ',
                                             digit_of_msvc(100000000),
                                             digit_of_msvc(10000000),
                                             '.',
                                             digit_of_msvc(1000000),
                                             digit_of_msvc(100000),
                                             '.',
                                             digit_of_msvc(10000),
                                             digit_of_msvc(1000),
                                             digit_of_msvc(100),
                                             digit_of_msvc(10),
                                             digit_of_msvc(1),
                                             '\0'};
#endif

[[maybe_unused]] static constexpr BuildFacts build_facts_of_this_file() noexcept {
  return {
#if defined(__INTEL_LLVM_COMPILER)
    "IntelLLVM " ERM_TEXT(__INTEL_LLVM_COMPILER) " (Clang " ERM_TEXT(__clang_major__) "." ERM_TEXT(
        __clang_minor__) "." ERM_TEXT(__clang_patchlevel__) ")",
#elif defined(__apple_build_version__)
    "AppleClang " ERM_TEXT(__clang_major__) "." ERM_TEXT(__clang_minor__) "." ERM_TEXT(
        __clang_patchlevel__) "." ERM_TEXT(__apple_build_version__),
#elif defined(__clang__)
    "Clang " ERM_TEXT(__clang_major__) "." ERM_TEXT(__clang_minor__) "." ERM_TEXT(__clang_patchlevel__),
#elif defined(__NVCOMPILER)
    "NVHPC " ERM_TEXT(__NVCOMPILER_MAJOR__) "." ERM_TEXT(__NVCOMPILER_MINOR__) "." ERM_TEXT(__NVCOMPILER_PATCHLEVEL__),
#elif defined(__GNUC__)
    "GNU " ERM_TEXT(__GNUC__) "." ERM_TEXT(__GNUC_MINOR__) "." ERM_TEXT(__GNUC_PATCHLEVEL__),
#elif defined(_MSC_FULL_VER)
    msvc_of_this_file,
#else
    "",
#endif

#if defined(_MSVC_LANG)
        _MSVC_LANG,
#else
        __cplusplus,
#endif

#if defined(__OPTIMIZE_SIZE__)
        "size",
#elif defined(__OPTIMIZE__)
        "on",
#elif defined(__GNUC__)
        "off",
#else
        "",
#endif

        ""
#if defined(NDEBUG)
        ";NDEBUG"
#endif
#if defined(_DEBUG)
        ";_DEBUG"
#endif
#if defined(_GLIBCXX_DEBUG)
        ";_GLIBCXX_DEBUG"
#endif
#if defined(_GLIBCXX_ASSERTIONS)
        ";_GLIBCXX_ASSERTIONS"
#endif
#if defined(_FORTIFY_SOURCE) && _FORTIFY_SOURCE > 0
        ";_FORTIFY_SOURCE=" ERM_TEXT(_FORTIFY_SOURCE)
#endif
            ,

        ""
#if defined(__FAST_MATH__) || defined(_M_FP_FAST)
        ";fast-math"
#endif
#if defined(_OPENMP)
        ";OpenMP " ERM_TEXT(_OPENMP)
#endif
#if defined(__AVX512F__)
            ";AVX-512"
#elif defined(__AVX2__)
        ";AVX2"
#elif defined(__AVX__)
        ";AVX"
#endif
#if defined(__FMA__)
            ";FMA"
#endif
#if defined(__ARM_FEATURE_SVE)
            ";SVE"
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
            ";address sanitizer"
#endif
#if __has_feature(thread_sanitizer)
            ";thread sanitizer"
#endif
#if __has_feature(memory_sanitizer)
            ";memory sanitizer"
#endif
#else
#if defined(__SANITIZE_ADDRESS__)
        ";address sanitizer"
#endif
#if defined(__SANITIZE_THREAD__)
        ";thread sanitizer"
#endif
#endif
        ,

        &place_of_this_file
  };
}

#undef ERM_TEXT
#undef ERM_TEXT_OF

}  // namespace detail
}  // namespace erm
