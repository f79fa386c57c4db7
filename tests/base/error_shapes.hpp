// tests/base/error_shapes.hpp
//
// Errors to put into groups, and the shape of what comes out as one line of text:
// "eg[value 1, inner[type 2]]". An error that is no group is its leaf alone, nothing is "none".
#pragma once

#include <cstdio>
#include <exception>
#include <string>

#include <overlap/base/exception_group.hpp>

namespace overlap::testing {

// The places of Python's ValueError, TypeError, KeyError; small_value_error has one of them as its base.
struct numbered : std::exception {
  explicit numbered(int number_) noexcept : number(number_) {}
  int number;
};
struct value_error : numbered {
  using numbered::numbered;
  [[nodiscard]] const char* what() const noexcept override { return "value"; }
};
struct small_value_error : value_error {
  using value_error::value_error;
  [[nodiscard]] const char* what() const noexcept override { return "small value"; }
};
struct type_error : numbered {
  using numbered::numbered;
  [[nodiscard]] const char* what() const noexcept override { return "type"; }
};
struct key_error : numbered {
  using numbered::numbered;
  [[nodiscard]] const char* what() const noexcept override { return "key"; }
};

template <class Error>
[[nodiscard]] std::exception_ptr thrown(Error error) {
  return std::make_exception_ptr(std::move(error));
}
[[nodiscard]] inline std::exception_ptr value(int number) { return thrown(value_error(number)); }
[[nodiscard]] inline std::exception_ptr type(int number) { return thrown(type_error(number)); }
[[nodiscard]] inline std::exception_ptr key(int number) { return thrown(key_error(number)); }
[[nodiscard]] inline std::exception_ptr group(const char* message,
                                              std::initializer_list<std::exception_ptr> exceptions) {
  return thrown(exception_group(message, exceptions));
}

[[nodiscard]] inline std::string shape(const std::exception_ptr& exception);

[[nodiscard]] inline std::string shape(const exception_group& whole) {
  std::string text(whole.message());
  text += "[";
  for (const std::exception_ptr& member : whole.exceptions()) {
    if (text.back() != '[') text += ", ";
    text += shape(member);
  }
  return text + "]";
}

[[nodiscard]] inline std::string shape(const std::exception_ptr& exception) {
  if (exception == nullptr) return "none";
  if (const auto* whole = exception_cast<exception_group>(exception)) return shape(*whole);
  if (const auto* leaf = exception_cast<numbered>(exception)) {
    return std::string(leaf->what()) + " " + std::to_string(leaf->number);
  }
  return describe_exception(exception).c_str();
}

[[nodiscard]] inline std::string shape(const exception_group_part& part) { return shape(part.exception()); }

}  // namespace overlap::testing
