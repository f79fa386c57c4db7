// src/threading/rlock.cpp
//
// Owner and depth under a mutex.

#include <string>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/threading/current_thread.hpp>
#include <overlap/threading/rlock.hpp>

namespace overlap::threading {

rlock::~rlock() {
  const detail::monitor_lock held(mutex_);
  OVERLAP_ASSERT(owner_ == 0 && waiting_ == 0,
                 "an rlock is destroyed while a thread holds it or waits for it");
}

bool rlock::take(const wait_limit& limit, bool throws) {
  const std::uint64_t self = get_ident();
  detail::monitor_lock held(mutex_, limit);
  if (owner_ != self) {
    ++waiting_;
    const bool is_free = held.wait(freed_, [this] { return owner_ == 0; });
    --waiting_;
    if (!is_free) {
      if (throws) held.throw_limit("acquire an rlock");
      return false;
    }
    owner_ = self;
  }
  ++depth_;
  return true;
}

bool rlock::give_back() noexcept {
  const std::uint64_t self = get_ident();
  const detail::monitor_lock held(mutex_);
  if (owner_ != self) return false;
  if (--depth_ != 0) return true;
  owner_ = 0;
  if (waiting_ != 0) freed_.notify_one();
  return true;
}

void rlock::release() {
  if (!give_back()) throw invalid_state_error("release: the calling thread does not hold the rlock");
}

void rlock::guard_ends() noexcept {
  const bool was_owned = give_back();
  OVERLAP_ASSERT(was_owned, "the guard of an rlock ends on another thread than the one that acquired it");
}

void rlock::require_owned(const char* call) const {
  if (!is_owned())
    throw invalid_state_error(std::string(call) + ": the calling thread does not hold the rlock");
}

std::size_t rlock::release_all() noexcept {
  const detail::monitor_lock held(mutex_);
  const std::size_t depth = std::exchange(depth_, 0);
  owner_ = 0;
  if (waiting_ != 0) freed_.notify_one();
  return depth;
}

void rlock::take_again(std::size_t depth) noexcept {
  detail::monitor_lock held(mutex_);
  ++waiting_;
  held.wait(freed_, [this] { return owner_ == 0; });
  --waiting_;
  owner_ = get_ident();
  depth_ = depth;
}

bool rlock::locked() const noexcept {
  const detail::monitor_lock held(mutex_);
  return owner_ != 0;
}

bool rlock::is_owned() const noexcept {
  const detail::monitor_lock held(mutex_);
  return owner_ == get_ident();
}

rlock_statistics rlock::statistics() const noexcept {
  const detail::monitor_lock held(mutex_);
  return {.locked = owner_ != 0, .owner = owner_, .depth = depth_, .threads_waiting = waiting_};
}

}  // namespace overlap::threading
