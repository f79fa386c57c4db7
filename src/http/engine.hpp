// src/http/engine.hpp
//
// What a session is made of: libcurl's multi handle on the loop, prepared handles, limits, and the requests
// that have begun. It outlives its session while responses and polls still need it.
//
// Threads: before the first request any one thread; then the loop's.
//
// Invariants
//   1. From the first request to the end a task of the loop (the keeper) is there: it closes everything when
//      the loop ends, and waits until no poll is with the reactor.
//   2. When closed, there is no multi handle, no connection and no request that has begun.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <overlap/asyncio/task.hpp>
#include <overlap/asyncio/task_handle.hpp>
#include <overlap/base/intrusive_list.hpp>

#include "http/easy_handle.hpp"
#include "http/request_gate.hpp"
#include "http/socket_driver.hpp"
#include "http/transfer.hpp"

namespace overlap::http::detail {

class engine final : private socket_driver::listener {
 public:
  enum class end : std::uint8_t { none, closed, loop_ended };

  explicit engine(const session_options& options);
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  void add_reference() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) delete this;
  }

  /// Belongs to the running loop from now on. Throws invalid_state_error if it is closed or another's.
  void bind();
  void close(end why = end::closed) noexcept;
  [[nodiscard]] bool is_closed() const noexcept { return end_ != end::none; }
  /// Waits until everything is closed. After close().
  asyncio::task<> wait_closed();

  [[nodiscard]] const kept_session_options& options() const noexcept { return setup_.options; }
  [[nodiscard]] const request_gate& gate() const noexcept { return gate_; }
  [[nodiscard]] std::size_t connections_open() const noexcept { return driver_.sockets_open(); }
  [[nodiscard]] asyncio::detail::loop_core& loop() const noexcept { return *loop_; }

  // For transfers.
  void begin(transfer& request);
  [[nodiscard]] std::unique_ptr<easy_handle> take_handle();
  void add(easy_handle& handle);
  /// Takes it from libcurl. Reusable: no option of the transfer is left in it.
  void remove(std::unique_ptr<easy_handle> handle, bool is_reusable) noexcept;
  /// It is over: its place is somebody else's.
  void left(transfer& request) noexcept;
  [[noreturn]] void throw_closed() const;

 private:
  struct closing_wait;
  struct drain_wait;

  ~engine();
  void worked() override;
  void drained() override;
  void admit() noexcept;
  void configure_multi();
  static asyncio::task<> keep(engine* kept);

  session_setup setup_;
  request_gate gate_;
  socket_driver driver_;
  CURLM* multi_ = nullptr;
  asyncio::detail::loop_core* loop_ = nullptr;
  std::vector<std::unique_ptr<easy_handle>> free_;
  intrusive_list<transfer> begun_;
  std::optional<asyncio::task_handle<void>> keeper_;
  asyncio::detail::waiter* waits_for_close_ = nullptr;
  asyncio::detail::waiter* waits_for_drain_ = nullptr;
  std::size_t references_ = 1;
  end end_ = end::none;
  bool is_admitting_ = false;
};

}  // namespace overlap::http::detail
