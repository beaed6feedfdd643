// What the compiler's own macros tell of a build, for programs that erm_record_build() did not record. They are those
// of the file that includes this; where files of one program were compiled differently, the linker keeps one's.
#pragma once

#include <string>
#include <vector>

namespace erm::detail {

struct CompilerFacts {
  std::string compiler;                  // "GNU 12.2.0", with CMake's names of compilers
  std::string cxx_standard;              // "17"
  std::string optimisation;              // "on", "size" or "off"; empty where the compiler does not tell
  std::vector<std::string> definitions;  // of those that change what a library does: "NDEBUG"
  std::vector<std::string> enabled;      // "AVX2", "OpenMP", "fast-math", "address sanitizer"
};

inline std::string compiler_name() {
#if defined(__clang__)
  const std::string version = std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." +
                              std::to_string(__clang_patchlevel__);
#if defined(__INTEL_LLVM_COMPILER)
  return "IntelLLVM " + std::to_string(__INTEL_LLVM_COMPILER) + " (Clang " + version + ")";
#elif defined(__apple_build_version__)
  return "AppleClang " + version + "." + std::to_string(__apple_build_version__);
#else
  return "Clang " + version;
#endif
#elif defined(__NVCOMPILER)
  return "NVHPC " + std::to_string(__NVCOMPILER_MAJOR__) + "." + std::to_string(__NVCOMPILER_MINOR__) + "." +
         std::to_string(__NVCOMPILER_PATCHLEVEL__);
#elif defined(__GNUC__)
  return "GNU " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." +
         std::to_string(__GNUC_PATCHLEVEL__);
#elif defined(_MSC_FULL_VER)
  return "MSVC " + std::to_string(_MSC_VER / 100) + "." + std::to_string(_MSC_VER % 100) + "." +
         std::to_string(_MSC_FULL_VER % 100000);
#else
  return {};
#endif
}

/// The standard of a value of __cplusplus: "17". Values between two are those of a compiler that had a draft.
inline std::string standard_of(long version) {
  if (version > 202302L) return "26";
  if (version > 202002L) return "23";
  if (version > 201703L) return "20";
  return version > 201402L ? "17" : version > 201103L ? "14" : "11";
}

inline CompilerFacts compiler_facts() {
  CompilerFacts facts;
  facts.compiler = compiler_name();
#if defined(_MSVC_LANG)
  facts.cxx_standard = standard_of(_MSVC_LANG);
#else
  facts.cxx_standard = standard_of(__cplusplus);
#endif
#if defined(__OPTIMIZE_SIZE__)
  facts.optimisation = "size";
#elif defined(__OPTIMIZE__)
  facts.optimisation = "on";
#elif defined(__GNUC__)
  facts.optimisation = "off";
#endif

#if defined(NDEBUG)
  facts.definitions.emplace_back("NDEBUG");
#endif
#if defined(_DEBUG)
  facts.definitions.emplace_back("_DEBUG");
#endif
#if defined(_GLIBCXX_DEBUG)
  facts.definitions.emplace_back("_GLIBCXX_DEBUG");
#endif
#if defined(_GLIBCXX_ASSERTIONS)
  facts.definitions.emplace_back("_GLIBCXX_ASSERTIONS");
#endif
#if defined(_FORTIFY_SOURCE) && _FORTIFY_SOURCE > 0
  facts.definitions.push_back("_FORTIFY_SOURCE=" + std::to_string(_FORTIFY_SOURCE));
#endif

#if defined(__FAST_MATH__) || defined(_M_FP_FAST)
  facts.enabled.emplace_back("fast-math");
#endif
#if defined(_OPENMP)
  facts.enabled.push_back("OpenMP " + std::to_string(_OPENMP));
#endif
#if defined(__AVX512F__)
  facts.enabled.emplace_back("AVX-512");
#elif defined(__AVX2__)
  facts.enabled.emplace_back("AVX2");
#elif defined(__AVX__)
  facts.enabled.emplace_back("AVX");
#endif
#if defined(__FMA__)
  facts.enabled.emplace_back("FMA");
#endif
#if defined(__ARM_FEATURE_SVE)
  facts.enabled.emplace_back("SVE");
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  facts.enabled.emplace_back("address sanitizer");
#endif
#if __has_feature(thread_sanitizer)
  facts.enabled.emplace_back("thread sanitizer");
#endif
#if __has_feature(memory_sanitizer)
  facts.enabled.emplace_back("memory sanitizer");
#endif
#else
#if defined(__SANITIZE_ADDRESS__)
  facts.enabled.emplace_back("address sanitizer");
#endif
#if defined(__SANITIZE_THREAD__)
  facts.enabled.emplace_back("thread sanitizer");
#endif
#endif
  return facts;
}

}  // namespace erm::detail
