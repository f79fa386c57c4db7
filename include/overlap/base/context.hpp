// include/overlap/base/context.hpp
//
// The values of all context variables in one place, to be carried to another task, thread or job.
//
// Threads: different copies may be used by different threads; one context by one thread at a time.
//
// Invariants
//   1. A context is run by one caller at a time, and outlives the run.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <overlap/base/context_var.hpp>

namespace overlap {

namespace detail {
/// The storage of a context object, for whoever makes it current (the event loop, an executor).
[[nodiscard]] context_storage& storage_of(context& object) noexcept;
}  // namespace detail

/// The values of all variables in one place. Copying one takes a snapshot: an atomic increment, or none when
/// it is empty.
///
/// Python   contextvars.Context
class context {
 public:
  /// A context in which no variable has a value.
  context() noexcept = default;
  context(const context& other) noexcept : storage_(other.storage_) {}
  context& operator=(const context& other) noexcept;
  ~context();

  /// A snapshot: later changes on either side are not seen by the other.
  [[nodiscard]] context copy() const noexcept { return *this; }

  /// Calls `function(arguments…)` in this context and returns its result: what it sets is set here.
  ///
  /// Throws   invalid_state_error  when this context is being run already, here or by another thread.
  ///          What the function throws.
  template <class Function, class... Arguments>
    requires std::invocable<Function, Arguments...>
  decltype(auto) run(Function&& function, Arguments&&... arguments) {
    const entrance inside(*this);
    return std::forward<Function>(function)(std::forward<Arguments>(arguments)...);
  }

  /// The value that `variable` has here, or null: its default does not count. Borrowed until it changes here.
  template <class T>
  [[nodiscard]] const T* peek(const context_var<T>& variable) const noexcept {
    const detail::context_value* value = storage_.values.find(variable.number_);
    return value != nullptr ? &context_var<T>::held::value_of(value) : nullptr;
  }

  template <class T>
  [[nodiscard]] bool contains(const context_var<T>& variable) const noexcept {
    return peek(variable) != nullptr;
  }

  /// The value that `variable` has here. Throws lookup_error if it has none. Python: context[variable]
  template <class T>
  [[nodiscard]] typename context_var<T>::read_result get(const context_var<T>& variable) const {
    const T* value = peek(variable);
    if (value == nullptr) detail::throw_no_context_value(variable.name());
    return *value;
  }

  /// The value that `variable` has here, else `fallback`.
  template <std::copy_constructible T>
  [[nodiscard]] T get(const context_var<T>& variable, std::type_identity_t<T> fallback) const {
    const T* value = peek(variable);
    return value != nullptr ? *value : std::move(fallback);
  }

  /// How many variables have a value here.
  [[nodiscard]] std::size_t size() const noexcept { return storage_.values.size(); }
  [[nodiscard]] bool empty() const noexcept { return storage_.values.empty(); }

  /// The same variables with equal values. Values of a type without == are equal when they are the same one.
  friend bool operator==(const context& left, const context& right) {
    return left.storage_.values == right.storage_.values;
  }

 private:
  friend context copy_context() noexcept;
  friend detail::context_storage& detail::storage_of(context& object) noexcept;

  class entrance {
   public:
    explicit entrance(context& entered);
    entrance(const entrance&) = delete;
    entrance& operator=(const entrance&) = delete;
    ~entrance();

   private:
    [[nodiscard]] static detail::context_storage& claim(context& entered);

    context& entered_;
    detail::context_switch switch_;
  };

  detail::context_storage storage_;
  bool is_running_ = false;  // accessed atomically: two threads may try at once
};

/// A snapshot of the current context. Python: contextvars.copy_context()
[[nodiscard]] context copy_context() noexcept;

}  // namespace overlap
