// include/overlap/asyncio/channel_source.hpp
//
// A generator that may have tasks: its code is a task of its own, and its values come through a channel.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. The producer runs exactly while the source is entered: leaving stops it and waits for its end.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/channel.hpp>
#include <overlap/asyncio/create_task.hpp>
#include <overlap/asyncio/detail/awaitable.hpp>

namespace overlap::asyncio {

namespace detail {
/// Cancels a producer whose receiver has gone, and waits for its end. Throws its error, unless that only
/// says that the receiver has gone.
task<> end_producer(task_handle<> producer);
}  // namespace detail

/// Values from a task, for the body of a `with`. See channel_from().
template <class T>
class channel_source {
 public:
  channel_source(task<> producer, channel_receiver<T> values) noexcept
      : producer_(std::move(producer)), values_(std::move(values)) {}

  /// The next value; nothing when the producer has ended, also if it failed: `with` throws its error.
  /// See channel_receiver::next().
  auto next() noexcept { return values_.next(); }

  /// For `with`.
  task<> enter() {
    running_.emplace(create_task(std::move(producer_)));
    co_return;
  }
  task<> leave() {
    values_.close();
    return detail::end_producer(*running_);
  }

 private:
  task<> producer_;
  channel_receiver<T> values_;
  std::optional<task_handle<>> running_;
};

/// A generator as a task: `producer(channel_sender<T>)` sends its values from inside a task_group or a
/// timeout, where an async_generator must not be suspended:
///
///   co_await with(channel_from<page>(crawl), [](auto& pages) -> task<> {
///     while (auto page = co_await pages.next()) co_await store(*page);
///   });
///
/// When the body ends, in whatever way, the producer is stopped and awaited. `capacity`: how many values it
/// may be ahead; 0: each is taken before the next is made.
///
/// Throws   (with) the producer's error, when the body has seen the values before it
/// Cost     one task, one channel
/// Python   trio.as_safe_channel
template <class T, class Producer>
  requires detail::task_function<std::decay_t<Producer>&, channel_sender<T>>
channel_source<T> channel_from(Producer&& producer, std::size_t capacity = 0) {
  detail::refuse_unsafe_closures<Producer>();
  auto [sender, receiver] = open_channel<T>(capacity);
  return channel_source<T>(detail::invoke_kept<std::decay_t<Producer>, channel_sender<T>>(
                               std::forward<Producer>(producer), std::move(sender)),
                           std::move(receiver));
}

}  // namespace overlap::asyncio
