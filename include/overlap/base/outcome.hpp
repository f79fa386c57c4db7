// include/overlap/base/outcome.hpp
//
// How a piece of work ended: with a value or with an error. Needed because C++20 has no std::expected.
//
// Threads: a value type; no shared state.
//
// Invariants
//   1. There is always one of the two, also after a move or an assignment that threw. (What was moved from
//      keeps its error, or a value that was moved from.)
#pragma once

#include <concepts>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include <overlap/base/assert.hpp>
#include <overlap/base/exception_cast.hpp>

namespace overlap {

namespace detail {
inline const std::exception_ptr no_exception;
}

/// A value of type T or the exception that came instead. Never empty.
///
/// Python   an element of gather(…, return_exceptions=True); isinstance(item, Error) is item.is<Error>()
template <class T>
class [[nodiscard]] outcome {
  static_assert(std::is_object_v<T> && std::move_constructible<T>,
                "an outcome holds an object; for a reference use a pointer or std::reference_wrapper");
  static_assert(!std::same_as<std::remove_cv_t<T>, std::exception_ptr>,
                "an outcome of an exception_ptr could not tell its value from its error");

 public:
  outcome(T value) noexcept(std::is_nothrow_move_constructible_v<T>)  // NOLINT(google-explicit-constructor)
      : has_value_(true) {
    construct_value(std::move(value));
  }
  /// `error` must not be null.
  outcome(std::exception_ptr error) : error_(std::move(error)) {  // NOLINT(google-explicit-constructor)
    OVERLAP_ASSERT(error_ != nullptr, "make an outcome of a value or of an exception, not of a null pointer");
  }
  outcome(const outcome& other)
    requires std::is_copy_constructible_v<T>
      : has_value_(other.has_value_) {
    if (has_value_) {
      construct_value(other.value_);
    } else {
      construct_error(other.error_);
    }
  }
  outcome(outcome&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : has_value_(other.has_value_) {
    if (has_value_) {
      construct_value(std::move(other.value_));
    } else {
      construct_error(other.error_);
    }
  }
  /// When moving the value throws, the error of that is what remains, and is thrown.
  outcome& operator=(outcome other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    destroy();
    has_value_ = other.has_value_;
    if (!has_value_) {
      construct_error(other.error_);
    } else if constexpr (std::is_nothrow_move_constructible_v<T>) {
      construct_value(std::move(other.value_));
    } else {
      try {
        construct_value(std::move(other.value_));
      } catch (...) {
        has_value_ = false;
        construct_error(std::current_exception());
        throw;
      }
    }
    return *this;
  }
  ~outcome() { destroy(); }

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }

  /// The value. Throws the error if there is none. From a temporary it is moved out.
  [[nodiscard]] T& value() & {
    rethrow_error();
    return value_;
  }
  [[nodiscard]] const T& value() const& {
    rethrow_error();
    return value_;
  }
  [[nodiscard]] T value() && {
    rethrow_error();
    return std::move(value_);
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T operator*() && { return std::move(*this).value(); }
  T* operator->() { return __builtin_addressof(value()); }
  const T* operator->() const { return __builtin_addressof(value()); }

  /// The error, or null.
  [[nodiscard]] const std::exception_ptr& exception() const& noexcept {
    return has_value_ ? detail::no_exception : error_;
  }
  [[nodiscard]] std::exception_ptr exception() && noexcept { return std::as_const(*this).exception(); }

  /// Whether it ended with an error of type `Error`.
  template <class Error>
  [[nodiscard]] bool is() const noexcept {
    return !has_value_ && exception_cast<Error>(error_) != nullptr;
  }

 private:
  void rethrow_error() const {
    if (!has_value_) std::rethrow_exception(error_);
  }
  template <class Value>
  void construct_value(Value&& value) {
    ::new (static_cast<void*>(__builtin_addressof(value_))) T(std::forward<Value>(value));
  }
  // Copied also where a move would do: what is left behind must not be empty.
  void construct_error(const std::exception_ptr& error) noexcept {
    ::new (static_cast<void*>(__builtin_addressof(error_))) std::exception_ptr(error);
  }
  void destroy() noexcept {
    if (has_value_) {
      value_.~T();
    } else {
      error_.~exception_ptr();
    }
  }

  bool has_value_ = false;
  union {
    T value_;
    std::exception_ptr error_;
  };
};

/// The outcome of work that returns nothing. A null error is success.
template <>
class [[nodiscard]] outcome<void> {
 public:
  outcome() noexcept = default;
  outcome(std::exception_ptr error) noexcept  // NOLINT(google-explicit-constructor): an error is an outcome
      : error_(std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return error_ == nullptr; }
  explicit operator bool() const noexcept { return has_value(); }

  /// Throws the error if there is one.
  void value() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

  /// The error, or null.
  [[nodiscard]] const std::exception_ptr& exception() const& noexcept { return error_; }
  [[nodiscard]] std::exception_ptr exception() && noexcept { return error_; }

  /// Whether it ended with an error of type `Error`.
  template <class Error>
  [[nodiscard]] bool is() const noexcept {
    return exception_cast<Error>(error_) != nullptr;
  }

 private:
  std::exception_ptr error_;
};

}  // namespace overlap
