// src/http/header_map.cpp
//
// See the header.

#include <algorithm>
#include <string>
#include <utility>

#include <overlap/base/error.hpp>
#include <overlap/http/header_map.hpp>

#include "http/answer_head.hpp"

namespace overlap::http {

std::optional<std::string_view> header_map::get(std::string_view name) const noexcept {
  for (const field& each : fields_)
    if (detail::same_name(each.name, name)) return each.value;
  return std::nullopt;
}

std::vector<std::string_view> header_map::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const field& each : fields_)
    if (detail::same_name(each.name, name)) values.emplace_back(each.value);
  return values;
}

std::string_view header_map::at(std::string_view name) const {
  if (const auto value = get(name)) return *value;
  throw lookup_error("no header field " + std::string(name) + "; ask with get() or contains() first");
}

void header_map::add(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
}

void header_map::set(std::string_view name, std::string_view value) {
  field replacement{std::string(name), std::string(value)};  // first: both may point into this map
  remove(replacement.name);
  fields_.push_back(std::move(replacement));
}

std::size_t header_map::remove(std::string_view name) {
  return std::erase_if(fields_, [&](const field& each) { return detail::same_name(each.name, name); });
}

header_map given_fields::owned() const {
  if (map_ != nullptr) return *map_;
  header_map copy;
  for (const given_field& each : listed_)
    if (!each.name().empty()) copy.add(each.name(), each.value());
  return copy;
}

}  // namespace overlap::http
