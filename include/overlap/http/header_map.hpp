// include/overlap/http/header_map.hpp
//
// The header fields of an answer, and the fields that are given with a request.
//
// Threads: value types; no shared state.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace overlap::http {

/// A name and its value.
struct field {
  std::string name;
  std::string value;
};

/// Fields in the order of arrival. Names compare without case and may repeat (Set-Cookie).
///
/// Cost     a linear search, which beats hashing at the size of real headers
/// Python   CIMultiDict of aiohttp, requests.structures.CaseInsensitiveDict
class header_map {
 public:
  header_map() noexcept = default;
  header_map(std::initializer_list<field> fields) : fields_(fields) {}

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

  /// Appends, whether there is one of that name or not.
  void add(std::string_view name, std::string_view value);
  /// Replaces all of that name by one.
  void set(std::string_view name, std::string_view value);
  /// How many there were.
  std::size_t remove(std::string_view name);

  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
  [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
  [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] auto end() const noexcept { return fields_.end(); }

 private:
  std::vector<field> fields_;
};

/// A name and its value as they are given in a call; the value may be a number. Borrows the texts.
class given_field {
 public:
  constexpr given_field() noexcept = default;
  constexpr given_field(std::string_view name, std::string_view value) noexcept
      : name_(name), value_(value) {}
  constexpr given_field(std::string_view name, std::integral auto number) noexcept
      : name_(name), number_(static_cast<std::int64_t>(number)), is_number_(true) {}

  [[nodiscard]] constexpr std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::string value() const {
    return is_number_ ? std::to_string(number_) : std::string(value_);
  }

 private:
  std::string_view name_;
  std::string_view value_;
  std::int64_t number_ = 0;
  bool is_number_ = false;
};

/// Fields as they are given in a call: `{{"page", 2}, {"tag", "a"}, {"tag", "b"}}`, up to eight; or a
/// header_map for more. Borrows everything, so it is for the call only: keep a header_map instead.
///
/// Eight parameters instead of an initializer_list, and nothing to destroy: g++ 12 refuses the first in an
/// expression with a `co_await`, and destroys twice what an aggregate there is made of.
class given_fields {
 public:
  constexpr given_fields() noexcept = default;
  constexpr given_fields(given_field f1, given_field f2 = {}, given_field f3 = {}, given_field f4 = {},
                         given_field f5 = {}, given_field f6 = {}, given_field f7 = {},
                         given_field f8 = {}) noexcept
      : listed_{f1, f2, f3, f4, f5, f6, f7, f8} {}
  constexpr given_fields(const header_map& map) noexcept : map_(&map) {}

  /// A copy that owns its texts.
  [[nodiscard]] header_map owned() const;
  [[nodiscard]] bool empty() const noexcept {
    return map_ != nullptr ? map_->empty() : listed_[0].name().empty();
  }

 private:
  given_field listed_[8];
  const header_map* map_ = nullptr;
};

static_assert(std::is_trivially_destructible_v<given_fields>);

}  // namespace overlap::http
