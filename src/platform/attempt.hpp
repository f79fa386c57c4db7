// src/platform/attempt.hpp
//
// One try at an operation, right now and without waiting. epoll is made of such tries; io_uring makes them
// where they are cheaper than a trip through the ring.
//
// Threads: the loop's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <overlap/base/detail/io_operation.hpp>

namespace overlap::platform {

using detail::io_kind;
using detail::io_operation;

/// What a try returns if the operation has to wait for readiness; no errno and no count looks like it.
inline constexpr std::int32_t must_wait = std::numeric_limits<std::int32_t>::min();

/// The poll(2) events after which another try makes sense.
[[nodiscard]] std::uint32_t awaited_events(const io_operation& operation) noexcept;

/// The number of bytes to ask for: no more than the kernel moves in one call, so that a count always fits
/// io_operation::result.
[[nodiscard]] std::size_t bounded_length(const io_operation& operation) noexcept;

/// Tries `operation`, which is not a poll. Returns its result (a count or a negative errno), or must_wait.
/// Retries on EINTR. A descriptor that is not O_NONBLOCK makes read, write, accept and connect block.
[[nodiscard]] std::int32_t attempt(const io_operation& operation) noexcept;

/// The same, after awaited_events() came: a connect now asks how it went instead of starting again.
[[nodiscard]] std::int32_t attempt_when_ready(const io_operation& operation) noexcept;

/// Remembers of one descriptor whether trying to receive at once pays: it does while data arrives faster than
/// it is taken, and is a wasted system call where each receive waits for the peer's next answer.
class receive_hint {
 public:
  /// False after two tries in vain; then only every sixteenth receive is tried, to notice a change.
  [[nodiscard]] bool is_worth_a_try() noexcept {
    return vain_tries_ < vain_tries_max || ++skipped_ % tries_apart == 0;
  }
  void note_try(bool has_found_something) noexcept {
    vain_tries_ = has_found_something ? 0 : static_cast<std::uint8_t>(vain_tries_ + (vain_tries_ < 255));
  }

 private:
  static constexpr std::uint8_t vain_tries_max = 2;
  static constexpr std::uint8_t tries_apart = 16;
  std::uint8_t vain_tries_ = 0;
  std::uint8_t skipped_ = 0;
};

}  // namespace overlap::platform
