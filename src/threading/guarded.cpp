// src/threading/guarded.cpp
//
// The lock of a guarded value.

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/threading/current_thread.hpp>
#include <overlap/threading/detail/shared_lock.hpp>

namespace overlap::threading::detail {

shared_lock::~shared_lock() {
  const monitor_lock held(mutex_);
  OVERLAP_ASSERT(writer_ == 0 && readers_ == 0 && writers_waiting_ == 0 && readers_waiting_ == 0,
                 "a guarded value is destroyed while a thread uses it or waits for it");
}

void shared_lock::require_not_held(std::uint64_t self) const {
  if (writer_ == self)
    throw deadlock_error(
        "this thread holds the guarded value already and would wait for itself: use the reference it has");
}

bool shared_lock::lock(const wait_limit& limit, bool throws) {
  const std::uint64_t self = get_ident();
  monitor_lock held(mutex_, limit);
  require_not_held(self);
  ++writers_waiting_;
  const bool is_mine =
      held.wait(writers_place_, [this] { return writer_ == 0 && readers_ == 0 && admitted_ == 0; });
  --writers_waiting_;
  if (is_mine) {
    writer_ = self;
    return true;
  }
  if (writers_waiting_ == 0 && writer_ == 0) readers_place_.notify_all();  // they waited behind this one
  if (throws) held.throw_limit("lock a guarded value");
  return false;
}

bool shared_lock::lock_shared(const wait_limit& limit, bool throws) {
  monitor_lock held(mutex_, limit);
  require_not_held(get_ident());
  if (writer_ != 0 || writers_waiting_ != 0) {
    ++readers_waiting_;
    const bool may_read = held.wait(
        readers_place_, [this] { return writer_ == 0 && (admitted_ != 0 || writers_waiting_ == 0); });
    --readers_waiting_;
    if (admitted_ != 0 && (may_read || admitted_ > readers_waiting_)) --admitted_;
    if (!may_read) {
      pass_on();
      if (throws) held.throw_limit("read a guarded value");
      return false;
    }
  }
  ++readers_;
  return true;
}

void shared_lock::unlock() noexcept {
  const monitor_lock held(mutex_);
  writer_ = 0;
  admitted_ = readers_waiting_;
  if (admitted_ != 0) readers_place_.notify_all();
  pass_on();
}

void shared_lock::unlock_shared() noexcept {
  const monitor_lock held(mutex_);
  --readers_;
  pass_on();
}

void shared_lock::pass_on() noexcept {
  if (writer_ == 0 && readers_ == 0 && admitted_ == 0 && writers_waiting_ != 0) writers_place_.notify_one();
}

std::size_t shared_lock::threads_waiting() const noexcept {
  const monitor_lock held(mutex_);
  return writers_waiting_ + readers_waiting_;
}

}  // namespace overlap::threading::detail
