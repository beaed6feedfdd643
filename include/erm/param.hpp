// The params of a configuration: what a program's options hold, and structs of them.
//
//   run.log_params({{"optimizer", Optimizer::adam}, {"data", std::filesystem::path("train")}, {"layers", layers}});
//   run.log_param("timeout", std::chrono::minutes(2));            // 120, in seconds
//   run.log_param("warmup", std::optional<int>());                // no param; an old one goes
//   template <> struct erm::ParamsOf<Config> {
//     static erm::NamedParams params(const Config& c) { return {{"lr", c.lr}, {"layers", c.layers}}; }
//   };
//   run.log_params(config);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/file_path.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/json_input.hpp"
#include "erm/value.hpp"
#include "erm/value_adaptor.hpp"

namespace erm {

struct NamedParam;
using NamedParams = std::vector<NamedParam>;

/// Specialise it for a struct: `static NamedParams params(const T&)` returns its params by name. A member that is such
/// a struct gives params with dotted names ("optimizer.lr").
template <class T, class = void>
struct ParamsOf;

namespace detail {

template <class T, class = void>
inline constexpr bool has_params_of = false;
template <class T>
inline constexpr bool has_params_of<T, std::void_t<decltype(ParamsOf<T>::params(std::declval<const T&>()))>> = true;

/// std::optional, or another type that works like it.
template <class T, class = void>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool
    is_optional<T, std::void_t<decltype(std::declval<const T&>().has_value()), decltype(*std::declval<const T&>())>> =
        true;

/// std::chrono::duration, without its header.
template <class T, class = void>
inline constexpr bool is_duration = false;
template <class T>
inline constexpr bool
    is_duration<T, std::void_t<typename T::rep, decltype(T::period::num), decltype(std::declval<const T&>().count())>> =
        true;

template <class T, class = void>
inline constexpr bool is_atomic = false;
template <class T>
inline constexpr bool is_atomic<
    T, std::void_t<decltype(std::declval<const T&>().load()), decltype(std::declval<const T&>().is_lock_free())>> =
    true;

template <class T, class = void>
inline constexpr bool is_range = false;
template <class T>
inline constexpr bool is_range<
    T, std::void_t<decltype(std::begin(std::declval<const T&>())), decltype(std::end(std::declval<const T&>()))>> =
    true;

/// A range of pairs with a text first: a map.
template <class T, class = void>
inline constexpr bool is_named_range = false;
template <class T>
inline constexpr bool is_named_range<
    T, std::void_t<
           decltype((*std::begin(std::declval<const T&>())).second),
           std::enable_if_t<is_value_text<std::decay_t<decltype((*std::begin(std::declval<const T&>())).first)>>>>> =
    true;

}  // namespace detail

/// The value of a param, converted from: text, numbers and booleans (see Value); an enum, as its number or as what its
/// ValueAdaptor says; a path; a std::optional, where an empty one is no param; a std::chrono::duration, as a number of
/// seconds; a std::atomic; a vector or an array of these, as JSON text ("[64,64,10]"); a struct with a ParamsOf, a map,
/// or a type that converts to Json (needs erm/json.hpp), whose values become params with dotted names.
class Param {
 public:
  enum class Kind : std::uint8_t { value, list, parts, nothing };

  template <class T, std::enable_if_t<!std::is_same_v<T, Param> && !std::is_same_v<T, NamedParam>, int> = 0>
  Param(const T& source) {  // NOLINT(google-explicit-constructor)
    assign(source);
  }
  Param(const JsonInput& json);  // NOLINT(google-explicit-constructor)

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// The value, or the JSON text of a list.
  [[nodiscard]] const Value& value() const noexcept { return value_; }
  [[nodiscard]] const NamedParams& parts() const noexcept { return parts_; }
  /// The unit of the value: "s" for a duration, otherwise empty.
  [[nodiscard]] const std::string& unit() const noexcept { return unit_; }

 private:
  template <class T>
  void assign(const T& source);
  void add_part(std::string_view key, Param value);
  void begin_list();
  void add_item(const Param& item);
  void end_list();

  Kind kind_ = Kind::value;
  Value value_;
  std::string unit_;
  std::string list_;
  NamedParams parts_;
};

/// A param and its name. In braces: {"lr", 0.1}.
struct NamedParam {
  std::string key;
  Param value;

  template <class T>
  NamedParam(std::string_view name, const T& source) : key(name), value(source) {}
  NamedParam(std::string_view name, Value source) : key(name), value(source) {}
};

namespace detail {

/// Whether log_params can take a T as a whole configuration.
template <class T>
inline constexpr bool is_configuration =
    has_params_of<T> || is_named_range<T> || is_json<T> || std::is_same_v<T, JsonInput>;

}  // namespace detail

// ---- bodies of templates ----

template <class T>
void Param::assign(const T& source) {
  if constexpr (detail::is_json_leaf<T>) {
    value_ = source;
  } else if constexpr (detail::has_value_adaptor<T>) {
    value_ = ValueAdaptor<T>::convert(source);
  } else if constexpr (detail::has_params_of<T>) {
    kind_ = Kind::parts;
    parts_ = ParamsOf<T>::params(source);
  } else if constexpr (detail::is_optional<T>) {
    if (source.has_value())
      *this = Param(*source);
    else
      kind_ = Kind::nothing;
  } else if constexpr (detail::is_duration<T>) {
    value_ =
        static_cast<double>(source.count()) * static_cast<double>(T::period::num) / static_cast<double>(T::period::den);
    unit_ = "s";
  } else if constexpr (detail::is_atomic<T>) {
    *this = Param(source.load());
  } else if constexpr (std::is_enum_v<T>) {
    using Number = std::underlying_type_t<T>;
    if constexpr (detail::is_value_number<Number>)
      value_ = static_cast<Number>(source);
    else
      value_ = static_cast<long long>(source);  // char is a number here, not text
  } else if constexpr (std::is_same_v<T, FilePath>) {
    value_ = source.str();
  } else if constexpr (detail::is_path<T>) {
    value_ = FilePath(source).str();
  } else if constexpr (detail::is_json<T>) {
    *this = Param(JsonInput(source));
  } else if constexpr (detail::is_named_range<T>) {
    kind_ = Kind::parts;
    for (const auto& [key, value] : source) add_part(key, value);
  } else if constexpr (detail::is_range<T>) {
    begin_list();
    for (const auto& item : source) add_item(item);
    end_list();
  } else if constexpr (detail::becomes_json<T, Json>) {
    *this = Param(JsonInput(source));
  } else {
    static_assert(
        detail::has_params_of<T>,
        "erm: this type is no param yet. Specialise erm::ParamsOf<T> with a static params(const T&) that returns "
        "erm::NamedParams, such as {{\"lr\", config.lr}}; or erm::ValueAdaptor<T> with a static convert(const "
        "T&) that returns text or a number; or give it a to_json and include erm/json.hpp");
  }
}

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/param.inl"
#endif
