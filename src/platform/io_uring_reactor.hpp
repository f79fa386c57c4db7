// src/platform/io_uring_reactor.hpp
//
// Completions over io_uring: one request of the ring for each operation, submitted together with the wait
// for answers in one system call. Only tests include this header besides its .cpp; see reactor.hpp.
//
// Threads: made, used and destroyed on the loop's thread, except wake().
//
// Invariants
//   1. An operation has at most one request in the ring, whose user_data is its address; an operation that
//      is in the ring is answered by exactly one completion entry.
//   2. What finds no free submission entry waits in `backlog_`, operations and cancel requests in one line,
//      first come, first served. Nothing is ever dropped.
//   3. A cancel request that waits in `backlog_` leaves it when its operation completes: the address may by
//      then belong to another operation.
//   4. Once a cancel was requested, the reactor starts nothing anew for that operation.
//
//   state of an operation     completion entry               request_cancel
//   in_backlog                –                              ready: ECANCELED
//   in_ring                   ready, or again with EINTR     cancel in the ring or in the backlog
//   in_ring, by_readiness     tried: ready, or polled again  cancel in the ring or in the backlog
//   in_ring, cancel_wanted    ready                          nothing
//   ready                     –                              nothing
//
// See tests/platform/reactor_conformance_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/attempt.hpp"
#include "platform/io_uring_ring.hpp"
#include "platform/operation_queue.hpp"
#include "platform/reactor.hpp"
#include "platform/sigpipe_block.hpp"
#include "platform/wake_event.hpp"

namespace overlap::platform {

class io_uring_reactor final : public reactor {
 public:
  /// Throws os_error. `submission_entries`: how many requests fit into one system call.
  explicit io_uring_reactor(unsigned submission_entries = 256);
  ~io_uring_reactor() override;
  io_uring_reactor(const io_uring_reactor&) = delete;
  io_uring_reactor& operator=(const io_uring_reactor&) = delete;

  [[nodiscard]] bool submit(io_operation& operation) override;
  void request_cancel(io_operation& operation) override;
  void wait(time_point until, completion_list& completed) override;
  void wake() noexcept override { wake_.signal(); }
  [[nodiscard]] std::size_t pending() const noexcept override { return pending_; }
  [[nodiscard]] int pollable_descriptor() override;
  [[nodiscard]] std::string_view name() const noexcept override { return "io_uring"; }

 private:
  [[nodiscard]] std::int32_t try_at_once(const io_operation& operation);
  void start(io_operation& operation) noexcept;
  [[nodiscard]] io_uring_sqe* free_entry() noexcept;
  void drain_backlog() noexcept;
  void submit_all_for_host() noexcept;
  void enter(time_point until);
  void reap() noexcept;
  void handle_answer(io_operation& operation, std::int32_t answer) noexcept;
  void finish(io_operation& operation, std::int32_t result) noexcept;
  [[nodiscard]] bool deliver_ready(completion_list& completed) noexcept;

  sigpipe_block sigpipe_block_;
  wake_event wake_;
  std::uint64_t wake_count_ = 0;  // where wake_read_ puts the eventfd's counter
  io_operation wake_read_;        // always started, never counted
  io_uring_ring ring_;            // destroyed before what its requests point to
  operation_queue backlog_;
  completion_list ready_;
  std::size_t pending_ = 0;
  unsigned submission_entries_;
  bool is_host_driven_ = false;      // somebody watches our descriptor
  std::vector<receive_hint> hints_;  // by descriptor number
  bool is_busy_ = false;             // the last look brought many answers
};

}  // namespace overlap::platform
