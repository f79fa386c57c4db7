// src/platform/reactor.hpp
//
// The seam between the event loop and the kernel. The loop hands over operations; the reactor gives each
// one back, once, with its result. Completions, not readiness: io_uring maps one to one and epoll can
// imitate it, while the reverse would need a second library.
//
// Threads: everything belongs to the loop's thread, except wake().
//
// Invariants
//   1. Every submitted operation comes back exactly once, cancelled or not: as the return value of
//      submit() or through the list that wait() fills.
//   2. The reactor touches an operation and its buffer only between submit and that moment.
//   3. The reactor never resumes a task and calls no callback.
//   4. wake() may be called from any thread and from a signal handler. A wake that comes while nobody
//      waits makes the next wait() return at once.
//   5. No allocation per operation. A cancel request is never dropped, however full the queues are.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <overlap/base/detail/io_operation.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::platform {

using detail::io_kind;
using detail::io_operation;

/// Operations that have come back, oldest first, linked through io_operation::next.
class completion_list {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

  void push_back(io_operation& operation) noexcept {
    operation.next = nullptr;
    *last_ = &operation;
    last_ = &operation.next;
  }

  io_operation* pop_front() noexcept {
    io_operation* operation = first_;
    if (operation == nullptr) return nullptr;
    first_ = operation->next;
    if (first_ == nullptr) last_ = &first_;
    operation->next = nullptr;
    return operation;
  }

  completion_list() noexcept = default;
  completion_list(const completion_list&) = delete;
  completion_list& operator=(const completion_list&) = delete;

 private:
  io_operation* first_ = nullptr;
  io_operation** last_ = &first_;
};

class reactor {
 public:
  virtual ~reactor() = default;

  /// Starts `operation`. True: it is over already, its result is set, and it will not come back from wait().
  /// Never blocks, if the descriptor is O_NONBLOCK (receive and send: any) or a regular file, which epoll
  /// reads and writes at once and io_uring in the background. Several operations of one direction on one
  /// descriptor each get something, in no promised order. Before a descriptor is closed, its operations have
  /// come back: those that have not may wait on, or end with -EBADF.
  [[nodiscard]] virtual bool submit(io_operation& operation) = 0;

  /// Asks for the end of a submitted operation that has not come back. It still comes back from wait():
  /// with its real result if it had happened, else with -ECANCELED.
  virtual void request_cancel(io_operation& operation) = 0;

  /// Appends what has completed to `completed`. If there is nothing, sleeps until something completes,
  /// wake() is called, or `until` has come (a moment in the past: only looks; never(): no limit).
  /// May return with nothing.
  virtual void wait(time_point until, completion_list& completed) = 0;

  /// Ends a wait(), now or the next one.
  virtual void wake() noexcept = 0;

  /// How many operations have been submitted and have not come back.
  [[nodiscard]] virtual std::size_t pending() const noexcept = 0;

  /// A descriptor that is readable when wait() has something to report, for host loops (a GUI) that sleep
  /// in their own way on the same thread. Asked for before the first operation is submitted, because it
  /// may cost speed. Throws os_error.
  [[nodiscard]] virtual int pollable_descriptor() = 0;

  /// "io_uring", "epoll" or "simulated".
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
};

/// The reactor for this process: io_uring where the kernel grants it, else epoll. OVERLAP_REACTOR=io_uring
/// or =epoll forces one. Throws os_error if the forced one is refused, invalid_value_error for any other
/// word.
std::unique_ptr<reactor> make_reactor();

std::unique_ptr<reactor> make_epoll_reactor();
std::unique_ptr<reactor> make_io_uring_reactor();

/// Why io_uring is not used here: empty if it can be, else a sentence with the kernel's error and its usual
/// cause. Asked once per process and remembered.
std::string_view io_uring_refusal() noexcept;

}  // namespace overlap::platform
