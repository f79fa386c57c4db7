// include/overlap/http/header_map.hpp
//
// The header fields of a request or an answer.
//
// Threads: a value type; no shared state.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overlap::http {

/// A name and its value: a header field, a query parameter, a form field. Numbers become text.
struct field {
  std::string name;
  std::string value;

  field() noexcept = default;
  field(std::string_view name_given, std::string_view value_given) : name(name_given), value(value_given) {}
  field(std::string_view name_given, std::integral auto number)
      : name(name_given), value(std::to_string(number)) {}

  friend bool operator==(const field&, const field&) = default;
};

/// Fields in the order given; names may repeat: `{{"page", 2}, {"tag", "a"}, {"tag", "b"}}`. Up to twelve
/// at once, more with add().
///
/// Twelve parameters instead of an initializer_list, because g++ 12 refuses one in an expression that holds
/// a `co_await`, and `co_await session.get(url, {.params = {{"page", 2}}})` is how this is used.
class field_list {
 public:
  field_list() noexcept = default;
  field_list(field f1, field f2 = {}, field f3 = {}, field f4 = {}, field f5 = {}, field f6 = {},
             field f7 = {}, field f8 = {}, field f9 = {}, field f10 = {}, field f11 = {}, field f12 = {});

  /// Appends, whether the name is there or not.
  void add(field added) { fields_.push_back(std::move(added)); }
  void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
  [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
  [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] auto end() const noexcept { return fields_.end(); }

 protected:
  std::vector<field> fields_;
};

/// Header fields in the order of arrival. Names compare without case and may repeat (Set-Cookie).
///
/// Cost     a linear search, which beats hashing at the size of real headers
/// Python   CIMultiDict of aiohttp, requests.structures.CaseInsensitiveDict
class header_map : public field_list {
 public:
  using field_list::field_list;

  /// The first value of `name`, valid until the map changes; nothing if there is none.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  /// The first value of `name`, or `otherwise`.
  [[nodiscard]] std::string_view get(std::string_view name, std::string_view otherwise) const noexcept {
    return get(name).value_or(otherwise);
  }
  /// All values of `name`, in order. Python: getall.
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const noexcept { return get(name).has_value(); }
  /// The first value of `name`. Throws lookup_error.
  [[nodiscard]] std::string_view at(std::string_view name) const;

  /// Replaces all of that name by one.
  void set(std::string_view name, std::string_view value);
  /// How many there were.
  std::size_t remove(std::string_view name);
};

}  // namespace overlap::http
