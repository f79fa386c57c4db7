// include/overlap/asyncio/channel.hpp
//
// Channels: items go from senders to receivers, and both sides notice when the other one has gone.
//
// Threads: the loop's thread only.
//
// Invariants: detail/exchange.hpp and detail/channel_core.hpp; and
//   1. An end object is open (it has a channel and a number in it) or closed (it has none).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/channel_errors.hpp>
#include <overlap/asyncio/detail/channel_core.hpp>
#include <overlap/asyncio/detail/exchange_wait.hpp>
#include <overlap/asyncio/detail/item_buffer.hpp>

namespace overlap::asyncio {

/// The capacity of a channel whose send never waits.
inline constexpr std::size_t unbounded = detail::no_limit;

/// What a channel is doing now.
struct channel_statistics {
  std::size_t items;            ///< sent, and not yet received
  std::size_t most_items;       ///< there have been at once
  std::size_t capacity;         ///< how many items may wait for a receiver; 0: none
  std::size_t open_senders;     ///< ends
  std::size_t open_receivers;   ///< ends
  std::size_t tasks_sending;    ///< waiting for room or a receiver
  std::size_t tasks_receiving;  ///< waiting for an item
};

namespace detail {

template <class T>
struct channel_state final : exchange<T, fifo_store<T>, channel_core> {
  explicit channel_state(std::size_t most, refusal from_the_start = refusal::none)
      : exchange<T, fifo_store<T>, channel_core>(most) {
    this->giving_refused = this->taking_refused = from_the_start;
  }

  void drop_items() noexcept override { this->drop_stored(); }

  /// What a closed end sends to and receives from. Nothing ever changes it, so there is one for all threads.
  static channel_state& closed() {
    static channel_state refuses_all(0, refusal::closed_channel);
    return refuses_all;
  }

  [[nodiscard]] channel_statistics statistics() const noexcept {
    return {.items = this->stored(),
            .most_items = this->most_stored,
            .capacity = this->capacity,
            .open_senders = this->senders,
            .open_receivers = this->receivers,
            .tasks_sending = this->giving.size(),
            .tasks_receiving = this->taking.size()};
  }
};

}  // namespace detail

template <class T>
struct channel;
template <class T>
channel<T> open_channel(std::size_t capacity = 0);

/// The end of a channel that items are put into. Destroying it closes it; when the last sender is closed, the
/// receivers get what is left, and then the end. Give each task its own by clone().
///
/// Python   anyio.MemoryObjectSendStream, trio.MemorySendChannel
template <class T>
class channel_sender {
  using state = detail::channel_state<T>;

 public:
  channel_sender(channel_sender&& other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)), end_(other.end_) {}
  channel_sender& operator=(channel_sender other) noexcept {
    std::swap(channel_, other.channel_);
    std::swap(end_, other.end_);
    return *this;
  }
  ~channel_sender() { close(); }

  /// Sends an item, as soon as a receiver takes it or there is room in the channel.
  ///
  /// Throws        broken_channel  when every receiver is closed, now or while it waits; closed_channel when
  ///               this end is; what moving T throws
  /// Suspends      while there is neither room nor a receiver that waits
  /// Cancellation  the item was not sent: it is destroyed with the call. An item that had been accepted is
  ///               sent, and the stop comes at the next wait
  /// Cost          no allocation but for the channel's memory, which is kept; a few ns when there is room
  /// Python        SendStream.send
  detail::give_request<state> send(T item) {
    return detail::give_request<state>(open_or_closed(), end_, std::move(item));
  }

  /// The same for an item made of several values: what to write instead of an aggregate's temporary, which
  /// g++ 12 destroys twice in a co_await expression (docs/traps/gcc12_closures.md).
  template <class First, class Second, class... More>
    requires std::is_constructible_v<T, First, Second, More...>
  detail::give_request<state> send(First&& first, Second&& second, More&&... more) {
    return detail::give_request<state>(open_or_closed(), end_, std::forward<First>(first),
                                       std::forward<Second>(second), std::forward<More>(more)...);
  }

  /// Sends an item now. Throws would_block (and has not touched the item), broken_channel, closed_channel.
  void send_nowait(T&& item) {
    state& into = open();
    if (into.giving_refused != detail::refusal::none) detail::throw_refusal(into.giving_refused);
    if (!into.try_give(std::move(item))) detail::throw_send_would_block();
  }
  void send_nowait(const T& item) {
    if (open().giving_refused == detail::refusal::none && !open().has_room())
      detail::throw_send_would_block();
    send_nowait(T(item));
  }

  /// Sends an item now, or returns false and has not touched it: no room, or an end is closed.
  [[nodiscard]] bool try_send(T&& item) { return can_send() && channel_->try_give(std::move(item)); }
  [[nodiscard]] bool try_send(const T& item) {
    return can_send() && channel_->has_room() && channel_->try_give(T(item));
  }

  /// One more sender of the same channel. Throws closed_channel.
  [[nodiscard("a sender that is not kept closes at once")]] channel_sender clone() const {
    return channel_sender(open());
  }

