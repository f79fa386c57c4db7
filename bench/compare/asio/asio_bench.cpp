// bench/compare/asio/asio_bench.cpp
//
// Question: what do the scenarios of bench/compare cost with Boost.Asio's awaitable, on one thread?
// Unit: see scenarios.tsv. Asio has no mutex for coroutines, and no group: what waits for several is a
// counter and a timer that the last one cancels, as its users write it. Check: each counts what it did, and
// the count must be right.
#include <utility>  // Asio of Boost 1.74 forgets it

#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <chrono>
#include <deque>
#include <vector>

#include <future>

#include "compare/measure.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::awaitable;
using asio::steady_timer;
using asio::use_awaitable;
using boost::system::error_code;
using compare::expect;
using compare::measurement;
using channel = asio::experimental::channel<void(error_code, int)>;

constexpr int per_batch = 10'000;
constexpr int gathered = 1'000;

asio::io_context context(1);

awaitable<int> one() { co_return 1; }

// Waits until `arrive` has been called as often as it was told.
class countdown {
 public:
  explicit countdown(int count) : left_(count) {}
  void arrive() {
    if (--left_ == 0) ended_.try_send(error_code(), 0);
  }
  awaitable<int> wait() { return ended_.async_receive(use_awaitable); }

 private:
  int left_;
  channel ended_{context, 1};
};

awaitable<void> yield() {
  for (measurement batches("yield"); batches.want_more();) {
    batches.start();
    for (int i = 0; i < per_batch; ++i) co_await asio::post(use_awaitable);
    batches.stop(per_batch);
  }
}

awaitable<void> yield_some(int times) {
  for (int i = 0; i < times; ++i) co_await asio::post(use_awaitable);
}

awaitable<void> yield_100() {
  for (measurement batches("yield_100"); batches.want_more();) {
    batches.start();
    countdown all(100);
    for (int i = 0; i < 100; ++i)
      asio::co_spawn(context, yield_some(gathered), [&](std::exception_ptr) { all.arrive(); });
    co_await all.wait();
    batches.stop(100 * gathered);
  }
}

awaitable<void> spawn() {
  for (measurement batches("spawn"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) sum += co_await asio::co_spawn(context, one(), use_awaitable);
    batches.stop(per_batch);
    expect(sum == per_batch, "spawn");
  }
}

awaitable<void> gather_in(const char* scenario, int children, int rounds) {
  for (measurement batches(scenario); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int round = 0; round < rounds; ++round) {
      countdown all(children);
      for (int i = 0; i < children; ++i) {
        asio::co_spawn(context, one(), [&](std::exception_ptr, int value) {
          sum += value;
          all.arrive();
        });
      }
      co_await all.wait();
    }
    batches.stop(std::int64_t{rounds} * children);
    expect(sum == rounds * children, scenario);
  }
}
awaitable<void> group_of_one() { return gather_in("group_of_one", 1, per_batch); }
awaitable<void> gather() { return gather_in("gather", gathered, 1); }

awaitable<void> answer(channel& in, channel& out) {
  for (int item = co_await in.async_receive(use_awaitable); item != 0;
       item = co_await in.async_receive(use_awaitable))
    out.try_send(error_code(), item);
}

awaitable<void> queue_hop() {
  channel there(context, 1);
  channel back(context, 1);
  countdown ended(1);
  asio::co_spawn(context, answer(there, back), [&](std::exception_ptr) { ended.arrive(); });
  for (measurement batches("queue_hop"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch / 2; ++i) {
      there.try_send(error_code(), 2);
      sum += co_await back.async_receive(use_awaitable);
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "queue_hop");
  }
  there.try_send(error_code(), 0);
  co_await ended.wait();
}

awaitable<void> await_ready() {
  for (measurement batches("await_ready"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) sum += co_await one();
    batches.stop(per_batch);
    expect(sum == per_batch, "await_ready");
  }
}

