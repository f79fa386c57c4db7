// src/futures/completion_set.cpp
//
// One entry for each future, woken by it, and a line of those that are done.
//
// Invariants
//   1. An entry is in exactly one of: waiting (attached, or its call is under way), ready, free.
//   2. The mutex protects the line of ready entries; everything else belongs to the set's thread.
//   3. An entry leaves `untried` once: a job that was queued when it was added is found there by a helping
//   worker
//      at most once, and one that was not queued will never be.

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/futures/detail/completion_set.hpp>

#include "futures/parker.hpp"
#include "futures/wait_helper.hpp"
#include "platform/clock.hpp"

namespace overlap::futures::detail {

struct completion_set::body {
  struct entry : completion_node {
    body* set = nullptr;
    future_state_base* state = nullptr;  // null while free
    entry* next_ready = nullptr;
    bool is_ready = false;
  };

  body() = default;
  body(const body&) = delete;
  body& operator=(const body&) = delete;
  ~body() { drop_all(); }

  void add(future_state_base& state);
  entry* wait_for_ready(time_point until);
  bool help(time_point until);
  void push_ready(entry& done) noexcept;
  entry* pop_ready() noexcept;
  void drop_all() noexcept;
  entry* only_waiting() const noexcept;

  static void on_completed(completion_node* node) noexcept {
    auto& done = *static_cast<entry*>(node);
    body& set = *done.set;
    std::optional<promise<void>> observer;
    {
      // Notified under the mutex: when the set's thread sees the entry, nobody is inside here any more.
      const std::lock_guard lock(set.mutex);
      set.push_ready(done);
      set.condition.notify_one();
      observer.swap(set.observer);
    }
    if (observer) observer->set_result();
  }

  std::vector<std::unique_ptr<entry>> entries;
  std::vector<entry*> free;
  std::vector<entry*> untried;  // newest last; filled only where somebody can help
  std::size_t first_untried = 0;
  std::unordered_set<const future_state_base*> known;  // add_once
  std::size_t size = 0;

  std::mutex mutex;
  std::condition_variable condition;
  entry* first_ready = nullptr;
  entry** last_ready = &first_ready;
  std::optional<promise<void>> observer;  // to be told of the next one
};

void completion_set::body::push_ready(entry& done) noexcept {
  done.is_ready = true;
  done.next_ready = nullptr;
  *last_ready = &done;
  last_ready = &done.next_ready;
}

completion_set::body::entry* completion_set::body::pop_ready() noexcept {
  entry* done = first_ready;
  if (done == nullptr) return nullptr;
  first_ready = done->next_ready;
  if (first_ready == nullptr) last_ready = &first_ready;
  return done;
}

void completion_set::body::add(future_state_base& state) {
  if (free.empty()) {
    if (free.capacity() <= entries.size()) free.reserve(2 * entries.size() + 1);
    entries.push_back(std::make_unique<entry>());
    free.push_back(entries.back().get());
  }
  if (current_wait_helper != nullptr) {
    if (first_untried > untried.size() / 2) {
      untried.erase(untried.begin(), untried.begin() + static_cast<std::ptrdiff_t>(first_untried));
      first_untried = 0;
    }
    untried.push_back(free.back());
  }
  entry& added = *free.back();
  free.pop_back();
  added.set = this;
  added.state = &state;
  added.completed = &on_completed;
  added.is_ready = false;
  ++size;
  if (!state.attach(added)) {
    const std::lock_guard lock(mutex);
    push_ready(added);
  }
}

// Runs one awaited job, or one of the waiting job's own, on a worker. False: there is nothing to run.
bool completion_set::body::help(time_point until) {
  wait_helper* helper = current_wait_helper;
  if (helper == nullptr) return false;
  while (first_untried < untried.size()) {
    entry* candidate = untried[first_untried++];
    if (candidate->state != nullptr && helper->help(*candidate->state, true)) return true;
  }
  if (!until.is_never()) return false;
  for (const auto& waiting : entries) {
    if (waiting->state != nullptr && helper->owns(*waiting->state)) {
      return helper->help(*waiting->state, false);
    }
  }
  return false;
}

completion_set::body::entry* completion_set::body::only_waiting() const noexcept {
  entry* found = nullptr;
  for (const auto& candidate : entries) {
    if (candidate->state == nullptr) continue;
    if (found != nullptr) return nullptr;
    found = candidate.get();
  }
  return found;
}

completion_set::body::entry* completion_set::body::wait_for_ready(time_point until) {
  for (;;) {
    {
      const std::lock_guard lock(mutex);
      if (entry* done = pop_ready()) return done;
    }
    if (!help(until)) break;
  }
  // The last one left can be part of a cycle of jobs: the plain wait knows what to do then.
  if (current_wait_helper != nullptr && until.is_never() && size == 1) {
    if (entry* last = only_waiting()) last->state->wait_until(until);
  }
  std::unique_lock lock(mutex);
  if (!wait_on(condition, lock, until, [this] { return first_ready != nullptr; })) return nullptr;
  return pop_ready();
}

void completion_set::body::drop_all() noexcept {
  for (const auto& each : entries) {
    if (each->state == nullptr) continue;
    if (!each->state->detach(*each)) {
      // It has been called or is being called: wait until nobody is inside on_completed().
      std::unique_lock lock(mutex);
      condition.wait(lock, [&each] { return each->is_ready; });
    }
    each->state->drop_owner();
  }
}

completion_set::completion_set() : body_(new body) {}
completion_set::~completion_set() { delete body_; }

void completion_set::add(future_state_base& state) {
  try {
    body_->add(state);
  } catch (...) {
    state.drop_owner();
    throw;
  }
}

bool completion_set::add_once(future_state_base& state) {
  bool is_new = false;
  try {
    is_new = body_->known.insert(&state).second;
    if (is_new) body_->add(state);
  } catch (...) {
    state.drop_owner();
    throw;
  }
  if (!is_new) state.drop_owner();
  return is_new;
}

std::size_t completion_set::size() const noexcept { return body_->size; }

future_state_base* completion_set::next(time_point until) {
  if (body_->size == 0) return nullptr;
  body::entry* done = body_->wait_for_ready(until);
  if (done == nullptr) return nullptr;
  future_state_base* state = std::exchange(done->state, nullptr);
  --body_->size;
  body_->free.push_back(done);
  return state;
}

future<void> completion_set::readiness() {
  promise<void> told;
  future<void> ready = told.get_future();
  const std::lock_guard lock(body_->mutex);
  if (body_->first_ready != nullptr) {
    told.set_result();
  } else {
    body_->observer = std::move(told);
  }
  return ready;
}

void completion_set::cancel_all() noexcept {
  if (body_ == nullptr) return;
  for (const auto& each : body_->entries) {
    if (each->state != nullptr && !each->state->cancel()) each->state->request_stop();
  }
}

time_point moment_after(duration timeout) noexcept {
  return timeout.is_infinite() ? time_point::never() : platform::monotonic_clock().now() + timeout;
}

duration duration_until(time_point until) noexcept {
  if (until.is_never()) return duration::infinite();
  const time_point now = platform::monotonic_clock().now();
  return now < until ? until - now : duration();
}

void throw_unfinished(std::size_t unfinished, std::size_t all) {
  throw timeout_error(std::to_string(unfinished) + " (of " + std::to_string(all) + ") futures unfinished");
}

}  // namespace overlap::futures::detail
