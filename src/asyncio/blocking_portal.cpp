// src/asyncio/blocking_portal.cpp
//
// The thread of a portal, and what keeps its loop open: a count of holders, the first of which is the portal
// itself. Whoever lets the count fall to zero ends the main task, and with it the loop.

#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <overlap/asyncio/blocking_portal.hpp>
#include <overlap/asyncio/future.hpp>
#include <overlap/asyncio/run.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap::asyncio {

namespace detail {

struct portal_state {
  std::atomic<std::size_t> holders{1};
  std::atomic<bool> is_ending{false};
  futures::promise<void> end;          // awaited by the main task
  futures::promise<event_loop> began;  // the loop, when it runs
  futures::promise<void> ended;        // how run ended
  std::thread thread;

  portal_state() : loop(start()) {}

  // After `began`, before the thread is joined: read by any thread.
  event_loop loop;

  void end_soon() {
    if (!is_ending.exchange(true)) end.set_result();
  }

  void release() {
    // Releases what the holder did to whoever ends the portal.
    if (holders.fetch_sub(1, std::memory_order_acq_rel) == 1) end_soon();
  }

 private:
  event_loop start() {
    try {
      thread = std::thread([this] { run_loop(); });
    } catch (const std::system_error& error) {
      throw os_error(error.code().value(), "start a thread for", "a blocking_portal",
                     "the limit of processes (ulimit -u) or of memory may be reached");
    }
    try {
      return began.get_future().result();
    } catch (...) {
      thread.join();
      throw;
    }
  }

  void run_loop() {
    try {
      run(main());
      ended.set_result();
    } catch (...) {
      const std::exception_ptr failure = std::current_exception();
      if (!began.get_future().done()) began.set_exception(failure);
      ended.set_exception(failure);
    }
  }

  task<> main() {
    began.set_result(get_running_loop());
    co_await end.get_future();
  }
};

portal_hold::portal_hold(portal_state& portal) : portal_(&portal) {
  std::size_t count = portal.is_ending ? 0 : portal.holders.load(std::memory_order_relaxed);
  while (count != 0 && !portal.holders.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) {
  }
  if (count == 0) {
    throw invalid_state_error("this blocking_portal has been stopped, and takes no more calls; make another");
  }
}

portal_hold::~portal_hold() {
  if (portal_ != nullptr) portal_->release();
}

void throw_errors(std::exception_ptr body, std::exception_ptr leaving) {
  if (leaving) {
    std::vector<std::exception_ptr> both;
    both.push_back(std::move(body));
    both.push_back(std::move(leaving));
    throw exception_group("a body failed, and so did leaving its resource", std::move(both));
  }
  std::rethrow_exception(std::move(body));
}

}  // namespace detail

blocking_portal::blocking_portal() : state_(new detail::portal_state) {}

blocking_portal::~blocking_portal() {
  std::exception_ptr untaken;
  try {
    stop();
  } catch (...) {
    untaken = std::current_exception();
  }
  OVERLAP_ASSERT(untaken == nullptr,
                 "a blocking_portal is destroyed with errors that nobody took, or in its own thread: call "
                 "stop(), which throws them");
  delete state_;
}

event_loop blocking_portal::get_loop() const { return state_->loop; }

void blocking_portal::refuse_own_thread() const {
  if (state_->thread.get_id() == std::this_thread::get_id()) {
    throw invalid_state_error(
        "a blocking_portal was called from its own loop, which would wait for itself for ever; co_await the "
        "work instead");
  }
}

void blocking_portal::stop(bool cancel_remaining) {
  refuse_own_thread();
  if (!state_->thread.joinable()) return;
  if (cancel_remaining) state_->end_soon();
  state_->release();
  state_->thread.join();
  state_->ended.get_future().result();
}

}  // namespace overlap::asyncio
