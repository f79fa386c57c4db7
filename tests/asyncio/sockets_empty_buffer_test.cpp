// tests/asyncio/sockets_empty_buffer_test.cpp
//
// What a buffer of no bytes does: it waits, takes nothing of a stream, and drops a datagram.

#include "asyncio/socket_fixture.hpp"

namespace overlap::asyncio {

OVERLAP_SOCKET_SUITE(EmptyBuffer);

TEST_P(EmptyBuffer, TakesAndSendsNothing) {
  auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    co_await sock_sendall(left.get(), "");
    co_await sock_sendall(-1, "");  // nothing to send: nobody is asked
    EXPECT_EQ(co_await sock_send(left.get(), ""), 0U);
    co_await sock_sendall(left.get(), "kept");
    EXPECT_EQ(co_await sock_recv(right.get(), {}), 0U);
    EXPECT_EQ(co_await recv_exactly(right.get(), 4), "kept");
  });
}

TEST_P(EmptyBuffer, WaitsLikeAnyOther) {
  run_on_loop([&]() -> task<> {
    auto [client, server] = co_await connect_tcp();
    auto [left, right] = make_socket_pair();
    const auto receive_nothing = [](int fd) -> task<std::size_t> { co_return co_await sock_recv(fd, {}); };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto over_tcp = group.create_task(receive_nothing(server.get()));
      auto over_unix = group.create_task(receive_nothing(right.get()));
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(over_tcp.done());
      EXPECT_FALSE(over_unix.done());
      co_await sock_sendall(client.get(), "kept");
      co_await sock_sendall(left.get(), "kept");
      EXPECT_EQ(co_await over_tcp, 0U);
      EXPECT_EQ(co_await over_unix, 0U);
    });
    EXPECT_EQ(co_await recv_exactly(server.get(), 4), "kept");
    EXPECT_EQ(co_await recv_exactly(right.get(), 4), "kept");
    client.reset();
    EXPECT_EQ(co_await sock_recv(server.get(), {}), 0U) << "the end of the stream";
  });
}

TEST_P(EmptyBuffer, DropsADatagram) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
  const platform::file_descriptor left(pair[0]);
  const platform::file_descriptor right(pair[1]);
  run_on_loop([&]() -> task<> {
    co_await sock_sendall(left.get(), "dropped");
    co_await sock_sendall(left.get(), "next");
    EXPECT_EQ(co_await sock_recv(right.get(), {}), 0U);
    EXPECT_EQ(co_await recv_exactly(right.get(), 4), "next");
  });
}

}  // namespace overlap::asyncio
