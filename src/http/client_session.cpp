// src/http/client_session.cpp
//
// The session's public face.

#include <memory>

#include <overlap/base/assert.hpp>
#include <overlap/http/client_session.hpp>

#include "http/engine.hpp"

namespace overlap::http {

namespace {

detail::engine& checked(detail::engine* given) {
  OVERLAP_ASSERT(given != nullptr, "this session was moved from: use the one it was moved to");
  return *given;
}

}  // namespace

bool request_awaiter::begin(asyncio::detail::frame& awaiting) {
  OVERLAP_ASSERT(transfer_ != nullptr, "a request is awaited once: make a new one with get()");
  const auto withdraw_request = [](asyncio::detail::waiter* leaf) {
    static_cast<request_awaiter*>(leaf)->transfer_->abort();
    return true;
  };
  if (begin_wait(*this, awaiting, withdraw_request)) transfer_->begin(*this);
  return true;
}

client_response request_awaiter::await_resume() {
  detail::transfer& answered = *transfer_;
  client_response answer(std::exchange(transfer_, nullptr));
  // A body that broke after the headers is for whoever reads it.
  if (!answered.head.is_final()) answered.throw_failure();
  if (answered.raises_for_status()) answer.raise_for_status();
  return answer;
}

client_session::client_session(const session_options& options) : engine_(new detail::engine(options)) {}

client_session::~client_session() {
  if (engine_ == nullptr) return;
  engine_->close();
  engine_->release();
}

client_request client_session::request(std::string_view method, std::string_view url,
                                       const request_options& options) {
  return client_request(new detail::transfer(checked(engine_), method, url, options));
}

client_session::statistics_result client_session::statistics() const noexcept {
  const detail::engine& engine = checked(engine_);
  return {engine.gate().active(), engine.gate().waiting(), engine.connections_open()};
}

void client_session::close() noexcept { checked(engine_).close(); }
bool client_session::closed() const noexcept { return checked(engine_).is_closed(); }

asyncio::task<> client_session::enter() {
  checked(engine_).bind();
  co_return;
}

asyncio::task<> client_session::leave() {
  close();
  co_await engine_->wait_closed();
}

}  // namespace overlap::http
