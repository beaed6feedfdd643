// ERM's JSON type, used for dicts, plotly figures and provenance.
//
//   erm::Json scores = {{"cat", 0.9}, {"dog", 0.8}};
//   run.log_dict("per class", scores);
#pragma once

#include <nlohmann/json.hpp>

#include "erm/json_fwd.hpp"

#ifndef ERM_COMPILED
#include "erm/impl/run_json.inl"
#endif
