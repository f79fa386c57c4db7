// include/overlap/threading/timer.hpp
//
// A function that is called after a while, unless it is cancelled before.
//
// Threads: as thread.
//
// Invariants
//   1. The function is called at most once, and never after cancel() unless it has begun.
#pragma once

#include <type_traits>
#include <utility>

#include <overlap/base/duration.hpp>
#include <overlap/threading/thread.hpp>

namespace overlap::threading {

/// A thread that waits for `interval` after start() and then calls a function.
///
///   threading::timer reminder(30s, [] { remind(); });
///   reminder.start();
///   …
///   reminder.cancel();
///
/// Its destructor cancels it, and waits if the function is running. `timer(30s, remind).start();` leaves it
/// to the process, whose exit cancels it. For the rest it is a thread: join() throws what the function threw.
///
/// It costs a thread while it waits; for many timers take tasks that asyncio::sleep.
///
/// Python   threading.Timer. Python waits at its exit for timers that were not cancelled
class timer : public thread {
 public:
  /// Function and arguments are kept as thread keeps them; a std::stop_token as first parameter is the one
  /// that cancel() stops.
  template <class Function, class... Arguments>
  [[nodiscard("a timer does nothing until start() is called")]]
  explicit timer(duration interval, Function&& function, Arguments&&... arguments)
      : timer(from_work, interval,
              detail::make_thread_work(std::forward<Function>(function),
                                       std::forward<Arguments>(arguments)...)) {}

  /// The function will not be called. Too late if it has begun; then it is asked to stop, if it takes a
  /// token. Never waits. Python: Timer.cancel.
  void cancel() const { request_stop(); }

 private:
  struct from_work_tag {};
  static constexpr from_work_tag from_work{};

  timer(from_work_tag, duration interval, detail::thread_work* work);
};

}  // namespace overlap::threading
