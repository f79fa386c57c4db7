// src/threading/thread_record.hpp
//
// What is known about a thread: one for each that was made by threading::thread, for the main thread, and for
// every other that has asked who it is.
//
// Threads: any; fields that change are guarded by mutex_.
//
// Invariants
//   1. Phases follow each other: made, started, ended. A failed start goes back to made.
//   2. A record is owned by its handles and, while it is started, by the thread itself.
//   3. The system's thread is joined exactly once, after it has ended: by whoever joins first, else by its
//      owner, else by the next thread without an owner that ends, else at the exit of the process.
//   4. It is in the registry exactly while it is started.
//   5. Following joins_ from thread to thread never comes round: the join that would close a ring is refused.
#pragma once

#include <cstdint>
#include <exception>

#include <overlap/base/detail/context_slot.hpp>
#include <overlap/base/intrusive_list.hpp>
#include <overlap/threading/detail/monitor.hpp>
#include <overlap/threading/detail/stop_control.hpp>
#include <overlap/threading/detail/thread_work.hpp>
#include <overlap/threading/thread_handle.hpp>

#include "platform/system_thread.hpp"

namespace overlap::threading::detail {

using thread_reference = overlap::detail::shared_reference<thread_state>;

class thread_record final : public thread_state, public intrusive_link<> {
 public:
  /// Of a thread that is to be started. Takes `work` over.
  thread_record(thread_work* work, shared_text name, std::size_t stack_bytes);
  /// Of one that runs already.
  thread_record(std::uint64_t ident, unsigned long native_id, shared_text name);

  /// Throws invalid_state_error, os_error. `left_to_process`: nobody else will wait for it.
  void start(bool left_to_process);

  /// False: the limit came first. Throws invalid_state_error.
  bool join(wait_limit limit);
  /// For owners: waits for the end, and lets the excepthook have an exception that nobody took.
  void finish_for_owner() noexcept;
  /// For the exit of the process: asks it to stop and waits for it.
  void finish_at_exit() noexcept;

  /// The error of a thread that was joined; whoever asks has taken it.
  [[nodiscard]] std::exception_ptr take_error();

  [[nodiscard]] shared_text name();
  void set_name(shared_text name);
  [[nodiscard]] std::uint64_t ident();
  [[nodiscard]] unsigned long native_id();
  [[nodiscard]] bool is_alive();
  bool request_stop() noexcept { return stop_.request_stop(); }

  /// Of a thread that was not started here: it is ending.
  void end_foreign() noexcept;
  [[nodiscard]] bool is_foreign() const noexcept { return is_foreign_; }

  [[nodiscard]] thread_handle handle() noexcept { return thread_handle(thread_reference::share(this)); }

 private:
  class join_edge;
  enum class phase { made, started, ended };
  enum class collection { starting, open, running, done };  // of the system's thread

  static void enter(void* self) noexcept;
  static void destroy_record(const overlap::detail::shared_object* self) noexcept;

  void run() noexcept;
  void call_work() noexcept;
  void leave_to_process() noexcept;
  void collect() noexcept;
  void report_error() noexcept;
  [[nodiscard]] bool is_current() const noexcept;

  mutex mutex_;
  condition_place changed_;
  phase phase_ = phase::made;
  collection collection_ = collection::starting;
  bool has_begun_ = false;
  bool left_to_process_ = false;
  bool is_error_taken_ = false;
  const bool is_foreign_;
  shared_text name_;
  std::uint64_t ident_ = 0;
  unsigned long native_id_ = 0;
  std::size_t stack_bytes_ = 0;
  platform::system_thread thread_{};
  thread_work* work_ = nullptr;  // the thread's own once it is started
  overlap::detail::context_map context_;
  std::exception_ptr error_;
  stop_control stop_;
  thread_record* joins_ = nullptr;  // that this thread waits for; guarded by one mutex of all
};

/// The record of the calling thread, or null if it has none yet.
thread_record* current_record() noexcept;
/// The same, made now if there is none.
thread_record& current_record_or_new();
/// Its number, without a record.
std::uint64_t current_ident() noexcept;

}  // namespace overlap::threading::detail
