// src/threading/barrier.cpp
//
// Arriving, being let through, being sent away.

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/threading/barrier.hpp>

namespace overlap::threading {

using fate = detail::barrier_waiter::fate;

barrier::barrier(std::ptrdiff_t parties, detail::barrier_action* action, duration timeout)
    : parties_(static_cast<std::size_t>(parties)), timeout_(timeout), action_(action) {
  if (parties >= 1) return;
  delete action;
  throw invalid_value_error("barrier: the number of parties is less than one");
}

barrier::~barrier() {
  {
    const detail::monitor_lock held(mutex_);
    OVERLAP_ASSERT(line_.empty(),
                   "a barrier is destroyed while threads wait at it: abort() it and join them");
  }
  delete action_;
}

std::size_t barrier::wait(wait_limit limit) {
  detail::monitor_lock held(mutex_, limit);
  detail::barrier_waiter self;
  // Before its arrival a thread breaks nothing.
  if (!held.wait(changed_, [this] { return !is_acting_; })) held.throw_limit("wait at a barrier");
  if (is_broken_) throw broken_barrier_error();
  if (waiting_ + 1 == parties_) return let_all_go(held);

  const std::size_t index = waiting_++;
  line_.push_back(self);
  if (held.wait(changed_, [&self] { return self.of_it != fate::waits; })) {
    if (self.of_it == fate::is_sent_away) throw broken_barrier_error();
    return index;
  }
  self.unlink();
  break_it();
  if (held.stopped())
    throw stopped_error("the barrier was left at the request of a stop token, which breaks it");
  throw broken_barrier_error("the time to wait at the barrier is over, which breaks it; reset() begins anew");
}

std::size_t barrier::let_all_go(detail::monitor_lock& held) {
  if (action_ != nullptr) {
    is_acting_ = true;
    is_interrupted_ = false;
    held.unlock();
    try {
      action_->call();
    } catch (...) {
      held.lock();
      is_acting_ = false;
      break_it();
      throw;
    }
    held.lock();
    is_acting_ = false;
    changed_.notify_all();
    if (is_interrupted_) throw broken_barrier_error();
  }
  end_round(fate::passes);
  return parties_ - 1;
}

void barrier::end_round(fate how) noexcept {
  while (detail::barrier_waiter* first = line_.pop_front()) first->of_it = how;
  waiting_ = 0;
  changed_.notify_all();
}

void barrier::break_it() noexcept {
  is_broken_ = true;
  is_interrupted_ = true;
  end_round(fate::is_sent_away);
}

void barrier::reset() {
  const detail::monitor_lock held(mutex_);
  is_interrupted_ = true;
  end_round(fate::is_sent_away);
  is_broken_ = false;
}

void barrier::abort() {
  const detail::monitor_lock held(mutex_);
  break_it();
}

std::size_t barrier::n_waiting() const noexcept {
  const detail::monitor_lock held(mutex_);
  return waiting_;
}

bool barrier::broken() const noexcept {
  const detail::monitor_lock held(mutex_);
  return is_broken_;
}

}  // namespace overlap::threading
