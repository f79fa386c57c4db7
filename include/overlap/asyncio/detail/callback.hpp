// include/overlap/asyncio/detail/callback.hpp
//
// A callable with the node that queues it: one allocation for everything that call_soon and its relatives
// need. Shared by the queue and the handle, so that cancelling after the call is harmless.
//
// Threads: the count of references is atomic, because call_soon_threadsafe makes them elsewhere; the rest
// belongs to the loop's thread.
#pragma once

#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/detail/context_slot.hpp>

namespace overlap::asyncio::detail {

struct callback : ready_node, timer {
  overlap::detail::context_storage context;
  loop_core* loop = nullptr;
  unsigned references = 1;
  bool cancelled = false;
  bool done = false;

  callback() = default;
  callback(const callback&) = delete;
  callback& operator=(const callback&) = delete;
  virtual ~callback();
  virtual void call() = 0;

  /// Calls in the context it was made in; what it throws is reported by the loop.
  void run_guarded() noexcept;

  void add_reference() noexcept { __atomic_fetch_add(&references, 1U, __ATOMIC_RELAXED); }
  void release() noexcept {
    if (__atomic_fetch_sub(&references, 1U, __ATOMIC_ACQ_REL) == 1) delete this;
  }
};

template <class Function>
struct callback_of final : callback {
  Function function;

  template <class F>
  explicit callback_of(F&& given) : function(std::forward<F>(given)) {}
  void call() override { static_cast<void>(function()); }
};

template <class Function>
callback* make_callback(Function&& function) {
  return new callback_of<std::decay_t<Function>>(std::forward<Function>(function));
}

}  // namespace overlap::asyncio::detail
