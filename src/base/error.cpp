// src/base/error.cpp
//
// Texts of the operating errors.

#include <cstring>
#include <string>

#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>

namespace overlap {

namespace {

std::string os_error_text(int code, std::string_view doing, std::string_view target,
                          std::string_view advice) {
  std::string text(doing);
  if (!target.empty()) text.append(" ").append(target);
  text.append(": ");
  const char* description = ::strerrordesc_np(code);
  const char* name = ::strerrorname_np(code);
  text.append(description != nullptr ? description : "unknown error");
  text.append(" (").append(name != nullptr ? std::string(name) : std::to_string(code)).append(")");
  if (!advice.empty()) text.append("; ").append(advice);
  return text;
}

}  // namespace

os_error::os_error(int code, std::string_view doing, std::string_view target, std::string_view advice)
    : error(os_error_text(code, doing, target, advice)), code_(code) {}

void detail::throw_duration_is_nan() {
  throw invalid_value_error("a duration was made from a floating-point NaN; give a number of seconds");
}

}  // namespace overlap
