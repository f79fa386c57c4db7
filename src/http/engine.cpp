// src/http/engine.cpp
//
// See engine.hpp.

#include "http/engine.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <overlap/asyncio/create_task.hpp>
#include <overlap/asyncio/finally.hpp>
#include <overlap/base/error.hpp>

namespace overlap::http::detail {

using asyncio::detail::waiter;

namespace {

// Idle handles beyond that are given back to libcurl: each holds some 6 KiB.
constexpr std::size_t free_handles_max = 256;

}  // namespace

// The keeper's two waits: until the session is closed, and until the last poll has come back. The second
// runs in the cleanup of `finally`, so no cancellation reaches it.
struct engine::closing_wait : waiter {
  engine* of;
  explicit closing_wait(engine* awaited) noexcept : of(awaited) {}
  [[nodiscard]] bool await_ready() const noexcept { return of->is_closed(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    const auto leave_wait = [](waiter* leaf) {
      static_cast<closing_wait*>(leaf)->of->waits_for_close_ = nullptr;
      return true;
    };
    if (begin_wait(*this, asyncio::detail::frame_of(handle), leave_wait)) of->waits_for_close_ = this;
    return true;
  }
  void await_resume() const noexcept {}
};

struct engine::drain_wait : waiter {
  engine* of;
  explicit drain_wait(engine* awaited) noexcept : of(awaited) {}
  [[nodiscard]] bool await_ready() const noexcept { return of->driver_.is_idle(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (begin_wait(*this, asyncio::detail::frame_of(handle), [](waiter*) { return false; }))
      of->waits_for_drain_ = this;
    return true;
  }
  void await_resume() const noexcept {}
};

engine::engine(const session_options& options)
    : setup_(options), gate_(options.limit, options.limit_per_host), driver_(*this) {
  setup_.close_socket = &socket_driver::close_socket;
  setup_.socket_opened = &socket_driver::socket_opened;
  setup_.socket_argument = &driver_;
}

engine::~engine() { free_.clear(); }

void engine::bind() {
  if (end_ != end::none) throw_closed();
  if (loop_ != nullptr) {
    if (loop_ == asyncio::detail::running_loop) return;
    throw invalid_state_error(
        "the http session belongs to the event loop of another thread; make one session for each loop");
  }
  if (asyncio::detail::running_loop == nullptr)
    throw invalid_state_error(
        "no event loop runs in this thread; use asyncio::run, or http::get without one");
  loop_ = asyncio::detail::running_loop;
  try {
    configure_multi();
    keeper_ = asyncio::create_task(keep(this), "http session");
  } catch (...) {
    ::curl_multi_cleanup(std::exchange(multi_, nullptr));
    loop_ = nullptr;
    throw;
  }
}

void engine::configure_multi() {
  multi_ = ::curl_multi_init();
  if (multi_ == nullptr) throw std::bad_alloc();
  driver_.attach(multi_, *loop_);
  const kept_session_options& options = setup_.options;
  // Kept connections. libcurl's own rule, four for each request in flight, would drop them in a lull.
  ::curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(options.limit != 0 ? options.limit : 1000));
  // The gate counts requests where they were sent; a redirect may lead elsewhere.
  ::curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options.limit_per_host));
}

asyncio::task<> engine::keep(engine* kept) {
  struct reference {
    engine* held;
    explicit reference(engine* given) noexcept : held(given) { held->add_reference(); }
    reference(const reference&) = delete;
    reference& operator=(const reference&) = delete;
    ~reference() { held->release(); }
  };
  const reference alive(kept);
  co_await asyncio::finally([kept]() -> asyncio::task<> { co_await closing_wait(kept); },
                            [kept]() -> asyncio::task<> {
                              kept->close(end::loop_ended);
                              co_await drain_wait(kept);
                            });
}

void engine::close(end why) noexcept {
  if (end_ != end::none) return;
  end_ = why;
  while (transfer* request = begun_.front()) {
    std::exception_ptr error;
    try {
      throw_closed();
    } catch (...) {
      error = std::current_exception();
    }
    request->fail(std::move(error));
  }
  free_.clear();
  // Connections are closed here, and polls asked to end by close_socket.
  if (multi_ != nullptr) ::curl_multi_cleanup(multi_);
  multi_ = nullptr;
  driver_.detach();
  if (waits_for_close_ != nullptr) wake(*std::exchange(waits_for_close_, nullptr));
}

asyncio::task<> engine::wait_closed() {
  if (keeper_) co_await *keeper_;
}

void engine::throw_closed() const {
  if (end_ == end::loop_ended)
    throw invalid_state_error(
        "the event loop of the http session has ended, and the session with it; make a session in each loop");
  throw invalid_state_error("the http session is closed; keep it until its requests and bodies have ended");
}

void engine::begin(transfer& request) {
  begun_.push_back(request);
  if (gate_.enter(request, request.name().url)) request.start();
}

void engine::left(transfer& request) noexcept {
  request.intrusive_link<>::unlink();
  gate_.leave(request);
  admit();
}

// A request that cannot start leaves again and comes back here: the loop below goes on for it.
void engine::admit() noexcept {
  if (is_admitting_ || end_ != end::none) return;
  is_admitting_ = true;
  while (gate_entry* following = gate_.next()) static_cast<transfer*>(following)->start();
  is_admitting_ = false;
}

std::unique_ptr<easy_handle> engine::take_handle() {
  if (free_.empty()) return std::make_unique<easy_handle>(setup_);
  std::unique_ptr<easy_handle> handle = std::move(free_.back());
  free_.pop_back();
  return handle;
}

void engine::add(easy_handle& handle) {
  const CURLMcode code = ::curl_multi_add_handle(multi_, handle.get());
  if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  OVERLAP_ASSERT(code == CURLM_OK, "requests begin in tasks of the loop, never inside callbacks of libcurl");
}

void engine::remove(std::unique_ptr<easy_handle> handle, bool is_reusable) noexcept {
  if (multi_ != nullptr) ::curl_multi_remove_handle(multi_, handle->get());
  if (!is_reusable || free_.size() >= free_handles_max || end_ != end::none) return;
  try {
    handle->reset();
    free_.push_back(std::move(handle));
  } catch (...) {
    handle.reset();  // no memory to keep it: the next request makes its own
  }
}

void engine::worked() {
  int left = 0;
  while (multi_ != nullptr) {
    const CURLMsg* message = ::curl_multi_info_read(multi_, &left);
    if (message == nullptr) return;
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message dies with the handle's removal
    char* handle = nullptr;
    ::curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &handle);
    auto* easy = reinterpret_cast<easy_handle*>(handle);
    static_cast<transfer*>(easy->sink)->done(code);
  }
}

void engine::drained() {
  if (waits_for_drain_ != nullptr) wake(*std::exchange(waits_for_drain_, nullptr));
}

}  // namespace overlap::http::detail
