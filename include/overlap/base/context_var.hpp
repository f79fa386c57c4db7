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
//   2. A context is run by one caller at a time.
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

/// The storage of a context object, for whoever makes it current (the event loop, an executor).
[[nodiscard]] context_storage& storage_of(context& object) noexcept;
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

/// The values of all variables in one place. Copying one takes a snapshot: an atomic increment, or none when
/// it is empty.
///
/// Threads  Different copies may be used by different threads; one context by one thread at a time.
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
