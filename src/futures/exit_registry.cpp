// src/futures/exit_registry.cpp
//
// The list, and the handler that empties it.

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "futures/exit_registry.hpp"
#include "futures/thread_pool_core.hpp"
#include "platform/current_thread.hpp"

namespace overlap::futures::detail {

namespace {

struct registry {
  std::mutex mutex;
  std::vector<thread_pool_core*> cores;
  const int process_id = platform::process_id();
};

// Never destroyed: workers may still use it while the process ends.
registry& the_registry() {
  static auto* const instance = new registry;
  return *instance;
}

void wait_for_all() {
  if (current_wait_helper != nullptr) return;  // a job called exit(): it cannot wait for itself
  if (platform::process_id() != the_registry().process_id) return;  // a forked child has none of the threads
  for (;;) {
    thread_pool_core* core = nullptr;
    {
      const std::lock_guard lock(the_registry().mutex);
      if (the_registry().cores.empty()) return;
      core = the_registry().cores.back();
      core->add_reference();
    }
    core->join_workers();
    forget_at_exit(*core);
    core->drop_reference();
  }
}

}  // namespace

void wait_at_exit_for(thread_pool_core& core) {
  {
    const std::lock_guard lock(the_registry().mutex);
    the_registry().cores.push_back(&core);
    core.add_reference();
  }
  // Once for each pool: handlers run in reverse order, and this one has to come before the destructors of
  // whatever static objects exist by now.
  std::atexit(&wait_for_all);
}

void forget_at_exit(thread_pool_core& core) noexcept {
  {
    const std::lock_guard lock(the_registry().mutex);
    auto& cores = the_registry().cores;
    const auto found = std::find(cores.begin(), cores.end(), &core);
    if (found == cores.end()) return;
    cores.erase(found);
  }
  core.drop_reference();
}

}  // namespace overlap::futures::detail
