// Declares ERM's JSON type, for headers that only pass it on. erm/json.hpp defines it.
//
//   const erm::Json& provenance = run.provenance();     // declared here
//   provenance.at("seeds").dump();                      // needs erm/json.hpp, or <nlohmann/json.hpp>
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace erm {

using Json = nlohmann::json;

}  // namespace erm
