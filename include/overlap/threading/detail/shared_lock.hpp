// include/overlap/threading/detail/shared_lock.hpp
//
// One writer or many readers, with time-outs and stop tokens.
//
// Threads: any.
//
// Invariants
//   1. While writer_ is not 0, readers_ is 0.
//   2. Turns alternate: new readers wait behind a waiting writer, and a writer that leaves lets in the
//   readers
//      that wait by then, before the next writer. So neither side starves.
//   3. admitted_ <= readers that wait.
#pragma once

#include <cstddef>
#include <cstdint>

#include <overlap/threading/detail/monitor.hpp>

namespace overlap::threading::detail {

class shared_lock {
 public:
  shared_lock() noexcept = default;
  shared_lock(const shared_lock&) = delete;
  shared_lock& operator=(const shared_lock&) = delete;
  ~shared_lock();

  /// False, or an exception if `throws`, when the limit comes first. Throws deadlock_error if the calling
  /// thread holds it for writing.
  bool lock(const wait_limit& limit, bool throws);
  bool lock_shared(const wait_limit& limit, bool throws);
  void unlock() noexcept;
  void unlock_shared() noexcept;

  [[nodiscard]] std::size_t threads_waiting() const noexcept;

 private:
  void require_not_held(std::uint64_t self) const;
  void pass_on() noexcept;

  mutable mutex mutex_;
  condition_place writers_place_;
  condition_place readers_place_;
  std::uint64_t writer_ = 0;  // thread_handle::ident
  std::size_t readers_ = 0;
  std::size_t writers_waiting_ = 0;
  std::size_t readers_waiting_ = 0;
  std::size_t admitted_ = 0;
};

}  // namespace overlap::threading::detail
