// src/asyncio/interruption.cpp
//
// The dump reads the list of tasks from inside a signal handler, possibly in the middle of a change of that
// list. The process is about to end, so a rough answer is better than none; it is bounded, allocates nothing
// and takes no lock.

#include <atomic>

#include <overlap/asyncio/detail/task_record.hpp>

#include "asyncio/event_loop_state.hpp"
#include "asyncio/interruption.hpp"
#include "platform/standard_error.hpp"

namespace overlap::asyncio::detail {

namespace {

constexpr unsigned listed_max = 50;

std::atomic<event_loop_state*> interrupted_loop{nullptr};

void dump_tasks() noexcept {
  platform::write_standard_error("\ninterrupted twice: ending at once; tasks that were running:\n");
  const event_loop_state* loop = interrupted_loop.load(std::memory_order_acquire);
  if (loop == nullptr) return;
  const task_record* record = loop->task_after(nullptr);
  for (unsigned listed = 0; record != nullptr && listed < listed_max; ++listed) {
    const std::source_location& place =
        record->innermost->leaf != nullptr ? record->innermost->leaf->suspended->place : record->place;
    platform::write_standard_error("  task-");
    platform::write_standard_error(record->id);
    platform::write_standard_error(" ");
    platform::write_standard_error(record->name.view());
    platform::write_standard_error(record->innermost->leaf != nullptr ? " waits at " : " created at ");
    platform::write_standard_error(place.file_name());
    platform::write_standard_error(":");
    platform::write_standard_error(static_cast<unsigned long>(place.line()));
    platform::write_standard_error("\n");
    record = loop->task_after(record);
  }
}

}  // namespace

interruption::interruption(event_loop_state& loop) : guard_(*loop.reactor) {
  if (!guard_.is_active()) return;
  interrupted_loop.store(&loop, std::memory_order_release);
  platform::set_second_interrupt_dump(&dump_tasks);
}

interruption::~interruption() {
  if (!guard_.is_active()) return;
  platform::set_second_interrupt_dump(nullptr);
  interrupted_loop.store(nullptr, std::memory_order_release);
}

}  // namespace overlap::asyncio::detail
