// src/platform/epoll_reactor.cpp
//
// The tries, the registrations and the table of descriptors.

#include "platform/epoll_reactor.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <limits>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

#include "platform/clock.hpp"
#include "platform/system_calls.hpp"

namespace overlap::platform {

// epoll passes the bits of poll(2) on unchanged.
static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR && EPOLLHUP == POLLHUP);
static_assert(EPOLLPRI == POLLPRI && EPOLLRDHUP == POLLRDHUP);

namespace {

constexpr std::uint8_t state_idle = 0;
constexpr std::uint8_t state_queued = 1;
constexpr std::uint8_t state_ready = 2;

constexpr std::uint32_t always_reported = EPOLLERR | EPOLLHUP;
constexpr std::uint64_t wake_tag = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint64_t tag_of(int fd, std::uint32_t generation) noexcept {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

}  // namespace

epoll_reactor::epoll_reactor() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw os_error(errno, "create an epoll descriptor for the event loop");
  // Edge-triggered: every write is reported once, and nobody has to read the counter.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = wake_tag;
  if (kernel.epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.fd(), &event) != 0)
    throw os_error(errno, "register the event loop's wake-up descriptor with epoll");
}

epoll_reactor::~epoll_reactor() {
  OVERLAP_ASSERT(pending_ == 0, "wait for all operations before the reactor is destroyed");
}

bool epoll_reactor::submit(io_operation& operation) {
  operation.state = state_idle;
  operation.result = try_at_once(operation);
  if (operation.result != must_wait) return true;
  descriptor_entry& entry = entry_of(operation.fd);
  entry.interest |= awaited_events(operation);
  const int error = arm(operation.fd, entry);
  if (is_host_driven_ && !ready_.empty()) wake();
  if (error == 0) {
    operation.state = state_queued;
    entry.waiting.push_back(operation);
    ++pending_;
    return false;
  }
  operation.result = -error;
  // Kernel: EPERM means a file that is always ready (a regular file), which epoll does not take.
  if (error == EPERM) {
    operation.result = operation.kind == io_kind::poll
                           ? static_cast<std::int32_t>(operation.flags & (POLLIN | POLLOUT))
                           : attempt(operation);
  }
  return true;
}

void epoll_reactor::request_cancel(io_operation& operation) {
  if (operation.state != state_queued) return;
  // The registration stays: at most it brings one event for nobody.
  table_[static_cast<std::size_t>(operation.fd)].waiting.remove(operation);
  finish(operation, -ECANCELED);
  // A host loop sleeps on our descriptor, which knows nothing of results that came without the kernel.
  if (is_host_driven_) wake();
}

void epoll_reactor::wait(time_point until, completion_list& completed) {
  const bool has_something = deliver_ready(completed);
  const int event_count = collect_events(has_something ? time_point() : until);
  for (int index = 0; index < event_count; ++index) {
    const epoll_event& event = events_[static_cast<std::size_t>(index)];
    if (event.data.u64 == wake_tag) {
      wake_.seen();
      continue;
    }
    const auto fd = static_cast<int>(event.data.u64 & 0xffff'ffffU);
    if (event.data.u64 != tag_of(fd, table_[static_cast<std::size_t>(fd)].generation)) continue;
    serve(fd, event.events);
  }
  static_cast<void>(deliver_ready(completed));
}

int epoll_reactor::pollable_descriptor() noexcept {
  is_host_driven_ = true;
  return epoll_.get();
}

epoll_reactor::descriptor_entry& epoll_reactor::entry_of(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= table_.size()) table_.resize(std::max(index + 1, table_.size() * 2));
  return table_[index];
}

// A poll is not tried: epoll_ctl looks at the present state of the descriptor itself. Anything else waits its
// turn behind operations of its direction.
std::int32_t epoll_reactor::try_at_once(const io_operation& operation) noexcept {
  if (operation.fd < 0) return -EBADF;
  if (operation.kind == io_kind::poll) return must_wait;
  const auto index = static_cast<std::size_t>(operation.fd);
  if (index >= table_.size()) return attempt(operation);
  descriptor_entry& entry = table_[index];
  for (const io_operation* earlier = entry.waiting.front(); earlier != nullptr; earlier = earlier->next) {
    if (earlier->kind != io_kind::poll && awaited_events(*earlier) == awaited_events(operation))
      return must_wait;
  }
  if (operation.kind != io_kind::receive) return attempt(operation);
  if (!entry.hint.is_worth_a_try()) return must_wait;
  const std::int32_t result = attempt(operation);
  entry.hint.note_try(result != must_wait);
  return result;
}

