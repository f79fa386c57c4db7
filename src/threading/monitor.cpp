// src/threading/monitor.cpp
//
// The only place that knows what mutexes, conditions and stop callbacks are.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <stop_token>
#include <string>

#include <overlap/threading/detail/monitor.hpp>
#include <overlap/threading/errors.hpp>

#include "platform/clock.hpp"

namespace overlap::threading {

namespace detail {

namespace {

template <class T, std::size_t Size>
T& made_in(unsigned char (&storage)[Size]) noexcept {
  static_assert(sizeof(T) <= Size && alignof(T) <= alignof(void*), "make the storage in monitor.hpp larger");
  return *std::launder(reinterpret_cast<T*>(storage));
}

// The moment on std::chrono's clock, which is the monotonic one of platform/clock.hpp.
std::chrono::steady_clock::time_point standard(time_point moment) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(moment.since_start().nanoseconds()));
}

}  // namespace

mutex::mutex() noexcept { ::new (static_cast<void*>(storage_)) std::mutex; }
mutex::~mutex() { made_in<std::mutex>(storage_).~mutex(); }
void mutex::lock() noexcept { made_in<std::mutex>(storage_).lock(); }
void mutex::unlock() noexcept { made_in<std::mutex>(storage_).unlock(); }

condition_place::condition_place() noexcept { ::new (static_cast<void*>(storage_)) std::condition_variable; }
condition_place::~condition_place() { made_in<std::condition_variable>(storage_).~condition_variable(); }
void condition_place::notify_one() noexcept { made_in<std::condition_variable>(storage_).notify_one(); }
void condition_place::notify_all() noexcept { made_in<std::condition_variable>(storage_).notify_all(); }

// Wakes who waits at the place: all of them, because there is no way to wake a certain one.
struct monitor_lock::wake_up {
  mutex& guarding;
  condition_place& place;

  void operator()() const noexcept {
    const std::lock_guard held(guarding);
    place.notify_all();
  }
};

bool monitor_lock::sleep(condition_place& place) {
  if (limit_.stop_requested() || limit_.timeout() <= duration()) return false;
  if (!has_slept_) {
    has_slept_ = true;
    if (!limit_.timeout().is_infinite()) until_ = platform::monotonic_clock().now() + limit_.timeout();
    if (limit_.has_stop_token()) {
      unlock();  // a stop that was requested already calls back at once, and the callback locks
      add_callback(place);
      lock();
      return true;  // look again: it was unlocked
    }
  }

  auto& condition = made_in<std::condition_variable>(place.storage_);
  std::unique_lock held(made_in<std::mutex>(mutex_.storage_), std::adopt_lock);
  bool in_time = true;
  if (limit_.timeout().is_infinite()) {
    condition.wait(held);
  } else {
    in_time = condition.wait_until(held, standard(until_)) == std::cv_status::no_timeout;
  }
  held.release();
  return in_time;
}

void monitor_lock::add_callback(condition_place& place) {
  using callback = std::stop_callback<wake_up>;
  static_assert(sizeof(callback) <= sizeof callback_ && alignof(callback) <= alignof(void*));
  std::stop_token token;
  if (limit_.control_ != nullptr) {
    limit_.control_->assign_token_to(&token);
  } else {
    token = *static_cast<const std::stop_token*>(limit_.token_);
  }
  ::new (static_cast<void*>(callback_)) callback(std::move(token), wake_up{mutex_, place});
  has_callback_ = true;
}

void monitor_lock::forget_callback() noexcept {
  made_in<std::stop_callback<wake_up>>(callback_).~stop_callback();
}

void monitor_lock::throw_limit(const char* while_doing) const {
  if (stopped())
    throw stopped_error(std::string(while_doing) + ": the stop token of the call was asked to stop");
  throw timeout_error(std::string(while_doing) + ": not within " +
                      std::to_string(limit_.timeout().seconds()) + " s");
}

}  // namespace detail

bool wait_limit::stop_requested() const noexcept {
  if (control_ != nullptr) return control_->stop_requested();
  return token_ != nullptr && static_cast<const std::stop_token*>(token_)->stop_requested();
}

}  // namespace overlap::threading
