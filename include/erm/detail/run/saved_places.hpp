// Where an object has saved its run.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "erm/detail/run/record.hpp"
#include "erm/experiment_run.hpp"

namespace erm::detail {

/// The run folders that one object has used, for each variant of each store, so that it replaces no other object's run.
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
  // A destroyed store keeps its entry: a later store at the same address is not taken for it.
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
