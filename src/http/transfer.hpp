// src/http/transfer.hpp
//
// One request and its answer, from session.get() until the response is dropped.
//
// Threads: the loop's thread only, once it has begun.
//
// Invariants
//   1. It has a handle (and is counted as active) exactly in the state `running`.
//   2. At most one task waits for it; who is woken is not waiting any more.
//   3. `body_` holds at most the session's read_buffer_bytes and one piece, unless somebody wants it all.
//
//   state     begin()                 a slot is free   libcurl is done, deadline, close   drop
//   prepared  in_line or running      –                –                                  deleted
//   in_line   –                       running          ended                              leaves the line
//   running   –                       –                ended                              taken from libcurl
//   ended     –                       –                –                                  deleted
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/intrusive_list.hpp>
#include <overlap/http/client_response.hpp>
#include <overlap/http/request_options.hpp>

#include "http/easy_handle.hpp"
#include "http/failure.hpp"
#include "http/request_gate.hpp"

namespace overlap::http::detail {

class engine;

class transfer final : public answer_sink,
                       public gate_entry,
                       public intrusive_link<>,
                       private asyncio::detail::timer {
 public:
  enum class wait_for : std::uint8_t { nothing, headers, some, all };
  enum class stage : std::uint8_t { prepared, in_line, running, ended };

  /// Keeps what is asked; an error in it is thrown when the request is awaited.
  transfer(engine& of, std::string_view method, std::string_view url, const request_options& options);
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;
  ~transfer();

  // For the awaiters.
  /// Starts the clock and asks for a slot.
  void begin(asyncio::detail::waiter& leaf);
  /// Ends it, wherever it is, without an answer. Nobody is woken.
  void abort() noexcept;
  /// There is something for this wish already.
  [[nodiscard]] bool can_serve(wait_for wish) const noexcept;
  void wait(asyncio::detail::waiter& leaf, wait_for wish);
  void stop_waiting() noexcept;
  void throw_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }
  [[nodiscard]] std::string take(std::size_t bytes_max);

  // For the engine.
  void start();
  void done(CURLcode code);
  void fail(std::exception_ptr error);

  // For the response.
  [[nodiscard]] const header_map& headers();
  [[nodiscard]] std::string_view method() const noexcept { return method_; }
  [[nodiscard]] std::string_view url() const;
  [[nodiscard]] int redirect_count() const noexcept;
  [[nodiscard]] duration elapsed() const noexcept { return headers_at_ - started_; }
  [[nodiscard]] std::size_t buffered() const noexcept { return body_.size() - body_start_; }
  [[nodiscard]] bool has_ended() const noexcept { return stage_ == stage::ended; }
  [[nodiscard]] bool raises_for_status() const noexcept { return raises_for_status_; }
  [[nodiscard]] request_name name() const noexcept { return {method_, url_}; }
  [[nodiscard]] engine& owner() const noexcept { return engine_; }

 private:
  void head_is_final() override;
  std::size_t take_body(std::string_view piece) override;

  void arm_deadline();
  void note_where();
  void let_handle_go(bool is_reusable) noexcept;
  void end() noexcept;
  void wake_if_served();
  void go_on_receiving();

  engine& engine_;
  std::unique_ptr<easy_handle> handle_;
  asyncio::detail::waiter* waiting_ = nullptr;
  std::unique_ptr<kept_request_options> options_;  // null: nothing special
  std::string method_;
  std::string url_;        // as asked
  std::string final_url_;  // after redirects, if there were any
  std::string body_;
  std::size_t body_start_ = 0;
  std::optional<header_map> fields_;
  std::exception_ptr failure_;
  duration limit_;
  time_point started_;
  time_point headers_at_;
  int redirect_count_ = 0;
  stage stage_ = stage::prepared;
  wait_for wish_ = wait_for::nothing;
  bool is_paused_ = false;
  bool raises_for_status_ = false;
};

}  // namespace overlap::http::detail
