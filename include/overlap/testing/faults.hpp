// include/overlap/testing/faults.hpp
//
// What the kernel may do to a program, and seldom does while it is tested.
//
// Threads: options are given before the loop runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <overlap/base/duration.hpp>

namespace overlap::testing {

enum class fault : std::uint8_t {
  short_transfer,    ///< fewer bytes are read or written than could be
  interruption,      ///< a signal interrupts the operation (EINTR), which is begun again
  connection_reset,  ///< ECONNRESET; the connection is shut down, so that both sides notice
  no_space,          ///< ENOSPC
  no_buffers,        ///< ENOBUFS
  delay,             ///< what has happened is told later
  failure,           ///< scripts only: any errno
};

/// What a program asks of the kernel.
enum class io_operation_kind : std::uint8_t { any, poll, read, write, receive, send, accept, connect };

/// One fault at one operation: the third send fails with ECONNRESET:
///
///   {.what = fault::connection_reset, .on = io_operation_kind::send, .number = 3}
struct scripted_fault {
  fault what = fault::failure;
  io_operation_kind on = io_operation_kind::any;
  std::uint64_t number =
      1;          ///< of the operations of this kind (and descriptor), from the first one on, which is 1
  int fd = -1;    ///< only of this descriptor; -1: of all
  int error = 0;  ///< failure: the errno
  std::size_t bytes = 1;  ///< short_transfer: how many at most
  duration delay = {};    ///< delay: for how long
};

/// Faults of a simulation on epoll or io_uring. Those by chance are drawn with the seed, are among its
/// choices, and so are repeated and made fewer with them; a schedule in the order of a real loop has none.
/// An operation that fails has not been done: no byte is lost by it.
struct fault_options {
  double short_transfers = 0;    ///< the chance of each read, write, receive and send, from 0 to 1
  double interruptions = 0;      ///< of each operation that has to wait
  double connection_resets = 0;  ///< of each receive and send
  double no_space = 0;           ///< of each write
  double no_buffers = 0;         ///< of each send, accept and connect
  double delays = 0;             ///< of each operation
  duration delay_max = duration::from_nanoseconds(1'000'000'000);  ///< virtual time
  bool reorder = false;  ///< what completes at the same time is told in any order
  /// Faults at certain operations. Borrowed until the simulation ends.
  std::span<const scripted_fault> script = {};

  /// Whether any of it is wanted.
  [[nodiscard]] constexpr bool any() const noexcept {
    return reorder || !script.empty() || short_transfers > 0 || interruptions > 0 || connection_resets > 0 ||
           no_space > 0 || no_buffers > 0 || delays > 0;
  }
};

}  // namespace overlap::testing
