// The marker files of a registry: what they say, and where they are missing.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/check/repairs.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/trash_entries.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// Where a run is: the folders of its experiment and its variant below the registry, as far as markers tell.
struct MarkedAbove {
  std::optional<std::string> experiment, variant;
};

class MarkerCheck {
 public:
  explicit MarkerCheck(CheckWork& work) : work_(work) {}

  /// What was found since the last call. Its repairs refer to this object.
  [[nodiscard]] std::vector<CheckFinding> take_findings() { return std::exchange(findings_, {}); }

  [[nodiscard]] bool has_any() const { return has_registry_ || !experiments_.empty() || !told_.empty(); }

  /// The registry's own marker.
  void read_registry_marker() {
    has_registry_ = true;
    read(std::string(registry_marker), {}, {});
  }
  void read_experiment_marker(const std::string& folder) {
    experiments_.insert(folder);
    read(joined(folder, std::string(experiment_marker)), "experiment_id", folder);
  }
  /// Tells of a variant in no experiment, unless its marker tells of which it is.
  void read_variant_marker(const std::string& folder, const std::optional<std::string>& experiment) {
    variants_.insert(folder);
    const std::string path = joined(folder, std::string(variant_marker));
    if (experiment) return static_cast<void>(read(path, "variant_id", folder.substr(experiment->size() + 1)));
    const std::optional<std::string> id = read(path, "variant_id", {});
    if (id && folder.size() > id->size() + 1 && ends_with(folder, "/" + *id)) {
      const std::string above = folder.substr(0, folder.size() - id->size() - 1);
      told_[above].insert(*id);
    } else {
      unclear_variants_.push_back(folder);
    }
  }

  /// A marker in the trash.
  void read_marker_in_trash(const std::string& path, const RunIds& ids) {
    if (ids.variant_id.empty())
      read(path, "experiment_id", ids.experiment_id);
    else
      read(path, "variant_id", ids.variant_id);
  }

  /// Notes what a run tells, and returns its ids by its path. Empty ids: nothing tells them.
  RunIds see_run(const std::string& path, const MarkedAbove& above, const std::optional<RunIds>& said,
                 const std::optional<TimePoint>& timestamp_utc) {
    const bool is_said = said && said->folder("") == path;
    RunIds ids;
    if (above.experiment && above.variant) {
      ids.experiment_id = *above.experiment;
      ids.variant_id = above.variant->substr(ids.experiment_id.size() + 1);
    } else if (is_said && (!above.experiment || *above.experiment == said->experiment_id) &&
               (!above.variant || *above.variant == joined(said->experiment_id, said->variant_id))) {
      ids = *said;
    } else {
      // Where each id has one part, the path tells.
      const std::string inside = above.experiment ? path.substr(above.experiment->size() + 1) : path;
      const std::size_t first = inside.find('/'), second = first == std::string::npos ? first : inside.find('/', first + 1);
      if (above.experiment && first != std::string::npos && second == std::string::npos) {
        ids.experiment_id = *above.experiment;
        ids.variant_id = inside.substr(0, first);
      } else if (!above.experiment && second != std::string::npos && inside.find('/', second + 1) == std::string::npos) {
        ids.experiment_id = inside.substr(0, first);
        ids.variant_id = inside.substr(first + 1, second - first - 1);
      } else {
        return {};
      }
    }
    const std::size_t front = joined(ids.experiment_id, ids.variant_id).size() + 1;
    if (front >= path.size()) return {};
    ids.run_id = path.substr(front);
    if (timestamp_utc)
      for (const std::string& folder : {std::string(), ids.experiment_id, joined(ids.experiment_id, ids.variant_id)}) {
        TimePoint& earliest = earliest_.emplace(folder, *timestamp_utc).first->second;
        earliest = (std::min)(earliest, *timestamp_utc);
      }
    if (!above.experiment || !above.variant) told_[ids.experiment_id].insert(ids.variant_id);
    return ids;
  }

  /// Tells of the markers that are missing. Call it after everything was seen.
  void tell_missing() {
    for (const std::string& variant : unclear_variants_) {
      bool is_told = false;
      for (const auto& [experiment, variants] : told_)
        for (const std::string& id : variants) is_told = is_told || joined(experiment, id) == variant;
      if (!is_told)
        add(CheckKind::misplaced, joined(variant, std::string(variant_marker)),
            "a variant lies in no experiment, and nothing tells to which it belongs",
            "move its folder into that of an experiment");
    }
    if (!has_registry_) tell_missing("", registry_marker, "the folder is no registry for the Python package", {});
    for (const auto& [experiment, variants] : told_) {
      if (experiments_.count(experiment) == 0)
        tell_missing(experiment, experiment_marker, "the Python package and object storage do not find the experiment",
                     RunIds{experiment, *variants.begin(), {}});
      for (const std::string& variant : variants)
        if (variants_.count(joined(experiment, variant)) == 0)
          tell_missing(joined(experiment, variant), variant_marker,
                       "the Python package and object storage do not find the variant", RunIds{experiment, variant, {}});
    }
  }

