// src/futures/exit_registry.hpp
//
// Pools nobody waits for: the process does, when it exits.
//
// Threads: any.
#pragma once

namespace overlap::futures::detail {

class thread_pool_core;

/// From now on std::exit and the return from main wait for the workers of `core`. Takes a reference.
void wait_at_exit_for(thread_pool_core& core);

/// Its workers have ended. Gives the reference back.
void forget_at_exit(thread_pool_core& core) noexcept;

}  // namespace overlap::futures::detail
