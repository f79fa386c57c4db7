// include/overlap/futures/parallel.hpp
//
// Fork and join on an executor's workers: parts of one computation, for which futures would be too heavy. A
// part costs about 10 ns: no allocation, no future, only a place on the stack.
//
// Threads: callable from any thread; the parts run on the workers, several at once. The caller waits.
//
// Invariants
//   1. A call returns only when all its parts have ended, also when one has thrown.
//   2. Parts not begun when one has thrown, or when a stop was requested, are never begun.
//   3. On a worker of the executor the calling worker takes part itself; elsewhere the call is one job.
#pragma once

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

#include <overlap/futures/basic_executor.hpp>
#include <overlap/futures/detail/fork.hpp>
#include <overlap/futures/detail/parallel_range.hpp>

namespace overlap::futures {

namespace detail {

template <class Function>
struct fork_of final : fork_frame {
  explicit fork_of(Function& given) noexcept
      : fork_frame([](fork_worker&, fork_frame& frame) { static_cast<fork_of&>(frame).function(); }),
        function(given) {}
  Function& function;
};

// Not a destructor: whoever leaves the block by an exception must wait, too, and the normal path is shorter.
template <class First, class Second>
void fork_two(fork_worker& worker, First& first, Second& second) {
  fork_of<Second> other(second);
  if (!worker.offer(other)) {
    first();
    second();
    return;
  }
  try {
    first();
  } catch (...) {
    if (!worker.take_back()) worker.wait_for(other);
    throw;
  }
  if (worker.take_back()) {
    second();
  } else {
    worker.wait_for(other);
    if (other.error != nullptr) std::rethrow_exception(std::move(other.error));
  }
}

template <class First>
void fork_all(fork_worker*, First& first) {
  first();
}
template <class First, class... More>
void fork_all(fork_worker* worker, First& first, More&... more) {
  if (worker == nullptr) {
    first();
    fork_all(worker, more...);
  } else {
    auto rest = [worker, &more...] {
      // Another worker may have taken it.
      fork_all(this_fork_worker != nullptr ? this_fork_worker : worker, more...);
    };
    fork_two(*worker, first, rest);
  }
}

/// Calls `body(worker)` on a worker of the executor. Null where it has none: the parts then run one by one.
template <class Body>
decltype(auto) on_worker_of(basic_executor& executor, Body&& body) {
  executor_core& core = core_of(executor);
  fork_worker* const here = this_fork_worker;
  if (here != nullptr && here->belongs_to(core)) return body(here);
  return submit_to(core,
                   [&body, &core]() -> decltype(auto) {
                     fork_worker* const there = this_fork_worker;
                     return body(there != nullptr && there->belongs_to(core) ? there : nullptr);
                   })
      .result();
}

}  // namespace detail

/// Calls all functions, at the same time as far as workers are free, and returns when all have ended. Made
/// for recursion: a function may call parallel_invoke again.
///
///     long fib(int n) {
///       if (n < 2) return n;
///       long one = 0, two = 0;
///       parallel_invoke(pool, [&] { one = fib(n - 1); }, [&] { two = fib(n - 2); });
///       return one + two;
///     }
///
/// The functions are called by reference, each at most once, and see the caller's context variables; whether
/// what one sets is seen by the caller afterwards depends on who ran it, so let them set none.
///
/// Throws   the first error in the order of the arguments; functions that have not begun by then never do
/// Cost     about 10 ns for each function but the first, if nobody takes it over
/// Python   none; oneTBB's parallel_invoke
template <class First, class... More>
void parallel_invoke(basic_executor& executor, First&& first, More&&... more) {
  detail::fork_worker* const here = detail::this_fork_worker;
  if (here != nullptr && here->belongs_to(core_of(executor))) {
    detail::fork_all(here, first, more...);
  } else {
    detail::on_worker_of(executor,
                         [&](detail::fork_worker* worker) { detail::fork_all(worker, first, more...); });
  }
}

/// Calls `function(i)` for every i from `first` to before `last`: integers, or random access iterators, where
/// it is called with the element. In any order, at the same time as far as workers are free.
///
/// The range is halved only when some worker has nothing to do, so light and uneven functions cost what a
/// plain loop costs: there is no grain to choose.
///
/// Parameters
///   function  called by reference, on several threads at the same time
///   token     a std::stop_token, or whatever has stop_requested(): asked between groups of calls
/// Throws      the first error; calls that have not begun by then never do. cancelled_error if a stop was
///             requested before all were done.
/// Python      none; executor.map with results that nobody needs
template <class Index, class Function, class Token = detail::never_stopped>
void parallel_for(basic_executor& executor, Index first, std::type_identity_t<Index> last,
                  Function&& function, Token token = {}) {
  detail::range_work work(token);
  detail::loop_part<Index, std::remove_reference_t<Function>> part{function};
  detail::on_worker_of(executor, [&](detail::fork_worker* worker) {
    detail::run_range(worker, work, std::move(first), std::move(last), part, std::size_t{1});
  });
  work.finish();
}

/// For all elements of a range with random access.
template <class Range, class Function, class Token = detail::never_stopped>
  requires requires(Range& range) { std::end(range) - std::begin(range); }
void parallel_for(basic_executor& executor, Range&& range, Function&& function, Token token = {}) {
  parallel_for(executor, std::begin(range), std::end(range), function, std::move(token));
}

/// Combines `transform(i)` for every i from `first` to before `last` with `init`, and returns the result, as
/// std::transform_reduce does.
///
/// `combine` must be associative; it need not be commutative, for the order of the range is kept.
///
/// Throws   as parallel_for
/// Python   functools.reduce(combine, map(transform, range), init)
template <class Index, class T, class Combine, class Transform, class Token = detail::never_stopped>
T parallel_reduce(basic_executor& executor, Index first, std::type_identity_t<Index> last, T init,
                  Combine&& combine, Transform&& transform, Token token = {}) {
  detail::range_work work(token);
  detail::sum_part<T, Index, std::remove_reference_t<Combine>, std::remove_reference_t<Transform>> part(
      combine, transform);
  detail::on_worker_of(executor, [&](detail::fork_worker* worker) {
    detail::run_range(worker, work, std::move(first), std::move(last), part, std::size_t{1});
  });
  work.finish();
  if (!part.has_sum) return init;
  return combine(std::move(init), std::move(part.sum));
}

}  // namespace overlap::futures
