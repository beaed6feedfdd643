// The bodies of RunRecord that need JSON.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "erm/detail/run/record.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// The object, for changes: copied if another run shares it.
template <class T>
T& own(std::shared_ptr<T>& shared) {
  if (!shared)
    shared = std::make_shared<T>();
  else if (shared.use_count() > 1)
    shared = std::make_shared<T>(*shared);
  else
    std::atomic_thread_fence(std::memory_order_acquire);  // a copy in another thread may have just been destroyed
  return *shared;
}

inline void RunRecord::merge_dicts() {
  if (added_dicts_.empty()) return;
  std::map<std::string, Json>& dicts = own(dicts_);
  for (const auto& [name, added] : added_dicts_) {
    Json object = added;
    if (Json& dict = dicts[name]; dict.is_null())
      dict = std::move(object);
    else
      dict.update(object);
  }
  added_dicts_.clear();
}

inline const std::map<std::string, Json>& RunRecord::dicts() const {
  // Never destroyed, like all static objects here: threads may log while the program ends.
  static const auto* const none = new std::map<std::string, Json>;
  static auto* const merging = new std::mutex;
  {
    // Several threads may read one run. The cast is valid: no record is itself const, only the reference to it.
    const std::lock_guard<std::mutex> lock(*merging);
    const_cast<RunRecord*>(this)->merge_dicts();
  }
  return dicts_ ? *dicts_ : *none;
}

inline std::map<std::string, Json>& RunRecord::own_dicts() {
  merge_dicts();
  return own(dicts_);
}

inline const Json& RunRecord::provenance() const {
  static const Json* const none = new Json(Json::object());
  return provenance_ ? *provenance_ : stored_provenance_ ? stored_provenance_->json() : *none;
}

inline Json& RunRecord::own_provenance() {
  if (!provenance_) provenance_ = std::make_shared<Json>(provenance());
  stored_provenance_ = nullptr;
  return own(provenance_);
}

}  // namespace erm::detail
