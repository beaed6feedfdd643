// Where a run was saved by the object that holds it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "erm/detail/run/record.hpp"
#include "erm/experiment_run.hpp"

namespace erm::detail {

/// Which run folder each variant of each store got from one object, so that it replaces no other's.
class SavedPlaces {
 public:
  [[nodiscard]] std::optional<std::string> run_id_in(const std::shared_ptr<const void>& store,
                                                     const std::string& variant_folder) const {
    const auto found = run_ids_.find({store, variant_folder});
    if (found == run_ids_.end()) return std::nullopt;
    return found->second;
  }
  void remember(const std::shared_ptr<const void>& store, const std::string& variant_folder,
                const std::string& run_id) {
    run_ids_[{store, variant_folder}] = run_id;
  }

 private:
  // A store that is gone keeps its place here: no later one at its address is taken for it.
  struct Place {
    std::weak_ptr<const void> store;
    std::string variant_folder;
    friend bool operator<(const Place& a, const Place& b) noexcept {
      if (a.store.owner_before(b.store) || b.store.owner_before(a.store)) return a.store.owner_before(b.store);
      return a.variant_folder < b.variant_folder;
    }
  };
  std::map<Place, std::string> run_ids_;
};

inline SavedPlaces& RunAccess::saved_places(const ExperimentRun& run) {
  std::shared_ptr<SavedPlaces>& places = run.state_->saved_places;
  if (!places) places = std::make_shared<SavedPlaces>();
  return *places;
}

}  // namespace erm::detail
