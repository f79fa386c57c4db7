// include/overlap/base/detail/io_operation.hpp
//
// One request to the kernel. It lives in the frame of the coroutine that waits for it, is filled by the
// awaiter, and travels through the reactor (src/platform/reactor.hpp), which gives it back exactly once.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. Between submit and completion the operation does not move, and neither does what it points to.
//   2. `result` is only valid after completion: a count, descriptor or event mask, or a negative errno.
#pragma once

#include <cstddef>
#include <cstdint>

namespace overlap::detail {

enum class io_kind : std::uint8_t {
  poll,     ///< wait until `fd` has one of the poll(2) events in `flags`; result: the events that came
  read,     ///< read(2) or pread(2) (offset >= 0) up to `length` bytes into `buffer`; result: count, 0 at the
            ///< end
  write,    ///< write(2) or pwrite(2), the same way round
  receive,  ///< recv(2) with `flags`
  send,     ///< send(2) with `flags` | MSG_NOSIGNAL
  accept,   ///< accept4(2), close-on-exec and non-blocking; result: the new descriptor, owned by the caller
  connect,  ///< connect(2) to the address of `length` bytes in `buffer`; result: 0
};

// The events of a poll, as poll(2) numbers them on every Linux; checked in src/platform/epoll_reactor.cpp.
inline constexpr std::uint32_t poll_readable = 0x001;
inline constexpr std::uint32_t poll_writable = 0x004;

struct io_operation {
  // Filled by whoever submits.
  io_kind kind = io_kind::poll;
  int fd = -1;
  void* buffer = nullptr;    // borrowed until completion; never written through by write, send, connect
  std::size_t length = 0;    // bytes
  std::int64_t offset = -1;  // -1: the file's own position (pipes, sockets, terminals)
  std::uint32_t flags = 0;
  void (*completed)(io_operation*) = nullptr;  // called by the loop, not by the reactor

  // Filled by the reactor.
  std::int32_t result = 0;

  // The reactor's own while the operation is submitted; `next` also links completion_list.
  io_operation* next = nullptr;
  io_operation* previous = nullptr;
  std::uint8_t state = 0;
};

}  // namespace overlap::detail
