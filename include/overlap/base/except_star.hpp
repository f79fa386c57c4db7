// include/overlap/base/except_star.hpp
//
// Python's `except*`: handlers by type for an exception_group, each of which gets its part of the group.
//
//     overlap::try_star([&] { download_all(); })
//         .on<timeout_error>([](const exception_group& matched) { report("too slow", matched); })
//         .on<os_error, http_error>([&] { failed = true; })
//         .otherwise([] { report("all good"); })
//         .done();
//
// In a coroutine, where a handler's body cannot await, catch first and handle afterwards:
//
//     std::exception_ptr error;
//     try { co_await downloads(); } catch (...) { error = std::current_exception(); }
//     except_star(error).on<timeout_error>(…).done();
//
// Threads: a chain belongs to the thread that runs it.
//
// Invariants
//   1. Each leaf of the error goes to the first handler that names its type, and to no other.
//   2. What no handler took and what handlers threw is in flight after done(): nothing is dropped.
//   3. No error: nothing is allocated, and no handler runs.
#pragma once

#include <concepts>
#include <exception>
#include <type_traits>
#include <utility>

#include <overlap/base/exception_group.hpp>

namespace overlap {

/// A chain of handlers. Made of an error, ended by done(); on() and otherwise() run at once.
///
/// A handler takes `const exception_group&`, or nothing. It gets the part of the error that has its types,
/// in the error's nesting; an error that is no group comes in a group with an empty message. `throw;` in a
/// handler throws its part again; anything else that it throws is a new error.
///
/// Python   try / except* / else
class [[nodiscard("end the chain with done(): it throws what no handler took")]] except_star {
 public:
  /// `error` is what the work threw; null: nothing.
  explicit except_star(std::exception_ptr error);

  except_star(except_star&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)),
        exceptions_at_start_(other.exceptions_at_start_),
        is_done_(std::exchange(other.is_done_, true)) {}
  except_star& operator=(except_star&&) = delete;

  /// Asserts that done() was called, unless an exception that came up meanwhile is passing.
  ~except_star();

  /// Handles errors of the given types that no handler before this one took. Not called if there are none.
  ///
  /// What it throws is kept for done(); the handlers after it still run. A type that derives from
  /// exception_group is refused, as in Python: handlers are for what is inside.
  template <class... Errors, class Handler>
    requires std::invocable<Handler, const exception_group&> || std::invocable<Handler>
  except_star on(Handler&& handler) && {
    static_assert(sizeof...(Errors) > 0, "name the errors: on<os_error, timeout_error>(handler)");
    static_assert(!(std::derived_from<Errors, exception_group> || ...),
                  "except_star handles what is inside groups; to handle groups as such use catch");
    if (state_ != nullptr) {
      auto call = [&handler](const exception_group& matched) {
        if constexpr (std::invocable<Handler, const exception_group&>) {
          static_assert(std::is_void_v<std::invoke_result_t<Handler, const exception_group&>>,
                        "a handler returns nothing: a task that it returned would never be awaited");
          std::forward<Handler>(handler)(matched);
        } else {
          static_assert(std::is_void_v<std::invoke_result_t<Handler>>,
                        "a handler returns nothing: a task that it returned would never be awaited");
          std::forward<Handler>(handler)();
        }
      };
      handle(detail::match_types<Errors...>(), &run<decltype(call)>, &call);
    }
    return std::move(*this);
  }

  /// Runs `function` if the work threw nothing. What it throws passes at once: handlers are not for it.
  ///
  /// Python   the else of try
  template <std::invocable Function>
  except_star otherwise(Function&& function) && {
    static_assert(std::is_void_v<std::invoke_result_t<Function>>,
                  "otherwise() returns nothing: a task that it returned would never be awaited");
    if (state_ == nullptr) std::forward<Function>(function)();
    return std::move(*this);
  }

  /// Ends the chain.
  ///
  /// Throws   nothing when every error was taken and no handler threw. An error that is no group and was not
  ///          taken, and what is left of a group when no handler threw anything new: as it was, in its
  ///          nesting, with what handlers threw again. One new error alone: as it is. Otherwise a group
  ///          with an empty message: the new errors in order, then what is left.
  void done() &&;

 private:
  struct state;
  using handler_call = void (*)(void* handler, const exception_group& matched);

  template <class Call>
  static void run(void* call, const exception_group& matched) {
    (*static_cast<Call*>(call))(matched);
  }

  void handle(detail::exception_matcher matcher, handler_call call, void* handler);

  state* state_ = nullptr;  // owned; null: the work threw nothing
  int exceptions_at_start_ = std::uncaught_exceptions();
  bool is_done_ = false;
};

/// Runs `function` and starts the chain of handlers for what it throws.
template <std::invocable Function>
except_star try_star(Function&& function) {
  static_assert(std::is_void_v<std::invoke_result_t<Function>>,
                "try_star is for blocking code that returns nothing: a task would never be awaited");
  std::exception_ptr error;
  try {
    std::forward<Function>(function)();
  } catch (...) {
    error = std::current_exception();
  }
  return except_star(std::move(error));
}

}  // namespace overlap
