// include/overlap/base/error.hpp
//
// The operating errors of the library. A broken rule of the API is not among them: that is an assertion
// (base/assert.hpp) or, where Python raises RuntimeError or ValueError and a program may want to go on,
// invalid_state_error and invalid_value_error.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <exception>
#include <string_view>
#include <utility>

#include <overlap/base/shared_text.hpp>

namespace overlap {

/// The base of every operating error of the library.
///
/// The text says what was being done, to what, why it failed and what to try.
class error : public std::exception {
 public:
  explicit error(shared_text message) noexcept : message_(std::move(message)) {}

  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] std::string_view message() const noexcept { return message_.view(); }

 protected:
  /// The message, to be shared with another error without a copy of the characters.
  [[nodiscard]] const shared_text& text() const noexcept { return message_; }

 private:
  shared_text message_;
};

/// A call of the operating system failed. Python: OSError.
class os_error : public error {
 public:
  /// `code` is the errno of the failure (positive); the text is made of all three:
  /// "connect to 127.0.0.1:5432: Connection refused (ECONNREFUSED)" plus `advice` if there is some.
  os_error(int code, std::string_view doing, std::string_view target = {}, std::string_view advice = {});

  /// The errno, as a positive number.
  [[nodiscard]] int code() const noexcept { return code_; }

 private:
  int code_;
};

/// A time limit passed before the work was done. Python: TimeoutError.
class timeout_error : public error {
 public:
  using error::error;
  timeout_error() : error("the operation timed out") {}
};

/// A task, future or job that was waited for had been cancelled by somebody else. The cancellation of the
/// waiting task itself is never an exception: it stops. Python: CancelledError.
class cancelled_error : public error {
 public:
  using error::error;
  cancelled_error() : error("it was cancelled") {}
};

/// An object was used in a state that does not allow it. Python: InvalidStateError, RuntimeError.
class invalid_state_error : public error {
 public:
  using error::error;
};

/// An argument has a value that makes no sense there. Python: ValueError.
class invalid_value_error : public error {
 public:
  using error::error;
};

/// What was looked up is not there: a context variable without a value. Python: LookupError.
class lookup_error : public error {
 public:
  using error::error;
};

/// An executor can no longer run anything (its initializer failed, a worker died). Python: BrokenExecutor.
class broken_executor : public error {
 public:
  using error::error;
};

/// Nothing can ever run again, but somebody still waits. The text holds who waits for what.
class deadlock_error : public error {
 public:
  using error::error;
};

/// The user pressed Ctrl-C. Not an `error`, so a handler of operating errors lets it pass.
/// Python: KeyboardInterrupt.
class keyboard_interrupt : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "interrupted by SIGINT (Ctrl-C)"; }
};

}  // namespace overlap
