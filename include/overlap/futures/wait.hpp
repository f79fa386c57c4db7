// include/overlap/futures/wait.hpp
//
// Waiting for some or all of several futures.
//
// Threads: any; blocks the calling one.
#pragma once

#include <initializer_list>
#include <vector>

#include <overlap/base/duration.hpp>
#include <overlap/futures/detail/completion_set.hpp>
#include <overlap/futures/detail/future_range.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::futures {

/// When a wait() is over. The names are also those of the namespace: `first_completed`.
enum class wait_condition {
  all_completed,    ///< every future is done
  first_completed,  ///< one is done, in whatever way
  first_exception,  ///< one has failed, or all are done; a cancelled one has not failed
};
using enum wait_condition;

struct wait_options {
  duration timeout = duration::infinite();
  wait_condition return_when = all_completed;
};

/// The futures that were waited for, each once and in the order they were given.
template <class T>
struct wait_result {
  std::vector<future<T>> done;      ///< with a result or cancelled
  std::vector<future<T>> not_done;  ///< pending or running; nothing was cancelled
};

namespace detail {
/// Takes futures out of `set` until the condition holds or the time is over.
void wait_for(completion_set& set, wait_options options);
}  // namespace detail

/// Waits until the condition holds or the time is over, which is not an error here.
///
/// Parameters
///   futures   a range of futures, or a map keyed by them; only read.
/// Threads     blocks. A pool's worker runs awaited jobs of its pool meanwhile.
/// Python      concurrent.futures.wait(fs, timeout, return_when)
template <detail::future_range Range>
auto wait(Range&& futures, wait_options options = {}) {
  using value = detail::future_range_value_t<Range>;
  detail::completion_set set;
  std::vector<future<value>> all;
  for (const auto& element : futures) {
    const future<value>& each = detail::future_in(element);
    auto& state = detail::future_access::state(each);
    state.add_owner();
    if (set.add_once(state)) all.push_back(each);
  }
  detail::wait_for(set, options);

  wait_result<value> result;
  for (future<value>& each : all) (each.done() ? result.done : result.not_done).push_back(std::move(each));
  return result;
}

template <class T>
wait_result<T> wait(std::initializer_list<future<T>> futures, wait_options options = {}) {
  return wait<const std::initializer_list<future<T>>&>(futures, options);
}

}  // namespace overlap::futures