  /// Closes this end. A task that waits in its send() gets closed_channel. A second call does nothing.
  void close() noexcept {
    if (channel_ != nullptr) std::exchange(channel_, nullptr)->close_sender(end_);
  }
  [[nodiscard]] bool is_closed() const noexcept { return channel_ == nullptr; }

  /// Throws closed_channel.
  [[nodiscard]] channel_statistics statistics() const { return open().statistics(); }

 private:
  friend channel<T> open_channel<T>(std::size_t capacity);
  explicit channel_sender(state& channel) noexcept : channel_(&channel), end_(channel.open_sender()) {}

  state& open() const {
    if (channel_ == nullptr) detail::throw_refusal(detail::refusal::closed_channel);
    return *channel_;
  }
  state& open_or_closed() const noexcept { return channel_ != nullptr ? *channel_ : state::closed(); }
  [[nodiscard]] bool can_send() const noexcept {
    return channel_ != nullptr && channel_->giving_refused == detail::refusal::none;
  }

  state* channel_;
  std::uint64_t end_;
};

/// The end of a channel that items come out of. Destroying it closes it; when the last receiver is closed,
/// what is in the channel is destroyed, and the senders get broken_channel. Each item goes to one receiver.
///
/// Python   anyio.MemoryObjectReceiveStream, trio.MemoryReceiveChannel
template <class T>
class channel_receiver {
  using state = detail::channel_state<T>;
  template <class Form>
  using request = detail::take_request<state, Form>;

 public:
  channel_receiver(channel_receiver&& other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)), end_(other.end_) {}
  channel_receiver& operator=(channel_receiver other) noexcept {
    std::swap(channel_, other.channel_);
    std::swap(end_, other.end_);
    return *this;
  }
  ~channel_receiver() { close(); }

  /// Takes the next item.
  ///
  /// Throws        end_of_channel  when every sender is closed and nothing is left, now or while it waits;
  ///               closed_channel when this end is; what moving T throws
  /// Suspends      while nothing is there
  /// Cancellation  no item is lost: one that was handed over in the same turn is delivered, and the stop
  /// comes
  ///               at the next wait
  /// Cost          no allocation; a few ns when an item is there
  /// Python        ReceiveStream.receive
  request<detail::as_item<T>> receive() noexcept { return {open_or_closed(), end_}; }

  /// As receive(), with nothing at the end: `while (auto item = co_await receiver.next()) use(*item);`
  request<detail::as_optional<T>> next() noexcept { return {open_or_closed(), end_}; }

  /// Takes the next item now. Throws would_block, end_of_channel, closed_channel.
  T receive_nowait() {
    state& from = open();
    if (!from.has_item()) {
      if (from.taking_refused != detail::refusal::none) detail::throw_refusal(from.taking_refused);
      detail::throw_receive_would_block();
    }
    return from.template take<detail::as_item<T>>();
  }

  /// Takes the next item now, or nothing: there is none, the channel ended or not, or this end is closed.
  [[nodiscard]] std::optional<T> try_receive() {
    if (channel_ == nullptr || !channel_->has_item()) return std::nullopt;
    return channel_->template take<detail::as_optional<T>>();
  }

  /// One more receiver of the same channel. Throws closed_channel.
  [[nodiscard("a receiver that is not kept closes at once")]] channel_receiver clone() const {
    return channel_receiver(open());
  }

  /// Closes this end. A task that waits in its receive() gets closed_channel. A second call does nothing.
  void close() noexcept {
    if (channel_ != nullptr) std::exchange(channel_, nullptr)->close_receiver(end_);
  }
  [[nodiscard]] bool is_closed() const noexcept { return channel_ == nullptr; }

  /// Throws closed_channel.
  [[nodiscard]] channel_statistics statistics() const { return open().statistics(); }

 private:
  friend channel<T> open_channel<T>(std::size_t capacity);
  explicit channel_receiver(state& channel) noexcept : channel_(&channel), end_(channel.open_receiver()) {}

  state& open() const {
    if (channel_ == nullptr) detail::throw_refusal(detail::refusal::closed_channel);
    return *channel_;
  }
  state& open_or_closed() const noexcept { return channel_ != nullptr ? *channel_ : state::closed(); }

  state* channel_;
  std::uint64_t end_;
};

/// Both ends of a new channel: `auto [sender, receiver] = open_channel<page>();`
template <class T>
struct channel {
  channel_sender<T> sender;
  channel_receiver<T> receiver;
};

/// Makes a channel. `capacity`: how many items may wait in it for a receiver. With 0 a send waits until its
/// item has been taken; with `unbounded` it never waits.
///
/// Cost     one allocation; the channel goes when its last end does
/// Python   anyio.create_memory_object_stream, trio.open_memory_channel
template <class T>
channel<T> open_channel(std::size_t capacity) {
  static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
                "a channel passes objects that can be moved: for references take pointers");
  auto* made = new detail::channel_state<T>(capacity);
  return {channel_sender<T>(*made), channel_receiver<T>(*made)};
}

}  // namespace overlap::asyncio
