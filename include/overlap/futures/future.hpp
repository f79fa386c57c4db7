// include/overlap/futures/future.hpp
//
// A value that somebody else is still working on, and the side that delivers it. Blocking here; a loop awaits
// the same object (overlap/asyncio.hpp).
//
// Threads: copies of one future may be used by several threads at once; one object only by one at a time, as
// with every value. A promise belongs to one thread at a time.
//
// Invariants
//   1. Copies are handles of one shared state: equal, with one hash, one result.
//   2. A value is read through lvalues and moved out through rvalues; once moved out it is gone for all
//   copies.
#pragma once

#include <compare>
#include <concepts>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include <overlap/base/assert.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>
#include <overlap/futures/detail/future_state.hpp>
#include <overlap/futures/future_errors.hpp>

namespace overlap::futures {

template <class T>
class future;
template <class T>
class promise;

namespace detail {

/// How the library's own parts come from handles to states and back.
struct future_access {
  template <class T>
  static future_state<T>& state(const future<T>& handle) {
    return handle.checked();
  }
  /// Gives the ownership up: somebody has to drop it.
  template <class T>
  static future_state<T>& release(future<T>&& handle) {
    handle.checked();
    return *std::exchange(handle.state_, nullptr);
  }
  /// Takes over one owner of `state`.
  template <class T>
  static future<T> adopt(future_state<T>& state) noexcept {
    return future<T>(&state);
  }
};

/// The callable of one add_done_callback, in one allocation with its node.
template <class Function, class T>
struct callback_for final : callback_node {
  explicit callback_for(Function&& body) : function(std::move(body)) {
    invoke = [](callback_node* node) {
      auto& self = *static_cast<callback_for*>(node);
      auto& typed = static_cast<future_state<T>&>(*node->state);
      if constexpr (std::invocable<Function&, future<T>>) {
        typed.add_owner();
        static_cast<void>(self.function(future_access::adopt(typed)));
      } else {
        static_cast<void>(self.function());
      }
    };
    destroy = [](callback_node* node) noexcept { delete static_cast<callback_for*>(node); };
  }

  Function function;
};

}  // namespace detail

/// The result of work that may not have ended: a copyable handle, usable as a key of maps and sets.
///
/// T may be void, move-only, or a reference. A default-constructed or moved-from future is empty: only
/// valid(), comparison and assignment are allowed.
///
/// Threads   any
/// Cost      copying is one atomic increment
/// Python    concurrent.futures.Future
template <class T>
class future {
 public:
  using value_type = T;

  future() noexcept = default;
  future(const future& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->add_owner();
  }
  future(future&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  future& operator=(future other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~future() {
    if (state_ != nullptr) state_->drop_owner();
  }

  /// Not empty.
  [[nodiscard]] bool valid() const noexcept { return state_ != nullptr; }

  /// Waits for the value: a reference that holds as long as some copy of this future does.
  ///
  /// On an rvalue (`pool.submit(f).result()`, `std::move(future).result()`) the value itself is moved out.
  /// Other copies of the future then get invalid_state_error, so do that only where nobody else reads the
  /// result.
  ///
  /// Parameters
  ///   timeout   how long to wait; zero or less only looks.
  ///   file, line  where the program waits, for the text of a deadlock_error: leave them out.
  /// Throws      timeout_error if it is not done by then (the future is untouched and may be asked again),
  ///             cancelled_error if it was cancelled, deadlock_error if it would wait for ever for itself, or
  ///             the very exception the work ended with.
  /// Threads     blocks the calling one. On a worker of the pool the work went to, that work is done by this
  /// very
  ///             call if it has not started. In a coroutine: co_await the future instead.
  /// Python      Future.result(timeout)
  decltype(auto) result(duration timeout = duration::infinite(), const char* file = __builtin_FILE(),
                        int line = __builtin_LINE()) const& {
    auto& state = checked();
    state.require_value(timeout, {file, line});
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*state.value());
    } else if constexpr (!std::is_void_v<T>) {
      return static_cast<const T&>(state.value());
    }
  }
  T result(duration timeout = duration::infinite(), const char* file = __builtin_FILE(),
           int line = __builtin_LINE()) && {
    auto& state = checked();
    state.require_value(timeout, {file, line});
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*state.value());
    } else if constexpr (!std::is_void_v<T>) {
      return state.take_value();
    }
  }

  /// Waits for the end of the work: its exception, or null if there is a value. Throws as result() does,
  /// except for the work's own exception.
  [[nodiscard]] std::exception_ptr exception(duration timeout = duration::infinite(),
                                             const char* file = __builtin_FILE(),
                                             int line = __builtin_LINE()) const {
    return checked().require_exception(timeout, {file, line});
  }

  /// Waits until it is done, however it ends. False: not within `timeout`.
  bool wait(duration timeout = duration::infinite(), const char* file = __builtin_FILE(),
            int line = __builtin_LINE()) const {
    return checked().wait_for(timeout, {file, line});
  }

  /// It has a result or was cancelled: result() returns at once.
  [[nodiscard]] bool done() const { return checked().done(); }
  /// The work has begun and not ended: it can no longer be cancelled.
  [[nodiscard]] bool running() const { return checked().running(); }
  [[nodiscard]] bool cancelled() const { return checked().cancelled(); }

  /// Cancels work that has not begun: it never will, and its function and arguments are freed. True if it is
  /// cancelled now or was before, false if it runs or has a result.
  ///
  /// Python   Future.cancel()
  bool cancel() const { return checked().cancel(); }

  /// Asks running work to end early: the std::stop_token its function took as first parameter says so. False
  /// if the function takes none.
  bool request_stop() const { return checked().request_stop(); }  // NOLINT(modernize-use-nodiscard)

  /// Calls `function(future)`, or `function()`, once this is done: on the thread that ends the work, or at
  /// once here if it is done already.
  ///
  /// Callbacks run in the order they were added, after every blocked waiter was woken. What one throws goes
  /// to the unhandled_exception_handler, and the next one runs.
  ///
  /// Cost     one allocation
  /// Python   Future.add_done_callback(fn)
  template <class Function>
  void add_done_callback(Function&& function) const {
    using stored = std::decay_t<Function>;
    static_assert(std::invocable<stored&, future> || std::invocable<stored&>,
                  "a done callback is called with the future, or with nothing");
    auto& state = checked();
    state.add_callback(new detail::callback_for<stored, T>(stored(std::forward<Function>(function))));
  }

  friend bool operator==(const future& left, const future& right) noexcept = default;
  /// An order for std::map and std::set; it says nothing about time.
  friend std::strong_ordering operator<=>(const future& left, const future& right) noexcept {
    return std::compare_three_way()(left.state_, right.state_);
  }

 private:
  friend struct detail::future_access;
  friend struct std::hash<future>;

  explicit future(detail::future_state<T>* state) noexcept : state_(state) {}

  detail::future_state<T>& checked() const {
    OVERLAP_ASSERT(state_ != nullptr, "this future is empty (default-constructed or moved from); assign one");
    return *state_;
  }

  detail::future_state<T>* state_ = nullptr;
};

