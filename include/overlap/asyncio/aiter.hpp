// include/overlap/asyncio/aiter.hpp
//
// The results of an executor's map(), awaited one after the other instead of blocking for them. Not in the
// door <overlap/asyncio.hpp>: it needs that of the executors.
//
// Threads: the loop's thread only; the functions run on the executor's workers.
#pragma once

#include <type_traits>
#include <utility>

#include <overlap/asyncio/async_generator.hpp>
#include <overlap/asyncio/future.hpp>
#include <overlap/asyncio/timeout.hpp>
#include <overlap/futures/map.hpp>

namespace overlap::asyncio {

/// The same elements in the same order as iterating over `results`, but each one is awaited:
///
///   auto pages = aiter(pool.map(fetch, urls));
///   while (auto page = co_await pages.next()) use(*page);
///
/// Elements are read from the input on the loop's thread, as they are needed. For a function that returns
/// nothing the elements are `none`.
///
/// Throws        from next(): what the function threw, after which the generator has ended; use outcomes of
///               one's own to go on. timeout_error when the map's time limit has come.
/// Cancellation  ends the generator: what has not begun is cancelled, functions that take a stop token are
///               asked to stop, and are not waited for.
/// Python        aiter(), for what Executor.map does not offer there
template <class Result>
async_generator<std::conditional_t<std::is_void_v<Result>, futures::none, Result>> aiter(
    futures::map_result<Result> results) {
  for (auto position = results.begin(); position != results.end(); ++position) {
    // Named first: g++ 12 keeps no temporaries across a suspension here (docs/traps/gcc12_closures.md).
    futures::future<void> arrival = results.arrival();
    if (!arrival.done()) {
      const duration left = results.time_left();
      if (left.is_infinite()) {
        co_await std::move(arrival);
      } else {
        co_await wait_for(std::move(arrival), left);
      }
    }
    co_yield *position;
  }
}

}  // namespace overlap::asyncio
