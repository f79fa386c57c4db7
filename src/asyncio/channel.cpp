// src/asyncio/channel.cpp
//
// Opening and closing the ends of a channel. Rules in detail/channel_core.hpp.

#include <overlap/asyncio/channel.hpp>

namespace overlap::asyncio::detail {

std::uint64_t channel_core::open_sender() noexcept {
  ++senders;
  ++references;
  return ++last_end;
}

std::uint64_t channel_core::open_receiver() noexcept {
  ++receivers;
  ++references;
  return ++last_end;
}

void channel_core::close_sender(std::uint64_t end) {
  giving.refuse_end(end, refusal::closed_channel);
  if (--senders == 0) {
    taking_refused = refusal::end_of_channel;
    taking.refuse_all(refusal::end_of_channel);
  }
  release();
}

void channel_core::close_receiver(std::uint64_t end) {
  taking.refuse_end(end, refusal::closed_channel);
  if (--receivers == 0) {
    giving_refused = refusal::broken_channel;
    giving.refuse_all(refusal::broken_channel);
    drop_items();  // an item may hold ends of this very channel: this end keeps it until here
  }
  release();
}

void throw_send_would_block() {
  throw would_block("send_nowait: the channel has no room and nobody waits to receive; await send()");
}
void throw_receive_would_block() {
  throw would_block("receive_nowait: nothing has been sent; await receive()");
}

}  // namespace overlap::asyncio::detail
