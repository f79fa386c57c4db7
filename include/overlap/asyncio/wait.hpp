// include/overlap/asyncio/wait.hpp
//
// Waiting for some of several tasks without owning, cancelling or judging them.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. Whatever ends the wait, every watch has left its task's list before the caller goes on.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <overlap/asyncio/any_task.hpp>
#include <overlap/asyncio/detail/task_watch.hpp>
#include <overlap/base/duration.hpp>

namespace overlap::asyncio {

/// What `wait` waits for. Python: the constants of the same names.
enum class return_when : std::uint8_t {
  all_completed,
  first_completed,
  first_exception,  ///< as all_completed if none fails; a cancelled task is no failure
};

struct wait_options {
  duration timeout = duration::infinite();
  return_when until = return_when::all_completed;
};

/// The handles given to `wait`, in their order, without repetitions.
template <class Handle>
struct wait_result {
  std::vector<Handle> done;
  std::vector<Handle> pending;
};

namespace detail {

/// The part of `wait` that does not depend on the type of the handles.
class tasks_wait : waiter, timer, watch_set {
 public:
  tasks_wait(std::size_t count, wait_options options) noexcept : watch_set(count), options_(options) {}
  tasks_wait(const tasks_wait&) = delete;
  tasks_wait& operator=(const tasks_wait&) = delete;

 protected:
  ~tasks_wait() override = default;

  void watch(const task_handle_base& handle) noexcept;
  /// False: what is waited for has happened already.
  bool wait_in(frame& awaiting);

 private:
  void task_ended(std::size_t at, task_record& ended) override;
  [[nodiscard]] frame* awaiting() const noexcept override { return suspended; }
  [[nodiscard]] bool is_over() const noexcept;
  void end_wait() noexcept;

  wait_options options_;
  bool has_ended_ = false;  // at least one
  bool has_failed_ = false;
};

template <class Handle>
class wait_awaiter : tasks_wait {
 public:
  wait_awaiter(std::vector<Handle>&& handles, wait_options options)
      : tasks_wait(handles.size(), options), handles_(std::move(handles)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    for (const Handle& each : handles_) watch(each);
    return wait_in(frame_of(handle));
  }
  wait_result<Handle> await_resume() {
    wait_result<Handle> result;
    for (Handle& each : handles_) (each.done() ? result.done : result.pending).push_back(std::move(each));
    return result;
  }

 private:
  std::vector<Handle> handles_;
};

/// Not an awaiter yet, so that it may be moved.
template <class Handle>
class [[nodiscard("nothing is waited for until this is awaited")]] wait_request {
 public:
  wait_request(std::vector<Handle>&& handles, wait_options options)
      : handles_(std::move(handles)), options_(options) {}
  wait_awaiter<Handle> operator co_await() && { return wait_awaiter<Handle>(std::move(handles_), options_); }

 private:
  std::vector<Handle> handles_;
  wait_options options_;
};

template <class T>
inline constexpr bool is_handle = std::is_base_of_v<task_handle_base, T>;

/// For each id whether it has not come before.
std::vector<bool> first_occurrences(const std::vector<std::uint64_t>& ids);

/// The handles of a range, each task once. Refuses what is no handle, with advice.
template <class Range>
auto distinct_handles(Range&& range) {
  using element = std::remove_cvref_t<decltype(*range.begin())>;
  static_assert(
      is_handle<element>,
      "wait and as_completed take tasks that have been started: give each to task_group::create_task "
      "and pass the handles, or take gather, which starts and owns what it is given");
  std::vector<std::uint64_t> ids;
  for (const element& each : range) ids.push_back(each.id());
  const std::vector<bool> is_first = first_occurrences(ids);
  std::vector<element> handles;
  std::size_t index = 0;
  for (const element& each : range) {
    if (is_first[index++]) handles.push_back(each);
  }
  return handles;
}

[[noreturn]] void throw_nothing_to_wait_for();

}  // namespace detail

/// Waits until all of `handles` (a range of task_handle<T> or any_task) have ended, or the first has, or the
/// first has failed; at most for `timeout`. Never throws a task's error, never cancels one; no error counts
/// as taken.
///
///   auto [done, pending] = co_await wait(handles, {.timeout = 3s, .until = return_when::first_completed});
///
/// Returns       wait_result: those done, also in the same turn, and those pending
/// Throws        invalid_value_error  if there is none to wait for
/// Suspends      unless it has happened already
/// Cancellation  stops the wait; the tasks go on
/// Cost          O(n log n), a few allocations
/// Python        asyncio.wait
template <class Range>
auto wait(Range&& handles, wait_options options = {}) {
  auto distinct = detail::distinct_handles(handles);
  if (distinct.empty()) detail::throw_nothing_to_wait_for();
  return detail::wait_request<typename decltype(distinct)::value_type>(std::move(distinct), options);
}

}  // namespace overlap::asyncio
