// include/overlap/futures/detail/unique_function.hpp
//
// A callable of any type behind one signature: std::move_only_function without C++23 and without
// <functional>.
//
// Threads: a value type; no shared state.
//
// Invariants
//   1. operations_ is null exactly while it is empty.
//   2. What fits three pointers and moves without throwing lives inside; the rest on the heap.
#pragma once

#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include <overlap/base/assert.hpp>
#include <overlap/futures/detail/invoke.hpp>

namespace overlap::futures::detail {

template <class Signature>
class unique_function;

template <class Result, class... Arguments>
class unique_function<Result(Arguments...)> {
  static constexpr std::size_t inside_bytes = 3 * sizeof(void*);

  struct operations {
    Result (*call)(void* storage, Arguments&&... arguments);
    void (*move)(void* from, void* to) noexcept;  // leaves nothing at `from`
    void (*destroy)(void* storage) noexcept;
  };

  template <class Function>
  static constexpr bool fits = sizeof(Function) <= inside_bytes && alignof(Function) <= alignof(void*) &&
                               std::is_nothrow_move_constructible_v<Function>;

  template <class Function>
  static Function& inside(void* storage) noexcept {
    return *std::launder(static_cast<Function*>(storage));
  }

  template <class Function>
  static Result call_as_result(Function& function, Arguments&&... arguments) {
    if constexpr (std::is_void_v<Result>) {
      static_cast<void>(detail::invoke(function, std::forward<Arguments>(arguments)...));
    } else {
      return detail::invoke(function, std::forward<Arguments>(arguments)...);
    }
  }

  template <class Function>
  static constexpr operations inside_operations{
      [](void* storage, Arguments&&... arguments) -> Result {
        return call_as_result(inside<Function>(storage), std::forward<Arguments>(arguments)...);
      },
      [](void* from, void* to) noexcept {
        ::new (to) Function(std::move(inside<Function>(from)));
        inside<Function>(from).~Function();
      },
      [](void* storage) noexcept { inside<Function>(storage).~Function(); }};

  template <class Function>
  static constexpr operations outside_operations{
      [](void* storage, Arguments&&... arguments) -> Result {
        return call_as_result(*inside<Function*>(storage), std::forward<Arguments>(arguments)...);
      },
      [](void* from, void* to) noexcept { ::new (to) Function*(inside<Function*>(from)); },
      [](void* storage) noexcept { delete inside<Function*>(storage); }};

 public:
  unique_function() noexcept = default;
  unique_function(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): as std::function

  template <class Function, class Stored = std::decay_t<Function>>
    requires(!std::same_as<Stored, unique_function> && std::is_invocable_r_v<Result, Stored&, Arguments...>)
  unique_function(Function&& function) {  // NOLINT(google-explicit-constructor): as std::function
    if constexpr (std::is_pointer_v<Stored> || std::is_member_pointer_v<Stored>) {
      if (function == nullptr) return;
    }
    if constexpr (fits<Stored>) {
      ::new (static_cast<void*>(storage_)) Stored(std::forward<Function>(function));
      operations_ = &inside_operations<Stored>;
    } else {
      ::new (static_cast<void*>(storage_)) Stored*(new Stored(std::forward<Function>(function)));
      operations_ = &outside_operations<Stored>;
    }
  }

  unique_function(unique_function&& other) noexcept { take(other); }
  unique_function& operator=(unique_function&& other) noexcept {
    if (this != &other) {
      clear();
      take(other);
    }
    return *this;
  }
  ~unique_function() { clear(); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  Result operator()(Arguments... arguments) {
    OVERLAP_ASSERT(operations_ != nullptr, "this function object is empty; give it a function first");
    return operations_->call(storage_, std::forward<Arguments>(arguments)...);
  }

 private:
  void take(unique_function& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
  }
  void clear() noexcept {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(storage_);
  }

  alignas(void*) unsigned char storage_[inside_bytes];
  const operations* operations_ = nullptr;
};

}  // namespace overlap::futures::detail
