// src/platform/epoll_reactor.hpp
//
// Completions over epoll: an operation is tried at once, and if it would block, again when epoll reports
// its descriptor. First-class, not a fallback for old machines: containers often forbid io_uring.
//
// Threads: the loop's thread only, except wake().
//
// Invariants
//   1. An operation that waits is in the queue of its descriptor, or in `ready_` when it is over.
//   2. A descriptor with a non-empty queue is armed in epoll for everything its queue waits for.
//   3. Registrations are one-shot and renewed for every new waiter, because nobody tells us that a
//      descriptor was closed and its number given to another file: what the table knows is a guess that
//      epoll_ctl corrects (ENOENT, EEXIST), never the truth.
//   4. An event is believed only if it carries the present generation of its descriptor: a registration
//      outlives close() as long as a duplicate of the file is open, in a child process for example.
//   5. Operations of one direction on one descriptor are served in the order of their submission.
//
//   state of an operation   readiness                   request_cancel    closed and reused (a user's error)
//   queued                  tried: over, or queued      ready: ECANCELED  ready: EBADF
//   ready                   –                           ready, unchanged  –
//
// See tests/platform/reactor_conformance_test.cpp.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/attempt.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/operation_queue.hpp"
#include "platform/reactor.hpp"
#include "platform/sigpipe_block.hpp"
#include "platform/wake_event.hpp"

namespace overlap::platform {

class epoll_reactor final : public reactor {
 public:
  /// Throws os_error.
  epoll_reactor();
  ~epoll_reactor() override;
  epoll_reactor(const epoll_reactor&) = delete;
  epoll_reactor& operator=(const epoll_reactor&) = delete;

  [[nodiscard]] bool submit(io_operation& operation) override;
  void request_cancel(io_operation& operation) override;
  void wait(time_point until, completion_list& completed) override;
  void wake() noexcept override { wake_.signal(); }
  [[nodiscard]] std::size_t pending() const noexcept override { return pending_; }
  [[nodiscard]] int pollable_descriptor() noexcept override;
  [[nodiscard]] std::string_view name() const noexcept override { return "epoll"; }

 private:
  struct descriptor_entry {
    operation_queue waiting;
    std::uint32_t interest = 0;    // what epoll was last asked for; may name more than the queue wants
    std::uint32_t generation = 0;  // counts the registrations under this number
    bool registered = false;
    receive_hint hint;
  };

  [[nodiscard]] descriptor_entry& entry_of(int fd);
  [[nodiscard]] std::int32_t try_at_once(const io_operation& operation) noexcept;
  [[nodiscard]] int control(int action, int fd, const descriptor_entry& entry) noexcept;
  [[nodiscard]] int arm(int fd, descriptor_entry& entry) noexcept;
  void rearm(int fd, descriptor_entry& entry) noexcept;
  void serve(int fd, std::uint32_t events) noexcept;
  void finish(io_operation& operation, std::int32_t result) noexcept;
  void finish_all(descriptor_entry& entry, std::int32_t result) noexcept;
  [[nodiscard]] int collect_events(time_point until) noexcept;
  [[nodiscard]] bool deliver_ready(completion_list& completed) noexcept;

  static constexpr int event_count_max = 256;

  sigpipe_block sigpipe_block_;
  wake_event wake_;
  file_descriptor epoll_;
  std::vector<descriptor_entry> table_;  // by descriptor number
  completion_list ready_;
  std::size_t pending_ = 0;
  bool has_precise_timeouts_ = true;  // epoll_pwait2, from Linux 5.11
  bool is_host_driven_ = false;       // somebody watches our descriptor
  std::array<epoll_event, event_count_max> events_{};
};

}  // namespace overlap::platform
