// tests/asyncio/sockets_test.cpp
//
// Sockets by their numbers: what comes and goes, how it ends, and how it fails.

#include <fcntl.h>
#include <sys/un.h>

#include <cerrno>
#include <vector>

#include "asyncio/live_counter.hpp"
#include "asyncio/socket_fixture.hpp"

namespace overlap::asyncio {

using ::testing::HasSubstr;

OVERLAP_SOCKET_SUITE(Sockets);

TEST_P(Sockets, RecvWaitsForWhatComesAndGivesIt) {
  auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      std::array<char, 16> buffer{};
      auto receiving = group.create_task(recv_exactly(right.get(), 5));
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(receiving.done());
      co_await sock_sendall(left.get(), "hello");
      EXPECT_EQ(co_await receiving, "hello");
      // And what is there already, no more than there is room for.
      co_await sock_sendall(left.get(), "abcdef");
      EXPECT_EQ(co_await sock_recv(right.get(), std::span(buffer).first(4)), 4U);
      EXPECT_EQ(std::string(buffer.data(), 4), "abcd");
      EXPECT_EQ(co_await sock_recv(right.get(), buffer), 2U);
    });
  });
}

TEST_P(Sockets, SendallGoesOnWhenTheBufferDrains) {
  auto [left, right] = make_socket_pair();
  shrink_buffers(left.get());
  const std::string sent = pattern(300'000);
  std::string received;
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto sending = group.create_task(sock_sendall(left.get(), sent));
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(sending.done()) << "all of it went into the buffer: nothing was partial";
      received = co_await recv_exactly(right.get(), sent.size());
      co_await sending;
    });
  });
  EXPECT_TRUE(received == sent);
}

TEST_P(Sockets, SendTakesAPartAndSaysHowMuch) {
  auto [left, right] = make_socket_pair();
  shrink_buffers(left.get());
  const std::string large = pattern(1'000'000);
  run_on_loop([&]() -> task<> {
    const std::size_t taken = co_await sock_send(left.get(), large);
    EXPECT_GT(taken, 0U);
    EXPECT_LT(taken, large.size());
    EXPECT_TRUE(co_await recv_exactly(right.get(), taken) == large.substr(0, taken));
  });
}

TEST_P(Sockets, EndOfTheStreamIsZeroAfterAllThatWasSent) {
  auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    std::array<char, 16> buffer{};
    co_await sock_sendall(left.get(), "last");
    ::shutdown(left.get(), SHUT_WR);
    EXPECT_EQ(co_await sock_recv(right.get(), buffer), 4U);
    EXPECT_EQ(co_await sock_recv(right.get(), buffer), 0U);
    EXPECT_EQ(co_await sock_recv(right.get(), buffer), 0U) << "the end stays";
    // Only one direction has ended.
    co_await sock_sendall(right.get(), "answer");
    EXPECT_EQ(co_await recv_exactly(left.get(), 6), "answer");
  });
}

TEST_P(Sockets, EndOfTheStreamEndsAWait) {
  run_on_loop([&]() -> task<> {
    auto [client, server] = co_await connect_tcp();
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto receiving = group.create_task(recv_exactly(client.get(), 10));
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(receiving.done());
      server.reset();
      EXPECT_EQ(co_await receiving, "");
    });
  });
}

TEST_P(Sockets, SendingToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  auto [left, right] = make_socket_pair();
  right.reset();
  run_on_loop([&]() -> task<> {
    const failure seen = co_await failure_of(sock_sendall(left.get(), "hello?"));
    EXPECT_EQ(seen.code, EPIPE);
    EXPECT_EQ(seen.text, "send to socket " + std::to_string(left.get()) + ": Broken pipe (EPIPE)");
  });
}

TEST_P(Sockets, PeerThatGoesEndsASendThatWaits) {
  auto [left, right] = make_socket_pair();
  shrink_buffers(left.get());
  const std::string large = pattern(300'000);
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto sending = group.create_task(failure_of(sock_sendall(left.get(), large)));
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(sending.done());
      right.reset();
      const failure seen = co_await sending;
      EXPECT_TRUE(seen.code == EPIPE || seen.code == ECONNRESET) << seen.text;
    });
  });
}

