// include/overlap/asyncio/detail/channel_core.hpp
//
// What a channel knows beside its items: how many ends are open, and who keeps it alive.
//
// Threads: the loop's thread only, so the counts are plain numbers.
//
// Invariants
//   1. references == open ends + keepers. The last one destroys the channel.
//   2. A task that waits waits through an open end: closing that end refuses it.
//   3. No sender left: takers get end_of_channel when the store is empty. No receiver left: givers get
//      broken_channel, and the store is empty.
#pragma once

#include <cstddef>
#include <cstdint>

#include <overlap/asyncio/detail/exchange.hpp>

namespace overlap::asyncio::detail {

struct channel_core : exchange_core {
  using exchange_core::exchange_core;
  virtual ~channel_core() = default;

  std::size_t senders = 0;
  std::size_t receivers = 0;
  std::size_t references = 0;
  std::uint64_t last_end = 0;

  /// Opens one more end and gives its number.
  std::uint64_t open_sender() noexcept;
  std::uint64_t open_receiver() noexcept;
  /// Closes one; the channel may be gone afterwards.
  void close_sender(std::uint64_t end);
  void close_receiver(std::uint64_t end);
  void release() noexcept {
    if (--references == 0) delete this;
  }

  virtual void drop_items() noexcept = 0;

  /// Keeps the channel for a task that may have to put an item back after all ends were closed.
  class keeper {
   public:
    explicit keeper(channel_core& kept) noexcept : kept_(kept) { ++kept.references; }
    keeper(const keeper&) = delete;
    keeper& operator=(const keeper&) = delete;
    ~keeper() { kept_.release(); }

   private:
    channel_core& kept_;
  };
};

[[noreturn]] void throw_send_would_block();
[[noreturn]] void throw_receive_would_block();

}  // namespace overlap::asyncio::detail
