// Defines the symbols by which the linker notices that the files of a program disagree: see linkage.hpp.
#pragma once

#include "erm/impl/linkage.hpp"

#if defined(ERM_COMPILED) && !defined(_MSC_VER)

namespace erm::detail {

template <>
const char CompiledErmWith<nlohmann::json, Containers, Strings>::other_settings_than_this_file = 0;
char this_program_mixes_compiled_and_header_only_erm = 0;

}  // namespace erm::detail

#endif
