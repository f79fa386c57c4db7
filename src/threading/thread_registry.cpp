// src/threading/thread_registry.cpp
//
// The list of threads, and the handler that waits for them at exit.

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "platform/current_thread.hpp"
#include "threading/thread_registry.hpp"

namespace overlap::threading::detail {

namespace {

struct registry {
  mutex guarding;
  intrusive_list<thread_record> alive;
  std::size_t count = 0;
  thread_reference last_ended;  // of those left to the process; not joined yet
  const int process_id = platform::process_id();
};

// Never destroyed: threads may still use it while the process ends.
registry& the_registry() {
  static auto* const instance = new registry;
  return *instance;
}

// A thread that the exit has to wait for, or nothing.
thread_reference next_to_wait_for() {
  registry& all = the_registry();
  const monitor_lock held(all.guarding);
  for (thread_record* each = all.alive.front(); each != nullptr; each = all.alive.next(*each))
    if (!each->is_foreign() && each != current_record()) return thread_reference::share(each);
  return std::exchange(all.last_ended, thread_reference());
}

void wait_for_all() {
  if (platform::process_id() != the_registry().process_id) return;  // a forked child has none of the threads
  while (const thread_reference next = next_to_wait_for())
    static_cast<thread_record&>(const_cast<thread_state&>(*next)).finish_at_exit();
}

}  // namespace

std::uint64_t next_thread_ident() noexcept {
  static std::atomic<std::uint64_t> last{1};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

void enlist(thread_record& record) {
  static std::once_flag registered;
  if (!record.is_foreign()) std::call_once(registered, [] { std::atexit(&wait_for_all); });
  registry& all = the_registry();
  const monitor_lock held(all.guarding);
  all.alive.push_back(record);
  ++all.count;
}

void delist(thread_record& record) noexcept {
  registry& all = the_registry();
  const monitor_lock held(all.guarding);
  record.unlink();
  --all.count;
}

thread_record& main_record() {
  static thread_record& record = []() -> thread_record& {
    const auto native = static_cast<unsigned long>(platform::process_id());
    auto* made = new thread_record(1, native, "MainThread");
    registry& all = the_registry();
    const monitor_lock held(all.guarding);
    all.alive.push_front(*made);
    ++all.count;
    return *made;
  }();
  return record;
}

std::vector<thread_handle> alive_threads() {
  main_record();
  std::vector<thread_handle> handles;
  handles.reserve(alive_thread_count());
  registry& all = the_registry();
  const monitor_lock held(all.guarding);
  for (thread_record* each = all.alive.front(); each != nullptr; each = all.alive.next(*each))
    handles.push_back(each->handle());
  return handles;
}

std::size_t alive_thread_count() noexcept {
  main_record();
  registry& all = the_registry();
  const monitor_lock held(all.guarding);
  return all.count;
}

void collect_later(thread_record& ended) noexcept {
  registry& all = the_registry();
  thread_reference before = thread_reference::share(&ended);
  {
    const monitor_lock held(all.guarding);
    std::swap(before, all.last_ended);
  }
  if (before) static_cast<thread_record&>(const_cast<thread_state&>(*before)).finish_at_exit();
}

}  // namespace overlap::threading::detail
