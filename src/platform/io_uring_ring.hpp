// src/platform/io_uring_ring.hpp
//
// One io_uring instance with the best setup that the kernel grants, and the sentence that says why there is
// none. Only io_uring_*.cpp and their tests include it: it brings in liburing.
//
// Threads: the ring belongs to the thread that made it (IORING_SETUP_SINGLE_ISSUER).
#pragma once

#include <liburing.h>

#include <string>

namespace overlap::platform {

/// The calls that enter the kernel, replaceable in tests as those in system_calls.hpp are.
struct io_uring_calls {
  int (*submit)(io_uring*);
  int (*submit_and_get_events)(io_uring*);
  int (*submit_and_wait_timeout)(io_uring*, io_uring_cqe**, unsigned, __kernel_timespec*, sigset_t*);
};

extern io_uring_calls ring_kernel;

/// When the kernel works completions out.
enum class completion_work {
  when_asked_for,  ///< in the calls that wait, so that nothing interrupts the thread before (Linux 6.1)
  when_it_comes,   ///< at the thread's next return from any system call
};

class io_uring_ring {
 public:
  /// Asks for `submission_entries` entries (rounded up to a power of two by the kernel).
  /// Throws os_error with the reason of the refusal.
  io_uring_ring(unsigned submission_entries, completion_work work);
  ~io_uring_ring();
  io_uring_ring(const io_uring_ring&) = delete;
  io_uring_ring& operator=(const io_uring_ring&) = delete;

  /// Takes a new ring instead of this one, whose requests are dropped. Throws as the constructor does, and
  /// then keeps this one.
  void replace(unsigned submission_entries, completion_work work);

  [[nodiscard]] io_uring* get() noexcept { return &ring_; }
  [[nodiscard]] int fd() const noexcept { return ring_.ring_fd; }

 private:
  io_uring ring_{};
};

/// What to try when io_uring_queue_init failed with `error` (positive).
[[nodiscard]] std::string io_uring_advice(int error);

}  // namespace overlap::platform
