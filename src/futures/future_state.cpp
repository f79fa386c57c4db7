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
// All of it is one word: status, lock and "there are nodes". Without nodes a change is one compare-exchange;
// the list is touched under the lock, which is held for a few instructions. A std::mutex would make every
// future 40 bytes larger.

#include <atomic>
#include <string>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/futures/detail/future_state.hpp>
#include <overlap/futures/future_errors.hpp>
#include <overlap/futures/unhandled_exception.hpp>

#include "futures/adaptive_spin.hpp"
#include "futures/parker.hpp"
#include "futures/wait_helper.hpp"
#include "platform/clock.hpp"

namespace overlap::futures::detail {

namespace {

enum status : std::uint32_t { pending, running_now, completing, finished, was_cancelled, status_mask = 7 };

enum word_bit : std::uint32_t {
  locked = 8,
  contended = 16,  // somebody sleeps until the lock is free
  has_nodes = 32,
  was_running = 64  // before completing
};

enum flag : std::uint32_t { looked_at = 1, taken = 2 };

using atomic_word = std::atomic_ref<std::uint32_t>;

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

future_state_base::~future_state_base() {
  OVERLAP_ASSERT(newest_ == nullptr, "keep a future while something waits for it");
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
  // The last one needs no exchange: nobody else is left who could change the count.
  // Release pairs with the acquire of the last owner, whose destruction sees every other owner's last access.
  if (has_one_owner() || atomic_word(owners_).fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

std::uint32_t future_state_base::load_word() const noexcept {
  // Acquire pairs with the release in change() and unlock(): who sees "finished" sees the value.
  return atomic_word(const_cast<std::uint32_t&>(word_)).load(std::memory_order_acquire);
}
std::uint32_t future_state_base::load_status() const noexcept { return load_word() & status_mask; }

bool future_state_base::change(std::uint32_t from, std::uint32_t to) noexcept {
  return atomic_word(word_).compare_exchange_strong(from, to, std::memory_order_acq_rel,
                                                    std::memory_order_relaxed);
}

// Returns the word as it is without the lock.
std::uint32_t future_state_base::lock() noexcept {
  constexpr int rounds_max = 100;
  for (int round = 0;; ++round) {
    const std::uint32_t word = load_word();
    if ((word & locked) == 0) {
      if (change(word, word | locked)) return word;
    } else if (round < rounds_max) {
      spin_pause();
    } else if ((word & contended) != 0 || change(word, word | contended)) {
      atomic_word(word_).wait(word | contended, std::memory_order_relaxed);
    }
  }
}

void future_state_base::unlock(std::uint32_t word) noexcept {
  // Release pairs with the acquire of the next holder, and with load_word().
  const std::uint32_t before = atomic_word(word_).exchange(word, std::memory_order_acq_rel);
  if ((before & contended) != 0) atomic_word(word_).notify_all();
}

bool future_state_base::done() const noexcept { return load_status() >= finished; }
bool future_state_base::is_pending() const noexcept { return load_status() == pending; }
bool future_state_base::cancelled() const noexcept { return load_status() == was_cancelled; }
bool future_state_base::failed() const noexcept { return load_status() == finished && error_ != nullptr; }
bool future_state_base::running() const noexcept {
  const std::uint32_t status = load_status();
  return status == running_now || status == completing;
}

bool future_state_base::holds_value() const noexcept {
  return load_status() == finished && error_ == nullptr;  // in the destructor: no other thread is left
}

bool future_state_base::attach(completion_node& node) noexcept {
  const std::uint32_t word = lock();
  if ((word & status_mask) >= finished) {
    unlock(word);
    return false;
  }
  node.next = newest_;
  node.link = &newest_;
  if (newest_ != nullptr) newest_->link = &node.next;
  newest_ = &node;
  unlock(word | has_nodes);
  return true;
}

bool future_state_base::detach(completion_node& node) noexcept {
  std::uint32_t word = lock();
  const bool is_attached = (word & status_mask) < finished && node.link != nullptr;
  if (is_attached) {
    *node.link = node.next;
    if (node.next != nullptr) node.next->link = node.link;
    node.link = nullptr;
    if (newest_ == nullptr) word &= ~std::uint32_t{has_nodes};
  }
  unlock(word);
  return is_attached;
}

void future_state_base::add_callback(callback_node* node) noexcept {
  node->completed = &run_callback;
  node->state = this;
  add_owner();
  if (!attach(*node)) run_callback(node);
}

// Gives back the nodes to be called.
completion_node* future_state_base::finish_as(std::uint32_t status) noexcept {
  const std::uint32_t word = load_word();
  if ((word & (locked | has_nodes)) == 0 && change(word, status)) return nullptr;
  static_cast<void>(lock());
  completion_node* nodes = std::exchange(newest_, nullptr);
  unlock(status);
  return nodes;
}

// Waiters first and callbacks after them, each in order of arrival: a slow callback must not hold up a
// waiter.
void future_state_base::call_nodes(completion_node* newest) noexcept {
  if (newest == nullptr) return;
  completion_node* first = nullptr;
  while (newest != nullptr) {
    completion_node* node = std::exchange(newest, newest->next);
    node->next = std::exchange(first, node);
  }
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
  if (current_wait_helper != nullptr) current_wait_helper->enter_callbacks();
  while (callbacks != nullptr) {
    completion_node* node = std::exchange(callbacks, callbacks->next);
    node->completed(node);
  }
}

bool future_state_base::cancel() noexcept {
  const std::uint32_t word = lock();
  if ((word & status_mask) != pending) {
    unlock(word);
    return (word & status_mask) == was_cancelled;
  }
  completion_node* nodes = std::exchange(newest_, nullptr);
  unlock(was_cancelled);
  drop_work();
  call_nodes(nodes);
  return true;
}

bool future_state_base::try_start() noexcept {
  std::uint32_t word = load_word();
  if (word == pending && change(word, running_now)) return true;
  word = lock();
  const bool starts = (word & status_mask) == pending;
  unlock(starts ? word | running_now : word);
  return starts;
}

bool future_state_base::set_running_or_notify_cancel() {
  if (try_start()) return true;
  const std::uint32_t status = load_status();
  if (status != was_cancelled) throw_not_settable(status, "starting");
  return false;
}

void future_state_base::begin_result() {
  const std::uint32_t word = lock();
  const std::uint32_t status = word & status_mask;
  const std::uint32_t rest = word & ~std::uint32_t{status_mask};
  const bool is_open = status < completing;
  const std::uint32_t origin = status == running_now ? std::uint32_t{was_running} : 0;
  unlock(is_open ? rest | completing | origin : word);
  if (!is_open) throw_not_settable(status, "setting the result of");
}

void future_state_base::undo_begin_result() noexcept {
  const std::uint32_t word = lock();
  unlock((word & has_nodes) | ((word & was_running) != 0 ? std::uint32_t{running_now} : pending));
}

void future_state_base::finish_result() noexcept { call_nodes(finish_as(finished)); }

void future_state_base::store_exception(std::exception_ptr error) {
  OVERLAP_ASSERT(error != nullptr, "give set_exception an exception; a null pointer is none");
  begin_result();
  error_ = std::move(error);
}

void future_state_base::abandon() noexcept {
  const std::uint32_t word = lock();
  const bool is_open = (word & status_mask) < completing;
  unlock(is_open ? (word & has_nodes) | completing : word);
  if (!is_open) return;
  error_ = std::make_exception_ptr(broken_promise());
  // Nobody has a future: nobody can miss the result.
  if (atomic_word(owners_).load(std::memory_order_relaxed) == 1) {
    atomic_word(flags_).fetch_or(looked_at, std::memory_order_relaxed);
  }
  finish_result();
}

bool future_state_base::wait_until(time_point until, code_place place) {
  if (done()) return true;
  wait_helper* const helper = current_wait_helper;
  const bool has_helper = helper != nullptr && helper->owns(*this);
  if (has_helper) {
    while (helper->help(*this, !until.is_never())) {
      if (done()) return true;
    }
  }
  if (!until.is_never() && until <= platform::monotonic_clock().now()) return done();
  thread_local adaptive_spin spin;
  if (spin.until([this] { return done(); })) return true;
  spin.begin_sleep();
  struct end {
    wait_helper* helper;
    ~end() {
      if (helper != nullptr) helper->leave_sleep();
      spin.end_sleep();
    }
  } at_end{nullptr};
  if (has_helper && until.is_never()) {
    helper->enter_sleep(*this, place);
    at_end.helper = helper;
  }
  parker here;
  if (!attach(here) || here.wait(until)) return true;
  if (detach(here)) return false;
  here.wait(time_point::never());  // its call is under way: see completion_node
  return true;
}

bool future_state_base::wait_for(duration timeout, code_place place) {
  if (done()) return true;
  if (timeout.is_infinite()) return wait_until(time_point::never(), place);
  return wait_until(platform::monotonic_clock().now() + timeout, place);
}

void future_state_base::require_value(duration timeout, code_place place) {
  // Where there is a value, there is no pointer to an exception to be counted.
  if (load_status() == finished && error_ == nullptr) return;
  const std::exception_ptr error = require_exception(timeout, place);
  if (error != nullptr) std::rethrow_exception(error);
}

std::exception_ptr future_state_base::require_exception(duration timeout, code_place place) {
  if (!wait_for(timeout, place)) {
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
