// The bodies of erm/json_input.hpp.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/json_input.hpp"

namespace erm {

ERM_INLINE JsonInput::JsonInput(std::initializer_list<JsonInput> items) : kind_(Kind::array), items_(items) {
  const auto is_entry = [](const JsonInput& item) {
    return item.kind_ == Kind::array && item.items_.size() == 2 && item.items_[0].kind_ == Kind::value &&
           item.items_[0].value_.is_text();
  };
  if (!std::all_of(items_.begin(), items_.end(), is_entry)) return;
  kind_ = Kind::object;
  for (JsonInput& item : items_) {
    std::string key = item.items_[0].value_.str();
    JsonInput value = std::move(item.items_[1]);
    item = std::move(value);
    item.key_ = std::move(key);
  }
  sort_entries();
}

ERM_INLINE void JsonInput::set_key(std::string_view key) { key_ = detail::repaired_utf8(key); }

/// Sorts by key. Of entries with the same key the first stays, as in a Json.
ERM_INLINE void JsonInput::sort_entries() {
  const auto less = [](const JsonInput& a, const JsonInput& b) { return a.key_ < b.key_; };
  if (!std::is_sorted(items_.begin(), items_.end(), less)) std::stable_sort(items_.begin(), items_.end(), less);
  const auto same = [](const JsonInput& a, const JsonInput& b) { return a.key_ == b.key_; };
  items_.erase(std::unique(items_.begin(), items_.end(), same), items_.end());
}

ERM_INLINE void JsonInput::update(const JsonInput& object) {
  std::vector<JsonInput> merged;
  merged.reserve(items_.size() + object.items_.size());
  auto mine = items_.begin();
  for (const JsonInput& theirs : object.items_) {
    while (mine != items_.end() && mine->key_ < theirs.key_) merged.push_back(std::move(*mine++));
    if (mine != items_.end() && mine->key_ == theirs.key_) ++mine;
    merged.push_back(theirs);
  }
  std::move(mine, items_.end(), std::back_inserter(merged));
  items_ = std::move(merged);
}

}  // namespace erm
