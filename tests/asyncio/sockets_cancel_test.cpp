// tests/asyncio/sockets_cancel_test.cpp
//
// A wait for a descriptor that is cancelled: nothing that came is lost, and the descriptor goes on working.

#include <vector>

#include "asyncio/live_counter.hpp"
#include "asyncio/socket_fixture.hpp"

namespace overlap::asyncio {

OVERLAP_SOCKET_SUITE(SocketsCancelled);

TEST_P(SocketsCancelled, CancelledRecvLeavesTheDescriptorUsable) {
  auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int round = 0; round < 5; ++round) {
        auto cancelled = group.create_task(recv_exactly(right.get(), 5));
        co_await wait_all_tasks_blocked();
        cancelled.cancel();
        while (!cancelled.done()) co_await sleep(0ms);
        EXPECT_TRUE(cancelled.cancelled());
        co_await sock_sendall(left.get(), "hello");
        EXPECT_EQ(co_await recv_exactly(right.get(), 5), "hello") << "round " << round;
      }
    });
  });
}

// The bytes come and the cancel comes, in either order and some turns apart: what the receiver was not given
// is still in the socket.
TEST_P(SocketsCancelled, CancelledRecvLosesNoByte) {
  int stopped = 0;
  int received = 0;
  for (const bool bytes_first : {false, true}) {
    // Yields of one task: the loop looks at the kernel after 64 of them.
    for (int turns = 0; turns < 130; turns += turns < 60 || turns > 67 ? 6 : 1) {
      auto [left, right] = make_socket_pair();
      run_on_loop([&]() -> task<> {
        std::array<char, 16> buffer{};
        std::string got;
        const auto receive = [&]() -> task<> {
          const std::size_t count = co_await sock_recv(right.get(), buffer);
          got.assign(buffer.data(), count);
        };
        co_await with(task_group(), [&](task_group& group) -> task<> {
          auto receiving = group.create_task(receive);
          co_await wait_all_tasks_blocked();
          const auto send_bytes = [&] { EXPECT_EQ(::send(left.get(), "bytes", 5, 0), 5); };
          if (bytes_first) send_bytes();
          for (int turn = 0; turn < turns && bytes_first; ++turn) co_await sleep(0ms);
          receiving.cancel();
          for (int turn = 0; turn < turns && !bytes_first; ++turn) co_await sleep(0ms);
          if (!bytes_first) send_bytes();
          while (!receiving.done()) co_await sleep(0ms);
          ++(receiving.cancelled() ? stopped : received);
        });
        if (got.empty()) got = co_await recv_exactly(right.get(), 5);
        EXPECT_EQ(got, "bytes") << "turns " << turns;
      });
    }
  }
  EXPECT_GT(stopped, 0);
  EXPECT_GT(received, 0) << "the bytes never came before the cancel";
}

TEST_P(SocketsCancelled, CancelledSendallHasSentABeginning) {
  auto [left, right] = make_socket_pair();
  shrink_buffers(left.get());
  const std::string large = pattern(300'000);
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto sending = group.create_task(sock_sendall(left.get(), large));
      co_await wait_all_tasks_blocked();
      const std::string first = co_await recv_exactly(right.get(), 10'000);
      sending.cancel();
      while (!sending.done()) co_await sleep(0ms);
      EXPECT_TRUE(sending.cancelled());
      ::shutdown(left.get(), SHUT_WR);
      const std::string all = first + co_await recv_exactly(right.get(), large.size());
      EXPECT_LT(all.size(), large.size());
      EXPECT_TRUE(large.starts_with(all)) << all.size() << " bytes";
    });
  });
}

TEST_P(SocketsCancelled, CancelledAcceptLosesNoConnection) {
  run_on_loop([&]() -> task<> {
    const platform::tcp_listener listener = platform::listen_tcp("127.0.0.1", 0);
    const sockaddr_in address = loopback(listener.port);
    const auto accept_one = [&]() -> task<> {
      const file_descriptor accepted(co_await sock_accept(listener.descriptor.get()));
      EXPECT_GE(accepted.get(), 0);
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto cancelled = group.create_task(accept_one);
      co_await wait_all_tasks_blocked();
      cancelled.cancel();
      while (!cancelled.done()) co_await sleep(0ms);
      EXPECT_TRUE(cancelled.cancelled());
      const file_descriptor client = tcp_socket();
      co_await sock_connect(client.get(), &address, sizeof address);
      co_await accept_one();
    });
  });
}

TEST_P(SocketsCancelled, CancelledConnectLeavesTheDescriptorToItsOwner) {
  run_on_loop([&]() -> task<> {
    // A listener with no room: Linux drops further calls, so a connect stays under way.
    const platform::tcp_listener full = platform::listen_tcp("127.0.0.1", 0, {.backlog = 0});
    const sockaddr_in address = loopback(full.port);
    std::vector<file_descriptor> waiting;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      std::vector<task_handle<failure>> connecting;
      for (int i = 0; i < 6; ++i) {
        waiting.push_back(tcp_socket());
        connecting.push_back(
            group.create_task(failure_of(sock_connect(waiting.back().get(), &address, sizeof address))));
      }
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(connecting.back().done());
      for (auto& each : connecting) each.cancel();
      for (auto& each : connecting) {
        while (!each.done()) co_await sleep(0ms);
      }
      EXPECT_TRUE(connecting.back().cancelled());
      // The same number may be used for something else at once.
      const int number = waiting.back().get();
      waiting.back().reset();
      auto [left, right] = make_socket_pair();
      EXPECT_TRUE(left.get() == number || right.get() == number);
      co_await sock_sendall(left.get(), "new");
      EXPECT_EQ(co_await recv_exactly(right.get(), 3), "new");
    });
  });
}

// A hundred pairs that wait in both directions are stopped together.
TEST_P(SocketsCancelled, ManyWaitsAreCancelledTogether) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    std::vector<platform::socket_pair> pairs;
    for (int i = 0; i < 100; ++i) pairs.push_back(make_socket_pair());
    const auto read = [&](int fd) -> task<> {
      const auto alive = frames.make();
      static_cast<void>(co_await recv_exactly(fd, 1));
    };
    const auto write = [&](int fd) -> task<> {
      const auto alive = frames.make();
      co_await sock_sendall(fd, "more");
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (const auto& [first, second] : pairs) {
        fill(first.get());
        group.create_task(read, first.get());
        group.create_task(write, first.get());
      }
      co_await wait_all_tasks_blocked();
      EXPECT_EQ(group.size(), 200U);
      group.cancel("enough");
    });
    EXPECT_EQ(frames.alive(), 0);
    for (const auto& [first, second] : pairs) {
      co_await sock_sendall(second.get(), "y");
      EXPECT_EQ(co_await recv_exactly(first.get(), 1), "y");
    }
  });
  EXPECT_EQ(frames.made(), 200);
}

}  // namespace overlap::asyncio