/// The side that delivers a result: for executors, and for bridges from callback code.
///
/// Destroying it without a result fails its futures with broken_promise.
///
/// Threads   one at a time
/// Cost      one allocation, shared with its futures
/// Python    concurrent.futures.Future, which is both sides in one
template <class T>
class promise {
 public:
  promise() : state_(new state_type(1)) {}
  promise(promise&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  promise& operator=(promise&& other) noexcept {
    promise(std::move(other)).swap(*this);
    return *this;
  }
  ~promise() {
    if (state_ == nullptr) return;
    state_->abandon();
    state_->drop_owner();
  }
  void swap(promise& other) noexcept { std::swap(state_, other.state_); }

  /// The other side, as often as wanted.
  [[nodiscard]] future<T> get_future() const {
    auto& state = checked();
    state.add_owner();
    return detail::future_access::adopt(state);
  }

  /// Call it before the work begins: false means it was cancelled and must not begin; true means that it can
  /// no longer be cancelled. Throws invalid_state_error if it is running or done.
  [[nodiscard]] bool set_running_or_notify_cancel() const { return checked().set_running_or_notify_cancel(); }

  /// Delivers the value, wakes everybody and runs the callbacks on this thread.
  ///
  /// Throws   invalid_state_error if there is a result already or it was cancelled, and what the value's
  ///          constructor throws: the future then has no result yet.
  template <class U = T>
    requires(!std::is_void_v<T> && !std::is_reference_v<T> && std::constructible_from<T, U &&>)
  void set_result(U&& value) const {
    deliver(std::forward<U>(value));
  }
  template <class U>
    requires(std::is_reference_v<T> && std::convertible_to<U*, std::remove_reference_t<T>*>)
  void set_result(U& target) const {
    deliver(&target);
  }
  void set_result() const
    requires std::is_void_v<T>
  {
    deliver();
  }

  /// Delivers an error instead. Throws invalid_state_error as set_result does.
  void set_exception(std::exception_ptr error) const { checked().set_exception(std::move(error)); }
  template <std::derived_from<std::exception> Error>
  void set_exception(Error error) const {
    checked().set_exception(std::make_exception_ptr(std::move(error)));
  }

 private:
  using state_type = detail::future_state<T>;

  template <class... Value>
  void deliver(Value&&... value) const {
    auto& state = checked();
    state.store(std::forward<Value>(value)...);
    state.finish_result();
  }

  state_type& checked() const {
    OVERLAP_ASSERT(state_ != nullptr, "this promise was moved from; use the one it was moved to");
    return *state_;
  }

  state_type* state_ = nullptr;
};

}  // namespace overlap::futures

template <class T>
struct std::hash<overlap::futures::future<T>> {
  std::size_t operator()(const overlap::futures::future<T>& handle) const noexcept {
    return std::hash<const void*>()(handle.state_);
  }
};
