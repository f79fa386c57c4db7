// src/testing/memory_stream.cpp
//
// Ends of pipes, in pairs. An awaiter shares the pipe, so a stream may be destroyed while a task waits for
// it.

#include <overlap/testing/memory_stream.hpp>

namespace overlap::testing {

namespace detail {

send_awaiter send_request::operator co_await() const noexcept {
  return send_awaiter(pipe_reference::share(pipe), bytes);
}

receive_awaiter receive_request::operator co_await() const noexcept {
  return receive_awaiter(pipe_reference::share(pipe), most);
}

}  // namespace detail

struct memory_stream_maker {
  static std::pair<memory_send_stream, memory_receive_stream> make(std::size_t capacity) {
    const detail::pipe_reference pipe(new detail::memory_pipe(capacity));
    return {memory_send_stream(pipe), memory_receive_stream(pipe)};
  }
};

void memory_send_stream::close() noexcept {
  if (pipe_.get() != nullptr) pipe_->close_sender();
}

void memory_receive_stream::close() noexcept {
  if (pipe_.get() != nullptr) pipe_->close_receiver();
}

std::pair<memory_send_stream, memory_receive_stream> memory_stream_one_way_pair(std::size_t capacity) {
  return memory_stream_maker::make(capacity);
}

std::pair<memory_stream, memory_stream> memory_stream_pair(std::size_t capacity) {
  auto [there_in, there_out] = memory_stream_maker::make(capacity);
  auto [back_in, back_out] = memory_stream_maker::make(capacity);
  return {memory_stream(std::move(there_in), std::move(back_out)),
          memory_stream(std::move(back_in), std::move(there_out))};
}

std::pair<memory_send_stream, memory_receive_stream> lockstep_stream_one_way_pair() {
  return memory_stream_one_way_pair(0);
}

std::pair<memory_stream, memory_stream> lockstep_stream_pair() { return memory_stream_pair(0); }

}  // namespace overlap::testing
