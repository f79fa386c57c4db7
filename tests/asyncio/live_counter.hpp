// tests/asyncio/live_counter.hpp
//
// Counts what lives: guards in coroutines show that every frame that was made is destroyed, once.
//
// Threads: any; the counts are atomic, because functions given to threads carry guards too.
#pragma once

#include <atomic>

namespace overlap::asyncio {

class live_counter {
 public:
  /// One life. A copy or a move is another one.
  class guard {
   public:
    explicit guard(live_counter& counter) noexcept : counter_(&counter) { counter_->begin(); }
    guard(const guard& other) noexcept : counter_(other.counter_) { counter_->begin(); }
    guard& operator=(const guard&) = delete;
    ~guard() { counter_->alive_.fetch_sub(1); }

   private:
    live_counter* counter_;
  };

  [[nodiscard]] guard make() noexcept { return guard(*this); }
  [[nodiscard]] int alive() const noexcept { return alive_.load(); }
  /// How many there have been. A test in which none was made has shown nothing.
  [[nodiscard]] int made() const noexcept { return made_.load(); }

 private:
  void begin() noexcept {
    alive_.fetch_add(1);
    made_.fetch_add(1);
  }

  std::atomic<int> alive_{0};
  std::atomic<int> made_{0};
};

}  // namespace overlap::asyncio