TEST_P(Sockets, RefusedConnectionNamesTheAddressAndTheCause) {
  // Bound and not listening: nobody else gets the port, and nobody answers there.
  const file_descriptor silent = tcp_socket();
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(silent.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(silent.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  run_on_loop([&]() -> task<> {
    const file_descriptor client = tcp_socket();
    const failure seen = co_await failure_of(sock_connect(client.get(), &address, sizeof address));
    EXPECT_EQ(seen.code, ECONNREFUSED);
    EXPECT_THAT(seen.text, HasSubstr("Connection refused (ECONNREFUSED)"));
    EXPECT_THAT(seen.text, HasSubstr("127.0.0.1:" + std::to_string(ntohs(address.sin_port))));
  });
}

TEST_P(Sockets, FailedConnectToAUnixSocketNamesItsPath) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string_view("/no/such/socket").copy(address.sun_path, sizeof address.sun_path - 1);
  run_on_loop([&]() -> task<> {
    const file_descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const failure seen = co_await failure_of(sock_connect(client.get(), &address, sizeof address));
    EXPECT_EQ(seen.text, "connect socket " + std::to_string(client.get()) +
                             " to /no/such/socket: No such file or directory (ENOENT)");
  });
}

TEST_P(Sockets, ResetByThePeerEndsAWaitWithAnError) {
  run_on_loop([&]() -> task<> {
    auto [client, server] = co_await connect_tcp();
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto receiving = group.create_task(failure_of(recv_exactly(client.get(), 10)));
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(receiving.done());
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(server.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      server.reset();
      const failure seen = co_await receiving;
      EXPECT_EQ(seen.code, ECONNRESET);
      EXPECT_THAT(seen.text, HasSubstr("receive from socket " + std::to_string(client.get())));
    });
  });
}

TEST_P(Sockets, OneTaskReadsWhileAnotherWritesTheSameDescriptor) {
  run_on_loop([&]() -> task<> {
    auto [left, right] = co_await connect_tcp();
    const std::string there = pattern(8'000'000, 0);  // more than the kernel keeps
    const std::string back = pattern(8'000'000, 7);
    auto [sent, got_left, sent_back, got_right] =
        co_await gather(sock_sendall(left.get(), there), recv_exactly(left.get(), back.size()),
                        sock_sendall(right.get(), back), recv_exactly(right.get(), there.size()));
    EXPECT_TRUE(got_left == back);
    EXPECT_TRUE(got_right == there);
  });
}

TEST_P(Sockets, ReaderAndWriterOfOneDescriptorDoNotWakeEachOther) {
  auto [left, right] = make_socket_pair();
  shrink_buffers(left.get());
  const std::size_t filled = fill(left.get());
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto reading = group.create_task(recv_exactly(left.get(), 2));
      auto writing = group.create_task(sock_sendall(left.get(), "tail"));
      co_await wait_all_tasks_blocked();
      co_await sock_sendall(right.get(), "in");
      EXPECT_EQ(co_await reading, "in");
      EXPECT_FALSE(writing.done()) << "there is no room yet";
      EXPECT_EQ((co_await recv_exactly(right.get(), filled)).size(), filled);
      co_await writing;
      EXPECT_EQ(co_await recv_exactly(right.get(), 4), "tail");
    });
  });
}

TEST_P(Sockets, WaitReadableTakesNothing) {
  auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto waiting = group.create_task([&]() -> task<> { co_await wait_readable(right.get()); });
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(waiting.done());
      co_await sock_sendall(left.get(), "x");
      co_await waiting;
      co_await wait_readable(right.get());  // POLLIN: it still is
      EXPECT_EQ(co_await recv_exactly(right.get(), 1), "x");

      auto cancelled = group.create_task([&]() -> task<> { co_await wait_readable(right.get()); });
      co_await wait_all_tasks_blocked();
      cancelled.cancel();
      while (!cancelled.done()) co_await sleep(0ms);
      EXPECT_TRUE(cancelled.cancelled());

      auto until_end = group.create_task([&]() -> task<> { co_await wait_readable(right.get()); });
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(until_end.done());
      left.reset();
      co_await until_end;
    });
  });
}

TEST_P(Sockets, WaitWritableWaitsForRoom) {
  auto [left, right] = make_socket_pair();
  shrink_buffers(left.get());
  run_on_loop([&]() -> task<> {
    co_await wait_writable(left.get());
    const std::size_t filled = fill(left.get());
    EXPECT_GT(filled, 0U);
    co_await with(task_group(), [&](task_group& group) -> task<> {
      const auto wait = [&]() -> task<> { co_await wait_writable(left.get()); };
      auto cancelled = group.create_task(wait);
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(cancelled.done());
      cancelled.cancel();
      while (!cancelled.done()) co_await sleep(0ms);
      EXPECT_TRUE(cancelled.cancelled());

      auto waiting = group.create_task(wait);
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(waiting.done());
      EXPECT_EQ((co_await recv_exactly(right.get(), filled)).size(), filled);
      co_await waiting;
    });
  });
}

