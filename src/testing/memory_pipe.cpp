// src/testing/memory_pipe.cpp
//
// See the rules in the header. The errors are those of a socket, so that code that is tested on memory
// streams meets what it will meet.

#include <algorithm>
#include <cerrno>

#include <overlap/base/error.hpp>
#include <overlap/testing/detail/memory_pipe.hpp>

namespace overlap::testing::detail {

namespace {

constexpr const char* sending = "send to memory stream";
constexpr const char* receiving = "receive from memory stream";

[[noreturn]] void throw_error(int code, const char* doing) {
  throw os_error(code, doing, {},
                 code == EPIPE ? "the receiving end is closed" : "this end of the stream was closed");
}

}  // namespace

pipe_reference pipe_reference::share(memory_pipe* pipe) noexcept {
  if (pipe != nullptr) ++pipe->references_;
  return pipe_reference(pipe);
}

pipe_reference::pipe_reference(const pipe_reference& other) noexcept : pipe_reference(share(other.pipe_)) {}

pipe_reference::~pipe_reference() {
  if (pipe_ != nullptr && --pipe_->references_ == 0) delete pipe_;
}

send_awaiter::~send_awaiter() {
  if (pipe_.get() != nullptr && pipe_->sender_ == this) pipe_->sender_ = nullptr;
}

bool send_awaiter::begin(asyncio::detail::frame& awaiting) {
  if (pipe_.get() == nullptr) throw_error(EBADF, sending);
  if (pipe_->sender_ != nullptr)
    throw invalid_state_error("memory stream: another task is sending; one at a time");
  if (!asyncio::detail::is_cancelled(awaiting)) {
    if (pipe_->is_sender_closed_) throw_error(EBADF, sending);
    if (pipe_->is_receiver_closed_) throw_error(EPIPE, sending);
    pipe_->sender_ = this;
    if (!rest_.empty()) pipe_->deliver();
    pipe_->fill();
    if (rest_.empty()) {
      pipe_->sender_ = nullptr;
      return false;
    }
  }
  const auto leave = [](asyncio::detail::waiter* leaf) {
    static_cast<send_awaiter*>(leaf)->pipe_->sender_ = nullptr;
    return true;
  };
  asyncio::detail::begin_wait(*this, awaiting, leave);
  return true;
}

void send_awaiter::await_resume() const {
  if (error_ != 0) throw_error(error_, sending);
}

receive_awaiter::~receive_awaiter() {
  if (pipe_.get() != nullptr && pipe_->receiver_ == this) pipe_->receiver_ = nullptr;
}

bool receive_awaiter::begin(asyncio::detail::frame& awaiting) {
  if (pipe_.get() == nullptr) throw_error(EBADF, receiving);
  if (most_ == 0)
    throw invalid_value_error("memory stream: receive_some(0) would look like the end; ask for 1 or more");
  if (pipe_->receiver_ != nullptr)
    throw invalid_state_error("memory stream: another task is receiving; one at a time");
  if (!asyncio::detail::is_cancelled(awaiting)) {
    if (pipe_->is_receiver_closed_) throw_error(EBADF, receiving);
    if (pipe_->has_bytes() || pipe_->is_sender_closed_) {
      received_ = pipe_->take(most_);
      pipe_->let_sender_go();
      return false;
    }
  }
  const auto leave = [](asyncio::detail::waiter* leaf) {
    static_cast<receive_awaiter*>(leaf)->pipe_->receiver_ = nullptr;
    return true;
  };
  if (asyncio::detail::begin_wait(*this, awaiting, leave)) pipe_->receiver_ = this;
  return true;
}

std::string receive_awaiter::await_resume() {
  if (error_ != 0) throw_error(error_, receiving);
  return std::move(received_);
}

void memory_pipe::fill() {
  if (sender_ == nullptr) return;
  const std::string_view moved = sender_->rest_.substr(0, capacity_ - std::min(capacity_, buffer_.size()));
  buffer_.append(moved);
  sender_->rest_.remove_prefix(moved.size());
}

std::string memory_pipe::take(std::size_t most) {
  std::string taken = buffer_.substr(0, most);
  buffer_.erase(0, taken.size());
  if (sender_ != nullptr && buffer_.empty()) {  // else they would overtake what is left in the buffer
    const std::string_view direct = sender_->rest_.substr(0, most - taken.size());
    taken.append(direct);
    sender_->rest_.remove_prefix(direct.size());
  }
  fill();
  return taken;
}

void memory_pipe::let_sender_go() noexcept {
  if (sender_ != nullptr && sender_->rest_.empty()) end_sender(0);
}

// Called by a sender that begins.
void memory_pipe::deliver() {
  if (receiver_ == nullptr) return;
  receiver_->received_ = take(receiver_->most_);
  end_receiver(0);
}

void memory_pipe::end_receiver(int error) noexcept {
  receive_awaiter* ended = std::exchange(receiver_, nullptr);
  if (ended == nullptr) return;
  ended->error_ = error;
  asyncio::detail::wake(*ended);
}

void memory_pipe::end_sender(int error) noexcept {
  send_awaiter* ended = std::exchange(sender_, nullptr);
  if (ended == nullptr) return;
  ended->error_ = error;
  asyncio::detail::wake(*ended);
}

void memory_pipe::close_sender() noexcept {
  if (std::exchange(is_sender_closed_, true)) return;
  end_sender(EBADF);
  end_receiver(0);  // there is nothing for it: the end
}

void memory_pipe::close_receiver() noexcept {
  if (std::exchange(is_receiver_closed_, true)) return;
  buffer_.clear();
  end_sender(EPIPE);
  end_receiver(EBADF);
}

}  // namespace overlap::testing::detail
