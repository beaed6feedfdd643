// What update_export() knows of the runs that it wrote the last time, in the file "<path>.erm_state".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/export/columns.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

struct ExportedRun {
  std::string proof;    // empty if the run must be read again
  bool is_in = false;   // whether the filter accepted it
  std::int64_t time = 0;  // microseconds since 1970, the order of the lines
  std::string line = {};  // its text
};

struct UpdateState {
  std::string purpose;  // the options for which the file was written
  ExportedNames names;
  std::map<std::string, ExportedRun> runs;  // by their paths in the registry
};

/// The files with their lines, or nothing if there is no state, or none that fits the file: then all is written anew.
inline std::optional<UpdateState> read_update_state(const std::string& path) {
  std::string file, text;
  try {
    for (const auto& [from, to] : {std::pair(path, &file), std::pair(path + ".erm_state", &text)}) {
      const auto bytes = read_whole_file(open_regular_file(FilePath::from_utf8(from)));
      to->assign(bytes.begin(), bytes.end());
    }
  } catch (const NotFoundError&) {
    return std::nullopt;
  }
  try {
    const Json json = Json::parse(text);
    if (json.at("erm_export") != 1 || json.at("sha256") != sha256_of(file)) return std::nullopt;
    UpdateState state;
    state.purpose = json.at("purpose").get<std::string>();
    const Json& names = json.at("names");
    names.at("params").get_to(state.names.params);
    names.at("metrics").get_to(state.names.metrics);
    names.at("tags").get_to(state.names.tags);
    names.at("duration").get_to(state.names.has_duration);
    names.at("features").get_to(state.names.has_features);
    names.at("group").get_to(state.names.has_group);
    names.at("note").get_to(state.names.has_note);
    names.at("failure").get_to(state.names.has_failure);
    for (const Json& one : json.at("runs")) {
      ExportedRun run;
      run.proof = one.at(1).get<std::string>();
      run.is_in = one.size() > 2;
      if (run.is_in) {
        run.time = one.at(2).get<std::int64_t>();
        const std::size_t at = one.at(3).get<std::size_t>(), size = one.at(4).get<std::size_t>();
        if (at > file.size() || size > file.size() - at) return std::nullopt;
        run.line = file.substr(at, size);
      }
      state.runs.emplace(one.at(0).get<std::string>(), std::move(run));
    }
    return state;
  } catch (const Json::exception&) {
    return std::nullopt;  // whoever changed it cannot be relied on
  }
}

/// `places` has the offset of each run's line in the file.
inline std::string text_of(const UpdateState& state, const std::map<std::string, std::size_t>& places,
                           const std::string& sha256) {
  Json names = {{"params", state.names.params},          {"metrics", state.names.metrics},
                {"tags", state.names.tags},              {"duration", state.names.has_duration},
                {"features", state.names.has_features},  {"group", state.names.has_group},
                {"note", state.names.has_note},          {"failure", state.names.has_failure}};
  Json runs = Json::array();
  for (const auto& [path, run] : state.runs) {
    Json one = Json::array({path, run.proof});
    if (run.is_in) {
      one.push_back(run.time);
      one.push_back(places.at(path));
      one.push_back(run.line.size());
    }
    runs.push_back(std::move(one));
  }
  const Json json = {{"erm_export", 1}, {"purpose", state.purpose}, {"sha256", sha256},
                     {"names", std::move(names)}, {"runs", std::move(runs)}};
  return json.dump() + "\n";
}

}  // namespace erm::detail
