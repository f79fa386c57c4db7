// include/overlap/asyncio/detail/scope_resource.hpp
//
// What a timeout, a task_group and a cancel_scope have in common: they are entered by `with`, own a scope
// while the body runs, and say what its end means.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. `body` is not null exactly while the resource is entered; a resource is entered at most once.
//   2. A resource moves only before it is entered.
#pragma once

#include <optional>
#include <utility>

#include <overlap/asyncio/detail/scoped_body.hpp>
#include <overlap/base/assert.hpp>

namespace overlap::asyncio::detail {

struct with_wait;

class scope_resource {
 public:
  scope_resource() noexcept = default;
  scope_resource(scope_resource&& other) noexcept {
    OVERLAP_ASSERT(other.stage_ == stage::fresh, "move this before `with` enters it, not while it is inside");
    static_cast<void>(other);
  }
  scope_resource& operator=(scope_resource&&) = delete;

 protected:
  enum class stage : unsigned char { fresh, entered, left };

  virtual ~scope_resource() = default;

  /// The scope is there, the body has not started.
  virtual void on_enter() {}
  /// The body has ended. False: others are still inside, and leave_now() will be called.
  virtual bool on_body_end() { return true; }
  /// Everything inside has ended, and the scope is about to be left: does the stop go on outwards?
  [[nodiscard]] virtual bool passes_stop_on() const;
  /// Called when the awaiting task goes on: throws what there is to throw, but not the body's own error.
  virtual void throw_errors() {}
  /// Whether throw_errors() has dealt with the body's error too.
  [[nodiscard]] virtual bool takes_body_error() const noexcept { return false; }

  /// The scope itself was cancelled, and no outer one was: the stop ends here.
  [[nodiscard]] bool only_own_scope_cancelled() const noexcept;

  void leave_now();

  scoped_body* body_ = nullptr;
  stage stage_ = stage::fresh;

 private:
  friend struct with_wait;
  with_wait* wait_ = nullptr;
};

/// The awaiter of `with` for one scope_resource, less the types of body and value.
struct with_wait : scoped_wait {
  scoped_body body;

  with_wait() noexcept = default;
  with_wait(const with_wait&) = delete;
  with_wait& operator=(const with_wait&) = delete;

  /// Enters, makes the body and starts it. False: all is over already.
  bool begin(frame& awaiting, scope_resource& resource);
  /// Throws what has to be thrown; true if there is a value to take.
  bool settle(scope_resource& resource);

  virtual promise_base& make_body() = 0;

 protected:
  virtual ~with_wait() = default;  // only its derived awaiters are ever destroyed

 private:
  friend scope_resource;
  void leave();
  scope_resource* resource_ = nullptr;
};

/// For resources under which a body without a value always ends in a throw.
[[noreturn]] void unreachable_without_value();
[[noreturn]] void throw_never_started();
[[noreturn]] void throw_group_cancelled();

template <class T>
struct optional_result {
  using type = std::optional<T>;
};
template <class T>
struct optional_result<T&> {
  using type = T*;
};
template <>
struct optional_result<void> {
  using type = void;
};
/// std::optional, also for void and references.
template <class T>
using optional_of = typename optional_result<T>::type;

}  // namespace overlap::asyncio::detail
