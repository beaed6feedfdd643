// JSON as a parameter: braces, a Json, or anything that converts to one. Braces need no JSON library.
//
//   run.log_dict("per class", {{"cat", 0.91}, {"dog", {{"precision", 0.8}, {"support", 120}}}});
//   run.log_dict("grid", {{"layers", {64, 64, 10}}, {"dropout", nullptr}});
//   erm::Json scores = read_scores();                      // needs erm/json.hpp
//   run.log_dict("scores", scores);
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/impl/linkage.hpp"
#include "erm/json_fwd.hpp"
#include "erm/value.hpp"

namespace erm {

class JsonInput;

namespace detail {

template <class T, class = void>
inline constexpr bool is_json = false;
template <class T>
inline constexpr bool is_json<T, std::void_t<decltype(std::declval<const T&>().is_discarded())>> = true;

/// A type that converts to Value.
template <class T>
inline constexpr bool is_json_leaf =
    is_value_number<T> || is_value_text<T> || std::is_same_v<T, char> || std::is_same_v<T, Value> ||
    has_value_adaptor<T>;

/// Whether J is defined at the point where this is first asked for J and T.
template <class T, class J, class = void>
struct IsDefinedFor : std::false_type {};
template <class T, class J>
struct IsDefinedFor<T, J, std::enable_if_t<(sizeof(J) > 0)>> : std::true_type {};

template <class T, class J>
inline constexpr bool becomes_json =
    std::conjunction_v<std::bool_constant<!is_json_leaf<T> && !std::is_same_v<T, JsonInput> &&
                                          !std::is_same_v<T, std::nullptr_t>>,
                       std::bool_constant<!is_json<T>>, IsDefinedFor<T, J>, std::is_constructible<J, const T&>>;

}  // namespace detail

/// Owns a copy of its source. Braces mean what they mean to nlohmann::json: a list whose elements are all pairs with a
/// text first is an object, any other list an array. Invalid UTF-8 becomes U+FFFD.
class JsonInput {
 public:
  enum class Kind : std::uint8_t {
    null,
    value,   // a text, a number or a boolean
    array,
    object,
    no_text,   // binary or discarded JSON, which JSON text cannot represent
    too_deep,  // nested deeper than max_depth
  };
  static constexpr int max_depth = 100;

  /// Null.
  JsonInput() noexcept = default;
  JsonInput(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
  JsonInput(std::initializer_list<JsonInput> items);

  /// A boolean, a number or a text: anything that converts to Value.
  template <class T, std::enable_if_t<detail::is_json_leaf<T>, int> = 0>
  JsonInput(const T& value) : kind_(Kind::value), value_(value) {}  // NOLINT(google-explicit-constructor)

  /// A Json.
  template <class J, std::enable_if_t<!detail::is_json_leaf<J> && detail::is_json<J>, int> = 0>
  JsonInput(const J& json) {  // NOLINT(google-explicit-constructor)
    assign(json, 0);
  }

  /// Anything that converts to Json: containers, and types with a to_json(). Needs erm/json.hpp.
  template <class T, class J = Json, std::enable_if_t<detail::becomes_json<T, J>, int> = 0>
  JsonInput(const T& value) : JsonInput(J(value)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// The value, if kind() is value.
  [[nodiscard]] const Value& value() const noexcept { return value_; }
  /// The elements of an array, or the entries of an object, sorted by key(). Each entry has its key().
  [[nodiscard]] const std::vector<JsonInput>& items() const noexcept { return items_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }

  /// The same as a Json. Needs erm/json.hpp.
  template <class J, std::enable_if_t<std::is_same_v<J, Json>, int> = 0>
  operator J() const {  // NOLINT(google-explicit-constructor)
    return to_json<J>();
  }

  /// Replaces the entries with the same keys and adds the others. Both must be objects.
  void update(const JsonInput& object);

 private:
  template <class J>
  void assign(const J& json, int depth);
  template <class J>
  [[nodiscard]] J to_json() const;
  void set_key(std::string_view key);
  void sort_entries();

  Kind kind_ = Kind::null;
  Value value_;
  std::vector<JsonInput> items_;
  std::string key_;
};

/// JSON by name, for RunOptions.
struct JsonInputs : std::map<std::string, JsonInput> {
  using std::map<std::string, JsonInput>::map;
  JsonInputs() = default;
  template <class J, std::enable_if_t<std::is_same_v<J, Json>, int> = 0>
  JsonInputs(const std::map<std::string, J>& dicts)  // NOLINT(google-explicit-constructor)
      : std::map<std::string, JsonInput>(dicts.begin(), dicts.end()) {}
};

// ---- templates: callers include erm/json.hpp ----

template <class J>
void JsonInput::assign(const J& json, int depth) {
  if (json.is_null()) return;
  kind_ = Kind::value;
  if (json.is_string()) {
    value_ = Value(json.template get_ref<const std::string&>());
  } else if (json.is_boolean()) {
    value_ = json.template get<bool>();
  } else if (json.is_number_unsigned()) {
    value_ = json.template get<std::uint64_t>();
  } else if (json.is_number_integer()) {
    value_ = json.template get<std::int64_t>();
  } else if (json.is_number_float()) {
    value_ = json.template get<double>();
  } else if (!json.is_structured()) {
    kind_ = Kind::no_text;
  } else if (depth >= max_depth && !json.empty()) {
    kind_ = Kind::too_deep;
  } else {
    kind_ = json.is_object() ? Kind::object : Kind::array;
    items_.reserve(json.size());
    for (auto part = json.begin(); part != json.end(); ++part) {
      items_.emplace_back();
      items_.back().assign(*part, depth + 1);
      if (kind_ == Kind::object) items_.back().set_key(part.key());
    }
    if (kind_ == Kind::object) sort_entries();
  }
}

template <class J>
J JsonInput::to_json() const {
  switch (kind_) {
    case Kind::value:
      switch (value_.kind()) {
        case Value::Kind::text:
          return J(value_.template get<std::string>());
        case Value::Kind::signed_integer:
          return J(value_.template get<std::int64_t>());
        case Value::Kind::unsigned_integer:
          return J(value_.template get<std::uint64_t>());
        case Value::Kind::floating:
          return J(value_.template get<double>());
        case Value::Kind::boolean:
          return J(value_.template get<bool>());
      }
      return J();
    case Kind::array: {
      J array = J::array();
      for (const JsonInput& item : items_) array.push_back(item.to_json<J>());
      return array;
    }
    case Kind::object: {
      J object = J::object();
      for (const JsonInput& item : items_) object[item.key_] = item.to_json<J>();
      return object;
    }
    default:
      return J();
  }
}

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/json_input.inl"
#endif
