// The JSON type of ERM's interface: dicts and plotly figures are given as this.
//
//   erm::Json scores = {{"cat", 0.9}, {"dog", 0.8}};
//   run.log_dict("per class", scores);
#pragma once

#include <nlohmann/json.hpp>

namespace erm {

using Json = nlohmann::json;

}  // namespace erm
