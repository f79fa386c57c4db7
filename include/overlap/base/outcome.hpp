// include/overlap/base/outcome.hpp
//
// How a piece of work ended: with a value or with an error. Needed because C++20 has no std::expected.
//
// Threads: a value type; no shared state.
#pragma once

#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include <overlap/base/error.hpp>

namespace overlap {

/// A value of type T or the exception that came instead. Never empty.
///
/// Python   an element of gather(…, return_exceptions=True)
template <class T>
class [[nodiscard]] outcome {
 public:
  outcome(T value) : has_value_(true) {  // NOLINT(google-explicit-constructor): a value is an outcome
    new (&value_) T(std::move(value));
  }
  outcome(std::exception_ptr error) noexcept : error_(std::move(error)) {}  // NOLINT
  outcome(const outcome& other) : has_value_(other.has_value_) {
    if (has_value_)
      new (&value_) T(other.value_);
    else
      new (&error_) std::exception_ptr(other.error_);
  }
  outcome(outcome&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : has_value_(other.has_value_) {
    if (has_value_)
      new (&value_) T(std::move(other.value_));
    else
      new (&error_) std::exception_ptr(other.error_);
  }
  outcome& operator=(outcome other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    this->~outcome();
    return *new (this) outcome(std::move(other));
  }
  ~outcome() {
    if (has_value_)
      value_.~T();
    else
      error_.~exception_ptr();
  }

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }

  /// The value. Throws the error if there is none.
  T& value() & {
    if (!has_value_) std::rethrow_exception(error_);
    return value_;
  }
  T&& value() && {
    if (!has_value_) std::rethrow_exception(error_);
    return std::move(value_);
  }
  const T& value() const& {
    if (!has_value_) std::rethrow_exception(error_);
    return value_;
  }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error, or null.
  [[nodiscard]] std::exception_ptr exception() const noexcept {
    return has_value_ ? std::exception_ptr() : error_;
  }

 private:
  bool has_value_ = false;
  union {
    T value_;
    std::exception_ptr error_;
  };
};

/// The outcome of work that returns nothing.
template <>
class [[nodiscard]] outcome<void> {
 public:
  outcome() noexcept = default;
  outcome(std::exception_ptr error) noexcept : error_(std::move(error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const noexcept { return error_ == nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }
  [[nodiscard]] std::exception_ptr exception() const noexcept { return error_; }

 private:
  std::exception_ptr error_;
};

}  // namespace overlap
