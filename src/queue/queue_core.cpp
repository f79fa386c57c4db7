// src/queue/queue_core.cpp
//
// What queues do without knowing their items: waiting, waking, counting them done, the errors.

#include <string>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/queue/detail/queue_core.hpp>
#include <overlap/queue/errors.hpp>
#include <overlap/threading/errors.hpp>

namespace overlap::queue::detail {

namespace {

// Counts a waiting thread.
class counted {
 public:
  explicit counted(std::size_t& waiting) noexcept : waiting_(waiting) { ++waiting_; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --waiting_; }

 private:
  std::size_t& waiting_;
};

std::string seconds_of(const wait_limit& limit) { return std::to_string(limit.timeout().seconds()) + " s"; }

}  // namespace

queue_core::~queue_core() {
  // Taken so that whoever has woken the destroyer has left.
  const monitor_lock held(guarding);
  OVERLAP_ASSERT(putting == 0 && getting == 0 && joining == 0,
                 "a queue is destroyed while threads wait for it: shut it down and join them first");
}

passage queue_core::wait_for_item(monitor_lock& held) {
  if (stored == 0 && !is_shut_down) {
    const counted waiting(getting);
    held.wait(not_empty_, [this] { return stored != 0 || is_shut_down; });
  }
  return item_state();
}

passage queue_core::wait_for_room(monitor_lock& held) {
  if (stored >= capacity && !is_shut_down) {
    const counted waiting(putting);
    held.wait(not_full_, [this] { return stored < capacity || is_shut_down; });
  }
  return room_state();
}

bool queue_core::wait_until_finished(monitor_lock& held) {
  const counted waiting(joining);
  return held.wait(all_done_, [this] { return unfinished() == 0; });
}

void queue_core::wake_getter() noexcept {
  if (getting != 0) not_empty_.notify_one();
}
void queue_core::wake_putter() noexcept {
  if (putting != 0) not_full_.notify_one();
}
void queue_core::wake_joiners() noexcept {
  if (joining != 0) all_done_.notify_all();
}
void queue_core::wake_all() noexcept {
  not_empty_.notify_all();
  not_full_.notify_all();
}

void queue_core::task_done() {
  const monitor_lock held(guarding);
  if (unfinished() == 0)
    throw invalid_value_error(
        "task_done: called more often than items were put; call it once an item, and not for tickets, "
        "which do it themselves");
  finish(1);
}

void queue_core::finish_one() noexcept {
  const monitor_lock held(guarding);
  OVERLAP_ASSERT(unfinished() != 0,
                 "an item was reported done twice: do not call task_done() for an item that has a ticket");
  finish(1);
}

void queue_core::finish_dropped(std::size_t count) noexcept {
  stored -= count;
  // task_done() may have been called too often, for items that were never taken.
  finish(count < unfinished() ? count : unfinished());
}

void queue_core::finish(std::size_t count) noexcept {
  done += count;
  if (unfinished() == 0) wake_joiners();
}

const wait_limit& checked(const wait_limit& limit) {
  if (limit.timeout() < duration())
    throw invalid_value_error("the time-out of a queue is negative; 0 only looks, no time-out waits");
  return limit;
}

void throw_no_item(passage why, const monitor_lock& held, const wait_limit& limit) {
  if (why == passage::over) throw shut_down();
  if (held.stopped()) held.throw_limit("get an item from a queue");
  throw empty("get: no item came within " + seconds_of(limit));
}

void throw_no_room(passage why, const monitor_lock& held, const wait_limit& limit) {
  if (why == passage::over) throw shut_down();
  if (held.stopped()) held.throw_limit("put an item into a queue");
  throw full("put: the queue was full for " + seconds_of(limit) + "; are there enough consumers?");
}

void throw_no_item(passage why) {
  if (why == passage::over) throw shut_down();
  throw empty();
}

void throw_no_room(passage why) {
  if (why == passage::over) throw shut_down();
  throw full();
}

}  // namespace overlap::queue::detail
