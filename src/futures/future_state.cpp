// src/futures/future_state.cpp
//
// The protocol between a producer and everybody who waits (detail/future_state.hpp has the invariants).
//
//   status       cancel()      set_running      begin_result    finish_result / set_exception
//   pending      cancelled     running          completing      (set_exception) finished
//   running      refused       error            completing      (set_exception) finished
//   completing   refused       error            error           finished
//   finished     refused       error            error           error
//   cancelled    refused       refused          error           error
//
// The lock is one word: a std::mutex would make every future 40 bytes larger, and it is held for a few
// instructions only.

#include <atomic>
#include <string>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/futures/detail/future_state.hpp>
#include <overlap/futures/future_errors.hpp>
#include <overlap/futures/unhandled_exception.hpp>

#include "futures/parker.hpp"
#include "futures/wait_helper.hpp"
#include "platform/clock.hpp"

namespace overlap::futures::detail {

namespace {

enum status : std::uint32_t { pending, running_now, completing, finished, was_cancelled };

enum flag : std::uint32_t { looked_at = 1, taken = 2 };

using atomic_word = std::atomic_ref<std::uint32_t>;

// The classical three-valued futex lock: 0 free, 1 held, 2 held and somebody may sleep.
class word_lock {
 public:
  explicit word_lock(std::uint32_t& word) noexcept : word_(word) {
    std::uint32_t free = 0;
    if (word_.compare_exchange_strong(free, 1, std::memory_order_acquire)) return;
    while (word_.exchange(2, std::memory_order_acquire) != 0) word_.wait(2, std::memory_order_relaxed);
  }
  word_lock(const word_lock&) = delete;
  word_lock& operator=(const word_lock&) = delete;
  ~word_lock() {
    // Release pairs with the acquire of the next holder.
    if (word_.exchange(0, std::memory_order_release) == 2) word_.notify_one();
  }

