// src/asyncio/watch_table.hpp
//
// add_reader and add_writer: callbacks for descriptors that some library owns. A watch keeps one poll
// operation with the reactor and starts it again after each call.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A watch lives until its operation has come back, also after it has been removed.
//   2. A removed watch never calls again.
#pragma once

#include <cstddef>
#include <vector>

#include <overlap/asyncio/detail/callback.hpp>
#include <overlap/base/detail/io_operation.hpp>

namespace overlap::asyncio::detail {

struct event_loop_state;

class watch_table {
 public:
  explicit watch_table(event_loop_state& loop) noexcept : loop_(loop) {}
  watch_table(const watch_table&) = delete;
  watch_table& operator=(const watch_table&) = delete;
  ~watch_table() = default;

  /// Replaces what was there. Takes over one reference to `call`.
  void add(int fd, bool for_writing, callback* call);
  bool remove(int fd, bool for_writing);
  /// Removes all; the loop turns until pending operations have come back.
  void remove_all();
  /// How many operations are with the reactor only because of removed watches.
  [[nodiscard]] std::size_t leaving() const noexcept { return leaving_; }

 private:
  struct watch;
  struct pair {
    watch* side[2] = {nullptr, nullptr};
  };

  void submit(watch& armed);
  void call_or_report(watch& ready);
  static void completed(overlap::detail::io_operation* operation);

  event_loop_state& loop_;
  std::vector<pair> by_fd_;
  std::size_t leaving_ = 0;
};

}  // namespace overlap::asyncio::detail
