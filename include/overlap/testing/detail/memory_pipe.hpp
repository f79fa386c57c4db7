// include/overlap/testing/detail/memory_pipe.hpp
//
// Bytes on their way from one end of a memory stream to the other.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. At most one task sends and one receives.
//   2. No more than `capacity` bytes are in the buffer; the rest is still the sender's, who waits. A sender
//      waits only while some of its bytes have been taken over by nobody.
//   3. Bytes are handed to a receiver as it is woken, and whoever was woken goes on: a receiver that is
//      stopped has got nothing. A receiver waits only while there is nothing for it.
#pragma once

#include <coroutine>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>

namespace overlap::testing::detail {

class memory_pipe;

/// Shares a pipe.
class pipe_reference {
 public:
  pipe_reference() noexcept = default;
  /// Takes over the reference that the pipe was born with.
  explicit pipe_reference(memory_pipe* pipe) noexcept : pipe_(pipe) {}
  /// One more for a pipe, which may be null.
  [[nodiscard]] static pipe_reference share(memory_pipe* pipe) noexcept;
  pipe_reference(const pipe_reference& other) noexcept;
  pipe_reference(pipe_reference&& other) noexcept : pipe_(std::exchange(other.pipe_, nullptr)) {}
  pipe_reference& operator=(pipe_reference other) noexcept {
    std::swap(pipe_, other.pipe_);
    return *this;
  }
  ~pipe_reference();

  [[nodiscard]] memory_pipe* get() const noexcept { return pipe_; }
  memory_pipe* operator->() const noexcept { return pipe_; }

 private:
  memory_pipe* pipe_ = nullptr;
};

class send_awaiter : asyncio::detail::waiter {
 public:
  /// A null pipe: the end has been closed.
  send_awaiter(pipe_reference pipe, std::string_view bytes) noexcept : pipe_(std::move(pipe)), rest_(bytes) {}
  send_awaiter(const send_awaiter&) = delete;
  send_awaiter& operator=(const send_awaiter&) = delete;
  ~send_awaiter();

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(asyncio::detail::frame_of(handle));
  }
  void await_resume() const;

 private:
  friend memory_pipe;
  bool begin(asyncio::detail::frame& awaiting);

  pipe_reference pipe_;
  std::string_view rest_;  // that nobody has taken over
  int error_ = 0;          // an errno
};

class receive_awaiter : asyncio::detail::waiter {
 public:
  receive_awaiter(pipe_reference pipe, std::size_t most) noexcept : pipe_(std::move(pipe)), most_(most) {}
  receive_awaiter(const receive_awaiter&) = delete;
  receive_awaiter& operator=(const receive_awaiter&) = delete;
  ~receive_awaiter();

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(asyncio::detail::frame_of(handle));
  }
  std::string await_resume();

 private:
  friend memory_pipe;
  bool begin(asyncio::detail::frame& awaiting);

  pipe_reference pipe_;
  std::size_t most_;
  std::string received_;
  int error_ = 0;
};

class memory_pipe {
 public:
  explicit memory_pipe(std::size_t capacity) noexcept : capacity_(capacity) {}

  void close_sender() noexcept;
  void close_receiver() noexcept;

 private:
  friend pipe_reference;
  friend send_awaiter;
  friend receive_awaiter;

  [[nodiscard]] bool has_bytes() const noexcept { return !buffer_.empty() || sender_ != nullptr; }
  /// Takes over from the sender what there is room for.
  void fill();
  std::string take(std::size_t most);
  void deliver();
  void let_sender_go() noexcept;
  void end_receiver(int error) noexcept;
  void end_sender(int error) noexcept;

  std::size_t capacity_;
  std::string buffer_;
  send_awaiter* sender_ = nullptr;       // whose rest is not empty
  receive_awaiter* receiver_ = nullptr;  // that waits
  bool is_sender_closed_ = false;
  bool is_receiver_closed_ = false;
  unsigned references_ = 1;
};

}  // namespace overlap::testing::detail