int epoll_reactor::control(int action, int fd, const descriptor_entry& entry) noexcept {
  epoll_event event{};
  event.events = entry.interest | EPOLLONESHOT;
  event.data.u64 = tag_of(fd, entry.generation);
  return kernel.epoll_ctl(epoll_.get(), action, fd, &event) == 0 ? 0 : errno;
}

// Registers `entry` for a new waiter.
int epoll_reactor::arm(int fd, descriptor_entry& entry) noexcept {
  int error = ENOENT;
  if (entry.registered) error = control(EPOLL_CTL_MOD, fd, entry);
  // No file of this number, or one that cannot wait: those in the queue waited for an earlier one.
  if (error == EBADF || error == EPERM) finish_all(entry, -EBADF);
  if (error != ENOENT) return error;
  // The number is new to epoll. Whoever waits under it waits for a file that was closed meanwhile, and must
  // not take anything from the one that has the number now.
  finish_all(entry, -EBADF);
  ++entry.generation;
  error = control(EPOLL_CTL_ADD, fd, entry);
  if (error == EEXIST) error = control(EPOLL_CTL_MOD, fd, entry);
  entry.registered = error == 0;
  return error;
}

// Registers `entry` again for those who still wait after an event.
void epoll_reactor::rearm(int fd, descriptor_entry& entry) noexcept {
  const int error = control(EPOLL_CTL_MOD, fd, entry);
  if (error != 0) finish_all(entry, error == ENOENT ? -EBADF : -error);
}

void epoll_reactor::serve(int fd, std::uint32_t events) noexcept {
  descriptor_entry& entry = table_[static_cast<std::size_t>(fd)];
  entry.interest = 0;
  std::uint32_t exhausted = 0;  // directions in which an earlier operation still waits
  io_operation* following = nullptr;
  for (io_operation* operation = entry.waiting.front(); operation != nullptr; operation = following) {
    following = operation->next;
    const std::uint32_t awaited = awaited_events(*operation);
    const std::uint32_t came = events & (awaited | always_reported);
    std::int32_t result = must_wait;
    if (operation->kind == io_kind::poll) {
      if (came != 0) result = static_cast<std::int32_t>(came);
    } else if (came != 0 && (awaited & exhausted) == 0) {
      result = attempt_when_ready(*operation);
    }
    if (result == must_wait) {
      entry.interest |= awaited;
      if (operation->kind != io_kind::poll) exhausted |= awaited;
      continue;
    }
    entry.waiting.remove(*operation);
    finish(*operation, result);
  }
  if (!entry.waiting.empty()) rearm(fd, entry);
}

void epoll_reactor::finish(io_operation& operation, std::int32_t result) noexcept {
  operation.state = state_ready;
  operation.result = result;
  ready_.push_back(operation);
}

void epoll_reactor::finish_all(descriptor_entry& entry, std::int32_t result) noexcept {
  while (io_operation* operation = entry.waiting.pop_front()) finish(*operation, result);
}

int epoll_reactor::collect_events(time_point until) noexcept {
  duration remaining;
  if (until.is_never())
    remaining = duration::infinite();
  else if (until > time_point())
    remaining = std::max(until - monotonic_clock().now(), duration());
  const std::int64_t nanoseconds = remaining.nanoseconds();
  int count = -1;
  if (has_precise_timeouts_) {
    timespec limit{};
    limit.tv_sec = nanoseconds / 1'000'000'000;
    limit.tv_nsec = nanoseconds % 1'000'000'000;
    count = kernel.epoll_pwait2(epoll_.get(), events_.data(), event_count_max,
                                remaining.is_infinite() ? nullptr : &limit, nullptr);
    // EPERM: seccomp rules written before the call existed answer so.
    if (count < 0 && (errno == ENOSYS || errno == EPERM)) has_precise_timeouts_ = false;
  }
  if (!has_precise_timeouts_) {
    // Rounded up: an event loop that wakes before its timer is due would spin until then.
    constexpr std::int64_t longest = std::numeric_limits<int>::max();
    const std::int64_t milliseconds =
        std::min(longest, nanoseconds / 1'000'000 + (nanoseconds % 1'000'000 != 0));
    count = kernel.epoll_wait(epoll_.get(), events_.data(), event_count_max,
                              remaining.is_infinite() ? -1 : static_cast<int>(milliseconds));
  }
  return count;  // -1 is EINTR: wait() may return with nothing, and its caller knows the time
}

bool epoll_reactor::deliver_ready(completion_list& completed) noexcept {
  bool has_something = false;
  while (io_operation* operation = ready_.pop_front()) {
    operation->state = state_idle;
    completed.push_back(*operation);
    --pending_;
    has_something = true;
  }
  return has_something;
}

std::unique_ptr<reactor> make_epoll_reactor() { return std::make_unique<epoll_reactor>(); }

}  // namespace overlap::platform
