// tests/asyncio/random_clients.hpp
//
// Clients of a primitive that come and go at random and are cancelled at random, in a random order of the
// ready tasks. Each one tells a plain model what it is about to do, in the same breath; so the model knows
// at every moment who must be where, and the clients check it whenever they go on.
//
// Threads: the test's thread.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <random>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>

namespace overlap::asyncio {

constexpr std::size_t clients = 5;

/// Calls it at the end, also when the frame is destroyed by a stop.
template <class Function>
class at_end {
 public:
  explicit at_end(Function& called) : called_(called) {}
  at_end(const at_end&) = delete;
  at_end& operator=(const at_end&) = delete;
  ~at_end() { called_(); }

 private:
  Function& called_;
};

/// What every model knows: who has been cancelled since it began.
struct client_model {
  std::array<bool, clients> cancelled{};
  std::size_t stops = 0;

  void begins(std::size_t me) { cancelled[me] = false; }
  void ends(std::size_t me, bool completed) {
    if (completed) return;
    ++stops;
    EXPECT_TRUE(cancelled[me]) << "client " << me << " was stopped, though nobody had cancelled it";
  }
};

inline task<> short_sleep(std::mt19937& random) { co_await sleep(std::chrono::milliseconds(random() % 3)); }

/// A world has a `model` (a client_model that has `cancels(me)`), and `section(me, random)`, what a client
/// does; it is cancelled at any of its waits. `check()` compares counts.
template <class World>
class random_clients {
 public:
  random_clients(World& world, unsigned seed) : world_(world), seed_(seed) {}

  task<> run() {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (std::size_t me = 0; me < clients; ++me) group.create_task(client(me));
      std::mt19937 random(seed_);
      for (int step = 0; step < 150; ++step) {
        cancel(random() % clients);
        for (unsigned rest = random() % 4; rest > 0; --rest) co_await short_sleep(random);
      }
      closing_ = true;
      while (running_ > 0) {
        for (std::size_t me = 0; me < clients; ++me) cancel(me);
        co_await short_sleep(random);
      }
    });
    EXPECT_GT(world_.model.stops, 0U);
  }

 private:
  task<> client(std::size_t me) {
    std::mt19937 random(static_cast<unsigned>(seed_ * clients + me));
    ++running_;
    while (!closing_) {
      bool completed = false;
      world_.model.begins(me);
      co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
        scopes_[me] = &scope;
        const auto forget = [&] { scopes_[me] = nullptr; };
        const at_end forgotten(forget);
        co_await world_.section(me, random);
        completed = true;
      });
      world_.model.ends(me, completed);
      world_.check();
      co_await short_sleep(random);
    }
    --running_;
  }

  void cancel(std::size_t whom) {
    if (scopes_[whom] == nullptr || scopes_[whom]->cancel_called()) return;
    world_.model.cancelled[whom] = true;
    world_.model.cancels(whom);
    scopes_[whom]->cancel();
    world_.check();
  }

  World& world_;
  unsigned seed_;
  std::array<cancel_scope*, clients> scopes_{};
  std::size_t running_ = 0;
  bool closing_ = false;
};

/// A new world for each of many seeds.
template <class World, class... Args>
void try_seeds(unsigned count, Args... args) {
  for (unsigned seed = 1; seed <= count && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(args...);
    testing::simulate(seed, [&]() -> task<> {
      random_clients<World> all(world, seed);
      co_await all.run();
    });
    world.check_at_the_end();
  }
}

}  // namespace overlap::asyncio
