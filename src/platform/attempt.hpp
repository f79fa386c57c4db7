// src/platform/attempt.hpp
//
// One try at an operation, right now and without waiting. epoll is made of such tries; io_uring makes them
// where they are cheaper than a trip through the ring.
//
// Threads: the loop's thread only.
#pragma once

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

}  // namespace overlap::platform