TEST_P(Sockets, ClosedDescriptorIsAnErrorOfEveryOperation) {
  const sockaddr_in address = loopback(1);
  for (const bool was_open : {true, false}) {
    run_on_loop([&]() -> task<> {
      // Closed here: else the loop's own descriptors would get the number.
      const int fd = was_open ? make_socket_pair().second.get() : -1;
      std::array<char, 4> buffer{};
      std::vector<failure> seen;
      seen.push_back(co_await failure_of(sock_recv(fd, buffer)));
      seen.push_back(co_await failure_of(sock_send(fd, "x")));
      seen.push_back(co_await failure_of(sock_sendall(fd, "x")));
      seen.push_back(co_await failure_of(sock_accept(fd)));
      seen.push_back(co_await failure_of(sock_connect(fd, &address, sizeof address)));
      seen.push_back(co_await failure_of(wait_readable(fd)));
      seen.push_back(co_await failure_of(wait_writable(fd)));
      for (const failure& each : seen) {
        EXPECT_EQ(each.code, EBADF) << each.text;
        EXPECT_THAT(each.text, HasSubstr(std::to_string(fd))) << "it does not name the descriptor";
        EXPECT_THAT(each.text, HasSubstr("Bad file descriptor (EBADF)"));
      }
    });
  }
}

TEST_P(Sockets, WhatIsNoSocketIsAnError) {
  const platform::pipe_ends pipe = platform::make_pipe();
  run_on_loop([&]() -> task<> {
    std::array<char, 4> buffer{};
    EXPECT_EQ((co_await failure_of(sock_recv(pipe.read_end.get(), buffer))).code, ENOTSOCK);
    EXPECT_EQ((co_await failure_of(sock_send(pipe.write_end.get(), "x"))).code, ENOTSOCK);
    EXPECT_EQ((co_await failure_of(sock_accept(pipe.read_end.get()))).code, ENOTSOCK);
    co_await wait_writable(pipe.write_end.get());  // a pipe can be waited for
  });
}

TEST_P(Sockets, AcceptedConnectionIsNonBlockingAndCloseOnExec) {
  run_on_loop([&]() -> task<> {
    auto [client, server] = co_await connect_tcp();
    EXPECT_NE(::fcntl(server.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(server.get(), F_GETFD) & FD_CLOEXEC, 0);
  });
}

TEST_P(Sockets, AcceptsThatWaitGetOneConnectionEach) {
  run_on_loop([&]() -> task<> {
    const platform::tcp_listener listener = platform::listen_tcp("127.0.0.1", 0);
    const sockaddr_in address = loopback(listener.port);
    int accepted = 0;
    const auto accept_one = [&]() -> task<> {
      const file_descriptor connection(co_await sock_accept(listener.descriptor.get()));
      ++accepted;
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 3; ++i) group.create_task(accept_one);
      co_await wait_all_tasks_blocked();
      EXPECT_EQ(accepted, 0);
      std::vector<file_descriptor> clients;
      for (int i = 0; i < 3; ++i) {
        clients.push_back(tcp_socket());
        co_await sock_connect(clients.back().get(), &address, sizeof address);
      }
      while (group.size() != 0) co_await sleep(0ms);
    });
    EXPECT_EQ(accepted, 3);
  });
}

// TearDown sees that none of the 401 descriptors is left.
TEST_P(Sockets, TwoHundredConnectionsAtOnce) {
  constexpr int connections = 200;
  live_counter frames;
  int open = 0;
  int open_max = 0;
  int answered = 0;
  run_on_loop([&]() -> task<> {
    const platform::tcp_listener listener = platform::listen_tcp("127.0.0.1", 0);
    const sockaddr_in address = loopback(listener.port);
    const auto echo = [&](int fd) -> task<> {
      const auto alive = frames.make();
      const file_descriptor owned(fd);
      open_max = std::max(open_max, ++open);
      std::array<char, 256> buffer{};
      while (const std::size_t count = co_await sock_recv(fd, buffer))
        co_await sock_sendall(fd, std::string_view(buffer.data(), count));
      --open;
    };
    const auto ask = [&](int number) -> task<> {
      const auto alive = frames.make();
      const file_descriptor owned = tcp_socket();
      co_await sock_connect(owned.get(), &address, sizeof address);
      while (open_max < connections) co_await sleep(0ms);  // all of them at once
      for (int round = 0; round < 3; ++round) {
        const std::string question = pattern(1000, number + round);
        co_await sock_sendall(owned.get(), question);
        if (co_await recv_exactly(owned.get(), question.size()) == question) ++answered;
      }
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int number = 0; number < connections; ++number) group.create_task(ask, number);
      for (int number = 0; number < connections; ++number)
        group.create_task(echo, co_await sock_accept(listener.descriptor.get()));
    });
  });
  EXPECT_EQ(open_max, connections);
  EXPECT_EQ(open, 0);
  EXPECT_EQ(answered, connections * 3);
  EXPECT_EQ(frames.made(), connections * 2);
  EXPECT_EQ(frames.alive(), 0);
}

TEST(SocketsInASimulation, AreRefused) {
  auto [left, right] = make_socket_pair();
  testing::simulate(1, [&]() -> task<> {
    std::string text;
    try {
      co_await sock_sendall(left.get(), "hello");
    } catch (const invalid_state_error& refusal) {
      text = refusal.what();
    }
    EXPECT_THAT(text, HasSubstr("descriptor " + std::to_string(left.get())));
  });
}

}  // namespace overlap::asyncio
