// src/testing/faulty_reactor.cpp
//
// See the rules in the header.

#include "testing/faulty_reactor.hpp"

#include <algorithm>
#include <cerrno>

#include "platform/sockets.hpp"

namespace overlap::testing::detail {

bool faulty_reactor::submit(platform::io_operation& operation) {
  const std::optional<planned_fault> planned = plan_.next(operation);
  if (!planned) return below_->submit(operation);
  if (planned->error != 0) {
    if (planned->what == fault::connection_reset) platform::shut_down(operation.fd);
    operation.result = -planned->error;
    return true;
  }
  return submit_changed(operation, *planned);
}

bool faulty_reactor::submit_changed(platform::io_operation& operation, const planned_fault& planned) {
  change made{.delay = planned.delay};
  if (planned.what == fault::short_transfer && planned.bytes < operation.length)
    made.length = std::exchange(operation.length, planned.bytes);
  const bool is_over = below_->submit(operation);
  if (is_over) {
    if (made.length != 0) operation.length = made.length;
    if (made.delay == duration()) return true;
    held_.push_back({&operation, clock_.now() + made.delay});
    return false;
  }
  if (planned.what == fault::interruption) {
    made.interrupted = true;
    below_->request_cancel(operation);
  }
  changed_.emplace(&operation, made);
  return false;
}

void faulty_reactor::request_cancel(platform::io_operation& operation) {
  // One that is held has happened: its result comes now.
  for (held_operation& held : held_) {
    if (held.operation != &operation) continue;
    held.until = clock_.now();
    below_->wake();
    return;
  }
  const auto found = changed_.find(&operation);
  if (found != changed_.end()) {
    found->second.cancelled = true;
    if (found->second.interrupted) return;  // its end has been asked for already
  }
  below_->request_cancel(operation);
}

void faulty_reactor::wait(time_point until, platform::completion_list& completed) {
  platform::completion_list arrived;
  below_->wait(std::min(until, next_release()), arrived);
  while (platform::io_operation* operation = arrived.pop_front()) came_back(*operation);
  release_due();
  tell(completed);
}

void faulty_reactor::came_back(platform::io_operation& operation) {
  const auto found = changed_.find(&operation);
  if (found == changed_.end()) {
    told_.push_back(&operation);
    return;
  }
  change& its = found->second;
  if (std::exchange(its.interrupted, false) && operation.result == -ECANCELED && !its.cancelled) {
    if (!below_->submit(operation)) return;
  }
  const change made = its;
  changed_.erase(found);
  if (made.length != 0) operation.length = made.length;
  if (made.delay != duration() && !made.cancelled) {
    held_.push_back({&operation, clock_.now() + made.delay});
  } else {
    told_.push_back(&operation);
  }
}

void faulty_reactor::release_due() {
  std::erase_if(held_, [&](const held_operation& held) {
    if (held.until > clock_.now()) return false;
    told_.push_back(held.operation);
    return true;
  });
}

time_point faulty_reactor::next_release() const noexcept {
  time_point next = time_point::never();
  for (const held_operation& held : held_) next = std::min(next, held.until);
  return next;
}

void faulty_reactor::tell(platform::completion_list& completed) {
  while (!told_.empty()) {
    const std::size_t first =
        plan_.reorders() && told_.size() > 1 ? plan_.choose_first(told_.size()) : std::size_t{0};
    completed.push_back(*told_[first]);
    told_.erase(told_.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

}  // namespace overlap::testing::detail
