// include/overlap/base/context_var.hpp
//
// Variables whose value belongs to the task, thread or job that runs: the id of a request, the user it is
// for, the span of a trace. A task starts with the values of the task that created it, and what it sets is
// seen by itself and by what it creates afterwards, by nobody else.
//
// Threads: a variable may be used from any thread; each sees the values of its own context. Values are
// shared between contexts and therefore only ever const: reading one must be safe in several threads.
//
// Invariants
//   1. A value lives at least as long as a context that holds it, also when its variable is gone.
//   2. A variable's number is never given to another one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <overlap/base/detail/context_slot.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/shared_text.hpp>

namespace overlap {

template <class T>
class context_var;
class context;

namespace detail {
template <class T>
struct typed_context_value final : context_value {
  explicit typed_context_value(T value_)
      : context_value(&destroy_value, &equal_values), value(std::move(value_)) {}

  static void destroy_value(const shared_object* object) noexcept {
    delete static_cast<const typed_context_value*>(object);
  }
  static bool equal_values(const context_value& left, const context_value& right) {
    if constexpr (std::equality_comparable<T>) {
      return value_of(&left) == value_of(&right);
    } else {
      return &left == &right;
    }
  }
  [[nodiscard]] static const T& value_of(const context_value* held) noexcept {
    return static_cast<const typed_context_value*>(held)->value;
  }

  T value;
};

/// One set() and all that is needed to take it back.
struct context_change {
  std::uint64_t number = 0;             // of the variable
  std::uint64_t identity = 0;           // of the storage in which it was set
  shared_reference<context_value> old;  // null: there was none
  bool is_used = true;
};

[[nodiscard]] std::uint64_t next_context_number() noexcept;
[[nodiscard]] context_change change_context(std::uint64_t number, shared_reference<context_value> value);
void undo_context_change(context_change& change, std::uint64_t number, std::string_view name);
[[noreturn]] void throw_no_context_value(std::string_view name);
}  // namespace detail

/// Remembers what a variable was before a set(), for reset(). Dropping it changes nothing.
///
/// Python   contextvars.Token
template <class T>
class context_token {
 public:
  context_token(context_token&& other) noexcept
      : variable_(other.variable_), change_(std::exchange(other.change_, {})) {}
  context_token& operator=(context_token&& other) noexcept {
    variable_ = other.variable_;
    change_ = std::exchange(other.change_, {});
    return *this;
  }
  ~context_token() = default;

  /// The variable, which must still be there.
  [[nodiscard]] const context_var<T>& var() const noexcept { return *variable_; }

  /// The value before, or null if the variable had none in that context. Borrowed from the token.
  [[nodiscard]] const T* old_value() const& noexcept {
    return change_.old ? &detail::typed_context_value<T>::value_of(change_.old.get()) : nullptr;
  }
  void old_value() const&& = delete;

 private:
  friend class context_var<T>;
  context_token(const context_var<T>* variable, detail::context_change change) noexcept
      : variable_(variable), change_(std::move(change)) {}

  const context_var<T>* variable_;
  detail::context_change change_;
};

/// Gives a variable a value until the end of the block: what context_var::scoped_set() returns.
///
/// Where the block is left in another context than it was entered in (the frame of a coroutine is destroyed
/// by somebody else), nothing is put back: the value went with its context.
///
/// Python   with var.set(value):
template <class T>
class [[nodiscard("the old value comes back at once if this is not kept")]] scoped_context_value {
 public:
  scoped_context_value(const scoped_context_value&) = delete;
  scoped_context_value& operator=(const scoped_context_value&) = delete;
  ~scoped_context_value() {
    if (detail::active_context().identity == change_.identity) {
      detail::undo_context_change(change_, change_.number, {});
    }
  }

 private:
  friend class context_var<T>;
  explicit scoped_context_value(detail::context_change change) noexcept : change_(std::move(change)) {}

  detail::context_change change_;
};

/// A variable whose value belongs to the current context. Make it at namespace scope or static.
///
///     inline const overlap::context_var<std::string> request_id("request_id");
///
/// T is any object type that can be moved; one that cannot be copied is read by reference.
///
/// Python   contextvars.ContextVar
template <class T>
class context_var {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && std::move_constructible<T>,
                "a context variable holds an object that can be moved into it");
  using held = detail::typed_context_value<T>;
  // A copy cannot dangle when the variable is set again while it is in use.
  using read_result = std::conditional_t<std::is_copy_constructible_v<T>, T, const T&>;

 public:
  /// A variable without a default. `name` is for errors and diagnostics.
  explicit context_var(shared_text name) : name_(std::move(name)) {}

  /// A variable that has `default_value` wherever it was not set.
  context_var(shared_text name, T default_value)
      : name_(std::move(name)), default_(made(std::move(default_value))) {}

  context_var(const context_var&) = delete;
  context_var& operator=(const context_var&) = delete;
  ~context_var() = default;

  [[nodiscard]] std::string_view name() const noexcept { return name_.view(); }

  /// The value in the current context, else the default. A copy; for a type that cannot be copied a
  /// reference with the lifetime that peek() has.
  ///
  /// Throws   lookup_error  when there is neither.
  [[nodiscard]] read_result get() const {
    const T* value = peek();
    if (value == nullptr) detail::throw_no_context_value(name());
    return *value;
  }

  /// The value in the current context, else `fallback`, whatever the default is.
  [[nodiscard]] T get(T fallback) const
    requires std::copy_constructible<T>
  {
    const detail::context_value* value = detail::active_context().values.find(number_);
    return value != nullptr ? held::value_of(value) : std::move(fallback);
  }

  /// The value in the current context, else the default, else null: without a copy. Borrowed until this
  /// context sets or resets the variable, or ends.
  ///
  /// Cost   2 to 5 ns
  [[nodiscard]] const T* peek() const noexcept {
    const detail::context_value* value = detail::active_context().values.find(number_);
    if (value == nullptr) value = default_.get();
    return value != nullptr ? &held::value_of(value) : nullptr;
  }

  /// Gives the variable a value in the current context. The token takes it back: reset().
  ///
  /// Cost   two allocations: the value, and a node of the context for every 16 variables of the program.
  context_token<T> set(T value) const {
    return context_token<T>(this, detail::change_context(number_, made(std::move(value))));
  }

  /// set(), undone at the end of the block: `auto scope = request_id.scoped_set("17");`
  scoped_context_value<T> scoped_set(T value) const {
    return scoped_context_value<T>(detail::change_context(number_, made(std::move(value))));
  }

  /// Gives the variable back what it had before the set() that returned `token`.
  ///
  /// Throws   invalid_state_error  when the token has been used (or was moved from).
  ///          invalid_value_error  when it is another variable's, or was made in another context.
  void reset(context_token<T>& token) const { detail::undo_context_change(token.change_, number_, name()); }
  void reset(context_token<T>&& token) const { reset(token); }

 private:
  friend class context;

  [[nodiscard]] static detail::shared_reference<detail::context_value> made(T value) {
    return detail::shared_reference<detail::context_value>::adopt(new held(std::move(value)));
  }

  shared_text name_;
  std::uint64_t number_ = detail::next_context_number();
  detail::shared_reference<detail::context_value> default_;
};

}  // namespace overlap
