// include/overlap/base/detail/context_slot.hpp
//
// Where the context of the running code is kept. The event loop switches contexts by storing one pointer
// before each step of a task; an executor does the same around each job.
//
// Threads: the slot is per thread. A storage is used by one thread at a time; what it holds is shared.
//
// Invariants
//   1. current_context is null (the thread's own context is current) or points to a storage that outlives
//      the stretch in which it is current. Whoever stores a pointer puts the one before back.
//   2. An identity is given to at most one storage, ever.
#pragma once

#include <cstdint>
#include <utility>

#include <overlap/base/detail/context_map.hpp>

namespace overlap::detail {

/// The values that one task, job, thread or `context` has set. Copying takes a snapshot: one atomic
/// increment, or none if it is empty; later changes on either side are not seen by the other.
struct context_storage {
  constexpr context_storage() noexcept = default;
  context_storage(const context_storage& other) noexcept : values(other.values) {}
  context_storage(context_storage&& other) noexcept
      : values(std::move(other.values)), identity(std::exchange(other.identity, 0)) {}
  context_storage& operator=(context_storage other) noexcept {
    std::swap(values, other.values);
    std::swap(identity, other.identity);
    return *this;
  }
  ~context_storage() = default;

  /// For an empty one: the snapshot of another, which mostly is empty, too.
  void inherit(const context_storage& from) noexcept {
    if (!from.values.empty()) values = from.values;
  }

  context_map values;
  std::uint64_t identity = 0;  // names this storage in tokens; 0 until the first set()
};

// constinit lets the compiler read the slot without the guard that other thread_local variables need.
inline constinit thread_local context_storage* current_context = nullptr;

/// The thread's own context, current wherever nobody has stored another.
[[nodiscard]] context_storage& thread_context() noexcept;

/// The context of the running code.
[[nodiscard]] inline context_storage& active_context() noexcept {
  return current_context != nullptr ? *current_context : thread_context();
}

/// Makes a storage current until the end of the block.
class context_switch {
 public:
  explicit context_switch(context_storage& storage) noexcept : before_(current_context) {
    current_context = &storage;
  }
  context_switch(const context_switch&) = delete;
  context_switch& operator=(const context_switch&) = delete;
  ~context_switch() { current_context = before_; }

 private:
  context_storage* before_;
};

}  // namespace overlap::detail
