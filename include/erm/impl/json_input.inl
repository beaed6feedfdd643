// The bodies of erm/json_input.hpp.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/json_input.hpp"

namespace erm {

ERM_INLINE JsonInput::JsonInput(std::initializer_list<JsonInput> items) : kind_(Kind::array), items_(items) {
  for (const JsonInput& item : items_) {
    const bool is_entry = item.kind_ == Kind::array && item.items_.size() == 2 && item.items_[0].kind_ == Kind::value &&
                          item.items_[0].value_.is_text();
    if (!is_entry) return;
  }
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
  bool is_sorted = true;
  for (std::size_t i = 1; i < items_.size(); ++i) is_sorted = is_sorted && items_[i - 1].key_ < items_[i].key_;
  if (is_sorted) return;
  std::map<std::string, JsonInput> by_key;
  for (JsonInput& item : items_) by_key.try_emplace(item.key_, std::move(item));
  items_.clear();
  for (auto& entry : by_key) items_.push_back(std::move(entry.second));
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
  for (; mine != items_.end(); ++mine) merged.push_back(std::move(*mine));
  items_ = std::move(merged);
}

}  // namespace erm