 private:
  CheckFinding& add(CheckKind kind, const std::string& path, std::string what, std::string advice,
                    CheckSeverity severity = CheckSeverity::warning) {
    CheckFinding finding;
    finding.problem = {kind, severity, {}, path, std::move(what), std::move(advice), {}};
    findings_.push_back(std::move(finding));
    return findings_.back();
  }

  /// Reads a marker, tells what is wrong with it, and returns the id in it. `id`: which it should be, or empty.
  std::optional<std::string> read(const std::string& path, std::string_view id_key, const std::string& id) {
    const std::string place = work_.place_of(path);
    std::optional<std::string> found;
    Bytes bytes;
    std::string fault;
    try {
      bytes = work_.fs->read_bounded(place);
      std::string time;
      JsonReader reader(view(bytes), "the marker '" + place + "'");
      reader.object([&](const std::string& key) {
        const bool is_text = reader.kind() == JsonReader::Kind::text;
        if (is_text && key == id_key)
          found = reader.text();
        else if (is_text && key == "created_timestamp_utc")
          time = reader.text();
        else
          static_cast<void>(reader.any());
      });
      reader.end();
      if (!id_key.empty() && !found) fault = "has no " + std::string(id_key);
      if (fault.empty() && !parse_time(time)) fault = "has no created_timestamp_utc";
    } catch (const NotFoundError&) {
      return std::nullopt;  // just moved to the trash
    } catch (const FormatError& error) {
      fault = fault_text(error, place);
      found.reset();
    } catch (const IoError& error) {
      add(CheckKind::unreadable, path, error.what(), "mend what refuses, and check again", CheckSeverity::error);
      return std::nullopt;
    }
    if (!fault.empty()) {
      CheckFinding& finding = add(CheckKind::damaged_marker, path, fault, "repair writes it anew");
      if (id_key.empty() || !id.empty())
        finding.repair = [this, path, place, bytes, id_key, id] {
          if (work_.fs->read_bounded(place) != bytes) return "it changed meanwhile; check again";
          const std::string time = time_in_marker(view(bytes)).value_or(time_of_creation(folder_of(path)));
          work_.fs->write(place, marker_text(id_key, id, time), Durability::durable);
          return "";
        };
    } else if (found && !id.empty() && *found != id) {
      add(CheckKind::other_ids, path, "names " + shown(*found) + ", and its folder is " + shown(id) + ", which counts",
          "nothing is to be done if the folder was renamed on purpose", CheckSeverity::notice);
    }
    return found;
  }

  void tell_missing(const std::string& folder, std::string_view marker, const std::string& what,
                    const std::optional<RunIds>& ids) {
    const std::string path = joined(folder, std::string(marker));
    add(CheckKind::missing_marker, path, "is missing: " + what, "repair writes it").repair =
        [this, place = work_.place_of(path), ids] {
          const RegistryLayout layout{*work_.fs, work_.root};
          if (ids)
            layout.make_variant(ids->experiment_id, ids->variant_id, Durability::durable, texts_of(*ids));
          else
            work_.fs->create(place, marker_text({}, {}, time_of_creation("")), Durability::durable);
          return work_.fs->are_files({place}) ? "" : "something else has its name; remove that";
        };
  }

  [[nodiscard]] MarkerTexts texts_of(const RunIds& ids) const {
    const std::string variant = joined(ids.experiment_id, ids.variant_id);
    return {marker_text("experiment_id", ids.experiment_id, time_of_creation(ids.experiment_id)),
            marker_text("variant_id", ids.variant_id, time_of_creation(variant))};
  }

  /// When the registry, the experiment or the variant in a folder was made, at the latest: its first run tells.
  [[nodiscard]] std::string time_of_creation(const std::string& folder) const {
    const auto found = earliest_.find(folder == "." ? "" : folder);
    return time_text(found == earliest_.end() ? now_utc() : (std::min)(found->second, now_utc()));
  }

  CheckWork& work_;
  std::vector<CheckFinding> findings_;
  bool has_registry_ = false;
  std::set<std::string> experiments_, variants_;           // that have a marker
  std::map<std::string, std::set<std::string>> told_;      // variants by experiment, of which a marker is missing
  std::vector<std::string> unclear_variants_;
  std::map<std::string, TimePoint> earliest_;  // when the first run in a folder was made
};

}  // namespace erm::detail
