// src/futures/thread_pool_executor.cpp
//
// The public face of thread_pool_core.

#include <utility>

#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/thread_pool_core.hpp"

namespace overlap::futures {

thread_pool_executor::thread_pool_executor(thread_pool_options options)
    : basic_executor(detail::core_user(new detail::thread_pool_core(std::move(options)))) {}

thread_pool_statistics thread_pool_executor::statistics() const {
  return static_cast<const detail::thread_pool_core&>(checked()).statistics();
}

void thread_pool_executor::submit_prioritized(detail::job& work, int priority) {
  try {
    static_cast<detail::thread_pool_core&>(checked()).enqueue_with_priority(work, priority);
  } catch (...) {
    work.cancel();
    throw;
  }
}

}  // namespace overlap::futures
