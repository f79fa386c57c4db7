// src/asyncio/shared_queue.cpp
//
// Who is woken, threads and tasks by turns.

#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/shared_queue.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

using overlap::queue::detail::monitor_lock;
using overlap::queue::detail::queue_core;

task_place::~task_place() {
  if (!has_lined_up_) return;
  const monitor_lock held(core_.guarding);
  if (is_linked()) {
    unlink();
    --line_.size;
    wake();  // nobody hears it, but a promise is kept
  } else {
    line_.pass_on(core_);
  }
}

void task_place::line_up() {
  woken_ = wake_up_.emplace().get_future();
  line_.places.push_back(*this);
  ++line_.size;
  has_lined_up_ = true;
}

void task_place::wake() noexcept {
  // The task may go on, and destroy the place, before the promise has done with its future.
  const futures::promise<void> kept = std::move(*wake_up_);
  kept.set_result();
}

bool task_line::wake_first() noexcept {
  task_place* first = places.pop_front();
  if (first == nullptr) return false;
  --size;
  first->wake();
  return true;
}

shared_queue_core::shared_queue_core(std::size_t most) noexcept
    : queue_core(most),
      tasks_putting{[](shared_queue_core& core) noexcept { core.wake_putter(); }},
      tasks_getting{[](shared_queue_core& core) noexcept { core.wake_getter(); }},
      tasks_joining{[](shared_queue_core&) noexcept {}} {}

shared_queue_core::~shared_queue_core() {
  OVERLAP_ASSERT(tasks_putting.size == 0 && tasks_getting.size == 0 && tasks_joining.size == 0,
                 "a thread_queue is destroyed while tasks wait for it: shut it down and end them first");
}

void shared_queue_core::refuse_to_block_a_loop(const monitor_lock& held) {
  if (running_loop != nullptr && held.may_block())
    throw invalid_state_error(
        "sync_q() would block the loop of this thread, and with it perhaps the task that it waits for: await "
        "async_q() in tasks");
}

void shared_queue_core::wake_getter() noexcept {
  const bool prefers_task = std::exchange(task_is_next_, !task_is_next_);
  if ((prefers_task || getting == 0) && tasks_getting.wake_first()) return;
  queue_core::wake_getter();
}

void shared_queue_core::wake_putter() noexcept {
  const bool prefers_task = std::exchange(task_is_next_, !task_is_next_);
  if ((prefers_task || putting == 0) && tasks_putting.wake_first()) return;
  queue_core::wake_putter();
}

void shared_queue_core::wake_joiners() noexcept {
  queue_core::wake_joiners();
  while (tasks_joining.wake_first()) {
  }
}

void shared_queue_core::wake_all() noexcept {
  queue_core::wake_all();
  while (tasks_getting.wake_first() || tasks_putting.wake_first()) {
  }
}

task<> join_shared_queue(shared_queue_core& core) {
  for (;;) {
    task_place place(core, core.tasks_joining);
    {
      const monitor_lock held(core.guarding);
      if (core.unfinished() == 0) co_return;
      place.line_up();
    }
    co_await place.woken();
    place.goes_on();
  }
}

}  // namespace overlap::asyncio::detail
