// include/overlap/threading/guarded.hpp
//
// A value that can be reached only under its lock.
//
// Threads: any, all members; an access ends on the thread that has it.
//
// Invariants
//   1. There is either one exclusive access, or any number of shared ones.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <overlap/threading/detail/invoke.hpp>
#include <overlap/threading/detail/shared_lock.hpp>

namespace overlap::threading {

template <class T>
class guarded;

/// The value of a `guarded`, locked as long as this lives: exclusively if T is not const, else shared with
/// other readers. Used as a pointer. Do not keep pointers or references into the value beyond it.
template <class T>
class [[nodiscard("the value is unlocked at once if the access is not kept")]] guarded_access {
  using owner = guarded<std::remove_const_t<T>>;
  using owner_pointer = std::conditional_t<std::is_const_v<T>, const owner*, owner*>;

 public:
  guarded_access(guarded_access&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  guarded_access& operator=(guarded_access other) noexcept {
    std::swap(owner_, other.owner_);
    return *this;
  }
  ~guarded_access() { release(); }

  /// Whether it has the value: always, but for an access of try_lock() or try_read() whose limit came first.
  explicit operator bool() const noexcept { return owner_ != nullptr; }
  [[nodiscard]] T& operator*() const noexcept { return owner_->value_; }
  [[nodiscard]] T* operator->() const noexcept { return __builtin_addressof(owner_->value_); }

  /// Unlocks it now; the value must not be used any more. A second call does nothing.
  void release() noexcept {
    if (owner_ == nullptr) return;
    if constexpr (std::is_const_v<T>) {
      std::exchange(owner_, nullptr)->lock_.unlock_shared();
    } else {
      std::exchange(owner_, nullptr)->lock_.unlock();
    }
  }

 private:
  friend owner;
  explicit guarded_access(owner_pointer locked) noexcept : owner_(locked) {}

  owner_pointer owner_;
};

/// A value with its lock: nobody can forget to take it, or take another one.
///
///   threading::guarded<std::map<std::string, int>> hits;
///   hits.with([&](auto& map) { ++map[page]; });          // alone
///   auto seen = hits.read([&](const auto& map) { return map.size(); });    // together with other readers
///   {
///     auto locked = hits.lock();                         // the same for several statements
///     locked->erase(page);
///   }
///   if (auto locked = hits.try_lock(10ms)) locked->clear();
///
/// First readers that wait, then the next writer: neither starves. Locking it twice on one thread is a
/// deadlock_error if the first lock is exclusive; a second shared one may wait for a writer that waits for
/// the first, and an exclusive one waits for the own shared one: do not nest them.
///
/// Throws   what may wait throws timeout_error and stopped_error when its limit comes
/// Cost     about four std::mutex operations for a lock and its end
/// Python   none: a Lock and the discipline to take it
template <class T>
class guarded {
  static_assert(std::is_object_v<T> && !std::is_const_v<T>, "guard an object that may change");

 public:
  using access = guarded_access<T>;
  using shared_access = guarded_access<const T>;

  /// Makes the value of `arguments`.
  template <class... Arguments>
    requires std::is_constructible_v<T, Arguments...>
  explicit guarded(Arguments&&... arguments) : value_(std::forward<Arguments>(arguments)...) {}
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;
  ~guarded() = default;

  /// Calls `function(value)` while nobody else sees the value, and returns what it returns: not a reference,
  /// which would be to a value that is no longer locked.
  template <class Function>
    requires std::is_invocable_v<Function, T&>
  auto with(Function&& function, wait_limit limit = {}) {
    refuse_references<std::invoke_result_t<Function, T&>>();
    const access locked = lock(limit);
    return detail::invoke(std::forward<Function>(function), *locked);
  }
  /// The same for reading, at the same time as other readers.
  template <class Function>
    requires std::is_invocable_v<Function, const T&>
  auto read(Function&& function, wait_limit limit = {}) const {
    refuse_references<std::invoke_result_t<Function, const T&>>();
    const shared_access locked = read(limit);
    return detail::invoke(std::forward<Function>(function), *locked);
  }

  /// Exclusive access, for as long as it is kept.
  access lock(wait_limit limit = {}) {
    lock_.lock(limit, true);
    return access(this);
  }
  /// The same, or an empty access if the limit comes first; by default it only looks.
  [[nodiscard]] access try_lock(wait_limit limit = duration()) {
    return access(lock_.lock(limit, false) ? this : nullptr);
  }

  /// Shared access, for as long as it is kept.
  shared_access read(wait_limit limit = {}) const {
    lock_.lock_shared(limit, true);
    return shared_access(this);
  }
  /// The same, or an empty access if the limit comes first; by default it only looks.
  [[nodiscard]] shared_access try_read(wait_limit limit = duration()) const {
    return shared_access(lock_.lock_shared(limit, false) ? this : nullptr);
  }

  /// How many threads wait for it.
  [[nodiscard]] std::size_t threads_waiting() const noexcept { return lock_.threads_waiting(); }

 private:
  friend access;
  friend shared_access;

  template <class Result>
  static constexpr void refuse_references() {
    static_assert(!std::is_reference_v<Result>,
                  "a reference would outlive the lock: return a value, or use lock() or read()");
  }

  mutable detail::shared_lock lock_;
  T value_;
};

}  // namespace overlap::threading
