// tests/testing/virtual_time_reactor_test.cpp
//
// The virtual clock above real descriptors and real threads: what has come is never jumped over.

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>
#include <thread>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "platform/sockets.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

class VirtualTime : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair_.data()), 0);
  }
  void TearDown() override {
    for (const int fd : pair_) {
      if (fd >= 0) close(fd);
    }
  }

  std::array<int, 2> pair_{-1, -1};
};
INSTANTIATE_TEST_SUITE_P(on, VirtualTime,
                         ::testing::Values(testing::backend::epoll, testing::backend::io_uring),
                         backend_name);

TEST_P(VirtualTime, StandsStillWhileDataArrives) {
  run_on_loop([&]() -> task<> {
    const auto reader = [&]() -> task<> {
      std::array<char, 1> byte{};
      for (int received = 0; received < 100; ++received) {
        EXPECT_EQ(co_await wait_for(sock_recv(pair_[0], byte), 1s), 1U);
      }
    };
    const auto writer = [&]() -> task<> {
      for (int sent = 0; sent < 100; ++sent) {
        co_await sock_sendall(pair_[1], std::string_view("x"));
        co_await sleep(0s);
      }
    };
    co_await gather(reader(), writer());
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

TEST_P(VirtualTime, JumpsWhenTheOutsideWorldStaysSilent) {
  run_on_loop([&]() -> task<> {
    std::array<char, 1> byte{};
    EXPECT_THROW(static_cast<void>(co_await wait_for(sock_recv(pair_[0], byte), 24h)), timeout_error);
    EXPECT_EQ(testing::now().since_start(), duration(24h));
  });
}

// Who goes on first, when the kernel has something for several, is the seed's choice.
TEST_P(VirtualTime, WhatCompletesInOneTurnComesInAnyOrder) {
  std::set<std::string> orders;
  const auto main = [&]() -> task<> {
    std::array<platform::socket_pair, 3> pairs{platform::make_socket_pair(), platform::make_socket_pair(),
                                               platform::make_socket_pair()};
    std::string order;
    const auto receive = [&](std::size_t i) -> task<> {
      std::array<char, 1> byte{};
      static_cast<void>(co_await sock_recv(pairs[i].first.get(), byte));
      order.append(std::to_string(i));
    };
    const auto send = [&]() -> task<> {
      for (platform::socket_pair& pair : pairs) co_await sock_sendall(pair.second.get(), "x");
    };
    co_await gather(receive(0), receive(1), receive(2), send());
    orders.insert(order);
  };
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    testing::simulate({.seed = seed, .on = GetParam(), .patience = duration()}, main);
  EXPECT_EQ(orders.size(), 6U);
}

class VirtualTimeThreads : public LoopTest {};
INSTANTIATE_TEST_SUITE_P(on, VirtualTimeThreads, all_backends(), backend_name);

TEST_P(VirtualTimeThreads, AnotherThreadWakesALoopThatWaitsForNothingElse) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    semaphore called(1);
    auto held = co_await called.acquire();
    std::thread other([&] { loop.call_soon_threadsafe([&] { held.release(); }); });
    auto permit = co_await called.acquire();
    other.join();
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

TEST_P(VirtualTimeThreads, AFunctionOnAThreadTakesNoVirtualTime) {
  run_on_loop([&]() -> task<> {
    for (int round = 0; round < 20; ++round) {
      EXPECT_EQ(co_await wait_for(to_thread([round] { return round; }), 1000h), round);
    }
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

}  // namespace
}  // namespace overlap::asyncio
