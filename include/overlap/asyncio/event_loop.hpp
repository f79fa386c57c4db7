// include/overlap/asyncio/event_loop.hpp
//
// The loop as a program sees it. Most programs never do: they use run, create_task and sleep.
//
// Threads: an event_loop is a handle that may be copied to any thread and outlive its loop; only the members
// that say so may be called from other threads than the loop's.
#pragma once

#include <exception>
#include <string_view>
#include <utility>

#include <overlap/asyncio/detail/callback.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::futures::detail {
class executor_core;
}

namespace overlap::asyncio {

namespace detail {
class inbox;
struct done_callback;
struct event_loop_state;
}  // namespace detail

class callback_handle;
class runner;
namespace detail {
callback_handle call_when_done(done_callback* made);
}  // namespace detail

/// A callback that is waiting for its turn. Dropping it changes nothing; cancel() keeps it from being called.
///
/// Threads  the loop's thread, all members
/// Python   asyncio.Handle, asyncio.TimerHandle
class callback_handle {
 public:
  callback_handle(callback_handle&& other) noexcept : callback_(std::exchange(other.callback_, nullptr)) {}
  callback_handle& operator=(callback_handle other) noexcept {
    std::swap(callback_, other.callback_);
    return *this;
  }
  ~callback_handle() {
    if (callback_ != nullptr) callback_->release();
  }

  /// Keeps the callback from being called. No effect after the call.
  void cancel() noexcept;
  [[nodiscard]] bool cancelled() const noexcept { return callback_->cancelled; }

 private:
  friend class event_loop;
  friend callback_handle detail::call_when_done(detail::done_callback* made);
  explicit callback_handle(detail::callback* adopted) noexcept : callback_(adopted) {}

  detail::callback* callback_;
};

/// A handle to the loop of a thread.
///
/// Python   the object that asyncio.get_running_loop() returns
class event_loop {
 public:
  event_loop(const event_loop& other) noexcept;
  event_loop(event_loop&& other) noexcept
      : state_(other.state_), inbox_(std::exchange(other.inbox_, nullptr)) {}
  event_loop& operator=(event_loop other) noexcept {
    std::swap(state_, other.state_);
    std::swap(inbox_, other.inbox_);
    return *this;
  }
  ~event_loop();

  /// The present moment on the loop's clock. Python: loop.time().
  [[nodiscard]] time_point time() const;

  /// Calls `function` at its turn, after what is ready now. What it throws is reported by `run`.
  template <class Function>
  callback_handle call_soon(Function&& function) {
    return queue(detail::make_callback(std::forward<Function>(function)));
  }
  /// Calls `function` after `delay`, or at the moment `when` of time().
  template <class Function>
  callback_handle call_later(duration delay, Function&& function) {
    return call_at(time() + delay, std::forward<Function>(function));
  }
  template <class Function>
  callback_handle call_at(time_point when, Function&& function) {
    return queue_at(detail::make_callback(std::forward<Function>(function)), when);
  }

  /// Calls `function` on the loop's thread, at its turn.
  ///
  /// Throws   invalid_state_error  if the loop has ended; the function is not called then
  /// Threads  any
  template <class Function>
  void call_soon_threadsafe(Function&& function) {
    post(detail::make_callback(std::forward<Function>(function)));
  }

  /// Calls `function` whenever `fd` is readable (writable), until remove_reader (remove_writer). The
  /// descriptor is borrowed and must stay open until then. One of each per descriptor: a second call
  /// replaces the first.
  template <class Function>
  void add_reader(int fd, Function&& function) {
    watch(fd, false, detail::make_callback(std::forward<Function>(function)));
  }
  template <class Function>
  void add_writer(int fd, Function&& function) {
    watch(fd, true, detail::make_callback(std::forward<Function>(function)));
  }
  /// True if there was one.
  bool remove_reader(int fd);
  bool remove_writer(int fd);

  /// Told of errors that nobody took (a background task's, a callback's) as they become known. Without one
  /// `run` throws them at its end, as an exception_group.
  using exception_handler = void (*)(std::exception_ptr error, void* argument);
  void set_exception_handler(exception_handler handler, void* argument = nullptr);

  /// From here on to_thread (and run_in_executor(nullptr, …)) uses `executor`, any of this library's. It is
  /// shared with whoever has it, so the object given may be a temporary, or be destroyed before the loop; the
  /// loop lets go of it, and of those it had before, when it has ended. After its shutdown() calls are
  /// refused. Python: loop.set_default_executor.
  template <class Executor>
    requires requires(const Executor& executor) { core_of(executor); }
  void set_default_executor(const Executor& executor) {
    use_by_default(core_of(executor));
  }

  /// "io_uring", "epoll" or "simulated".
  [[nodiscard]] std::string_view reactor_name() const;
  /// Why the reactor is not io_uring; empty if it is, or could be. Threads: any.
  [[nodiscard]] static std::string_view io_uring_refusal() noexcept;

 private:
  friend event_loop get_running_loop();
  friend class runner;
  explicit event_loop(detail::event_loop_state& state) noexcept;
  [[nodiscard]] detail::event_loop_state& state() const;
  callback_handle queue(detail::callback* made);
  callback_handle queue_at(detail::callback* made, time_point when);
  void post(detail::callback* made);
  void use_by_default(futures::detail::executor_core& core);
  void watch(int fd, bool for_writing, detail::callback* made);

  friend detail::event_loop_state;
  detail::event_loop_state* state_;  // only looked at on the loop's thread, while it is running_loop
  detail::inbox* inbox_;             // shared; knows whether the loop has ended
};

/// The loop of this thread. Throws invalid_state_error outside of `run`. Python: asyncio.get_running_loop.
event_loop get_running_loop();

}  // namespace overlap::asyncio
