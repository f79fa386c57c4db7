// include/overlap/testing/memory_stream.hpp
//
// Streams of bytes without a kernel: both ends of a connection in one test.
//
// Threads: the loop's thread only.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include <overlap/testing/detail/memory_pipe.hpp>

namespace overlap::testing {

namespace detail {

struct [[nodiscard("nothing is sent until this is awaited")]] send_request {
  memory_pipe* pipe;
  std::string_view bytes;
  send_awaiter operator co_await() const noexcept;
};
struct [[nodiscard("nothing is received until this is awaited")]] receive_request {
  memory_pipe* pipe;
  std::size_t most;
  receive_awaiter operator co_await() const noexcept;
};

}  // namespace detail

/// The end of a one-way stream where bytes go in. It closes when it is destroyed.
///
/// Python   trio.testing.MemorySendStream
class memory_send_stream {
 public:
  memory_send_stream(memory_send_stream&&) noexcept = default;
  memory_send_stream& operator=(memory_send_stream other) noexcept {
    std::swap(pipe_, other.pipe_);
    return *this;
  }
  ~memory_send_stream() { close(); }

  /// Sends all of `bytes`, which are borrowed until it returns or stops.
  ///
  /// Throws        os_error: EPIPE when the other end is closed, EBADF when this one is, also meanwhile;
  ///               invalid_state_error if another task is sending
  /// Suspends      while there is no room for the rest; in lockstep until the other end has received all
  /// Cancellation  what has gone over stays sent, the rest never is: how much is not known, as with a socket
  /// Python        SendStream.send_all
  detail::send_request send_all(std::string_view bytes) noexcept { return {pipe_.get(), bytes}; }

  /// No more bytes: who receives gets those that are there, and then the end. A second call does nothing.
  /// Python: aclose.
  void close() noexcept;

 private:
  friend struct memory_stream_maker;
  explicit memory_send_stream(detail::pipe_reference pipe) noexcept : pipe_(std::move(pipe)) {}
  detail::pipe_reference pipe_;
};

/// The end of a one-way stream where bytes come out. It closes when it is destroyed.
///
/// Python   trio.testing.MemoryReceiveStream
class memory_receive_stream {
 public:
  memory_receive_stream(memory_receive_stream&&) noexcept = default;
  memory_receive_stream& operator=(memory_receive_stream other) noexcept {
    std::swap(pipe_, other.pipe_);
    return *this;
  }
  ~memory_receive_stream() { close(); }

  /// Receives what is there, at most `most` bytes; waits if there is nothing.
  ///
  /// Returns       a std::string with at least one byte; an empty one at the end of the stream
  /// Throws        os_error (EBADF) when this end is closed, also meanwhile; invalid_state_error if another
  ///               task is receiving; invalid_value_error if `most` is 0
  /// Suspends      when there is nothing to receive
  /// Cancellation  no byte is lost: the next one to receive gets them
  /// Python        ReceiveStream.receive_some
  detail::receive_request receive_some(std::size_t most = 65'536) noexcept { return {pipe_.get(), most}; }

  /// Who sends gets EPIPE; bytes that were not received are lost. A second call does nothing. Python: aclose.
  void close() noexcept;

 private:
  friend struct memory_stream_maker;
  explicit memory_receive_stream(detail::pipe_reference pipe) noexcept : pipe_(std::move(pipe)) {}
  detail::pipe_reference pipe_;
};

/// One end of a connection: sends and receives.
///
/// Python   trio.StapledStream of memory streams
class memory_stream {
 public:
  memory_stream(memory_send_stream sends, memory_receive_stream receives) noexcept
      : sends_(std::move(sends)), receives_(std::move(receives)) {}

  /// As memory_send_stream::send_all.
  detail::send_request send_all(std::string_view bytes) noexcept { return sends_.send_all(bytes); }
  /// As memory_receive_stream::receive_some.
  detail::receive_request receive_some(std::size_t most = 65'536) noexcept {
    return receives_.receive_some(most);
  }
  /// Half-closes: no more bytes go out, but may still come in. Python: send_eof.
  void send_eof() noexcept { sends_.close(); }
  /// Closes both directions. Python: aclose.
  void close() noexcept {
    sends_.close();
    receives_.close();
  }

 private:
  memory_send_stream sends_;
  memory_receive_stream receives_;
};

/// The capacity of a stream whose sender never waits.
inline constexpr std::size_t unbounded_bytes = static_cast<std::size_t>(-1);

/// A stream in one direction, whose sender waits while `capacity` bytes are on their way.
/// Python: trio.testing.memory_stream_one_way_pair.
std::pair<memory_send_stream, memory_receive_stream> memory_stream_one_way_pair(
    std::size_t capacity = unbounded_bytes);

/// The two ends of a connection. Python: trio.testing.memory_stream_pair.
std::pair<memory_stream, memory_stream> memory_stream_pair(std::size_t capacity = unbounded_bytes);

/// The same without any buffer: send_all returns when the other end has received all, so the tasks go on in
/// step. Finds code that relies on buffers. Python: trio.testing.lockstep_stream_one_way_pair.
std::pair<memory_send_stream, memory_receive_stream> lockstep_stream_one_way_pair();

/// Python: trio.testing.lockstep_stream_pair.
std::pair<memory_stream, memory_stream> lockstep_stream_pair();

}  // namespace overlap::testing