awaitable<void> sleeper(std::chrono::microseconds delay) {
  steady_timer timer(context, delay);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> sleepers() {
  countdown all(compare::sleeper_count());
  for (int i = 0; i < compare::sleeper_count(); ++i)
    asio::co_spawn(context, sleeper(compare::sleeper_delay(i)), [&](std::exception_ptr) { all.arrive(); });
  co_await all.wait();
  compare::report_sleepers();
}

awaitable<void> wait_in_one(channel& never) { co_await never.async_receive(use_awaitable); }
awaitable<void> wait_in_two(channel& never) { co_await wait_in_one(never); }
awaitable<void> wait_in_three(channel& never) { co_await wait_in_two(never); }

awaitable<void> cancel() {
  channel never(context, 0);
  for (measurement batches("cancel"); batches.want_more();) {
    countdown all(gathered);
    int stopped = 0;
    std::deque<asio::cancellation_signal> signals(gathered);
    for (auto& signal : signals) {
      auto ended = [&](std::exception_ptr error) {
        stopped += error != nullptr;
        all.arrive();
      };
      asio::co_spawn(context, wait_in_three(never), asio::bind_cancellation_slot(signal.slot(), ended));
    }
    co_await asio::post(use_awaitable);
    batches.start();
    for (auto& signal : signals) signal.emit(asio::cancellation_type::terminal);
    co_await all.wait();
    batches.stop(gathered);
    expect(stopped == gathered, "cancel");
  }
}

awaitable<int> fail_below(int frames) {
  if (frames == 1) throw 1;
  co_return co_await fail_below(frames - 1);
}

awaitable<void> exception() {
  for (measurement batches("exception"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < gathered; ++i) {
      try {
        co_await fail_below(5);
      } catch (int thrown) {
        sum += thrown;
      }
    }
    batches.stop(gathered);
    expect(sum == gathered, "exception");
  }
}

// The handlers of cancelled timers are called too: they are part of the price.
awaitable<void> timer() {
  std::deque<steady_timer> others;
  for (int i = 0; i < gathered; ++i) {
    others.emplace_back(context, 1h + 1s * i);
    others.back().async_wait([](error_code) {});
  }
  for (measurement batches("timer"); batches.want_more();) {
    int cancelled = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      steady_timer each(context, 30min);
      each.async_wait(
          [&cancelled](error_code error) { cancelled += error == asio::error::operation_aborted; });
      each.cancel();
    }
    co_await asio::post(use_awaitable);
    batches.stop(per_batch);
    expect(cancelled == per_batch, "timer");
  }
}

awaitable<void> idle_task() {
  const double before = compare::resident_bytes();
  channel never(context, 0);
  countdown all(compare::idle_count());
  for (int i = 0; i < compare::idle_count(); ++i) {
    asio::co_spawn(context, wait_in_one(never), [&](std::exception_ptr) { all.arrive(); });
  }
  co_await asio::post(use_awaitable);
  compare::report("idle_task", (compare::resident_bytes() - before) / compare::idle_count(), "bytes");
  never.close();
  co_await all.wait();
}

awaitable<void> offload() {
  asio::thread_pool pool(1);
  for (measurement batches("offload"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < 100; ++i) sum += co_await asio::co_spawn(pool, one(), use_awaitable);
    batches.stop(100);
    expect(sum == 100, "offload");
  }
}

void jobs_in(const char* scenario, int size, int rounds) {
  asio::thread_pool pool(2);
  std::vector<std::future<int>> results;
  results.reserve(static_cast<std::size_t>(size));
  for (measurement batches(scenario); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < size; ++i)
        results.push_back(asio::post(pool, std::packaged_task<int()>([] { return 1; })));
      for (auto& each : results) sum += each.get();
      results.clear();
    }
    batches.stop(std::int64_t{rounds} * size);
    expect(sum == rounds * size, scenario);
  }
}
void pool_trip() { jobs_in("pool_trip", 1, 1'000); }
void pool_batch() { jobs_in("pool_batch", 1'000, 1); }
void pool_queued() { jobs_in("pool_queued", compare::is_quick ? 1'000 : 1'000'000, 1); }

template <awaitable<void> (*Scenario)()>
void run_it() {
  asio::co_spawn(context, Scenario(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
    context.stop();
  });
  context.run();
}

}  // namespace

int main(int argc, char** argv) {
  static constexpr compare::scenario scenarios[] = {
      {"yield", run_it<yield>},
      {"yield_100", run_it<yield_100>},
      {"spawn", run_it<spawn>},
      {"group_of_one", run_it<group_of_one>},
      {"gather", run_it<gather>},
      {"queue_hop", run_it<queue_hop>},
      {"await_ready", run_it<await_ready>},
      {"sleepers", run_it<sleepers>},
      {"cancel", run_it<cancel>},
      {"exception", run_it<exception>},
      {"timer", run_it<timer>},
      {"idle_task", run_it<idle_task>},
      {"offload", run_it<offload>},
      {"pool_trip", pool_trip},
      {"pool_batch", pool_batch},
      {"pool_queued", pool_queued},
  };
  return compare::main_of(argc, argv, scenarios);
}