 private:
  atomic_word word_;
};

[[noreturn]] void throw_not_settable(std::uint32_t status, const char* doing) {
  const char* why = status == was_cancelled ? "it was cancelled; ask set_running_or_notify_cancel() first"
                    : status == running_now ? "it is running already"
                                            : "it has a result already; a future gets exactly one";
  throw invalid_state_error(std::string(doing) + " a future: " + why);
}

// Runs one callback, frees it and gives its ownership of the state back.
void run_callback(completion_node* node) noexcept {
  auto* callback = static_cast<callback_node*>(node);
  future_state_base* state = callback->state;
  try {
    callback->invoke(callback);
  } catch (...) {
    report_unhandled_exception(std::current_exception(), "a done callback of a future");
  }
  callback->destroy(callback);
  state->drop_owner();
}

}  // namespace

wait_helper*& current_wait_helper() noexcept {
  thread_local wait_helper* helper = nullptr;
  return helper;
}

future_state_base::~future_state_base() {
  OVERLAP_ASSERT(first_ == nullptr, "keep a future while something waits for it");
  if (error_ != nullptr && (flags_ & looked_at) == 0) {
    report_unhandled_exception(std::move(error_), "the error of a future that was dropped unseen");
  }
}

bool future_state_base::has_one_owner() const noexcept {
  // Acquires what the owners before did: see drop_owner.
  return atomic_word(const_cast<std::uint32_t&>(owners_)).load(std::memory_order_acquire) == 1;
}

void future_state_base::add_owner() noexcept { atomic_word(owners_).fetch_add(1, std::memory_order_relaxed); }

void future_state_base::drop_owner() noexcept {
  // Release pairs with the acquire of the last owner, whose destruction sees every other owner's last access.
  if (atomic_word(owners_).fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

std::uint32_t future_state_base::load_status() const noexcept {
  // Acquire pairs with the release in finish_as(): who sees "finished" sees the value.
  return atomic_word(const_cast<std::uint32_t&>(status_)).load(std::memory_order_acquire);
}

bool future_state_base::done() const noexcept { return load_status() >= finished; }
bool future_state_base::cancelled() const noexcept { return load_status() == was_cancelled; }
bool future_state_base::failed() const noexcept { return load_status() == finished && error_ != nullptr; }
bool future_state_base::running() const noexcept {
  const std::uint32_t status = load_status();
  return status == running_now || status == completing;
}

bool future_state_base::holds_value() const noexcept {
  return status_ == finished && error_ == nullptr;  // in the destructor: no other thread is left
}

bool future_state_base::attach(completion_node& node) noexcept {
  const word_lock lock(lock_);
  if (status_ >= finished) return false;
  node.next = nullptr;
  node.link = first_ == nullptr ? &first_ : last_;
  *node.link = &node;
  last_ = &node.next;
  return true;
}

bool future_state_base::detach(completion_node& node) noexcept {
  const word_lock lock(lock_);
  if (status_ >= finished || node.link == nullptr) return false;
  *node.link = node.next;
  if (node.next != nullptr)
    node.next->link = node.link;
  else
    last_ = node.link;
  node.link = nullptr;
  return true;
}

void future_state_base::add_callback(callback_node* node) noexcept {
  node->completed = &run_callback;
  node->state = this;
  add_owner();
  if (!attach(*node)) run_callback(node);
}

completion_node* future_state_base::finish_as(std::uint32_t status) noexcept {
  // Called under the lock. Release pairs with the acquire in load_status().
  atomic_word(status_).store(status, std::memory_order_release);
  return std::exchange(first_, nullptr);
}

// Waiters first and callbacks after them, each in order of arrival: a slow callback must not hold up a
// waiter.
void future_state_base::call_nodes(completion_node* first) noexcept {
  completion_node* callbacks = nullptr;
  completion_node** last_callback = &callbacks;
  while (first != nullptr) {
    completion_node* node = std::exchange(first, first->next);
    if (node->completed == &run_callback) {
      node->next = nullptr;
      *last_callback = node;
      last_callback = &node->next;
    } else {
      node->completed(node);
    }
  }
  if (callbacks == nullptr) return;
  if (wait_helper* helper = current_wait_helper(); helper != nullptr) helper->enter_callbacks();
  while (callbacks != nullptr) {
    completion_node* node = std::exchange(callbacks, callbacks->next);
    node->completed(node);
  }
}

bool future_state_base::cancel() noexcept {
  completion_node* nodes = nullptr;
  {
    const word_lock lock(lock_);
    if (status_ != pending) return status_ == was_cancelled;
    nodes = finish_as(was_cancelled);
  }
  drop_work();
  call_nodes(nodes);
  return true;
}

bool future_state_base::set_running_or_notify_cancel() {
  const word_lock lock(lock_);
  if (status_ == was_cancelled) return false;
  if (status_ != pending) throw_not_settable(status_, "starting");
  atomic_word(status_).store(running_now, std::memory_order_relaxed);
  return true;
}

void future_state_base::begin_result() {
  const word_lock lock(lock_);
  if (status_ >= completing) throw_not_settable(status_, "setting the result of");
  before_completing_ = status_;
  atomic_word(status_).store(completing, std::memory_order_relaxed);
}

void future_state_base::undo_begin_result() noexcept {
  const word_lock lock(lock_);
  atomic_word(status_).store(before_completing_, std::memory_order_relaxed);
}

void future_state_base::finish_result() noexcept {
  completion_node* nodes = nullptr;
  {
    const word_lock lock(lock_);
    nodes = finish_as(finished);
  }
  call_nodes(nodes);
}

void future_state_base::store_exception(std::exception_ptr error) {
  OVERLAP_ASSERT(error != nullptr, "give set_exception an exception; a null pointer is none");
  begin_result();
  error_ = std::move(error);
}

void future_state_base::abandon() noexcept {
  {
    const word_lock lock(lock_);
    if (status_ >= completing) return;
    atomic_word(status_).store(completing, std::memory_order_relaxed);
  }
  error_ = std::make_exception_ptr(broken_promise());
  // Nobody has a future: nobody can miss the result.
  if (atomic_word(owners_).load(std::memory_order_relaxed) == 1) {
    atomic_word(flags_).fetch_or(looked_at, std::memory_order_relaxed);
  }
  finish_result();
}

bool future_state_base::wait_until(time_point until) {
  if (done()) return true;
  if (wait_helper* helper = current_wait_helper(); helper != nullptr && helper->owns(*this)) {
    while (helper->help(*this, !until.is_never())) {
      if (done()) return true;
    }
    if (until.is_never()) {
      helper->enter_sleep(*this);
      struct leave {
        wait_helper* helper;
        ~leave() { helper->leave_sleep(); }
      } const at_end{helper};
      parker here;
      if (attach(here)) here.wait(until);
      return true;
    }
  }
  parker here;
  if (!attach(here) || here.wait(until)) return true;
  if (detach(here)) return false;
  here.wait(time_point::never());  // its call is under way: see completion_node
  return true;
}

bool future_state_base::wait_for(duration timeout) {
  if (done()) return true;
  if (timeout.is_infinite()) return wait_until(time_point::never());
  return wait_until(platform::monotonic_clock().now() + timeout);
}

void future_state_base::require_value(duration timeout) {
  const std::exception_ptr error = require_exception(timeout);
  if (error != nullptr) std::rethrow_exception(error);
}

std::exception_ptr future_state_base::require_exception(duration timeout) {
  if (!wait_for(timeout)) {
    throw timeout_error("waiting for a future: no result after " + std::to_string(timeout.seconds()) + " s");
  }
  if (cancelled()) throw cancelled_error("the future was cancelled before its work started");
  if (error_ != nullptr) atomic_word(flags_).fetch_or(looked_at, std::memory_order_relaxed);
  return error_;
}

void future_state_base::require_untaken() const {
  auto& flags = const_cast<std::uint32_t&>(flags_);
  if ((atomic_word(flags).load(std::memory_order_relaxed) & taken) != 0) {
    throw invalid_state_error(
        "reading the result of a future: std::move(future).result() has taken it; keep what that returned");
  }
}

void future_state_base::take() {
  require_untaken();
  // Two takers of one move-only value are a mistake of the program; the second one is told.
  if ((atomic_word(flags_).fetch_or(taken, std::memory_order_acq_rel) & taken) != 0) require_untaken();
}

}  // namespace overlap::futures::detail
